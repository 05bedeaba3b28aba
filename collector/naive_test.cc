// SPDX-License-Identifier: Apache-2.0

// Tests of the naive collector: each rule of docs/semantics.md in a few operations.

#include "collector/naive.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/testing/ops.h"
#include "model/event_text.h"

namespace ouro {
namespace {

using Kind = Event::Kind;

// Runs programs and records what the collector reports, births excepted.
class Recorder : public Observer {
 public:
  explicit Recorder(const ExactRules& rules, std::vector<Script> scripts = {})
      : scripts_(std::move(scripts)), collector_(MakeNaive(*this, rules)) {}

  ScriptEnd On(const Event& event) override {
    if (event.kind == Kind::kNew) {
      script_of_[event.id] = allocating_;
    } else {
      log_ += (log_.empty() ? "" : ", ") + Print(event);
    }
    if (IsScript(event)) {
      for (const Op& op : scripts_.at(script_of_.at(event.id))) Execute(op);
      log_ += ", end";
    }
    return ScriptEnd::kReturned;
  }
  void Broken(const std::string& why) override { ADD_FAILURE() << why; }

  // Executes `ops` and returns what was reported.
  std::string operator()(const Script& ops) {
    log_.clear();
    for (const Op& op : ops) Execute(op);
    return log_;
  }
  void Reset() { collector_->Reset(); }

 private:
  void Execute(const Op& op) {
    if (Allocates(op.code)) allocating_ = op.script;
    collector_->Execute(op);
  }

