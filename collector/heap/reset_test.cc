// SPDX-License-Identifier: Apache-2.0

// Reset makes a heap as it was when it was new, but for its types, debug output, clock and storage:
// whatever happened before, nothing of it shows afterwards.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

int64_t allocations = 0;
constexpr Allocator kCounting = {
    [](size_t bytes) {
      ++allocations;
      return kDefaultAllocator.allocate(bytes);
    },
    [](void* memory, size_t bytes) { kDefaultAllocator.release(memory, bytes); }};

class ResetTest : public testing::TestWithParam<Rules::Finalizers>, public Listener {
 protected:
  void CollectionStarted(int generation, bool automatic) override {
    log_ += (automatic ? "auto " : "collect ") + std::to_string(generation) + " ";
  }
  void Freed(Object) override { log_ += "free "; }
  void GarbageAppended(Object) override { log_ += "garbage "; }

  // Something of everything.
  void Live() {
    heap_.SetThresholds(3, 1, 1);
    std::vector<Object> held;
    const Object map = heap_.NewMap();
    for (int i = 0; i < 3000; ++i) {
      const Object object = Make(heap_, types_[static_cast<size_t>(i) % types_.size()]);
      held.push_back(object);
      if (i % 7 == 0) AddReference(heap_, object, object);
      if (i % 5 == 0) held.push_back(heap_.NewWeak(object, [](Heap&, Object) {}));
      if (i % 3 == 0) heap_.Put(map, object, held[held.size() / 2]);
    }
    for (size_t i = 0; i < held.size(); i += 2) heap_.Release(held[i]);
    heap_.SetDebugOutput([](std::string_view) { throw 1; });
    heap_.SetDebug(kDebugLeak | kDebugStats);
    heap_.Collect();
    heap_.FailAllocation(5);
    heap_.SetEnabled(false);
    log_.clear();
  }
  void ExpectNew() {
    for (int i = 0; i < kGenerations; ++i) {
      EXPECT_EQ(heap_.threshold(i), i == 0 ? 700 : 10);
      EXPECT_EQ(heap_.count(i), 0);
      EXPECT_EQ(heap_.stats(i).collections, 0);
      EXPECT_EQ(heap_.stats(i).collected, 0);
      EXPECT_EQ(heap_.stats(i).uncollectable, 0);
      EXPECT_TRUE(heap_.GetObjects(i).empty());
    }
    EXPECT_TRUE(heap_.enabled());
    EXPECT_EQ(heap_.debug(), 0u);
    EXPECT_EQ(heap_.debug_lost(), 0);
    EXPECT_EQ(heap_.garbage_size(), 0u);
    EXPECT_EQ(heap_.Garbage(0), kNull);
    EXPECT_EQ(heap_.size(), 0);
    EXPECT_EQ(heap_.Verify({}), "");
    EXPECT_EQ(Bag::alive, 0);
  }
  // When collections happen as objects are made that all survive.
  std::string Schedule() {
    log_.clear();
    heap_.SetThresholds(10, 1, 1);
    for (int i = 0; i < 600; ++i) heap_.New(types_[0]);
    return log_;
  }

  Heap heap_{Rules{.finalizers = GetParam()}, nullptr, this, kCounting};
  const std::vector<TypeId> types_ = [this] {
    std::vector<TypeId> types;
    for (const Kind kind : kContainers) types.push_back(heap_.Register(Describe(kind)));
    Type mortal = Describe(Kind::kRun);
    mortal.finalize = [](Heap&, Object) {};
    types.push_back(heap_.Register(mortal));
    return types;
  }();
  std::string log_;
};

INSTANTIATE_TEST_SUITE_P(BothRules, ResetTest, testing::ValuesIn(kBothRules), [](const auto& info) {
  return info.param == Rules::Finalizers::kOnce ? "Once" : "Uncollectable";
});

// "Forgets every object, setting and count, as silently as ~Heap"
TEST_P(ResetTest, ForgetsEverythingSilently) {
  ExpectNew();
  for (int i = 0; i < 3; ++i) {
    Live();
    heap_.Reset();
    EXPECT_EQ(log_, "");
    ExpectNew();
  }
}

TEST_P(ResetTest, OfANewHeapDoesNothing) {
  heap_.Reset();
  heap_.Reset();
  ExpectNew();
}

// How many objects are old, and how many have survived since, are counts as well.
TEST_P(ResetTest, ForgetsWhatTheScheduleKnew) {
  const std::string first = Schedule();
  EXPECT_NE(first.find("auto 2"), std::string::npos);
  heap_.Reset();
  EXPECT_EQ(Schedule(), first);
  Live();
  heap_.Reset();
  EXPECT_EQ(Schedule(), first);
}

TEST_P(ResetTest, ForgetsTheAllocationThatWasToFail) {
  heap_.FailAllocation(1);
  heap_.Reset();
  EXPECT_NE(heap_.New(types_[0]), kNull);
}

