// SPDX-License-Identifier: Apache-2.0

// Two heaps are independent of each other: no setting, limit, listener or running collection of one
// is seen by the other, not even when the user code of one works on the other.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/recording_heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

// What each heap was asked for.
size_t asked[2] = {};
template <int kIndex>
constexpr Allocator kAsked = {[](size_t bytes) {
                                asked[kIndex] += bytes;
                                return kDefaultAllocator.allocate(bytes);
                              },
                              [](void* memory, size_t bytes) {
                                asked[kIndex] -= bytes;
                                kDefaultAllocator.release(memory, bytes);
                              }};

// All that can be seen of a heap's settings and counts.
std::string Seen(const Heap& heap) {
  std::string text;
  const auto add = [&text](const char* what, int64_t number) {
    text += std::string(what) + "=" + std::to_string(number) + " ";
  };
  for (int i = 0; i < kGenerations; ++i) {
    add("threshold", heap.threshold(i));
    add("count", heap.count(i));
    add("objects", static_cast<int64_t>(heap.GetObjects(i).size()));
    add("collections", heap.stats(i).collections);
    add("collected", heap.stats(i).collected);
    add("uncollectable", heap.stats(i).uncollectable);
  }
  add("enabled", heap.enabled());
  add("debug", heap.debug());
  add("lost", heap.debug_lost());
  add("garbage", static_cast<int64_t>(heap.garbage_size()));
  add("size", heap.size());
  add("bytes", static_cast<int64_t>(heap.bytes()));
  add("limit", heap.handle_limit());
  return text;
}

class TwoHeaps : public testing::Test {
 protected:
  void SetUp() override {
    for (RecordingHeap* recording : {&one_, &two_}) {
      recording->heap.SetEnabled(false);
      recording->heap.SetDebugClock([] { return 1.0; });
    }
    one_.heap.SetDebugOutput([this](std::string_view line) { lines_[0] += line; });
    two_.heap.SetDebugOutput([this](std::string_view line) { lines_[1] += line; });
    node_ = one_.Register(Kind::kSlots);
    mortal_ = one_.Register(Kind::kRun, /*has_finalizer=*/true);
    EXPECT_EQ(two_.Register(Kind::kSlots), node_);
    EXPECT_EQ(two_.Register(Kind::kRun, /*has_finalizer=*/true), mortal_);
  }
  void TearDown() override {
    EXPECT_EQ(one_.heap.Verify(held_[0]), "");
    EXPECT_EQ(two_.heap.Verify(held_[1]), "");
  }
  // Runs `change` on the first heap, which must not change what is seen of the second.
  void ExpectNoInfluence(const char* what, const std::function<void(Heap&)>& change) {
    SCOPED_TRACE(what);
    const std::string before = Seen(two_.heap);
    two_.Log();
    change(one_.heap);
    EXPECT_EQ(Seen(two_.heap), before);
    EXPECT_EQ(two_.Log(), "");
    EXPECT_EQ(lines_[1], "");
  }

  RecordingHeap one_{Rules::Finalizers::kUncollectable};
  RecordingHeap two_{Rules::Finalizers::kOnce};
  std::string lines_[2];
  std::vector<Object> held_[2];
  TypeId node_ = 0;
  TypeId mortal_ = 0;
};

