// SPDX-License-Identifier: Apache-2.0

// An explanation of an unlawful program: of each of its operations, whether the verdict needs it
// and which of its operands could be others; and the grounds of the verdict.
//
// Place: for `ouro explain` and `ouro report`, on top of runners and histories. Whether a line
// matters is found out by running the program without it, so only what the collector does counts.

#ifndef FUZZ_REPORT_EXPLAIN_H_
#define FUZZ_REPORT_EXPLAIN_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fuzz/runner.h"
#include "model/program_position.h"

namespace ouro {

enum class Matter : uint8_t {
  kNeeded,      // without it, or with any other operand, the verdict is another
  kAny,         // it is needed, but could be another in the way that the note says
  kIrrelevant,  // the verdict is the same without it
};

const char* Name(Matter matter);

struct Mark {
  ProgramPlace place = {};
  Matter matter = Matter::kNeeded;
  std::string note = {};  // "slot 0, 1 or 2; any finalizer"
};

struct Explanation {
  std::vector<Mark> marks = {};  // of every operation, scripts first, as the program is printed
  std::vector<std::string> cause = {};  // sentences; steps in them are lines of the trace
  size_t tried = 0;                     // programs
  size_t supposed = 0;                  // changes of the trace
  bool finished = true;                 // false: there are more variants, which were not tried
};

// The most programs that are tried.
inline constexpr size_t kMostTried = 20'000;

// `verdict` and `trace` are of a run of the program alone. `progress` may be empty. The program
// runs once for each operation and each variant of it (model/program_variants.h), until the time is
// over: a variant that was not tried counts as one that changes the verdict.
// REQUIRES: the verdict is not lawful.
Explanation Explain(const Program& program, const Specimen& specimen, const Verdict& verdict,
                    const std::string& trace, int seconds,
                    const std::function<void(size_t done, size_t all)>& progress);

// The canonical text of the program with a comment behind each operation: "# needed".
std::string PrintMarked(const Program& program, const std::vector<Mark>& marks);

}  // namespace ouro

#endif  // FUZZ_REPORT_EXPLAIN_H_
