// SPDX-License-Identifier: Apache-2.0

// Memory: whatever the heap asks for may be refused, at any time, without harm; what it gets is
// junk; deaths and collections ask for none; and all of it is given back.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

// An allocator that records its blocks; global, because its functions have no context.
struct Books {
  std::unordered_map<void*, size_t> blocks;
  size_t bytes = 0;
  int64_t calls = 0;     // of `allocate`
  int64_t releases = 0;  // calls of `release`
  int64_t fail_at = 0;   // the call which fails; 0 for none
  bool and_after = false;
  bool deny = false;       // all fail
  bool forbidden = false;  // neither function may be called
  bool junk = true;
  int64_t failures = 0;
};
Books books;

void* Allocate(size_t bytes) {
  if (books.forbidden) std::abort();
  ++books.calls;
  if (books.deny || books.calls == books.fail_at ||
      (books.and_after && books.calls > books.fail_at)) {
    ++books.failures;
    return nullptr;
  }
  void* memory = kDefaultAllocator.allocate(bytes);
  if (books.junk) std::memset(memory, 0xA5, std::min<size_t>(bytes, 300'000));
  books.blocks[memory] = bytes;
  books.bytes += bytes;
  return memory;
}

void Release(void* memory, size_t bytes) {
  if (books.forbidden) std::abort();
  ++books.releases;
  const auto block = books.blocks.find(memory);
  if (block == books.blocks.end()) std::abort();
  EXPECT_EQ(block->second, bytes);
  books.blocks.erase(block);
  books.bytes -= bytes;
  kDefaultAllocator.release(memory, bytes);
}

constexpr Allocator kBooks = {Allocate, Release};

// While it is alive, the allocator must not be called.
struct Forbid {
  Forbid() { books.forbidden = true; }
  ~Forbid() { books.forbidden = false; }
};

// --- A scenario in which any allocation may fail

// Some hundred random operations, which are the same each time as long as none fails; and checks
// after each. User code is as wild as the rest.
class Scenario {
 public:
  explicit Scenario(Rules::Finalizers finalizers)
      : random_(1), heap_({.finalizers = finalizers}, this, nullptr, kBooks) {
    heap_.SetThresholds(7, 2, 2);
    for (const Kind kind :
         {Kind::kSlots, Kind::kMap, Kind::kBag, Kind::kCleared, Kind::kLeaf, Kind::kRun}) {
      Type type = Describe(kind);
      if (types_.size() >= 3) type.finalize = Finalize;
      types_.push_back(heap_.Register(type));
    }
    Type big = Describe(Kind::kRun);  // 4 to a page, so that pages are many
    big.size = Storage::kPageBytes / 4;
    types_.push_back(heap_.Register(big));
  }

  void Run(int operations) {
    for (int i = 0; i < operations; ++i) {
      Operate();
      Check();
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(heap_.stats(0).collections + heap_.stats(1).collections, 0);
  }

  // Releases everything.
  void End() {
    ended_ = true;
    heap_.SetDebug(0);
    heap_.FailAllocation(0);
    for (int round = 0; round < 3; ++round) {
      for (Object& held : held_) Drop(held);
      std::vector<Object> garbage;
      for (size_t k = 0; k < heap_.garbage_size(); ++k) {
        garbage.push_back(heap_.Garbage(k));
        heap_.Retain(garbage.back());
      }
      for (const Object object : garbage) {
        if (IsOfMyType(object)) ClearReferences(heap_, object);
        heap_.Release(object);
      }
      heap_.ClearGarbage();
      heap_.Collect();
    }
    EXPECT_EQ(heap_.size(), 0);
    EXPECT_EQ(heap_.Verify({}), "");
  }

  Heap& heap() { return heap_; }
  int64_t births() const { return births_; }              // attempts included
  int64_t nulls() const { return nulls_; }                // those that failed
  int64_t nulls_within() const { return nulls_within_; }  // ... in user code
  int64_t entries() const { return entries_; }            // that were made or changed

 private:
  static constexpr size_t kHeld = 8;

  static void Finalize(Heap& heap, Object object) {
    static_cast<Scenario*>(heap.context())->UserCode(object);
  }
  static void Call(Heap& heap, Object weak) {
    EXPECT_EQ(heap.Target(weak), kNull);
    EXPECT_EQ(heap.WeakContext(weak), heap.context());
    static_cast<Scenario*>(heap.context())->UserCode(weak);
  }

  void UserCode(Object self) {
    if (ended_ || depth_ == 3) return;
    ++depth_;
    const bool allowed = std::exchange(books.forbidden, false);
    for (int i = Below(4); i > 0; --i) Operate();
    if (Below(4) == 0) Put(self);
    Check();
    books.forbidden = allowed;
    --depth_;
  }

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
  Object& Any() { return held_[static_cast<size_t>(Below(kHeld))]; }
  void Drop(Object& held) {
    if (held != kNull) heap_.Release(std::exchange(held, kNull));
  }
  void Put(Object object) {
    heap_.Retain(object);
    Object& held = Any();
    const Object old = std::exchange(held, object);
    if (old != kNull) heap_.Release(old);
  }

  bool IsOfMyType(Object object) const {
    return object != kNull && !heap_.IsWeak(object) && !heap_.IsMap(object);
  }

  // One that is held, or kNull.
  template <typename Fits>
  Object AnyThat(Fits fits) {
    for (size_t i = static_cast<size_t>(Below(kHeld)), end = i + kHeld; i < end; ++i) {
      if (fits(held_[i % kHeld])) return held_[i % kHeld];
    }
    return kNull;
  }
  Object AnyMap() {
    return AnyThat([this](Object object) { return object != kNull && heap_.IsMap(object); });
  }
  Object AnyKey() {
    return AnyThat([this](Object object) { return IsOfMyType(object); });
  }

  // What a birth that fails leaves as it is.
  std::vector<int64_t> Effects() const {
    std::vector<int64_t> all = {heap_.size(), static_cast<int64_t>(heap_.garbage_size())};
    for (int generation = 0; generation < kGenerations; ++generation) {
      all.push_back(heap_.count(generation));
      all.push_back(heap_.stats(generation).collections);
    }
    return all;
  }

  void Bear(bool weak) {
    const std::vector<int64_t> before = Effects();
    const int64_t failures = books.failures;
    const Object target = weak ? Any() : kNull;
    if (weak && !IsOfMyType(target)) return;
    const TypeId type = types_[static_cast<size_t>(Below(static_cast<int>(types_.size())))];
    ++births_;
    if (weak) heap_.Retain(target);
    const Object object = weak ? heap_.NewWeak(target, Below(2) == 0 ? Call : nullptr, this)
                          : Below(7) == 0 ? heap_.NewMap()
                                          : Make(heap_, type);
    if (object == kNull) {
      ++nulls_;
      nulls_within_ += depth_ > 0 ? 1 : 0;
      EXPECT_EQ(Effects(), before);
      EXPECT_LE(books.failures, failures + 1);
    } else {
      ExpectNew(object, weak, target);
      Put(object);
      heap_.Release(object);
    }
    if (weak) heap_.Release(target);
  }

  void MakeEntry() {
    const Object map = AnyMap();
    const Object key = AnyKey();
    const Object value = Any();
    if (map == kNull || key == kNull || value == kNull) return;
    const bool had = heap_.Lookup(map, key) != kNull;
    const uint32_t references = heap_.References(value);
    const int64_t failures = books.failures;
    if (heap_.Put(map, key, value)) {
      ++entries_;
      return;
    }
    ++nulls_;
    nulls_within_ += depth_ > 0 ? 1 : 0;
    EXPECT_FALSE(had);
    EXPECT_EQ(heap_.Lookup(map, key), kNull);
    EXPECT_EQ(heap_.References(value), references);
    EXPECT_EQ(books.failures, failures + 1);
  }

  void ExpectNew(Object object, bool weak, Object target) {
    EXPECT_EQ(heap_.References(object), 1u);
    EXPECT_EQ(heap_.GetReferents(object), std::vector<Object>{});
    EXPECT_EQ(heap_.IsWeak(object), weak);
    if (weak) {
      EXPECT_EQ(heap_.Target(object), target);
      return;
    }
    const Type& type = heap_.type(heap_.TypeOf(object));
    const std::byte* payload = static_cast<const std::byte*>(heap_.Payload(object));
    for (uint32_t i = 0; i < type.size; i += i < 64 ? 1 : 997) {
      EXPECT_EQ(payload[i], std::byte{0}) << type.name << ", byte " << i;
    }
  }

  void Operate() {
    const int dice = Below(100);
    if (dice < 35) {
      Bear(/*weak=*/false);
    } else if (dice < 45) {
      Bear(/*weak=*/true);
    } else if (dice < 60) {
      const Object holder = Any();
      const Object value = Any();
      if (value != kNull && IsOfMyType(holder)) AddReference(heap_, holder, value);
    } else if (dice < 70) {
      MakeEntry();
    } else {
      Forget(dice);
    }
  }

  // None of these allocates, as far as user code does not; and the heap is too small to be trimmed.
  void Forget(int dice) {
    Forbid forbid;
    if (dice < 72) {
      const Object map = AnyMap();
      const Object key = AnyKey();
      if (map != kNull && key != kNull) heap_.Remove(map, key);
    } else if (dice < 85) {
      Drop(Any());
    } else if (dice < 90) {
      const Object object = Any();
      if (!IsOfMyType(object)) return;
      heap_.Retain(object);
      ClearReferences(heap_, object);
      heap_.Release(object);
    } else if (dice < 94) {
      heap_.Collect(Below(kGenerations));
    } else if (dice < 96) {
      heap_.SetDebug(heap_.debug() ^ kDebugSaveAll);
    } else if (dice < 98) {
      if (heap_.garbage_size() > 0) Put(heap_.Garbage(0));
    } else {
      heap_.ClearGarbage();
    }
  }

  // While user code runs, local variables of this class own references too.
  void Check() {
    std::vector<Object> held;
    for (const Object object : held_) {
      if (object != kNull) held.push_back(object);
    }
    ASSERT_EQ(heap_.Verify(held), "");
    ASSERT_EQ(heap_.bytes(), books.bytes);
  }

  std::mt19937 random_;
  Heap heap_;
  std::vector<TypeId> types_;
  Object held_[kHeld] = {};
  int depth_ = 0;
  bool ended_ = false;
  int64_t births_ = 0;
  int64_t nulls_ = 0;
  int64_t nulls_within_ = 0;
  int64_t entries_ = 0;
};

constexpr int kOperations = 300;

class Failure : public testing::TestWithParam<Rules::Finalizers> {
 protected:
  void SetUp() override { books = {}; }
  void TearDown() override { ExpectNothingLeft(); }
  void ExpectNothingLeft() {
    EXPECT_EQ(books.bytes, 0u);
    EXPECT_TRUE(books.blocks.empty());
    EXPECT_EQ(Bag::alive, 0);
  }

  // With the k-th allocation failing, counted from the end of the constructor. How many there were.
  int64_t Sweep(int64_t k, bool and_after) {
    SCOPED_TRACE(k);
    books = {};
    auto scenario = std::make_unique<Scenario>(GetParam());
    const int64_t start = books.calls;
    books.fail_at = k == 0 ? 0 : start + k;
    books.and_after = and_after;
    scenario->Run(kOperations);
    const int64_t calls = books.calls - start;
    EXPECT_EQ(scenario->nulls(), books.failures);
    if (k != 0) EXPECT_GE(books.failures, 1);
    if (k == 0) EXPECT_GT(scenario->entries(), 5);
    books.deny = true;
    if (k % 3 == 0) {
      scenario->heap().Reset();
    } else if (k % 3 == 1) {
      scenario->End();
    }
    scenario.reset();
    ExpectNothingLeft();
    return calls;
  }

  void SweepAll(bool and_after) {
    const int64_t calls = Sweep(0, false);
    EXPECT_GT(calls, 50);
    for (int64_t k = 1; k <= calls && !HasFailure(); ++k) Sweep(k, and_after);
  }
};

TEST_P(Failure, OfOneAllocation) { SweepAll(/*and_after=*/false); }
TEST_P(Failure, OfAllAllocationsFromOneOn) { SweepAll(/*and_after=*/true); }

// FailAllocation, for each birth; some are within finalizers and callbacks, during collections.
TEST_P(Failure, OnDemand) {
  int64_t births = 1;
  int64_t within = 0;
  books.junk = false;  // for speed
  for (int n = 0; n <= births && !HasFailure(); ++n) {
    SCOPED_TRACE(n);
    Scenario scenario(GetParam());
    scenario.heap().FailAllocation(n);
    scenario.Run(kOperations);
    if (n == 0) births = scenario.births();
    EXPECT_EQ(scenario.nulls(), n == 0 ? 0 : 1);
    within += scenario.nulls_within();
    scenario.End();
  }
  EXPECT_GT(within, 10);
  EXPECT_LT(within, births - 10);
}

INSTANTIATE_TEST_SUITE_P(Rules, Failure, testing::ValuesIn(kBothRules));

}  // namespace
}  // namespace ouro::heap
