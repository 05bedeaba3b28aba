// SPDX-License-Identifier: Apache-2.0

// Collections of many objects, most of them in runs: what they find is compared with what a search
// from the roots finds; and counts of references that need more than a byte.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <tuple>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

constexpr uint32_t kSlots = 3;  // of a node

// Objects held from outside, each once, and a search for what they reach.
class Graph {
 public:
  explicit Graph(Listener* listener, uint32_t seed = 1)
      : heap_({}, nullptr, listener), random_(seed) {
    heap_.SetEnabled(false);
    node_ = heap_.Register(Describe(Kind::kSlots));
    row_ = heap_.Register(Describe(Kind::kRun));
    leaf_ = heap_.Register(Describe(Kind::kLeaf));
  }
  ~Graph() {
    for (const Object root : roots_) heap_.Release(root);
    heap_.Collect();
    EXPECT_EQ(heap_.size(), 0);
    EXPECT_EQ(heap_.Verify({}), "");
  }

  // Nodes one after the other, now and then something else between them.
  void Make(int count) {
    for (int i = 0; i < count; ++i) {
      const auto kind = Below(64);
      roots_.push_back(heap_.New(kind == 0 ? row_ : kind == 1 ? leaf_ : node_));
    }
  }
  void Connect(int count) {
    for (int i = 0; i < count; ++i) {
      const Object from = Any();
      if (heap_.TypeOf(from) != leaf_) heap_.Store(heap_.Slot(from, Below(kSlots)), Any());
    }
  }
  // Keeps one in `share` at random; or, with `stretches`, one in so many stretches of a hundred.
  void Drop(uint32_t share, bool stretches) {
    std::vector<Object> kept;
    bool keeps = true;
    for (size_t i = 0; i < roots_.size(); ++i) {
      if (!stretches || i % 100 == 0) keeps = Below(share) == 0;
      keeps ? kept.push_back(roots_[i]) : heap_.Release(roots_[i]);
    }
    roots_ = kept;
  }
  void Collect(int generation) {
    const size_t reachable = Reachable();
    heap_.Collect(generation);
    ASSERT_EQ(heap_.Verify(roots_), "");
    if (generation == kGenerations - 1) {
      ASSERT_EQ(heap_.size(), static_cast<int64_t>(reachable));
    } else {
      ASSERT_GE(heap_.size(), static_cast<int64_t>(reachable));
    }
  }
  uint32_t Below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }

 private:
  Object Any() { return roots_[Below(static_cast<uint32_t>(roots_.size()))]; }
  size_t Reachable() const {
    std::vector<bool> seen(heap_.handle_limit());
    std::vector<Object> todo = roots_;
    size_t count = 0;
    while (!todo.empty()) {
      const Object object = todo.back();
      todo.pop_back();
      if (seen[object]) continue;
      seen[object] = true;
      ++count;
      for (const Object held : heap_.GetReferents(object)) todo.push_back(held);
    }
    return count;
  }

  Heap heap_;
  TypeId node_ = 0;
  TypeId row_ = 0;
  TypeId leaf_ = 0;
  std::vector<Object> roots_;
  std::mt19937 random_;
};

class Silent : public Listener {};

class RunsTest : public testing::TestWithParam<std::tuple<bool, bool>> {};

TEST_P(RunsTest, FindWhatASearchFinds) {
  const auto [stretches, listens] = GetParam();
  Silent silent;
  Graph graph(listens ? &silent : nullptr);
  for (int round = 0; round < 30; ++round) {
    graph.Make(static_cast<int>(graph.Below(2000)) + 1);
    graph.Connect(round % 3 == 0 ? 100 : 2000);
    graph.Drop(round % 5 == 0 ? 50 : 3, stretches);
    graph.Make(1);
    graph.Collect(round % kGenerations);
    if (HasFatalFailure()) return;
  }
}
INSTANTIATE_TEST_SUITE_P(Drops, RunsTest, testing::Combine(testing::Bool(), testing::Bool()));

// Fresh heaps of a run or two: some were in the oldest generation before, some are young.
TEST_P(RunsTest, FindWhatASearchFindsInSmallHeaps) {
  const auto [stretches, listens] = GetParam();
  Silent silent;
  for (uint32_t round = 0; round < 300; ++round) {
    Graph graph(listens ? &silent : nullptr, round);
    graph.Make(static_cast<int>(graph.Below(16)) + 8);
    graph.Connect(static_cast<int>(graph.Below(64)));
    graph.Collect(kGenerations - 1);
    graph.Drop(graph.Below(8) + 1, stretches);
    graph.Make(static_cast<int>(graph.Below(12)) + 1);
    graph.Collect(static_cast<int>(graph.Below(kGenerations)));
    if (HasFatalFailure()) return;
  }
}

// The index of a young object is that in the list that it comes from, and may be the one that it
// will have in the oldest generation.
TEST(Survivors, ThatWereYoungJoinTheOldestBehindItsTrash) {
  Heap heap({});
  heap.SetEnabled(false);
  const TypeId type = heap.Register(Describe(Kind::kSlots));
  std::vector<Object> old;
  for (int i = 0; i < 8; ++i) {
    old.push_back(heap.New(type));
    heap.Store(heap.Slot(old.back(), 0), old.back());
  }
  heap.Collect();
  for (const Object object : old) heap.Release(object);
  const Object young = heap.New(type);
  EXPECT_EQ(heap.Collect(), 8);
  EXPECT_EQ(heap.Verify({young}), "");
  heap.Release(young);
  EXPECT_EQ(heap.size(), 0);
}

// So many references from within the set, and one or none from outside: at all places at which a
// byte borrows, of an object among others and in a run.
TEST(ManyReferences, AreAccountedForOneByOne) {
  for (const int others : {0, 100}) {
    for (const int references : {1, 2, 254, 255, 256, 257, 258, 511, 512, 513, 767, 768, 1025}) {
      Heap heap({});
      heap.SetEnabled(false);
      const TypeId type = heap.Register(Describe(Kind::kSlots));
      for (int i = 0; i < others; ++i) MakeTrash(heap, type);
      const Object hub = heap.New(type);
      for (int i = 0; i < others; ++i) MakeTrash(heap, type);
      // A list of objects that begins at the hub; each references the hub, too.
      Object last = hub;
      for (int i = 0; i < references; ++i) {
        const Object next = heap.New(type);
        heap.Store(heap.Slot(next, 0), hub);
        heap.Store(heap.Slot(last, 1), next);
        heap.Release(next);
        last = next;
      }
      ASSERT_EQ(heap.References(hub), static_cast<uint32_t>(references) + 1);
      EXPECT_EQ(heap.Collect(), 2 * others) << references << ", and one from outside";
      EXPECT_EQ(heap.Verify({hub}), "");
      heap.Release(hub);
      EXPECT_EQ(heap.Collect(), references + 1) << references;
      EXPECT_EQ(heap.size(), 0);
    }
  }
}

}  // namespace
}  // namespace ouro::heap
