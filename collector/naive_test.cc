// Tests of the naive collector: docs/semantics.md in a few operations a rule, then random programs
// against a shadow of the heap.

#include "collector/naive.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ouro {
namespace {

using Kind = Event::Kind;

Op Node(uint8_t dest, int32_t slots, int8_t del = kNoScript) {
  return {.code = OpCode::kNode, .dest = dest, .script = del, .count = slots};
}
Op Leaf(uint8_t dest) { return {.code = OpCode::kLeaf, .dest = dest}; }
Op Weak(uint8_t dest, Ref ref, int8_t call = kNoScript) {
  return {.code = OpCode::kWeak, .dest = dest, .ref = ref, .script = call};
}
Op Copy(uint8_t dest, Ref ref) { return {.code = OpCode::kCopy, .dest = dest, .ref = ref}; }
Op Load(uint8_t dest, Ref ref, uint8_t slot) {
  return {.code = OpCode::kLoad, .dest = dest, .ref = ref, .slot = slot};
}
Op Deref(uint8_t dest, Ref ref) { return {.code = OpCode::kDeref, .dest = dest, .ref = ref}; }
Op Store(Ref ref, uint8_t slot, Ref value) {
  return {.code = OpCode::kStore, .ref = ref, .value = value, .slot = slot};
}
Op EmptySlot(Ref ref, uint8_t slot) {
  return {.code = OpCode::kEmptySlot, .ref = ref, .slot = slot};
}
Op Empty(uint8_t dest) { return {.code = OpCode::kEmptyRegister, .dest = dest}; }
Op Collect(int32_t generation) { return {.code = OpCode::kCollect, .count = generation}; }
Op TakeGarbage(uint8_t dest, int32_t index) {
  return {.code = OpCode::kTakeGarbage, .dest = dest, .count = index};
}
Op Fail(int32_t n) { return {.code = OpCode::kFail, .count = n}; }
Op Threshold(int32_t a, int32_t b, int32_t c) {
  return {.code = OpCode::kThreshold, .count = a, .count1 = b, .count2 = c};
}
const Op kCensusOp = {.code = OpCode::kCensus};
const Op kClearGarbageOp = {.code = OpCode::kClearGarbage};
const Op kSaveallOnOp = {.code = OpCode::kSaveallOn};

bool IsScript(const Event& e) { return e.kind == Kind::kFinalize || e.kind == Kind::kCallback; }

std::string Text(const Event& event) {
  static const char* const kNames[] = {"new",     "got",  "finalize", "callback", "end",   "free",
                                       "collect", "done", "garbage",  "tracked",  "failed"};
  const bool counts = event.kind == Kind::kCollect || event.kind == Kind::kDone;
  std::string text = kNames[static_cast<int>(event.kind)];
  if (event.kind == Kind::kFailed) return text;
  text += " " + (counts              ? std::to_string(event.number)
                 : event.id == kNone ? std::string("none")
                                     : std::to_string(event.id));
  if (event.kind == Kind::kTracked) text += " " + std::to_string(event.number);
  return text + (event.flag ? " auto" : "");
}

// Runs programs and writes down what the collector reports, but for births.
class Recorder : public Observer {
 public:
  explicit Recorder(NaiveRules rules, std::vector<Script> scripts = {})
      : scripts_(std::move(scripts)), collector_(MakeNaive(*this, rules)) {}

