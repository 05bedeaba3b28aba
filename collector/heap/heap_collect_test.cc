// SPDX-License-Identifier: Apache-2.0

// What heap.h promises of collections, the garbage list, the listener and user code, one promise a
// test.

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/recording_heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

using Names = std::vector<Object>;

// Both rules.
class Collecting : public testing::TestWithParam<Rules::Finalizers> {
 protected:
  bool once() const { return GetParam() == Rules::Finalizers::kOnce; }
  void Release(const Names& objects) {
    for (const Object object : objects) heap_.Release(object);
  }

  RecordingHeap recording_{GetParam()};
  Heap& heap_ = recording_.heap;
  const TypeId bag_ = recording_.Register(Kind::kBag);
  const TypeId map_ = recording_.Register(Kind::kMap);
  const TypeId mortal_ = recording_.Register(Kind::kRun, /*has_finalizer=*/true);
};

// --- When

TEST_P(Collecting, ItStartsWhenTheCountExceedsTheThreshold) {
  EXPECT_TRUE(heap_.enabled());
  EXPECT_EQ(heap_.threshold(0), 700);
  EXPECT_EQ(heap_.threshold(1), 10);
  EXPECT_EQ(heap_.threshold(2), 10);
  recording_.records_collections = true;
  heap_.SetThresholds(3, 1, 1);
  EXPECT_EQ(heap_.threshold(0), 3);
  Names held;
  for (int i = 0; i < 3; ++i) held.push_back(Make(heap_, map_));
  EXPECT_EQ(recording_.Log(), "");
  EXPECT_EQ(heap_.count(0), 3);
  heap_.Release(held.back());  // freed objects are not counted
  held.back() = Make(heap_, map_);
  recording_.names.clear();
  EXPECT_EQ(recording_.Log(), "free ");
  held.push_back(Make(heap_, map_));  // which does not exist for that collection yet
  EXPECT_EQ(recording_.Log(), "auto 0 done 0");
  EXPECT_EQ(heap_.count(0), 0);
  EXPECT_EQ(heap_.count(1), 1);
  EXPECT_EQ(heap_.GetObjects(0), Names{held[3]});
  EXPECT_EQ(heap_.GetObjects(1), (Names{held[0], held[1], held[2]}));
  EXPECT_EQ(heap_.stats(0).collections, 1);
  EXPECT_TRUE(recording_.last.automatic);
  for (int i = 0; i < 8; ++i) held.push_back(Make(heap_, map_));
  EXPECT_EQ(recording_.Log(), "auto 0 done 0 auto 1 done 0");
  EXPECT_EQ(heap_.count(1), 0);
  EXPECT_EQ(heap_.count(2), 1);
  EXPECT_EQ(heap_.Verify(held), "");
}

TEST_P(Collecting, NotIfItIsDisabledOrTheThresholdIsZero) {
  recording_.records_collections = true;
  heap_.SetThresholds(1, 1, 1);
  heap_.SetEnabled(false);
  EXPECT_FALSE(heap_.enabled());
  for (int i = 0; i < 10; ++i) Make(heap_, map_);
  heap_.SetThresholds(0, 1, 1);
  heap_.SetEnabled(true);
  for (int i = 0; i < 10; ++i) Make(heap_, map_);
  EXPECT_EQ(recording_.Log(), "");
  EXPECT_EQ(heap_.count(0), 20);
  EXPECT_EQ(heap_.Collect(1), 0);  // which it does on demand
  EXPECT_EQ(recording_.Log(), "collect 1 done 0");
  EXPECT_FALSE(recording_.last.automatic);
  EXPECT_EQ(heap_.count(2), 1);
  heap_.SetThresholds(1, 1, 1);
  Make(heap_, map_);
  Make(heap_, map_);
  EXPECT_EQ(recording_.Log(), "auto 0 done 0");
}

