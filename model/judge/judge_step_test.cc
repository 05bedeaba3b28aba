// SPDX-License-Identifier: Apache-2.0

// Rules of collections in steps, under bounds. See judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Rule kRules[] = {
    // A collection that had begun before need not find it; the next one has to.
    {"TrashIsFreedByTheSecondCollectionThatEndsInSteps", "lua", Law::kTrashFreed, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 step 1
 > collect 0
 > done 1
 step 1
 > collect 0
 > done 0
 step 1
 > collect 0
-> free 0
 > done 1  # <- here
)"},
    {"AFinalizerRunsByTheSecondCollectionThatEndsInSteps", "lua", Law::kFinalizeAtOnce, R"(
 r0 = node 1 del 0
 > new 0
 r0 = none
 step 1
 > collect 0
 > done 1
 step 1
 > collect 0
-> finalize 0
-> end 0
 > done 1  # <- here
)"},
    // What it can reach is alive until then, and for the collection that runs it.
    {"WhatAFinalizerCouldReachTakesTwoMore", "lua", Law::kTrashFreed, R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 0
 > new 1
 r0.0 = r1
 r1 = none
 r0 = none
 step 1
 > collect 0
 > done 1
 step 1
 > collect 0
 > finalize 0
 > end 0
 > done 1
 step 1
 > collect 0
 > done 1
 step 1
 > collect 0
 > free 0
-> free 1
 > done 1  # <- here
)"},
    // Found by one step, finalized by another, and brought back in between.
    {"AFinalizerThatAStepFoundMayRunThoughItIsHeldAgain", "lua", Law::kNoFinalizeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 0 del 1
 > new 1
 r0.0 = r1
 r0 = none
 r1 = none
 step 1
 > collect 0
 > finalize 0
   r3 = self.0
   > got 1
 > end 0
 > done 0
 step 1
 > collect 0
 > finalize 1
 > end 1
 > done 1
 step 1
 > collect 0
+> finalize 1  # <- here
 > done 0
)"},
    // What a young collection of Lua, which runs ten finalizers at most, had found.
    {"AFinalizerThatAYoungCollectionLeftMayRunThoughItIsHeldAgain", "lua",
     Law::kNoFinalizeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 0 del 1
 > new 1
 r0.0 = r1
 r0 = none
 r1 = none
 collect 1
 > collect 1
 > finalize 0
   r3 = self.0
   > got 1
 > end 0
 > done 0
 collect 2
 > collect 2
 > finalize 1
 > end 1
 > free 0
 > done 0
 collect 2
 > collect 2
+> finalize 1  # <- here
 > done 0
)"},
    {"AYoungCollectionThatRanNoFinalizerLeavesNone", "lua", Law::kNoFinalizeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 0 del 1
 > new 1
 r0.0 = r1
 r2 = weak r1
 > new 2
 r0 = none
 r1 = none
 collect 1
 > collect 1
 > done 0
 r3 = r2()
 > got 1
 collect 2
 > collect 2
 > finalize 0
 > end 0
+> finalize 1  # <- here
 > done 0
)"},
    // The register has the map until the result is there.
    {"AMapHoldsWhileItsKeyComesBackInItsRegister", "lua", Law::kFinalizeAtOnce, R"(
 r0 = map
 > new 0
 r3 = node 0
 > new 1
 r1 = node 0 del 0
 > new 2
 r0[r3] = r1
 r2 = weak r3
 > new 3
 r1 = none
 r3 = none
 step 1
 > collect 0
 > done 1
 r0 = r2()
 > got 1
 step 1
 > collect 0
 > done 1
 step 1
 > collect 0
 > free 0
-> finalize 2
-> end 2
 > done 1  # <- here
)"},
    {"AStepLeavesWhatIsHeld", "lua ruby php boehm", Law::kNoFreeWhileHeld, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 step 9
 > collect 0
+> free 0  # <- here
 > done 0
)"},
    {"AStepHappens", "lua", Law::kEventInPlace, R"(
 step 9  # <- here
-> collect 0
-> done 0
)"},
    // An emergency within a step returns what it likes: only the step says that it has ended one.
    {"AnAutomaticCollectionEndsNoSteps", "lua", Law::kFreeOnce, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 step 1
 > collect 0 auto
 > done 1
 > collect 0
 > done 1
 step 1
 > collect 0 auto
 > done 1
 > collect 0
 > free 0
+> free 0  # <- here
 > done 0
)"},
    // It may, it need not: nothing has ended.
    {"StepsThatEndNothingOweNothing", "lua", Law::kFreeOnce, R"(
 r0 = node 0
 > new 0
 r0 = none
 step 1000
 > collect 0
 > done 0
 step 1000
 > collect 0
 > free 0
 > done 0
 step 1000
 > collect 0
+> free 0  # <- here
 > done 0
)"},
};

}  // namespace

std::span<const Rule> StepRules() { return kRules; }

}  // namespace ouro