TEST_P(ResetTest, TurnsAutomaticCollectionsOnAgain) {
  heap_.SetEnabled(false);
  heap_.SetThresholds(0, 1, 1);
  heap_.Reset();
  log_.clear();
  for (int i = 0; i < 700; ++i) heap_.New(types_[0]);
  EXPECT_EQ(log_, "");
  heap_.New(types_[0]);
  EXPECT_EQ(log_, "auto 0 ");
}

// "Keeps types, debug output and clock"
TEST_P(ResetTest, KeepsTypesDebugOutputAndClock) {
  std::string lines;
  heap_.SetDebugOutput([&lines](std::string_view line) { lines += line; });
  double time = 0;
  heap_.SetDebugClock([&time] { return time += 2; });
  heap_.Reset();
  for (const TypeId type : types_) {
    const Object object = Make(heap_, type);
    EXPECT_EQ(heap_.TypeOf(object), type);
    heap_.Release(object);
  }
  EXPECT_EQ(heap_.Register({.name = "next"}), types_.back() + 1);
  heap_.SetDebug(kDebugStats);
  heap_.Collect();
  EXPECT_NE(lines.find("gc: done, 2.0000s elapsed.\n"), std::string::npos) << lines;
}

// "and the storage for reuse"
TEST_P(ResetTest, KeepsTheStorage) {
  const auto fill = [this] {
    const Object map = heap_.NewMap();
    for (int i = 0; i < 20'000; ++i) {
      const Object object = heap_.New(types_[0]);
      if (i % 10 == 0) heap_.NewWeak(object);
      if (i % 10 == 0) heap_.Put(map, object, object);
    }
  };
  heap_.SetEnabled(false);
  fill();
  const size_t bytes = heap_.bytes();
  heap_.Reset();
  heap_.SetEnabled(false);
  EXPECT_EQ(heap_.bytes(), bytes);
  const int64_t before = allocations;
  fill();
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(heap_.bytes(), bytes);
  heap_.Reset();
  heap_.Trim();
  EXPECT_LT(heap_.bytes(), bytes / 2) << "which Trim returns at once";
  EXPECT_EQ(heap_.Verify({}), "");
}

// ... also that of entries.
TEST_P(ResetTest, LeavesEntriesToATrim) {
  const auto bytes_after = [this](int entries) {
    heap_.SetEnabled(false);
    const Object map = heap_.NewMap();
    for (int i = 0; i < 1000; ++i) {
      const Object key = heap_.New(types_[0]);
      if (i < entries) heap_.Put(map, key, key);
    }
    heap_.Reset();
    heap_.Trim();
    return heap_.bytes();
  };
  const size_t bytes = bytes_after(0);
  EXPECT_EQ(bytes_after(1000), bytes);
}

// More cells than are taken had been handed out.
TEST_P(ResetTest, ForgetsTheWeakReferencesOfAllCells) {
  const TypeId leaf = heap_.Register(Describe(Kind::kLeaf));
  for (int round = 0; round < 3; ++round) {
    std::vector<Object> held;
    for (uint32_t i = 0; i < Storage::kPageCells; ++i) held.push_back(heap_.New(leaf));
    const size_t leaves = held.size();
    for (size_t i = 0; i < leaves; i += 64) held.push_back(heap_.NewWeak(held[i]));
    ASSERT_EQ(heap_.Verify(held), "") << "round " << round;
    for (size_t i = 0; i < 3000; ++i) heap_.Release(held[i]);
    heap_.Reset();
  }
}

// Weak references, entries and flags of the objects before are not those of the next.
TEST_P(ResetTest, GivesHandlesToObjectsThatHaveNothingOfTheOnesBefore) {
  Live();
  heap_.Reset();
  heap_.SetEnabled(false);
  std::vector<Object> held;
  for (int i = 0; i < 4000; ++i) {
    held.push_back(Make(heap_, types_[static_cast<size_t>(i) % types_.size()]));
    ASSERT_FALSE(heap_.IsFinalized(held.back()));
    ASSERT_TRUE(heap_.GetReferents(held.back()).empty());
    ASSERT_EQ(heap_.References(held.back()), 1u);
  }
  const Object map = heap_.NewMap();
  for (const Object object : held) ASSERT_EQ(heap_.Lookup(map, object), kNull);
  int calls = 0;
  const auto count = [](Heap& h, Object weak) { ++*static_cast<int*>(h.WeakContext(weak)); };
  for (size_t i = 0; i < 4000; ++i) held.push_back(heap_.NewWeak(held[i], count, &calls));
  held.push_back(map);
  EXPECT_EQ(heap_.Verify(held), "");
  for (size_t i = 0; i < 4000; ++i) heap_.Release(held[i]);
  EXPECT_EQ(calls, 4000);
  held.erase(held.begin(), held.begin() + 4000);
  for (const Object object : held) heap_.Release(object);
  EXPECT_EQ(heap_.size(), 0);
}

}  // namespace
}  // namespace ouro::heap
