// SPDX-License-Identifier: Apache-2.0

// Weak references in every phase of their target's life, and of their own: what they yield, when
// they are called and with what; those that hold a reference of their own; and Dispose, the
// finalizer that is called by name.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/recording_heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

using Names = std::vector<Object>;

class Weaks : public testing::TestWithParam<Rules::Finalizers> {
 protected:
  void SetUp() override { heap_.SetEnabled(false); }
  void TearDown() override {
    recording_.finalize = recording_.callback = nullptr;
    heap_.Collect();
    EXPECT_EQ(heap_.size(), 0);
    EXPECT_EQ(heap_.Verify({}), "");
  }
  bool once() const { return GetParam() == Rules::Finalizers::kOnce; }
  Object Node(const std::string& name) { return recording_.New(node_, name); }
  Object Mortal(const std::string& name) { return recording_.New(mortal_, name); }
  Object Holding(Object target, Object held, const std::string& name) {
    const auto called = [](Heap& h, Object weak) {
      RecordingHeap& recording = *static_cast<RecordingHeap*>(h.WeakContext(weak));
      EXPECT_EQ(h.Target(weak), kNull);
      recording.Called(weak);
    };
    const Object weak = heap_.NewHoldingWeak(target, held, called, &recording_);
    recording_.names[weak] = name;
    return weak;
  }
  void Release(const Names& objects) {
    for (const Object object : objects) heap_.Release(object);
  }

  RecordingHeap recording_{GetParam()};
  Heap& heap_ = recording_.heap;
  const TypeId node_ = recording_.Register(Kind::kSlots);
  const TypeId mortal_ = recording_.Register(Kind::kRun, /*has_finalizer=*/true);
};

INSTANTIATE_TEST_SUITE_P(BothRules, Weaks, testing::ValuesIn(kBothRules), [](const auto& info) {
  return info.param == Rules::Finalizers::kOnce ? "Once" : "Uncollectable";
});

// --- The target

TEST_P(Weaks, BorrowTheTarget) {
  const Object target = Node("target");
  const Object weak = recording_.NewWeak(target, "weak");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(heap_.Target(weak), target);
  EXPECT_EQ(heap_.References(target), 1u);
  EXPECT_EQ(heap_.References(weak), 1u);
  EXPECT_EQ(heap_.Collect(), 0);
  EXPECT_EQ(heap_.Target(weak), target);
  EXPECT_EQ(heap_.Verify({target, weak}), "");
  Release({weak, target});
  EXPECT_EQ(recording_.Log(), "free weak free target");
}

TEST_P(Weaks, OfEachTypeOfTarget) {
  for (const Kind kind :
       {Kind::kSlots, Kind::kRun, Kind::kMap, Kind::kBag, Kind::kCleared, Kind::kLeaf}) {
    const Object target = recording_.New(recording_.Register(kind), "target");
    const Object weak = recording_.NewWeak(target, "weak");
    EXPECT_EQ(heap_.Target(weak), target);
    heap_.Release(target);
    EXPECT_EQ(recording_.Log(), "callback weak free target");
    EXPECT_EQ(heap_.Target(weak), kNull);
    heap_.Release(weak);
    recording_.Log();
  }
}

// "kNull if it is dead, dying": from the first step of its death under kUncollectable rules, and
// after its finalizer under kOnce.
TEST_P(Weaks, YieldNothingWhileTheTargetDies) {
  const Object target = Mortal("target");
  TransferReference(heap_, target, Mortal("part"));
  const Object weak = recording_.NewWeak(target, "weak", /*has_callback=*/false);
  const Object of_part = recording_.NewWeak(heap_.Slot(target, 0), "of part", false);
  recording_.finalize = [&](Object object) {
    const bool first = object == target;
    EXPECT_EQ(heap_.Target(weak), first && once() ? target : kNull);
    if (first) EXPECT_EQ(heap_.Target(of_part), heap_.Slot(target, 0));
  };
  heap_.Release(target);
  EXPECT_EQ(recording_.Log(), "finalize target finalize part free part free target");
  Release({weak, of_part});
}

