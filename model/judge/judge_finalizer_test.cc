// SPDX-License-Identifier: Apache-2.0

// Rules of finalizers at deaths by reference count. See judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Rule kRules[] = {
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
    {"AFinalizerThatIsAskedForRuns", kAll, Law::kFinalizeAtOnce, R"(
 r0 = node 0 del 0
 > new 0
 dispose r0  # <- here
-> finalize 0
-> end 0
)"},
    {"AFinalizerThatIsAskedForRunsOnce", kAll, Law::kNoFinalizeWhileHeld, R"(
 r0 = node 0 del 0
 > new 0
 dispose r0
 > finalize 0
 > end 0
+> finalize 0  # <- here
+> end 0
)"},
    {"TheFinalizerOfAnotherObjectIsNotAskedFor", kAll, Law::kNoFinalizeWhileHeld, R"(
 r0 = node 0 del 0
 > new 0
 r1 = node 0 del 0
 > new 1
 dispose r0
+> finalize 1  # <- here
+> end 1
 > finalize 0
 > end 0
)"},
    {"AskingForAFinalizerDoesNotCount", kAll, Law::kFinalizeBeforeFree, R"(
 r0 = node 0 del 0
 > new 0
 dispose r0
 > finalize 0
 > end 0
 r0 = none
-> finalize 0
-> end 0
 > free 0  # <- here
)"},
    {"AskingForAFinalizerClearsNoWeakReference", kAll, Law::kDereference, R"(
 r0 = node 0 del 0
 > new 0
 r1 = weak r0
 > new 1
 dispose r0
 > finalize 0
 > end 0
 r2 = r1()
-> got 0
+> got none  # <- here
)"},
    {"WhatIsAskedMayDieOfIt", kAll, Law::kFreeAtOnce, R"(
 r0 = node 0 del 0
 > new 0
 dispose r0
 > finalize 0
   r0 = none
 > end 0
 > finalize 0
 > end 0  # <- here
-> free 0
 r1 = leaf
 > new 1
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
    // experiment R1
    {"AFinalizerMayBringItsObjectBack", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   r1 = self
 > end 0
+> free 0  # <- here
)"},
    // experiment R8
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
    // experiment R13
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
    // experiment R11
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
    // experiment R7, fact 5: `untracked while its callbacks run` is in judge_weak_test.cc.
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
    // Fact 6: what is not released yet still counts. Slots are released in order (O2).
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
    {"SelfInItsOwnSlotIsTrashForLater", k3x, Law::kFinalizeAsOften, R"(
 r0 = node 1 del 0
 > new 0
 r0 = none
 > finalize 0
   self.0 = self
 > end 0
 collect 2
 > collect 2
+  > finalize 0  # <- here
+  > end 0
   > free 0
 > done 1
)"},
};

}  // namespace

std::span<const Rule> FinalizerRules() { return kRules; }

}  // namespace ouro
