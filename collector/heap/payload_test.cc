// SPDX-License-Identifier: Apache-2.0

// A payload is the embedder's: zeroed at birth, whatever was in its cell before; the embedder's own
// until `destroy` has seen it; and given to `destroy` once, whatever its object died of. One test
// for each kind of death, with each kind of type, with and without a finalizer, with and without a
// `destroy`, under both rules.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

constexpr uint32_t kMark = 0xC3A5'5A3C;

// What it gets is not zeroed.
constexpr Allocator kJunk = {[](size_t bytes) {
                               void* memory = std::malloc(bytes);
                               return memory == nullptr ? nullptr
                                                        : std::memset(memory, 0xA5, bytes);
                             },
                             [](void* memory, size_t) { std::free(memory); }};

// The part of a payload that is no reference; none in a type of slots only.
uint32_t* NumberOf(const Heap& heap, Object object, Kind kind) {
  void* const payload = heap.Payload(object);
  switch (kind) {
    case Kind::kSlots:
      return nullptr;
    case Kind::kRun:
    case Kind::kCleared:
      return &static_cast<Row*>(payload)->number;
    case Kind::kMap:
      return &static_cast<Map*>(payload)->number;
    case Kind::kBag:
      return &static_cast<Bag*>(payload)->number;
    case Kind::kLeaf:
      break;
  }
  return static_cast<uint32_t*>(payload);
}

struct Variant {
  Kind kind;
  bool finalized;
  bool destroyed;  // its `destroy` tells
  Rules::Finalizers rules;
};

// A heap with one object `x` of that variant, which references the leaf "child", and a log of what
// becomes of it: "finalize x clear x free child free x destroy x".
class Life : public Listener {
 public:
  explicit Life(const Variant& variant)
      : variant_(variant),
        owner(std::make_unique<Heap>(Rules{.finalizers = variant.rules}, this, this, kJunk)),
        heap(owner.get()) {
    original_ = Describe(variant.kind);
    Type type = original_;
    if (variant.finalized) type.finalize = [](Heap& h, Object o) { Of(h).Finalize(o); };
    if (type.clear != nullptr) type.clear = [](Heap& h, Object o) { Of(h).Clear(o); };
    if (variant.destroyed || type.destroy != nullptr)
      type.destroy = [](Heap& h, Object o) { Of(h).Destroy(o); };
    type_ = heap->Register(type);
    plain = heap->Register(Describe(Kind::kSlots));
    leaf_type_ = heap->Register(Describe(Kind::kLeaf));
    heap->SetEnabled(false);
  }

  Object MakeX() {
    x = heap->New(type_);
    names[x] = "x";
    ExpectZero(x);
    if (variant_.kind == Kind::kBag) {
      new (heap->Payload(x)) Bag;
      ++Bag::alive;
    }
    if (uint32_t* number = NumberOf(*heap, x, variant_.kind)) *number = kMark;
    if (has_references()) TransferReference(*heap, x, MakeNamed(leaf_type_, "child"));
    return x;
  }
  Object MakeNamed(TypeId type, const std::string& name) {
    const Object object = heap->New(type);
    names[object] = name;
    return object;
  }
  // An object that only references itself and `x`.
  Object MakeTrashHolding(Object held, const std::string& name) {
    const Object trash = MakeNamed(plain, name);
    heap->Store(heap->Slot(trash, 0), trash);
    heap->Store(heap->Slot(trash, 1), held);
    heap->Release(trash);
    return trash;
  }

  void Empty() {
    ClearReferences(*heap, x);
    emptied = true;
  }

  // The handle of x goes to another object, which has nothing of it.
  void ExpectReusedZeroed() {
    for (int i = 0; i < 2000; ++i) {
      const Object object = heap->New(type_);
      ExpectZero(object);
      Bag::alive += variant_.kind == Kind::kBag ? 1 : 0;  // one whose bag is all zeros
      if (object == x) return;
    }
    ADD_FAILURE() << "its handle is not reused";
  }
  void ExpectZero(Object object) const {
    const std::vector<std::byte> zero(original_.size);
    EXPECT_EQ(std::memcmp(heap->Payload(object), zero.data(), zero.size()), 0);
  }

