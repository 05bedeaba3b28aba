// SPDX-License-Identifier: Apache-2.0

// How references are released: one by one, each slot empty before its value dies; or by a type's
// own `clear`, which nothing interrupts. In a death and in a collection.

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

using Names = std::vector<Object>;

class Clearing : public testing::TestWithParam<bool>, public Listener {
 public:
  bool in_a_collection() const { return GetParam(); }
  void SetUp() override {
    heap_.SetEnabled(false);
    Type type = Describe(Kind::kRun);
    type.finalize = [](Heap& h, Object object) {
      auto& test = *static_cast<Clearing*>(h.context());
      if (test.finalize_) test.finalize_(object);
    };
    mortal_ = heap_.Register(type);
  }
  void Freed(Object object) override { freed_.push_back(object); }

  // An object that holds those, and dies on Kill.
  Object MakeHolder(TypeId type, const Names& values) {
    const Object holder = Make(heap_, type);
    for (const Object value : values) AddReference(heap_, holder, value);
    return holder;
  }
  // In a collection, of a cycle that also has an object which is not trivial.
  void Kill(Object holder) {
    if (!in_a_collection()) return heap_.Release(holder);
    heap_.Retain(holder);
    const Object ring = heap_.New(mortal_);
    heap_.Store(heap_.Slot(ring, 0), ring);
    heap_.Store(heap_.Slot(ring, 1), holder);
    if (holder_first_) AddReference(heap_, holder, ring);
    heap_.Release(ring);
    heap_.Release(holder);
    heap_.Release(holder);
    EXPECT_GT(heap_.Collect(), 1);
  }

  bool holder_first_ = false;
  std::function<void(Object)> finalize_;
  Names freed_;
  Heap heap_{Rules{.finalizers = Rules::Finalizers::kOnce}, this, this};
  TypeId mortal_;
};

INSTANTIATE_TEST_SUITE_P(Where, Clearing, testing::Bool(), [](const auto& info) {
  return info.param ? "InACollection" : "InADeath";
});

// "Without `clear` the heap empties `references` one by one": when a value dies its slot is empty,
// those before it are, too, and those after it are not.
TEST_P(Clearing, SlotsAreEmptiedOneByOne) {
  struct Look {
    Heap* heap;
    Object* slots[3];
    std::vector<std::string> seen;
  };
  for (const Kind kind : {Kind::kSlots, Kind::kRun, Kind::kMap}) {
    SCOPED_TRACE(kind);
    const TypeId type = heap_.Register(Describe(kind));
    Names values;
    for (int i = 0; i < 2; ++i) values.push_back(heap_.New(heap_.Register(Describe(kind))));
    const Object holder = MakeHolder(type, values);
    Look look = {&heap_, {}, {}};
    for (uint32_t k = 0; k < 3; ++k) look.slots[k] = &heap_.Slot(holder, k);
    const auto called = [](Heap& h, Object weak) {
      Look& at = *static_cast<Look*>(h.WeakContext(weak));
      std::string text;
      for (const Object* slot : at.slots) text += *slot == kNull ? "." : "x";
      at.seen.push_back(text);
    };
    Names weaks;
    holder_first_ = true;
    if (!in_a_collection()) {
      for (const Object value : values) weaks.push_back(heap_.NewWeak(value, called, &look));
    }
    finalize_ = [&](Object) {
      // From now on weak references to what hangs off the trash are called as it is cleared.
      for (const Object value : values) weaks.push_back(heap_.NewWeak(value, called, &look));
    };
    for (const Object value : values) heap_.Release(value);
    Kill(holder);
    const std::string third = in_a_collection() ? "x" : ".";  // the ring
    EXPECT_EQ(look.seen, (std::vector<std::string>{".x" + third, ".." + third}));
    for (const Object weak : weaks) heap_.Release(weak);
    finalize_ = nullptr;
    EXPECT_EQ(heap_.Verify({}), "");
  }
}

