// SPDX-License-Identifier: Apache-2.0

// Deep graphs: chains and cycles of millions of objects die on a small stack, in every layout, with
// and without finalizers, under both rules.

#include <gtest/gtest.h>
#include <pthread.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <tuple>

#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

// AddressSanitizer takes ten times the time and memory.
constexpr int kLength = kPoison ? 300'000 : 10'000'000;

struct Counter : Listener {
  void Freed(Object) override { ++freed; }
  int freed = 0;
  int finalized = 0;
};

void OnSmallStack(std::function<void()> body) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, 256 << 10), 0);
  pthread_t thread;
  const auto start = [](void* run) -> void* {
    (*static_cast<std::function<void()>*>(run))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, start, &body), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

using Case = std::tuple<Kind, bool, Rules::Finalizers>;  // whether it has a finalizer

class Deep : public testing::TestWithParam<Case> {
 protected:
  Kind kind() const { return std::get<0>(GetParam()); }
  bool has_finalizer() const { return std::get<1>(GetParam()); }
  Rules::Finalizers finalizers() const { return std::get<2>(GetParam()); }

  void SetUp() override {
    counter_ = {};
    heap_.emplace(Rules{.finalizers = finalizers()}, &counter_, &counter_);
    heap_->SetEnabled(false);
    Type type = Describe(kind());
    if (has_finalizer()) {
      type.finalize = [](Heap& h, Object) { ++static_cast<Counter*>(h.context())->finalized; };
    }
    type_ = heap_->Register(type);
  }

  // The caller owns the first object and, on request, the last one.
  Object MakeChain(Object* last) {
    Object first = Make(*heap_, type_);
    if (last != nullptr) heap_->Retain(*last = first);
    for (int i = 1; i < kLength; ++i) {
      const Object next = Make(*heap_, type_);
      AddReference(*heap_, next, first);
      heap_->Release(first);
      first = next;
    }
    return first;
  }

  void DropChain() {
    heap_->Release(MakeChain(nullptr));
    ExpectAllDead();
  }

  void DropCycle() {
    Object last = kNull;
    const Object first = MakeChain(&last);
    AddReference(*heap_, last, first);
    heap_->Release(last);
    heap_->Release(first);
    EXPECT_EQ(counter_.freed, 0);
    EXPECT_EQ(heap_->Collect(), kLength);
    if (has_finalizer() && finalizers() == Rules::Finalizers::kUncollectable) {
      EXPECT_EQ(counter_.freed, 0);
      EXPECT_EQ(heap_->garbage_size(), static_cast<size_t>(kLength));
      ClearReferences(*heap_, last);
      heap_->ClearGarbage();
    }
    ExpectAllDead();
  }

  void ExpectAllDead() {
    EXPECT_EQ(counter_.freed, kLength);
    EXPECT_EQ(counter_.finalized, has_finalizer() ? kLength : 0);
    EXPECT_EQ(heap_->size(), 0);
    EXPECT_EQ(heap_->Verify({}), "");
    EXPECT_EQ(Bag::alive, 0);
    counter_ = {};
  }

  Counter counter_;
  std::optional<Heap> heap_;
  TypeId type_ = 0;
};

// One after the other in the same heap, as most of the time goes into touching new memory.
TEST_P(Deep, ChainAndCycle) {
  OnSmallStack([this] {
    DropChain();
    DropCycle();
  });
}

INSTANTIATE_TEST_SUITE_P(Cases, Deep,
                         testing::Combine(testing::Values(Kind::kRun, Kind::kMap, Kind::kBag),
                                          testing::Bool(), testing::ValuesIn(kBothRules)));

}  // namespace
}  // namespace ouro::heap