  bool has_references() const { return variant_.kind != Kind::kLeaf; }
  // Without finalizer: what every death ends with.
  std::string End() const {
    return std::string(original_.clear != nullptr ? "clear x " : "") +
           (has_references() ? "free child " : "") + "free x" + Destroyed();
  }
  std::string Destroyed() const {
    const bool tells = variant_.destroyed || original_.destroy != nullptr;
    return tells ? " destroy x" : "";
  }
  std::string Death() const { return (variant_.finalized ? "finalize x " : "") + End(); }

  std::string TakeLog() { return std::exchange(log_, ""); }
  const Variant& variant() const { return variant_; }

  void Freed(Object object) override {
    if (object == x) ExpectMark(x);
    if (names.count(object) > 0) Record("free " + names[object]);
  }
  void GarbageAppended(Object object) override { Record("garbage " + names[object]); }

 private:
  static Life& Of(Heap& h) { return *static_cast<Life*>(h.context()); }

  void Record(const std::string& what) { log_ += (log_.empty() ? "" : " ") + what; }
  void ExpectMark(Object object) const {
    if (object != x) return;
    const uint32_t* number = NumberOf(*heap, object, variant_.kind);
    if (number != nullptr) EXPECT_EQ(*number, kMark);
  }
  void Finalize(Object object) {
    ExpectMark(object);
    Record("finalize " + names[object]);
    EXPECT_EQ(heap->IsTracked(object), has_references());
    EXPECT_EQ(heap->GetReferents(object).empty(), !has_references() || emptied);
    if (finalize) finalize();
  }
  void Clear(Object object) {
    if (object == x) {
      ExpectMark(object);
      Record("clear " + names[object]);
    }
    original_.clear(*heap, object);
  }
  void Destroy(Object object) {
    if (object == x) {
      ExpectMark(object);
      if (!at_end) EXPECT_EQ(heap->GetReferents(object), std::vector<Object>{});
      Record("destroy " + names[object]);
    }
    if (original_.destroy != nullptr) original_.destroy(*heap, object);
  }

  const Variant variant_;
  Type original_;
  TypeId type_;
  TypeId leaf_type_;
  std::string log_;

 public:
  std::map<Object, std::string> names;
  std::function<void()> finalize;
  bool emptied = false;  // by the test, before it dies
  bool at_end = false;   // destroy runs with all references in place
  Object x = kNull;
  TypeId plain;
  std::unique_ptr<Heap> owner;
  Heap* const heap;  // also while it is destroyed
};

class Payload : public testing::TestWithParam<std::tuple<Kind, Rules::Finalizers>> {
 protected:
  // Calls kill(life), which returns what should be in the log, for each variant of the type; then
  // the cell is used again.
  void ForEachVariant(const std::function<std::string(Life&)>& kill) {
    for (const bool finalized : {false, true}) {
      for (const bool destroyed : {false, true}) {
        SCOPED_TRACE(std::string(finalized ? "finalized" : "plain") +
                     (destroyed ? ", destroyed" : ""));
        Life life({std::get<0>(GetParam()), finalized, destroyed, std::get<1>(GetParam())});
        life.MakeX();
        const std::string expected = kill(life);
        EXPECT_EQ(life.TakeLog(), expected);
        life.names.clear();  // for others may get the handle
        life.ExpectReusedZeroed();
        life.x = kNull;
        life.heap->Reset();
      }
    }
    EXPECT_EQ(Bag::alive, 0);
  }
};

bool Keeps(const Life& life) {
  return life.variant().finalized && life.variant().rules == Rules::Finalizers::kUncollectable;
}

TEST_P(Payload, OfADeathByCount) {
  ForEachVariant([](Life& life) {
    life.heap->Release(life.x);
    return life.Death();
  });
}

