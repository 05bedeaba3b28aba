// SPDX-License-Identifier: Apache-2.0

// Rules of collections that run the finalizers of their trash (PEP 442; 3.4 and later). See
// judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Rule kRules[] = {
    {"TrashIsFinalizedAndFreed", k3x, Law::kFinalizeAtOnce, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
-  > finalize 0
-  > end 0
-  > free 0
-> done 1
+> done 0  # <- here
)"},
    {"TrashIsFinalizedBeforeItIsFreed", k3x, Law::kFinalizeBeforeFree, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
-  > finalize 0
-  > end 0
   > free 0  # <- here
 > done 1
)"},
    {"AllTrashIsFinalizedBeforeAnyIsFreed", k3x, Law::kFinalizeBeforeFree, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = node 1
 > new 1
 r1.0 = r1
 r0 = none
 r1 = none
 collect 2
 > collect 2
-  > finalize 0
-  > end 0
   > free 1  # <- here
   > free 0
 > done 2
)"},
    {"TrashIsFinalizedOnce", k3x, Law::kFinalizeAsOften, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
   > end 0
+  > finalize 0  # <- here
+  > end 0
   > free 0
 > done 1
)"},
    {"TrashWithFinalizersIsNotGarbage", k3x, Law::kGarbageUncollectable, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
   > end 0
+  > garbage 0  # <- here
   > free 0
 > done 1
)"},
    // experiments P3, P4
    {"FinalizersOfTrashSeeItWhole", k3x, Law::kLoad, R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 1 del 0
 > new 1
 r0.0 = r1
 r1.0 = r0
 r0 = none
 r1 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self.0
     > got 1
     r5 = none
   > end 0
   > finalize 1
     r5 = self.0
-    > got 0
+    > got none  # <- here
     r5 = none
   > end 1
   > free 1
   > free 0
 > done 2
)"},
    // experiment P8
    {"CallbacksOfTrashComeBeforeItsFinalizers", k3x, Law::kCallbackOrder, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = weak r0 call 1
 > new 1
 r0 = none
 collect 2
 > collect 2
-  > callback 1
-  > end 1
   > finalize 0  # <- here
   > end 0
   > free 0
 > done 1
)"},
    {"WeakReferencesToTrashAreClearedBeforeItsFinalizers", kUntil314, Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = weak r0
 > new 1
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = r1()
-    > got none
+    > got 0  # <- here
   > end 0
   > free 0
 > done 1
)"},
    // experiment P5
    {"TrashThatAFinalizerCutsOffIsFinalizedOnce", kFrom37, Law::kFinalizeAsOften, R"(
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
     self.0 = none
     > finalize 1
     > end 1
     > free 1
   > end 0
+  > finalize 1  # <- here
+  > end 1
   > free 0
 > done 0
)"},
    {"TrashThatAFinalizerCutsOffIsNotCounted", kFrom37, Law::kCollectionCount, R"(
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
     self.0 = none
     > finalize 1
     > end 1
     > free 1
   > end 0
   > free 0
-> done 0
+> done 1  # <- here
)"},
    // experiment P6, fact 8
    {"WhatAFinalizerMakesIsYoung", k3x, Law::kCensusGeneration, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 0
 > collect 0
   > finalize 0
     r2 = node 0
     > new 1
   > end 0
   > free 0
 > done 1
 census
-> tracked 1 0
+> tracked 1 1  # <- here
)"},
    {"WhatAFinalizerMakesIsForTheNextCollection", k3x, Law::kNoFreeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r2 = node 1
     > new 1
     r2.0 = r2
     r2 = none
   > end 0
+  > free 1  # <- here
   > free 0
 > done 1
)"},
    // experiment P14
    {"SaveallFinalizesFirst", k3x, Law::kGarbageUncollectable, R"(
 saveall on
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
-  > finalize 0
-  > end 0
   > garbage 0  # <- here
 > done 1
)"},
    // experiment W16, fact 11
    {"AWeakReferenceMadeByAFinalizerOfTrashIsCalled", kUntil39, Law::kCallbackBeforeFree, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r1 = weak self call 1
     > new 1
   > end 0
   > free 0
-  > callback 1
-  > end 1
 > done 1  # <- here
)"},
    {"AWeakReferenceMadeByAFinalizerOfTrashYieldsNothingOfTheDead", k3x, Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r1 = weak self
     > new 1
   > end 0
   > free 0
 > done 1
 r2 = r1()
-> got none
+> got 0  # <- here
)"},
    {"AWeakReferenceMadeByAFinalizerYieldsTheResurrected", kFrom37, Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r1 = weak self
     > new 1
     r2 = self
   > end 0
 > done 0
 r3 = r1()
-> got 0
+> got none  # <- here
)"},
    {"AnExceptionInAFinalizerOfTrashIsDropped", k3x, Law::kTrashFreed, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     raise
   > end 0 raised
-  > free 0
 > done 1  # <- here
)"},
};

}  // namespace

std::span<const Rule> TrashFinalizerRules() { return kRules; }

}  // namespace ouro