// "or trash whose references a collection has begun to clear": under kOnce rules the finalizers are
// over, so what they have made may ask.
TEST_P(Weaks, YieldNothingThatIsBeingCleared) {
  if (!once()) return;
  const Object first = recording_.NewTrash(mortal_, "first");
  const Object second = recording_.NewTrash(mortal_, "second");
  const Object outside = Mortal("outside");  // dies as `first` is cleared
  TransferReference(heap_, first, outside);
  Object late[2] = {};
  recording_.finalize = [&](Object object) {
    if (object == first) {
      late[0] = recording_.NewWeak(first, "late first", false);
      late[1] = recording_.NewWeak(second, "late second", false);
      EXPECT_EQ(heap_.Target(late[0]), first);
      EXPECT_EQ(heap_.Target(late[1]), second);
      heap_.Retain(outside);
    }
  };
  EXPECT_EQ(heap_.Collect(), 2);
  EXPECT_EQ(heap_.Target(late[0]), kNull);
  EXPECT_EQ(heap_.Target(late[1]), kNull);
  recording_.finalize = nullptr;
  Release({late[0], late[1], outside});
}

// The same from within: a weak reference to an outside object is called while trash is cleared.
TEST_P(Weaks, YieldNothingToCallbacksWhileTrashIsCleared) {
  if (!once()) return;
  const Object first = recording_.NewTrash(mortal_, "first");
  const Object second = recording_.NewTrash(mortal_, "second");
  const Object outside = Node("outside");
  AddReference(heap_, first, outside);
  Names late;
  recording_.finalize = [&](Object object) {
    late.push_back(recording_.NewWeak(object, "late", false));
    if (object == first) {  // from here on, only the trash holds it
      heap_.Release(outside);
      late.push_back(recording_.NewWeak(outside, "observer"));
    }
  };
  recording_.callback = [&](Object) {
    EXPECT_EQ(heap_.Target(late[0]), kNull) << "being cleared";
    EXPECT_EQ(heap_.Target(late.back()), kNull) << "about to be";
  };
  recording_.Log();
  EXPECT_EQ(heap_.Collect(), 2);
  EXPECT_EQ(recording_.Log(),
            "finalize first finalize second callback observer free outside free first free second");
  EXPECT_EQ(late.size(), 3u);
  EXPECT_NE(second, kNull);
  Release(late);
}

// Nor what was cleared before, and is not freed yet, as other trash still references it.
TEST_P(Weaks, YieldNothingThatWasCleared) {
  if (!once()) return;
  const Object first = recording_.NewTrash(mortal_, "first");
  const Object second = recording_.NewTrash(mortal_, "second");
  const Object outside = Node("outside");
  AddReference(heap_, second, outside);  // released before the next one
  AddReference(heap_, second, first);
  Names late;
  recording_.finalize = [&](Object object) {
    if (object != first) return;
    late.push_back(recording_.NewWeak(first, "late", false));
    late.push_back(recording_.NewWeak(outside, "observer"));
    heap_.Release(outside);
  };
  recording_.callback = [&](Object) { EXPECT_EQ(heap_.Target(late[0]), kNull); };
  recording_.Log();
  EXPECT_EQ(heap_.Collect(), 2);
  EXPECT_EQ(recording_.Log(),
            "finalize first finalize second free first callback observer free outside free second");
  Release(late);
}

// --- Their own life

// "runs when the target dies, if the weak reference is alive then"
TEST_P(Weaks, AreNotCalledIfTheyDiedBefore) {
  const Object target = Node("target");
  Release({recording_.NewWeak(target, "weak")});
  recording_.Log();
  heap_.Release(target);
  EXPECT_EQ(recording_.Log(), "free target");
}

TEST_P(Weaks, AreKeptWhileTheyAreCalled) {
  const Object target = Node("target");
  const Object weak = recording_.NewWeak(target, "weak");
  recording_.callback = [&](Object called) {
    EXPECT_EQ(called, weak);
    EXPECT_EQ(heap_.WeakContext(called), &recording_);
    heap_.Release(weak);
    EXPECT_TRUE(heap_.IsWeak(called));
    EXPECT_EQ(heap_.References(called), 1u);
  };
  heap_.Release(target);
  EXPECT_EQ(recording_.Log(), "callback weak free weak free target");
}

