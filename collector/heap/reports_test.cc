// SPDX-License-Identifier: Apache-2.0

// Reports: what a heap says of its collections. Every field of Collection and GenerationStats, the
// result of Collect, the counts of the generations and the garbage list, for every outcome that a
// collection has, as one line of text.

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

std::string Text(const Collection& c) {
  return std::string(c.automatic ? "auto " : "") + std::to_string(c.generation) + ": " +
         std::to_string(c.unreachable) + "=" + std::to_string(c.collected) + "+" +
         std::to_string(c.uncollectable);
}

// A heap with types "node" and "mortal", which has a finalizer, and what its listener was told:
// "[2" that a collection of generation 2 starts, "2: 3=1+2]" that it has stopped, having found 3
// unreachable objects, of which 1 was collected and 2 are uncollectable.
class Reported : public Listener {
 public:
  explicit Reported(const Rules& rules) : heap(rules, this, this) {
    heap.SetEnabled(false);
    heap.SetDebugOutput([this](std::string_view line) { lines += line; });
    heap.SetDebugClock([] { return 1.0; });
    node = heap.Register(Describe(Kind::kRun));
    Type type = Describe(Kind::kMap);
    type.finalize = [](Heap& h, Object object) {
      Reported& reported = *static_cast<Reported*>(h.context());
      if (reported.finalize) reported.finalize(object);
    };
    mortal = heap.Register(type);
  }

  void CollectionStarted(int generation, bool automatic) override {
    log += (automatic ? "[auto " : "[") + std::to_string(generation) + " ";
    if (started) std::exchange(started, nullptr)();
  }
  void CollectionStopped(const Collection& collection) override {
    log += Text(collection) + "]";
    if (stopped) std::exchange(stopped, nullptr)();
  }
  void GarbageAppended(Object object) override {
    EXPECT_EQ(heap.Garbage(heap.garbage_size() - 1), object) << "it is the last one";
    EXPECT_GE(heap.References(object), 2u) << "the list owns its elements";
    appended.push_back(object);
  }

  // The result of Collect and all that it said.
  std::string Collect(int generation = 2) {
    log.clear();
    const int64_t result = heap.Collect(generation);
    return log + " -> " + std::to_string(result);
  }
  std::string Stats() const {
    std::string text;
    for (int i = 0; i < kGenerations; ++i) {
      const GenerationStats& s = heap.stats(i);
      text += (i > 0 ? ", " : "") + std::to_string(s.collections) + ":" +
              std::to_string(s.collected) + "+" + std::to_string(s.uncollectable);
    }
    return text;
  }
  std::string Counts() const {
    return std::to_string(heap.count(0)) + " " + std::to_string(heap.count(1)) + " " +
           std::to_string(heap.count(2));
  }
  // A cycle of `length` nodes, of which the test has no reference. Its first object.
  Object MakeCycle(int length = 1) {
    const Object first = heap.New(node);
    Object last = first;
    for (int i = 1; i < length; ++i) {
      const Object next = heap.New(node);
      TransferReference(heap, last, next);
      last = next;
    }
    TransferReference(heap, last, first);
    return first;
  }
  Object MakeMortalCycle() {
    const Object object = heap.New(mortal);
    TransferReference(heap, object, object);
    return object;
  }

  std::function<void(Object)> finalize;
  std::function<void()> started;
  std::function<void()> stopped;
  std::string log;
  std::string lines;
  std::vector<Object> appended;
  TypeId node;
  TypeId mortal;
  Heap heap;
};

class Reports : public testing::TestWithParam<Rules::Finalizers> {
 protected:
  bool once() const { return GetParam() == Rules::Finalizers::kOnce; }
  Reported reported_{Rules{.finalizers = GetParam()}};
  Heap& heap_ = reported_.heap;
};

INSTANTIATE_TEST_SUITE_P(BothRules, Reports, testing::ValuesIn(kBothRules), [](const auto& info) {
  return info.param == Rules::Finalizers::kOnce ? "Once" : "Uncollectable";
});

// --- Outcomes

TEST_P(Reports, NothingFound) {
  const Object held = heap_.New(reported_.node);
  EXPECT_EQ(reported_.Collect(0), "[0 0: 0=0+0] -> 0");
  EXPECT_EQ(reported_.Collect(1), "[1 1: 0=0+0] -> 0");
  EXPECT_EQ(reported_.Collect(2), "[2 2: 0=0+0] -> 0");
  EXPECT_EQ(reported_.Stats(), "1:0+0, 1:0+0, 1:0+0");
  EXPECT_TRUE(reported_.appended.empty());
  heap_.Release(held);
}