// Each call of heap.h that changes anything.
TEST_F(TwoHeaps, NoCallOfOneIsSeenByTheOther) {
  const Object kept = two_.New(node_, "kept");
  two_.NewTrash(mortal_, "trash");
  two_.heap.SetDebug(kDebugSaveAll);
  two_.heap.Collect();
  two_.heap.SetThresholds(123, 45, 6);
  held_[1] = {kept};
  Object a = kNull;
  Object weak = kNull;
  Object map = kNull;
  ExpectNoInfluence("SetThresholds", [](Heap& h) { h.SetThresholds(7, 8, 9); });
  ExpectNoInfluence("SetEnabled", [](Heap& h) { h.SetEnabled(true); });
  ExpectNoInfluence("SetDebug", [](Heap& h) { h.SetDebug(kDebugStats | kDebugLeak); });
  ExpectNoInfluence("Register", [](Heap& h) { h.Register({.name = "more"}); });
  ExpectNoInfluence("New", [&](Heap&) { a = one_.New(node_, "a"); });
  ExpectNoInfluence("NewWeak", [&](Heap&) { weak = one_.NewWeak(a, "w"); });
  ExpectNoInfluence("NewMap", [&](Heap& h) { map = h.NewMap(); });
  ExpectNoInfluence("Put", [&](Heap& h) { h.Put(map, a, weak); });
  ExpectNoInfluence("Store", [&](Heap& h) { h.Store(h.Slot(a, 0), a); });
  ExpectNoInfluence("Retain", [&](Heap& h) { h.Retain(a); });
  ExpectNoInfluence("Release", [&](Heap& h) { h.Release(a); });
  ExpectNoInfluence("many", [&](Heap& h) {
    for (int i = 0; i < 20'000; ++i) h.Release(h.New(node_));
    for (int i = 0; i < 5'000; ++i) one_.NewTrash(node_, "t");
  });
  ExpectNoInfluence("Collect", [](Heap& h) { EXPECT_GT(h.Collect(), 0); });
  EXPECT_GE(one_.heap.garbage_size(), 5000u);
  EXPECT_NE(lines_[0], "");
  ExpectNoInfluence("ClearGarbage", [](Heap& h) { h.ClearGarbage(); });
  ExpectNoInfluence("FailAllocation", [](Heap& h) { h.FailAllocation(1); });
  const Object more = two_.New(node_, "more");
  EXPECT_NE(more, kNull) << "the limit of one heap is not the other's";
  held_[1].push_back(more);
  ExpectNoInfluence("Trim", [](Heap& h) { h.Trim(); });
  ExpectNoInfluence("Reset", [](Heap& h) { h.Reset(); });
  EXPECT_EQ(two_.heap.References(kept), 1u);
}

TEST_F(TwoHeaps, FailAllocationCountsTheAllocationsOfItsHeap) {
  one_.heap.FailAllocation(2);
  for (int i = 0; i < 5; ++i) held_[1].push_back(two_.New(node_, "other"));
  EXPECT_NE(one_.New(node_, "first"), kNull);
  held_[0].push_back(one_.heap.GetObjects(0)[0]);
  for (int i = 0; i < 5; ++i) held_[1].push_back(two_.New(node_, "other"));
  EXPECT_EQ(one_.heap.New(node_), kNull);
  for (const Object object : held_[1]) EXPECT_NE(object, kNull);
}

TEST_F(TwoHeaps, EachAsksItsAllocator) {
  Heap a({}, nullptr, nullptr, kAsked<0>);
  Heap b({}, nullptr, nullptr, kAsked<1>);
  const TypeId type_of_a = a.Register(Describe(Kind::kRun));
  const TypeId type_of_b = b.Register(Describe(Kind::kRun));
  for (int i = 0; i < 10'000; ++i) a.New(type_of_a);
  EXPECT_EQ(asked[0], a.bytes());
  EXPECT_EQ(asked[1], b.bytes());
  EXPECT_GT(a.bytes(), b.bytes());
  for (int i = 0; i < 20'000; ++i) b.New(type_of_b);
  EXPECT_EQ(asked[0], a.bytes());
  EXPECT_EQ(asked[1], b.bytes());
}

// Not thread-safe, but independent of each other.
TEST_F(TwoHeaps, WorkInTwoThreads) {
  const auto work = [this](RecordingHeap& recording) {
    for (int i = 0; i < 20'000; ++i) {
      MakeTrash(recording.heap, node_);
      if (i % 1000 == 0) recording.heap.Collect();
    }
    recording.heap.Collect();
  };
  std::thread other([&] { work(one_); });
  work(two_);
  other.join();
  for (RecordingHeap* recording : {&one_, &two_}) {
    EXPECT_EQ(recording->heap.size(), 0);
    EXPECT_EQ(recording->heap.stats(2).collected, 20'000);
  }
}

TEST_F(TwoHeaps, TheLimitsOfTheScheduleAreEachOnesOwn) {
  one_.heap.SetThresholds(5, 1, 1);
  one_.heap.SetEnabled(true);
  two_.heap.SetThresholds(3, 1, 1);
  two_.heap.SetEnabled(true);
  one_.records_collections = two_.records_collections = true;
  for (int i = 0; i < 4; ++i) {
    held_[0].push_back(one_.New(node_, "a"));
    held_[1].push_back(two_.New(node_, "b"));
  }
  EXPECT_EQ(one_.Log(), "");
  EXPECT_EQ(two_.Log(), "auto 0 done 0");
}

// What is set is seen in Seen; that it has no effect on the other is seen in what that does.
TEST_F(TwoHeaps, TheOtherDoesWhatItDidBefore) {
  const std::function<void(Heap&)> changes[] = {
      [](Heap& h) { h.SetEnabled(true); },
      [](Heap& h) { h.SetEnabled(false); },
      [](Heap& h) { h.SetThresholds(0, 1, 1); },
      [](Heap& h) { h.SetThresholds(1000, 1, 1); },
      [](Heap& h) { h.SetThresholds(1, 0, 0); },
      [](Heap& h) { h.FailAllocation(1); },
      [](Heap& h) { h.SetDebug(kDebugSaveAll | kDebugStats); },
      [](Heap& h) { h.SetDebugOutput([](std::string_view) { throw 1; }); },
      [](Heap& h) { h.SetDebugClock([] { return 1e9; }); },
      [](Heap& h) { h.Collect(); },
      [](Heap& h) { h.Trim(); },
      [](Heap& h) { h.Reset(); },
  };
  two_.heap.SetDebug(kDebugStats);
  for (const auto& change : changes) {
    two_.heap.SetThresholds(3, 100, 100);
    two_.heap.SetEnabled(true);
    two_.heap.Collect();
    lines_[1].clear();
    change(one_.heap);
    two_.records_collections = true;
    two_.Log();
    std::vector<Object> made;
    for (int i = 0; i < 3; ++i) made.push_back(two_.New(node_, "b"));
    two_.NewTrash(node_, "t");
    EXPECT_EQ(two_.Log(), "auto 0 done 0");
    EXPECT_EQ(two_.heap.Collect(), 1);
    EXPECT_EQ(two_.Log(), "collect 2 free t done 1");
    EXPECT_EQ(lines_[1].substr(lines_[1].rfind("gc: ")),
              "gc: done, 1 unreachable, 0 uncollectable, 0.0000s elapsed.\n");
    two_.records_collections = false;
    for (const Object object : made) two_.heap.Release(object);
  }
}

TEST_F(TwoHeaps, EachHasItsContextRulesAndListener) {
  EXPECT_EQ(one_.heap.context(), &one_);
  EXPECT_EQ(two_.heap.context(), &two_);
  one_.NewTrash(mortal_, "a");
  two_.NewTrash(mortal_, "b");
  EXPECT_EQ(one_.heap.Collect(), 1);
  EXPECT_EQ(two_.heap.Collect(), 1);
  EXPECT_EQ(one_.Log(), "garbage a");
  EXPECT_EQ(two_.Log(), "finalize b free b");
  EXPECT_EQ(one_.heap.garbage_size(), 1u);
  EXPECT_EQ(two_.heap.garbage_size(), 0u);
}

// --- User code of one heap works on the other

// Everything with the second heap.
class Crossing : public TwoHeaps {
 public:
  void WorkOnTheOther() {
    if (std::exchange(working_, true)) return;
    Heap& heap = two_.heap;
    two_.Log();
    two_.NewTrash(node_, "n");
    const Object m = two_.New(mortal_, "m");
    const Object w = two_.NewWeak(m, "w");
    EXPECT_EQ(heap.Target(w), m);
    heap.SetDebug(kDebugStats);
    EXPECT_EQ(heap.Collect(), 1) << "the collection of the other heap is none of its";
    heap.SetDebug(0);
    EXPECT_NE(std::exchange(lines_[1], ""), "");
    heap.Release(m);
    heap.Release(w);
    EXPECT_EQ(two_.Log(), "free n finalize m callback w free m free w");
    for (int i = 0; i < 5'000; ++i) two_.NewTrash(node_, "t");
    heap.SetThresholds(10, 10, 10);
    heap.SetEnabled(true);
    heap.Release(two_.New(node_, "x"));
    EXPECT_GT(heap.stats(0).collections + heap.stats(1).collections, 0);
    heap.Trim();
    heap.Reset();
    EXPECT_EQ(heap.Verify({}), "");
    ++worked_;
    working_ = false;
  }

  bool working_ = false;
  int worked_ = 0;
};

TEST_F(Crossing, FinalizersOfADeath) {
  one_.finalize = [&](Object) { WorkOnTheOther(); };
  one_.heap.Release(one_.New(mortal_, "a"));
  EXPECT_EQ(worked_, 1);
  EXPECT_EQ(one_.Log(), "finalize a free a");
}

TEST_F(Crossing, CallbacksOfADeathAndOfACollection) {
  one_.callback = [&](Object) { WorkOnTheOther(); };
  const Object a = one_.New(node_, "a");
  held_[0].push_back(one_.NewWeak(a, "w"));
  one_.heap.Release(a);
  held_[0].push_back(one_.NewWeak(one_.NewTrash(node_, "b"), "v"));
  EXPECT_EQ(one_.heap.Collect(), 1);
  EXPECT_EQ(worked_, 2);
  EXPECT_EQ(one_.Log(), "callback w free a callback v free b");
}

TEST_F(Crossing, ListenersOfACollection) {
  one_.records_collections = true;
  one_.started = one_.stopped = [&] { WorkOnTheOther(); };
  one_.NewTrash(node_, "a");
  EXPECT_EQ(one_.heap.Collect(), 1);
  EXPECT_EQ(worked_, 2);
  EXPECT_EQ(one_.Log(), "collect 2 free a done 1");
}

TEST_F(Crossing, DebugOutputAndItsClock) {
  one_.heap.SetDebugOutput([&](std::string_view) { WorkOnTheOther(); });
  one_.heap.SetDebugClock([&] {
    WorkOnTheOther();
    return 1.0;
  });
  one_.heap.SetDebug(kDebugStats);
  one_.NewTrash(node_, "a");
  EXPECT_EQ(one_.heap.Collect(), 1);
  EXPECT_EQ(worked_, 3 + 2) << "three lines, two times";
}

// "It may only read from the heap": from its own.
class CrossingListener : public Crossing, public Listener {
 protected:
  void Freed(Object) override {
    if (works_) WorkOnTheOther();
  }
  void GarbageAppended(Object) override { WorkOnTheOther(); }
  bool works_ = true;
};

TEST_F(CrossingListener, FreedAndGarbageAppended) {
  Heap heap({}, nullptr, this);
  const TypeId type = heap.Register(Describe(Kind::kSlots));
  heap.Release(heap.New(type));
  EXPECT_EQ(worked_, 1);
  MakeTrash(heap, type);
  heap.Collect();
  EXPECT_EQ(worked_, 2);
  heap.SetDebug(kDebugSaveAll);
  MakeTrash(heap, type);
  heap.Collect();
  EXPECT_EQ(worked_, 3);
  EXPECT_EQ(heap.Verify({}), "");
  works_ = false;
}

TEST_F(Crossing, FunctionsOfAType) {
  Heap heap({}, this);
  Type type = DescribeBag();
  type.clear = [](Heap& h, Object object) {
    static_cast<Crossing*>(h.context())->WorkOnTheOther();
    DescribeBag().clear(h, object);
  };
  type.visit = [](const Heap& h, Object object, const Visitor& visitor) {
    static_cast<Crossing*>(h.context())->WorkOnTheOther();
    DescribeBag().visit(h, object, visitor);
  };
  type.destroy = [](Heap& h, Object object) {
    static_cast<Crossing*>(h.context())->WorkOnTheOther();
    DescribeBag().destroy(h, object);
  };
  const TypeId bag = heap.Register(type);
  MakeTrash(heap, bag);
  EXPECT_EQ(heap.Collect(), 1);
  EXPECT_GE(worked_, 3) << "visit, clear and destroy";
  const int before = worked_;
  heap.Release(Make(heap, bag));
  EXPECT_EQ(worked_, before + 2) << "clear and destroy";
  EXPECT_EQ(heap.Verify({}), "");
  EXPECT_EQ(Bag::alive, 0);
}

}  // namespace
}  // namespace ouro::heap
