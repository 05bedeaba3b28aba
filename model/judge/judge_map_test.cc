// SPDX-License-Identifier: Apache-2.0

// Rules of maps, section 14: what an entry yields and holds, and when its value dies. See
// judge_rules.h; no CPython has replayed these.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

// Exact contracts and bounds; and those that count.
constexpr const char* kEach =
    "26 27 34 37 38 39 314 315 cpython php duktape perl gobject lua boehm boehm-unordered ruby";
constexpr const char* kCounting = "26 27 34 37 38 39 314 315 cpython php duktape perl gobject";

constexpr Rule kRules[] = {
    // ---- lookups ----
    {"AMapYieldsWhatWasStored", kEach, Law::kLookup, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r3 = r0[r1]
-> got 2
+> got none  # <- here
)"},
    {"AMapYieldsNothingForAnotherKey", kEach, Law::kLookup, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = node 0
 > new 2
 r0[r1] = r2
 r3 = r0[r2]
-> got none
+> got 2  # <- here
)"},
    {"AMapYieldsTheNewValue", kEach, Law::kLookup, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r1
 r0[r1] = r2
 r3 = r0[r1]
-> got 2
+> got 1  # <- here
)"},
    {"AMapYieldsNothingThatWasRemoved", kEach, Law::kLookup, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r0[r1] = r1
 r0[r1] = none
 r3 = r0[r1]
-> got none
+> got 1  # <- here
)"},
    {"AnotherMapIsAnother", kEach, Law::kLookup, R"(
 r0 = map
 > new 0
 r1 = map
 > new 1
 r2 = node 0
 > new 2
 r0[r2] = r0
 r1[r2] = r1
 r3 = r0[r2]
-> got 0
+> got 1  # <- here
)"},
    // Its death has not come.
    {"AKeyThatIsResurrectedKeepsItsEntry", kCounting, Law::kLookup, R"(
 r0 = map
 > new 0
 r1 = node 0 del 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r2 = none
 r1 = none
 > finalize 1
   r1 = self
 > end 1
 r3 = r0[r1]
-> got 2
+> got none  # <- here
)"},

    // ---- what an entry holds ----
    {"AnEntryHoldsItsValue", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r2
-r2 = none
+r2 = none
+> free 2  # <- here
)"},
    {"AnEntryDoesNotHoldItsKey", kCounting, Law::kFreeAtOnce, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r0[r1] = r0
-r1 = none
-> free 1
+r1 = none  # <- here
)"},
    {"AnEntryDoesNotHoldItsMap", kCounting, Law::kFreeAtOnce, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r0[r1] = r1
-r0 = none
-> free 0
+r0 = none  # <- here
)"},
    {"TheValueDiesWithTheKey", kCounting, Law::kFreeAtOnce, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r2 = none
 r1 = none
-> free 1
-> free 2
+> free 1  # <- here
)"},
    {"TheValueDiesWithTheMap", kCounting, Law::kFreeAtOnce, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r2 = none
 r0 = none
-> free 0
-> free 2
+> free 0  # <- here
)"},
    {"AnotherMapHoldsTheValueStill", kCounting, Law::kNoFreeWhileHeld, R"(
 r0 = map
 > new 0
 r1 = map
 > new 1
 r2 = node 0
 > new 2
 r3 = leaf
 > new 3
 r0[r2] = r3
 r1[r2] = r3
 r3 = none
 r0 = none
 > free 0
+> free 3  # <- here
)"},
    {"ARemovedEntryHoldsNothing", kCounting, Law::kFreeAtOnce, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r2 = none
-r0[r1] = none
-> free 2
+r0[r1] = none  # <- here
)"},
    {"RemovingWhatIsNotThereDoesNothing", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = node 0
 > new 2
 r0[r1] = r2
 r0[r2] = none
+> free 2  # <- here
)"},
    {"TheOldValueIsReleased", kCounting, Law::kFreeAtOnce, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r2 = none
-r0[r1] = r0
-> free 2
+r0[r1] = r0  # <- here
)"},
    {"AValueMayReplaceItself", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = leaf
 > new 2
 r0[r1] = r2
 r0[r1] = r2
 r2 = none
 r2 = r0[r1]
 > got 2
 r2 = none
+> free 2  # <- here
)"},
    {"ACycleThroughAnEntryWaitsForACollection", "cpython php duktape perl gobject",
     Law::kEventInPlace, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r0[r1] = r1
 r1 = none
+> free 1  # <- here
)"},
    {"ACycleThroughAnEntryIsHeld", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r0[r1] = r1
 r1 = none
+> free 1  # <- here
)"},

    // ---- the order of deaths ----
    {"TheValueOutlivesItsKey", kAll, Law::kNoFinalizeWhileHeld, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = node 0 del 0
 > new 2
 r0[r1] = r2
 r2 = none
 r1 = none
+> finalize 2  # <- here
+> end 2
 > free 1
-> finalize 2
-> end 2
 > free 2
)"},
    {"TheKeyIsGoneWhenItsValueDies", kAll, Law::kDereference, R"(
 r0 = map
 > new 0
 r1 = node 0
 > new 1
 r2 = node 0 del 0
 > new 2
 r3 = weak r1
 > new 3
 r0[r1] = r2
 r2 = none
 r1 = none
 > free 1
 > finalize 2
   r4 = r3()
-  > got none
+  > got 1  # <- here
 > end 2
 > free 2
)"},
    // #2, the value of the older entry, is finalized while #3 still waits.
    {"TheOldestEntryGoesFirst", kAll, Law::kDereference, R"(
 r0 = map
 > new 0
 r1 = map
 > new 1
 r2 = node 0 del 0
 > new 2
 r3 = node 0
 > new 3
 r4 = weak r3
 > new 4
 r5 = node 0
 > new 5
 r0[r5] = r2
 r1[r5] = r3
 r2 = none
 r3 = none
 r5 = none
 > free 5
 > finalize 2
   r6 = r4()
-  > got 3
+  > got none  # <- here
 > end 2
 > free 2
)"},
    {"TheNewestEntryGoesLast", kAll, Law::kDereference, R"(
 r0 = map
 > new 0
 r1 = map
 > new 1
 r2 = node 0
 > new 2
 r3 = node 0 del 0
 > new 3
 r4 = weak r2
 > new 4
 r5 = node 0
 > new 5
 r0[r5] = r2
 r1[r5] = r3
 r2 = none
 r3 = none
 r5 = none
 > free 5
 > free 2
 > finalize 3
   r6 = r4()
-  > got none
+  > got 2  # <- here
 > end 3
 > free 3
)"},
    // #3 is what slot 0 of the key refers to: its death is over before the value's begins.
    {"TheValueComesAfterTheSlots", kAll, Law::kDereference, R"(
 r0 = map
 > new 0
 r1 = node 1
 > new 1
 r2 = node 0 del 0
 > new 2
 r3 = node 0
 > new 3
 r4 = weak r3
 > new 4
 r1.0 = r3
 r0[r1] = r2
 r2 = none
 r3 = none
 r1 = none
 > free 3
 > free 1
 > finalize 2
   r5 = r4()
-  > got none
+  > got 3  # <- here
 > end 2
 > free 2
)"},
};

}  // namespace

std::span<const Rule> MapRules() { return kRules; }

}  // namespace ouro