TEST_P(Collecting, BirthsThatFailDoNotCount) {
  recording_.records_collections = true;
  heap_.SetThresholds(1, 1, 1);
  const Object a = Make(heap_, bag_);
  heap_.FailAllocation(1);
  EXPECT_EQ(Make(heap_, bag_), kNull);
  heap_.FailAllocation(1);
  EXPECT_EQ(heap_.NewWeak(a), kNull);
  heap_.FailAllocation(2);
  heap_.FailAllocation(0);
  EXPECT_EQ(recording_.Log(), "");
  EXPECT_EQ(heap_.count(0), 1);
  EXPECT_EQ(heap_.size(), 1);
  EXPECT_EQ(heap_.Verify({a}), "");
  heap_.FailAllocation(2);
  const Object b = Make(heap_, bag_);
  EXPECT_EQ(recording_.Log(), "auto 0 done 0");
  EXPECT_EQ(Make(heap_, bag_), kNull);
  const size_t bytes = heap_.bytes();
  for (int i = 0; i < 20'000; ++i) {  // nor leak
    heap_.FailAllocation(1);
    ASSERT_EQ(heap_.New(bag_), kNull);
  }
  EXPECT_EQ(heap_.bytes(), bytes);
  Release({a, b});
}

// How many of 40 collections on the way are full when everything survives.
int64_t FullCollections(bool waits) {
  Heap heap({.full_collection_waits = waits});
  const TypeId type = heap.Register(Describe(Kind::kRun));
  heap.SetThresholds(0, 0, 0);
  for (int i = 0; i < 1000; ++i) heap.New(type);
  heap.Collect();
  heap.SetThresholds(10, 1, 1);
  for (int i = 0; i < 40 * 11; ++i) heap.New(type);
  return heap.stats(2).collections - 1;
}

// 2.6 has one after every second collection of the middle generation, which are every third; later
// ones wait for 250 more survivors there.
TEST(FullCollection, WaitsForAQuarter) {
  EXPECT_EQ(FullCollections(/*waits=*/false), 5);
  EXPECT_EQ(FullCollections(/*waits=*/true), 1);
}

// --- What it finds, and says

TEST_P(Collecting, Statistics) {
  recording_.records_collections = true;
  for (int i = 0; i < 3; ++i) recording_.NewTrash(bag_, "b");
  recording_.NewTrash(mortal_, "m");
  EXPECT_EQ(heap_.Collect(0), 4);
  EXPECT_EQ(recording_.last.generation, 0);
  EXPECT_EQ(recording_.last.unreachable, 4);
  EXPECT_EQ(recording_.last.collected, once() ? 4 : 3);
  EXPECT_EQ(recording_.last.uncollectable, once() ? 0 : 1);
  EXPECT_EQ(heap_.Collect(0), 0);
  EXPECT_EQ(heap_.stats(0).collections, 2);
  EXPECT_EQ(heap_.stats(0).collected, once() ? 4 : 3);
  EXPECT_EQ(heap_.stats(0).uncollectable, once() ? 0 : 1);
  EXPECT_EQ(heap_.stats(1).collections, 0);
  EXPECT_EQ(recording_.Log(), once() ? "collect 0 finalize m free b free b free b free m done 4 "
                                       "collect 0 done 0"
                                     : "collect 0 free b free b free b garbage m done 4 "
                                       "collect 0 done 0");
}

TEST_P(Collecting, WithinACollectionDoesNothingButIsAnnounced) {
  recording_.records_collections = true;
  recording_.NewTrash(bag_, "b");
  const auto collect_once = [&](int generation) {
    return [this, generation, done = false]() mutable {
      if (!std::exchange(done, true)) EXPECT_EQ(heap_.Collect(generation), 0);
    };
  };
  recording_.started = collect_once(1);
  recording_.callback = [&](Object) {
    EXPECT_EQ(heap_.Collect(2), 0);
    recording_.stopped = collect_once(0);
  };
  const Object w = recording_.NewWeak(heap_.GetObjects(0)[0], "w");
  EXPECT_EQ(heap_.Collect(), 1);
  EXPECT_EQ(recording_.Log(),
            "collect 2 collect 1 done 0 callback w (collect 2 done 0) free b done 1 "
            "collect 0 done 0");
  EXPECT_EQ(heap_.stats(0).collections + heap_.stats(1).collections, 0);
  EXPECT_EQ(heap_.stats(2).collections, 1);
  heap_.Release(w);
}

