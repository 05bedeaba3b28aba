// SPDX-License-Identifier: Apache-2.0

// What an embedder's functions may not do, and what ends the process if they do; and what the ones
// that only look on, debug output and its clock, may.

#include <gtest/gtest.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/heap/handle.h"
#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

// --- Exceptions out of what must not throw

constexpr char kSays[] = "heap: a function of the embedder's threw an exception";

void Throw() { throw std::runtime_error("out of it"); }

// Throws from the selected functions.
struct Thrower : Listener {
  bool started = false, stopped = false, freed = false, garbage = false;
  void CollectionStarted(int, bool) override { Do(started); }
  void CollectionStopped(const Collection&) override { Do(stopped); }
  void Freed(Object) override { Do(freed); }
  void GarbageAppended(Object) override { Do(garbage); }
  static void Do(bool throws) {
    if (throws) Throw();
  }
};

constexpr Rules kPython2 = {.finalizers = Rules::Finalizers::kUncollectable};

// A type with one function that throws.
Type Finalize() {
  Type type = Describe(Kind::kSlots);
  type.finalize = [](Heap&, Object) { Throw(); };
  return type;
}
Type Visit() {
  Type type = Describe(Kind::kBag);
  type.visit = [](const Heap&, Object, const Visitor&) { Throw(); };
  return type;
}
Type Clear() {
  Type type = Describe(Kind::kCleared);
  type.clear = [](Heap&, Object) { Throw(); };
  return type;
}
Type Destroy() {
  Type type = Describe(Kind::kSlots);
  type.destroy = [](Heap&, Object) { Throw(); };
  return type;
}

void Die(const Type& type, const Rules& rules = {}) {
  Heap heap(rules);
  heap.Release(Make(heap, heap.Register(type)));
}
void BeCollected(const Type& type, const Rules& rules = {}) {
  Heap heap(rules);
  MakeTrash(heap, heap.Register(type));
  heap.Collect();
}
void BeWatched(const Rules& rules, bool cycle) {
  Heap heap(rules);
  const TypeId type = heap.Register(Describe(Kind::kSlots));
  const Object target = heap.New(type);
  heap.NewWeak(target, [](Heap&, Object) { Throw(); });
  if (cycle) heap.Store(heap.Slot(target, 0), target);
  heap.Release(target);
  heap.Collect();
}
void BeLeft(const Type& type) {
  Heap heap({});
  heap.New(heap.Register(type));
}

TEST(MustNotThrow, FunctionsOfATypeAtADeath) {
  for (const Rules& rules : {kPython2, Rules()}) {
    EXPECT_DEATH(Die(Finalize(), rules), kSays);
    EXPECT_DEATH(Die(Clear(), rules), kSays);
    EXPECT_DEATH(Die(Destroy(), rules), kSays);
  }
}

TEST(MustNotThrow, FunctionsOfATypeInACollection) {
  EXPECT_DEATH(BeCollected(Finalize()), kSays);
  EXPECT_DEATH(BeCollected(Visit()), kSays);
  EXPECT_DEATH(BeCollected(Clear()), kSays);
  EXPECT_DEATH(BeCollected(Destroy()), kSays);
}

TEST(MustNotThrow, DestroyWhenTheHeapIsDestroyed) { EXPECT_DEATH(BeLeft(Destroy()), kSays); }

TEST(MustNotThrow, Callbacks) {
  for (const Rules& rules : {kPython2, Rules()}) {
    EXPECT_DEATH(BeWatched(rules, /*cycle=*/false), kSays);
    EXPECT_DEATH(BeWatched(rules, /*cycle=*/true), kSays);
  }
}

TEST(MustNotThrow, Listeners) {
  for (bool Thrower::*function :
       {&Thrower::started, &Thrower::stopped, &Thrower::freed, &Thrower::garbage}) {
    const auto collect = [&] {
      Thrower thrower;
      Heap heap({}, nullptr, &thrower);
      const TypeId type = heap.Register(Describe(Kind::kSlots));
      thrower.*function = true;
      MakeTrash(heap, type);
      heap.SetDebug(function == &Thrower::garbage ? kDebugSaveAll : 0);
      heap.Collect();
    };
    EXPECT_DEATH(collect(), kSays);
  }
}

TEST(MustNotThrow, TheClock) {
  const auto collect = [] {
    Heap heap({});
    heap.SetDebugOutput([](std::string_view) {});
    heap.SetDebugClock([]() -> double { throw std::runtime_error("no time"); });
    heap.SetDebug(kDebugStats);
    heap.Collect();
  };
  EXPECT_DEATH(collect(), kSays);
}

// Anything but std::bad_alloc.
TEST(MustNotThrow, Allocators) {
  const auto make = [](const Allocator& allocator) { Heap({}, nullptr, nullptr, allocator); };
  const Allocator throws = {[](size_t) -> void* { throw std::runtime_error("no arena"); },
                            kDefaultAllocator.release};
  EXPECT_DEATH(make(throws), kSays);
  const Allocator keeps = {kDefaultAllocator.allocate, [](void*, size_t) { Throw(); }};
  EXPECT_DEATH(make(keeps), kSays);
}

// The terminate handler finds the exception.
TEST(MustNotThrow, TheReasonIsShown) { EXPECT_DEATH(Die(Finalize()), "out of it"); }

