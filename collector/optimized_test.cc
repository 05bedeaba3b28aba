// SPDX-License-Identifier: Apache-2.0

// The rules of deaths by reference count and of allocation, one test each, in programs of a few
// lines. Collections are in heap_collect_test.cc. The judge sees more than this: here is what the
// heap promises without it.

#include <gtest/gtest.h>

#include <string>

#include "collector/optimized.h"
#include "collector/testing/optimized_runner.h"
#include "model/program.h"

namespace ouro {
namespace {

// --- Deaths by reference count; section 1

TEST(Death, SlotsGoInAscendingOrderAndFreeComesLast) {
  const std::string program = R"(
    r0 = node 2
    r1 = node 1
    r2 = leaf
    r1.0 = r2
    r2 = none
    r0.1 = r1
    r1 = none
    r1 = leaf
    r0.0 = r1
    r1 = none
    r0 = none)";
  EXPECT_EQ(Deaths(kRules27, program), "free 3 free 2 free 1 free 0");
  EXPECT_EQ(Deaths(kRulesPep442, program), "free 3 free 2 free 1 free 0");
}

TEST(Death, StoreTakesTheNewValueFirstAndLetsTheOldOneGoLast) {
  EXPECT_EQ(Deaths(kRules27, R"(
    def 0:
      r5 = r0.0
    main:
      r0 = node 1
      r1 = node 0 del 0
      r0.0 = r1
      r1 = leaf
      r0.0 = r1)"),
            "finalize 1 ( got 2 ) free 1");
}

TEST(Death, CallbacksBeforeOrAfterTheFinalizer) {
  const std::string program = R"(
    def 0:
      r8 = r1()
    def 1:
      r9 = self()
    main:
      r0 = node 0 del 0
      r1 = weak r0 call 1
      r2 = weak r0 call 1
      r0 = none)";
  EXPECT_EQ(Deaths(kRules27, program),
            "callback 2 ( got none ) callback 1 ( got none ) finalize 0 ( got none ) free 0");
  // The finalizer resurrected it, with its weak references.
  EXPECT_EQ(Deaths(kRulesPep442, program), "finalize 0 ( got 0 )");
}

TEST(Death, WeakReferencesMadeByTheFinalizer) {
  const std::string program = R"(
    def 0:
      r1 = weak self call 1
    def 1:
      r2 = self()
    main:
      r0 = node 0 del 0
      r0 = none
      r3 = r1())";
  EXPECT_EQ(Deaths(kRules27, program), "finalize 0 free 0 got none");
  EXPECT_EQ(Deaths(kRulesPep442, program), "finalize 0 callback 1 ( got none ) free 0 got none");
}

TEST(Death, CallbacksRunAlthoughAnEarlierOneDroppedTheirWeakReference) {
  EXPECT_EQ(Deaths(kRules27, R"(
    def 0:
      r1 = none
      r2 = none
      r3 = none
    main:
      r0 = node 1
      r1 = weak r0 call 0
      r2 = weak r0
      r3 = weak r0 call 0
      r0 = none)"),
            "callback 3 callback 1 free 1 free 2 free 3 free 0");
}

TEST(Death, AWeakReferenceHeldOnlyByItsDyingTargetIsCalled) {
  for (const heap::Rules& rules : {kRules27, kRulesPep442}) {
    EXPECT_EQ(Deaths(rules, R"(
      r0 = node 1
      r1 = weak r0 call 0
      r0.0 = r1
      r1 = none
      r0 = none)"),
              "callback 1 free 1 free 0");
  }
}

TEST(Death, ResurrectionAndTheSecondDeath) {
  const std::string program = R"(
    def 0:
      r0 = self
    main:
      r0 = node 0 del 0
      r0 = none
      census
      r0 = none)";
  EXPECT_EQ(Deaths(kRules27, program), "finalize 0 tracked 0 0 finalize 0");
  EXPECT_EQ(Deaths(kRulesPep442, program), "finalize 0 tracked 0 0 free 0");
}

TEST(Death, UntrackedInCallbacksTrackedYoungInTheFinalizerWhereACollectionMayPromoteIt) {
  EXPECT_EQ(Deaths(kRules27, R"(
    def 0:
      census
      collect 1
      census
      r0 = self
    def 1:
      census
    main:
      r0 = node 0 del 0
      collect 2
      r1 = weak r0 call 1
      r0 = none
      census)"),
            "collect 2 done 0 callback 1 ( tracked 1 0 ) "
            "finalize 0 ( tracked 1 0 tracked 0 0 collect 1 done 0 tracked 1 2 tracked 0 2 ) "
            "tracked 1 2 tracked 0 2");
}

TEST(Death, WhatADyingObjectHasNotLetGoOfSurvivesACollection) {
  EXPECT_EQ(Deaths(kRulesPep442, R"(
    def 0:
      collect 2
    main:
      r0 = node 2
      r1 = node 0 del 0
      r0.0 = r1
      r1 = node 1
      r1.0 = r1
      r0.1 = r1
      r1 = none
      r0 = none
      collect 2)"),
            "finalize 1 ( collect 2 done 0 ) free 1 free 0 collect 2 free 2 done 1");
}