TEST_P(Collecting, GenerationsGrowOlder) {
  const Object a = Make(heap_, bag_);
  const Object leaf = Make(heap_, recording_.Register(Kind::kLeaf));
  AddReference(heap_, a, leaf);
  for (int generation = 0; generation < kGenerations; ++generation) {
    EXPECT_EQ(heap_.GetObjects(generation), Names{a});
    Names all;
    heap_.ForEachTracked([&](Object object, int its) {
      EXPECT_EQ(its, generation);
      all.push_back(object);
    });
    EXPECT_EQ(all, Names{a});
    heap_.Collect(generation);
  }
  EXPECT_EQ(heap_.GetObjects(2), Names{a});
  EXPECT_TRUE(heap_.IsTracked(a));
  EXPECT_FALSE(heap_.IsTracked(leaf));
  Release({a, leaf});
}

TEST_P(Collecting, ObjectsReferencedFromOutsideSurvive) {
  const Object kept = recording_.New(bag_, "kept");
  const Object trash = recording_.NewTrash(map_, "trash");
  AddReference(heap_, trash, kept);
  const Object own = recording_.New(mortal_, "own");
  const Object inner = recording_.New(mortal_, "inner");
  TransferReference(heap_, own, inner);
  TransferReference(heap_, trash, own);
  // An object that only trash references is trash, and dies with it, unless it is uncollectable.
  EXPECT_EQ(heap_.Collect(), once() ? 3 : 1);
  EXPECT_EQ(heap_.References(kept), 1u);
  EXPECT_EQ(heap_.Verify({kept}), "");
  EXPECT_EQ(heap_.size(), 1);
  heap_.Release(kept);
}

// --- The garbage list

TEST_P(Collecting, SaveAllKeepsTrashInTheGarbageList) {
  heap_.SetDebugOutput([](std::string_view) {});
  heap_.SetDebug(kDebugSaveAll);
  Names objects;
  for (const TypeId type : {bag_, map_, mortal_}) {
    objects.push_back(recording_.NewTrash(type, std::to_string(type)));
  }
  EXPECT_EQ(heap_.Collect(), 3);
  EXPECT_EQ(heap_.garbage_size(), 3u);
  for (size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(heap_.Garbage(k), objects[k]);
    EXPECT_EQ(heap_.References(objects[k]), 2u);
    EXPECT_EQ(heap_.GetReferents(objects[k]), Names{objects[k]});
  }
  EXPECT_EQ(heap_.GetObjects(2), objects);
  EXPECT_EQ(heap_.Verify({}), "");
  EXPECT_EQ(heap_.Collect(), 0);
  heap_.ClearGarbage();
  EXPECT_EQ(heap_.garbage_size(), 0u);
  EXPECT_EQ(heap_.size(), 3);
  heap_.SetDebug(0);
  EXPECT_EQ(heap_.Collect(), 3);
  EXPECT_EQ(heap_.garbage_size(), once() ? 0u : 1u);
}

// The list is empty while its elements die, the last one first; and user code fills it again.
TEST_P(Collecting, ClearGarbageFromWithinAFinalizer) {
  heap_.SetDebug(kDebugSaveAll);
  const Object a = recording_.NewTrash(map_, "a");
  const Object b = recording_.NewTrash(map_, "b");
  const Object c = recording_.NewTrash(map_, "c");
  EXPECT_EQ(heap_.Collect(), 3);
  for (const Object object : {a, b, c}) ClearReferences(heap_, object);
  TransferReference(heap_, b, recording_.New(mortal_, "m"));
  recording_.finalize = [&](Object) {
    EXPECT_EQ(heap_.garbage_size(), 0u);
    recording_.NewTrash(bag_, "d");
    EXPECT_EQ(heap_.Collect(), 1);
    EXPECT_EQ(heap_.garbage_size(), 1u);
    ClearReferences(heap_, heap_.Garbage(0));
    heap_.ClearGarbage();
    EXPECT_EQ(heap_.garbage_size(), 0u);
    recording_.NewTrash(bag_, "e");
    EXPECT_EQ(heap_.Collect(), 1);
  };
  recording_.Log();
  heap_.ClearGarbage();
  EXPECT_EQ(recording_.Log(),
            "free c finalize m (garbage d free d garbage e) free m free b free a");
  EXPECT_EQ(heap_.garbage_size(), 1u);
  EXPECT_EQ(heap_.Verify({}), "");
  ClearReferences(heap_, heap_.Garbage(0));
  heap_.ClearGarbage();
  EXPECT_EQ(heap_.size(), 0);
}

// --- User code does as it likes

