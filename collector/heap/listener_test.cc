// SPDX-License-Identifier: Apache-2.0

// Within: what the embedder's functions see of the heap, each from where it is called, and what the
// heap is like after those that may write have written.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

using Names = std::vector<Object>;

// A heap with every function that an embedder can have. Each calls within(where, object).
class Within : public Listener {
 public:
  explicit Within(Rules::Finalizers finalizers) : heap({.finalizers = finalizers}, this, this) {
    heap.SetEnabled(false);
    heap.SetDebugOutput([this](std::string_view) { At("write", kNull); });
    heap.SetDebugClock([this] {
      At("clock", kNull);
      return 1.0;
    });
    plain = heap.Register(Describe(Kind::kSlots));
    Type type = DescribeBag();
    type.finalize = [](Heap& h, Object o) { Of(h).At("finalize", o); };
    type.visit = [](const Heap& h, Object o, const Visitor& visitor) {
      Of(h).At("visit", o);
      DescribeBag().visit(h, o, visitor);
    };
    type.clear = [](Heap& h, Object o) {
      Of(h).At("clear", o);
      DescribeBag().clear(h, o);
    };
    type.destroy = [](Heap& h, Object o) {
      Of(h).At("destroy", o);
      DescribeBag().destroy(h, o);
    };
    full = heap.Register(type);
    type.finalize = nullptr;
    bag = heap.Register(type);
    held = {heap.New(plain), heap.New(plain)};
    held.push_back(heap.NewWeak(held[0]));
    held.push_back(heap.NewMap());
    heap.Put(held[3], held[0], held[1]);
    heap.Store(heap.Slot(held[0], 1), held[1]);
    heap.Collect();
  }
  ~Within() override { within = nullptr; }

  void CollectionStarted(int, bool) override { At("started", kNull); }
  void CollectionStopped(const Collection&) override { At("stopped", kNull); }
  void Freed(Object object) override { At("freed", object); }
  void GarbageAppended(Object object) override { At("garbage", object); }

  // Deaths and collections that call all of them.
  void Live() {
    Object weak = heap.NewWeak(held[1], Called);
    heap.Release(weak);
    for (const TypeId type : {full, bag}) {
      const Object dies = Make(heap, type);
      AddReference(heap, dies, held[1]);
      weaks.push_back(heap.NewWeak(dies, Called));
      TransferReference(heap, dies, Make(heap, full));
      heap.Release(dies);
      const Object trash = Make(heap, type);
      AddReference(heap, trash, held[1]);
      TransferReference(heap, trash, Make(heap, bag));
      AddReference(heap, trash, trash);
      weaks.push_back(heap.NewWeak(trash, Called));
      heap.Release(trash);
      MakeTrash(heap, plain);
    }
    heap.SetDebug(kDebugStats | kDebugCollectable | kDebugUncollectable | kDebugObjects);
    heap.Collect();
    heap.SetDebug(kDebugSaveAll);
    MakeTrash(heap, bag);
    heap.Collect();
    heap.SetDebug(0);
    Clean();
  }
  // Releases what Live has left.
  void Clean() {
    for (size_t k = 0; k < heap.garbage_size(); ++k) {
      const Object object = heap.Garbage(k);
      heap.Retain(object);
      ClearReferences(heap, object);
      heap.Release(object);
    }
    heap.ClearGarbage();
    for (const Object weak : std::exchange(weaks, {})) heap.Release(weak);
    heap.Collect();
  }

  static Within& Of(const Heap& heap) { return *static_cast<Within*>(heap.context()); }
  static void Called(Heap& h, Object weak) { Of(h).At("callback", weak); }
  void At(const char* where, Object object) {
    if (!within || std::exchange(busy_, true)) return;
    ++calls[where];
    within(where, object);
    busy_ = false;
  }

  std::function<void(const std::string& where, Object object)> within;
  std::map<std::string, int> calls;
  Names held;  // a, b, a weak reference to a, a map with a: b
  Names weaks;
  TypeId plain, bag, full;
  Heap heap;

 private:
  bool busy_ = false;
};

constexpr const char* kEverywhere[] = {"started",  "stopped", "freed",   "garbage",
                                       "finalize", "visit",   "clear",   "destroy",
                                       "write",    "clock",   "callback"};
// User code, which may write, and what may at least call Verify.
const std::set<std::string> kUserCode = {"started", "stopped", "finalize", "callback"};

class WithinTest : public testing::TestWithParam<Rules::Finalizers> {
 protected:
  bool once() const { return GetParam() == Rules::Finalizers::kOnce; }
  void TearDown() override {
    within_.within = nullptr;
    within_.Clean();
    EXPECT_EQ(heap_.Verify(within_.held), "");
    EXPECT_EQ(heap_.size(), static_cast<int64_t>(within_.held.size()));
    EXPECT_EQ(Bag::alive, 0);
  }
  Within within_{GetParam()};
  Heap& heap_ = within_.heap;
};

