// SPDX-License-Identifier: Apache-2.0

// Rules of weak references that hold an object: their slot is a reference like any other, and goes
// with them; cycles may lead through it; one that is trash is not called.

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/judge/judge.h"
#include "model/judge/law.h"
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
constexpr const char* kExact = "26 27 34 37 38 39 314 315";

constexpr Rule kRules[] = {
    // ---- deaths by count ----
    {"AWeakReferenceHolds", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = node 0
 > new 0
 r1 = leaf
 > new 1
 r2 = weak r0 with r1
 > new 2
 r1 = none
+> free 1  # <- here
)"},
    {"AWeakReferenceHoldsItsTargetIfItIsTold", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 with r0
 > new 1
 r0 = none
+> free 0  # <- here
)"},
    {"AWeakReferenceYieldsWhatItHolds", kEach, Law::kLoad, R"(
 r0 = node 0
 > new 0
 r1 = leaf
 > new 1
 r2 = weak r0 with r1
 > new 2
 r1 = none
 r3 = r2.0
-> got 1
+> got none  # <- here
)"},
    {"AWeakReferenceThatDiesReleases", kCounting, Law::kFreeAtOnce, R"(
 r0 = node 0
 > new 0
 r1 = leaf
 > new 1
 r2 = weak r0 with r1
 > new 2
 r1 = none
 r2 = none
-> free 1
 > free 2  # <- here
 r3 = leaf
 > new 3
)"},
    {"AWeakReferenceThatDiesReleasesInTheEnd", kExact, Law::kTrashFreed, R"(
 r0 = node 0
 > new 0
 r1 = node 1
 > new 1
 r1.0 = r1
 r2 = weak r0 with r1
 > new 2
 r1 = none
 r2 = none
 > free 2
 collect 2
 > collect 2
-> free 1
-> done 1
+> done 0  # <- here
)"},
    {"AWeakReferenceHoldsWhenItsTargetIsDead", kCounting, Law::kNoFreeWhileHeld, R"(
 r0 = node 0
 > new 0
 r1 = leaf
 > new 1
 r2 = weak r0 with r1
 > new 2
 r1 = none
 r0 = none
+> free 1  # <- here
-> free 0
 r3 = r2.0
 > got 1
)"},
    {"ANewValueReleasesTheOld", kCounting, Law::kFreeAtOnce, R"(
 r0 = node 0
 > new 0
 r1 = leaf
 > new 1
 r2 = weak r0 with r1
 > new 2
 r1 = none
 r2.0 = r0  # <- here
-> free 1
 r3 = leaf
 > new 3
)"},
    {"AnEmptiedWeakReferenceHoldsNothing", kCounting, Law::kFreeAtOnce, R"(
 r0 = node 0
 > new 0
 r1 = leaf
 > new 1
 r2 = weak r0 with r1
 > new 2
 r1 = none
 r2.0 = none  # <- here
-> free 1
 r3 = leaf
 > new 3
)"},
    {"AWeakReferenceThatCannotBeMadeHoldsNothing", kCounting, Law::kFreeAtOnce, R"(
 r0 = node 0
 > new 0
 r1 = leaf
 > new 1
 fail 1
 r2 = weak r0 with r1
 > failed
 r1 = none  # <- here
-> free 1
 r3 = leaf
 > new 2
)"},

    // ---- callbacks ----
    {"ACallbackFindsWhatItsWeakReferenceHolds", kCounting, Law::kLoad, R"(
 r0 = node 0
 > new 0
 r1 = leaf
 > new 1
 r2 = weak r0 with r1 call 0
 > new 2
 r1 = none
 r0 = none
 > callback 2
   r3 = self.0
-  > got 1
+  > got none  # <- here
 > end 2
 > free 0
)"},
    {"ACallbackKeepsWhatItsWeakReferenceHeld", kCounting, Law::kNoFreeWhileHeld, R"(
 r0 = node 0
 > new 0
 r1 = leaf
 > new 1
 r2 = weak r0 with r1 call 0
 > new 2
 r1 = none
 r0 = none
 > callback 2
   r2 = none
+  > free 1  # <- here
   r3 = self.0
   > got 1
 > end 2
 > free 2
 > free 0
)"},
    // A death lets go of the weak references that it kept before it comes to its finalizer, so what
    // these alone held may be trash by then.
    {"WhatADeathHasLetGoOfIsReleasedBeforeItsFinalizer", "26 27", Law::kTrashFreed, R"(
 r0 = node 0 del 0
 > new 0
 r2 = node 1
 > new 1
 r2.0 = r2
 r1 = weak r0 with r2
 > new 2
 r2 = none
 r2 = weak r0 call 1
 > new 3
 r0 = none
 > callback 3
   r1 = none
 > end 3
 > free 2
 > finalize 0
   collect 2
   > collect 2
-  > free 1
-  > done 1
+  > done 0  # <- here
 > end 0
 > free 0
)"},
    {"OrBeforeItsSlots", kExact, Law::kTrashFreed, R"(
 r0 = node 1
 > new 0
 r2 = node 1
 > new 1
 r2.0 = r2
 r1 = weak r0 with r2
 > new 2
 r2 = node 0 del 0
 > new 3
 r0.0 = r2
 r2 = none
 r2 = weak r0 call 1
 > new 4
 r0 = none
 > callback 4
   r1 = none
 > end 4
 > free 2
 > finalize 3
   collect 2
   > collect 2
-  > free 1
-  > done 1
+  > done 0  # <- here
 > end 3
 > free 3
 > free 0
)"},
    // It is unreachable already, although it still refers to its target.
    {"AWeakReferenceThatReleasesIsNotCalled", kExact, Law::kCallbackWhenCleared, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = node 0 del 0
 > new 1
 r2 = weak r0 with r1 call 1
 > new 2
 r0 = none
 r1 = none
 r2 = none
 > finalize 1
   collect 2
   > collect 2
+  > callback 2  # <- here
+  > end 2
   > free 0
   > done 1
 > end 1
 > free 1
 > free 2
)"},

    // It has released it, or what led to it.
    {"AWeakReferenceThatAloneHeldItsTargetIsNotCalled", kExact, Law::kCallbackWhenCleared, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 with r0 call 0
 > new 1
 r2 = weak r0 with r1
 > new 2
 r0 = none
 r1 = none
 r2 = none
+> callback 1  # <- here
+> end 1
 > free 0
 > free 1
 > free 2
)"},
    {"SoWhatItsTargetHeldDiesWithoutACallback", kExact, Law::kCallbackWhenCleared, R"(
 r0 = node 1
 > new 0
 r1 = node 1
 > new 1
 r1.0 = r0
 r2 = leaf
 > new 2
 r0.0 = r2
 r3 = weak r0 with r1 call 0
 > new 3
 r4 = weak r0 with r3
 > new 4
 r0 = none
 r1 = none
 r2 = none
 r3 = none
 r4 = none
 > free 2
+> callback 3  # <- here
+> end 3
 > free 0
 > free 1
 > free 3
 > free 4
)"},

    // ---- collections ----
    {"ACollectionSparesWhatAWeakReferenceHolds", kEach, Law::kNoFreeWhileHeld, R"(
 r0 = node 0
 > new 0
 r1 = node 1
 > new 1
 r1.0 = r1
 r2 = weak r0 with r1
 > new 2
 r1 = none
 collect 2
 > collect 2
+> free 1  # <- here
 > done 0
)"},
    {"ACycleMayLeadThroughAWeakReference", kCollecting, Law::kTrashFreed, R"(
 r0 = node 1
 > new 0
 r1 = weak r0 with r0
 > new 1
 r0.0 = r1
 r0 = none
 r1 = none
 collect 2
 > collect 2
 > free 0
-> free 1
 > done 2  # <- here
)"},
    {"AWeakReferenceMayHoldItself", kCollecting, Law::kTrashFreed, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 with r0
 > new 1
 r1.0 = r1
 r1 = none
 collect 2
 > collect 2
-> free 1
-> done 1
+> done 0  # <- here
)"},
    {"AWeakReferenceThatIsTrashIsNotCalled", kExact, Law::kCallbackWhenCleared, R"(
 r0 = node 1
 > new 0
 r1 = weak r0 with r0 call 0
 > new 1
 r0.0 = r1
 r0 = none
 r1 = none
 collect 2
 > collect 2
+> callback 1  # <- here
+> end 1
 > free 0
 > free 1
 > done 2
)"},
    {"AWeakReferenceOutsideTheTrashHoldsOn", kExact, Law::kLoad, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = leaf
 > new 1
 r2 = weak r0 with r1 call 0
 > new 2
 r0 = none
 r1 = none
 collect 2
 > collect 2
 > callback 2
   r3 = self.0
-  > got 1
+  > got none  # <- here
 > end 2
 > free 0
 > done 1
)"},
    {"AFinalizerOfTrashBringsBackAWeakReferenceWithWhatItHolds", "39 314 315",
     Law::kNoFreeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r1 = leaf
 > new 1
 r2 = weak r0 with r1
 > new 2
 r0.0 = r2
 r2.0 = r0
 r3 = node 1
 > new 3
 r3.0 = r1
 r1 = none
 r0 = none
 r2 = none
 collect 2
 > collect 2
 > finalize 0
   r4 = self.0
   > got 2
 > end 0
+> free 0  # <- here
 > done 0
)"},
    // Found by a random program: the tuple of a death lets go of the oldest first (experiment X7).
    {"WhileADeathLetsGoOfOneTheNewerOnesAreHeld", kExact, Law::kNoFreeWhileHeld, R"(
 r0 = node 0
 > new 0
 r1 = node 0 del 0
 > new 1
 r2 = weak r0 with r1
 > new 2
 r1 = none
 r3 = weak r0 with r2 call 1
 > new 3
 r2 = none
 r0 = none
 > callback 3
 r3.0 = self
 > end 3
 > finalize 1
 r3 = none
 collect 2
 > collect 2
+> free 3  # <- here
-> done 0
-> end 1
-> free 1
-> free 2
-> free 0
)"},
};

