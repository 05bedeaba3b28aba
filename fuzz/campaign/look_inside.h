// SPDX-License-Identifier: Apache-2.0

// A look inside is a call of Collector::Verify: much that goes wrong in counters and lists no event
// shows. When workers look, and how often they begin with a new collector.
//
// Place: for the workers of both engines, and for those who run again what these have seen.

#ifndef FUZZ_CAMPAIGN_LOOK_INSIDE_H_
#define FUZZ_CAMPAIGN_LOOK_INSIDE_H_

#include <cstdint>
#include <string>

#include "model/collector.h"
#include "model/trial.h"

namespace ouro {

// After each operation of one program of so many, and after each program. A look may take as long
// as the heap is large.
inline constexpr uint64_t kLookEvery = 50;
// Programs that share a collector, if it IsRenewed: a new one has to map its memory.
inline constexpr uint64_t kRenewEvery = 100;

// Whether such a collector can be made and discarded at will in one process: many peers cannot be
// shut down, and others are processes themselves.
inline bool IsRenewed(const Specimen& specimen) {
  for (const char* made_anew : {"optimized", "naive", "planted:", "liar:", "wild:", "lib:"}) {
    if (specimen.name.starts_with(made_anew)) return true;
  }
  return false;
}

// `number` is the program's own, so that the same is always done to it.
inline Limits::Verify LookOf(uint64_t number) {
  return number % kLookEvery == 0 ? Limits::Verify::kAfterOperations
                                  : Limits::Verify::kAfterProgram;
}

// What was seen by a look needs one to be seen again.
inline Limits::Verify LookFor(const std::string& signature) {
  return signature.starts_with(kInconsistentSign) ? Limits::Verify::kAfterOperations
                                                  : Limits::Verify::kNever;
}

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_LOOK_INSIDE_H_
