// SPDX-License-Identifier: Apache-2.0

// Destructors are not guaranteed at exit: whatever is left when a heap is destroyed, no user code
// runs. But the memory that its objects own elsewhere is released, once for each of them.

#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string_view>

#include "collector/heap/heap.h"

namespace ouro::heap {
namespace {

struct Node {
  int number;
  Object next;
};

// What happened to the objects of one heap; it outlives that.
struct Log : Listener {
  int user_code = 0;  // finalizers and callbacks that ran
  int freed = 0;
  int garbage = 0;
  std::map<int, int> destroyed;  // by number: how often

  void Freed(Object) override { ++freed; }
  void GarbageAppended(Object) override { ++garbage; }
  void CollectionStarted(int, bool) override { ++user_code; }
};

Log& LogOf(Heap& heap) { return *static_cast<Log*>(heap.context()); }
Node& NodeOf(const Heap& heap, Object object) { return *static_cast<Node*>(heap.Payload(object)); }

// A heap that counts, for kUncollectable rules or kOnce.
class Exit : public testing::TestWithParam<Rules::Finalizers> {
 protected:
  Exit() {
    heap_.emplace(Rules{.finalizers = GetParam()}, &log_, &log_);
    Type type = {
        .name = "Node",
        .size = sizeof(Node),
        .references = {offsetof(Node, next)},
        .finalize = [](Heap& heap, Object) { ++LogOf(heap).user_code; },
        .destroy = [](Heap& heap,
                      Object object) { ++LogOf(heap).destroyed[NodeOf(heap, object).number]; },
    };
    node_ = heap_->Register(type);
    type.finalize = nullptr;
    plain_ = heap_->Register(type);
  }

  Object New(TypeId type) {
    const Object object = heap_->New(type);
    NodeOf(*heap_, object).number = made_++;
    return object;
  }
  Object NewCycle() {
    const Object object = New(node_);
    heap_->Store(NodeOf(*heap_, object).next, object);
    return object;
  }
  Object ReserveWeakTable(Object target) {
    return heap_->NewWeak(target, [](Heap& heap, Object) { ++LogOf(heap).user_code; });
  }

  // Destroys the heap: there are no notifications, and every object ever made is destroyed by now.
  void ExpectSilentEnd() {
    const Log before = log_;
    heap_.reset();
    EXPECT_EQ(log_.user_code, before.user_code);
    EXPECT_EQ(log_.freed, before.freed);
    EXPECT_EQ(log_.garbage, before.garbage);
    EXPECT_EQ(log_.destroyed.size(), static_cast<size_t>(made_));
    for (const auto& [number, times] : log_.destroyed) EXPECT_EQ(times, 1) << "of " << number;
  }

  Log log_;
  std::optional<Heap> heap_;
  TypeId node_;
  TypeId plain_;
  int made_ = 0;
};

TEST_P(Exit, LiveObjects) {
  const Object held = New(node_);
  const Object chain = New(plain_);
  heap_->Store(NodeOf(*heap_, chain).next, held);
  ReserveWeakTable(held);
  NewCycle();
  ExpectSilentEnd();
}

TEST_P(Exit, TrashThatWasNotCollected) {
  const Object cycle = NewCycle();
  ReserveWeakTable(cycle);
  heap_->Release(cycle);
  ExpectSilentEnd();
}

TEST_P(Exit, WhatDiedBeforeIsNotDestroyedAgain) {
  heap_->Release(New(node_));
  EXPECT_EQ(log_.user_code, 1);
  EXPECT_EQ(log_.destroyed.size(), 1u);
  NewCycle();
  ExpectSilentEnd();
}

TEST_P(Exit, UncollectableAndSavedObjects) {
  const Object cycle = NewCycle();
  ReserveWeakTable(cycle);
  heap_->Release(cycle);
  heap_->SetDebugOutput([](std::string_view) {});
  heap_->SetDebug(kDebugLeak);
  EXPECT_EQ(heap_->Collect(), 1);
  EXPECT_EQ(heap_->garbage_size(), 1u);
  EXPECT_EQ(log_.destroyed.size(), 0u);
  ExpectSilentEnd();
}

TEST_P(Exit, ResetIsSilentToo) {
  const Object cycle = NewCycle();
  ReserveWeakTable(cycle);
  heap_->Release(cycle);
  New(node_);
  heap_->Reset();
  EXPECT_EQ(log_.user_code, 0);
  EXPECT_EQ(heap_->size(), 0);
}

// But a program that ends in order has a last collection first, if finalizers of trash run at all.
TEST_P(Exit, TheLastCollectionFinalizesTrashOfAnyAge) {
  const Object old = NewCycle();
  heap_->Collect();
  heap_->SetEnabled(false);
  heap_->Release(old);
  heap_->Release(NewCycle());
  const bool once = GetParam() == Rules::Finalizers::kOnce;
  log_.user_code = 0;
  EXPECT_EQ(heap_->Exit(), once ? 2 : 0);
  EXPECT_EQ(log_.user_code, once ? 3 : 0) << "two finalizers and the start of the collection";
  EXPECT_EQ(heap_->size(), once ? 0 : 2);
  ExpectSilentEnd();
}

INSTANTIATE_TEST_SUITE_P(Rules, Exit,
                         testing::Values(Rules::Finalizers::kUncollectable,
                                         Rules::Finalizers::kOnce));

// The leak of "Debugging a leaky Python": a collection has listed it, and it is never freed.
using ExitOfPython2 = Exit;
TEST_P(ExitOfPython2, TheLeak) {
  const Object leak = NewCycle();
  const Object weak = ReserveWeakTable(leak);
  heap_->Release(leak);
  EXPECT_EQ(heap_->Collect(), 1);
  EXPECT_EQ(heap_->Garbage(0), leak);
  EXPECT_EQ(heap_->Target(weak), leak);
  EXPECT_EQ(log_.garbage, 1);
  EXPECT_EQ(log_.user_code, 1);  // that the collection has started
  ExpectSilentEnd();
}

INSTANTIATE_TEST_SUITE_P(Rules, ExitOfPython2, testing::Values(Rules::Finalizers::kUncollectable));

}  // namespace
}  // namespace ouro::heap