TEST(HeldValues, ExplainWhyAnObjectLives) {
  const std::string trace =
      "r0 = node 0\n> new 0\nr1 = leaf\n> new 1\nr2 = weak r0 with r1\n> new 2\nr1 = none\n"
      "> free 1\n";
  for (const Contract* contract : {&kCPython26, &kPhp}) {
    std::vector<TraceVerdict> verdicts;
    ASSERT_EQ(JudgeTraces(trace, *contract, &verdicts), "");
    ASSERT_TRUE(verdicts.at(0).violation);
    EXPECT_EQ(verdicts[0].violation->what, "#1 was freed while referenced: r2 -> #2 slot 0 -> #1");
  }
}

void Perform(Judge& judge, const Op& op, ObjectId born) {
  ASSERT_FALSE(judge.IsVoid(op)) << Print(op) << ": " << judge.WhyVoid(op);
  judge.Begin(op);
  judge.Observe(Event::New(born));
  judge.End();
  ASSERT_FALSE(judge.violation()) << judge.violation()->what;
}

TEST(HeldValues, AreInTheOneSlotOfWeakReferencesThatHold) {
  const Op with = {.code = OpCode::kWeakWith, .dest = 1};
  const Op plain = {.code = OpCode::kWeak, .dest = 2};
  for (const Contract* contract : {&kCPython26, &kPhp}) {
    const std::unique_ptr<Judge> without = MakeJudge(*contract, kAllAbilities & ~kHeldValues);
    EXPECT_EQ(without->WhyVoid(with), "the collector does not claim: held");

    const std::unique_ptr<Judge> judge = MakeJudge(*contract);
    EXPECT_EQ(judge->WhyVoid(with), "r0 is empty");
    Perform(*judge, {.code = OpCode::kNode}, 0);
    EXPECT_EQ(judge->WhyVoid({.code = OpCode::kWeakWith, .value = 3}), "r3 is empty");
    Perform(*judge, with, 1);
    Perform(*judge, plain, 2);
    EXPECT_EQ(judge->WhyVoid({.code = OpCode::kLoad, .ref = 1}), "");
    EXPECT_EQ(judge->WhyVoid({.code = OpCode::kLoad, .ref = 1, .slot = 1}), "r1 has no slot 1");
    EXPECT_EQ(judge->WhyVoid({.code = OpCode::kLoad, .ref = 2}), "r2 has no slot 0");
    EXPECT_EQ(judge->WhyVoid({.code = OpCode::kWeakWith, .ref = 1}), "r1 is not a node");
  }
}

}  // namespace

std::span<const Rule> HeldRules() { return kRules; }

}  // namespace ouro
