// SPDX-License-Identifier: Apache-2.0

// States that only many objects reach: cached cells and page metadata, full queues, deep chains;
// and memory that is not zeroed.

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/storage.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

constexpr Allocator kJunk = {[](size_t bytes) {
                               void* memory = std::malloc(bytes);
                               return memory == nullptr ? nullptr
                                                        : std::memset(memory, 0xA5, bytes);
                             },
                             [](void* memory, size_t) { std::free(memory); }};

bool denied = false;  // allocations fail
constexpr Allocator kDenied = {
    [](size_t bytes) { return denied ? nullptr : kDefaultAllocator.allocate(bytes); },
    [](void* memory, size_t bytes) { kDefaultAllocator.release(memory, bytes); }};

// The list index of a leaf is not left uninitialized, where it might look like a member's: a
// traversal that counts two leaves as members would end before it has seen the last object.
TEST(StorageTest, LeavesInUninitializedMemory) {
  Heap heap({}, nullptr, nullptr, kJunk);
  const TypeId run = heap.Register(Describe(Kind::kRun));
  const TypeId leaf = heap.Register(Describe(Kind::kLeaf));
  const Object held = Make(heap, run);
  for (int i = 0; i < 2; ++i) TransferReference(heap, held, Make(heap, leaf));
  const Object child = Make(heap, run);
  TransferReference(heap, held, child);
  TransferReference(heap, child, Make(heap, run));
  MakeTrash(heap, run);
  EXPECT_EQ(heap.Collect(), 1);
  EXPECT_EQ(heap.size(), 5);
  EXPECT_EQ(heap.Verify({held}), "");
  heap.Release(held);
  EXPECT_EQ(heap.size(), 0);
}

// Deaths by count and by collections alternate while the number of cached cells takes every value,
// each with an odd and an even start.
TEST(StorageTest, MoreDeathsThanTheCacheHolds) {
  for (const int first : {0, 1}) {
    Heap heap({});
    const TypeId type = heap.Register(Describe(Kind::kRun));
    std::vector<Object> cycles;
    std::vector<Object> singles;
    for (uint32_t i = 0; i < 2 * Pool::kCacheCells; ++i) {
      singles.push_back(Make(heap, type));
      cycles.push_back(Make(heap, type));
      AddReference(heap, cycles.back(), cycles.back());
    }
    const auto release_one = [&heap](std::vector<Object>& objects) {
      heap.Release(objects.back());
      objects.pop_back();
    };
    for (int i = 0; i < first; ++i) release_one(singles);
    while (!singles.empty()) {
      release_one(singles);
      release_one(cycles);
      ASSERT_EQ(heap.Collect(0) + heap.Collect(), 1);
      if (singles.size() % 64 == 0) {
        std::vector<Object> held = singles;
        held.insert(held.end(), cycles.begin(), cycles.end());
        ASSERT_EQ(heap.Verify(held), "") << singles.size();
      }
    }
    for (const Object object : cycles) heap.Release(object);
    heap.Collect();
    EXPECT_EQ(heap.size(), 0);
    EXPECT_EQ(heap.Verify({}), "");
  }
}

// A traversal has more references in its queues than there is room for.
TEST(StorageTest, MoreReferencesThanAreOnTheirWay) {
  Heap heap({});
  const TypeId bag = heap.Register(Describe(Kind::kBag));
  const TypeId run = heap.Register(Describe(Kind::kRun));
  const Object root = Make(heap, bag);
  for (int i = 0; i < 40; ++i) {
    const Object child = Make(heap, run);
    TransferReference(heap, root, child);
    for (int k = 0; k < 3; ++k) TransferReference(heap, child, Make(heap, run));
  }
  MakeTrash(heap, run);
  EXPECT_EQ(heap.Collect(), 1);
  EXPECT_EQ(heap.size(), 161);
  EXPECT_EQ(heap.Verify({root}), "");
  heap.Release(root);
  EXPECT_EQ(heap.size(), 0);
}

// Deaths of a chain are one after the other, not one within the other: deep_test for less time.
TEST(StorageTest, AChainOfATypeWithAClear) {
  Heap heap({});
  const TypeId cleared = heap.Register(Describe(Kind::kCleared));
  Object chain = Make(heap, cleared);
  for (int i = 0; i < 300'000; ++i) {
    const Object next = Make(heap, cleared);
    TransferReference(heap, next, chain);
    chain = next;
  }
  heap.Release(chain);
  EXPECT_EQ(heap.size(), 0);
}

// A birth prefers a new page in front to an open page at the end, but uses the latter if there is
// no memory for the former. At the end the heap has vacant pages.
TEST(StorageTest, VacantPagesAmongOthers) {
  {
    Heap heap({}, nullptr, nullptr, kDenied);
    const TypeId run = heap.Register(Describe(Kind::kRun));
    const TypeId bag = heap.Register(Describe(Kind::kBag));
    std::vector<Object> others;
    for (int i = 0; i < 300'000; ++i) others.push_back(Make(heap, run));
    const Object last = Make(heap, bag);
    const size_t bytes = heap.bytes();
    for (const Object object : others) heap.Release(object);
    for (int i = 0; i < 2; ++i) heap.Collect();  // the second sees that the heap has shrunk
    EXPECT_LT(heap.bytes(), bytes);
    EXPECT_EQ(heap.Verify({last}), "");
    denied = true;
    const Object other = Make(heap, bag);
    denied = false;
    ASSERT_NE(other, kNull);
    EXPECT_EQ(heap.Verify({last, other}), "");
    EXPECT_EQ(Bag::alive, 2);
  }
  EXPECT_EQ(Bag::alive, 0);
}

}  // namespace
}  // namespace ouro::heap
