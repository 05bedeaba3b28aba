// A place is where a program can be changed: a section and a number of operations before it. A run
// is the operations that follow a place. Both are drawn here at random, the operations evenly.
//
// Place: below the mutator.

#ifndef FUZZ_LIBFUZZER_PROGRAM_EDIT_H_
#define FUZZ_LIBFUZZER_PROGRAM_EDIT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "model/program.h"
#include "properties/generator/random.h"

namespace ouro {

// Operations of main (kNoScript) or of a script. An empty run is a place between operations.
struct OpRange {
  int section = kNoScript;
  size_t at = 0;
  size_t length = 0;
};

void Insert(const OpRange& place, std::span<const Op> ops, Program* program);
void Erase(const OpRange& run, Program* program);

// ---- sets of script numbers or registers ----

using NumberSet = uint32_t;
static_assert(kMaxScripts <= 32 && kRegisters <= 32);
inline NumberSet Bit(int number) { return NumberSet{1} << number; }
// The lowest number of the set.
std::optional<int8_t> Lowest(NumberSet set);

// The scripts that an operation names.
NumberSet NamedScripts(const Program& program);
// The scripts that have a body.
NumberSet DefinedScripts(const Program& program);

// ---- draws ----

// 0 ... n - 1. REQUIRES: n > 0.
inline size_t Draw(Random& random, size_t n) {
  return static_cast<size_t>(random.Below(static_cast<int>(n)));
}

// A run of one operation. REQUIRES: there is one.
OpRange RandomOp(Random& random, const Program& program);
// Half the time a run of one operation, else of up to `longest`. REQUIRES: there is one.
OpRange RandomRange(Random& random, const Program& program, size_t longest);
OpRange RandomPlaceIn(Random& random, const Program& program, int section);
// Often in a script that some operation names, whether it has a body or not.
OpRange RandomPlace(Random& random, const Program& program);

// The first operation that is wanted, from a random one on and round.
template <typename Wanted>
std::optional<OpRange> Find(Random& random, const Program& program, Wanted wanted) {
  size_t left = program.size();
  if (left == 0) return std::nullopt;
  const int sections = static_cast<int>(program.scripts.size());
  OpRange run = RandomOp(random, program);
  for (; left > 0; --left) {
    if (wanted(program.section(run.section)[run.at])) return run;
    ++run.at;
    while (run.at >= program.section(run.section).size()) {
      run.at = 0;
      run.section = run.section + 1 == sections ? kNoScript : run.section + 1;
    }
  }
  return std::nullopt;
}

}  // namespace ouro

#endif  // FUZZ_LIBFUZZER_PROGRAM_EDIT_H_