TEST(Death, StoringItselfIsAResurrection) {
  const std::string program = R"(
    def 0:
      self.0 = self
    main:
      r0 = node 1 del 0
      r0 = none
      collect 0)";
  EXPECT_EQ(Deaths(kRules27, program), "finalize 0 collect 0 garbage 0 done 1");
  EXPECT_EQ(Deaths(kRulesPep442, program), "finalize 0 collect 0 free 0 done 1");
}

TEST(Death, TheOperandOfWeakAndTheOldValueOfItsRegisterGoTogether) {
  // Within the last operation script 0 puts #2 into r0 and takes the operand, #1, out of r1. The
  // finalizer of #2 finds no trace of #1.
  EXPECT_EQ(Deaths(kRulesPep442, R"(
    def 0:
      r0 = node 0 del 1
      r1 = none
    def 1:
      census
      r5 = r0()
    main:
      r2 = node 1 del 0
      r2.0 = r2
      r1 = node 0
      r2 = none
      threshold 2 10 10
      r0 = weak r1)"),
            "auto 0 finalize 0 free 0 done 1 free 1 "
            "finalize 2 ( tracked 3 0 tracked 2 0 got none ) free 2");
}

// --- Allocation and the schedule; section 2

TEST(Allocation, ThresholdIsStrictAndTheCollectionComesBeforeTheBirth) {
  EXPECT_EQ(Events(kRules27, R"(
    threshold 2 10 10
    r0 = node 0
    r1 = leaf
    r1 = weak r0
    r2 = node 0
    census)"),
            "new 0 new 1 free 1 new 2 auto 0 done 0 new 3 tracked 3 0 tracked 0 1 tracked 2 1");
}

TEST(Allocation, DisabledAllocationsCountAndDeathsDiscount) {
  EXPECT_EQ(Deaths(kRules27, R"(
    disable
    threshold 1 10 10
    r0 = node 0
    r1 = node 0
    r0 = none
    r1 = none
    enable
    r0 = node 0
    disable
    r1 = node 0
    enable
    r2 = node 0
    threshold 0 10 10
    r3 = node 0
    r4 = node 0)"),
            "free 0 free 1 auto 0 done 0");
}

TEST(Allocation, OldestEligibleGeneration) {
  EXPECT_EQ(Deaths(kRules26, R"(
    threshold 1 1 1
    r0 = node 0
    r1 = node 0
    r2 = node 0
    r3 = node 0
    r4 = node 0
    r5 = node 0
    r6 = node 0
    r7 = node 0
    r8 = node 0
    r9 = node 0
    r10 = node 0
    r11 = node 0
    r12 = node 0
    r13 = node 0)"),
            "auto 0 done 0 auto 0 done 0 auto 1 done 0 auto 0 done 0 auto 0 done 0 auto 1 done 0 "
            "auto 2 done 0");
}

TEST(Allocation, FullCollectionsWait) {
  std::string program = "threshold 0 0 0\n";
  for (int i = 0; i < 8; ++i) program += "r0 = node 1\nr0.0 = r1\nr1 = r0\nr0 = none\n";
  program += "collect 2\nthreshold 1 0 0\n";  // 8 have survived
  for (int i = 0; i < 8; ++i) program += "r0 = node 1\nr0.0 = r0\nr0 = none\n";
  EXPECT_EQ(Deaths(kRules26, program),
            "collect 2 done 0 auto 0 free 8 done 1 auto 1 free 9 free 10 done 2 "
            "auto 2 free 11 free 12 done 2 auto 0 free 13 free 14 done 2");
  EXPECT_EQ(Deaths(kRules27, program),
            "collect 2 done 0 auto 0 free 8 done 1 auto 1 free 9 free 10 done 2 "
            "auto 0 free 11 free 12 done 2 auto 1 free 13 free 14 done 2");
}

TEST(Allocation, FailsWithoutAnyEffect) {
  EXPECT_EQ(Events(kRules27, R"(
    threshold 1 10 10
    fail 2
    r0 = node 0
    r1 = node 0
    r1 = node 0
    fail 1
    r2 = leaf
    fail 1
    r2 = weak r0
    r2 = weak r0)"),
            "new 0 failed auto 0 done 0 new 1 failed failed new 2");
}

TEST(Allocation, TheOperandOfWeakOutlivesAnAutomaticCollection) {
  EXPECT_EQ(Events(kRulesPep442, R"(
    def 0:
      r0 = none
      r2 = leaf
    main:
      r0 = node 0
      r1 = node 1 del 0
      r1.0 = r1
      r1 = none
      threshold 1 10 10
      r2 = weak r0 call 1)"),
            "new 0 new 1 auto 0 finalize 1 ( new 2 ) free 1 done 1 new 3 callback 3 free 0 free 2");
}

}  // namespace
}  // namespace ouro
