// SPDX-License-Identifier: Apache-2.0

// Memory that a heap needs no more is given back; but not by a heap that is about to need it again.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

// An allocator that counts, as a global, for functions without context need one.
struct Counts {
  int64_t allocations = 0;
  int64_t releases = 0;
  bool deny = false;
};
Counts counts;

constexpr Allocator kCounting = {[](size_t bytes) -> void* {
                                   if (counts.deny) return nullptr;
                                   ++counts.allocations;
                                   return kDefaultAllocator.allocate(bytes);
                                 },
                                 [](void* memory, size_t bytes) {
                                   ++counts.releases;
                                   kDefaultAllocator.release(memory, bytes);
                                 }};

constexpr int kMany = kPoison ? 200'000 : 1'000'000;

class Trim : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { counts = {}; }

  std::vector<Object> Fill(int objects) {
    std::vector<Object> held;
    for (int i = 0; i < objects; ++i) held.push_back(heap_.New(type_));
    return held;
  }
  void Drop(const std::vector<Object>& held) {
    for (const Object object : held) heap_.Release(object);
  }
  // Trash in cycles of two.
  void FillWithTrash(int objects) {
    for (int i = 0; i < objects; i += 2) {
      const Object a = heap_.New(type_);
      const Object b = heap_.New(type_);
      heap_.Store(heap_.Slot(a, 0), b);
      heap_.Store(heap_.Slot(b, 0), a);
      heap_.Release(a);
      heap_.Release(b);
    }
  }
  void ExpectGivenBack(size_t peak) {
    heap_.Collect();
    heap_.Collect();
    EXPECT_EQ(heap_.size(), 0);
    EXPECT_LE(heap_.bytes(), peak / 20) << "of " << peak;
    EXPECT_EQ(heap_.Verify({}), "");
  }
  // Whether it calls the allocator in the rounds after the first two.
  void ExpectKept(const std::function<void()>& round) {
    round();
    round();
    const int64_t before = counts.allocations;
    for (int i = 0; i < 5; ++i) round();
    EXPECT_EQ(counts.allocations, before);
  }

  Heap heap_{Rules{}, nullptr, nullptr, kCounting};
  const TypeId type_ = heap_.Register(Describe(Kind::kRun));
};

TEST_P(Trim, AllDied) {
  const std::vector<Object> held = Fill(GetParam());
  const size_t peak = heap_.bytes();
  Drop(held);
  ExpectGivenBack(peak);
}

TEST_P(Trim, AllWasCollected) {
  heap_.SetEnabled(false);
  FillWithTrash(GetParam());
  const size_t peak = heap_.bytes();
  ExpectGivenBack(peak);
}

// A trim has no memory for smaller tables, and keeps the old ones.
TEST_P(Trim, WithoutMemory) {
  Drop(Fill(GetParam()));
  counts.deny = true;
  heap_.Collect();
  heap_.Collect();
  EXPECT_EQ(heap_.Verify({}), "");
  counts.deny = false;
  Drop(Fill(GetParam()));
  EXPECT_EQ(heap_.Verify({}), "");
}

// What lives on stays where it is.
TEST_P(Trim, AFewLiveOn) {
  const Object target = heap_.New(type_);
  const Object weak = heap_.NewWeak(target);
  const std::vector<Object> held = Fill(GetParam());
  const size_t peak = heap_.bytes();
  const Object first = held[0];
  const Object last = held[held.size() / 8];
  const void* const payload = heap_.Payload(last);
  for (const Object object : held) {
    if (object != first && object != last) heap_.Release(object);
  }
  for (int i = 0; i < 4; ++i) heap_.Collect();
  EXPECT_LE(heap_.bytes(), peak / 2);
  EXPECT_EQ(heap_.Payload(last), payload);
  EXPECT_EQ(heap_.Target(weak), target);
  EXPECT_EQ(heap_.Verify({first, last, target, weak}), "");
  const std::vector<Object> again = Fill(GetParam());
  EXPECT_EQ(heap_.References(last), 1u);
  Drop(again);
  Drop({first, last, target, weak});
  ExpectGivenBack(peak);
}

// Nothing trims explicitly; births and deaths continue.
TEST_P(Trim, ByAutomaticCollections) {
  Heap heap({.full_collection_waits = false}, nullptr, nullptr, kCounting);
  const TypeId type = heap.Register(Describe(Kind::kRun));
  std::vector<Object> held;
  for (int i = 0; i < GetParam(); ++i) held.push_back(heap.New(type));
  const size_t peak = heap.bytes();
  for (const Object object : held) heap.Release(object);
  const int64_t collections = heap.stats(2).collections;
  while (heap.stats(2).collections < collections + 6) MakeTrash(heap, type);
  EXPECT_LE(heap.bytes(), peak / 2);
}

TEST_P(Trim, NotIfItFillsAndEmptiesAgainAndAgain) {
  ExpectKept([this] { Drop(Fill(GetParam())); });
}

// Each fill has many full collections on its way.
TEST_P(Trim, NotIfItFillsAndEmptiesAsIn26) {
  Heap heap({.full_collection_waits = false}, nullptr, nullptr, kCounting);
  const TypeId type = heap.Register(Describe(Kind::kRun));
  ExpectKept([&] {
    std::vector<Object> held;
    for (int i = 0; i < GetParam(); ++i) held.push_back(heap.New(type));
    for (const Object object : held) heap.Release(object);
  });
  EXPECT_GT(heap.stats(2).collections, 6);
}

TEST_P(Trim, NotIfItFillsAndEmptiesWithoutAutomaticCollections) {
  heap_.SetEnabled(false);
  ExpectKept([this] { Drop(Fill(GetParam())); });
}

TEST_P(Trim, NotIfItFillsAndIsCollectedAgainAndAgain) {
  heap_.SetEnabled(false);
  ExpectKept([this] {
    FillWithTrash(GetParam());
    heap_.Collect();
  });
}

TEST_P(Trim, NotIfEachRoundEndsWithACollection) {
  heap_.SetEnabled(false);
  ExpectKept([this] {
    Drop(Fill(GetParam()));
    heap_.Collect();
  });
}

INSTANTIATE_TEST_SUITE_P(Objects, Trim, testing::Values(100'000, kMany));

}  // namespace
}  // namespace ouro::heap
