// SPDX-License-Identifier: Apache-2.0

// Limits, reached in the middle of things: counts that saturate within user code, births that fail
// there, and tables that grow while a death or a collection is walking them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/inner_heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

using Names = std::vector<Object>;

// --- Saturation: "A count that reaches this value is saturated; the object is immortal."

// The ways to add a reference, and to release one.
struct Way {
  const char* name;
  std::function<void(Heap&, TypeId, Object)> run;
};

const Way kAdds[] = {
    {"Retain", [](Heap& h, TypeId, Object object) { h.Retain(object); }},
    {"Store",
     [](Heap& h, TypeId type, Object object) {
       const Object holder = h.New(type);  // alive as long as the heap
       h.Store(h.Slot(holder, 0), object);
     }},
    {"Put", [](Heap& h, TypeId type,
               Object object) { EXPECT_TRUE(h.Put(h.NewMap(), h.New(type), object)); }},
    {"NewHoldingWeak",
     [](Heap& h, TypeId type, Object object) {
       EXPECT_NE(h.NewHoldingWeak(h.New(type), object), kNull);
     }},
};

const Way kReleases[] = {
    {"Release", [](Heap& h, TypeId, Object object) { h.Release(object); }},
    {"Store",
     [](Heap& h, TypeId type, Object object) {
       const Object holder = h.New(type);
       h.Slot(holder, 0) = object;  // without counting
       h.Store(h.Slot(holder, 0), kNull);
       h.Release(holder);
     }},
    {"ReleaseBoth, first",
     [](Heap& h, TypeId type, Object object) { h.ReleaseBoth(object, h.New(type)); }},
    {"ReleaseBoth, second",
     [](Heap& h, TypeId type, Object object) { h.ReleaseBoth(h.New(type), object); }},
    {"ReleaseBoth, both", [](Heap& h, TypeId, Object object) { h.ReleaseBoth(object, object); }},
    {"a death",
     [](Heap& h, TypeId type, Object object) {
       const Object holder = h.New(type);
       h.Slot(holder, 1) = object;
       h.Release(holder);
     }},
    {"a collection",
     [](Heap& h, TypeId type, Object object) {
       const Object trash = MakeTrash(h, type);
       h.Slot(trash, 2) = object;
       EXPECT_EQ(h.Collect(), 1);
     }},
    {"a collection in which an old object dies",
     [](Heap& h, TypeId type, Object object) {
       const Object dies = h.New(type);
       h.Collect();
       const Object trash = MakeTrash(h, type);
       h.Slot(trash, 1) = object;
       h.Slot(trash, 2) = dies;
       EXPECT_EQ(h.Collect(0), 1);
     }},
    {"a collection in which a leaf dies",
     [](Heap& h, TypeId type, Object object) {
       const TypeId leaf = h.Register(Describe(Kind::kLeaf));
       const Object trash = MakeTrash(h, type);
       h.Slot(trash, 1) = object;
       h.Slot(trash, 2) = h.New(leaf);
       EXPECT_EQ(h.Collect(0), 1);
     }},
    {"Remove",
     [](Heap& h, TypeId type, Object object) {
       const Object map = h.NewMap();
       const Object key = h.New(type);
       h.Put(map, key, object);
       h.Remove(map, key);
       h.Release(key);
       h.Release(map);
     }},
    {"the death of a key",
     [](Heap& h, TypeId type, Object object) {
       const Object map = h.NewMap();
       const Object key = h.New(type);
       h.Put(map, key, object);
       h.Release(key);
       h.Release(map);
     }},
    {"ClearGarbage",
     [](Heap& h, TypeId type, Object object) {
       h.SetDebug(kDebugSaveAll);
       const Object trash = MakeTrash(h, type);
       h.Collect();
       h.SetDebug(0);
       h.Store(h.Slot(trash, 0), kNull);
       h.Slot(trash, 0) = object;
       h.ClearGarbage();
     }},
};

