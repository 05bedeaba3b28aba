// SPDX-License-Identifier: Apache-2.0

// A fuzz session runs the inputs of one fuzzing process on its specimen. A user sees an unlawful
// input as a report and an abort; a campaign sees all of them through a worker slot and a channel.
//
// Place: behind the entry points of collector_fuzzer, which libFuzzer or AFL++ calls. One session a
// process, one thread.

#ifndef FUZZ_LIBFUZZER_FUZZ_SESSION_H_
#define FUZZ_LIBFUZZER_FUZZ_SESSION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "collector/edge_counters.h"
#include "fuzz/campaign/worker_slot.h"
#include "model/collector.h"
#include "model/trial.h"

namespace ouro {

class FuzzSession {
 public:
  // Removes its own options from the arguments:
  //   --specimen=NAME    an in-process one, as FindFuzzed knows them; else OURO_SPECIMEN of the
  //                      environment
  //   --slot=FILE:I:N    worker slot I of N in that file: it runs for a campaign
  //   --channel=FD       then also the pipe for messages
  //   --observe=1        then it also sends what IsObserved, by the programs of the slot
  //   --merge=N:FOLDER   then it runs a list of programs for a merge, and ends: merge_worker.h
  // Exits with code 2 and a sentence if one of them is wrong.
  FuzzSession(int* argc, char*** argv);

  // Runs one program. An unlawful one is reported and aborts the process, unless it runs for a
  // campaign. REQUIRES: program == Decode(data, size).
  void Run(const Program& program, const uint8_t* data, size_t size);

 private:
  size_t OpenSlot(const std::string& option);
  [[noreturn]] void Merge(const std::string& option, size_t number);
  void SetRunningProgram(const uint8_t* data, size_t size);
  void NoteTime(std::chrono::steady_clock::duration time);
  void Record(const Verdict& verdict, std::chrono::steady_clock::duration time, const uint8_t* data,
              size_t size);
  [[noreturn]] void Abort(const Program& program, const Verdict& verdict) const;

  Specimen specimen_;
  std::unique_ptr<Trial> trial_;
  WorkerSlots slots_;
  WorkerSlot* slot_ = nullptr;  // null: it runs for a user
  EdgeCounters edges_;          // of the specimen's code
  int channel_ = -1;
  bool observe_ = false;
  bool renewed_ = false;
  uint64_t programs_ = 0;
};

}  // namespace ouro

#endif  // FUZZ_LIBFUZZER_FUZZ_SESSION_H_
