// SPDX-License-Identifier: Apache-2.0

// Rules of uncollectable objects and the garbage list: what enters it, what saveall adds, what
// becomes of it. See judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Rule kRules[] = {
    // experiment F1
    {"TheUncollectableGoToTheGarbageList", k2x, Law::kGarbageComplete, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
-  > garbage 0
 > done 1  # <- here
-collect 2
-> collect 2
-> done 0
)"},
    {"TheUncollectableGoThereOnce", k2x, Law::kGarbageUncollectable, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > garbage 0
+  > garbage 0  # <- here
 > done 1
)"},
    {"TheUncollectableAreNotFreed", k2x, Law::kNoFreeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
-  > garbage 0
+  > free 0  # <- here
 > done 1
)"},
    {"TheUncollectableAreNotFinalized", k2x, Law::kNoFinalizeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
+  > finalize 0  # <- here
+  > end 0
   > garbage 0
 > done 1
)"},
    {"TrashWithoutFinalizersIsNotGarbage", kAll, Law::kGarbageUncollectable, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
-  > free 0
+  > garbage 0  # <- here
 > done 1
)"},
    {"TheLivingAreNotGarbage", kAll, Law::kGarbageUncollectable, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 collect 2
 > collect 2
+  > garbage 0  # <- here
 > done 0
)"},
    // experiment F2
    {"WhatTheUncollectableReachIsKeptButNotListed", k2x, Law::kGarbageUncollectable, R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 1
 > new 1
 r0.0 = r1
 r1.0 = r0
 r0 = none
 r1 = none
 collect 2
 > collect 2
   > garbage 0
+  > garbage 1  # <- here
 > done 2
)"},
    {"WhatTheUncollectableReachIsNotFreed", k2x, Law::kNoFreeWhileHeld, R"(
 r0 = node 2 del 0
 > new 0
 r0.0 = r0
 r1 = node 0
 > new 1
 r0.1 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
+  > free 1  # <- here
   > garbage 0
 > done 2
)"},
    {"WhatReachesTheUncollectableIsFreed", k2x, Law::kTrashFreed, R"(
 r0 = node 2 del 0
 > new 0
 r0.0 = r0
 r1 = node 2
 > new 1
 r1.0 = r1
 r1.1 = r0
 r0 = none
 r1 = none
 collect 2
 > collect 2
-  > free 1
   > garbage 0
 > done 2  # <- here
)"},
    {"TheUncollectableAreCountedWithAllTheyReach", k2x, Law::kCollectionCount, R"(
 r0 = node 2 del 0
 > new 0
 r0.0 = r0
 r1 = node 0
 > new 1
 r0.1 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
   > garbage 0
-> done 2
+> done 1  # <- here
)"},
    // experiment F3, fact 1
    {"AFinalizerThatHangsOffTrashRuns", k2x, Law::kFinalizeBeforeFree, R"(
 r0 = node 2
 > new 0
 r0.0 = r0
 r1 = node 0 del 0
 > new 1
 r0.1 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
-  > finalize 1
-  > end 1
   > free 1  # <- here
   > free 0
 > done 1
)"},
    {"WhatHangsOffTrashIsNotGarbage", k2x, Law::kGarbageUncollectable, R"(
 r0 = node 2
 > new 0
 r0.0 = r0
 r1 = node 0 del 0
 > new 1
 r0.1 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
   > finalize 1
   > end 1
   > free 1
   > free 0
+  > garbage 1  # <- here
 > done 1
)"},
    {"WhatHangsOffTrashIsNotCounted", k2x, Law::kCollectionCount, R"(
 r0 = node 2
 > new 0
 r0.0 = r0
 r1 = node 0 del 0
 > new 1
 r0.1 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
   > finalize 1
   > end 1
   > free 1
   > free 0
-> done 1
+> done 2  # <- here
)"},
    // experiment M8: #1 leaves the set, what it reaches does not.
    {"WhatTheResurrectedReachIsCounted", k2x, Law::kCollectionCount, R"(
 r0 = node 2
 > new 0
 r0.0 = r0
 r1 = node 1 del 0
 > new 1
 r2 = node 0
 > new 2
 r1.0 = r2
 r0.1 = r1
 r1 = none
 r2 = none
 r0 = none
 collect 2
 > collect 2
   > finalize 1
     r3 = self
   > end 1
   > free 0
-> done 2
+> done 1  # <- here
)"},
    // Fact 8
    {"WhatACollectionOf2xResurrectsIsYoung", k2x, Law::kCensusGeneration, R"(
 r0 = node 2
 > new 0
 r0.0 = r0
 r1 = node 0 del 0
 > new 1
 r0.1 = r1
 r1 = none
 r0 = none
 collect 0
 > collect 0
   > finalize 1
     r3 = self
   > end 1
   > free 0
 > done 1
 census
-> tracked 1 0
+> tracked 1 1  # <- here
)"},
    // experiment F4
    {"GarbageWhoseCycleIsCutDiesWithItsFinalizer", k2x, Law::kFinalizeBeforeFree, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > garbage 0
 > done 1
 r1 = garbage 0
 > got 0
 r1.0 = none
 garbage clear
 r1 = none
-> finalize 0
-> end 0
 > free 0  # <- here
)"},
    {"TheGarbageListYieldsItsElements", k2x, Law::kLoad, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > garbage 0
 > done 1
 r1 = garbage 0
-> got 0
+> got none  # <- here
)"},
    // experiments F5, F5b
    {"ForgottenGarbageIsFoundAgain", k2x, Law::kGarbageComplete, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 0
 > collect 0
   > garbage 0
 > done 1
 garbage clear
 collect 0
 > collect 0
 > done 0
 collect 1
 > collect 1
-  > garbage 0
-> done 1
+> done 0  # <- here
)"},
    // experiment F8
    {"SaveallPutsAllTrashIntoTheGarbageList", kAll, Law::kGarbageComplete, R"(
 saveall on
 r0 = node 2
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r0.1 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
   > garbage 0
-  > garbage 1
 > done 2  # <- here
)"},
    {"SaveallFreesNothing", kAll, Law::kNoFreeWhileHeld, R"(
 saveall on
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
-  > garbage 0
+  > free 0  # <- here
 > done 1
)"},
    {"SaveallStillCalls", kAll, Law::kGarbageUncollectable, R"(
 saveall on
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 collect 2
 > collect 2
-  > callback 1
-  > end 1
   > garbage 0  # <- here
 > done 1
)"},
    {"SaveallIsOverWhenItIsOff", kAll, Law::kGarbageUncollectable, R"(
 saveall on
 saveall off
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
-  > free 0
+  > garbage 0  # <- here
 > done 1
)"},
    // Found by a random program: the judge took the one that had been called for cleared.
    {"ACalledOneThatSaveallKeepsIsNotCleared", "26 27", Law::kLoad, R"(
 saveall on
 r0 = node 0
 > new 0
 r1 = node 1
 > new 1
 r2 = weak r0 with r1 call 0
 > new 2
 r1.0 = r2
 r1 = none
 r2 = none
 r3 = node 1
 > new 3
 r3.0 = r3
 r4 = weak r3 call 1
 > new 4
 r3 = none
 collect 2
 > collect 2
 > callback 4
 r0 = none
 > callback 2
 > end 2
 > free 0
 > end 4
 > garbage 1
 > garbage 2
 > garbage 3
 > done 3
 r5 = garbage 1
 > got 2
 r6 = r5.0
-> got 1
+> got none  # <- here
)"},
    // ---- Under bounds: saveall is what user code makes of it.
    {"UserCodeSwitchesSaveallOffUnderBounds", "cpython lua", Law::kGarbageComplete, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = node 1
 > new 1
 r1.0 = r1
 saveall on
 r0 = none
 r1 = none
 collect 2
 > collect 2
   > finalize 0
-    saveall off
   > end 0
-  > free 1
-> done 1
+  > free 1 # <- here
)"},
    {"WhatBeganToSaveMayGoOnUnderBounds", "cpython lua", Law::kGarbageUncollectable, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = node 1
 > new 1
 r1.0 = r1
-saveall on
 r0 = none
 r1 = none
 collect 1
 > collect 1
   > finalize 0
     saveall off
   > end 0
-  > garbage 1
-> done 1
+  > garbage 1 # <- here
)"},
};

}  // namespace

std::span<const Rule> GarbageRules() { return kRules; }

}  // namespace ouro
