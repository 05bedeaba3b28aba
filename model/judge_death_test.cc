// Rules of deaths by reference count, of finalizers, and of what every operation owes. See
// judge_rules.h; the letters are experiments of semantics, "fact" is architecture's.

#include "model/judge_rules.h"

namespace ouro {
namespace {

constexpr Rule kRules[] = {
    // ---- holding ----
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
    // O4: `l[0] = 7` is seen as [7] by the finalizer of what was there.
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
    // O2 orders slots; the judge takes any order, but an empty slot kills nobody.
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

    // ---- finalizers ----
    {"TheLivingAreNotFinalized", kAll, Law::kNoFinalizeWhileHeld, R"(
 r0 = node 0 del 0
 > new 0
 r1 = r0
 r0 = none
+> finalize 0  # <- here
+> end 0
)"},
    {"TheLivingAreNotFinalizedByCollections", kAll, Law::kNoFinalizeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 collect 2
 > collect 2
+  > finalize 0  # <- here
+  > end 0
 > done 0
)"},
    {"AFinalizerRunsBeforeTheDeath", kAll, Law::kFinalizeBeforeFree, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
-> finalize 0
-> end 0
 > free 0  # <- here
)"},
    {"AFinalizerIsNotPutOff", kAll, Law::kFinalizeAtOnce, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none  # <- here
-> finalize 0
-> end 0
-> free 0
)"},
    {"AFinalizerRunsOnceADeath", kAll, Law::kFinalizeAsOften, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
 > end 0
+> finalize 0  # <- here
+> end 0
 > free 0
)"},
    {"OnlyWhatHasAFinalizerIsFinalized", kAll, Law::kFinalizeAsOften, R"(
 r0 = node 0
 > new 0
 r0 = none
+> finalize 0  # <- here
+> end 0
 > free 0
)"},
    {"OnlyWhatIsBornIsFinalized", kAll, Law::kFinalizeAsOften, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
+> finalize 1  # <- here
+> end 1
 > finalize 0
 > end 0
 > free 0
)"},
    // R1
    {"AFinalizerMayBringItsObjectBack", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   r1 = self
 > end 0
+> free 0  # <- here
)"},
    // R8
    {"AnExceptionInAFinalizerIsDropped", kAll, Law::kFreeAtOnce, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   r3 = leaf
   > new 1
   raise
 > end 0 raised  # <- here
-> free 0
)"},
    // R13
    {"FinalizersNest", kAll, Law::kFinalizeAtOnce, R"(
 r0 = node 0 del 0
 > new 0
 r1 = node 0 del 1
 > new 1
 r0 = none
 > finalize 0
   r1 = none
-  > finalize 1
-  > end 1
-  > free 1
 > end 0
 > free 0  # <- here
)"},
    // R11
    {"ACollectionInAFinalizerIsAnOrdinaryOne", kAll, Law::kTrashFreed, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 r1 = node 0 del 0
 > new 1
 r1 = none
 > finalize 1
   collect 2
   > collect 2
-    > free 0
-  > done 1
+  > done 0  # <- here
 > end 1
 > free 1
)"},
    {"ACollectionInAFinalizerSparesTheDying", kAll, Law::kNoFreeWhileHeld, R"(
 r1 = node 0 del 0
 > new 0
 r1 = none
 > finalize 0
   collect 2
   > collect 2
+    > free 0  # <- here
   > done 0
 > end 0
 > free 0
)"},
    // R7, fact 5: `untracked while its callbacks run` is in judge_weak_test.cc.
    {"ADyingObjectIsTrackedForItsFinalizer", kAll, Law::kCensusComplete, R"(
 r0 = node 0 del 0
 > new 0
 collect 2
 > collect 2
 > done 0
 r0 = none
 > finalize 0
   census  # <- here
-  > tracked 0 0
 > end 0
 > free 0
)"},
    {"ADyingObjectIsYoungForItsFinalizer", kAll, Law::kCensusGeneration, R"(
 r0 = node 0 del 0
 > new 0
 collect 2
 > collect 2
 > done 0
 r0 = none
 > finalize 0
   census
-  > tracked 0 0
+  > tracked 0 2  # <- here
 > end 0
 > free 0
)"},
    {"TheResurrectedAreYoung", kAll, Law::kCensusGeneration, R"(
 r0 = node 0 del 0
 > new 0
 collect 2
 > collect 2
 > done 0
 r0 = none
 > finalize 0
   r1 = self
 > end 0
 census
-> tracked 0 0
+> tracked 0 2  # <- here
)"},
    {"TheResurrectedStayWhereANestedCollectionPutThem", kAll, Law::kCensusGeneration, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   collect 0
   > collect 0
   > done 0
   r1 = self
 > end 0
 census
-> tracked 0 1
+> tracked 0 0  # <- here
)"},
    // Fact 6: what is not let go of still counts. Slots are let go in order (O2).
    {"WhatADyingObjectHasNotLetGoOfIsHeld", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 2
 > new 0
 r1 = node 0 del 0
 > new 1
 r2 = node 1
 > new 2
 r2.0 = r2
 r0.0 = r1
 r0.1 = r2
 r1 = none
 r2 = none
 r0 = none
 > finalize 1
   collect 2
   > collect 2
+    > free 2  # <- here
   > done 0
 > end 1
 > free 1
 > free 0
 collect 2
 > collect 2
   > free 2
 > done 1
)"},
    {"WhatADyingObjectHasLetGoOfIsTrash", kAll, Law::kTrashFreed, R"(
 r0 = node 2
 > new 0
 r1 = node 0 del 0
 > new 1
 r2 = node 1
 > new 2
 r2.0 = r2
 r0.0 = r2
 r0.1 = r1
 r1 = none
 r2 = none
 r0 = none
 > finalize 1
   collect 2
   > collect 2
-    > free 2
-  > done 1
+  > done 0  # <- here
 > end 1
 > free 1
 > free 0
)"},
    // Fact 9, R12
    {"SelfInItsOwnSlotIsAResurrection", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r0 = none
 > finalize 0
   self.0 = self
 > end 0
+> free 0  # <- here
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

    // ---- events in their place ----
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