// "the caller owns a reference to the target": the collection of its birth leaves it alone.
TEST_P(Weaks, MayCollectAtTheirBirth) {
  heap_.SetThresholds(1, 1, 1);
  const Object target = Node("target");
  heap_.SetEnabled(true);
  recording_.records_collections = true;
  const Object weak = recording_.NewWeak(target, "weak");
  EXPECT_EQ(recording_.Log(), "auto 0 done 0");
  EXPECT_EQ(heap_.GetObjects(0), Names{weak}) << "it did not exist yet";
  EXPECT_EQ(heap_.GetObjects(1), Names{target});
  const Object holding = Holding(target, target, "holding");
  heap_.SetEnabled(false);
  EXPECT_EQ(heap_.count(0), 1);
  recording_.records_collections = false;
  Release({weak, holding, target});
}

TEST_P(Weaks, HaveNothingOfTheOnesBefore) {
  const Object target = Node("target");
  const Object old = recording_.NewWeak(target, "old");
  heap_.Release(old);
  const Object weak = heap_.NewWeak(target);
  ASSERT_EQ(weak, old);
  EXPECT_EQ(heap_.WeakContext(weak), nullptr);
  recording_.Log();
  heap_.Release(target);
  EXPECT_EQ(recording_.Log(), "free target");
  heap_.Release(weak);
}

// --- Those that hold

TEST_P(Weaks, ThatHoldHaveOneReference) {
  const Object target = Node("target");
  const Object held = Node("held");
  const Object weak = Holding(target, held, "weak");
  EXPECT_TRUE(heap_.IsWeak(weak));
  EXPECT_FALSE(heap_.IsMap(weak));
  EXPECT_TRUE(heap_.IsTracked(weak));
  EXPECT_EQ(heap_.References(weak), 1u);
  EXPECT_EQ(heap_.Target(weak), target);
  EXPECT_EQ(heap_.WeakContext(weak), &recording_);
  EXPECT_EQ(heap_.Slot(weak, 0), held);
  EXPECT_EQ(heap_.GetReferents(weak), Names{held});
  EXPECT_EQ(heap_.GetReferrers(held), Names{weak}) << "to what it holds";
  EXPECT_EQ(heap_.GetReferrers(target), Names{}) << "never to its target";
  EXPECT_EQ(heap_.References(held), 2u);
  EXPECT_EQ(heap_.References(target), 1u);
  EXPECT_EQ(heap_.Verify({target, held, weak}), "");
  heap_.Release(held);
  EXPECT_EQ(recording_.Log(), "");
  heap_.Release(target);
  EXPECT_EQ(recording_.Log(), "callback weak free target");
  EXPECT_EQ(heap_.Slot(weak, 0), held) << "whatever becomes of its target";
  heap_.Release(weak);
  EXPECT_EQ(recording_.Log(), "free held free weak");
}

TEST_P(Weaks, ThatHoldTheirTargetAreCollected) {
  const Object target = Node("target");
  const Object weak = Holding(target, target, "weak");
  heap_.Store(heap_.Slot(target, 0), weak);
  heap_.Release(weak);
  heap_.Release(target);
  EXPECT_EQ(recording_.Log(), "");
  EXPECT_EQ(heap_.Collect(), 2) << "a cycle through it";
  EXPECT_EQ(recording_.Log(), "free weak free target") << "it is trash: not called";
}

TEST_P(Weaks, ThatHoldReleaseThatBeforeTheyLetTheTargetGo) {
  const Object target = Node("target");
  const Object weak = Holding(target, target, "weak");
  heap_.Release(target);  // only the weak reference holds it
  heap_.Release(weak);
  EXPECT_EQ(recording_.Log(), "free target free weak") << "which is dying, and not called";
}

TEST_P(Weaks, ThatHoldMayChangeWhatTheyHold) {
  const Object target = Node("target");
  const Object weak = Holding(target, Node("held"), "weak");
  heap_.Release(heap_.Slot(weak, 0));
  heap_.Store(heap_.Slot(weak, 0), kNull);
  EXPECT_EQ(recording_.Log(), "free held");
  EXPECT_EQ(heap_.GetReferents(weak), Names{});
  EXPECT_EQ(heap_.Target(weak), target);
  EXPECT_EQ(heap_.Verify({target, weak}), "");
  Release({weak, target});
}

