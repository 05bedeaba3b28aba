// SPDX-License-Identifier: Apache-2.0

// Reach is how many of a sequence of programs reach each conjunction.
//
// Place: behind `ouro reach`. properties/reach_test.cc measures situations, operations and events.

#ifndef FUZZ_REACH_REACH_H_
#define FUZZ_REACH_REACH_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "fuzz/reach/conjunction.h"
#include "model/collector.h"
#include "model/program.h"

namespace ouro {

struct Reach {
  int64_t programs = 0;
  std::array<int64_t, kConjunctions> reaching = {};  // programs, by conjunction
  std::string trouble;  // not lawful, which ended the measurement: the report; else ""
};

// A conjunction is too rare, unless it is excused, if fewer than one program in so many reach it.
inline constexpr int64_t kRare = 100'000;
inline bool IsRare(int64_t reaching, int64_t programs) { return reaching * kRare < programs; }

// Runs make(0), make(1), ... `programs` of them, on the specimen, in this process. Calls `progress`
// now and then with the number so far; if it returns false, the measurement ends there.
Reach MeasureReach(const Specimen& specimen, int64_t programs,
                   const std::function<Program(uint64_t index)>& make,
                   const std::function<bool(int64_t done)>& progress);

}  // namespace ouro

#endif  // FUZZ_REACH_REACH_H_