// A payload that can neither be made nor moved without throwing.
struct Fixed {
  explicit Fixed(int) { Throw(); }
  Fixed(const Fixed&) = delete;
};

TEST(MustNotThrow, APayloadThatIsMadeInPlace) {
  const auto make = [] {
    Heap heap({});
    New(heap, Register<Fixed>(heap, {.name = "fixed"}), 1);
  };
  EXPECT_DEATH(make(), "out of it");
}

// --- Debug output

class DebugOutput : public testing::Test {
 protected:
  void SetUp() override {
    heap_.SetEnabled(false);
    type_ = heap_.Register(Describe(Kind::kSlots));
    for (int i = 0; i < 2; ++i) MakeTrash(heap_, type_);
    heap_.SetDebug(kDebugStats | kDebugCollectable | kDebugObjects);
  }
  void ExpectSound() {
    EXPECT_EQ(heap_.size(), 0);
    EXPECT_EQ(heap_.Verify({}), "");
    EXPECT_EQ(heap_.debug_lost(), 0);
  }

  Heap heap_{Rules()};
  TypeId type_ = 0;
  std::vector<std::string> lines_;
};

// The function that runs is one that the heap has already forgotten; it lives until it returns.
TEST_F(DebugOutput, MaySetAnother) {
  const std::string own(100, '>');
  heap_.SetDebugOutput([this, own](std::string_view line) {
    heap_.SetDebugOutput([this](std::string_view later) { lines_.emplace_back(later); });
    lines_.push_back(own + std::string(line));
  });
  EXPECT_EQ(heap_.Collect(), 2);
  ASSERT_EQ(lines_.size(), 5u);
  EXPECT_EQ(lines_[0], own + "gc: collecting generation 2...\n");
  EXPECT_EQ(lines_[1], "gc: objects in each generation: 2 0 0\n");
  ExpectSound();
}

TEST_F(DebugOutput, ClocksMaySetAnother) {
  heap_.SetDebugOutput([this](std::string_view line) { lines_.emplace_back(line); });
  const std::string own(100, '>');
  double time = 1;
  heap_.SetDebugClock([this, &time, own] {
    heap_.SetDebugClock([] { return 102.25; });
    return time += static_cast<double>(own.size());
  });
  heap_.Collect();
  EXPECT_EQ(lines_.back(), "gc: done, 2 unreachable, 0 uncollectable, 1.2500s elapsed.\n");
  ExpectSound();
}

TEST_F(DebugOutput, MaySilenceItself) {
  heap_.SetDebugOutput([this](std::string_view line) {
    lines_.emplace_back(line);
    if (lines_.size() == 3) heap_.SetDebug(0);
  });
  EXPECT_EQ(heap_.Collect(), 2);
  EXPECT_EQ(lines_.size(), 3u);
  ExpectSound();
}

// At each line, everything that only reads; a nested collection does nothing and prints nothing.
TEST_F(DebugOutput, MayReadTheHeap) {
  const Object held = heap_.New(type_);
  heap_.SetDebugOutput([&](std::string_view line) {
    lines_.emplace_back(line);
    EXPECT_EQ(heap_.Verify({held}), "") << line;
    EXPECT_EQ(heap_.size(), 3) << "before anything is cleared: " << line;
    EXPECT_EQ(heap_.GetReferents(held).size(), 0u);
    EXPECT_EQ(heap_.GetReferrers(held).size(), 0u);
    EXPECT_NE(heap_.Show(held), "");
    heap_.ForEachTracked([](Object, int) {});
  });
  heap_.SetDebug(kDebugCollectable | kDebugObjects);
  EXPECT_EQ(heap_.Collect(), 2);
  EXPECT_EQ(lines_.size(), 2u);
  heap_.SetDebugOutput(nullptr);
  heap_.SetDebug(0);
  heap_.Release(held);
  ExpectSound();
}

TEST_F(DebugOutput, EmptyFunctionsAreTheDefaults) {
  heap_.SetDebugOutput([](std::string_view) {});
  heap_.SetDebugClock([] { return 1.0; });
  heap_.SetDebugOutput(nullptr);
  heap_.SetDebugClock(nullptr);
  testing::internal::CaptureStderr();
  heap_.Collect();
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("gc: done, 2 unreachable, 0 uncollectable, 0.0"), std::string::npos) << text;
  ExpectSound();
}

// However long a time is, a line has its end.
TEST_F(DebugOutput, TheLongestTimeFits) {
  heap_.SetDebugOutput([this](std::string_view line) { lines_.emplace_back(line); });
  double time = -1e308;
  heap_.SetDebugClock([&time] { return std::exchange(time, 0.0); });
  heap_.Collect();
  EXPECT_GT(lines_.back().size(), 300u);
  EXPECT_EQ(lines_.back().substr(lines_.back().find('s', 60)), "s elapsed.\n");
  ExpectSound();
}

TEST_F(DebugOutput, WhatItThrowsIsCountedUntilReset) {
  heap_.SetDebugOutput([](std::string_view) { throw 1; });
  EXPECT_EQ(heap_.Collect(), 2);
  EXPECT_EQ(heap_.debug_lost(), 5);
  heap_.Reset();
  ExpectSound();
}

}  // namespace
}  // namespace ouro::heap
