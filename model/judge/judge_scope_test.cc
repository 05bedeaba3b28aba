// SPDX-License-Identifier: Apache-2.0

// Rules of scopes: what a stack holds, who may pop it, and what dies of that. See judge_rules.h.

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/judge/judge.h"
#include "model/judge/testing/judge_rules.h"
#include "model/program.h"
#include "model/trace.h"

namespace ouro {
namespace {

// Exact contracts and bounds; those that count; those of which a full collection frees all cycles.
constexpr const char* kEach =
    "26 27 34 37 38 39 314 315 cpython php duktape perl gobject lua boehm boehm-unordered ruby";
constexpr const char* kCounting = "26 27 34 37 38 39 314 315 cpython php duktape perl gobject";
constexpr const char* kCollecting = "26 27 34 37 38 39 314 315 cpython php duktape lua ruby";

constexpr Rule kRules[] = {
    // ---- main's stack ----
    {"AStackHolds", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = node 0
 > new 0
 push r0
 r0 = none
+> free 0  # <- here
)"},
    {"AStackHoldsEachTime", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = node 0
 > new 0
 push r0
 push r0
 r0 = none
 pop
+> free 0  # <- here
)"},
    {"AStackHoldsWhatItsObjectsLeadTo", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = node 0
 > new 0
 r1 = node 1
 > new 1
 r1.0 = r0
 push r1
 r1 = none
 r0 = none
+> free 0  # <- here
)"},
    {"APopIsADeath", kCounting, Law::kFreeAtOnce, R"(
 r0 = node 0
 > new 0
 push r0
 r0 = none
 pop  # <- here
-> free 0
 r1 = leaf
 > new 1
)"},
    {"APopRunsAFinalizer", kCounting, Law::kFinalizeAtOnce, R"(
 r0 = node 0 del 0
 > new 0
 push r0
 r0 = none
 pop  # <- here
-> finalize 0
-> end 0
-> free 0
 r1 = leaf
 > new 1
)"},
    {"APopIsNoDeathOfWhatARegisterHolds", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = node 0
 > new 0
 push r0
 pop
+> free 0  # <- here
)"},
    {"APopDropsTheNewest", kCounting, Law::kNoFreeWhileHeld, R"(
 r0 = leaf
 > new 0
 r1 = leaf
 > new 1
 push r0
 push r1
 r0 = none
 r1 = none
 pop
-> free 1
+> free 0  # <- here
)"},
    {"AWeakReferenceYieldsWhatIsPushed", kEach, Law::kDereference, R"(
 r0 = node 0
 > new 0
 r1 = weak r0
 > new 1
 push r0
 r0 = none
 r2 = r1()
-> got 0
+> got none  # <- here
)"},
    {"ACallbackWaitsForThePop", kCounting, Law::kCallbackWhenCleared, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 0
 > new 1
 push r0
 r0 = none
+> callback 1  # <- here
+> end 1
 pop
-> callback 1
-> end 1
 > free 0
)"},
    {"ACollectionSparesWhatIsPushed", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 push r0
 r0 = none
 collect 2
 > collect 2
+> free 0  # <- here
 > done 0
)"},
    {"ACollectionFreesWhatWasPopped", kCollecting, Law::kTrashFreed, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 push r0
 r0 = none
 pop
 collect 2
 > collect 2
-> free 0
-> done 1
+> done 0  # <- here
)"},

    // ---- those of scripts ----
    {"AScriptDoesNotPopWhatMainHasPushed", kCounting, Law::kNoFreeWhileHeld, R"(
 r0 = leaf
 > new 0
 push r0
 r0 = none
 r1 = node 0 del 0
 > new 1
 r1 = none
 > finalize 1
   pop
+  > free 0  # <- here
 > end 1
 > free 1
)"},
    {"AScriptDoesNotPopWhatAnotherHasPushed", kCounting, Law::kNoFreeWhileHeld, R"(
 r0 = node 0 del 0
 > new 0
 r1 = node 0 del 1
 > new 1
 r0 = none
 > finalize 0
   r2 = leaf
   > new 2
   push r2
   r2 = none
   r1 = none
   > finalize 1
     pop
+    > free 2  # <- here
   > end 1
   > free 1
   pop
   > free 2
 > end 0
 > free 0
)"},
    {"AScriptPopsItsOwnAlone", kCounting, Law::kNoFreeWhileHeld, R"(
 r0 = leaf
 > new 0
 push r0
 r0 = none
 r1 = node 0 del 0
 > new 1
 r1 = none
 > finalize 1
   r2 = leaf
   > new 2
   push r2
   r2 = none
   pop
   > free 2
   pop
+  > free 0  # <- here
 > end 1
 > free 1
 pop
 > free 0
)"},
    {"AScriptPopsWhatItHasPushed", kCounting, Law::kEventInPlace, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   r1 = leaf
   > new 1
   push r1
   r1 = none
-  pop
-  > free 1
 > end 0  # <- here
 > free 0
)"},
    {"AScriptThatRaisesPopsFirst", kCounting, Law::kEventInPlace, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   push self
   raise
-  pop
 > end 0 raised  # <- here
 > free 0
)"},
    {"WhatAScriptHasPushedDiesAtThePop", kCounting, Law::kFreeAtOnce, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   r1 = leaf
   > new 1
   push r1
   r1 = none
   pop
-  > free 1
 > end 0
 > free 0  # <- here
 r2 = leaf
 > new 2
)"},
    // The stack is empty when it ends.
    {"AFinalizerThatPushesItsObjectDoesNotBringItBack", kCounting, Law::kFreeAtOnce, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   push self
   pop
 > end 0  # <- here
-> free 0
 r1 = leaf
 > new 1
)"},
    {"AFinalizerOfTrashThatPushesItsObjectDoesNotBringItBack", "34 37 38 39 314 315",
     Law::kTrashFreed, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     push self
     pop
   > end 0
-  > free 0
-> done 1
+> done 0  # <- here
)"},
    {"ACallbackHasAStack", kCounting, Law::kNoFreeWhileHeld, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 > callback 1
   push self
   r1 = none
+  > free 1  # <- here
   pop
 > end 1
 > free 1
 > free 0
)"},
    {"ACollectionSparesWhatAScriptHasPushed", kCounting, Law::kNoFreeWhileHeld, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   r1 = node 1
   > new 1
   r1.0 = r1
   push r1
   r1 = none
   collect 2
   > collect 2
+  > free 1  # <- here
   > done 0
   pop
 > end 0
 > free 0
)"},
};

TEST(Scopes, AreARootThatExplainsWhyAnObjectLives) {
  const std::string trace =
      "r0 = node 0\n> new 0\nr1 = node 1\n> new 1\nr1.0 = r0\npush r0\npop\npush r1\npush r1\n"
      "r0 = none\nr1 = none\n> free 0\n";
  for (const Contract* contract : {&kCPython26, &kPhp}) {
    std::vector<TraceVerdict> verdicts;
    ASSERT_EQ(JudgeTraces(trace, *contract, &verdicts), "");
    ASSERT_TRUE(verdicts.at(0).violation);
    EXPECT_EQ(verdicts[0].violation->what,
              "#0 was freed while referenced: pushed 0 -> #1 slot 0 -> #0");
    EXPECT_EQ(verdicts[0].violation->signature, "no-free-while-held at assignment in main");
  }
}

void Perform(Judge& judge, const Op& op) {
  ASSERT_FALSE(judge.IsVoid(op)) << Print(op) << ": " << judge.WhyVoid(op);
  judge.Begin(op);
  if (Allocates(op.code)) judge.Observe(Event::New(0));
  judge.End();
  ASSERT_FALSE(judge.violation()) << judge.violation()->what;
}

TEST(Scopes, OperationsThatMakeNoSenseAreVoid) {
  const Op push = {.code = OpCode::kPush};
  const Op pop = {.code = OpCode::kPop};
  for (const Contract* contract : {&kCPython26, &kPhp}) {
    const std::unique_ptr<Judge> without = MakeJudge(*contract, kAllAbilities & ~kScopes);
    EXPECT_EQ(without->WhyVoid(push), "the collector does not claim: scope");
    EXPECT_EQ(without->WhyVoid(pop), "the collector does not claim: scope");

    const std::unique_ptr<Judge> judge = MakeJudge(*contract);
    EXPECT_EQ(judge->WhyVoid(push), "r0 is empty");
    EXPECT_EQ(judge->WhyVoid(pop), "nothing is pushed here");
    Perform(*judge, {.code = OpCode::kNode, .script = 0, .count = 1});
    Perform(*judge, push);
    EXPECT_FALSE(judge->IsVoid(pop));
    judge->Begin({.code = OpCode::kDispose});
    judge->Observe(Event::Finalize(0));
    EXPECT_EQ(judge->WhyVoid(pop), "nothing is pushed here");
    Perform(*judge, push);
    EXPECT_FALSE(judge->IsVoid(pop));
    Perform(*judge, pop);
    EXPECT_TRUE(judge->IsVoid(pop));
    judge->ScriptEnded(false);
    judge->End();
    Perform(*judge, pop);
    EXPECT_TRUE(judge->IsVoid(pop));
    judge->Reset();
    EXPECT_EQ(judge->WhyVoid(pop), "nothing is pushed here");
  }
}

TEST(Scopes, HaveABound) {
  for (const Contract* contract : {&kCPython26, &kPhp}) {
    const std::unique_ptr<Judge> judge = MakeJudge(*contract);
    const Op push = {.code = OpCode::kPush};
    Perform(*judge, {.code = OpCode::kLeaf});
    for (int i = 0; i < kMaxPushed; ++i) Perform(*judge, push);
    EXPECT_EQ(judge->WhyVoid(push), "100000 objects are pushed");
    for (int i = 0; i < kMaxPushed; ++i) Perform(*judge, {.code = OpCode::kPop});
    EXPECT_FALSE(judge->IsVoid(push));
  }
}

}  // namespace

std::span<const Rule> ScopeRules() { return kRules; }

}  // namespace ouro