TEST_P(Payload, OfADeathWithinADeath) {
  ForEachVariant([](Life& life) {
    const Object outer = life.MakeNamed(life.plain, "outer");
    life.heap->Store(life.heap->Slot(outer, 1), life.x);
    life.heap->Release(life.x);
    life.heap->Release(outer);
    return life.Death() + " free outer";
  });
}

TEST_P(Payload, OfCyclicTrash) {
  ForEachVariant([](Life& life) {
    if (!life.has_references()) {  // a leaf, which hangs off it
      life.MakeTrashHolding(life.x, "trash");
      life.heap->Release(life.x);
      EXPECT_EQ(life.heap->Collect(), 1);
      return life.Death() + " free trash";
    }
    AddReference(*life.heap, life.x, life.x);
    life.heap->Release(life.x);
    EXPECT_EQ(life.heap->Collect(), 1);
    if (!Keeps(life)) return life.Death();
    EXPECT_EQ(life.TakeLog(), "garbage x");
    life.Empty();
    EXPECT_EQ(life.TakeLog(), "free child");
    life.heap->ClearGarbage();
    std::string death = life.Death();
    death.erase(death.find("free child "), std::strlen("free child "));
    return death;
  });
}

// Its references are emptied while others still reference it, which keep its cell until they go.
TEST_P(Payload, OfTrashThatIsClearedBeforeItsHolders) {
  ForEachVariant([](Life& life) {
    if (!life.has_references() || Keeps(life)) {
      life.heap->Release(life.x);
      return life.Death();
    }
    const Object a = life.MakeTrashHolding(life.x, "a");
    life.MakeTrashHolding(life.x, "b");
    TransferReference(*life.heap, life.x, a);
    life.heap->Retain(a);  // what x had of it
    life.heap->Release(life.x);
    EXPECT_EQ(life.heap->Collect(), 3);
    if (life.Destroyed().empty() && !life.variant().finalized &&
        std::string_view(life.Death()).find("clear") == std::string_view::npos) {
      return std::string("free child free x free a free b");  // all trivial
    }
    std::string death = life.Death();
    const std::string destroyed = life.Destroyed();
    death.resize(death.size() - destroyed.size());
    return death + " free a" + destroyed + " free b";
  });
}

TEST_P(Payload, OfASavedObjectThatIsReleased) {
  ForEachVariant([](Life& life) {
    if (!life.has_references()) {
      life.heap->Release(life.x);
      return life.Death();
    }
    AddReference(*life.heap, life.x, life.x);
    life.heap->Release(life.x);
    life.heap->SetDebug(kDebugSaveAll);
    EXPECT_EQ(life.heap->Collect(), 1);
    const bool once = life.variant().rules == Rules::Finalizers::kOnce;
    const bool called = once && life.variant().finalized;
    EXPECT_EQ(life.TakeLog(), called ? "finalize x garbage x" : "garbage x");
    life.Empty();
    EXPECT_EQ(life.TakeLog(), "free child");
    life.heap->ClearGarbage();
    std::string death = called ? life.End() : life.Death();
    death.erase(death.find("free child "), std::strlen("free child "));
    return death;
  });
}

TEST_P(Payload, OfAResurrectedObjectThatDies) {
  ForEachVariant([](Life& life) {
    if (!life.variant().finalized) {
      life.heap->Release(life.x);
      return life.Death();
    }
    life.finalize = [&life] { life.heap->Retain(life.x); };
    life.heap->Release(life.x);
    EXPECT_EQ(life.TakeLog(), "finalize x");
    EXPECT_EQ(life.heap->References(life.x), 1u);
    life.finalize = nullptr;
    life.heap->Release(life.x);
    return life.variant().rules == Rules::Finalizers::kOnce ? life.End() : life.Death();
  });
}

TEST_P(Payload, OfAnEntrysValue) {
  ForEachVariant([](Life& life) {
    const Object map = life.heap->NewMap();
    const Object key = life.MakeNamed(life.plain, "key");
    EXPECT_TRUE(life.heap->Put(map, key, life.x));
    life.heap->Release(life.x);
    life.heap->Release(key);
    return "free key " + life.Death();
  });
}