TEST_P(Reports, AnEmptyHeap) {
  EXPECT_EQ(reported_.Collect(), "[2 2: 0=0+0] -> 0");
  EXPECT_EQ(reported_.Stats(), "0:0+0, 0:0+0, 1:0+0");
}

TEST_P(Reports, CollectTakesTheOldestGenerationByDefault) {
  EXPECT_EQ(heap_.Collect(), 0);
  EXPECT_EQ(reported_.log, "[2 2: 0=0+0]");
}

TEST_P(Reports, TrashIsCollected) {
  reported_.MakeCycle(3);
  EXPECT_EQ(reported_.Collect(0), "[0 0: 3=3+0] -> 3");
  reported_.MakeCycle(2);
  EXPECT_EQ(reported_.Collect(1), "[1 1: 2=2+0] -> 2");
  reported_.MakeCycle(1);
  reported_.MakeCycle(4);
  EXPECT_EQ(reported_.Collect(2), "[2 2: 5=5+0] -> 5");
  EXPECT_EQ(reported_.Stats(), "1:3+0, 1:2+0, 1:5+0");
  reported_.MakeCycle(7);
  EXPECT_EQ(reported_.Collect(1), "[1 1: 7=7+0] -> 7");
  EXPECT_EQ(reported_.Stats(), "1:3+0, 2:9+0, 1:5+0") << "totals of each generation";
}

TEST_P(Reports, WhatHangsOffTrashCountsButNotLeaves) {
  const TypeId leaf = heap_.Register(Describe(Kind::kLeaf));
  const Object trash = reported_.MakeCycle();
  TransferReference(heap_, trash, heap_.New(leaf));
  TransferReference(heap_, trash, heap_.New(reported_.node));
  EXPECT_EQ(reported_.Collect(), "[2 2: 2=2+0] -> 2");
  EXPECT_EQ(heap_.size(), 0);
}

TEST_P(Reports, FinalizersOfTrash) {
  const Object mortal = reported_.MakeMortalCycle();
  TransferReference(heap_, mortal, reported_.MakeCycle(1));  // gives it away twice, so:
  heap_.Retain(heap_.Slot(mortal, 1));
  reported_.MakeCycle(3);
  if (once()) {
    EXPECT_EQ(reported_.Collect(), "[2 2: 5=5+0] -> 5");
    EXPECT_EQ(reported_.Stats(), "0:0+0, 0:0+0, 1:5+0");
    EXPECT_EQ(heap_.garbage_size(), 0u);
    return;
  }
  // What it reaches is uncollectable, too, and does not enter the list.
  EXPECT_EQ(reported_.Collect(), "[2 2: 5=3+2] -> 5");
  EXPECT_EQ(reported_.Stats(), "0:0+0, 0:0+0, 1:3+2");
  EXPECT_EQ(reported_.appended, std::vector<Object>{mortal});
  EXPECT_EQ(heap_.garbage_size(), 1u);
  EXPECT_EQ(reported_.Collect(), "[2 2: 0=0+0] -> 0") << "found once";
  EXPECT_EQ(reported_.Stats(), "0:0+0, 0:0+0, 2:3+2");
}

TEST_P(Reports, TrashThatIsSaved) {
  heap_.SetDebug(kDebugSaveAll);
  const Object a = reported_.MakeCycle(2);
  const Object mortal = reported_.MakeMortalCycle();
  TransferReference(heap_, mortal, reported_.MakeCycle(1));
  const Object hanging = heap_.Slot(mortal, 1);
  heap_.Retain(hanging);
  const Object b = heap_.Slot(a, 0);
  if (once()) {
    EXPECT_EQ(reported_.Collect(), "[2 2: 4=4+0] -> 4");
    EXPECT_EQ(reported_.appended, (std::vector<Object>{a, b, mortal, hanging}));
  } else {
    EXPECT_EQ(reported_.Collect(), "[2 2: 4=2+2] -> 4");
    EXPECT_EQ(reported_.appended, (std::vector<Object>{a, b, mortal, hanging}));
  }
  EXPECT_EQ(heap_.garbage_size(), 4u);
  EXPECT_EQ(heap_.size(), 4);
  EXPECT_EQ(reported_.Stats(), once() ? "0:0+0, 0:0+0, 1:4+0" : "0:0+0, 0:0+0, 1:2+2");
}

