// SPDX-License-Identifier: Apache-2.0

// The rules of collections, one test each, in programs of a few lines.

#include <gtest/gtest.h>

#include "collector/optimized.h"
#include "collector/testing/optimized_runner.h"

namespace ouro {
namespace {

TEST(Collect, HangingFinalizerDiesByReferenceCountAndDoesNotCountIn2x) {
  const std::string program = R"(
    r0 = node 1
    r1 = node 2
    r0.0 = r1
    r1.0 = r0
    r2 = node 0 del 0
    r1.1 = r2
    r0 = none
    r1 = none
    r2 = none
    collect 2)";
  EXPECT_EQ(Deaths(kRules27, program), "collect 2 finalize 2 free 2 free 1 free 0 done 2");
  EXPECT_EQ(Deaths(kRulesPep442, program), "collect 2 finalize 2 free 2 free 1 free 0 done 3");
}

TEST(Collect, UncollectableGoesToGarbageAgainAndAgain) {
  EXPECT_EQ(Deaths(kRules27, R"(
    r0 = node 1 del 0
    r1 = node 1
    r0.0 = r1
    r1.0 = r0
    r0 = none
    r1 = none
    collect 0
    census
    collect 1
    garbage clear
    collect 2
    r0 = garbage 0
    r0.0 = none
    garbage clear
    r0 = none)"),
            "collect 0 garbage 0 done 2 tracked 0 1 tracked 1 1 collect 1 done 0 "
            "collect 2 garbage 0 done 2 got 0 free 1 finalize 0 free 0");
}

TEST(Collect, WeakReferenceInTheUncollectableSetIsCalledAndLeavesTheCount) {
  EXPECT_EQ(Deaths(kRules27, R"(
    r0 = node 1
    r0.0 = r0
    r1 = node 2 del 0
    r1.0 = r1
    r2 = weak r0 call 0
    r1.1 = r2
    r0 = none
    r1 = none
    r2 = none
    collect 2)"),
            "collect 2 callback 2 free 0 garbage 1 done 2");
}

TEST(Collect, CallbacksNewestFirstAfterAllWereCleared) {
  const std::string program = R"(
    def 0:
      r8 = r1()
      r8 = r2()
      r8 = r3()
      collect 2
      census
    main:
      r0 = node 1
      r0.0 = r0
      r1 = weak r0 call 0
      r2 = weak r0
      r3 = weak r0 call 1
      r0 = none
      collect 0
      census)";
  for (const heap::Rules& rules : {kRules27, kRulesPep442}) {
    EXPECT_EQ(Deaths(rules, program),
              "collect 0 callback 3 callback 1 ( got none got none got none collect 2 done 0 "
              "tracked 2 1 tracked 3 1 ) free 0 done 1 tracked 2 1 tracked 3 1 tracked 1 1");
  }
}

TEST(Collect, WeakReferenceThatDiesOfItsCallbackCounts) {
  EXPECT_EQ(Deaths(kRules27, R"(
    def 0:
      r1 = none
    main:
      r0 = node 1
      r0.0 = r0
      r1 = weak r0 call 0
      r0 = none
      collect 2)"),
            "collect 2 callback 1 free 1 free 0 done 2");
}

TEST(Collect, TrashWeakReferencesAreNeverCalled) {
  for (const heap::Rules& rules : {kRules27, kRulesPep442}) {
    EXPECT_EQ(Deaths(rules, R"(
      r0 = node 2
      r0.0 = r0
      r1 = weak r0 call 0
      r0.1 = r1
      r0 = none
      r1 = none
      collect 2)"),
              "collect 2 free 1 free 0 done 2");
  }
}

TEST(Collect, TrashWeakReferenceToALiveTargetThatDiesInACallback) {
  // #3 is trash, a weak reference to #0, which is not. Its callback resurrects it, into the next
  // generation; it counts as trash all the same.
  EXPECT_EQ(Deaths(kRules27, R"(
    def 0:
      r0 = none
    def 1:
      r5 = self
    main:
      r0 = node 0
      r1 = node 1
      r2 = node 2
      r2.0 = r2
      r2.1 = r1
      r3 = weak r0 call 1
      r1.0 = r3
      r3 = weak r1 call 0
      r1 = none
      r2 = none
      collect 0
      census
      r5 = none)"),
            "collect 0 callback 4 ( callback 3 free 0 ) free 1 free 2 done 3 "
            "tracked 4 1 tracked 3 1 free 3");
}

TEST(Collect, SaveAllIsAskedOnceWhenClearingBegins) {
  EXPECT_EQ(Deaths(kRules27, R"(
    def 0:
      saveall on
    main:
      r0 = node 2
      r0.0 = r0
      r1 = node 0 del 0
      r0.1 = r1
      r1 = node 1
      r1.0 = r1
      r0 = none
      r1 = none
      collect 2)"),
            "collect 2 finalize 1 free 1 free 0 free 2 done 2");
}