  ScriptEnd On(const Event& event) override {
    if (event.kind == Kind::kNew) {
      script_of_[event.id] = allocating_;
    } else {
      log_ += (log_.empty() ? "" : ", ") + Text(event);
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
    if (op.code <= OpCode::kWeak) allocating_ = op.script;
    collector_->Execute(op);
  }

  std::vector<Script> scripts_;
  std::map<ObjectId, int> script_of_;
  int allocating_ = kNoScript;
  std::string log_;
  std::unique_ptr<Collector> collector_;
};

// Both flavours, for what they agree on.
class Naive : public testing::TestWithParam<NaiveRules> {};
INSTANTIATE_TEST_SUITE_P(Rules, Naive, testing::Values(kNaive26, kNaive27, kNaivePep442));

// ---- sections 1 and 2: deaths, births, automatic collections

TEST_P(Naive, SlotsGoInAscendingOrderAndTheObjectIsFreedLast) {
  Recorder run(GetParam());
  run({Node(0, 3), Leaf(1), Node(2, 1), Leaf(3), Store(2, 0, 3), Store(0, 0, 2), Store(0, 2, 1)});
  run({Empty(1), Empty(2), Empty(3)});
  EXPECT_EQ(run({Empty(0)}), "free 3, free 2, free 1, free 0");
}

TEST_P(Naive, StoresTheNewValueBeforeTheOldOneGoes) {
  Recorder run(GetParam(), {{Load(3, 0, 0)}});
  EXPECT_EQ(run({Node(0, 1), Node(1, 0, 0), Store(0, 0, 1), Empty(1), Leaf(2), Store(0, 0, 2)}),
            "finalize 1, got 2, end, free 1");
}

TEST_P(Naive, CallsBackNewestFirstEvenIfAnEarlierCallbackDropsALaterOne) {
  Recorder run(GetParam(), {{Empty(1), Empty(2)}});
  EXPECT_EQ(run({Node(0, 0), Weak(1, 0, 0), Weak(3, 0), Weak(2, 0, 0), Empty(0)}),
            "callback 3, end, callback 1, end, free 3, free 1, free 0");
  EXPECT_EQ(run({Deref(4, 3)}), "got none");
}

TEST_P(Naive, AWeakReferenceHeldOnlyByItsDyingTargetIsCalledButNotADeadOne) {
  Recorder run(GetParam(), {{}});
  EXPECT_EQ(run({Node(0, 1), Weak(1, 0, 0), Store(0, 0, 1), Empty(1), Empty(0)}),
            "callback 1, end, free 1, free 0");
  EXPECT_EQ(run({Node(0, 0), Weak(1, 0, 0), Empty(1), Empty(0)}), "free 3, free 2");
}

TEST(Naive26, CallbacksThenFinalizerAtEveryDeath) {
  Recorder run(kNaive26, {{Deref(2, 1), Copy(3, kSelf)}, {}});
  EXPECT_EQ(run({Node(0, 0, 0), Weak(1, 0, 1), Empty(0)}),
            "callback 1, end, finalize 0, got none, end");
  EXPECT_EQ(run({Empty(3)}), "finalize 0, got none, end");
}

TEST(NaivePep442, FinalizerOnceThenCallbacks) {
  Recorder run(kNaivePep442, {{Deref(2, 1), Copy(3, 2), Empty(2)}, {}});
  EXPECT_EQ(run({Node(0, 0, 0), Weak(1, 0, 1), Empty(0)}), "finalize 0, got 0, end");
  EXPECT_EQ(run({Empty(3)}), "callback 1, end, free 0");
}

// Experiment R6.
TEST_P(Naive, AWeakReferenceMadeByTheFinalizerIsClearedSilentlyOrCalled) {
  Recorder run(GetParam(), {{Weak(1, kSelf, 1)}, {}});
  EXPECT_EQ(run({Node(0, 0, 0), Empty(0), Deref(2, 1)}),
            GetParam().pep442 ? "finalize 0, end, callback 1, end, free 0, got none"
                              : "finalize 0, end, free 0, got none");
}

TEST_P(Naive, TheResurrectedStayWhereCollectionsMovedThem) {
  Recorder run(GetParam(), {{Collect(0), kCensusOp, Copy(1, kSelf)}});
  EXPECT_EQ(run({Node(0, 0, 0), Collect(2), Empty(0), kCensusOp}),
            "collect 2, done 0, finalize 0, collect 0, done 0, tracked 0 1, end, tracked 0 1");
}

TEST_P(Naive, TheDyingAreUntrackedAndStillHoldTheirSlots) {
  // #0 holds the cycle #1; the callback of #2 collects while #0 dies.
  Recorder run(GetParam(), {{Collect(2), kCensusOp}});
  EXPECT_EQ(run({Node(0, 1), Node(1, 1), Store(1, 0, 1), Store(0, 0, 1), Empty(1), Weak(2, 0, 0),
                 Empty(0)}),
            "callback 2, collect 2, done 0, tracked 1 2, tracked 2 2, end, free 0");
  EXPECT_EQ(run({Collect(2)}), "collect 2, free 1, done 1");
}

TEST_P(Naive, TheNthAllocationFailsOnceAndDoesNotCount) {
  Recorder run(GetParam());
  EXPECT_EQ(run({Threshold(1, 10, 10), Fail(2), Node(0, 0), Leaf(1), Node(1, 0), Leaf(2)}),
            "failed, collect 0 auto, done 0");
}

TEST_P(Naive, CollectsBeforeTheBirthThatExceedsTheThreshold) {
  Recorder run(GetParam());
  run({Node(0, 1), Store(0, 0, 0), Empty(0)});
  EXPECT_EQ(run({Threshold(2, 10, 10), Leaf(5), Node(1, 0), Node(2, 0), kCensusOp}),
            "collect 0 auto, free 0, done 1, tracked 3 0, tracked 2 1");
  // The count was zero and the newborn is not in it; the death of #2 lowers it, but not below zero.
  EXPECT_EQ(run({Empty(1), Node(1, 0), Node(3, 0)}), "free 2");
  EXPECT_EQ(run({{.code = OpCode::kDisable}, Node(4, 0), Empty(4), Empty(5)}), "free 6, free 1");
  EXPECT_EQ(run({{.code = OpCode::kEnable}, Weak(5, 1)}), "collect 0 auto, done 0");
}

TEST_P(Naive, OlderGenerationsComeDueByTheirOwnCounts) {
  Recorder run(GetParam());
  std::string generations;
  run({Threshold(1, 3, 1)});
  for (int i = 0; i < 9; ++i) EXPECT_EQ(run({Node(0, 0), Empty(0)}), "free " + std::to_string(i));
  for (int i = 0; i < 24; ++i) {
    const std::string log = run({Node(2, 1), Store(2, 0, 2), Empty(2)});
    if (!log.empty()) generations += log.at(8);  // collect G
  }
  EXPECT_EQ(generations, "000010000120");
}

// Section 2, the 25 % rule: with many old survivors and no new ones, all but 2.6 put it off.
TEST(NaiveRules, AnAutomaticFullCollectionMayWait) {
  for (const NaiveRules& rules : {kNaive26, kNaive27, kNaivePep442}) {
    Recorder run(rules);
    for (int i = 0; i < 8; ++i) run({Node(i, 0)});
    run({Collect(2), Threshold(1, 1, 1)});
    std::string log;
    for (int i = 0; i < 20; ++i) log += run({Node(9, 1), Store(9, 0, 9), Empty(9)});
    EXPECT_EQ(log.find("collect 2 auto") == std::string::npos, rules.full_collection_waits);
  }
}

TEST_P(Naive, TheTargetOfANewWeakReferenceIsHeldByTheAllocation) {
  // The collection that the weak reference triggers calls back #1, which drops the last target.
  Recorder run(GetParam(), {{Empty(2)}, {}});
  EXPECT_EQ(run({Node(0, 1), Store(0, 0, 0), Weak(1, 0, 0), Node(2, 0), Empty(0),
                 Threshold(1, 10, 10), Weak(3, 2, 1)}),
            "collect 0 auto, callback 1, end, free 0, done 1, callback 3, end, free 2");
}

// ---- sections 5 to 8: what both flavours do in a collection

TEST_P(Naive, CyclesOfTheExaminedGenerationsAreFreed) {
  Recorder run(GetParam());
  run({Node(0, 2), Node(1, 1), Leaf(2), Store(0, 0, 1), Store(1, 0, 0), Store(0, 1, 2), Empty(2),
       Node(3, 0)});
  EXPECT_EQ(run({Collect(1), Empty(0), Empty(1), Collect(0), Collect(1)}),
            "collect 1, done 0, collect 0, done 0, collect 1, done 0");
  EXPECT_EQ(run({Collect(2)}), "collect 2, free 1, free 2, free 0, done 2");
  EXPECT_EQ(run({kCensusOp}), "tracked 3 2");
}

TEST_P(Naive, ACollectionInsideACollectionDoesNothing) {
  Recorder run(GetParam(), {{Collect(2), Threshold(1, 1, 1), Node(2, 0), Node(3, 0)}});
  EXPECT_EQ(run({Node(0, 1), Weak(1, 0, 0), Store(0, 0, 0), Empty(0), Collect(2)}),
            "collect 2, callback 1, collect 2, done 0, end, free 0, done 1");
}

TEST_P(Naive, AllWeakReferencesToTrashAreClearedBeforeTheFirstCallback) {
  Recorder run(GetParam(), {{Deref(5, 3), Deref(6, 4)}});
  EXPECT_EQ(run({Node(0, 1), Node(1, 1), Store(0, 0, 1), Store(1, 0, 0), Weak(2, 0, 0), Weak(3, 0),
                 Weak(4, 1, 0), Empty(0), Empty(1), Collect(0), kCensusOp}),
            "collect 0, callback 2, got none, got none, end, callback 4, got none, got none, end, "
            "free 1, free 0, done 2, tracked 3 1, tracked 2 1, tracked 4 1");
}

TEST_P(Naive, AWeakReferenceThatIsTrashIsNotCalled) {
  Recorder run(GetParam(), {{}});
  run({Node(0, 2), Weak(1, 0, 0), Store(0, 0, 0), Store(0, 1, 1), Empty(0), Empty(1)});
  EXPECT_EQ(run({Collect(2)}), "collect 2, free 1, free 0, done 2");
}

TEST_P(Naive, AWeakReferenceThatDiesOfItsOwnCallbackIsCounted) {
  Recorder run(GetParam(), {{Empty(1)}});
  EXPECT_EQ(run({Node(0, 1), Weak(1, 0, 0), Store(0, 0, 0), Empty(0), Collect(2)}),
            "collect 2, callback 1, end, free 1, free 0, done 2");
}

TEST_P(Naive, GarbageLetsGoOfTheLastFirst) {
  Recorder run(GetParam());
  run({kSaveallOnOp, Node(0, 1), Node(1, 1), Store(0, 0, 0), Store(1, 0, 1), Empty(0), Empty(1)});
  EXPECT_EQ(run({Collect(2)}), "collect 2, garbage 0, garbage 1, done 2");
  EXPECT_EQ(run({TakeGarbage(0, 0), TakeGarbage(1, 1), EmptySlot(0, 0), EmptySlot(1, 0)}),
            "got 0, got 1");
  EXPECT_EQ(run({Empty(0), Empty(1), kClearGarbageOp}), "free 1, free 0");
}

TEST_P(Naive, ResetForgetsEverything) {
  Recorder run(GetParam());
  run({Threshold(1, 1, 1), kSaveallOnOp, Fail(3), Node(0, 1), Store(0, 0, 0), Weak(1, 0)});
  run.Reset();
  EXPECT_EQ(run({kCensusOp, Node(0, 1), Node(1, 0), Node(2, 0), Store(0, 0, 0), Empty(0)}), "");
  EXPECT_EQ(run({Collect(2), kCensusOp}), "collect 2, free 0, done 1, tracked 1 2, tracked 2 2");
}

TEST(Naive26, CyclicTrashWithFinalizersIsUncollectable) {
  Recorder run(kNaive26, {{}});
  // #0 is collected; #1 has the finalizer; #2 hangs off #1.
  run({Node(0, 2), Node(1, 2, 0), Node(2, 0), Store(0, 0, 1), Store(0, 1, 0), Store(1, 0, 1),
       Store(1, 1, 2), Empty(0), Empty(1), Empty(2)});
  EXPECT_EQ(run({Collect(0)}), "collect 0, free 0, garbage 1, done 3");
  EXPECT_EQ(run({kCensusOp, Collect(2)}), "tracked 1 1, tracked 2 1, collect 2, done 0");
  EXPECT_EQ(run({TakeGarbage(0, 0), kClearGarbageOp, EmptySlot(0, 0), Empty(0)}),
            "got 1, finalize 1, end, free 2, free 1");
}

TEST(Naive26, AFinalizerThatHangsOffTrashRunsAndCountsNowhere) {
  Recorder run(kNaive26, {{kCensusOp}});
  run({Node(0, 2), Node(1, 0, 0), Store(0, 0, 0), Store(0, 1, 1), Empty(0), Empty(1)});
  EXPECT_EQ(run({Collect(2)}), "collect 2, finalize 1, tracked 1 0, end, free 1, free 0, done 1");
}

// Experiments W6, W6b.
TEST(Naive26, AWeakReferenceInTheUncollectableSetIsCalledAndLeavesTheCount) {
  for (const int call : {0, static_cast<int>(kNoScript)}) {
    Recorder run(kNaive26, {{}});
    run({Node(0, 2, 0), Store(0, 0, 0), Node(1, 1), Store(1, 0, 1), Weak(2, 1, call),
         Store(0, 1, 2), Empty(0), Empty(1), Empty(2)});
    EXPECT_EQ(run({Collect(0), kCensusOp}),
              call == 0 ? "collect 0, callback 2, end, free 1, garbage 0, done 2, tracked 2 1, "
                          "tracked 0 1"
                        : "collect 0, free 1, garbage 0, done 3, tracked 0 1, tracked 2 1");
  }
}

TEST(Naive26, SaveallKeepsEverythingButStillCallsBack) {
  Recorder run(kNaive26, {{}});
  run({kSaveallOnOp, Node(0, 2, 0), Store(0, 0, 0), Node(1, 0), Store(0, 1, 1), Node(2, 1),
       Store(2, 0, 2), Weak(3, 2, 0), Empty(0), Empty(1), Empty(2)});
  EXPECT_EQ(run({Collect(2), Deref(4, 3)}),
            "collect 2, callback 3, end, garbage 2, garbage 0, garbage 1, done 3, got none");
}

// As 2.7.18 does: #1 dies when #0 is cleared, and #2, which watches it, is trash and still there.
TEST(Naive26, ATrashWeakReferenceIsCalledIfItsTargetDiesFirst) {
  Recorder run(kNaive26, {{Copy(0, kSelf)}, {}});
  run({Node(0, 3), Node(2, 0, 1), Weak(1, 2, 0), Store(0, 0, 2), Store(0, 1, 1), Store(0, 2, 0)});
  EXPECT_EQ(run({Empty(0), Empty(1), Empty(2), Collect(0)}),
            "collect 0, callback 2, end, finalize 1, end, free 1, free 0, free 2, done 2");
  EXPECT_EQ(run({kCensusOp, Empty(0)}), "") << "what is left of #2";
}

TEST(NaivePep442, CyclicTrashIsFinalizedThenCleared) {
  // The finalizers still see all, but for weak references.
  Recorder run(kNaivePep442, {{Load(2, kSelf, 0), Empty(2), Deref(2, 4)}, {}});
  run({Node(0, 1, 0), Node(1, 1, 0), Store(0, 0, 1), Store(1, 0, 0), Weak(4, 0), Weak(5, 1, 1)});
  EXPECT_EQ(run({Empty(0), Empty(1), Collect(2)}),
            "collect 2, callback 3, end, finalize 0, got 1, got none, end, "
            "finalize 1, got 0, got none, end, free 1, free 0, done 2");
}

TEST(NaivePep442, WhatDiesWhileFinalizersRunIsNotCounted) {
  Recorder run(kNaivePep442, {{EmptySlot(kSelf, 0)}, {}});
  run({Node(0, 1, 0), Node(1, 1, 1), Store(0, 0, 1), Store(1, 0, 0), Empty(0), Empty(1)});
  EXPECT_EQ(run({Collect(2)}),
            "collect 2, finalize 0, finalize 1, end, free 1, end, free 0, done 0");
}

// Experiments P1, P2, P9: #0 comes back with #1, its child; #2 does not; weak references stay dead.
TEST(NaivePep442, OnlyWhatIsReachableAgainIsSpared) {
  Recorder run(kNaivePep442, {{Copy(5, kSelf)}, {}});
  run({Node(0, 2, 0), Node(1, 0), Store(0, 0, 0), Store(0, 1, 1), Node(2, 1, 1), Store(2, 0, 2),
       Weak(3, 0, 1), Empty(0), Empty(1), Empty(2)});
  EXPECT_EQ(run({Collect(0)}),
            "collect 0, callback 3, end, finalize 0, end, finalize 2, end, free 2, done 1");
  EXPECT_EQ(run({kCensusOp, Deref(6, 3)}), "tracked 3 1, tracked 0 1, tracked 1 1, got none");
  EXPECT_EQ(run({Empty(5), Collect(1)}), "collect 1, free 1, free 0, done 2");
}

TEST(NaivePep442, SaveallRunsFinalizersAndSavesTheRest) {
  Recorder run(kNaivePep442, {{Copy(5, kSelf)}, {}});
  run({kSaveallOnOp, Node(0, 1, 0), Store(0, 0, 0), Node(1, 1, 1), Store(1, 0, 1), Empty(0)});
  EXPECT_EQ(run({Empty(1), Collect(2)}),
            "collect 2, finalize 0, end, finalize 1, end, garbage 1, done 1");
}

// Experiment W16, and a dereference once clearing has begun.
TEST(NaivePep442, AWeakReferenceMadeByAFinalizerOfTrashIsCalledAfterClearing) {
  // #1, young, dies when #0 is cleared, and its finalizer looks for #0 through #2, made by #0's.
  Recorder run(kNaivePep442, {{Weak(5, kSelf, 1), Deref(4, 5), Empty(4), Node(3, 0, 2),
                               Store(kSelf, 1, 3), Empty(3)},
                              {},
                              {Deref(4, 5)}});
  run({Node(0, 2, 0), Store(0, 0, 0), Empty(0)});
  EXPECT_EQ(run({Collect(2)}),
            "collect 2, finalize 0, got 0, end, finalize 2, got none, end, free 2, free 0, "
            "callback 1, end, done 1");
}

TEST(NaivePep442, ATrashWeakReferenceIsClearedAtOnce) {
  // #0 holds #1, which watches #2; the finalizer of #0 brings #1 back.
  Recorder run(kNaivePep442, {{Load(1, kSelf, 1), Deref(3, 1)}});
  run({Node(0, 2, 0), Node(2, 0), Weak(1, 2), Store(0, 0, 0), Store(0, 1, 1), Empty(0), Empty(1)});
  EXPECT_EQ(run({Collect(2)}), "collect 2, finalize 0, got 2, got none, end, free 0, done 1");
}

// ---- random programs

// Makes up operations, in scripts too, and follows what each must do to the true heap: when an
// operation is over, exactly that lives to which a root or something that lives refers.
class Shadow : public Observer {
 public:
  Shadow(NaiveRules rules, unsigned seed) : rules_(rules), random_(seed) {}