INSTANTIATE_TEST_SUITE_P(BothRules, WithinTest, testing::ValuesIn(kBothRules),
                         [](const auto& info) {
                           return info.param == Rules::Finalizers::kOnce ? "Once" : "Uncollectable";
                         });

// --- Reading

TEST_P(WithinTest, LiveObjectsAreReadFromEverywhere) {
  const Object a = within_.held[0];
  const Object b = within_.held[1];
  const Object weak = within_.held[2];
  const Object map = within_.held[3];
  within_.within = [&](const std::string& where, Object) {
    SCOPED_TRACE(where);
    for (const Object object : within_.held) EXPECT_TRUE(heap_.IsTracked(object));
    EXPECT_EQ(heap_.TypeOf(a), within_.plain);
    EXPECT_EQ(heap_.Target(weak), a);
    EXPECT_EQ(heap_.Lookup(map, a), b);
    EXPECT_EQ(heap_.References(a), 1u);
    EXPECT_GE(heap_.References(b), 3u);
    EXPECT_EQ(heap_.GetReferents(a), Names{b});
    EXPECT_EQ(heap_.GetReferents(map), Names{b});
    EXPECT_EQ(heap_.GetReferents(weak), Names{});
    EXPECT_GE(heap_.size(), 4);
    EXPECT_GT(heap_.handle_limit(), *std::max_element(within_.held.begin(), within_.held.end()));
    EXPECT_GT(heap_.bytes(), 0u);
    EXPECT_FALSE(heap_.enabled());
    EXPECT_EQ(heap_.threshold(0), 700);
    EXPECT_GE(heap_.count(0), 0);
    for (size_t k = 0; k < heap_.garbage_size(); ++k) EXPECT_NE(heap_.Garbage(k), kNull);
    EXPECT_EQ(heap_.Garbage(heap_.garbage_size()), kNull);
    EXPECT_NE(heap_.Show(a), "");
  };
  within_.Live();
  for (const char* where : kEverywhere) EXPECT_GT(within_.calls[where], 0) << where;
}

// "not for dying objects, nor for those that a running collection has taken out"
TEST_P(WithinTest, TheCensusShowsLivingObjectsOfGenerationsOnly) {
  std::set<Object> freed;
  std::set<Object> born;
  within_.within = [&](const std::string& where, Object object) {
    SCOPED_TRACE(where);
    if (where == "freed") freed.insert(object);
    std::set<Object> seen;
    heap_.ForEachTracked([&](Object tracked, int generation) {
      EXPECT_TRUE(seen.insert(tracked).second) << "twice";
      EXPECT_TRUE(heap_.IsTracked(tracked));
      EXPECT_GE(generation, 0);
      EXPECT_LT(generation, kGenerations);
      if (where == "freed") EXPECT_NE(tracked, object) << "it is dead";
      if (where == "destroy") EXPECT_NE(tracked, object) << "it is dead";
    });
    for (const Object held : within_.held) EXPECT_EQ(seen.count(held), 1u);
    for (int i = 0, n = 0; i < kGenerations; ++i) {
      n += static_cast<int>(heap_.GetObjects(i).size());
      if (i == kGenerations - 1) EXPECT_EQ(n, static_cast<int>(seen.size()));
    }
  };
  within_.Live();
  EXPECT_GT(freed.size(), 3u);
}

TEST_P(WithinTest, TheCensusBeginsWithGenerationZero) {
  Names made;
  for (int generation = kGenerations - 1; generation >= 0; --generation) {
    made.insert(made.begin(), heap_.New(within_.plain));
    for (int i = 0; i < generation; ++i) heap_.Collect(i);
  }
  Names seen;
  int last = 0;
  heap_.ForEachTracked([&](Object object, int generation) {
    EXPECT_GE(generation, last);
    last = generation;
    if (std::find(made.begin(), made.end(), object) != made.end()) seen.push_back(object);
  });
  EXPECT_EQ(seen, made);
  for (int i = 0; i < kGenerations; ++i)
    EXPECT_EQ(heap_.GetObjects(i).back(), made[static_cast<size_t>(i)]);
  for (const Object object : made) heap_.Release(object);
}

