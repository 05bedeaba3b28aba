// SPDX-License-Identifier: Apache-2.0

// What heap.h promises of types, objects and weak references, one promise a test.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/recording_heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

using Names = std::vector<Object>;

// --- Containers: each kind, under both rules

class Container : public testing::TestWithParam<std::tuple<Kind, Rules::Finalizers>> {
 protected:
  void SetUp() override {
    type_ = recording_.Register(std::get<0>(GetParam()));
    finalized_ = recording_.Register(std::get<0>(GetParam()), /*has_finalizer=*/true);
    leaf_ = recording_.Register(Kind::kLeaf);
  }
  void TearDown() override {
    EXPECT_EQ(heap_.size(), 0);
    EXPECT_EQ(heap_.Verify({}), "");
    EXPECT_EQ(Bag::alive, 0);
  }
  bool once() const { return std::get<1>(GetParam()) == Rules::Finalizers::kOnce; }

  RecordingHeap recording_{std::get<1>(GetParam())};
  Heap& heap_ = recording_.heap;
  TypeId type_;
  TypeId finalized_;
  TypeId leaf_;
};

TEST_P(Container, IsBornEmptyTrackedAndHeldOnce) {
  const Object a = heap_.New(type_);
  const std::vector<std::byte> zero(heap_.type(type_).size);
  EXPECT_EQ(std::memcmp(heap_.Payload(a), zero.data(), zero.size()), 0);
  heap_.Release(a);
  EXPECT_EQ(recording_.Log(), "free ");
  Bag::alive += heap_.type(type_).visit != nullptr ? 1 : 0;  // one that Make did not make

  const Object b = Make(heap_, type_);
  EXPECT_EQ(heap_.References(b), 1u);
  EXPECT_EQ(heap_.TypeOf(b), type_);
  EXPECT_FALSE(heap_.IsWeak(b));
  EXPECT_TRUE(heap_.IsTracked(b));
  EXPECT_EQ(heap_.GetObjects(0), Names{b});
  EXPECT_EQ(heap_.GetReferents(b), Names{});
  EXPECT_GT(heap_.handle_limit(), b);
  EXPECT_EQ(heap_.size(), 1);
  EXPECT_EQ(heap_.Verify({b}), "");
  heap_.Release(b);
}

TEST_P(Container, ShowsItsReferences) {
  const Object a = Make(heap_, type_);
  const Object b = Make(heap_, type_);
  const Object c = Make(heap_, leaf_);
  for (const Object value : {b, c, b}) AddReference(heap_, a, value);
  for (int i = 0; i < 2; ++i) AddReference(heap_, b, b);
  EXPECT_EQ(heap_.GetReferents(a), (Names{b, c, b}));
  EXPECT_EQ(heap_.GetReferents(b), (Names{b, b})) << "once per reference";
  EXPECT_EQ(heap_.GetReferrers(b), (Names{a, b}));
  EXPECT_EQ(heap_.GetReferrers(c), Names{a});
  EXPECT_EQ(heap_.GetReferrers(a), Names{});
  EXPECT_EQ(heap_.References(b), 5u);
  EXPECT_EQ(heap_.Verify({a, b, c}), "");
  EXPECT_NE(heap_.Verify({a, b}), "");
  EXPECT_NE(heap_.Verify({a, b, c, c}), "");
  ClearReferences(heap_, b);
  for (const Object object : {a, b, c}) heap_.Release(object);
}

TEST_P(Container, LetsGoInOrderAndIsFreedLast) {
  const Object a = recording_.New(finalized_, "a");
  for (const char* name : {"b", "c", "d"})
    TransferReference(heap_, a, recording_.New(finalized_, name));
  heap_.Release(a);
  EXPECT_EQ(recording_.Log(),
            "finalize a finalize b free b finalize c free c finalize d free d free a");
}

TEST_P(Container, DiesDepthFirst) {
  const Object a = recording_.New(type_, "a");
  const Object b = recording_.New(type_, "b");
  TransferReference(heap_, b, recording_.New(leaf_, "c"));
  TransferReference(heap_, a, b);
  TransferReference(heap_, a, recording_.New(leaf_, "d"));
  heap_.Release(a);
  EXPECT_EQ(recording_.Log(), "free c free b free d free a");
}