TEST(Collect, TrashWeakReferenceThatAFinalizerBringsBack) {
  EXPECT_EQ(Deaths(kRulesPep442, R"(
    def 0:
      r3 = self.1
      r2 = r3()
    main:
      r0 = node 2 del 0
      r0.0 = r0
      r1 = node 0
      r2 = weak r1 call 0
      r0.1 = r2
      r0 = none
      r2 = none
      collect 2)"),
            "collect 2 finalize 0 ( got 2 got none ) free 0 done 1");
}

TEST(Collect, SaveAllKeepsEverythingAndStillClearsWeakReferences) {
  const std::string program = R"(
    saveall on
    r0 = node 1
    r0.0 = r0
    r1 = weak r0 call 0
    r0 = node 1 del 0
    r0.0 = r0
    r0 = none
    collect 2
    r0 = r1()
    census)";
  EXPECT_EQ(Deaths(kRules27, program),
            "collect 2 callback 1 garbage 0 garbage 2 done 2 got none "
            "tracked 1 2 tracked 0 2 tracked 2 2");
  EXPECT_EQ(Deaths(kRulesPep442, program),
            "collect 2 callback 1 finalize 2 garbage 0 garbage 2 done 2 got none "
            "tracked 1 2 tracked 0 2 tracked 2 2");
}

TEST(Collect, ResurrectionSparesOnlyWhatIsReachableAgain) {
  EXPECT_EQ(Deaths(kRulesPep442, R"(
    def 0:
      r7 = self.1
    main:
      r0 = node 2 del 0
      r0.0 = r0
      r1 = node 0
      r0.1 = r1
      r1 = none
      r1 = node 1 del 1
      r1.0 = r1
      r0 = none
      r1 = none
      collect 0
      census
      r7 = none)"),
            "collect 0 finalize 0 ( got 1 ) finalize 2 free 0 free 2 done 2 tracked 1 1 free 1");
}

TEST(Collect, ResurrectedOnceItIsClearedWithoutFinalizerTheNextTime) {
  EXPECT_EQ(Deaths(kRulesPep442, R"(
    def 0:
      r0 = self
    main:
      r0 = node 1 del 0
      r0.0 = r0
      r0 = none
      collect 0
      census
      r0 = none
      collect 1)"),
            "collect 0 finalize 0 done 0 tracked 0 1 collect 1 free 0 done 1");
}

TEST(Collect, TrashThatItsFinalizersBreakUpIsNotCounted) {
  EXPECT_EQ(Deaths(kRulesPep442, R"(
    def 0:
      self.0 = none
    main:
      r0 = node 1 del 0
      r1 = node 1 del 0
      r0.0 = r1
      r1.0 = r0
      r0 = none
      r1 = none
      collect 2)"),
            "collect 2 finalize 0 ( finalize 1 free 1 ) free 0 done 0");
}

TEST(Collect, WeakReferenceMadeByAFinalizerOfTrashIsCalledLateAndYieldsNothing) {
  EXPECT_EQ(Deaths(kRulesPep442, R"(
    def 0:
      r1 = weak self call 1
    def 1:
      r2 = self()
      r2 = r1()
    main:
      r0 = node 1 del 0
      r0.0 = r0
      r0 = none
      collect 2)"),
            "collect 2 finalize 0 free 0 callback 1 ( got none got none ) done 1");
}

TEST(Collect, OldGarbageHoldsYoungGarbage) {
  EXPECT_EQ(Deaths(kRules27, R"(
    r0 = node 2
    r0.0 = r0
    collect 0
    r1 = node 1
    r1.0 = r1
    r0.1 = r1
    r0 = none
    r1 = none
    collect 0
    collect 1)"),
            "collect 0 done 0 collect 0 done 0 collect 1 free 0 free 1 done 2");
}

TEST(Collect, ParallelEdges) {
  EXPECT_EQ(Deaths(kRules27, R"(
    r0 = node 3
    r1 = node 1
    r0.0 = r1
    r0.1 = r1
    r0.2 = r0
    r1.0 = r0
    collect 0
    r0 = none
    r1 = none
    collect 1)"),
            "collect 0 done 0 collect 1 free 0 free 1 done 2");
}

TEST(Garbage, ClearedLastFirst) {
  EXPECT_EQ(Deaths(kRules27, R"(
    saveall on
    r0 = node 1
    r0.0 = r0
    r1 = node 1
    r1.0 = r1
    r0 = none
    r1 = none
    collect 2
    r0 = garbage 0
    r0.0 = none
    r1 = garbage 1
    r1.0 = none
    r0 = none
    r1 = none
    garbage clear)"),
            "collect 2 garbage 0 garbage 1 done 2 got 0 got 1 free 1 free 0");
}

}  // namespace
}  // namespace ouro