class Saturated : public testing::TestWithParam<Kind> {};

TEST_P(Saturated, EachWayStopsAtTheLimit) {
  for (const Way& add : kAdds) {
    SCOPED_TRACE(add.name);
    Heap heap({});
    heap.SetEnabled(false);
    const TypeId type = heap.Register(Describe(Kind::kRun));
    const Object object = Make(heap, heap.Register(Describe(GetParam())));
    SetReferences(heap, object, kMaxReferences - 2);
    add.run(heap, type, object);
    EXPECT_EQ(heap.References(object), kMaxReferences - 1);
    add.run(heap, type, object);
    EXPECT_EQ(heap.References(object), kMaxReferences);
    add.run(heap, type, object);
    EXPECT_EQ(heap.References(object), kMaxReferences) << "it does not wrap";
  }
}

TEST_P(Saturated, NoWayLeadsBack) {
  for (const Way& release : kReleases) {
    SCOPED_TRACE(release.name);
    Heap heap({});
    heap.SetEnabled(false);
    const TypeId type = heap.Register(Describe(Kind::kRun));
    const Object object = Make(heap, heap.Register(Describe(GetParam())));
    SetReferences(heap, object, kMaxReferences);
    for (int i = 0; i < 3; ++i) release.run(heap, type, object);
    EXPECT_EQ(heap.References(object), kMaxReferences);
    EXPECT_EQ(heap.Collect(), 0) << "nor is it trash";
    EXPECT_EQ(heap.size(), 1);
    EXPECT_EQ(heap.Verify({}), "");
  }
}