// What a collection has found is not in any generation while its user code runs.
TEST_P(WithinTest, TheCensusShowsNoTrash) {
  const Object first = MakeTrash(heap_, within_.bag);
  const Object second = MakeTrash(heap_, within_.full);
  within_.weaks.push_back(heap_.NewWeak(first, Within::Called));
  int looked = 0;
  within_.within = [&](const std::string& where, Object) {
    if (where == "started") {
      EXPECT_EQ(heap_.GetObjects(0).size(), 3u) << "nothing is found yet";
      return;
    }
    if (where != "callback" && where != "finalize" && where != "clear" && where != "freed") return;
    ++looked;
    heap_.ForEachTracked([&](Object tracked, int) {
      EXPECT_NE(tracked, first) << where;
      EXPECT_NE(tracked, second) << where;
    });
  };
  EXPECT_EQ(heap_.Collect(), 2);
  EXPECT_GE(looked, 3);
  within_.within = nullptr;
  if (!once()) EXPECT_EQ(heap_.GetReferrers(second), Names{second}) << "back again";
}

// Section 1, step 3: "the object is tracked again, in generation 0", with a reference of its own.
TEST_P(WithinTest, AnObjectIsTrackedWhileItIsFinalized) {
  const Object old = Make(heap_, within_.full);
  heap_.Collect();
  ASSERT_EQ(heap_.GetObjects(2).back(), old);
  within_.within = [&](const std::string& where, Object object) {
    if (where != "finalize") return;
    EXPECT_EQ(object, old);
    EXPECT_TRUE(heap_.IsTracked(old));
    EXPECT_EQ(heap_.GetObjects(0), Names{old});
    EXPECT_EQ(heap_.References(old), 1u);
    EXPECT_FALSE(heap_.IsFinalized(old)) << "the mark is set after the call";
    EXPECT_EQ(heap_.Collect(), 0) << "nor is it trash";
    EXPECT_EQ(heap_.GetObjects(2).back(), old);
  };
  heap_.Release(old);
  EXPECT_EQ(within_.calls["finalize"], 1);
}

// In a collection the mark comes first.
TEST_P(WithinTest, TrashIsMarkedBeforeItIsFinalized) {
  if (!once()) return;
  const Object trash = MakeTrash(heap_, within_.full);
  within_.within = [&](const std::string& where, Object object) {
    if (where != "finalize") return;
    EXPECT_EQ(object, trash);
    EXPECT_TRUE(heap_.IsFinalized(trash));
    EXPECT_TRUE(heap_.IsTracked(trash));
    EXPECT_EQ(heap_.References(trash), 2u) << "its own, and the heap's";
    EXPECT_EQ(heap_.GetReferents(trash), Names{trash}) << "nothing is cleared yet";
  };
  heap_.Collect();
  EXPECT_EQ(within_.calls["finalize"], 1);
}

// gc.is_finalized: "which is never true under kUncollectable rules".
TEST_P(WithinTest, IsFinalizedTellsWhatHasRunForGood) {
  const Object object = Make(heap_, within_.full);
  EXPECT_FALSE(heap_.IsFinalized(object));
  within_.within = [&](const std::string& where, Object its) {
    if (where == "finalize" && within_.calls[where] == 1) heap_.Retain(its);
  };
  heap_.Release(object);
  EXPECT_EQ(heap_.IsFinalized(object), once());
  EXPECT_EQ(heap_.GetObjects(0), Names{object}) << "resurrected, it stays where it is";
  heap_.Collect();
  EXPECT_EQ(heap_.IsFinalized(object), once());
  heap_.Release(object);
  EXPECT_EQ(within_.calls["finalize"], once() ? 1 : 2);
}

// --- Freed

// "Once in an object's life", for all that die in any way; and none that lives.
TEST_P(WithinTest, FreedIsCalledOnceForEachObject) {
  std::map<Object, int> freed;
  int64_t born = heap_.size();
  within_.within = [&](const std::string& where, Object object) {
    if (where == "freed") ++freed[object];
  };
  Names all;
  const Object hub = Make(heap_, within_.bag);  // trash that others reference when it is cleared
  for (const TypeId type : {within_.plain, within_.bag, within_.full}) {
    for (int i = 0; i < 4; ++i) {
      all.push_back(Make(heap_, type));
      AddReference(heap_, all.back(), all.back());
      AddReference(heap_, all.back(), hub);
      AddReference(heap_, hub, all.back());
    }
  }
  for (const Object object : all) heap_.Release(object);
  heap_.Release(hub);
  heap_.Collect();
  within_.within = nullptr;
  within_.Clean();
  EXPECT_EQ(heap_.size(), born);
  for (const auto& [object, times] : freed) EXPECT_EQ(times, 1) << object;
  EXPECT_EQ(freed.size(), once() ? 13u : 0u);
}

// "its references are released, no finalizer or slot will see it again"
TEST_P(WithinTest, FreedComesAfterTheReferencesAndBeforeDestroy) {
  Names order;
  std::vector<std::string> places;
  const Object outer = Make(heap_, within_.full);
  const Object inner = Make(heap_, within_.bag);
  TransferReference(heap_, outer, inner);
  within_.within = [&](const std::string& where, Object object) {
    places.push_back(where + (object == outer ? " outer" : " inner"));
    if (where == "freed") EXPECT_EQ(heap_.GetReferents(object), Names{});
    if (where == "freed") EXPECT_EQ(heap_.IsTracked(object), false);
  };
  heap_.Release(outer);
  EXPECT_EQ(places,
            (std::vector<std::string>{"finalize outer", "clear outer", "clear inner", "freed inner",
                                      "destroy inner", "freed outer", "destroy outer"}));
}

