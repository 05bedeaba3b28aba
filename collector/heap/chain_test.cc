// SPDX-License-Identifier: Apache-2.0

// Deaths that cause deaths: who dies in which order, and what a finalizer can see of it, are
// compared with a recursion. Most are chains, which the heap frees at once: see death.cc.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

constexpr uint32_t kSlots = 3;  // of each but a leaf

// What happens, in order, and how many objects there are when it does.
std::string Line(const char* what, size_t number, int64_t size, int64_t count) {
  return std::string(what) + " " + std::to_string(number) + ", of " + std::to_string(size) + ", " +
         std::to_string(count) + " counted\n";
}

// The judge: deaths by recursion, as CPython's.
class Recursion {
 public:
  void New(bool leaf, bool finalizes) {
    objects_.push_back({.leaf = leaf, .finalizes = finalizes});
    ++size_;
    count_ += leaf ? 0 : 1;
  }
  void Store(size_t object, uint32_t slot, size_t value) {
    ++objects_[value].references;
    objects_[object].slots[slot] = value + 1;
  }
  bool Empty(size_t object, uint32_t slot) const { return objects_[object].slots[slot] == 0; }
  bool leaf(size_t object) const { return objects_[object].leaf; }
  void Release(size_t object) {
    if (--objects_[object].references != 0) return;
    if (objects_[object].finalizes) log += Line("finalize", object, size_, count_);
    for (size_t& slot : objects_[object].slots) {
      if (const size_t held = std::exchange(slot, 0); held != 0) Release(held - 1);
    }
    if (tells) log += Line("free", object, size_, count_);
    --size_;
    count_ -= objects_[object].leaf ? 0 : 1;
  }

  bool tells = true;  // of each death, as somebody listens
  std::string log;

 private:
  struct Node {
    bool leaf = false;
    bool finalizes = false;
    int references = 1;
    size_t slots[kSlots] = {};  // the number of what it holds, plus one
  };
  std::vector<Node> objects_;
  int64_t size_ = 0;
  int64_t count_ = 0;
};

// A heap and the judge, which are told the same. With a listener or without, as the heap frees a
// chain in two ways.
class Deaths : public Listener {
 public:
  explicit Deaths(bool listens) : heap({}, this, listens ? this : nullptr) {
    heap.SetEnabled(false);
    recursion_.tells = listens;
    for (const Kind kind : {Kind::kSlots, Kind::kRun, Kind::kMap, Kind::kLeaf}) {
      types.push_back(heap.Register(Describe(kind)));
    }
    Type finalized = Describe(Kind::kSlots);
    finalized.finalize = [](Heap& h, Object object) {
      Deaths& deaths = *static_cast<Deaths*>(h.context());
      deaths.log_ += Line("finalize", deaths.numbers_[object], h.size(), h.count(0));
    };
    types.push_back(heap.Register(finalized));
  }
  void Freed(Object object) override {
    numbers_.resize(heap.handle_limit());
    log_ += Line("free", numbers_[object], heap.size(), heap.count(0));
  }

  // Its number. The caller owns a reference to it until it Releases it.
  size_t New(size_t type) {
    const Object object = heap.New(types[type]);
    numbers_.resize(heap.handle_limit());
    numbers_[object] = objects.size();
    objects.push_back(object);
    recursion_.New(heap.type(types[type]).leaf, heap.type(types[type]).finalize != nullptr);
    return objects.size() - 1;
  }
  void Store(size_t object, uint32_t slot, size_t value) {
    if (recursion_.leaf(object) || !recursion_.Empty(object, slot)) return;
    heap.Store(heap.Slot(objects[object], slot), objects[value]);
    recursion_.Store(object, slot, value);
  }
  void Release(size_t object) {
    heap.Release(objects[object]);
    recursion_.Release(object);
    ASSERT_EQ(log_, recursion_.log);
    log_.clear();
    recursion_.log.clear();
  }
  // Lets everything go in that order.
  void ReleaseAll(const std::vector<size_t>& order) {
    for (const size_t object : order) ASSERT_NO_FATAL_FAILURE(Release(object));
    EXPECT_EQ(heap.size(), 0);
    EXPECT_EQ(heap.count(0), 0);
    EXPECT_EQ(heap.Verify({}), "");
  }

  Heap heap;
  std::vector<TypeId> types;
  std::vector<Object> objects;

 private:
  Recursion recursion_;
  std::vector<size_t> numbers_;  // of objects, by handle
  std::string log_;
};