TEST_P(Collecting, FinalizersThatAllocateCollectAndDrop) {
  heap_.SetThresholds(2, 1, 1);
  int left = 200;
  Names held;
  recording_.finalize = [&](Object self) {
    if (left-- <= 0) return;
    for (const Object object : {Make(heap_, mortal_), Make(heap_, bag_)}) {
      AddReference(heap_, object, object);
      held.push_back(object);
    }
    held.push_back(heap_.NewWeak(self));
    if (left % 7 == 0) heap_.Collect(left % 3);
    if (left % 5 == 0) heap_.ClearGarbage();
    if (held.size() > 4) {
      const Names dropped = std::exchange(held, {});
      for (const Object object : dropped) {
        if (!heap_.IsWeak(object)) ClearReferences(heap_, object);
      }
      Release(dropped);
    }
    EXPECT_EQ(heap_.Verify(held), "");
  };
  heap_.Release(Make(heap_, mortal_));
  while (left > 0) heap_.Release(Make(heap_, mortal_));
  const Names last = std::exchange(held, {});
  for (const Object object : last) {
    if (!heap_.IsWeak(object)) ClearReferences(heap_, object);
  }
  Release(last);
  EXPECT_EQ(heap_.Verify({}), "");
  for (int i = 0; i < 2; ++i) {
    Names garbage;
    for (size_t k = 0; k < heap_.garbage_size(); ++k) garbage.push_back(heap_.Garbage(k));
    for (const Object object : garbage) ClearReferences(heap_, object);
    heap_.ClearGarbage();
    heap_.Collect();
  }
  EXPECT_EQ(heap_.size(), 0);
}

// The collection that is about to run takes what is made as it is announced; an object whose birth
// caused it does not exist yet.
TEST_P(Collecting, CollectionStartedMakesTrashAndSurvivors) {
  recording_.records_collections = true;
  heap_.SetThresholds(1, 100, 100);
  const Object a = recording_.New(map_, "a");
  Object survivor = kNull;
  Object weak = kNull;
  bool within = false;
  recording_.started = [&] {
    if (std::exchange(within, true)) return;
    for (int i = 0; i < 5000; ++i) recording_.NewTrash(bag_, "t");  // tables grow
    survivor = recording_.New(map_, "s");
    weak = recording_.NewWeak(survivor, "w");
    heap_.Release(a);
  };
  const Object b = recording_.New(map_, "b");
  EXPECT_EQ(recording_.last.unreachable, 5000);
  EXPECT_EQ(heap_.GetObjects(0), Names{b});
  EXPECT_EQ(heap_.GetObjects(1), (Names{survivor, weak}));
  EXPECT_EQ(heap_.Verify({b, survivor, weak}), "");
  Release({b, survivor, weak});
  EXPECT_EQ(heap_.size(), 0);
}

// A finalizer makes so many objects that the youngest generation is due again.
TEST_P(Collecting, IsDoneOnceForEachBirth) {
  if (!once()) GTEST_SKIP() << "no finalizer runs within a collection";
  recording_.records_collections = true;
  Names made;
  recording_.finalize = [&](Object) {
    for (int i = 0; i < 10; ++i) made.push_back(Make(heap_, map_));
  };
  heap_.SetEnabled(false);
  const Object mortal = recording_.New(mortal_, "m");
  AddReference(heap_, mortal, mortal);
  heap_.Collect(0);
  heap_.SetThresholds(3, 1, 100);
  heap_.SetEnabled(true);
  heap_.Release(mortal);
  while (heap_.size() > static_cast<int64_t>(made.size())) {
    recording_.Log();
    made.push_back(recording_.New(map_, "n"));
  }
  EXPECT_EQ(recording_.Log(), "auto 1 finalize m free m done 1");
  made.push_back(recording_.New(map_, "n"));
  EXPECT_EQ(recording_.Log(), "auto 0 done 0") << "but at the next birth";
  Release(made);
}