TEST_P(Payload, OfAKey) {
  ForEachVariant([](Life& life) {
    const Object map = life.heap->NewMap();
    const Object value = life.MakeNamed(life.plain, "value");
    EXPECT_TRUE(life.heap->Put(map, life.x, value));
    life.heap->Release(value);
    life.heap->Release(life.x);
    return life.Death() + " free value";
  });
}

TEST_P(Payload, OfAWatchedObject) {
  ForEachVariant([](Life& life) {
    const Object weak = life.heap->NewWeak(life.x, [](Heap&, Object) {});
    life.heap->Release(life.x);
    life.heap->Release(weak);
    return life.Death();
  });
}

TEST_P(Payload, OfTheOtherOfTwoReleasedTogether) {
  ForEachVariant([](Life& life) {
    const Object first = life.MakeNamed(life.plain, "first");
    life.heap->ReleaseBoth(first, life.x);
    return "free first " + life.Death();
  });
}

TEST_P(Payload, OfTrashAtExit) {
  ForEachVariant([](Life& life) {
    if (life.variant().rules == Rules::Finalizers::kUncollectable) {
      life.heap->Release(life.x);
      return life.Death();
    }
    life.MakeTrashHolding(life.x, "trash");
    life.heap->Release(life.x);
    EXPECT_EQ(life.heap->Exit(), life.has_references() ? 2 : 1);
    return life.Death() + " free trash";
  });
}

// No finalizer, no notification, but destroy, once.
TEST_P(Payload, OfWhatAResetForgets) {
  ForEachVariant([](Life& life) {
    AddReference(*life.heap, life.MakeNamed(life.plain, "holder"), life.x);
    life.at_end = true;
    life.heap->Reset();
    EXPECT_EQ(life.heap->size(), 0);
    life.at_end = false;
    const std::string destroyed = life.Destroyed();
    return destroyed.substr(std::min<size_t>(destroyed.size(), 1));
  });
}

TEST_P(Payload, OfWhatIsLeftWhenTheHeapIsDestroyed) {
  for (const bool finalized : {false, true}) {
    for (const bool destroyed : {false, true}) {
      Life life({std::get<0>(GetParam()), finalized, destroyed, std::get<1>(GetParam())});
      life.heap->Release(life.MakeX());
      EXPECT_EQ(life.TakeLog(), life.Death());
      life.names.clear();
      life.MakeX();
      life.at_end = true;
      life.owner.reset();
      const std::string expected = life.Destroyed();
      EXPECT_EQ(life.TakeLog(), expected.substr(std::min<size_t>(expected.size(), 1)));
    }
  }
  EXPECT_EQ(Bag::alive, 0);
}

// References that follow each other downwards are no run.
TEST(PayloadOrder, OfReferencesInDescendingOrder) {
  Heap heap(Rules{});
  const TypeId type =
      heap.Register({.name = "descending", .size = 3 * sizeof(Object), .references = {8, 4, 0}});
  const Object object = heap.New(type);
  const auto* payload = static_cast<const Object*>(heap.Payload(object));
  for (uint32_t i = 0; i < 3; ++i) {
    Object& slot = heap.Slot(object, i);
    EXPECT_EQ(&slot, payload + 2 - i);
    heap.Store(slot, object);
    EXPECT_EQ(heap.References(object), 2 + i);
  }
  heap.Release(object);
  EXPECT_EQ(heap.Collect(), 1);
  EXPECT_EQ(heap.Verify({}), "");
}

INSTANTIATE_TEST_SUITE_P(Kinds, Payload,
                         testing::Combine(testing::Values(Kind::kSlots, Kind::kRun, Kind::kMap,
                                                          Kind::kBag, Kind::kCleared, Kind::kLeaf),
                                          testing::ValuesIn(kBothRules)));

}  // namespace
}  // namespace ouro::heap
