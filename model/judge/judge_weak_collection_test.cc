// SPDX-License-Identifier: Apache-2.0

// Rules of weak references in a collection. See judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Rule kRules[] = {
    // ---- callbacks in a collection ----
    // experiment W2
    {"ACollectionCallsNewestFirst", kAll, Law::kCallbackOrder, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r2 = weak r0 call 0
 > new 2
 r0 = none
 collect 2
 > collect 2
-  > callback 2
-  > end 2
-  > callback 1
-  > end 1
+  > callback 1  # <- here
   > free 0
 > done 1
)"},
    // #5, which was cleared, let go of #3 long before #3 lost its last reference: so the death of
    // #3
    // is not over when #2 dies of it, and #4 is still there to be called.
    {"AClearedHolderDoesNotEndALaterDeath", "26 27", Law::kCallbackBeforeFree, R"(
 r0 = node 0 del 1
 > new 0
 r0 = none
 > finalize 0
   r2 = node 1
   > new 1
   r0 = node 0
   > new 2
   r1 = node 2
   > new 3
   r1.0 = r2
   r2.0 = r0
   r2 = none
   r2 = weak r0 call 0
   > new 4
   r1.1 = r2
   r2 = none
   r2 = node 3
   > new 5
 > end 0
 > free 0
 r2.0 = r1
 r2.1 = r2
 r2.2 = r0
 r0 = none
 r0 = node 0 del 1
 > new 6
 r2 = none
 r2 = node 2
 > new 7
 r2.0 = r2
 r2.1 = r0
 r2 = none
 r0 = none
 collect 2
 > collect 2
   > free 5
   > finalize 6
     r1 = none
-    > callback 4
-    > end 4
     > free 2  # <- here
     > free 1
     > free 4
     > free 3
   > end 6
   > free 6
   > free 7
 > done 2
)"},
    // The same where #1 has a finalizer, whose event proves that #3 has let go of #1, and no more.
    {"NorOneOfWhichAPartIsProved", "26 27", Law::kCallbackBeforeFree, R"(
 r0 = node 0 del 1
 > new 0
 r0 = none
 > finalize 0
   r2 = node 1 del 0
   > new 1
   r0 = node 0
   > new 2
   r1 = node 2
   > new 3
   r1.0 = r2
   r2.0 = r0
   r2 = none
   r2 = weak r0 call 0
   > new 4
   r1.1 = r2
   r2 = none
   r2 = node 3
   > new 5
 > end 0
 > free 0
 r2.0 = r1
 r2.1 = r2
 r2.2 = r0
 r0 = none
 r0 = node 0 del 1
 > new 6
 r2 = none
 r2 = node 2
 > new 7
 r2.0 = r2
 r2.1 = r0
 r2 = none
 r0 = none
 collect 2
 > collect 2
   > free 5
   > finalize 6
     r1 = none
     > finalize 1
     > end 1
-    > callback 4
-    > end 4
     > free 2  # <- here
     > free 1
     > free 4
     > free 3
   > end 6
   > free 6
   > free 7
 > done 2
)"},
    {"ACollectionCallsBeforeItClears", kAll, Law::kCallbackBeforeFree, R"(
 r0 = node 1
 > new 0
 r1 = node 1
 > new 1
 r0.0 = r1
 r1.0 = r0
 r1 = none
 r1 = weak r0 call 0
 > new 2
 r0 = none
 collect 2
 > collect 2
-  > callback 2
-  > end 2
   > free 1  # <- here
   > free 0
 > done 2
)"},
    {"ACollectionCallsBeforeItEnds", kAll, Law::kCallbackBeforeFree, R"(
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
-  > free 0
-> done 1
+> done 0  # <- here
)"},
    // experiments W3, W8
    {"AllWeakReferencesToTrashAreClearedBeforeTheFirstCallback", "26 27 34 37 38 39 314",
     Law::kDereference, R"(
 r0 = node 1
 > new 0
 r1 = node 1
 > new 1
 r0.0 = r1
 r1.0 = r0
 r2 = weak r0
 > new 2
 r3 = weak r1 call 0
 > new 3
 r0 = none
 r1 = none
 collect 2
 > collect 2
   > callback 3
     r4 = r2()
-    > got none
+    > got 0  # <- here
   > end 3
   > free 1
   > free 0
 > done 2
)"},
    // experiments W4, W4c
    {"AWeakReferenceInTrashIsNotCalled", kAll, Law::kCallbackWhenCleared, R"(
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
+  > callback 1  # <- here
+  > end 1
   > free 1
   > free 0
 > done 2
)"},
    // experiment W4b
    {"AWeakReferenceInTrashIsNotCalledLater", kAll, Law::kCallbackWhenCleared, R"(
 r1 = node 0
 > new 0
 r0 = node 2
 > new 1
 r0.0 = r0
 r2 = weak r1 call 0
 > new 2
 r0.1 = r2
 r2 = none
 r0 = none
 collect 2
 > collect 2
   > free 2
   > free 1
 > done 2
 r1 = none
+> callback 2  # <- here
+> end 2
 > free 0
)"},
    // experiment W5
    {"AWeakReferenceToTheUncollectableIsNotCalled", k2x, Law::kCallbackWhenCleared, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 collect 2
 > collect 2
+  > callback 1  # <- here
+  > end 1
   > garbage 0
 > done 1
)"},
    {"AWeakReferenceToTheUncollectableIsNotCleared", k2x, Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 collect 2
 > collect 2
   > garbage 0
 > done 1
 r2 = r1()
-> got 0
+> got none  # <- here
)"},
    // experiment W6, fact 11
    {"AWeakReferenceOfTheUncollectableIsCalled", k2x, Law::kCallbackBeforeFree, R"(
 r0 = node 2 del 0
 > new 0
 r0.0 = r0
 r1 = node 1
 > new 1
 r1.0 = r1
 r2 = weak r1 call 1
 > new 2
 r0.1 = r2
 r2 = none
 r1 = none
 r0 = none
 collect 2
 > collect 2
-  > callback 2
-  > end 2
   > free 1  # <- here
   > garbage 0
 > done 2
)"},
    {"AWeakReferenceOfTheUncollectableThatWasCalledIsNotCounted", k2x, Law::kCollectionCount, R"(
 r0 = node 2 del 0
 > new 0
 r0.0 = r0
 r1 = node 1
 > new 1
 r1.0 = r1
 r2 = weak r1 call 1
 > new 2
 r0.1 = r2
 r2 = none
 r1 = none
 r0 = none
 collect 2
 > collect 2
   > callback 2
   > end 2
   > free 1
   > garbage 0
-> done 2
+> done 3  # <- here
)"},
    {"AWeakReferenceOfTheUncollectableWithoutCallbackIsCounted", k2x, Law::kCollectionCount, R"(
 r0 = node 2 del 0
 > new 0
 r0.0 = r0
 r1 = node 1
 > new 1
 r1.0 = r1
 r2 = weak r1
 > new 2
 r0.1 = r2
 r2 = none
 r1 = none
 r0 = none
 collect 2
 > collect 2
   > free 1
   > garbage 0
-> done 3
+> done 2  # <- here
)"},
    // experiment W7, fact 2
    {"AWeakReferenceThatDiedOfItsCallbackIsCounted", kAll, Law::kCollectionCount, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 collect 2
 > collect 2
   > callback 1
     r1 = none
   > end 1
   > free 1
   > free 0
-> done 2
+> done 1  # <- here
)"},
    {"AWeakReferenceThatWasCalledIsPromoted", kAll, Law::kCensusGeneration, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 collect 0
 > collect 0
   > callback 1
   > end 1
   > free 0
 > done 1
 census
-> tracked 1 1
+> tracked 1 0  # <- here
)"},
    // experiments W9, M7: what a callback creates is young, and left to the next collection.
    {"WhatACallbackMakesIsYoung", kAll, Law::kCensusGeneration, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 collect 0
 > collect 0
   > callback 1
     r2 = node 0
     > new 2
   > end 1
   > free 0
 > done 1
 census
-> tracked 2 0
+> tracked 2 1  # <- here
 > tracked 1 1
)"},
    {"WhatACallbackMakesIsForTheNextCollection", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 collect 2
 > collect 2
   > callback 1
     r2 = node 1
     > new 2
     r2.0 = r2
     r2 = none
   > end 1
+  > free 2  # <- here
   > free 0
 > done 1
 collect 2
 > collect 2
   > free 2
 > done 1
)"},
};

}  // namespace

std::span<const Rule> WeakCollectionRules() { return kRules; }

}  // namespace ouro
