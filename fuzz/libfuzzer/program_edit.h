// SPDX-License-Identifier: Apache-2.0

// Editing of programs: ranges of operations, sets of script numbers, insertion and deletion, and
// random ranges, in which each operation of the program has the same chance.
//
// Place: below the mutations.

#ifndef FUZZ_LIBFUZZER_PROGRAM_EDIT_H_
#define FUZZ_LIBFUZZER_PROGRAM_EDIT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "model/program.h"
#include "properties/generator/random.h"

namespace ouro {

// Adjacent operations of main (kNoScript) or of a script. An empty range is a place between two.
struct OpRange {
  int section = kNoScript;
  size_t at = 0;
  size_t length = 0;
};

// Before the operation at `place`; its length is ignored. REQUIRES: the place exists, and `ops` are
// not part of the program.
void Insert(const OpRange& place, std::span<const Op> ops, Program* program);
void Erase(const OpRange& range, Program* program);

// ---- sets of script numbers or registers ----

using NumberSet = uint32_t;
static_assert(kMaxScripts <= 32 && kRegisters <= 32);
inline NumberSet Bit(int number) { return NumberSet{1} << number; }
// The lowest number below kMaxScripts in the set.
std::optional<int8_t> Lowest(NumberSet set);

// The scripts that any operation names.
NumberSet NamedScripts(const Program& program);
// The scripts that have a body.
NumberSet DefinedScripts(const Program& program);

// ---- draws ----

// 0 ... n - 1. REQUIRES: n > 0.
inline size_t Draw(Random& random, size_t n) {
  return static_cast<size_t>(random.Below(static_cast<int>(n)));
}

// One operation. REQUIRES: the program has one.
OpRange RandomOp(Random& random, const Program& program);
// Half the time one operation, else up to `longest`. REQUIRES: the program has one.
OpRange RandomRange(Random& random, const Program& program, size_t longest);
OpRange RandomPlaceIn(Random& random, const Program& program, int section);
// Half the time in a script that the drawn operation names, whether it has a body or not.
OpRange RandomPlace(Random& random, const Program& program);

// The first wanted operation at or after a random one, cyclically. Linear.
template <typename Wanted>
std::optional<OpRange> Find(Random& random, const Program& program, Wanted wanted) {
  size_t left = program.size();
  if (left == 0) return std::nullopt;
  const int sections = static_cast<int>(program.scripts.size());
  OpRange range = RandomOp(random, program);
  for (; left > 0; --left) {
    if (wanted(program.section(range.section)[range.at])) return range;
    ++range.at;
    while (range.at >= program.section(range.section).size()) {
      range.at = 0;
      range.section = range.section + 1 == sections ? kNoScript : range.section + 1;
    }
  }
  return std::nullopt;
}

}  // namespace ouro

#endif  // FUZZ_LIBFUZZER_PROGRAM_EDIT_H_
