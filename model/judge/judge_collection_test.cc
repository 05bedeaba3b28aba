// SPDX-License-Identifier: Apache-2.0

// Rules of what a collection does: what is trash, what becomes of it, what the collection returns.
// See judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Rule kRules[] = {
    // ---- what is trash ----
    {"ACollectionFreesACycle", kAll, Law::kTrashFreed, R"(
 r0 = node 1
 > new 0
 r1 = node 1
 > new 1
 r0.0 = r1
 r1.0 = r0
 r0 = none
 r1 = none
 collect 2
 > collect 2
   > free 1
-  > free 0
 > done 2  # <- here
)"},
    {"ACollectionFreesWhatHangsOffACycle", kAll, Law::kTrashFreed, R"(
 r0 = node 2
 > new 0
 r0.0 = r0
 r1 = leaf
 > new 1
 r2 = node 0
 > new 2
 r0.1 = r2
 r1 = none
 > free 1
 r2 = none
 r0 = none
 collect 2
 > collect 2
   > free 0
-  > free 2
 > done 2  # <- here
)"},
    {"ALeafOfTrashDiesButIsNotCounted", kAll, Law::kCollectionCount, R"(
 r0 = node 2
 > new 0
 r0.0 = r0
 r1 = leaf
 > new 1
 r0.1 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
   > free 1
   > free 0
-> done 1
+> done 2  # <- here
)"},
    // experiment M6
    {"ParallelAndSelfEdgesCountEach", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 3
 > new 0
 r1 = node 1
 > new 1
 r0.0 = r1
 r0.1 = r1
 r0.2 = r0
 r1.0 = r0
 r0 = none
 collect 0
 > collect 0
+  > free 0  # <- here
 > done 0
 r1 = none
 collect 1
 > collect 1
   > free 1
   > free 0
 > done 2
)"},
    {"WhatTrashIsHeldByIsNotTrash", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 2
 > new 0
 r1 = node 1
 > new 1
 r0.0 = r1
 r1.0 = r0
 r0 = none
 collect 2
 > collect 2
+  > free 0  # <- here
 > done 0
)"},
    {"ACollectionAnswersWhatItFound", kAll, Law::kCollectionCount, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > free 0
-> done 1
+> done 0  # <- here
)"},
    {"ACollectionOfNothingAnswersZero", kAll, Law::kCollectionCount, R"(
 r0 = node 0
 > new 0
 collect 0
 > collect 0
-> done 0
+> done 1  # <- here
)"},
    // experiments W9, G15, fact 7
    {"ACollectionInACollectionDoesNothing", kAll, Law::kNoNestedCollection, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 collect 2
 > collect 2
   > callback 1
     collect 2
     > collect 2
+      > free 0  # <- here
     > done 0
   > end 1
   > free 0
 > done 1
)"},
    {"ACollectionInACollectionAnswersZero", kAll, Law::kNoNestedCollection, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 collect 2
 > collect 2
   > callback 1
     collect 2
     > collect 2
-    > done 0
+    > done 1  # <- here
   > end 1
   > free 0
 > done 1
)"},
};

}  // namespace

std::span<const Rule> CollectionRules() { return kRules; }

}  // namespace ouro
