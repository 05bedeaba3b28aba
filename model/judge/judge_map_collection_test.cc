// SPDX-License-Identifier: Apache-2.0

// Rules of maps in collections, section 14: which entries are trash, and what becomes of them. See
// judge_rules.h; no CPython has replayed these.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

// Exact contracts and bounds; and those of which a full collection frees all cycles.
constexpr const char* kEach =
    "26 27 34 37 38 39 314 315 cpython php duktape perl gobject lua boehm boehm-unordered ruby";
constexpr const char* kCollecting = "26 27 34 37 38 39 314 315 cpython php duktape lua ruby";

constexpr Rule kRules[] = {
    {"AnEntryWhoseValueLeadsToItsKeyIsTrash", kCollecting, Law::kTrashFreed, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = node 1
 > new 2
 r2.0 = r1
 r0[r1] = r2
 r2 = none
 r1 = none
 collect 2
 > collect 2
-  > free 2
-  > free 1
-> done 2
+> done 0  # <- here
)"},
    {"KeysThatAreEachOthersValuesAreTrash", kCollecting, Law::kTrashFreed, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = node 0
 > new 2
 r0[r1] = r2
 r0[r2] = r1
 r2 = none
 r1 = none
 collect 2
 > collect 2
-  > free 2
-  > free 1
-> done 2
+> done 0  # <- here
)"},
    {"AMapThatItsValueHoldsIsTrash", kCollecting, Law::kTrashFreed, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r0[r1] = r0
 r0 = none
 collect 2
 > collect 2
-  > free 0
-> done 1
+> done 0  # <- here
)"},
    {"TrashAcrossTwoMapsIsFound", kCollecting, Law::kTrashFreed, R"(
 r0 = map
 > new 0
 r1 = map
 > new 1
 r2 = node 0
 > new 2
 r0[r2] = r1
 r1[r2] = r2
 r1 = none
 r2 = none
 collect 2
 > collect 2
-  > free 1
-  > free 2
-> done 2
+> done 0  # <- here
)"},
    {"ACollectionKeepsTheValueOfALivingKey", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = node 1
 > new 2
 r2.0 = r2
 r0[r1] = r2
 r2 = none
 collect 2
 > collect 2
+> free 2  # <- here
 > done 0
)"},
    // #2 is reached only once the entry of #1 has led to it.
    {"ACollectionFollowsEntryAfterEntry", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = node 0
 > new 2
 r3 = node 1
 > new 3
 r3.0 = r3
 r0[r2] = r3
 r0[r1] = r2
 r2 = none
 r3 = none
 collect 2
 > collect 2
+> free 3  # <- here
 > done 0
)"},
    {"AnOldMapKeepsNoYoungKey", kAll, Law::kTrashFreed, R"(
 r0 = map
 > new 0
 collect 1
 > collect 1
 > done 0
 r1 = node 0
 > new 1
 r0[r1] = r1
 r1 = none
 collect 0
 > collect 0
-  > free 1
-> done 1
+> done 0  # <- here
)"},
    {"AnOldKeyKeepsNoYoungMap", kAll, Law::kTrashFreed, R"(
 r1 = node 0
 > new 0
 collect 1
 > collect 1
 > done 0
 r0 = map
 > new 1
 r0[r1] = r0
 r0 = none
 collect 0
 > collect 0
-  > free 1
-> done 1
+> done 0  # <- here
)"},
    {"AnOldMapAndAnOldKeyKeepAYoungValue", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 collect 1
 > collect 1
 > done 0
 r2 = node 1
 > new 2
 r2.0 = r2
 r0[r1] = r2
 r2 = none
 collect 0
 > collect 0
+> free 2  # <- here
 > done 0
)"},
    {"EntriesOfTrashCountOnce", kAll, Law::kCollectionCount, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r1
 r2 = none
 > free 2
 r1 = none
 collect 2
 > collect 2
   > free 1
-> done 1
+> done 2  # <- here
)"},
    // Section 6: what an uncollectable object reaches.
    {"AnUncollectableKeyKeepsItsValue", k2x, Law::kNoFreeWhileHeld, R"(
 r0 = map
 > new 0
 r1 = node 1 del 0
 > new 1
 r1.0 = r1
 r2 = node 1
 > new 2
 r2.0 = r2
 r0[r1] = r2
 r2 = none
 r1 = none
 collect 2
 > collect 2
   > garbage 1
+  > free 2  # <- here
 > done 2
 r3 = garbage 0
 > got 1
 r4 = r0[r3]
 > got 2
)"},
    {"AnUncollectableKeyKeepsNoMap", k2x, Law::kTrashFreed, R"(
 r0 = map
 > new 0
 r1 = node 1 del 0
 > new 1
 r1.0 = r1
 r2 = node 1
 > new 2
 r2.0 = r0
 r0[r1] = r2
 r2 = none
 r1 = none
 r0 = none
 collect 2
 > collect 2
   > garbage 1
-  > free 2
-  > free 0
-> done 3
+> done 3  # <- here
)"},
    {"TheFinalizerOfATrashKeyFindsItsValue", k3x, Law::kLookup, R"(
 r0 = map
 > new 0
 r1 = node 1 del 0
 > new 1
 r1.0 = r1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r2 = none
 r1 = none
 collect 2
 > collect 2
   > finalize 1
     r3 = r0[self]
-    > got 2
+    > got none  # <- here
     r3 = none
   > end 1
   > free 2
   > free 1
 > done 1
)"},
    {"WhatAFinalizerLooksUpIsSaved", kFrom39, Law::kNoFreeWhileHeld, R"(
 r0 = map
 > new 0
 r1 = node 1 del 0
 > new 1
 r1.0 = r1
 r2 = node 1
 > new 2
 r2.0 = r2
 r0[r1] = r2
 r2 = none
 r1 = none
 collect 2
 > collect 2
   > finalize 1
     r3 = r0[self]
     > got 2
   > end 1
   > free 1
+  > free 2  # <- here
 > done 1
)"},
    {"AMapIsTracked", kAll, Law::kCensusComplete, R"(
 r0 = map
 > new 0
 census  # <- here
-> tracked 0 0
)"},
    {"TheBirthOfAMapCounts", kAll, Law::kCollectionSchedule, R"(
 threshold 1 9 9
 r0 = map
 > new 0
 r1 = map
-> collect 0 auto
-> done 0
-> new 1
+> new 1  # <- here
)"},
    {"TheBirthOfAMapMayFail", kAll, Law::kFailedAllocation, R"(
 fail 1
 r0 = map
-> failed
+> new 0  # <- here
)"},

    // ---- bounds ----
    {"BoundsAnEntryOfADeadMapHoldsNothing", "lua ruby", Law::kTrashFreed, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r2 = none
 r0 = none
 collect 2
 > collect 2
 > free 0
-> free 2
 > done 2 # <- here
)"},
    {"BoundsAnEntryOfADeadKeyHoldsNothing", "lua ruby", Law::kTrashFreed, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r2 = none
 r1 = none
 collect 2
 > collect 2
 > free 1
-> free 2
 > done 2 # <- here
)"},
    {"BoundsTheValueMayDieBeforeItsKey", "php duktape perl gobject", Law::kFreeOnce, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r2 = none
 r1 = none
 > free 2
 > free 1
+> free 2  # <- here
)"},
    {"BoundsAFinalizerThatIsPutOffKeepsTheValue", "boehm boehm-unordered", Law::kNoFreeWhileHeld,
     R"(
 r0 = map
 > new 0
 r1 = node 0 del 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r2 = none
 r1 = none
 collect 2
 > collect 2
-> done 0
+> free 2  # <- here
)"},
    {"BoundsTheFinalizerOfATrashKeyFindsItsValue", "php duktape", Law::kLookup, R"(
 r0 = map
 > new 0
 r1 = node 1 del 0
 > new 1
 r1.0 = r1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r2 = none
 r1 = none
 collect 2
 > collect 2
 > finalize 1
   r3 = r0[self]
-  > got 2
+  > got none  # <- here
 > end 1
 > free 1
 > done 1
)"},
    {"BoundsAFinalizerFindsTheValueAndTheKeyWaits", "lua boehm-unordered", Law::kLookup, R"(
 r0 = map
 > new 0
 r1 = node 1 del 0
 > new 1
 r1.0 = r1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r2 = none
 r1 = none
 collect 2
 > collect 2
 > finalize 1
   r3 = r0[self]
-  > got 2
+  > got none  # <- here
 > end 1
 > done 0
)"},
};

}  // namespace

std::span<const Rule> MapCollectionRules() { return kRules; }

}  // namespace ouro