  std::vector<Script> scripts_;
  std::map<ObjectId, int> script_of_;
  int allocating_ = kNoScript;
  std::string log_;
  std::unique_ptr<Collector> collector_;
};

// What all rules have in common.
class Naive : public testing::TestWithParam<const Contract*> {};
INSTANTIATE_TEST_SUITE_P(Rules, Naive, testing::Values(&kCPython26, &kCPython27, &kCPython39));

// ---- sections 1 and 2: deaths, births, automatic collections

TEST_P(Naive, SlotsGoInAscendingOrderAndTheObjectIsFreedLast) {
  Recorder run(*GetParam()->exact());
  run({Node(0, 3), Leaf(1), Node(2, 1), Leaf(3), Store(2, 0, 3), Store(0, 0, 2), Store(0, 2, 1)});
  run({Empty(1), Empty(2), Empty(3)});
  EXPECT_EQ(run({Empty(0)}), "free 3, free 2, free 1, free 0");
}

TEST_P(Naive, StoresTheNewValueBeforeTheOldOneGoes) {
  Recorder run(*GetParam()->exact(), {{Load(3, 0, 0)}});
  EXPECT_EQ(run({Node(0, 1), Node(1, 0, 0), Store(0, 0, 1), Empty(1), Leaf(2), Store(0, 0, 2)}),
            "finalize 1, got 2, end, free 1");
}

TEST_P(Naive, CallsBackNewestFirstEvenIfAnEarlierCallbackDropsALaterOne) {
  Recorder run(*GetParam()->exact(), {{Empty(1), Empty(2)}});
  EXPECT_EQ(run({Node(0, 0), Weak(1, 0, 0), Weak(3, 0), Weak(2, 0, 0), Empty(0)}),
            "callback 3, end, callback 1, end, free 1, free 3, free 0");
  EXPECT_EQ(run({Deref(4, 3)}), "got none");
}

TEST_P(Naive, AWeakReferenceOwnedOnlyByItsDyingTargetIsCalledButNotADeadOne) {
  Recorder run(*GetParam()->exact(), {{}});
  EXPECT_EQ(run({Node(0, 1), Weak(1, 0, 0), Store(0, 0, 1), Empty(1), Empty(0)}),
            "callback 1, end, free 1, free 0");
  EXPECT_EQ(run({Node(0, 0), Weak(1, 0, 0), Empty(1), Empty(0)}), "free 3, free 2");
}

// Section 11. The harness has emptied the registers.
TEST_P(Naive, TheEndCollectsIfFinalizersOfTrashRun) {
  Recorder run(*GetParam()->exact(), {{}});
  run({Node(0, 1, 0), Store(0, 0, 0), Empty(0)});
  EXPECT_EQ(run({{.code = OpCode::kEnd}}), GetParam()->exact()->collects_at_end
                                               ? "collect 2, finalize 0, end, free 0, done 1"
                                               : "");
}

TEST(Naive26, CallbacksThenFinalizerAtEveryDeath) {
  Recorder run(*kCPython26.exact(), {{Deref(2, 1), Copy(3, kSelf)}, {}});
  EXPECT_EQ(run({Node(0, 0, 0), Weak(1, 0, 1), Empty(0)}),
            "callback 1, end, finalize 0, got none, end");
  EXPECT_EQ(run({Empty(3)}), "finalize 0, got none, end");
}

TEST(NaivePep442, FinalizerOnceThenCallbacks) {
  Recorder run(*kCPython39.exact(), {{Deref(2, 1), Copy(3, 2), Empty(2)}, {}});
  EXPECT_EQ(run({Node(0, 0, 0), Weak(1, 0, 1), Empty(0)}), "finalize 0, got 0, end");
  EXPECT_EQ(run({Empty(3)}), "callback 1, end, free 0");
}

// Experiment R6.
TEST_P(Naive, AWeakReferenceMadeByTheFinalizerIsClearedSilentlyOrCalled) {
  Recorder run(*GetParam()->exact(), {{Weak(1, kSelf, 1)}, {}});
  EXPECT_EQ(run({Node(0, 0, 0), Empty(0), Deref(2, 1)}),
            GetParam()->exact()->finalizers == ExactRules::Finalizers::kOnce
                ? "finalize 0, end, callback 1, end, free 0, got none"
                : "finalize 0, end, free 0, got none");
}

TEST_P(Naive, TheResurrectedStayWhereCollectionsMovedThem) {
  Recorder run(*GetParam()->exact(), {{Collect(0), kCensusOp, Copy(1, kSelf)}});
  EXPECT_EQ(run({Node(0, 0, 0), Collect(2), Empty(0), kCensusOp}),
            "collect 2, done 0, finalize 0, collect 0, done 0, tracked 0 1, end, tracked 0 1");
}

TEST_P(Naive, TheDyingAreUntrackedAndStillReferenceTheirSlots) {
  // #0 references the cycle #1; the callback of #2 collects while #0 dies.
  Recorder run(*GetParam()->exact(), {{Collect(2), kCensusOp}});
  EXPECT_EQ(run({Node(0, 1), Node(1, 1), Store(1, 0, 1), Store(0, 0, 1), Empty(1), Weak(2, 0, 0),
                 Empty(0)}),
            "callback 2, collect 2, done 0, tracked 1 2, tracked 2 2, end, free 0");
  EXPECT_EQ(run({Collect(2)}), "collect 2, free 1, done 1");
}

TEST_P(Naive, TheNthAllocationFailsOnceAndDoesNotCount) {
  Recorder run(*GetParam()->exact());
  EXPECT_EQ(run({Threshold(1, 10, 10), Fail(2), Node(0, 0), Leaf(1), Node(1, 0), Leaf(2)}),
            "failed, collect 0 auto, done 0");
}

TEST_P(Naive, CollectsBeforeTheBirthThatExceedsTheThreshold) {
  Recorder run(*GetParam()->exact());
  run({Node(0, 1), Store(0, 0, 0), Empty(0)});
  EXPECT_EQ(run({Threshold(2, 10, 10), Leaf(5), Node(1, 0), Node(2, 0), kCensusOp}),
            "collect 0 auto, free 0, done 1, tracked 3 0, tracked 2 1");
  // The count was zero and excludes the newborn; the death of #2 must not lower it below zero.
  EXPECT_EQ(run({Empty(1), Node(1, 0), Node(3, 0)}), "free 2");
  EXPECT_EQ(run({{.code = OpCode::kDisable}, Node(4, 0), Empty(4), Empty(5)}), "free 6, free 1");
  EXPECT_EQ(run({{.code = OpCode::kEnable}, Weak(5, 1)}), "collect 0 auto, done 0");
}

TEST_P(Naive, OlderGenerationsComeDueByTheirOwnCounts) {
  Recorder run(*GetParam()->exact());
  std::string generations;
  run({Threshold(1, 3, 1)});
  for (int i = 0; i < 9; ++i) EXPECT_EQ(run({Node(0, 0), Empty(0)}), "free " + std::to_string(i));
  for (int i = 0; i < 24; ++i) {
    const std::string log = run({Node(2, 1), Store(2, 0, 2), Empty(2)});
    if (!log.empty()) generations += log.at(8);  // collect G
  }
  EXPECT_EQ(generations, "000010000120");
}

// Section 2, the 25 % rule: with many old survivors and few new ones, all but 2.6 postpone it.
TEST(NaiveSchedule, AnAutomaticFullCollectionMayWait) {
  for (const Contract* contract : {&kCPython26, &kCPython27, &kCPython39}) {
    Recorder run(*contract->exact());
    for (int i = 0; i < 8; ++i) run({Node(i, 0)});
    run({Collect(2), Threshold(1, 1, 1)});
    std::string log;
    for (int i = 0; i < 20; ++i) log += run({Node(9, 1), Store(9, 0, 9), Empty(9)});
    EXPECT_EQ(log.find("collect 2 auto") == std::string::npos,
              contract->exact()->full_collection_waits);
  }
}

TEST_P(Naive, TheTargetOfANewWeakReferenceIsOwnedByTheAllocation) {
  // The collection that the weak reference triggers calls back #1, which drops the last target.
  Recorder run(*GetParam()->exact(), {{Empty(2)}, {}});
  EXPECT_EQ(run({Node(0, 1), Store(0, 0, 0), Weak(1, 0, 0), Node(2, 0), Empty(0),
                 Threshold(1, 10, 10), Weak(3, 2, 1)}),
            "collect 0 auto, callback 1, end, free 0, done 1, callback 3, end, free 2");
}

// ---- sections 5 to 8: collections, under both sets of rules

TEST_P(Naive, CyclesOfTheExaminedGenerationsAreFreed) {
  Recorder run(*GetParam()->exact());
  run({Node(0, 2), Node(1, 1), Leaf(2), Store(0, 0, 1), Store(1, 0, 0), Store(0, 1, 2), Empty(2),
       Node(3, 0)});
  EXPECT_EQ(run({Collect(1), Empty(0), Empty(1), Collect(0), Collect(1)}),
            "collect 1, done 0, collect 0, done 0, collect 1, done 0");
  EXPECT_EQ(run({Collect(2)}), "collect 2, free 1, free 2, free 0, done 2");
  EXPECT_EQ(run({kCensusOp}), "tracked 3 2");
}

TEST_P(Naive, ACollectionInsideACollectionDoesNothing) {
  Recorder run(*GetParam()->exact(), {{Collect(2), Threshold(1, 1, 1), Node(2, 0), Node(3, 0)}});
  EXPECT_EQ(run({Node(0, 1), Weak(1, 0, 0), Store(0, 0, 0), Empty(0), Collect(2)}),
            "collect 2, callback 1, collect 2, done 0, end, free 0, done 1");
}

TEST_P(Naive, AllWeakReferencesToTrashAreClearedBeforeTheFirstCallback) {
  Recorder run(*GetParam()->exact(), {{Deref(5, 3), Deref(6, 4)}});
  EXPECT_EQ(run({Node(0, 1), Node(1, 1), Store(0, 0, 1), Store(1, 0, 0), Weak(2, 0, 0), Weak(3, 0),
                 Weak(4, 1, 0), Empty(0), Empty(1), Collect(0), kCensusOp}),
            "collect 0, callback 2, got none, got none, end, callback 4, got none, got none, end, "
            "free 1, free 0, done 2, tracked 3 1, tracked 2 1, tracked 4 1");
}

TEST_P(Naive, AWeakReferenceThatIsTrashIsNotCalled) {
  Recorder run(*GetParam()->exact(), {{}});
  run({Node(0, 2), Weak(1, 0, 0), Store(0, 0, 0), Store(0, 1, 1), Empty(0), Empty(1)});
  EXPECT_EQ(run({Collect(2)}), "collect 2, free 1, free 0, done 2");
}

TEST_P(Naive, AWeakReferenceThatDiesOfItsOwnCallbackIsCounted) {
  Recorder run(*GetParam()->exact(), {{Empty(1)}});
  EXPECT_EQ(run({Node(0, 1), Weak(1, 0, 0), Store(0, 0, 0), Empty(0), Collect(2)}),
            "collect 2, callback 1, end, free 1, free 0, done 2");
}

TEST_P(Naive, GarbageIsReleasedLastFirst) {
  Recorder run(*GetParam()->exact());
  run({kSaveallOnOp, Node(0, 1), Node(1, 1), Store(0, 0, 0), Store(1, 0, 1), Empty(0), Empty(1)});
  EXPECT_EQ(run({Collect(2)}), "collect 2, garbage 0, garbage 1, done 2");
  EXPECT_EQ(run({TakeGarbage(0, 0), TakeGarbage(1, 1), EmptySlot(0, 0), EmptySlot(1, 0)}),
            "got 0, got 1");
  EXPECT_EQ(run({Empty(0), Empty(1), kClearGarbageOp}), "free 1, free 0");
}

TEST_P(Naive, ResetForgetsEverything) {
  Recorder run(*GetParam()->exact());
  run({Threshold(1, 1, 1), kSaveallOnOp, Fail(3), Node(0, 1), Store(0, 0, 0), Weak(1, 0)});
  run.Reset();
  EXPECT_EQ(run({kCensusOp, Node(0, 1), Node(1, 0), Node(2, 0), Store(0, 0, 0), Empty(0)}), "");
  EXPECT_EQ(run({Collect(2), kCensusOp}), "collect 2, free 0, done 1, tracked 1 2, tracked 2 2");
}

// ---- section 14: maps

TEST_P(Naive, AnEntryHoldsItsValueWhileMapAndKeyLive) {
  Recorder run(*GetParam()->exact());
  EXPECT_EQ(run({Map(0), Node(1, 0), Leaf(2), Put(0, 1, 2), Empty(2), Lookup(3, 0, 1), Empty(3)}),
            "got 2");
  EXPECT_EQ(run({Empty(1)}), "free 1, free 2");
  EXPECT_EQ(run({Node(1, 0), Leaf(2), Put(0, 1, 2), Empty(2), Empty(0)}), "free 0, free 4");
  EXPECT_EQ(run({Empty(1)}), "free 3");
}

TEST_P(Naive, AnEntryIsReplacedAndRemoved) {
  Recorder run(*GetParam()->exact(), {{Lookup(5, 0, 1)}});
  run({Map(0), Node(1, 0), Node(2, 0, 0), Put(0, 1, 2), Empty(2), Leaf(3)});
  EXPECT_EQ(run({Put(0, 1, 3)}), "finalize 2, got 3, end, free 2");
  EXPECT_EQ(run({Empty(3), Empty(5), Put(0, 1, 0)}), "free 3");
  EXPECT_EQ(run({RemoveEntry(0, 1), RemoveEntry(0, 1), Lookup(5, 0, 1)}), "got none");
}

TEST_P(Naive, ValuesAreReleasedWhenTheDeathIsCompleteOldestEntryFirst) {
  Recorder run(*GetParam()->exact(), {{Deref(9, 8)}});
  // #1 is a key of #0 and #4, and refers to #2, a key of #0.
  run({Map(0), Node(1, 1), Node(2, 0), Node(3, 0, 0), Map(4), Leaf(5), Leaf(6)});
  run({Weak(8, 1), Store(1, 0, 2), Put(4, 1, 5), Put(0, 1, 3), Put(0, 2, 6)});
  run({Empty(2), Empty(3), Empty(5), Empty(6)});
  EXPECT_EQ(run({Empty(1)}), "free 2, free 1, free 6, free 5, finalize 3, got none, end, free 3");
}

TEST_P(Naive, ADeathWithinADeathReleasesItsOwnValuesFirst) {
  Recorder run(*GetParam()->exact(), {{Empty(4)}});
  run({Map(0), Node(1, 0), Node(2, 0, 0), Map(3), Node(4, 0), Leaf(5), Leaf(6)});
  run({Put(0, 1, 2), Put(3, 1, 6), Put(0, 4, 5), Empty(2), Empty(5), Empty(6)});
  EXPECT_EQ(run({Empty(1)}), "free 1, finalize 2, free 4, free 5, end, free 2, free 6");
}

TEST_P(Naive, AnEntryWhoseValueLeadsToItsKeyIsTrash) {
  Recorder run(*GetParam()->exact());
  run({Map(0), Collect(1), Node(1, 0), Node(2, 1), Store(2, 0, 1), Put(0, 1, 2)});
  EXPECT_EQ(run({Empty(2), Empty(1), Collect(0)}), "collect 0, free 2, free 1, done 2");
  EXPECT_EQ(run({Empty(0)}), "free 0");
}

// No slot refers to anything; and a map that only its value refers to.
TEST_P(Naive, EntriesAloneMakeTrash) {
  Recorder run(*GetParam()->exact());
  run({Map(0), Node(1, 0), Node(2, 0), Put(0, 1, 2), Put(0, 2, 1), Empty(1), Empty(2)});
  EXPECT_EQ(run({Collect(2)}), "collect 2, free 2, free 1, done 2");
  EXPECT_EQ(run({Node(1, 0), Put(0, 1, 0), Empty(0), Collect(2)}), "collect 2, free 0, done 1");
}

TEST_P(Naive, AnEntryOfTheReachedLeadsOn) {
  Recorder run(*GetParam()->exact());
  // From #1 to #2 to #3, by entries that are older the later they are needed.
  run({Node(3, 1), Store(3, 0, 3), Node(2, 0), Node(1, 0), Map(0), Put(0, 2, 3), Put(0, 1, 2)});
  EXPECT_EQ(run({Empty(2), Empty(3), Collect(2)}), "collect 2, done 0");
  EXPECT_EQ(run({Empty(1)}), "free 2, free 1");
  EXPECT_EQ(run({Collect(2)}), "collect 2, free 0, done 1");
}

TEST_P(Naive, EntriesOfTrashGoBeforeItsSlots) {
  Recorder run(*GetParam()->exact());
  run({Map(0), Map(1), Node(2, 2), Store(2, 0, 2), Leaf(3), Store(2, 1, 3), Leaf(4), Leaf(5)});
  run({Put(1, 2, 4), Put(0, 2, 5), Empty(3), Empty(4), Empty(5), Empty(2)});
  EXPECT_EQ(run({Collect(2)}), "collect 2, free 4, free 5, free 3, free 2, done 1");
}

TEST(Naive26, AnUncollectableKeyKeepsItsValueInALivingMap) {
  Recorder run(*kCPython26.exact(), {{}});
  run({Map(0), Map(1), Node(2, 1, 0), Store(2, 0, 2), Node(3, 1), Store(3, 0, 3), Node(4, 1)});
  run({Put(0, 2, 3), Put(1, 2, 4), Store(4, 0, 1), Empty(1), Empty(2), Empty(3), Empty(4)});
  EXPECT_EQ(run({Collect(2)}), "collect 2, free 4, free 1, garbage 2, done 4");
  EXPECT_EQ(run({TakeGarbage(2, 0), Lookup(3, 0, 2)}), "got 2, got 3");
}

TEST(NaivePep442, AFinalizerOfTrashLooksItselfUp) {
  Recorder run(*kCPython39.exact(), {{Lookup(3, 0, kSelf)}});
  run({Map(0), Node(1, 1, 0), Store(1, 0, 1), Node(2, 1), Store(2, 0, 2), Put(0, 1, 2)});
  EXPECT_EQ(run({Empty(1), Empty(2), Collect(0)}),
            "collect 0, finalize 1, got 2, end, free 1, done 1");
  EXPECT_EQ(run({Empty(3), Collect(1)}), "collect 1, free 2, done 1");
}

// ---- sections 6 and 7

TEST(Naive26, CyclicTrashWithFinalizersIsUncollectable) {
  Recorder run(*kCPython26.exact(), {{}});
  // #0 is collected; #1 has the finalizer; #2 hangs off #1.
  run({Node(0, 2), Node(1, 2, 0), Node(2, 0), Store(0, 0, 1), Store(0, 1, 0), Store(1, 0, 1),
       Store(1, 1, 2), Empty(0), Empty(1), Empty(2)});
  EXPECT_EQ(run({Collect(0)}), "collect 0, free 0, garbage 1, done 3");
  EXPECT_EQ(run({kCensusOp, Collect(2)}), "tracked 1 1, tracked 2 1, collect 2, done 0");
  EXPECT_EQ(run({TakeGarbage(0, 0), kClearGarbageOp, EmptySlot(0, 0), Empty(0)}),
            "got 1, finalize 1, end, free 2, free 1");
}

TEST(Naive26, AFinalizerThatHangsOffTrashRunsAndCountsNowhere) {
  Recorder run(*kCPython26.exact(), {{kCensusOp}});
  run({Node(0, 2), Node(1, 0, 0), Store(0, 0, 0), Store(0, 1, 1), Empty(0), Empty(1)});
  EXPECT_EQ(run({Collect(2)}), "collect 2, finalize 1, tracked 1 0, end, free 1, free 0, done 1");
}

// Experiments W6, W6b.
TEST(Naive26, AWeakReferenceInTheUncollectableSetIsCalledAndLeavesTheCount) {
  for (const int call : {0, static_cast<int>(kNoScript)}) {
    Recorder run(*kCPython26.exact(), {{}});
    run({Node(0, 2, 0), Store(0, 0, 0), Node(1, 1), Store(1, 0, 1), Weak(2, 1, call),
         Store(0, 1, 2), Empty(0), Empty(1), Empty(2)});
    EXPECT_EQ(run({Collect(0), kCensusOp}),
              call == 0 ? "collect 0, callback 2, end, free 1, garbage 0, done 2, tracked 2 1, "
                          "tracked 0 1"
                        : "collect 0, free 1, garbage 0, done 3, tracked 0 1, tracked 2 1");
  }
}

TEST(Naive26, SaveallKeepsEverythingButStillCallsBack) {
  Recorder run(*kCPython26.exact(), {{}});
  run({kSaveallOnOp, Node(0, 2, 0), Store(0, 0, 0), Node(1, 0), Store(0, 1, 1), Node(2, 1),
       Store(2, 0, 2), Weak(3, 2, 0), Empty(0), Empty(1), Empty(2)});
  EXPECT_EQ(run({Collect(2), Deref(4, 3)}),
            "collect 2, callback 3, end, garbage 2, garbage 0, garbage 1, done 3, got none");
}

// As 2.7.18 does: #1 dies when #0 is cleared, and #2, a weak reference to it, is trash and still
// alive.
TEST(Naive26, ATrashWeakReferenceIsCalledIfItsTargetDiesFirst) {
  Recorder run(*kCPython26.exact(), {{Copy(0, kSelf)}, {}});
  run({Node(0, 3), Node(2, 0, 1), Weak(1, 2, 0), Store(0, 0, 2), Store(0, 1, 1), Store(0, 2, 0)});
  EXPECT_EQ(run({Empty(0), Empty(1), Empty(2), Collect(0)}),
            "collect 0, callback 2, end, finalize 1, end, free 1, free 0, free 2, done 2");
  EXPECT_EQ(run({kCensusOp, Empty(0)}), "") << "the storage of #2";
}

TEST(NaivePep442, CyclicTrashIsFinalizedThenCleared) {
  // The finalizers still see everything, except through weak references.
  Recorder run(*kCPython39.exact(), {{Load(2, kSelf, 0), Empty(2), Deref(2, 4)}, {}});
  run({Node(0, 1, 0), Node(1, 1, 0), Store(0, 0, 1), Store(1, 0, 0), Weak(4, 0), Weak(5, 1, 1)});
  EXPECT_EQ(run({Empty(0), Empty(1), Collect(2)}),
            "collect 2, callback 3, end, finalize 0, got 1, got none, end, "
            "finalize 1, got 0, got none, end, free 1, free 0, done 2");
}

TEST(NaivePep442, WhatDiesWhileFinalizersRunIsNotCounted) {
  Recorder run(*kCPython39.exact(), {{EmptySlot(kSelf, 0)}, {}});
  run({Node(0, 1, 0), Node(1, 1, 1), Store(0, 0, 1), Store(1, 0, 0), Empty(0), Empty(1)});
  EXPECT_EQ(run({Collect(2)}),
            "collect 2, finalize 0, finalize 1, end, free 1, end, free 0, done 0");
}

// Experiments P1, P2, P9: #0 is resurrected with #1, its child; #2 is not; weak references stay
// dead.
TEST(NaivePep442, OnlyWhatIsReachableAgainIsSpared) {
  Recorder run(*kCPython39.exact(), {{Copy(5, kSelf)}, {}});
  run({Node(0, 2, 0), Node(1, 0), Store(0, 0, 0), Store(0, 1, 1), Node(2, 1, 1), Store(2, 0, 2),
       Weak(3, 0, 1), Empty(0), Empty(1), Empty(2)});
  EXPECT_EQ(run({Collect(0)}),
            "collect 0, callback 3, end, finalize 0, end, finalize 2, end, free 2, done 1");
  EXPECT_EQ(run({kCensusOp, Deref(6, 3)}), "tracked 3 1, tracked 0 1, tracked 1 1, got none");
  EXPECT_EQ(run({Empty(5), Collect(1)}), "collect 1, free 1, free 0, done 2");
}

TEST(NaivePep442, SaveallRunsFinalizersAndSavesTheRest) {
  Recorder run(*kCPython39.exact(), {{Copy(5, kSelf)}, {}});
  run({kSaveallOnOp, Node(0, 1, 0), Store(0, 0, 0), Node(1, 1, 1), Store(1, 0, 1), Empty(0)});
  EXPECT_EQ(run({Empty(1), Collect(2)}),
            "collect 2, finalize 0, end, finalize 1, end, garbage 1, done 1");
}

// Experiment W16, and a dereference once clearing has begun.
TEST(NaivePep442, AWeakReferenceMadeByAFinalizerOfTrashIsCalledAfterClearing) {
  // #1, young, dies when #0 is cleared, and its finalizer looks for #0 through #2, made by #0's.
  Recorder run(*kCPython39.exact(), {{Weak(5, kSelf, 1), Deref(4, 5), Empty(4), Node(3, 0, 2),
                                      Store(kSelf, 1, 3), Empty(3)},
                                     {},
                                     {Deref(4, 5)}});
  run({Node(0, 2, 0), Store(0, 0, 0), Empty(0)});
  EXPECT_EQ(run({Collect(2)}),
            "collect 2, finalize 0, got 0, end, finalize 2, got none, end, free 2, free 0, "
            "callback 1, end, done 1");
}

TEST(NaivePep442, ATrashWeakReferenceIsClearedAtOnce) {
  // #0 references #1, a weak reference to #2; the finalizer of #0 resurrects #1.
  Recorder run(*kCPython39.exact(), {{Load(1, kSelf, 1), Deref(3, 1)}});
  run({Node(0, 2, 0), Node(2, 0), Weak(1, 2), Store(0, 0, 0), Store(0, 1, 1), Empty(0), Empty(1)});
  EXPECT_EQ(run({Collect(2)}), "collect 2, finalize 0, got 2, got none, end, free 0, done 1");
}

}  // namespace
}  // namespace ouro
