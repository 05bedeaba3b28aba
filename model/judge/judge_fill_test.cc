// SPDX-License-Identifier: Apache-2.0

// Rules of fills: births with contents, and all slots of a node emptied or copied at once. See
// judge_rules.h.

#include <gtest/gtest.h>

#include <memory>
#include <span>

#include "model/collector.h"
#include "model/judge/judge.h"
#include "model/judge/testing/judge_rules.h"
#include "model/program.h"

namespace ouro {
namespace {

// Exact contracts; with bounds; those that count; those of which a full collection frees all
// cycles.
constexpr const char* kExact = kAll;
constexpr const char* kEach =
    "26 27 34 37 38 39 314 315 cpython php duktape perl gobject lua boehm boehm-unordered ruby";
constexpr const char* kCounting = "26 27 34 37 38 39 314 315 cpython php duktape perl gobject";
constexpr const char* kCollecting = "26 27 34 37 38 39 314 315 cpython php duktape lua ruby";

constexpr Rule kRules[] = {
    // ---- births ----
    {"ANodeIsBornWithWhatItHolds", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = leaf
 > new 0
 r1 = node 1 with r0 r0
 > new 1
 r0 = none
+> free 0  # <- here
)"},
    {"OddSlotsHoldTheSecond", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = leaf
 > new 0
 r1 = leaf
 > new 1
 r2 = node 2 with r0 r1
 > new 2
 r0 = none
 r1 = none
+> free 1  # <- here
)"},
    {"EvenSlotsHoldTheFirst", kEach, Law::kLoad, R"(
 r0 = leaf
 > new 0
 r1 = leaf
 > new 1
 r2 = node 3 with r0 r1
 > new 2
 r3 = r2.2
-> got 0
+> got 1  # <- here
)"},
    {"ANodeOfOneSlotHoldsTheFirstAlone", kCounting, Law::kFreeAtOnce, R"(
 r0 = leaf
 > new 0
 r1 = leaf
 > new 1
 r2 = node 1 with r0 r1
 > new 2
 r1 = none  # <- here
-> free 1
 r1 = leaf
 > new 3
)"},
    {"EachSlotOfABirthCounts", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = leaf
 > new 0
 r1 = node 3 with r0 r0
 > new 1
 r0 = none
 r1.0 = none
 r1.2 = none
+> free 0  # <- here
)"},
    {"EachSlotOfABirthCountsOnce", kCounting, Law::kFreeAtOnce, R"(
 r0 = leaf
 > new 0
 r1 = node 3 with r0 r0
 > new 1
 r0 = none
 r1.0 = none
 r1.2 = none
 r1.1 = none  # <- here
-> free 0
 r0 = leaf
 > new 2
)"},
    {"ABirthThatFailsHoldsNothing", kCounting, Law::kFreeAtOnce, R"(
 r0 = leaf
 > new 0
 fail 1
 r1 = node 2 with r0 r0
 > failed
 r0 = none  # <- here
-> free 0
 r1 = leaf
 > new 1
)"},
    {"ABirthWithContentsFailsWhenTold", kEach, Law::kFailedAllocation, R"(
 r0 = leaf
 > new 0
 fail 1
 r1 = node 2 with r0 r0
-> failed
+> new 1  # <- here
)"},
    {"ABirthDoesNotReleaseWhatItIsGiven", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = leaf
 > new 0
 r1 = node 0 with r0 r0
 > new 1
+> free 0  # <- here
)"},
    {"ANodeBornWithContentsIsFinalized", kCounting, Law::kFinalizeBeforeFree, R"(
 r0 = leaf
 > new 0
 r1 = node 1 with r0 r0 del 0
 > new 1
 r1 = none
-> finalize 1
-> end 1
-> free 1
+> free 1  # <- here
)"},
    // ---- all slots at once ----
    {"AClearIsADeath", kCounting, Law::kFreeAtOnce, R"(
 r0 = leaf
 > new 0
 r1 = node 3 with r0 r0
 > new 1
 r0 = none
 r1.* = none  # <- here
-> free 0
 r0 = leaf
 > new 2
)"},
    {"AClearIsNoDeathOfWhatARegisterHolds", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = leaf
 > new 0
 r1 = node 3 with r0 r0
 > new 1
 r1.* = none
+> free 0  # <- here
)"},
    {"AClearEmptiesAllSlotsBeforeADeath", kCounting, Law::kLoad, R"(
 r0 = node 0 del 0
 > new 0
 r1 = leaf
 > new 1
 r2 = node 2 with r1 r0
 > new 2
 r0 = none
 r1 = none
 r2.* = none
 > finalize 0
   r3 = r2.0
-  > got none
+  > got 1  # <- here
 > end 0
 > free 0
 > free 1
)"},
    {"AClearHoldsTheLowerSlotsLonger", kExact, Law::kDereference, R"(
 r0 = node 0
 > new 0
 r1 = node 0 del 0
 > new 1
 r2 = node 2 with r0 r1
 > new 2
 r3 = weak r0
 > new 3
 r0 = none
 r1 = none
 r2.* = none
 > finalize 1
   r4 = r3()
-  > got 0
+  > got none  # <- here
 > end 1
 > free 1
)"},
    {"AClearLetsGoOfTheHigherSlotsFirst", kExact, Law::kDereference, R"(
 r0 = node 0 del 0
 > new 0
 r1 = node 0
 > new 1
 r2 = node 2 with r0 r1
 > new 2
 r3 = weak r1
 > new 3
 r0 = none
 r1 = none
 r2.* = none
-> free 1
 > finalize 0
   r4 = r3()
-  > got none
+  > got 1  # <- here
 > end 0
 > free 0
)"},
    {"ACollectionSparesWhatAClearHasYetToRelease", kExact, Law::kNoFreeWhileHeld, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = node 0 del 0
 > new 1
 r2 = node 2 with r0 r1
 > new 2
 r0 = none
 r1 = none
 r2.* = none
 > finalize 1
   collect 2
   > collect 2
+  > free 0  # <- here
   > done 0
 > end 1
 > free 1
)"},
    {"ACopyWritesAllSlotsBeforeADeath", kCounting, Law::kLoad, R"(
 r0 = node 0 del 0
 > new 0
 r1 = leaf
 > new 1
 r2 = node 2 with r0 r0
 > new 2
 r3 = node 2 with r1 r1
 > new 3
 r0 = none
 r2.* = r3.*
 > finalize 0
   r4 = r2.1
-  > got 1
+  > got none  # <- here
 > end 0
 > free 0
)"},
    {"ACopyToItselfChangesNothing", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = leaf
 > new 0
 r1 = node 2 with r0 r0
 > new 1
 r0 = none
 r1.* = r1.*
+> free 0  # <- here
)"},
    {"ACopyFromALargerNodeTakesItsFirstSlots", kCounting, Law::kNoFreeWhileHeld, R"(
 r0 = leaf
 > new 0
 r1 = leaf
 > new 1
 r2 = node 2 with r0 r1
 > new 2
 r3 = node 1
 > new 3
 r3.* = r2.*
 r0 = none
 r1 = none
 r2.1 = none
 > free 1
 r2.0 = none
+> free 0  # <- here
)"},
    {"ACopyFromALargerNodeDoesNotHoldTheRest", kCounting, Law::kFreeAtOnce, R"(
 r0 = leaf
 > new 0
 r1 = leaf
 > new 1
 r2 = node 2 with r0 r1
 > new 2
 r3 = node 1
 > new 3
 r3.* = r2.*
 r0 = none
 r1 = none
 r2.1 = none  # <- here
-> free 1
 r1 = leaf
 > new 4
)"},
    {"ACopyFromASmallerNodeLeavesTheRest", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = leaf
 > new 0
 r1 = leaf
 > new 1
 r2 = node 1 with r0 r0
 > new 2
 r3 = node 2 with r1 r1
 > new 3
 r1 = none
 r3.* = r2.*
+> free 1  # <- here
)"},
    {"ACopyOfAnEmptySlotIsADeath", kCounting, Law::kFreeAtOnce, R"(
 r0 = leaf
 > new 0
 r1 = node 1 with r0 r0
 > new 1
 r2 = node 1
 > new 2
 r0 = none
 r1.* = r2.*  # <- here
-> free 0
 r0 = leaf
 > new 3
)"},
    {"ACopyHoldsOnce", kCounting, Law::kFreeAtOnce, R"(
 r0 = leaf
 > new 0
 r1 = node 1 with r0 r0
 > new 1
 r2 = node 1
 > new 2
 r2.* = r1.*
 r0 = none
 r1.* = none
 r2.* = none  # <- here
-> free 0
 r0 = leaf
 > new 3
)"},
    {"ACollectionFindsWhatACopyHasTied", kCollecting, Law::kTrashFreed, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = node 1
 > new 1
 r1.* = r0.*
 r0.* = r1.*
 r1.* = none
 r0 = none
 collect 2
 > collect 2
-> free 0
-> done 1
+> done 0  # <- here
)"},
};

TEST(Fills, OperationsThatMakeNoSenseAreVoid) {
  const Op birth = {.code = OpCode::kNodeWith, .dest = 1, .ref = 0, .value = 2, .count = 2};
  const Op clear = {.code = OpCode::kClear};
  const Op copy = {.code = OpCode::kCopySlots, .ref = 0, .value = 2};
  for (const Contract* contract : {&kCPython26, &kPhp}) {
    const std::unique_ptr<Judge> without = MakeJudge(*contract, kAllAbilities & ~kFills);
    for (const Op& op : {birth, clear, copy}) {
      EXPECT_EQ(without->WhyVoid(op), "the collector does not claim: fill");
    }
    const std::unique_ptr<Judge> judge = MakeJudge(*contract);
    for (const Op& op : {birth, clear, copy}) EXPECT_EQ(judge->WhyVoid(op), "r0 is empty");
    judge->Begin({.code = OpCode::kNode, .count = 1});
    judge->Observe(Event::New(0));
    judge->End();
    EXPECT_EQ(judge->WhyVoid(birth), "r2 is empty");
    EXPECT_EQ(judge->WhyVoid(copy), "r2 is empty");
    EXPECT_FALSE(judge->IsVoid(clear));
    judge->Begin({.code = OpCode::kLeaf, .dest = 2});
    judge->Observe(Event::New(1));
    judge->End();
    EXPECT_FALSE(judge->IsVoid(birth));
    EXPECT_EQ(judge->WhyVoid(copy), "r2 is not a node");
  }
}

}  // namespace

std::span<const Rule> FillRules() { return kRules; }

}  // namespace ouro