TEST_P(Container, IsCollectedInACycleWithEveryOtherKind) {
  const Object a = Make(heap_, type_);
  Object last = a;
  heap_.Retain(a);
  for (const Kind kind : kContainers) {
    const Object next = Make(heap_, recording_.Register(kind));
    AddReference(heap_, last, next);
    heap_.Release(last);
    last = next;
  }
  TransferReference(heap_, last, Make(heap_, leaf_));
  AddReference(heap_, last, a);
  heap_.Release(last);
  EXPECT_EQ(heap_.Collect(), 0);  // it is referenced
  heap_.Release(a);
  EXPECT_EQ(heap_.size(), 7);
  EXPECT_EQ(heap_.Collect(0), 0);  // it is old
  EXPECT_EQ(heap_.Collect(), 6);   // leaves do not count
}

TEST_P(Container, IsFinalizedOnceOrAtEachDeath) {
  recording_.finalize = [&](Object self) {
    EXPECT_TRUE(heap_.IsTracked(self));
    if (recording_.names.size() == 1) heap_.Retain(self);
    recording_.names[kNull];
  };
  const Object a = recording_.New(finalized_, "a");
  heap_.Release(a);
  EXPECT_EQ(recording_.Log(), "finalize a");
  EXPECT_EQ(heap_.IsFinalized(a), once());
  EXPECT_EQ(heap_.References(a), 1u);
  heap_.Release(a);
  EXPECT_EQ(recording_.Log(), once() ? "free a" : "finalize a free a");
}

TEST_P(Container, InACycleWithAFinalizer) {
  const Object a = recording_.NewTrash(finalized_, "a");
  EXPECT_EQ(heap_.Collect(), 1);
  if (once()) {
    EXPECT_EQ(recording_.Log(), "finalize a free a");
    return;
  }
  EXPECT_EQ(recording_.Log(), "garbage a");
  EXPECT_EQ(heap_.Garbage(0), a);
  EXPECT_EQ(heap_.Garbage(1), kNull);
  EXPECT_EQ(heap_.References(a), 2u);
  ClearReferences(heap_, a);
  heap_.ClearGarbage();
  EXPECT_EQ(recording_.Log(), "finalize a free a");
}

INSTANTIATE_TEST_SUITE_P(Kinds, Container,
                         testing::Combine(testing::ValuesIn(kContainers),
                                          testing::ValuesIn(kBothRules)));

// --- Everything that can be watched

class Watched : public Container {};

TEST_P(Watched, CallbacksRunNewestFirst) {
  const Object a = recording_.New(type_, "a");
  const Object w1 = recording_.NewWeak(a, "w1");
  const Object w2 = recording_.NewWeak(a, "w2", /*has_callback=*/false);
  const Object w3 = recording_.NewWeak(a, "w3");
  const Object gone = recording_.NewWeak(a, "gone");
  for (const Object weak : {w1, w2, w3, gone}) {
    EXPECT_TRUE(heap_.IsWeak(weak));
    EXPECT_TRUE(heap_.IsTracked(weak));
    EXPECT_EQ(heap_.Target(weak), a);
    EXPECT_EQ(heap_.GetReferents(weak), Names{});
  }
  EXPECT_EQ(heap_.WeakContext(w1), &recording_);
  EXPECT_EQ(heap_.WeakContext(w2), nullptr);
  EXPECT_EQ(heap_.GetReferrers(a), Names{});
  EXPECT_EQ(heap_.References(a), 1u);
  heap_.Release(gone);
  EXPECT_EQ(heap_.Verify({a, w1, w2, w3}), "");
  heap_.Release(a);
  EXPECT_EQ(recording_.Log(), "free gone callback w3 callback w1 free a");
  for (const Object weak : {w1, w2, w3}) {
    EXPECT_EQ(heap_.Target(weak), kNull);
    heap_.Release(weak);
  }
}