TEST_P(Reports, ResurrectedTrashDoesNotCount) {
  const Object mortal = reported_.MakeMortalCycle();
  reported_.finalize = [&](Object object) { heap_.Retain(object); };
  reported_.MakeCycle(2);
  EXPECT_EQ(reported_.Collect(), once() ? "[2 2: 2=2+0] -> 2" : "[2 2: 3=2+1] -> 3");
  EXPECT_EQ(heap_.size(), 1);
  if (!once()) return;
  EXPECT_TRUE(heap_.IsFinalized(mortal));
  EXPECT_EQ(heap_.GetObjects(2), std::vector<Object>{mortal}) << "it grew older";
  heap_.Release(mortal);
  EXPECT_EQ(reported_.Collect(), "[2 2: 1=1+0] -> 1");
}

// Section 5: what only hangs off collectable trash is dead before uncollectable objects are
// counted.
TEST_P(Reports, AMortalThatHangsOffTrash) {
  const Object trash = reported_.MakeCycle();
  TransferReference(heap_, trash, heap_.New(reported_.mortal));
  EXPECT_EQ(reported_.Collect(), once() ? "[2 2: 2=2+0] -> 2" : "[2 2: 1=1+0] -> 1");
  EXPECT_EQ(heap_.garbage_size(), 0u);
  EXPECT_EQ(heap_.size(), 0);
}

// ... and if it is resurrected then, what it references still is in the set.
TEST_P(Reports, AMortalThatHangsOffTrashAndIsResurrected) {
  const Object trash = reported_.MakeCycle();
  const Object mortal = heap_.New(reported_.mortal);
  TransferReference(heap_, mortal, heap_.New(reported_.node));
  TransferReference(heap_, trash, mortal);
  reported_.finalize = [&](Object object) { heap_.Retain(object); };
  EXPECT_EQ(reported_.Collect(), once() ? "[2 2: 1=1+0] -> 1" : "[2 2: 2=1+1] -> 2");
  EXPECT_EQ(heap_.size(), 2);
  EXPECT_EQ(heap_.garbage_size(), 0u);
  EXPECT_EQ(heap_.Verify({mortal}), "");
}

// "weak references outside the trash that died of their own callback"
TEST_P(Reports, WeakReferencesThatDieOfTheirCallbackCount) {
  const Object a = reported_.MakeCycle();
  const auto drop = [](Heap& heap, Object weak) { heap.Release(weak); };
  heap_.NewWeak(a, drop);
  heap_.NewWeak(a, drop);
  const Object kept = heap_.NewWeak(a, [](Heap&, Object) {});
  EXPECT_EQ(reported_.Collect(), "[2 2: 3=3+0] -> 3");
  EXPECT_EQ(reported_.Stats(), "0:0+0, 0:0+0, 1:3+0");
  EXPECT_EQ(heap_.size(), 1);
  heap_.Release(kept);
}

// --- Within

TEST_P(Reports, ACollectionWithinACollectionIsAllZeros) {
  for (const bool at_start : {true, false}) {
    (at_start ? reported_.started : reported_.stopped) = [&] {
      EXPECT_EQ(heap_.Collect(1), 0);
      EXPECT_EQ(heap_.Exit(), 0);
    };
    reported_.MakeCycle(2);
    const std::string within = once() ? "[1 1: 0=0+0][2 2: 0=0+0]" : "[1 1: 0=0+0]";
    EXPECT_EQ(reported_.Collect(),
              at_start ? "[2 " + within + "2: 2=2+0] -> 2" : "[2 2: 2=2+0]" + within + " -> 2");
  }
  EXPECT_EQ(reported_.Stats(), "0:0+0, 0:0+0, 2:4+0") << "nor is it in the statistics";
  EXPECT_EQ(reported_.Counts(), "0 0 0");
}

TEST_P(Reports, TheStatisticsHaveACollectionWhenItStops) {
  reported_.MakeCycle(2);
  reported_.started = [&] { EXPECT_EQ(reported_.Stats(), "0:0+0, 0:0+0, 0:0+0"); };
  reported_.stopped = [&] {
    EXPECT_EQ(reported_.Stats(), "0:0+0, 1:2+0, 0:0+0");
    EXPECT_EQ(reported_.Counts(), "0 0 1");
    EXPECT_EQ(heap_.size(), 0) << "the trash is freed";
  };
  reported_.Collect(1);
  EXPECT_FALSE(reported_.started || reported_.stopped) << "both ran";
}