TEST_P(Weaks, WithoutMemoryAreNotBorn) {
  const Object target = Node("target");
  const Object held = Node("held");
  for (const bool holds : {false, true}) {
    heap_.FailAllocation(1);
    const Object weak = holds ? heap_.NewHoldingWeak(target, held) : heap_.NewWeak(target);
    EXPECT_EQ(weak, kNull);
    EXPECT_EQ(heap_.References(held), 1u);
    EXPECT_EQ(heap_.count(0), 2);
    EXPECT_EQ(heap_.size(), 2);
    EXPECT_EQ(heap_.Verify({target, held}), "");
  }
  Release({target, held});
}

// "Weak references that hold nothing stay as small as they are: these are a type of their own."
TEST_P(Weaks, ThatHoldAreATypeOfTheirOwn) {
  const Object target = Node("target");
  const Object plain = heap_.NewWeak(target);
  const Object holding = heap_.NewHoldingWeak(target, target);
  EXPECT_NE(heap_.TypeOf(plain), heap_.TypeOf(holding));
  EXPECT_LT(heap_.type(heap_.TypeOf(plain)).size, heap_.type(heap_.TypeOf(holding)).size);
  EXPECT_STREQ(heap_.type(heap_.TypeOf(holding)).name, "weakref");
  Release({holding, plain, target});
}

// --- Dispose

TEST_P(Weaks, DisposeRunsTheFinalizerAndCountsForNothing) {
  const Object object = Mortal("object");
  TransferReference(heap_, object, Node("part"));
  const Object weak = recording_.NewWeak(object, "weak");
  recording_.finalize = [&](Object self) {
    EXPECT_EQ(heap_.Target(weak), self);
    EXPECT_TRUE(heap_.IsTracked(self));
  };
  for (int i = 0; i < 2; ++i) {
    heap_.Dispose(object);
    EXPECT_EQ(recording_.Log(), "finalize object");
    EXPECT_EQ(heap_.References(object), 1u);
    EXPECT_FALSE(heap_.IsFinalized(object));
    EXPECT_EQ(heap_.Target(weak), object);
    EXPECT_EQ(heap_.GetReferents(object).size(), 1u);
    EXPECT_EQ(heap_.Verify({object, weak}), "");
  }
  recording_.finalize = nullptr;
  heap_.Release(object);
  EXPECT_EQ(recording_.Log(), once() ? "finalize object callback weak free part free object"
                                     : "callback weak finalize object free part free object");
  heap_.Release(weak);
}

// It lives as long as its finalizer runs, then dies, and is finalized for that.
TEST_P(Weaks, DisposeOfAnObjectThatLetsItselfGo) {
  const Object object = Mortal("object");
  recording_.finalize = [&](Object self) {
    recording_.finalize = nullptr;
    heap_.Release(self);
    EXPECT_EQ(heap_.References(self), 1u);
  };
  heap_.Dispose(object);
  EXPECT_EQ(recording_.Log(), "finalize object finalize object free object");
}

TEST_P(Weaks, DisposeOfAnObjectThatWasFinalized) {
  const Object object = Mortal("object");
  recording_.finalize = [&](Object self) { heap_.Retain(self); };
  heap_.Release(object);
  recording_.finalize = nullptr;
  recording_.Log();
  heap_.Dispose(object);
  EXPECT_EQ(recording_.Log(), "finalize object") << "a call by name is always one";
  EXPECT_EQ(heap_.IsFinalized(object), once());
  heap_.Release(object);
  EXPECT_EQ(recording_.Log(), once() ? "free object" : "finalize object free object");
}

// "it runs at the object's death as if it had not been called", in a collection too.
TEST_P(Weaks, DisposeOfAnObjectOfACycle) {
  const Object object = Mortal("object");
  AddReference(heap_, object, object);
  heap_.Dispose(object);
  heap_.Release(object);
  recording_.Log();
  EXPECT_EQ(heap_.Collect(), 1);
  EXPECT_EQ(recording_.Log(), once() ? "finalize object free object" : "garbage object");
  if (once()) return;
  ClearReferences(heap_, object);
  heap_.ClearGarbage();
}

TEST_P(Weaks, DisposeOfALeaf) {
  const TypeId type = recording_.Register(Kind::kLeaf, /*has_finalizer=*/true);
  const Object leaf = recording_.New(type, "leaf");
  heap_.Dispose(leaf);
  EXPECT_FALSE(heap_.IsTracked(leaf));
  heap_.Release(leaf);
  EXPECT_EQ(recording_.Log(), "finalize leaf finalize leaf free leaf");
}

}  // namespace
}  // namespace ouro::heap
