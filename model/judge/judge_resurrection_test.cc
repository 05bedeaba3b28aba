// SPDX-License-Identifier: Apache-2.0

// Rules of trash that its finalizers resurrect (PEP 442; 3.4 and later): what lives on, for how
// long, and in which generation. See judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Rule kRules[] = {
    // experiment P2
    {"ResurrectedTrashLives", kFrom37, Law::kNoFreeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self
   > end 0
+  > free 0  # <- here
 > done 0
)"},
    {"ResurrectedTrashIsNotFinalizedAgain", kFrom37, Law::kFinalizeAsOften, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self
   > end 0
 > done 0
 r5 = none
 collect 2
 > collect 2
+  > finalize 0  # <- here
+  > end 0
   > free 0
 > done 1
)"},
    {"ResurrectedTrashIsFoundAgain", kFrom37, Law::kTrashFreed, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self
   > end 0
 > done 0
 r5 = none
 collect 2
 > collect 2
-  > free 0
-> done 1
+> done 0  # <- here
)"},
    // experiment P11, fact 10
    {"ResurrectedTrashIsPromoted", kFrom37, Law::kCensusGeneration, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 0
 > collect 0
   > finalize 0
     r5 = self
   > end 0
 > done 0
 census
-> tracked 0 1
+> tracked 0 0  # <- here
)"},
    // Fact 10
    {"FinalizersRunForWhatAnotherHasBroughtBack", kFrom37, Law::kFinalizeAtOnce, R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 1 del 1
 > new 1
 r0.0 = r1
 r1.0 = r0
 r0 = none
 r1 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self
   > end 0
-  > finalize 1
-  > end 1
 > done 0  # <- here
)"},
    // experiments P1, P7: 3.9 and later spare what is reachable again, and no more.
    {"AResurrectionSparesWhatItReaches", kFrom39, Law::kNoFreeWhileHeld, R"(
 r0 = node 2 del 0
 > new 0
 r1 = node 1
 > new 1
 r2 = node 0
 > new 2
 r1.0 = r2
 r0.0 = r0
 r0.1 = r1
 r0 = none
 r1 = none
 r2 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self.1
     > got 1
   > end 0
   > free 0
+  > free 2  # <- here
 > done 1
)"},
    {"AResurrectionSparesNothingElse", kFrom39, Law::kTrashFreed, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = node 1 del 1
 > new 1
 r1.0 = r1
 r0 = none
 r1 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self
   > end 0
   > finalize 1
   > end 1
-  > free 1
-> done 1
+> done 0  # <- here
)"},
    // ... 3.4 to 3.8 spare all of it.
    {"AResurrectionSparesAll", "37 38", Law::kNoFreeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = node 1 del 1
 > new 1
 r1.0 = r1
 r0 = none
 r1 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self
   > end 0
   > finalize 1
   > end 1
+  > free 1  # <- here
 > done 0
)"},
    {"WhatIsSparedIsPromoted", "37 38", Law::kCensusGeneration, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = node 1 del 1
 > new 1
 r1.0 = r1
 r0 = none
 r1 = none
 collect 0
 > collect 0
   > finalize 0
     r5 = self
   > end 0
   > finalize 1
   > end 1
 > done 0
 census
 > tracked 0 1
-> tracked 1 1
+> tracked 1 0  # <- here
)"},
    // experiment P9
    {"WeakReferencesToResurrectedTrashStayCleared", kFrom37, Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r2 = weak r0 call 1
 > new 1
 r0 = none
 collect 2
 > collect 2
   > callback 1
   > end 1
   > finalize 0
     r5 = self
   > end 0
 > done 0
 r6 = r2()
-> got none
+> got 0  # <- here
)"},
};

}  // namespace

std::span<const Rule> ResurrectionRules() { return kRules; }

}  // namespace ouro
