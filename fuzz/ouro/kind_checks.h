// SPDX-License-Identifier: Apache-2.0

// A kind check is a small program about one kind of a specimen: that it holds what was put into it,
// yields it, lets it go; that a cycle through it is collected; that its actions, done at odd
// moments, break nothing. What fails here fails alone, without other kinds: the kind is wrong (it
// holds nothing, holds twice, or has a cycle that it does not admit), or the engine has a bug.
//
// Place: `ouro kinds`, which runs them. Knows programs and verdicts, no collector.

#ifndef FUZZ_OURO_KIND_CHECKS_H_
#define FUZZ_OURO_KIND_CHECKS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/kind.h"
#include "model/program.h"
#include "model/trial.h"

namespace ouro {

struct KindCheck {
  std::string name;  // "a cycle of itself"
  Program program;
};

// The checks of that kind, the simplest first. Their number grows with that of its actions.
std::vector<KindCheck> ChecksOf(const KindRow& kind);

// What a verdict says of a kind.
enum class KindFault : uint8_t { kNone, kHolds, kLetsGo, kYields, kLeaks, kCrashes, kOther };
KindFault FaultOf(const Verdict& verdict);

// The column of a fault: "holds", "lets go", "yields", "leaks", "crashes", "other".
const char* ColumnOf(KindFault fault);

}  // namespace ouro

#endif  // FUZZ_OURO_KIND_CHECKS_H_