  ScriptEnd On(const Event& event) override {
    if (event.kind == Kind::kNew) {
      kind_[event.id] = op_.code;
      slots_[event.id].assign(op_.code == OpCode::kNode ? op_.count : 0, kNone);
    }
    if (event.id != kNone) EXPECT_EQ(slots_.count(event.id), 1u) << Text(event);
    if (event.kind == Kind::kNew || event.kind == Kind::kGot) registers_[op_.dest] = event.id;
    if (event.kind == Kind::kGarbage) garbage_.push_back(event.id);
    if (event.kind == Kind::kFree) slots_.erase(event.id);
    const bool again = event.kind == Kind::kFinalize && !finalized_.insert(event.id).second;
    EXPECT_FALSE(again && rules_.pep442) << event.id;
    if (IsScript(event)) RunScript(event.id);
    return ScriptEnd::kReturned;
  }
  void Broken(const std::string& why) override { ADD_FAILURE() << why; }

  void Run(int operations) {
    for (; operations > 0 && !testing::Test::HasFailure(); --operations) {
      Step();
      std::set<ObjectId> held(registers_.begin(), registers_.end()), alive;
      held.insert(garbage_.begin(), garbage_.end());
      for (const auto& [id, slots] : slots_) held.insert(slots.begin(), slots.end());
      for (const auto& [id, slots] : slots_) alive.insert(id);
      held.erase(kNone);
      EXPECT_EQ(held, alive);
    }
    budget_ = 0;  // from now on scripts are empty, so that in the end all must go
    Do({.code = OpCode::kSaveallOff});
    for (int round = 0; round < 3; ++round) {
      for (size_t i = 0; i < garbage_.size(); ++i) {
        Do(TakeGarbage(0, static_cast<int32_t>(i)));
        for (size_t k = slots_[registers_[0]].size(); k > 0; --k) Do(EmptySlot(0, k - 1));
      }
      Do(kClearGarbageOp);
      for (uint8_t r = 0; r < kRegisters; ++r) Do(Empty(r));
      Do(Collect(2));
    }
    EXPECT_TRUE(slots_.empty());
  }

