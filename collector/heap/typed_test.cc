// SPDX-License-Identifier: Apache-2.0

// Typed objects, the other half of handle.h: how C++ structs become types, how payloads are made
// and destroyed, and weak references to them.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "collector/heap/handle.h"
#include "collector/heap/heap.h"

namespace ouro::heap {
namespace {

struct Node {
  Slot<Node> next = {};
  int value = 0;
  Slot<Node> other = {};
};

// --- Register

TEST(Typed, RegisterDescribesTheStruct) {
  Heap heap({});
  struct alignas(16) Wide {
    double number;
    Slot<Wide> a;
    int between;
    Slot<Node> b;
  };
  const auto finalize = [](Heap&, Object) {};
  const TypeOf<Wide> wide = Register<Wide>(
      heap, {.name = "Wide", .instance = true, .finalize = finalize}, &Wide::b, &Wide::a);
  const Type& type = heap.type(wide.id);
  EXPECT_STREQ(type.name, "Wide");
  EXPECT_EQ(type.size, sizeof(Wide));
  EXPECT_EQ(type.alignment, 16u);
  EXPECT_EQ(type.references, (std::vector<uint32_t>{offsetof(Wide, b), offsetof(Wide, a)}));
  EXPECT_TRUE(type.instance);
  EXPECT_FALSE(type.leaf);
  EXPECT_EQ(type.finalize, static_cast<decltype(type.finalize)>(finalize));
  EXPECT_EQ(type.destroy, nullptr) << "nothing to destroy";
  const Handle<Wide> object = New(heap, wide);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(object.get()) % 16, 0u);
}

TEST(Typed, ReferencesAreReleasedInTheOrderGiven) {
  struct Order : Listener {
    void Freed(Object object) override { freed.push_back(object); }
    std::vector<Object> freed;
  } order;
  Heap heap({}, nullptr, &order);
  const TypeOf<Node> type = Register<Node>(heap, {}, &Node::other, &Node::next);
  Handle<Node> node = New(heap, type);
  Handle<Node> next = New(heap, type);
  Handle<Node> other = New(heap, type);
  node.Set(&Node::next, next);
  node.Set(&Node::other, other);
  const std::vector<Object> expected = {other.object(), next.object(), node.object()};
  next.Reset();
  other.Reset();
  node.Reset();
  EXPECT_EQ(order.freed, expected);
}

TEST(Typed, LeavesMayBeTypedToo) {
  Heap heap({});
  struct Number {
    int value;
  };
  const TypeOf<Number> type = Register<Number>(heap, {.name = "number", .leaf = true});
  const Handle<Number> number = New(heap, type, 42);
  EXPECT_EQ(number->value, 42);
  EXPECT_FALSE(heap.IsTracked(number.object()));
}

// --- Payloads

// Counts what is alive, and how it came to be.
struct Counted {
  explicit Counted(int number) noexcept : value(number) { ++alive; }
  Counted(Counted&& other) noexcept : value(other.value) {
    ++alive;
    ++moves;
  }
  ~Counted() {
    --alive;
    last = value;
  }
  Slot<Counted> next = {};
  int value;
  inline static int alive = 0;
  inline static int moves = 0;
  inline static int last = 0;
};

TEST(Typed, TheDestructorRunsOnceForEachObject) {
  std::optional<Heap> heap(std::in_place, Rules{});
  const TypeOf<Counted> type = Register<Counted>(*heap, {}, &Counted::next);
  EXPECT_EQ(Counted::alive, 0) << "no T is constructed to compute offsets";
  Counted::moves = 0;
  Handle<Counted> a = New(*heap, type, 1);
  EXPECT_EQ(Counted::alive, 1);
  EXPECT_EQ(Counted::moves, 0) << "its construction throws nothing: it is made in place";
  a.Reset();
  EXPECT_EQ(Counted::alive, 0);
  EXPECT_EQ(Counted::last, 1);
  a = New(*heap, type, 2);
  a.Set(&Counted::next, a);
  a.Reset();
  EXPECT_EQ(Counted::alive, 1);
  heap->Collect();
  EXPECT_EQ(Counted::alive, 0);
  EXPECT_EQ(Counted::last, 2);
  New(*heap, type, 3).Detach();
  heap->Reset();
  EXPECT_EQ(Counted::alive, 0);
  EXPECT_EQ(Counted::last, 3);
  New(*heap, type, 4).Detach();
  heap.reset();
  EXPECT_EQ(Counted::alive, 0);
  EXPECT_EQ(Counted::last, 4);
}

TEST(Typed, ADestroyThatIsGivenReplacesTheDestructor) {
  Heap heap({});
  static int destroyed = 0;
  const TypeOf<Counted> type =
      Register<Counted>(heap, {.destroy = [](Heap&, Object) { ++destroyed; }});
  New(heap, type, 1);
  EXPECT_EQ(destroyed, 1);
  EXPECT_EQ(Counted::alive, 1);
  Counted::alive = 0;
}

TEST(Typed, PayloadsAreMadeOfTheArguments) {
  Heap heap({});
  struct Text {
    Slot<Text> next = {};
    std::string text = {};
    std::vector<int> numbers = {};
  };
  const TypeOf<Text> type = Register<Text>(heap, {}, &Text::next);
  const Handle<Text> a = New(heap, type, Slot<Text>{}, std::string(100, 'a'), std::vector{1, 2});
  EXPECT_EQ(a->text, std::string(100, 'a'));
  EXPECT_EQ(a->numbers, (std::vector{1, 2}));
  EXPECT_EQ(New(heap, type)->text, "");
  std::string moved(100, 'b');
  const char* const at = moved.data();
  const Handle<Text> b = New(heap, type, Slot<Text>{}, std::move(moved));
  EXPECT_EQ(b->text.data(), at) << "arguments are forwarded";
}

TEST(Typed, NewWithoutMemoryIsEmptyAndMakesNoPayload) {
  Heap heap({});
  const TypeOf<Counted> type = Register<Counted>(heap, {}, &Counted::next);
  heap.FailAllocation(1);
  const Handle<Counted> none = New(heap, type, 1);
  EXPECT_FALSE(none);
  EXPECT_EQ(Counted::alive, 0);
  EXPECT_EQ(heap.size(), 0);
}

// Throws on request; its move does not.
struct Throwing {
  explicit Throwing(bool now) {
    if (now) throw std::runtime_error("not now");
    ++alive;
  }
  Throwing(Throwing&&) noexcept { ++alive; }
  ~Throwing() { --alive; }
  inline static int alive = 0;
};

TEST(Typed, AConstructorThatThrowsHasNoEffect) {
  Heap heap({});
  const TypeOf<Throwing> type = Register<Throwing>(heap, {});
  heap.SetThresholds(1, 1, 1);
  const Handle<Throwing> first = New(heap, type, false);
  EXPECT_THROW(New(heap, type, true), std::runtime_error);
  EXPECT_EQ(heap.size(), 1);
  EXPECT_EQ(heap.count(0), 1);
  EXPECT_EQ(heap.stats(0).collections, 0) << "it is made before the object";
  EXPECT_EQ(Throwing::alive, 1);
  EXPECT_EQ(heap.Verify({first.object()}), "");
  heap.FailAllocation(1);
  EXPECT_FALSE(New(heap, type, false));
  EXPECT_EQ(Throwing::alive, 1) << "what was made is destroyed";
}

// --- Weak references

TEST(Typed, LockOwnsTheTargetUntilItIsDead) {
  Heap heap({});
  const TypeOf<Node> type = Register<Node>(heap, {}, &Node::next);
  Handle<Node> node = New(heap, type);
  const Handle<WeakTo<Node>> weak = NewWeak(heap, node);
  EXPECT_TRUE(heap.IsWeak(weak.object()));
  EXPECT_EQ(heap.References(weak.object()), 1u);
  EXPECT_EQ(heap.References(node.object()), 1u);
  {
    const Handle<Node> locked = Lock(heap, weak);
    EXPECT_EQ(locked, node);
    EXPECT_EQ(heap.References(node.object()), 2u);
    node.Reset();
    EXPECT_TRUE(Lock(heap, weak)) << "the lock keeps it";
  }
  EXPECT_FALSE(Lock(heap, weak));
  EXPECT_EQ(heap.size(), 1);
}

TEST(Typed, WeakReferencesHaveTheirCallbackAndContext) {
  Heap heap({});
  const TypeOf<Node> type = Register<Node>(heap, {}, &Node::next);
  Handle<Node> node = New(heap, type);
  int calls = 0;
  const auto count = [](Heap& h, Object weak) {
    ++*static_cast<int*>(h.WeakContext(weak));
    EXPECT_FALSE(Lock(h, Handle<WeakTo<Node>>(h, weak)));
  };
  const Handle<WeakTo<Node>> weak = NewWeak(heap, node, count, &calls);
  node.Reset();
  EXPECT_EQ(calls, 1);
}

TEST(Typed, NewWeakWithoutMemoryIsEmpty) {
  Heap heap({});
  const Handle<Node> node = New(heap, Register<Node>(heap, {}, &Node::next));
  heap.FailAllocation(1);
  const Handle<WeakTo<Node>> none = NewWeak(heap, node);
  EXPECT_FALSE(none);
  EXPECT_EQ(heap.size(), 1);
  EXPECT_EQ(heap.References(node.object()), 1u);
}

}  // namespace
}  // namespace ouro::heap
