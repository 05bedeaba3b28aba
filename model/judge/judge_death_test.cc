// SPDX-License-Identifier: Apache-2.0

// Rules of deaths by reference count, of births, and of what every operation must report. See
// judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Rule kRules[] = {
    // ---- references ----
    {"WhatARegisterHoldsLives", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = leaf
 > new 0
 r1 = r0
 r0 = none
+> free 0  # <- here
-r1 = none
-> free 0
)"},
    {"WhatASlotHoldsLives", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 1
 > new 0
 r2 = node 1
 > new 1
 r2.0 = r0
 r0 = none
+> free 0  # <- here
)"},
    {"EachOfTwoSlotsHolds", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = leaf
 > new 0
 r1 = node 2
 > new 1
 r1.0 = r0
 r1.1 = r0
 r0 = none
 r1.0 = none
+> free 0  # <- here
-r1.1 = none
-> free 0
)"},
    {"WhatTheGarbageListHoldsLives", k2x, Law::kNoFreeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
 > garbage 0
 > done 1
 r0 = garbage 0
 > got 0
 r0.0 = none
 r0 = none
+> free 0  # <- here
-garbage clear
-> finalize 0
-> end 0
-> free 0
)"},
    {"ARunningFinalizerHoldsItsObject", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   r1 = leaf
   > new 1
+  > free 0  # <- here
 > end 0
 > free 0
)"},
    {"ACycleHoldsItself", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
+> free 0  # <- here
)"},
    {"WhatAFinalizerIsDueForHoldsItsSlots", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r1 = leaf
 > new 1
 r0.0 = r1
 r1 = none
 r0 = none
+> free 1  # <- here
 > finalize 0
 > end 0
-> free 1
 > free 0
)"},
    {"AWeakReferenceHoldsNothing", kAll, Law::kFreeAtOnce, R"(
 r0 = node 0
 > new 0
 r1 = weak r0
 > new 1
 r0 = none  # <- here
-> free 0
)"},

    // ---- deaths ----
    {"ADeathIsNotPutOff", kAll, Law::kFreeAtOnce, R"(
 r0 = leaf
 > new 0
 r0 = none  # <- here
-> free 0
 r1 = leaf
 > new 1
)"},
    {"ADeathIsToldOnce", kAll, Law::kFreeOnce, R"(
 r0 = leaf
 > new 0
 r0 = none
 > free 0
+> free 0  # <- here
)"},
    {"NobodyDiesTwiceLater", kAll, Law::kFreeOnce, R"(
 r0 = leaf
 > new 0
 r1 = leaf
 > new 1
 r0 = none
 > free 0
 r1 = none
-> free 1
+> free 0  # <- here
)"},
    {"NobodyDiesBeforeItsBirth", kAll, Law::kFreeOnce, R"(
 r0 = leaf
 > new 0
 r0 = none
+> free 1  # <- here
 > free 0
)"},
    {"ChildrenMayDieFirst", kAll, Law::kFreeAtOnce, R"(
 r0 = node 1
 > new 0
 r1 = node 1
 > new 1
 r2 = leaf
 > new 2
 r1.0 = r2
 r0.0 = r1
 r1 = none
 r2 = none
 r0 = none
 > free 2
 > free 1  # <- here
-> free 0
)"},
    {"ChildrenMayDieLast", kAll, Law::kFreeAtOnce, R"(
 r0 = node 1
 > new 0
 r1 = node 1
 > new 1
 r2 = leaf
 > new 2
 r1.0 = r2
 r0.0 = r1
 r1 = none
 r2 = none
 r0 = none
 > free 0
 > free 1  # <- here
-> free 2
)"},
    {"ADeathSparesWhatOthersHold", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 1
 > new 0
 r1 = leaf
 > new 1
 r0.0 = r1
 r0 = none
 > free 0
+> free 1  # <- here
)"},
    // experiment O4: `l[0] = 7` is seen as [7] by the finalizer of what was there.
    {"AStoreComesBeforeTheRelease", kAll, Law::kLoad, R"(
 r0 = node 1
 > new 0
 r1 = node 0 del 0
 > new 1
 r0.0 = r1
 r1 = none
 r2 = leaf
 > new 2
 r0.0 = r2
 > finalize 1
   r3 = r0.0
-  > got 2
+  > got 1  # <- here
 > end 1
 > free 1
)"},
    {"SlotsYieldWhatWasStored", kAll, Law::kLoad, R"(
 r0 = node 2
 > new 0
 r0.1 = r0
 r1 = r0.0
-> got none
+> got 0  # <- here
 r1 = r0.1
 > got 0
)"},
    // O2 orders slots; the judge accepts any order, but an empty slot kills nothing.
    {"AnOverwrittenSlotLetsGo", kAll, Law::kFreeAtOnce, R"(
 r0 = node 1
 > new 0
 r1 = leaf
 > new 1
 r0.0 = r1
 r1 = none
 r2 = leaf
 > new 2
 r0.0 = r2  # <- here
-> free 1
)"},

    // ---- births and failures ----
    {"ObjectsAreNumberedInOrder", kAll, Law::kIdentity, R"(
 r0 = leaf
 > new 0
 r1 = leaf
-> new 1
+> new 2  # <- here
)"},
    {"NumbersAreNotUsedAgain", kAll, Law::kIdentity, R"(
 r0 = leaf
 > new 0
 r0 = none
 > free 0
 r0 = leaf
-> new 1
+> new 0  # <- here
)"},
    {"AnAllocationFailsWhenItIsTold", kAll, Law::kFailedAllocation, R"(
 fail 2
 r0 = leaf
 > new 0
 r1 = node 0
-> failed
+> new 1  # <- here
 r1 = node 0
 > new 1
)"},
    {"AnAllocationFailsOnlyWhenItIsTold", kAll, Law::kFailedAllocation, R"(
 r0 = leaf
-> new 0
+> failed  # <- here
)"},
    {"AnAllocationFailsOnce", kAll, Law::kFailedAllocation, R"(
 fail 1
 r0 = leaf
 > failed
 r0 = leaf
-> new 0
+> failed  # <- here
)"},
    {"AFailureGivesNoNumber", kAll, Law::kIdentity, R"(
 fail 1
 r0 = leaf
 > failed
 r0 = leaf
-> new 0
+> new 1  # <- here
)"},
    {"AFailureIsNotSilent", kAll, Law::kFailedAllocation, R"(
 fail 1
 r0 = leaf  # <- here
-> failed
)"},

    // ---- events out of place ----
    {"OnlyAllocationsGiveBirth", kAll, Law::kEventInPlace, R"(
 r0 = none
+> new 0  # <- here
)"},
    {"AnAllocationGivesBirthOnce", kAll, Law::kEventInPlace, R"(
 r0 = leaf
 > new 0
+> new 1  # <- here
)"},
    {"AnAllocationGivesBirth", kAll, Law::kEventInPlace, R"(
 r0 = leaf  # <- here
-> new 0
)"},
    {"ALoadYieldsSomething", kAll, Law::kEventInPlace, R"(
 r0 = node 1
 > new 0
 r1 = r0.0  # <- here
-> got none
)"},
    {"ALoadYieldsOnce", kAll, Law::kEventInPlace, R"(
 r0 = node 1
 > new 0
 r1 = r0.0
 > got none
+> got none  # <- here
)"},
    {"ACopyYieldsNothing", kAll, Law::kEventInPlace, R"(
 r0 = leaf
 > new 0
 r1 = r0
+> got 0  # <- here
)"},
    {"AScriptEndsAsItself", kAll, Law::kEventInPlace, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
-> end 0
+> end 1  # <- here
 > free 0
)"},
    {"NothingHappensBetweenTheOperationsOfAScript", kAll, Law::kEventInPlace, R"(
 r0 = node 0 del 0
 > new 0
 r1 = leaf
 > new 1
 r0 = none
 > finalize 0
+  > free 1  # <- here
 > end 0
 > free 0
)"},
};

}  // namespace

std::span<const Rule> DeathRules() { return kRules; }

}  // namespace ouro