std::vector<size_t> FromTo(size_t first, size_t end) {
  std::vector<size_t> numbers(end - first);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

class ChainTest : public testing::TestWithParam<bool> {};

// Objects of all types; each holds a few later ones, mostly the next. Released from the end, so
// that most deaths come when the first is released.
TEST_P(ChainTest, DiesAsByRecursion) {
  std::mt19937 random(20261201);
  const auto below = [&random](size_t limit) { return random() % limit; };
  for (int round = 0; round < 3000; ++round) {
    Deaths deaths(GetParam());
    const size_t count = 2 + below(30);
    const size_t usual = below(3);  // the type of most
    for (size_t i = 0; i < count; ++i) deaths.New(below(6) == 0 ? below(5) : usual);
    for (size_t i = 0; i + 1 < count; ++i) {
      if (below(5) != 0) deaths.Store(i, static_cast<uint32_t>(below(kSlots)), i + 1);
      if (below(4) == 0) {
        deaths.Store(i, static_cast<uint32_t>(below(kSlots)), i + 1 + below(count - i - 1));
      }
    }
    auto order = FromTo(1, count);
    std::reverse(order.begin(), order.end());
    order.push_back(0);
    ASSERT_NO_FATAL_FAILURE(deaths.ReleaseAll(order)) << "round " << round;
  }
}

// Longer than the cache of free cells, over several pages; its order is that of handles or not.
TEST_P(ChainTest, OfAnyLength) {
  for (const bool shuffled : {false, true}) {
    for (const bool two_types : {false, true}) {
      Deaths deaths(GetParam());
      constexpr size_t kLength = 10'000;
      for (size_t i = 0; i < kLength; ++i) deaths.New(two_types ? i % 2 : 0);
      auto order = FromTo(0, kLength);
      if (shuffled) std::shuffle(order.begin(), order.end(), std::mt19937(1));
      for (size_t i = 0; i + 1 < kLength; ++i) {
        deaths.Store(order[i], static_cast<uint32_t>(i % kSlots), order[i + 1]);
      }
      std::reverse(order.begin(), order.end());
      ASSERT_NO_FATAL_FAILURE(deaths.ReleaseAll(order));
    }
  }
}

// What has a flag is no member of a chain: here a weak reference, and an entry of a map, in the
// middle, at the beginning or at the end.
TEST_P(ChainTest, EndsAtWhatIsWatched) {
  for (const bool entry : {false, true}) {
    for (size_t watched = 0; watched < 5; ++watched) {
      Deaths deaths(GetParam());
      for (size_t i = 0; i < 5; ++i) deaths.New(0);
      Heap& heap = deaths.heap;
      const Object value = deaths.objects[deaths.New(3)];
      const Object watcher =
          entry ? heap.NewMap() : heap.NewWeak(deaths.objects[watched], nullptr, nullptr);
      if (entry) ASSERT_TRUE(heap.Put(watcher, deaths.objects[watched], value));
      for (size_t i = 0; i < 4; ++i) deaths.Store(i, 1, i + 1);
      for (size_t i = 5; i-- > 0;) heap.Release(deaths.objects[i]);
      if (entry) {
        EXPECT_EQ(heap.References(value), 1u) << watched;
      } else {
        EXPECT_EQ(heap.Target(watcher), kNull) << watched;
      }
      EXPECT_EQ(heap.size(), 2);
      EXPECT_EQ(heap.Verify({watcher, value}), "");
      heap.Release(watcher);
      heap.Release(value);
      EXPECT_EQ(heap.size(), 0);
    }
  }
}

// Deaths of what was made before the last collection do not count below zero.
TEST_P(ChainTest, CountsDownToZero) {
  Deaths deaths(GetParam());
  for (size_t i = 0; i < 9; ++i) deaths.New(0);
  for (size_t i = 0; i + 1 < 9; ++i) deaths.Store(i, 0, i + 1);
  for (size_t i = 9; i-- > 1;) deaths.heap.Release(deaths.objects[i]);
  deaths.heap.Collect();
  const size_t later = deaths.New(0);
  deaths.heap.Release(deaths.objects[0]);
  EXPECT_EQ(deaths.heap.count(0), 0);
  EXPECT_EQ(deaths.heap.size(), 1);
  deaths.heap.Release(deaths.objects[later]);
}

// Cells are empty when they are reused, and in the same order, whether somebody listens or not:
// handles depend on nothing that an embedder sees.
TEST(Chain, LeavesTheSameCells) {
  std::vector<Object> reused[2];
  for (const bool listens : {false, true}) {
    Deaths deaths(listens);
    for (size_t i = 0; i < 20; ++i) deaths.New(0);
    for (size_t i = 0; i + 1 < 20; ++i) deaths.Store(i, 0, i + 1);
    for (size_t i = 20; i-- > 0;) deaths.heap.Release(deaths.objects[i]);
    for (size_t i = 0; i < 20; ++i) {
      reused[listens].push_back(deaths.heap.New(deaths.types[0]));
      EXPECT_TRUE(deaths.heap.GetReferents(reused[listens].back()).empty());
    }
    EXPECT_EQ(deaths.heap.Verify(reused[listens]), "");
  }
  EXPECT_EQ(reused[false], reused[true]);
}

INSTANTIATE_TEST_SUITE_P(WithoutAndWithListener, ChainTest, testing::Bool());

}  // namespace
}  // namespace ouro::heap
