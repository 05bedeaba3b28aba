// SPDX-License-Identifier: Apache-2.0

// A worker slot is the shared memory of one worker: its counters, the program that it runs, the
// coverage that it has reached. The worker and its supervisor map it from one file, so whatever was
// counted survives both, however they die.
//
// Place: between supervisors and workers. A slot holds state; events go through a channel.
//
// Processes: one worker writes a slot, and any process reads it. The collector under test can write
// there, too. So a reader clamps every size and takes no value for more than a number to report.

#ifndef FUZZ_CAMPAIGN_WORKER_SLOT_H_
#define FUZZ_CAMPAIGN_WORKER_SLOT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "collector/edge_counters.h"
#include "fuzz/campaign/channel.h"
#include "fuzz/campaign/coverage.h"
#include "model/judge/feature.h"
#include "model/pulse.h"

namespace ouro {

inline constexpr size_t kMaxWorkers = 1024;

// The layout is that of files on disk. A change of it needs another kSlotVersion (output_folder.cc)
// unless the size changes, too.
struct WorkerSlot {
  std::atomic<uint64_t> milliseconds;   // of all runs of the campaign: in the supervisor's slot
  std::atomic<uint64_t> seed;           // of the sequence: in the supervisor's slot
  std::atomic<uint64_t> programs;       // run
  std::atomic<uint64_t> operations;     // executed
  std::atomic<uint64_t> convicted;      // programs
  std::atomic<uint64_t> situations;     // reached, a bit for each
  std::atomic<uint64_t> current_index;  // generators: of the program that runs, or ran last
  std::atomic<uint64_t> slowest;        // microseconds of the slowest lawful program
  std::atomic<uint64_t> layout;         // of the code that has the edges (EdgeCounters::layout)
  std::atomic<uint32_t> edge_count;     // of that code; 0: it has none, or nobody knows
  std::atomic<uint32_t> damaged;  // 1: the process ended, its memory damaged; 0.2 had padding here

  Pulse pulse;  // of the program that runs

  // libFuzzer: the program that runs. Size 0: it is between programs.
  std::atomic<uint32_t> program_size;
  uint8_t program[kMaxProgramBytes];

  // Coverage, as MergeCounts keeps it.
  uint8_t features[FeatureCounter::kSize];
  uint8_t edges[kMaxEdges];

  // Before the first program: what was reached in other code, as before a library was built anew,
  // is forgotten.
  void BeginEdges(const EdgeCounters& counters);
  // Merges what these counters have counted since they were cleared. Returns whether any is new.
  bool MergeEdges(const EdgeCounters& counters);
};

// The number of the worker where there is one: slot 0 is the supervisor's.
inline constexpr size_t kOnlyWorker = 1;

// The slots of one supervisor in one file, mapped. Not movable: workers keep pointers.
class WorkerSlots {
 public:
  WorkerSlots() = default;
  ~WorkerSlots();
  WorkerSlots(const WorkerSlots&) = delete;
  WorkerSlots& operator=(const WorkerSlots&) = delete;

  // Maps the file with at least `count` slots; new ones are zero, and a file that has more keeps
  // them. Returns "" or "PATH: why". The disk space is allocated here, so that a full disk is an
  // error now and no SIGBUS later. REQUIRES: it was not opened before.
  std::string Open(const std::string& path, size_t count);
  // The same for one worker, kOnlyWorker, and its supervisor, in a folder. An earlier file, which
  // has another one's coverage, is removed.
  std::string OpenForOne(const std::string& folder);

  size_t size() const { return size_; }
  const std::string& path() const { return path_; }
  WorkerSlot& operator[](size_t number) { return slots_[number]; }
  const WorkerSlot& operator[](size_t number) const { return slots_[number]; }

  // Over all slots. Linear in their sizes.
  uint64_t Sum(std::atomic<uint64_t> WorkerSlot::*count) const;
  uint64_t Slowest() const;
  Coverage MergedCoverage() const;

 private:
  std::string path_;
  WorkerSlot* slots_ = nullptr;
  size_t size_ = 0;
};

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_WORKER_SLOT_H_