// "Override what you need."
TEST_P(WithinTest, AListenerMayIgnoreEverything) {
  Listener ignores;
  Heap heap({.finalizers = GetParam()}, nullptr, &ignores);
  const TypeId type = heap.Register(Describe(Kind::kRun));
  MakeTrash(heap, type);
  heap.SetDebug(kDebugSaveAll);
  EXPECT_EQ(heap.Collect(), 1);
  heap.Release(heap.New(type));
  EXPECT_EQ(heap.size(), 1);
}

// "its handle may be reused from now on": in the next user code, at least.
TEST_P(WithinTest, AHandleIsReusedByTheNextUserCode) {
  const Object dies = heap_.New(within_.plain);
  const Object mortal = Make(heap_, within_.full);
  Object fresh = kNull;
  within_.within = [&](const std::string& where, Object) {
    if (where == "finalize") fresh = heap_.New(within_.plain);
  };
  heap_.Store(heap_.Slot(dies, 0), kNull);
  heap_.Release(dies);
  heap_.Release(mortal);
  EXPECT_EQ(fresh, dies);
  EXPECT_EQ(heap_.References(fresh), 1u);
  heap_.Release(fresh);
}

// --- The order of releases

TEST_P(WithinTest, ReleaseBothReleasesTheSecondFirstIfItLives) {
  Names freed;
  within_.within = [&](const std::string& where, Object object) {
    if (where == "freed") freed.push_back(object);
  };
  // The second has other references: it does not die.
  const Object a = heap_.New(within_.plain);
  const Object b = heap_.New(within_.plain);
  heap_.Retain(b);
  heap_.ReleaseBoth(a, b);
  EXPECT_EQ(freed, Names{a});
  EXPECT_EQ(heap_.References(b), 1u);
  // The first one holds the second.
  const Object c = heap_.New(within_.plain);
  heap_.Store(heap_.Slot(c, 0), b);
  freed.clear();
  heap_.ReleaseBoth(c, b);
  EXPECT_EQ(freed, (Names{b, c}));
  // The second one holds the first.
  const Object d = heap_.New(within_.plain);
  const Object e = heap_.New(within_.plain);
  heap_.Store(heap_.Slot(e, 0), d);
  freed.clear();
  heap_.ReleaseBoth(d, e);
  EXPECT_EQ(freed, (Names{d, e}));
}

// "if the caller has the last reference to `second`, user code that runs in the death of `first`
// cannot see it alive": by no way of looking.
TEST_P(WithinTest, ReleaseBothHidesTheSecond) {
  const Object first = Make(heap_, within_.full);
  const Object second = Make(heap_, within_.full);
  const Object weak = heap_.NewWeak(second, Within::Called);
  within_.weaks.push_back(weak);
  bool looked = false;
  within_.within = [&](const std::string& where, Object object) {
    if (where != "finalize" || object != first) return;
    looked = true;
    EXPECT_EQ(heap_.Target(weak), kNull);
    EXPECT_FALSE(heap_.IsTracked(second));
    heap_.ForEachTracked([&](Object tracked, int) { EXPECT_NE(tracked, second); });
    EXPECT_EQ(heap_.Collect(), 0) << "and no collection takes it";
    EXPECT_EQ(heap_.Verify({within_.held[0], within_.held[1], within_.held[2], within_.held[3],
                            weak, first}),
              "");
  };
  heap_.ReleaseBoth(first, second);
  EXPECT_TRUE(looked);
  EXPECT_EQ(within_.calls["finalize"], 2);
  EXPECT_EQ(within_.calls["callback"], 1) << "it dies as ever, afterwards";
}

// The second is a weak reference: a collection that clears its target does not call it any more.
TEST_P(WithinTest, ReleaseBothOfAWeakReferenceWhoseTargetIsCollected) {
  const Object first = Make(heap_, within_.full);
  const Object target = Make(heap_, within_.full);
  AddReference(heap_, target, target);
  const Object weak = heap_.NewWeak(target, Within::Called);
  heap_.Release(target);
  bool looked = false;
  within_.within = [&](const std::string& where, Object object) {
    if (where != "finalize" || object != first) return;
    looked = true;
    heap_.Collect();
  };
  heap_.ReleaseBoth(first, weak);
  EXPECT_TRUE(looked);
  EXPECT_EQ(within_.calls["callback"], 0);
}

}  // namespace
}  // namespace ouro::heap