// Tables move and lists grow while a collection is in the middle of them.
TEST_P(Collecting, CallbacksThatMakeManyObjects) {
  Names weaks;
  for (int i = 0; i < 20; ++i)
    weaks.push_back(recording_.NewWeak(recording_.NewTrash(bag_, "t"), "w"));
  for (int i = 0; i < 20; ++i)
    AddReference(heap_, recording_.NewTrash(map_, "u"), recording_.New(mortal_, "m"));
  Names made;
  const auto make = [&](Object) {
    for (int i = 0; i < 1000; ++i) made.push_back(Make(heap_, i % 2 == 0 ? bag_ : map_));
  };
  recording_.callback = make;
  recording_.finalize = make;
  for (const Object object : heap_.GetObjects(0)) {
    if (!heap_.IsWeak(object) && heap_.TypeOf(object) == mortal_) heap_.Release(object);
  }
  heap_.SetEnabled(false);
  EXPECT_EQ(heap_.Collect(), once() ? 60 : 40);
  EXPECT_EQ(made.size(), 40'000u);
  EXPECT_EQ(heap_.GetObjects(0), made);
  Names held = made;
  held.insert(held.end(), weaks.begin(), weaks.end());
  EXPECT_EQ(heap_.Verify(held), "");
  EXPECT_EQ(heap_.size(), static_cast<int64_t>(held.size()));
  Release(held);
  EXPECT_EQ(Bag::alive, 0);
}

// A finalizer of trash resurrects a part of the cycle, through a weak reference too.
TEST(Once, ResurrectionFromACycle) {
  RecordingHeap recording(Rules::Finalizers::kOnce);
  const TypeId map = recording.Register(Kind::kMap);
  const TypeId mortal = recording.Register(Kind::kRun, /*has_finalizer=*/true);
  const Object a = recording.New(mortal, "a");
  const Object b = recording.New(map, "b");
  AddReference(recording.heap, a, b);
  TransferReference(recording.heap, b, recording.New(map, "c"));
  AddReference(recording.heap, a, a);
  recording.heap.Release(b);
  recording.heap.Release(a);
  const Object w = recording.NewWeak(b, "w");
  Object weak = kNull;
  recording.finalize = [&](Object self) {
    EXPECT_EQ(recording.heap.Target(w), kNull);  // cleared before
    weak = recording.NewWeak(recording.heap.Slot(self, 0), "late");
    recording.heap.Retain(recording.heap.Slot(self, 0));
  };
  EXPECT_EQ(recording.heap.Collect(), 1);
  EXPECT_EQ(recording.Log(), "callback w finalize a free a");
  EXPECT_EQ(recording.heap.Target(weak), b);
  EXPECT_EQ(recording.heap.GetReferents(b).size(), 1u);
  EXPECT_EQ(recording.heap.Verify({b, w, weak}), "");
  recording.heap.Release(b);
  EXPECT_EQ(recording.Log(), "callback late free c free b");
}

// Weak references that are trash are cleared too, whatever they refer to.
TEST(Once, ATrashWeakReferenceThatComesBack) {
  RecordingHeap recording(Rules::Finalizers::kOnce);
  const Object target = recording.New(recording.Register(Kind::kMap), "target");
  const Object a = recording.NewTrash(recording.Register(Kind::kRun, /*has_finalizer=*/true), "a");
  const Object weak = recording.NewWeak(target, "weak");
  TransferReference(recording.heap, a, weak);
  recording.finalize = [&](Object) { recording.heap.Retain(weak); };
  EXPECT_EQ(recording.heap.Collect(), 1);
  EXPECT_EQ(recording.heap.Target(weak), kNull);
  recording.heap.Release(target);
  EXPECT_EQ(recording.Log(), "finalize a free a free target");
  EXPECT_EQ(recording.heap.Verify({weak}), "");
  recording.heap.Release(weak);
}

// Both are released before either dies.
TEST_P(Collecting, ReleaseBoth) {
  const Object a = recording_.New(mortal_, "a");
  const Object b = recording_.New(mortal_, "b");
  const Object w = recording_.NewWeak(b, "w", /*has_callback=*/false);
  recording_.finalize = [&](Object self) {
    if (self != a) return;
    EXPECT_EQ(heap_.Target(w), kNull);
    EXPECT_FALSE(heap_.IsTracked(b));
  };
  heap_.ReleaseBoth(a, b);
  EXPECT_EQ(recording_.Log(), "finalize a free a finalize b free b");
  const Object c = recording_.New(map_, "c");
  heap_.Retain(c);
  heap_.ReleaseBoth(c, c);
  EXPECT_EQ(recording_.Log(), "free c");
  heap_.Release(w);
  EXPECT_EQ(heap_.Verify({}), "");
}

INSTANTIATE_TEST_SUITE_P(Rules, Collecting, testing::ValuesIn(kBothRules));

}  // namespace
}  // namespace ouro::heap
