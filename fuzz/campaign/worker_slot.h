// A slot is what a worker shows of itself, in memory that it shares with its supervisor through a
// file: what it has done, what it is doing, what it has reached. The file outlives them both,
// however they die, so nothing that was counted is lost.
//
// Place: between campaigns and their workers. Beside the slot a worker has a pipe, through which it
// tells of programs.

#ifndef FUZZ_CAMPAIGN_WORKER_SLOT_H_
#define FUZZ_CAMPAIGN_WORKER_SLOT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/judge/feature.h"
#include "model/program.h"
#include "model/pulse.h"

namespace ouro {

inline constexpr size_t kMaxWorkers = 1024;
// Of a program in its byte form, on a slot or in a message: a pipe takes that much, with what
// stands around it, in one piece.
inline constexpr size_t kProgramBytes = 3840;
inline constexpr size_t kMaxEdges = size_t{1} << 15;  // edges of the code; more are not counted

struct WorkerSlot {
  std::atomic<uint64_t> milliseconds;  // of the campaign: the supervisor's slot alone
  std::atomic<uint64_t> seed;          // the same
  std::atomic<uint64_t> programs;      // that were run
  std::atomic<uint64_t> operations;    // that they executed
  std::atomic<uint64_t> convicted;     // programs
  std::atomic<uint64_t> situations;    // that were reached, a bit for each
  std::atomic<uint64_t> begun;         // random engine: the index of the program that is running
  std::atomic<uint64_t> slowest;       // microseconds of the slowest lawful program
  std::atomic<uint32_t> edges;         // how many there are; 0: the collector is not instrumented

  Pulse pulse;  // of the program that is running

  // libFuzzer: the program that is running. size 0: none.
  std::atomic<uint32_t> size;
  uint8_t program[kProgramBytes];

  // What was reached, a byte for each feature and for each edge: 0, or what Merge made of counts.
  uint8_t features[FeatureCounter::kSize];
  uint8_t covered[kMaxEdges];
};

// Adds the counts of one run to what was reached: a bit for each order of magnitude of a count, as
// libFuzzer tells them apart. Returns whether any is new. REQUIRES: `size` is a multiple of eight.
bool Merge(const uint8_t* counts, size_t size, uint8_t* reached);

// How many of them are not zero.
size_t CountReached(const uint8_t* reached, size_t size);

// What all workers have reached.
struct Reached {
  uint64_t situations = 0;
  size_t features = 0;
  size_t edges = 0;
  size_t all_edges = 0;  // that there are
};

// The slots of a campaign. They are empty at first; a file that has some gets more where it needs
// them.
class WorkerSlots {
 public:
  WorkerSlots() = default;
  ~WorkerSlots();
  WorkerSlots(const WorkerSlots&) = delete;
  WorkerSlots& operator=(const WorkerSlots&) = delete;

  // At least so many. Returns "" or why not: a full disk is noticed here, not when a slot is
  // written to.
  std::string Open(const std::string& path, size_t slots);
  size_t size() const { return size_; }
  const std::string& path() const { return path_; }
  uint64_t Sum(std::atomic<uint64_t> WorkerSlot::*count) const;
  Reached AllReached() const;
  uint64_t Slowest() const;
  WorkerSlot& operator[](size_t number) { return slots_[number]; }
  const WorkerSlot& operator[](size_t number) const { return slots_[number]; }

 private:
  std::string path_;
  WorkerSlot* slots_ = nullptr;
  size_t size_ = 0;
};

// What a worker tells of a program.
struct Message {
  enum class Kind : uint8_t {
    kConvicted,  // it was unlawful: `text` is the signature
    kNew,        // it reached something new
  };
  Kind kind = Kind::kNew;
  uint64_t index = 0;  // of the program: random engine, in its sequence; libFuzzer, on its slot
  std::vector<uint8_t> program;  // libFuzzer: the program
  std::string text;              // a long one is cut
};

// In one write, which the pipe takes whole or not at all. False: nobody listens any more.
bool Send(int fd, const Message& message);

// The first message of what came through the pipe, which it is taken away from. The collector can
// write there, too: what does not look like a message is kMalformed, and what follows it is lost.
enum class ReceiveResult : uint8_t { kMessage, kNone, kMalformed };
ReceiveResult Receive(std::string* inbox, Message* message);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_WORKER_SLOT_H_