TEST_P(Watched, CallbacksBeforeOrAfterTheFinalizer) {
  const Object a = recording_.New(finalized_, "a");
  const Object w = recording_.NewWeak(a, "w");
  recording_.finalize = [&](Object self) {
    EXPECT_EQ(heap_.Target(w), once() ? self : kNull);
    const Object late = recording_.NewWeak(self, "late");
    EXPECT_EQ(heap_.Target(late), self);
    heap_.Release(late);
  };
  heap_.Release(a);
  EXPECT_EQ(recording_.Log(), once() ? "finalize a (free late) callback w free a"
                                     : "callback w finalize a (free late) free a");
  heap_.Release(w);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Watched,
                         testing::Combine(testing::Values(Kind::kRun, Kind::kMap, Kind::kBag,
                                                          Kind::kCleared, Kind::kLeaf),
                                          testing::ValuesIn(kBothRules)));

TEST(Weak, EachHasItsPlaceAmongManyTargets) {
  RecordingHeap recording(Rules::Finalizers::kOnce);
  const TypeId type = recording.Register(Kind::kMap);
  std::vector<Object> targets;
  std::vector<Object> weaks;
  for (int i = 0; i < 10'000; ++i) {
    targets.push_back(Make(recording.heap, type));
    for (int k = i % 4; k > 0; --k) weaks.push_back(recording.heap.NewWeak(targets.back()));
  }
  for (size_t i = 0; i < targets.size(); i += 2) recording.heap.Release(targets[i]);
  size_t weak = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    for (size_t k = i % 4; k > 0; --k) {
      ASSERT_EQ(recording.heap.Target(weaks[weak++]), i % 2 == 0 ? kNull : targets[i]);
    }
  }
}

// --- Leaves

TEST(Leaf, IsNeitherTrackedNorCounted) {
  for (const Rules::Finalizers finalizers : kBothRules) {
    RecordingHeap recording(finalizers);
    const TypeId plain = recording.Register(Kind::kLeaf);
    const TypeId finalized = recording.Register(Kind::kLeaf, /*has_finalizer=*/true);
    recording.heap.SetThresholds(1, 1, 1);
    recording.records_collections = true;
    for (const TypeId type : {plain, finalized, plain, finalized}) {
      const Object leaf = recording.New(type, "a");
      EXPECT_FALSE(recording.heap.IsTracked(leaf));
      EXPECT_EQ(recording.heap.count(0), 0);
      EXPECT_EQ(recording.heap.size(), 1);
      recording.heap.Release(leaf);
      EXPECT_EQ(recording.Log(), type == plain ? "free a" : "finalize a free a");
    }
    EXPECT_EQ(recording.heap.size(), 0);
  }
}

TEST(Leaf, MayBeResurrected) {
  for (const Rules::Finalizers finalizers : kBothRules) {
    RecordingHeap recording(finalizers);
    const Object leaf = recording.New(recording.Register(Kind::kLeaf, /*has_finalizer=*/true), "a");
    recording.finalize = [&](Object self) { recording.heap.Retain(self); };
    recording.heap.Release(leaf);
    EXPECT_FALSE(recording.heap.IsTracked(leaf));
    EXPECT_EQ(recording.heap.Verify({leaf}), "");
    recording.finalize = nullptr;
    recording.heap.Release(leaf);
    EXPECT_EQ(recording.Log(), finalizers == Rules::Finalizers::kOnce
                                   ? "finalize a free a"
                                   : "finalize a finalize a free a");
  }
}

// --- Layouts

TEST(TypeLayout, PayloadsAreAlignedAndApart) {
  Heap heap(Rules{});
  for (const uint32_t alignment : {1u, 2u, 4u, 8u, 16u}) {
    for (const uint32_t size : {0u, 1u, 3u, 20u, 40u, 5000u}) {
      const TypeId type = heap.Register({.name = "aligned", .size = size, .alignment = alignment});
      std::vector<std::pair<uintptr_t, Object>> objects;
      for (int i = 0; i < 600; ++i) {
        const Object object = heap.New(type);
        const auto at = reinterpret_cast<uintptr_t>(heap.Payload(object));
        ASSERT_EQ(at % alignment, 0u);
        if (size > 0) std::memset(heap.Payload(object), 0xFF, size);
        objects.push_back({at, object});
      }
      std::sort(objects.begin(), objects.end());
      for (size_t i = 1; i < objects.size(); ++i) {
        ASSERT_LE(objects[i - 1].first + size, objects[i].first);
        ASSERT_NE(objects[i - 1].second, objects[i].second);
      }
    }
  }
}