// One below the limit a count still counts.
TEST_P(Saturated, NotYet) {
  for (const Way& release : kReleases) {
    SCOPED_TRACE(release.name);
    if (std::string_view(release.name) == "Remove" ||
        std::string_view(release.name) == "the death of a key") {
      continue;  // they add one before
    }
    Heap heap({});
    heap.SetEnabled(false);
    const TypeId type = heap.Register(Describe(Kind::kRun));
    const Object object = Make(heap, heap.Register(Describe(GetParam())));
    SetReferences(heap, object, kMaxReferences - 1);
    release.run(heap, type, object);
    const bool both = std::string_view(release.name) == "ReleaseBoth, both";
    EXPECT_EQ(heap.References(object), kMaxReferences - (both ? 3 : 2));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Saturated,
                         testing::Values(Kind::kSlots, Kind::kRun, Kind::kMap, Kind::kBag,
                                         Kind::kCleared, Kind::kLeaf));

// Reached by a finalizer, in the object's own death and in a collection: it is resurrected for
// good.
TEST(SaturatedWithin, AFinalizer) {
  for (const Rules::Finalizers finalizers : kBothRules) {
    for (const bool leaf : {false, true}) {
      for (const bool cycle : {false, true}) {
        const bool once = finalizers == Rules::Finalizers::kOnce;
        if (cycle && (leaf || !once)) continue;
        Heap heap({.finalizers = finalizers});
        Type type = Describe(leaf ? Kind::kLeaf : Kind::kRun);
        type.finalize = [](Heap& h, Object object) {
          SetReferences(h, object, kMaxReferences - 1);
          for (int i = 0; i < 3; ++i) h.Retain(object);
          EXPECT_EQ(h.References(object), kMaxReferences);
        };
        const TypeId mortal = heap.Register(type);
        const Object object = cycle ? MakeTrash(heap, mortal) : heap.New(mortal);
        if (cycle) {
          EXPECT_EQ(heap.Collect(), 0) << "it lives";
        } else {
          heap.Release(object);
        }
        EXPECT_EQ(heap.References(object), kMaxReferences);
        EXPECT_EQ(heap.IsTracked(object), !leaf);
        EXPECT_EQ(heap.IsFinalized(object), once);
        for (int i = 0; i < 3; ++i) heap.Release(object);
        EXPECT_EQ(heap.Collect(), 0);
        EXPECT_EQ(heap.size(), 1);
        EXPECT_EQ(heap.Verify({}), "");
      }
    }
  }
}

// A collection that tries how trash dies, and takes that back, has not touched the count.
TEST(SaturatedWithin, ACollection) {
  struct Look : Listener {
    void Freed(Object) override { EXPECT_EQ(heap->References(object), kMaxReferences); }
    Heap* heap = nullptr;
    Object object = kNull;
  } look;
  Heap heap({}, nullptr, &look);
  const TypeId type = heap.Register(Describe(Kind::kRun));
  look.heap = &heap;
  look.object = heap.New(type);
  SetReferences(heap, look.object, kMaxReferences);
  const Object dies = heap.New(type);
  heap.Collect();
  const Object trash = MakeTrash(heap, type);
  heap.Slot(trash, 1) = dies;
  heap.Slot(trash, 2) = look.object;
  EXPECT_EQ(heap.Collect(0), 1);
  EXPECT_EQ(heap.size(), 1);
}

TEST(SaturatedWithin, TheCallbackOfAWeakReference) {
  Heap heap({});
  const TypeId type = heap.Register(Describe(Kind::kRun));
  const auto saturate = [](Heap& h, Object weak) {
    SetReferences(h, weak, kMaxReferences - 1);
    h.Retain(weak);
    h.Retain(weak);
  };
  for (const bool cycle : {false, true}) {
    const Object target = heap.New(type);
    const Object weak = heap.NewWeak(target, saturate);
    if (cycle) heap.Store(heap.Slot(target, 0), target);
    heap.Release(target);
    EXPECT_EQ(heap.Collect(), cycle ? 1 : 0);
    heap.Release(weak);
    EXPECT_EQ(heap.References(weak), kMaxReferences);
    EXPECT_TRUE(heap.IsWeak(weak));
    EXPECT_EQ(heap.Target(weak), kNull);
    EXPECT_EQ(heap.Verify({}), "");
  }
  EXPECT_EQ(heap.size(), 2);
}

// --- Within each function that is user code

// A heap whose user code, of any kind, calls `work`, once each.
class Worker : public Listener {
 public:
  explicit Worker(Rules::Finalizers finalizers) : heap({.finalizers = finalizers}, this, this) {
    heap.SetEnabled(false);
    node = heap.Register(Describe(Kind::kSlots));
    bag = heap.Register(DescribeBag());
    Type type = Describe(Kind::kMap);
    type.finalize = [](Heap& h, Object) { Of(h).Work(); };
    mortal = heap.Register(type);
  }
  ~Worker() override { work = nullptr; }
  void CollectionStarted(int, bool) override { Work(); }
  void CollectionStopped(const Collection&) override { Work(); }

  // Deaths and collections that run user code everywhere, with trash of every kind around.
  void Live() {
    for (const bool cycle : {false, true}) {
      Names objects;
      for (const TypeId type : {mortal, bag, mortal, node, mortal}) {
        objects.push_back(Make(heap, type));
        weaks.push_back(heap.NewWeak(objects.back(), [](Heap& h, Object) { Of(h).Work(); }));
        if (cycle) AddReference(heap, objects.back(), objects.front());
      }
      for (size_t i = 1; i < objects.size(); ++i) AddReference(heap, objects[i - 1], objects[i]);
      for (const Object object : objects) heap.Release(object);
    }
    heap.Collect();
    heap.Collect();
    for (int round = 0; round < 3; ++round) {
      for (size_t k = 0; k < heap.garbage_size(); ++k) {
        heap.Retain(heap.Garbage(k));
        held.push_back(heap.Garbage(k));
      }
      for (const Object object : std::exchange(held, {})) {
        ClearReferences(heap, object);
        heap.Release(object);
      }
      heap.ClearGarbage();
      heap.Collect();
    }
    work = nullptr;
    for (const Object weak : std::exchange(weaks, {})) heap.Release(weak);
    for (const Object object : std::exchange(made, {})) heap.Release(object);
    heap.Collect();
    EXPECT_EQ(heap.size(), 0);
    EXPECT_EQ(heap.Verify({}), "");
    EXPECT_EQ(Bag::alive, 0);
  }

  static Worker& Of(Heap& h) { return *static_cast<Worker*>(h.context()); }
  void Work() {
    if (!work || std::exchange(busy_, true)) return;
    ++calls;
    work();
    busy_ = false;
  }

  std::function<void()> work;
  int calls = 0;
  Names held, weaks, made;
  TypeId node, bag, mortal;
  Heap heap;

 private:
  bool busy_ = false;
};

class LimitsWithin : public testing::TestWithParam<Rules::Finalizers> {
 protected:
  Worker worker_{GetParam()};
  Heap& heap_ = worker_.heap;
};

INSTANTIATE_TEST_SUITE_P(BothRules, LimitsWithin, testing::ValuesIn(kBothRules),
                         [](const auto& info) {
                           return info.param == Rules::Finalizers::kOnce ? "Once" : "Uncollectable";
                         });

// Pages, tables by handle, tables of weak references and the table of entries all move.
TEST_P(LimitsWithin, TablesGrow) {
  worker_.work = [&] {
    const Object map = heap_.NewMap();
    const Object limit = heap_.handle_limit();
    while (heap_.handle_limit() < limit + 3 * Storage::kPageCells) {
      worker_.made.push_back(
          Make(heap_, worker_.made.size() % 2 == 0 ? worker_.bag : worker_.node));
      if (worker_.made.size() % 100 != 0) continue;
      const Object last = worker_.made.back();
      worker_.made.push_back(heap_.NewWeak(last));
      EXPECT_TRUE(heap_.Put(map, last, worker_.made.front()));
    }
    worker_.made.push_back(map);
  };
  worker_.Live();
  EXPECT_GT(worker_.calls, 10);
}

// Full collections within user code see that the heap has shrunk; what is in the middle of a death
// or a collection keeps its place all the same.
TEST_P(LimitsWithin, TablesShrink) {
  const Object kept = heap_.New(worker_.node);
  const void* const payload = heap_.Payload(kept);
  worker_.work = [&] {
    Names many;
    for (int i = 0; i < 300'000; ++i) many.push_back(heap_.New(worker_.node));
    for (const Object object : many) heap_.Release(object);
    for (int i = 0; i < 3; ++i) heap_.Collect();
    EXPECT_EQ(heap_.Payload(kept), payload);
    EXPECT_EQ(heap_.References(kept), 1u);
  };
  const Object mortal = heap_.New(worker_.mortal);
  TransferReference(heap_, mortal, heap_.New(worker_.mortal));
  heap_.Release(mortal);
  worker_.made.push_back(kept);
  worker_.Live();
  EXPECT_GT(worker_.calls, 10);
}

// Every birth in user code fails in turn, and each says so.
TEST_P(LimitsWithin, BirthsFail) {
  worker_.work = [&] {
    const Names before = heap_.GetObjects(0);
    const int64_t size = heap_.size();
    for (int nth = 1; nth <= 4; ++nth) {
      Names born;
      heap_.FailAllocation(nth);
      born.push_back(heap_.New(worker_.node));
      born.push_back(heap_.NewMap());
      const Object target = born[0] != kNull ? born[0] : born[1];
      const Object kept = heap_.New(worker_.node);  // the third
      born.push_back(kept);
      born.push_back(born[0] != kNull ? heap_.NewWeak(born[0])
                                      : heap_.NewHoldingWeak(kept, target));
      for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(born[static_cast<size_t>(i)] == kNull, i == nth - 1) << i << " of " << nth;
      }
      for (const Object object : born) {
        if (object != kNull) heap_.Release(object);
      }
    }
    EXPECT_EQ(heap_.GetObjects(0), before);
    EXPECT_EQ(heap_.size(), size);
  };
  worker_.Live();
  EXPECT_GT(worker_.calls, 10);
}

// A setting that user code makes is in force at once.
TEST_P(LimitsWithin, SettingsChange) {
  worker_.work = [&] {
    heap_.SetThresholds(1, 1, 1);
    heap_.SetEnabled(worker_.calls % 2 == 0);
    EXPECT_EQ(heap_.threshold(2), 1);
    EXPECT_EQ(heap_.enabled(), worker_.calls % 2 == 0);
    for (int i = 0; i < 5; ++i) worker_.made.push_back(heap_.New(worker_.node));
    EXPECT_EQ(heap_.Collect(worker_.calls % 3), heap_.Collect(0)) << "nothing is to be found";
    heap_.SetThresholds(700, 10, 10);
    heap_.SetEnabled(false);
  };
  worker_.Live();
  EXPECT_GT(worker_.calls, 10);
}

// --- Types

TEST(Types, OfTheLargestPayload) {
  Heap heap({});
  for (const bool run : {true, false}) {
    Type type = {.name = "large", .size = kMaxSize, .alignment = 16};
    type.references = {kMaxSize - 4, run ? kMaxSize - 8 : 0};
    if (run) std::swap(type.references[0], type.references[1]);
    const TypeId large = heap.Register(type);
    for (int round = 0; round < 2; ++round) {
      Names objects;
      for (int i = 0; i < 3; ++i) {
        objects.push_back(heap.New(large));
        auto* const payload = static_cast<unsigned char*>(heap.Payload(objects.back()));
        ASSERT_EQ(std::count(payload, payload + kMaxSize, 0), kMaxSize);
        heap.Store(heap.Slot(objects.back(), 0), objects.front());
        heap.Store(heap.Slot(objects.back(), 1), objects.back());
        std::memset(payload + 4, 0xFF, kMaxSize - 12);
      }
      EXPECT_EQ(heap.Verify(objects), "");
      for (const Object object : objects) heap.Release(object);
      EXPECT_EQ(heap.Collect(), 3);
      EXPECT_EQ(heap.size(), 0);
    }
  }
}

TEST(Types, OfAThousandReferences) {
  struct Order : Listener {
    void Freed(Object object) override { freed.push_back(object); }
    Names freed;
  } order;
  Heap heap({}, nullptr, &order);
  heap.SetEnabled(false);
  const TypeId node = heap.Register(Describe(Kind::kRun));
  for (const uint32_t gap : {4u, 8u}) {  // a run, and a map
    Type type = {.name = "wide", .size = 1000 * gap};
    for (uint32_t k = 0; k < 1000; ++k) type.references.push_back(k * gap);
    const TypeId wide = heap.Register(type);
    for (const bool cycle : {false, true}) {
      const Object holder = heap.New(wide);
      Names values;
      for (uint32_t k = 0; k < 1000; ++k) {
        values.push_back(k == 999 && cycle ? holder : heap.New(node));
        heap.Store(heap.Slot(holder, k), values.back());
        if (values.back() != holder) heap.Release(values.back());
      }
      EXPECT_EQ(heap.GetReferents(holder), values);
      EXPECT_EQ(heap.Collect(), 0);
      order.freed.clear();
      heap.Release(holder);
      EXPECT_EQ(heap.Collect(), cycle ? 1000 : 0);
      EXPECT_EQ(heap.size(), 0);
      if (cycle) continue;
      values.push_back(holder);
      EXPECT_EQ(order.freed, values);
    }
  }
}

TEST(TypesDeathTest, AreAtMostSoMany) {
  if (kPoison) GTEST_SKIP() << "300 MB of types take too long there";
  Heap heap({});
  TypeId last = 0;
  while (last + 1 < kMaxTypes) last = heap.Register({.size = 4, .references = {0}});
  const Object object = heap.New(last);
  EXPECT_EQ(heap.TypeOf(object), last);
  EXPECT_DEATH(heap.Register({}), "too many types");
}

}  // namespace
}  // namespace ouro::heap
