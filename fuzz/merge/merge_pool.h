// SPDX-License-Identifier: Apache-2.0

// A merge pool runs lists of files in merge workers, one for each processor, and restarts those
// that a program kills behind that program.
//
// Place: between a merge and merge workers. It runs no program in its own process and waits for
// none longer than a hang may last. One thread; the workers die with it.

#ifndef FUZZ_MERGE_MERGE_POOL_H_
#define FUZZ_MERGE_MERGE_POOL_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fuzz/campaign/channel.h"
#include "fuzz/campaign/worker_slot.h"
#include "fuzz/merge/selection.h"
#include "model/collector.h"
#include "model/pulse.h"
#include "model/subprocess.h"

namespace ouro {

// What the programs of a list did. Everything is in the order of files, then of programs in them.
struct MergeOutcome {
  struct Winner {
    size_t file;
    Reach program;  // its features are those that it won when it ran
  };
  struct Unlawful {
    size_t file;
    std::string signature;
  };
  std::vector<Winner> winners;
  std::vector<Unlawful> unlawful;
  std::vector<size_t> refused;  // files: see RunMergeList
};

class MergePool {
 public:
  // Finds out where programs of this specimen run. `folder` is a real path, of which the pool alone
  // uses `slots-*` and `list-*`. Returns "" or why no worker can be run. `specimen` outlives the
  // pool. REQUIRES, of the other functions: this returned "".
  std::string Open(const Specimen& specimen, const std::string& folder, size_t workers);

  // Of the code whose edges count: EdgeCounters::layout.
  uint64_t layout() const { return layout_; }

  // Runs the programs of all files, at real paths. `progress` is called about five times a second
  // with the number of files that are done. Returns "" or why it cannot go on; *outcome is then not
  // of all files. REQUIRES: the log at SelectionPath(folder) has this selection.
  std::string Run(const std::vector<std::string>& files, const Selection& selection,
                  const std::function<void(size_t done)>& progress, MergeOutcome* outcome);

 private:
  // A worker and its share of the files, which are consecutive.
  struct Part {
    std::vector<std::string> files;
    size_t first = 0;  // of them, in the whole list
    size_t number = 0;
    size_t next = 0;  // where the next process begins
    bool done = false;
    int outside = 0;  // how often the process was ended from outside at that file
    Subprocess process;
    PulseClock clock;
    std::chrono::steady_clock::time_point ending = {};  // when its list was seen to be done
  };

  std::string Start(const Selection& selection, Part* part);
  std::string Tend(const Selection& selection, Part* part, MergeOutcome* outcome);
  bool Receive(Part* part, MergeOutcome* outcome);
  std::string HandleEnd(Part* part, MergeOutcome* outcome);
  void Skip(Part* part, const std::string& signature, MergeOutcome* outcome);
  size_t Current(const Part& part) const;

  const Specimen* specimen_ = nullptr;
  std::string folder_;
  std::string binary_;  // "": workers are forked
  size_t workers_ = 0;
  WorkerSlots slots_;
  uint64_t layout_ = 0;
};

}  // namespace ouro

#endif  // FUZZ_MERGE_MERGE_POOL_H_