TEST(TypeLayout, ReferencesAreWhereTheTypeSays) {
  Heap heap(Rules{});
  const TypeId leaf = heap.Register(Describe(Kind::kLeaf));
  const Object a = heap.New(heap.Register(Describe(Kind::kMap)));
  const Object b = heap.New(heap.Register(Describe(Kind::kRun)));
  Map& map = *static_cast<Map*>(heap.Payload(a));
  Row& row = *static_cast<Row*>(heap.Payload(b));
  map.number = row.number = UINT32_MAX;
  map.other = -1.5;
  Names leaves;
  for (int i = 0; i < 3; ++i) {
    leaves.push_back(heap.New(leaf));
    AddReference(heap, a, leaves.back());
    AddReference(heap, b, leaves.back());
  }
  EXPECT_EQ((Names{map.first, map.second, map.third}), leaves);
  EXPECT_EQ(Names(row.held, row.held + 3), leaves);
  heap.Collect();
  heap.Store(map.second, b);
  EXPECT_EQ(heap.GetReferents(a), (Names{leaves[0], b, leaves[2]}));
  EXPECT_EQ(&heap.Slot(a, 1), &map.second);
  EXPECT_EQ(heap.References(leaves[1]), 2u);
  EXPECT_EQ(map.number, UINT32_MAX);
  EXPECT_EQ(row.number, UINT32_MAX);
  EXPECT_EQ(map.other, -1.5);
}

TEST(TypeLayout, HandlesAndPayloadsAreStable) {
  RecordingHeap recording(Rules::Finalizers::kOnce);
  Heap& heap = recording.heap;
  for (const Kind kind : kContainers) {
    const TypeId type = recording.Register(kind);
    std::vector<std::pair<Object, void*>> kept;
    for (int round = 0; round < 20; ++round) {
      std::vector<Object> others;
      for (int i = 0; i < 2000; ++i) others.push_back(Make(heap, type));
      kept.push_back({Make(heap, type), nullptr});
      kept.back().second = heap.Payload(kept.back().first);
      TransferReference(heap, kept.back().first, Make(heap, type));
      for (const Object object : others) heap.Release(object);
      heap.Collect();
    }
    for (const auto& [object, payload] : kept) {
      EXPECT_EQ(heap.Payload(object), payload);
      EXPECT_EQ(heap.GetReferents(object).size(), 1u);
      heap.Release(object);
    }
    EXPECT_EQ(heap.size(), 0);
  }
}

// A handle is reused by another object, which has nothing of the old one.
TEST(TypeLayout, HandlesAreReused) {
  RecordingHeap recording(Rules::Finalizers::kOnce);
  const TypeId type = recording.Register(Kind::kRun, /*has_finalizer=*/true);
  const Object weak = recording.heap.NewWeak(Make(recording.heap, type));
  const Object old = recording.heap.Target(weak);
  static_cast<Row*>(recording.heap.Payload(old))->number = 7;
  recording.finalize = [&](Object self) { recording.heap.Retain(self); };
  recording.heap.Release(old);
  EXPECT_TRUE(recording.heap.IsFinalized(old));
  recording.heap.Release(old);
  const Object again = Make(recording.heap, type);
  ASSERT_EQ(again, old);
  EXPECT_EQ(recording.heap.Target(weak), kNull);
  EXPECT_FALSE(recording.heap.IsFinalized(again));
  EXPECT_EQ(static_cast<Row*>(recording.heap.Payload(again))->number, 0u);
}

// --- Register

using RegisterDeathTest = testing::Test;

