// A runner runs programs on one specimen: in child processes where a crash of the collector would
// be ours.
//
// Place: between the commands and trials.

#ifndef FUZZ_OURO_RUNNER_H_
#define FUZZ_OURO_RUNNER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/isolate.h"
#include "model/trial.h"

namespace ouro {

class Runner {
 public:
  // `in_process`: never in a child, so that a debugger sees what happens.
  explicit Runner(const Specimen& specimen, Limits limits = {}, bool in_process = false);

  // A program, alone.
  Verdict Run(const Program& program, std::string* transcript);

  // What became of a program: `index` is its place in the list.
  using Each = std::function<void(size_t index, const Verdict& verdict, const std::string& trace)>;

  // All of them, in order; many to a child, which is far cheaper. What is unlawful then is run
  // again, alone; if it is lawful so, the verdict is kBroken and says so. Lawful ones have no
  // trace.
  void RunAll(const std::vector<Program>& programs, const Each& each);

 private:
  const Specimen specimen_;
  Isolation isolation_;
  std::unique_ptr<Trial> trial_;
};

}  // namespace ouro

#endif  // FUZZ_OURO_RUNNER_H_