// --- Automatic ones

TEST_P(Reports, AutomaticCollections) {
  heap_.SetThresholds(2, 1, 100);
  heap_.SetEnabled(true);
  std::vector<Object> held;
  reported_.log.clear();
  for (int i = 0; i < 9; ++i) {
    held.push_back(heap_.New(reported_.node));
    if (i == 2) reported_.MakeCycle();  // count 2
  }
  // At each third birth; the third one is of generation 1.
  EXPECT_EQ(reported_.log, "[auto 0 auto 0: 0=0+0][auto 0 auto 0: 1=1+0][auto 1 auto 1: 0=0+0]");
  EXPECT_EQ(reported_.Stats(), "2:1+0, 1:0+0, 0:0+0");
  EXPECT_EQ(reported_.Counts(), "1 0 1");
  for (const Object object : held) heap_.Release(object);
}

// gc.get_count().
TEST_P(Reports, Counts) {
  EXPECT_EQ(reported_.Counts(), "0 0 0");
  const Object a = heap_.New(reported_.node);
  const Object b = heap_.NewMap();
  const Object c = heap_.NewWeak(a);
  const Object d = heap_.NewHoldingWeak(a, a);
  EXPECT_EQ(reported_.Counts(), "4 0 0") << "births of everything that is tracked";
  heap_.Release(b);
  EXPECT_EQ(reported_.Counts(), "3 0 0");
  heap_.Collect(0);
  EXPECT_EQ(reported_.Counts(), "0 1 0");
  heap_.Release(d);  // born before: the count does not fall below zero
  EXPECT_EQ(reported_.Counts(), "0 1 0");
  heap_.Release(heap_.New(reported_.node));
  EXPECT_EQ(reported_.Counts(), "0 1 0");
  heap_.Collect(0);
  EXPECT_EQ(reported_.Counts(), "0 2 0");
  heap_.Collect(1);
  EXPECT_EQ(reported_.Counts(), "0 0 1");
  heap_.Collect(0);
  heap_.Collect(1);
  EXPECT_EQ(reported_.Counts(), "0 0 2");
  heap_.Collect(0);
  heap_.Collect(2);
  EXPECT_EQ(reported_.Counts(), "0 0 0");
  heap_.Release(c);
  heap_.Release(a);
}

// Trash that is cleared is dead for the count of generation 0 as well.
TEST_P(Reports, CountsAfterTrashWasFreed) {
  reported_.MakeCycle(3);
  heap_.NewWeak(reported_.MakeCycle(2));  // not trivial
  const Object held = heap_.New(reported_.node);
  EXPECT_EQ(reported_.Counts(), "7 0 0");
  reported_.stopped = [&] { EXPECT_EQ(reported_.Counts(), "0 0 0"); };
  heap_.Collect();
  for (int i = 0; i < 3; ++i) heap_.New(reported_.node);
  EXPECT_EQ(reported_.Counts(), "3 0 0");
  heap_.Release(held);
  EXPECT_EQ(reported_.Counts(), "2 0 0");
}

// --- At exit

TEST_P(Reports, TheLastCollection) {
  heap_.SetEnabled(false);
  reported_.MakeCycle(2);
  reported_.MakeMortalCycle();
  reported_.log.clear();
  EXPECT_EQ(heap_.Exit(), once() ? 3 : 0);
  EXPECT_EQ(reported_.log, once() ? "[2 2: 3=3+0]" : "");
  EXPECT_EQ(reported_.Stats(), once() ? "0:0+0, 0:0+0, 1:3+0" : "0:0+0, 0:0+0, 0:0+0");
}

// --- With debug output

TEST_P(Reports, DebugOutputSaysTheSame) {
  heap_.SetDebug(kDebugStats);
  reported_.MakeCycle(2);
  reported_.MakeMortalCycle();
  const Object held = heap_.New(reported_.node);
  EXPECT_EQ(reported_.Collect(1), once() ? "[1 1: 3=3+0] -> 3" : "[1 1: 3=2+1] -> 3");
  EXPECT_EQ(reported_.lines, std::string("gc: collecting generation 1...\n"
                                         "gc: objects in each generation: 4 0 0\n"
                                         "gc: done, 3 unreachable, ") +
                                 (once() ? "0" : "1") + " uncollectable, 0.0000s elapsed.\n");
  heap_.Release(held);
}