// "Objects that lose their last reference live until `clear` has returned, then die in the same
// order and without recursion."
TEST_P(Clearing, NothingDiesWithinAClear) {
  Type type = DescribeBag();
  type.clear = [](Heap& h, Object object) {
    auto& test = *static_cast<Clearing*>(h.context());
    const auto held = std::exchange(BagOf(h, object).held, {});
    test.freed_.clear();
    for (const Object one : held) {
      h.Release(one);
      EXPECT_GE(h.References(one), 1u);
      EXPECT_TRUE(h.IsTracked(one));
    }
    EXPECT_EQ(test.freed_, Names{});
  };
  const TypeId bag = heap_.Register(type);
  const TypeId run = heap_.Register(Describe(Kind::kRun));
  const Object holder = MakeHolder(bag, {});  // born first, so that it is cleared first
  Names values;
  for (int i = 0; i < 5; ++i) {
    values.push_back(heap_.New(run));
    AddReference(heap_, holder, values.back());
  }
  heap_.Store(heap_.Slot(values[1], 0), values[4]);  // ... keeps the last one
  for (const Object value : values) heap_.Release(value);
  Kill(holder);
  freed_.resize(6);
  EXPECT_EQ(freed_, (Names{values[0], values[4], values[1], values[2], values[3], holder}))
      << "the last one dies of the second, which held it too";
  EXPECT_EQ(Bag::alive, 0);
}

// User code that runs as they die finds the bag empty, and may fill it or let others go.
TEST_P(Clearing, WhatDiesAfterAClearMayRunUserCode) {
  const TypeId bag = heap_.Register(DescribeBag());
  const TypeId run = heap_.Register(Describe(Kind::kRun));
  Names values;
  for (int i = 0; i < 3; ++i) values.push_back(heap_.New(run));
  const Object holder = MakeHolder(bag, values);
  struct Place {
    Object holder;
    int calls;
  } place = {holder, 0};
  const auto called = [](Heap& h, Object weak) {
    Place& at = *static_cast<Place*>(h.WeakContext(weak));
    ++at.calls;
    EXPECT_TRUE(BagOf(h, at.holder).held.empty());
    h.Release(h.New(h.TypeOf(at.holder) + 1));
    EXPECT_EQ(h.Collect(), 0);
  };
  Names weaks;
  finalize_ = [&](Object) {
    for (const Object value : values) weaks.push_back(heap_.NewWeak(value, called, &place));
  };
  if (!in_a_collection()) finalize_(kNull);
  for (const Object value : values) heap_.Release(value);
  Kill(holder);
  finalize_ = nullptr;
  EXPECT_EQ(place.calls, 3);
  for (const Object weak : weaks) heap_.Release(weak);
  EXPECT_EQ(heap_.size(), 0);
  EXPECT_EQ(heap_.Verify({}), "");
}

// --- What debug builds assert

#ifndef NDEBUG
TEST(AssertsDeathTest, WhereThatIsCheap) {
  Heap heap({});
  const TypeId type = heap.Register(Describe(Kind::kRun));
  const Object object = heap.New(type);
  const Object weak = heap.NewWeak(object);
  const Object dead = heap.New(type);
  heap.Release(dead);
  EXPECT_DEATH(heap.Slot(object, 3), "k < page.shape.count");
  EXPECT_DEATH(heap.Target(object), "IsWeak");
  EXPECT_DEATH(heap.NewWeak(weak), "IsWeak");
  EXPECT_DEATH(heap.Lookup(object, object), "IsMap");
  EXPECT_DEATH(heap.Remove(object, object), "IsMap");
  EXPECT_DEATH(heap.Put(heap.NewMap(), weak, object), "IsWeak");
  EXPECT_DEATH(heap.Put(heap.NewMap(), object, kNull), "value != kNull");
  EXPECT_DEATH(heap.Collect(kGenerations), "generation");
  EXPECT_DEATH(heap.Retain(kNull), "refs > 0");
  EXPECT_DEATH(heap.Release(kNull), "refs > 0");
}
#endif

}  // namespace
}  // namespace ouro::heap