 private:
  uint8_t Below(int n) { return static_cast<uint8_t>(random_() % n); }

  void RunScript(ObjectId self) {
    const Op outer = op_;
    running_.push_back(self);
    for (int n = running_.size() > 5 ? 0 : Below(4); n > 0 && budget_ > 0; --n, --budget_) Step();
    running_.pop_back();
    op_ = outer;
  }

  ObjectId Find(Ref ref) const { return ref == kSelf ? running_.back() : registers_[ref]; }

  bool Void(const Op& op) const {
    const ObjectId id = Find(op.ref);
    const bool node = id != kNone && kind_.at(id) == OpCode::kNode;
    const bool slot = node && op.slot < slots_.at(id).size();
    if (op.code <= OpCode::kWeak && registers_[op.dest] != kNone) return true;
    if (op.code == OpCode::kWeak) return !node;
    if (op.code == OpCode::kCopy) return id == kNone;
    if (op.code == OpCode::kDeref) return id == kNone || kind_.at(id) != OpCode::kWeak;
    if (op.code == OpCode::kStore) return !slot || Find(op.value) == kNone;
    if (op.code == OpCode::kLoad || op.code == OpCode::kEmptySlot) return !slot;
    if (op.code == OpCode::kTakeGarbage) return garbage_.size() <= static_cast<size_t>(op.count);
    return false;
  }

