// SPDX-License-Identifier: Apache-2.0

// Handles: who owns how many references after each operation, and what user code that runs within
// one sees of it; payloads as C++ objects.

#include "collector/heap/handle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "collector/heap/heap.h"

namespace ouro::heap {
namespace {

struct Node {
  Slot<Node> next = {};
  int value = 0;
  Slot<Node> other = {};
};
using NodeHandle = Handle<Node>;

static_assert(sizeof(Slot<Node>) == sizeof(Object), "it costs nothing extra");
static_assert(std::is_nothrow_move_constructible_v<NodeHandle>, "or vectors would copy");
static_assert(std::is_nothrow_default_constructible_v<NodeHandle>);
static_assert(!std::is_convertible_v<NodeHandle, bool> && !std::is_convertible_v<NodeHandle, int>);

class HandleTest : public testing::Test, public Listener {
 protected:
  HandleTest() {
    heap_.SetEnabled(false);
    node_ = Register<Node>(heap_,
                           {.name = "Node",
                            .finalize =
                                [](Heap& heap, Object object) {
                                  auto& test = *static_cast<HandleTest*>(heap.context());
                                  const auto finalize = test.finalize_;  // may be replaced
                                  if (finalize) finalize(object);
                                }},
                           &Node::next, &Node::other);
  }
  void TearDown() override {
    finalize_ = nullptr;
    EXPECT_EQ(heap_.Verify({}), "") << "each reference was given back, once";
    EXPECT_EQ(heap_.size(), 0);
  }
  void Freed(Object object) override { freed_.push_back(object); }

  NodeHandle Make(int value = 0) { return New(heap_, node_, Slot<Node>{}, value); }
  uint32_t References(const NodeHandle& handle) { return heap_.References(handle.object()); }
  using Objects = std::vector<Object>;