TEST(RegisterDeathTest, ChecksTheDescription) {
  const auto visit = [](const Heap&, Object, const Visitor&) {};
  const auto clear = [](Heap&, Object) {};
  const std::pair<Type, const char*> wrong[] = {
      {{.size = kMaxSize + 1}, "too large"},
      {{.size = 8, .alignment = 3}, "alignment is wrong"},
      {{.size = 8, .alignment = 0}, "alignment is wrong"},
      {{.size = 8, .alignment = 32}, "alignment is wrong"},
      {{.size = 8, .leaf = true, .references = {0}}, "a leaf has references"},
      {{.size = 8, .leaf = true, .visit = visit, .clear = clear}, "a leaf has references"},
      {{.size = 8, .visit = visit}, "needs `clear`"},
      {{.size = 8, .references = {0}, .visit = visit, .clear = clear}, "no `references`"},
      {{.size = 8, .references = {2}}, "outside of its objects"},
      {{.size = 8, .references = {8}}, "outside of its objects"},
      {{.size = 7, .references = {0, 4}}, "outside of its objects"},
      {{.size = 8, .references = {UINT32_MAX - 3}}, "outside of its objects"},
      {{.size = 5, .alignment = 1, .references = {0}}, "references are not aligned"},
      {{.size = 8, .references = {4, 4}}, "a reference twice"},
  };
  for (const auto& [type, message] : wrong) {
    EXPECT_DEATH(Heap(Rules{}).Register(type), message);
  }
  EXPECT_NE(Heap(Rules{}).Register({.size = kMaxSize, .alignment = 16, .references = {4, 0}}), 0u);
}

TEST(RegisterDeathTest, NeitherResetNorAnEndWithin) {
  Heap heap(Rules{});
  const TypeId type = heap.Register({.finalize = [](Heap& h, Object) { h.Reset(); }});
  const Object object = heap.New(type);
  EXPECT_DEATH(heap.Release(object), "Reset within a call of the heap");
}

// --- Heaps

TEST(Heaps, DoNotDisturbEachOther) {
  RecordingHeap one(Rules::Finalizers::kUncollectable);
  RecordingHeap two(Rules::Finalizers::kOnce);
  const TypeId type1 = one.Register(Kind::kBag, /*has_finalizer=*/true);
  const TypeId type2 = two.Register(Kind::kBag, /*has_finalizer=*/true);
  EXPECT_EQ(type1, type2);
  const Object a = one.NewTrash(type1, "a");
  const Object b = two.NewTrash(type2, "b");
  EXPECT_EQ(a, b);
  // Each collects from within the other.
  two.finalize = [&](Object) {
    EXPECT_EQ(one.heap.Collect(), 1);
    const Object c = one.New(type1, "c");
    one.finalize = [&](Object) { EXPECT_EQ(two.heap.Collect(), 0); };
    one.heap.Release(c);
  };
  two.heap.SetThresholds(1, 1, 1);
  EXPECT_EQ(two.heap.Collect(), 1);
  EXPECT_EQ(one.Log(), "garbage a finalize c free c");
  EXPECT_EQ(two.Log(), "finalize b free b");
  EXPECT_EQ(one.heap.threshold(0), 700);
  EXPECT_EQ(one.heap.size(), 1);
  EXPECT_EQ(two.heap.size(), 0);
  EXPECT_EQ(one.heap.Verify({}), "");
}

TEST(Heaps, ResetForgetsAllButTypes) {
  RecordingHeap recording(Rules::Finalizers::kUncollectable);
  Heap& heap = recording.heap;
  const TypeId bag = recording.Register(Kind::kBag, /*has_finalizer=*/true);
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(heap.threshold(0), 700);
    EXPECT_TRUE(heap.enabled());
    EXPECT_EQ(heap.debug(), 0u);
    EXPECT_EQ(heap.stats(2).collections, 0);
    for (int i = 0; i < 5000; ++i) heap.NewWeak(recording.NewTrash(bag, "a"));
    heap.Collect();
    EXPECT_EQ(heap.garbage_size(), 5000u);
    heap.SetThresholds(1, 2, 3);
    heap.SetEnabled(false);
    heap.SetDebug(kDebugSaveAll);
    heap.FailAllocation(2);
    recording.Log();
    heap.Reset();
    EXPECT_EQ(recording.Log(), "");
    EXPECT_EQ(heap.size(), 0);
    EXPECT_EQ(heap.garbage_size(), 0u);
    EXPECT_EQ(heap.count(0), 0);
    EXPECT_EQ(heap.Verify({}), "");
    EXPECT_EQ(Bag::alive, 0);
  }
}

}  // namespace
}  // namespace ouro::heap