// Objects are shown before their finalizers run, so also one that is resurrected then.
TEST_P(Reports, DebugOutputShowsWhatWasFound) {
  heap_.SetDebug(kDebugCollectable | kDebugUncollectable | kDebugObjects);
  const Object mortal = reported_.MakeMortalCycle();
  const Object node = reported_.MakeCycle();
  const std::string shown[] = {heap_.Show(mortal), heap_.Show(node)};
  reported_.finalize = [&](Object object) { heap_.Retain(object); };
  EXPECT_EQ(reported_.Collect(), once() ? "[2 2: 1=1+0] -> 1" : "[2 2: 2=1+1] -> 2");
  const std::string first = "gc: collectable " + shown[once() ? 0 : 1] + "\n";
  const std::string second =
      once() ? "gc: collectable " + shown[1] + "\n" : "gc: uncollectable " + shown[0] + "\n";
  EXPECT_EQ(reported_.lines, first + second);
}

TEST_P(Reports, DebugOutputOfAutomaticCollectionsAndOfThoseWithin) {
  heap_.SetDebug(kDebugStats);
  heap_.SetThresholds(1, 10, 10);
  heap_.SetEnabled(true);
  reported_.started = [&] { heap_.Collect(1); };  // says nothing
  const Object a = heap_.New(reported_.node);
  const Object b = heap_.New(reported_.node);
  EXPECT_EQ(reported_.lines,
            "gc: collecting generation 0...\n"
            "gc: objects in each generation: 1 0 0\n"
            "gc: done, 0.0000s elapsed.\n");
  heap_.Release(a);
  heap_.Release(b);
}

TEST_P(Reports, WhatDebugOutputThrowsChangesNothingElse) {
  heap_.SetDebugOutput([](std::string_view) { throw 1; });
  heap_.SetDebug(kDebugStats | kDebugCollectable | kDebugUncollectable | kDebugObjects);
  reported_.MakeCycle(2);
  reported_.MakeMortalCycle();
  EXPECT_EQ(reported_.Collect(), once() ? "[2 2: 3=3+0] -> 3" : "[2 2: 3=2+1] -> 3");
  EXPECT_EQ(heap_.debug_lost(), 3 + 3) << "three lines of statistics, three objects";
  EXPECT_EQ(reported_.Stats(), once() ? "0:0+0, 0:0+0, 1:3+0" : "0:0+0, 0:0+0, 1:2+1");
}

// "A collection reads kDebugSaveAll once, when it is about to clear": before that, user code
// decides.
TEST_P(Reports, SaveAllIsReadAfterTheCallbacks) {
  const Object a = reported_.MakeCycle();
  const auto save = [](Heap& heap, Object) { heap.SetDebug(kDebugSaveAll); };
  const Object weak = heap_.NewWeak(a, save);
  EXPECT_EQ(reported_.Collect(), "[2 2: 1=1+0] -> 1");
  EXPECT_EQ(reported_.appended, std::vector<Object>{a});
  heap_.Release(weak);
}

// Afterwards it is too late, for the rest of the trash and for the uncollectable.
TEST_P(Reports, SaveAllIsReadBeforeAnythingIsCleared) {
  const Object first = reported_.MakeCycle();
  const Object hanging = heap_.New(reported_.mortal);  // dies as `first` is cleared
  const Object weak = heap_.NewWeak(hanging);
  TransferReference(heap_, first, hanging);
  reported_.finalize = [&](Object object) {
    if (object == hanging) heap_.SetDebug(kDebugSaveAll);
  };
  reported_.MakeCycle();
  const Object mortal = reported_.MakeMortalCycle();
  TransferReference(heap_, mortal, reported_.MakeCycle());
  heap_.Retain(heap_.Slot(mortal, 1));
  EXPECT_EQ(reported_.Collect(), once() ? "[2 2: 5=5+0] -> 5" : "[2 2: 4=2+2] -> 4");
  if (once()) {  // its finalizers run before
    EXPECT_EQ(heap_.garbage_size(), 5u);
  } else {
    EXPECT_EQ(reported_.appended, std::vector<Object>{mortal});
  }
  heap_.Release(weak);
}

}  // namespace
}  // namespace ouro::heap
