// SPDX-License-Identifier: Apache-2.0

// Histories of traces written by hand: where they end, what is said of the heap, what holds an
// object, and what the collector acts as if it took for true. That histories agree with trials is
// the subject of properties/history_test.cc.

#include "model/history/history.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "model/history/as_if.h"
#include "model/history/grounds.h"
#include "model/history/state_text.h"
#include "model/history/why.h"

namespace ouro {
namespace {

Specimen Under(const Contract& contract) {
  return {.name = "a collector", .contract = &contract, .make = {}};
}

struct Followed {
  HistoryEnd end;
  std::vector<HeapView> views;  // after each line that is no comment
  std::vector<size_t> depths;
  std::string error;
};

Followed FollowAll(const std::string& trace, Ending ending = Ending::kProgram,
                   const Contract& contract = kCPython26) {
  Followed followed;
  const auto each = [&](const Step& step, const Judge& judge) {
    if (step.line.kind == TranscriptLine::Kind::kComment) return;
    followed.views.push_back(judge.View());
    followed.depths.push_back(step.depth);
  };
  followed.error = Follow(trace, Under(contract), ending, each, &followed.end);
  return followed;
}

// ---- where a history ends ----

constexpr char kFreedTooEarly[] =
    "r0 = node 0\n"
    "> new 0\n"
    "r1 = r0\n"
    "r0 = none\n"
    "> free 0\n"
    "r1 = none\n";

TEST(HistoryTest, EndsAtTheEventThatBreaksALaw) {
  const Followed followed = FollowAll(kFreedTooEarly);
  ASSERT_TRUE(followed.end.violation);
  EXPECT_EQ(followed.end.violation->law, Law::kNoFreeWhileHeld);
  EXPECT_EQ(followed.end.line, 5u);
  EXPECT_FALSE(followed.end.missing);
  EXPECT_EQ(followed.views.size(), 5u);
}

constexpr char kFreedNever[] =
    "r0 = node 0\n"
    "> new 0\n"
    "r0 = none\n";

TEST(HistoryTest, WhatIsMissingIsSaidOfTheLineBefore) {
  const Followed followed = FollowAll(kFreedNever);
  ASSERT_TRUE(followed.end.violation);
  EXPECT_EQ(followed.end.violation->law, Law::kFreeAtOnce);
  EXPECT_EQ(followed.end.line, 3u);
  EXPECT_TRUE(followed.end.missing);
}

TEST(HistoryTest, OfACollectorThatDiedNothingIsMissing) {
  EXPECT_FALSE(FollowAll(kFreedNever, Ending::kCut).end.violation);
  // But before the next operation it must have come.
  EXPECT_TRUE(FollowAll(std::string(kFreedNever) + "r1 = leaf\n", Ending::kCut).end.violation);
}

TEST(HistoryTest, AScriptMayBeOpenWhereAnOperationHasEnded) {
  const std::string trace = "r0 = node 0 del 0\n> new 0\nr0 = none\n> finalize 0\n  r1 = self\n";
  EXPECT_FALSE(FollowAll(trace, Ending::kOperation).end.violation);
  EXPECT_TRUE(FollowAll(trace, Ending::kProgram).end.violation);
}

TEST(HistoryTest, CountsScriptsAndCollectionsAsDepth) {
  const Followed followed = FollowAll(
      "r0 = node 1 del 0\n> new 0\nr0 = none\n> finalize 0\n  collect 2\n  > collect 2\n"
      "  > done 0\n> end 0\n> free 0\n");
  EXPECT_FALSE(followed.end.violation) << followed.end.violation->what;
  EXPECT_EQ(followed.depths, (std::vector<size_t>{0, 0, 0, 0, 1, 1, 1, 0, 0}));
}

TEST(HistoryTest, ALineThatIsNeitherOperationNorEventIsAnError) {
  EXPECT_EQ(FollowAll("r0 = node 1\n> gnu 0\n").error.substr(0, 7), "line 2:");
  EXPECT_EQ(FollowAll("r0 = lief\n").error.substr(0, 7), "line 1:");
}

// ---- what a judge shows ----

ObjectView::State StateOf(const Followed& followed, size_t line, size_t object) {
  return followed.views.at(line - 1).objects.at(object).state;
}

TEST(ViewTest, TellsTheStatesOfObjects) {
  using State = ObjectView::State;
  const Followed followed = FollowAll(
      "r0 = node 1 del 0\n"
      "> new 0\n"
      "r0.0 = r0\n"
      "r0 = none\n"
      "collect 2\n"
      "> collect 2\n"
      "  > garbage 0\n"
      "> done 1\n"
      "r0 = leaf\n"
      "> new 1\n"
      "r0 = none\n"
      "> free 1\n");
  ASSERT_FALSE(followed.end.violation) << followed.end.violation->what;
  EXPECT_EQ(StateOf(followed, 3, 0), State::kLiving);
  EXPECT_EQ(StateOf(followed, 4, 0), State::kTrash);
  EXPECT_EQ(StateOf(followed, 8, 0), State::kUncollectable);
  EXPECT_EQ(followed.views[7].garbage, std::vector<ObjectId>{0});
  EXPECT_EQ(StateOf(followed, 11, 1), State::kDying);
  EXPECT_EQ(StateOf(followed, 12, 1), State::kFreed);
}

TEST(ViewTest, UnderBoundsToo) {
  using State = ObjectView::State;
  const Followed followed = FollowAll(
      "r0 = node 1\n> new 0\nr1 = weak r0\n> new 1\nr0.0 = r0\nr0 = none\ncollect 2\n"
      "> collect 2\n  > free 0\n> done 1\n",
      Ending::kProgram, kPhp);
  ASSERT_FALSE(followed.end.violation) << followed.end.violation->what;
  EXPECT_EQ(StateOf(followed, 5, 0), State::kLiving);
  EXPECT_EQ(StateOf(followed, 6, 0), State::kTrash);
  EXPECT_EQ(StateOf(followed, 9, 0), State::kFreed);
  EXPECT_EQ(followed.views[5].objects[1].target, 0);
  EXPECT_EQ(followed.views[5].objects[1].bond, ObjectView::Bond::kYes);
  EXPECT_EQ(followed.views[8].objects[1].bond, ObjectView::Bond::kNo);
}

// An entry holds its value while the map and the key live, in whatever order these are found.
TEST(ViewTest, AnEntryWhoseKeyIsTrashHoldsNothing) {
  using State = ObjectView::State;
  const Followed followed = FollowAll(
      "r0 = map\n> new 0\nr1 = node 1\n> new 1\nr1.0 = r1\nr2 = leaf\n> new 2\n"
      "r0[r1] = r2\nr2 = none\nr1 = none\n");
  ASSERT_FALSE(followed.end.violation) << followed.end.violation->what;
  EXPECT_EQ(StateOf(followed, 9, 2), State::kLiving);
  EXPECT_EQ(StateOf(followed, 10, 1), State::kTrash);
  EXPECT_EQ(StateOf(followed, 10, 2), State::kTrash);
}

TEST(ViewTest, CountsWhatASchedulesCollectionsAreDueBy) {
  const Followed followed = FollowAll("threshold 5 6 7\nr0 = node 0\n> new 0\ndisable\n");
  EXPECT_EQ(followed.views.back().thresholds, (std::array<int32_t, kGenerations>{5, 6, 7}));
  EXPECT_EQ(followed.views.back().counts[0], 1);
  EXPECT_FALSE(followed.views.back().enabled);
}

// ---- state as text ----

TEST(StateTextTest, IsATraceWithWhatChanged) {
  EXPECT_EQ(WithState("r0 = node 2 del 0\n"
                      "> new 0\n"
                      "r0.1 = r0\n"
                      "r1 = weak r0 call 1\n"
                      "> new 1\n"
                      "# void: r2 = r3 (r3 is empty)\n"
                      "r0 = none\n"
                      "r1 = none      # <- here\n",
                      Under(kCPython34), Ending::kCut),
            "r0 = node 2 del 0                 # 1:\n"
            "> new 0                           # 2: r0=#0\n"
            "r0.1 = r0                         # 3: #0.1=#0\n"
            "r1 = weak r0 call 1               # 4:\n"
            "> new 1                           # 5: r1=#1  #1 weak to #0\n"
            "# void: r2 = r3 (r3 is empty)\n"
            "r0 = none                         # 7: r0=none  #0 trash\n"
            "r1 = none      # <- here          8: r1=none  #1 yields nothing  #1 dying\n");
}

TEST(StateTextTest, IsBoundedToAWidth) {
  HeapView before;
  before.registers.fill(kNone);
  HeapView after = before;
  for (size_t i = 0; i < 5; ++i) after.registers[i] = static_cast<ObjectId>(i);
  EXPECT_EQ(ChangesInALine(before, after), "r0=#0  r1=#1  r2=#2  r3=#3  r4=#4");
  EXPECT_EQ(ChangesInALine(before, after, 26), "r0=#0  r1=#1  ... 3 more");
  EXPECT_EQ(ChangesInALine(before, after, 1), "r0=#0  ... 4 more");
  EXPECT_EQ(ChangesInALine(after, after), "");
}

// ---- why an object is alive ----

using Lines = std::vector<std::string>;

TEST(WhyTest, ListsAPathForEachReference) {
  const Followed followed = FollowAll(
      "r0 = node 2\n> new 0\nr1 = node 1\n> new 1\nr0.0 = r1\nr0.1 = r1\nr1.0 = r1\npush r1\n"
      "r1 = none\n");
  ASSERT_FALSE(followed.end.violation);
  EXPECT_EQ(PathsTo(followed.views.back(), 1),
            (Lines{"pushed 0 -> #1", "r0 -> #0 slot 0 -> #1", "r0 -> #0 slot 1 -> #1"}));
  EXPECT_EQ(WhyAlive(followed.views.back(), 1),
            (Lines{"#1 is a node of 1 slots; in generation 0", "it is held by", "  pushed 0 -> #1",
                   "  r0 -> #0 slot 0 -> #1", "  r0 -> #0 slot 1 -> #1"}));
}

TEST(WhyTest, SaysWhatTrashWaitsFor) {
  const Followed followed = FollowAll(
      "r0 = node 1 del 3\n> new 0\nr1 = node 1\n> new 1\nr0.0 = r1\nr1.0 = r0\n"
      "r2 = weak r0 call 4\n> new 2\nr0 = none\nr1 = none\n",
      Ending::kProgram, kCPython34);
  ASSERT_FALSE(followed.end.violation);
  EXPECT_EQ(WhyAlive(followed.views.back(), 0),
            (Lines{"#0 is a node of 1 slots; its finalizer, def 3, has not run; in generation 0",
                   "no root reaches it; it is held by", "  #0 slot 0 -> #1 slot 0 -> #0 (a cycle)",
                   "before it can die", "  its finalizer, def 3, has yet to run",
                   "  the callback of #2, def 4, has yet to run",
                   "  the next collection that looks at it finds it"}));
}

TEST(WhyTest, OfTheDeadAndTheDying) {
  const Followed followed = FollowAll("r0 = leaf\n> new 0\nr0 = none\n> free 0\n");
  EXPECT_EQ(WhyAlive(followed.views[2], 0),
            (Lines{"#0 is a leaf", "nothing refers to it: its death is on its way"}));
  EXPECT_EQ(WhyAlive(followed.views[3], 0), (Lines{"#0 is a leaf", "it is freed"}));
}

TEST(WhyTest, APathOfManyObjectsIsCut) {
  std::string trace = "r0 = node 1\n> new 0\n";
  for (int i = 1; i < 100; ++i) {
    trace += "r1 = node 1\n> new " + std::to_string(i) + "\nr1.0 = r0\nr0 = r1\nr1 = none\n";
  }
  const Followed followed = FollowAll(trace);
  ASSERT_FALSE(followed.end.violation);
  const Lines paths = PathsTo(followed.views.back(), 0);
  ASSERT_EQ(paths.size(), 1u);
  EXPECT_EQ(paths[0].substr(0, 15), "r0 -> #99 slot ");
  EXPECT_NE(paths[0].find(" more)"), std::string::npos) << paths[0];
}

// ---- as if ----

Lines AsIfOf(const std::string& trace, const Contract& contract = kCPython26) {
  const Followed followed = FollowAll(trace, Ending::kProgram, contract);
  EXPECT_TRUE(followed.end.violation) << trace;
  if (!followed.end.violation) return {};
  return FindAsIf(trace, Under(contract), followed.end).words;
}

TEST(AsIfTest, AReferenceThatWasNotCounted) {
  EXPECT_EQ(AsIfOf(kFreedTooEarly), Lines{"step 3, r1 = r0, had not been there"});
}

TEST(AsIfTest, AReleaseThatWasNotCounted) {
  EXPECT_EQ(AsIfOf(kFreedNever), Lines{"step 3, r0 = none, had not been there"});
}

TEST(AsIfTest, AFinalizerThatWasForgotten) {
  EXPECT_EQ(AsIfOf("r0 = node 0 del 0\n> new 0\nr0 = none\n> free 0\n"),
            Lines{"step 1, r0 = node 0 del 0, had been r0 = node 0"});
}

// Whatever took a reference to #1 away was reported: r1 holds #2, and #0 is freed.
TEST(AsIfTest, AReferenceThatCountedTwice) {
  EXPECT_EQ(AsIfOf("r0 = node 1\n> new 0\nr1 = leaf\n> new 1\nr0.0 = r1\nr1 = node 0\n> new 2\n"
                   "r0 = none\n> free 0\n"),
            (Lines{"the reference of step 5, r0.0 = r1, counted twice",
                   "the reference of step 3, r1 = leaf, counted twice"}));
}

TEST(AsIfTest, NothingIsSaidWhereNothingFits) {
  EXPECT_EQ(AsIfOf("r0 = leaf\n> new 1\n"), Lines{});
}

// ---- grounds ----

TEST(GroundsTest, SayWhatTheJudgeHoldsTrueAndSinceWhen) {
  EXPECT_EQ(FindGrounds(kFreedTooEarly, Under(kCPython26), Ending::kProgram).sentences,
            (Lines{"Judge and collector agree up to step 4, r0 = none.",
                   "For the judge #0 is held: r1 -> #0.",
                   "It is referred to by r1 since step 3, r1 = r0.",
                   "Hypothesis: the collector acts as if step 3, r1 = r0, had not been there."}));
}

TEST(GroundsTest, SayTheCountsOfASchedule) {
  EXPECT_EQ(FindGrounds("threshold 3 0 0\nr0 = node 0\n> collect 0 auto\n", Under(kCPython26),
                        Ending::kProgram)
                .sentences[1],
            "Counted since the last collections, with their thresholds: 1 of 3, 0 of 0, 0 of 0; "
            "automatic collections are enabled.");
}

TEST(GroundsTest, SayWhyAnObjectIsNotUncollectable) {
  const std::string trace =
      "r0 = node 1\n> new 0\nr0.0 = r0\nr1 = node 0 del 0\n> new 1\nr0 = none\ncollect 2\n"
      "> collect 2\n  > garbage 0\n";
  EXPECT_EQ(FindGrounds(trace, Under(kCPython26), Ending::kProgram).sentences,
            (Lines{"Judge and collector agree up to step 8, > collect 2.",
                   "For the judge #0 is trash, which no root reaches, since step 6, r0 = none.",
                   "No object with a finalizer reaches #0."}));
}

TEST(GroundsTest, SayInWhichGenerationTrashIs) {
  const std::string trace =
      "r0 = node 1\n> new 0\nr0.0 = r0\nr0 = none\ncollect 2\n> collect 2\n> done 0\n";
  EXPECT_EQ(FindGrounds(trace, Under(kCPython26), Ending::kProgram).sentences[2],
            "For the judge it is in generation 0 since step 2, > new 0.");
}

TEST(GroundsTest, SayWhatHappenedInACollection) {
  const std::string trace =
      "r0 = node 1\n> new 0\nr0.0 = r0\nr0 = none\ncollect 2\n> collect 2\n  > free 0\n> done 3\n";
  EXPECT_EQ(FindGrounds(trace, Under(kCPython26), Ending::kProgram).sentences[1],
            "In this collection: freed #0.");
}

TEST(GroundsTest, SayHowFarACollectorCameThatDied) {
  EXPECT_EQ(
      FindGrounds("r0 = leaf\n> new 0\nr0 = none\n", Under(kCPython26), Ending::kCut).sentences,
      Lines{"All was lawful up to step 3, r0 = none, which it was executing."});
  EXPECT_EQ(FindGrounds("", Under(kCPython26), Ending::kCut).sentences,
            Lines{"There is no trace."});
}

}  // namespace
}  // namespace ouro