  void Step() {
    Op op = {.code = static_cast<OpCode>(Below(kOpCodes)), .dest = Below(6), .slot = Below(3)};
    op.ref = !running_.empty() && Below(3) == 0 ? kSelf : Below(6);
    op.value = !running_.empty() && Below(3) == 0 ? kSelf : Below(6);
    op.script = static_cast<int8_t>(Below(3) - 1);
    op.count = Below(op.code == OpCode::kThreshold || op.code == OpCode::kFail ? 9 : 3);
    op.count1 = op.count2 = Below(3);
    if (!Void(op)) Do(op);
  }

  void Do(const Op& op) {
    op_ = op;
    if (op.code == OpCode::kCopy) registers_[op.dest] = Find(op.ref);
    if (op.code == OpCode::kStore) slots_[Find(op.ref)][op.slot] = Find(op.value);
    if (op.code == OpCode::kEmptySlot) slots_[Find(op.ref)][op.slot] = kNone;
    if (op.code == OpCode::kEmptyRegister) registers_[op.dest] = kNone;
    if (op.code == OpCode::kClearGarbage) garbage_.clear();
    collector_->Execute(op);
  }

  NaiveRules rules_;
  std::mt19937 random_;
  int budget_ = 5000;  // operations in scripts
  Op op_;
  std::map<ObjectId, OpCode> kind_;
  std::map<ObjectId, std::vector<ObjectId>> slots_;  // of all that live
  std::set<ObjectId> finalized_;
  std::vector<ObjectId> registers_ = std::vector<ObjectId>(kRegisters, kNone);
  std::vector<ObjectId> garbage_, running_;
  std::unique_ptr<Collector> collector_ = MakeNaive(*this, rules_);
};

TEST_P(Naive, RandomProgramsLeaveExactlyWhatIsReferredTo) {
  for (unsigned seed = 0; seed < 300 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Shadow(GetParam(), seed).Run(300);
  }
}

}  // namespace
}  // namespace ouro
