// A fuzz session is the life of one fuzzing process: the specimen, the trial that all inputs share,
// and who is sent what came of them: a person, by a report and an abort, or a campaign, by a slot.
//
// Place: behind the entry points of collector_fuzzer, which libFuzzer or AFL++ calls.

#ifndef FUZZ_LIBFUZZER_FUZZ_SESSION_H_
#define FUZZ_LIBFUZZER_FUZZ_SESSION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "fuzz/campaign/worker_slot.h"
#include "model/collector.h"
#include "model/trial.h"

namespace ouro {

class FuzzSession {
 public:
  // Takes its own options out of the arguments:
  //   --specimen=NAME    an in-process one; also from the environment, OURO_SPECIMEN
  //   --slot=FILE:I:N    slot I of the N in that file; then it tells instead of aborting
  //   --channel=FD          where it tells
  // Exits with 2 and a sentence where they make no sense.
  FuzzSession(int* argc, char*** argv);

  // Runs a program and its bytes. An unlawful one ends the process by abort, after the report,
  // unless a campaign is listening. REQUIRES: program == Decode(data, size).
  void Run(const Program& program, const uint8_t* data, size_t size);

 private:
  void OpenSlot(const std::string& option);
  void SetRunningProgram(const uint8_t* data, size_t size);
  void NoteTime(std::chrono::steady_clock::duration time);
  void Account(const Verdict& verdict, const uint8_t* data, size_t size);
  [[noreturn]] void Abort(const Program& program, const Verdict& verdict) const;

  Specimen specimen_;
  std::unique_ptr<Trial> trial_;
  WorkerSlots slots_;
  WorkerSlot* slot_ = nullptr;  // null: no campaign
  int channel_ = -1;
};

}  // namespace ouro

#endif  // FUZZ_LIBFUZZER_FUZZ_SESSION_H_
