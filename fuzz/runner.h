// SPDX-License-Identifier: Apache-2.0

// A runner runs programs on one specimen: in child processes if a crash of the collector would be a
// crash of ours, in this process if the collector is a process itself.
//
// Place: between the commands and trials.

#ifndef FUZZ_RUNNER_H_
#define FUZZ_RUNNER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/isolate.h"
#include "model/trial.h"

namespace ouro {

class Runner {
 public:
  // `in_process`: never in a child process, so that a debugger sees what happens.
  explicit Runner(const Specimen& specimen, Limits limits = {}, bool in_process = false);

  // Runs one program, alone. *transcript is empty if a crash took it along.
  Verdict Run(const Program& program, std::string* transcript);

  // Receives the verdict of programs[index].
  using Each = std::function<void(size_t index, const Verdict& verdict, const std::string& trace)>;

  // Runs all programs in order and calls each() for every one. One child process runs many, which
  // is far cheaper; a program that is unlawful there is run again, alone, and if it is lawful then,
  // its verdict is kBroken and says so. The trace of a lawful program may be empty. Ends early
  // where an Interruptible (fuzz/interrupt.h) has caught a signal.
  void RunAll(const std::vector<Program>& programs, const Each& each);

  // Programs in order, each with the verdict and the transcript that Run gives it, and far cheaper
  // where one child process can run many: where a contract fixes every event, or the collector's
  // own state is all that there is. Several series, each of a runner of its own, may be open at a
  // time.
  class Series {
   public:
    // `runner` and `programs` must outlive it.
    Series(Runner& runner, std::span<const Program> programs);
    // As Runner::Run, on the next program. REQUIRES: there is one; transcript is not null.
    Verdict Next(std::string* transcript);

   private:
    Runner& runner_;
    const std::span<const Program> programs_;
    size_t next_ = 0;
    std::optional<IsolatedRuns> isolated_;  // none: the runner's trial runs them
  };

 private:
  const Specimen specimen_;
  Isolation isolation_;
  std::unique_ptr<Trial> trial_;
};

}  // namespace ouro

#endif  // FUZZ_RUNNER_H_