  Objects freed_;
  std::function<void(Object)> finalize_;
  Heap heap_{Rules{}, this, this};
  TypeOf<Node> node_;
};

// --- None

TEST_F(HandleTest, DefaultHasNone) {
  NodeHandle none;
  EXPECT_FALSE(none);
  EXPECT_EQ(none.object(), kNull);
  EXPECT_EQ(none.Detach(), kNull);
  none.Reset();
  NodeHandle copy = none;
  NodeHandle moved = std::move(none);
  copy = moved;
  moved = std::move(copy);
  moved = NodeHandle();
  EXPECT_FALSE(moved);
  EXPECT_EQ(moved, NodeHandle());
  EXPECT_EQ(moved, NodeHandle(heap_, kNull)) << "none is none, of any heap or of no heap";
}

TEST_F(HandleTest, OfKNullHasNone) {
  NodeHandle none(heap_, kNull);
  const NodeHandle adopted = NodeHandle::Adopt(heap_, kNull);
  EXPECT_FALSE(none);
  EXPECT_FALSE(adopted);
  EXPECT_EQ(none, adopted);
  none.Reset();
  const NodeHandle copy = none;
  EXPECT_FALSE(copy);
}

TEST(EmptyHandle, MayOutliveItsHeap) {
  Handle<Node> none;
  Handle<Node> released;
  {
    Heap heap({});
    released = New(heap, Register<Node>(heap, {}));
    none = Handle<Node>(heap, kNull);
    released.Reset();
  }
  EXPECT_FALSE(none);
  EXPECT_FALSE(released);
}

// --- One reference each

TEST_F(HandleTest, TheConstructorAddsAReferenceAndAdoptTakesTheCallers) {
  const Object object = heap_.New(node_.id);
  {
    const NodeHandle added(heap_, object);
    EXPECT_EQ(heap_.References(object), 2u);
    EXPECT_TRUE(added);
    EXPECT_EQ(added.object(), object);
  }
  EXPECT_EQ(heap_.References(object), 1u);
  {
    const NodeHandle adopted = NodeHandle::Adopt(heap_, object);
    EXPECT_EQ(heap_.References(object), 1u);
    EXPECT_EQ(adopted.object(), object);
  }
  EXPECT_EQ(freed_, Objects{object});
}

TEST_F(HandleTest, DetachGivesItsReferenceToTheCaller) {
  NodeHandle handle = Make();
  const Object object = handle.object();
  EXPECT_EQ(handle.Detach(), object);
  EXPECT_FALSE(handle);
  EXPECT_EQ(handle.Detach(), kNull);
  handle.Reset();
  EXPECT_EQ(heap_.References(object), 1u);
  heap_.Release(object);
}

TEST_F(HandleTest, CopiesOwnOneEachAndMovesNone) {
  NodeHandle a = Make();
  const Object object = a.object();
  NodeHandle b = a;
  EXPECT_EQ(heap_.References(object), 2u);
  EXPECT_EQ(a, b);
  NodeHandle c = std::move(a);
  EXPECT_EQ(heap_.References(object), 2u);
  EXPECT_FALSE(a);  // NOLINT: a handle that was moved from is empty
  EXPECT_EQ(c.object(), object);
  a = c;
  EXPECT_EQ(heap_.References(object), 3u);
  a = std::move(c);
  EXPECT_EQ(heap_.References(object), 2u);
  EXPECT_FALSE(c);  // NOLINT
  b.Reset();
  EXPECT_EQ(heap_.References(object), 1u);
  EXPECT_FALSE(b);
  b.Reset();
  a = NodeHandle();
  EXPECT_EQ(freed_, Objects{object});
}

TEST_F(HandleTest, AssignmentToItselfChangesNothing) {
  NodeHandle a = Make(7);
  NodeHandle& same = a;
  a = same;
  EXPECT_EQ(References(a), 1u);
  a = std::move(same);
  ASSERT_TRUE(a);
  EXPECT_EQ(References(a), 1u);
  EXPECT_EQ(a->value, 7);
  std::swap(a, same);
  EXPECT_EQ(References(a), 1u);
  EXPECT_TRUE(freed_.empty());
}

TEST_F(HandleTest, AssignmentReleasesTheOldObject) {
  NodeHandle a = Make(1);
  const NodeHandle b = Make(2);
  const Object old = a.object();
  a = b;
  EXPECT_EQ(freed_, Objects{old});
  EXPECT_EQ(References(b), 2u);
}

// "Retains the new object before it releases the old one": what only the old one holds survives.
TEST_F(HandleTest, WalksAListThatDiesBehindIt) {
  NodeHandle at = Make(0);
  for (int i = 1; i < 5; ++i) {
    const NodeHandle before = Make(i);
    before.Set(&Node::next, at);
    at = before;
  }
  for (int i = 4; i > 0; --i) {
    EXPECT_EQ(at->value, i);
    at = at.Get(&Node::next);
    EXPECT_EQ(freed_.size(), static_cast<size_t>(5 - i));
    ASSERT_TRUE(at);
    EXPECT_EQ(References(at), 1u);
  }
  at = at.Get(&Node::next);
  EXPECT_FALSE(at);
}

// --- User code within

TEST_F(HandleTest, IsEmptyWhenResetRunsAFinalizer) {
  NodeHandle handle = Make();
  int calls = 0;
  finalize_ = [&](Object) {
    ++calls;
    EXPECT_FALSE(handle);
    handle.Reset();
  };
  handle.Reset();
  EXPECT_EQ(calls, 1);
}

TEST_F(HandleTest, HasTheNewObjectWhenAssignmentRunsAFinalizer) {
  NodeHandle handle = Make(1);
  const NodeHandle second = Make(2);
  const NodeHandle third = Make(3);
  finalize_ = [&](Object) {
    finalize_ = nullptr;
    EXPECT_EQ(handle, second);
    EXPECT_EQ(References(second), 2u);
    handle = third;  // which is what remains
  };
  handle = second;
  EXPECT_EQ(handle, third);
  EXPECT_EQ(References(second), 1u);
  EXPECT_EQ(References(third), 2u);
}

TEST_F(HandleTest, AFinalizerMayKeepItsObjectInTheHandleThatIsAssigned) {
  NodeHandle handle = Make(1);
  const Object first = handle.object();
  finalize_ = [&](Object object) {
    finalize_ = nullptr;
    handle = NodeHandle(heap_, object);
  };
  handle = Make(2);
  EXPECT_EQ(handle.object(), first);
  EXPECT_EQ(References(handle), 1u);
  EXPECT_EQ(heap_.size(), 1);
}

TEST_F(HandleTest, SetStoresBeforeTheOldObjectDies) {
  const NodeHandle holder = Make();
  holder.Set(&Node::next, Make(1));
  const NodeHandle value = Make(2);
  finalize_ = [&](Object) { EXPECT_EQ(holder.Get(&Node::next), value); };
  holder.Set(&Node::next, value);
  EXPECT_EQ(freed_.size(), 1u);
  finalize_ = [&](Object) { EXPECT_FALSE(holder.Get(&Node::next)); };
  const NodeHandle other = Make(3);
  holder.Set(&Node::other, Make(4));
  finalize_ = [&](Object) { EXPECT_EQ(holder->other.object, kNull); };
  holder.Set(&Node::other, nullptr);
  EXPECT_EQ(freed_.size(), 2u);
  finalize_ = nullptr;
}

// --- Slots

TEST_F(HandleTest, GetAndSetCountReferences) {
  const NodeHandle holder = Make();
  EXPECT_FALSE(holder.Get(&Node::next));
  const NodeHandle value = Make(5);
  holder.Set(&Node::next, value);
  EXPECT_EQ(References(value), 2u);
  EXPECT_EQ(holder->next.object, value.object());
  EXPECT_EQ(holder->other.object, kNull);
  {
    const NodeHandle got = holder.Get(&Node::next);
    EXPECT_EQ(got, value);
    EXPECT_EQ(References(value), 3u);
    EXPECT_EQ(got->value, 5);
  }
  holder.Set(&Node::next, value);
  EXPECT_EQ(References(value), 2u);
  holder.Set(&Node::next, NodeHandle());
  EXPECT_EQ(References(value), 1u);
  EXPECT_FALSE(holder.Get(&Node::next));
  holder.Set(&Node::other, value);
  holder.Set(&Node::other, nullptr);
  EXPECT_EQ(References(value), 1u);
}

TEST_F(HandleTest, TheCycleOfTheExampleIsFreedByACollection) {
  NodeHandle node = Make();
  node->value = 7;
  node.Set(&Node::next, node);
  EXPECT_EQ(References(node), 2u);
  node.Reset();
  EXPECT_TRUE(freed_.empty());
  EXPECT_EQ(heap_.Collect(), 1);
  EXPECT_EQ(freed_.size(), 1u);
}

TEST_F(HandleTest, PayloadsAreReachedInThreeWays) {
  const NodeHandle node = Make(3);
  EXPECT_EQ(node.get(), heap_.Payload(node.object()));
  EXPECT_EQ(&*node, node.get());
  EXPECT_EQ(&node->value, &node.get()->value);
}

// --- Two heaps

TEST_F(HandleTest, AssignmentAcrossHeapsReleasesEachInItsOwn) {
  Heap two({});
  const TypeOf<Node> type = Register<Node>(two, {}, &Node::next);
  NodeHandle a = Make(1);
  NodeHandle b = New(two, type, Slot<Node>{}, 2);
  ASSERT_EQ(a.object(), b.object()) << "or the test tests little";
  a = b;
  EXPECT_EQ(freed_.size(), 1u);
  EXPECT_EQ(heap_.size(), 0);
  EXPECT_EQ(two.References(b.object()), 2u);
  EXPECT_EQ(a->value, 2);
  b.Reset();
  a = Make(3);
  EXPECT_EQ(two.size(), 0);
  EXPECT_EQ(a->value, 3);
}

TEST_F(HandleTest, ObjectsOfTwoHeapsDiffer) {
  Heap two({});
  const NodeHandle a = Make();
  const NodeHandle b = New(two, Register<Node>(two, {}));
  ASSERT_EQ(a.object(), b.object());
  EXPECT_NE(a, b);
  EXPECT_EQ(a, NodeHandle(heap_, a.object()));
  EXPECT_EQ(NodeHandle(heap_, kNull), NodeHandle(two, kNull));
}

// --- In containers

TEST_F(HandleTest, VectorsOfHandlesKeepTheirCounts) {
  std::vector<NodeHandle> handles;
  for (int i = 0; i < 100; ++i) handles.push_back(Make(i));  // grows
  for (const NodeHandle& handle : handles) EXPECT_EQ(References(handle), 1u);
  std::sort(handles.begin(), handles.end(),
            [](const auto& a, const auto& b) { return a->value > b->value; });
  EXPECT_EQ(handles.front()->value, 99);
  const NodeHandle fifth = handles[5];
  EXPECT_EQ(std::find(handles.begin(), handles.end(), fifth) - handles.begin(), 5);
  handles.erase(handles.begin(), handles.begin() + 50);
  EXPECT_EQ(freed_.size(), 49u);  // `fifth` lives
  std::vector<NodeHandle> copy = handles;
  for (const NodeHandle& handle : handles) EXPECT_EQ(References(handle), 2u);
  handles.clear();
  copy.resize(1);
  EXPECT_EQ(freed_.size(), 98u);
}

TEST_F(HandleTest, AreReleasedInTheOrderOfTheirDestruction) {
  Objects made;
  {
    const NodeHandle first = Make(1);
    const NodeHandle second = Make(2);
    made = {second.object(), first.object()};
  }
  EXPECT_EQ(freed_, made);
}

}  // namespace
}  // namespace ouro::heap
