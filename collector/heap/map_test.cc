// SPDX-License-Identifier: Apache-2.0

// Maps: what heap.h promises of entries, one promise a test.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/recording_heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

using Names = std::vector<Object>;

class Maps : public testing::TestWithParam<Rules::Finalizers> {
 protected:
  void SetUp() override {
    node_ = recording_.Register(Kind::kSlots);
    finalized_ = recording_.Register(Kind::kRun, /*has_finalizer=*/true);
    leaf_ = recording_.Register(Kind::kLeaf);
    map_ = NewMap("map");
  }
  void TearDown() override {
    heap_.Collect();
    EXPECT_EQ(heap_.size(), 0);
    EXPECT_EQ(heap_.Verify({}), "");
  }

  Object NewMap(const std::string& name) {
    const Object map = heap_.NewMap();
    recording_.names[map] = name;
    return map;
  }
  Object Node(const std::string& name) { return recording_.New(node_, name); }
  // A value that nothing but the entry holds.
  Object PutNew(Object map, Object key, const std::string& name) {
    const Object value = Node(name);
    EXPECT_TRUE(heap_.Put(map, key, value));
    heap_.Release(value);
    return value;
  }
  std::string Log(Object released) {
    recording_.Log();
    heap_.Release(released);
    return recording_.Log();
  }

  RecordingHeap recording_{GetParam()};
  Heap& heap_ = recording_.heap;
  TypeId node_;
  TypeId finalized_;
  TypeId leaf_;
  Object map_;
};

INSTANTIATE_TEST_SUITE_P(BothRules, Maps, testing::ValuesIn(kBothRules), [](const auto& info) {
  return info.param == Rules::Finalizers::kOnce ? "Once" : "Uncollectable";
});

// --- Entries

TEST_P(Maps, AreBornEmptyTrackedAndHeldOnce) {
  EXPECT_TRUE(heap_.IsMap(map_));
  EXPECT_FALSE(heap_.IsWeak(map_));
  EXPECT_EQ(heap_.References(map_), 1u);
  EXPECT_TRUE(heap_.IsTracked(map_));
  EXPECT_EQ(heap_.GetObjects(0), Names{map_});
  EXPECT_EQ(heap_.GetReferents(map_), Names{});
  const Object key = Node("key");
  EXPECT_FALSE(heap_.IsMap(key));
  EXPECT_EQ(heap_.Lookup(map_, key), kNull);
  EXPECT_EQ(heap_.Verify({map_, key}), "");
  EXPECT_EQ(Log(key), "free key");
  EXPECT_EQ(Log(map_), "free map");
}

TEST_P(Maps, HoldTheValueButNotTheKey) {
  const Object key = Node("key");
  const Object value = Node("value");
  EXPECT_TRUE(heap_.Put(map_, key, value));
  EXPECT_EQ(heap_.Lookup(map_, key), value);
  EXPECT_EQ(heap_.Lookup(map_, value), kNull);
  EXPECT_EQ(heap_.References(map_), 1u);
  EXPECT_EQ(heap_.References(key), 1u);
  EXPECT_EQ(heap_.References(value), 2u);
  EXPECT_EQ(heap_.Verify({map_, key, value}), "");
  EXPECT_NE(heap_.Verify({map_, key}), "");  // the entry is one reference, not two
  EXPECT_NE(heap_.Verify({map_, key, value, value}), "");
  EXPECT_EQ(Log(value), "");
  EXPECT_EQ(Log(key), "free key free value");
  EXPECT_EQ(heap_.Verify({map_}), "");
  EXPECT_EQ(heap_.GetReferents(map_), Names{});
  heap_.Release(map_);
}

TEST_P(Maps, TakeTheirEntriesWithThem) {
  const Object key = Node("key");
  PutNew(map_, key, "value");
  EXPECT_EQ(Log(map_), "free map free value");
  EXPECT_EQ(heap_.Verify({key}), "");
  heap_.Release(key);
}

TEST_P(Maps, StoreTheNewValueBeforeTheOldOneDies) {
  const Object key = Node("key");
  const Object old = recording_.New(finalized_, "old");
  heap_.Put(map_, key, old);
  heap_.Release(old);
  const Object value = Node("value");
  Object seen = kNull;
  recording_.finalize = [&](Object) { seen = heap_.Lookup(map_, key); };
  recording_.Log();
  EXPECT_TRUE(heap_.Put(map_, key, value));
  EXPECT_EQ(recording_.Log(), "finalize old free old");
  EXPECT_EQ(seen, value);
  heap_.Release(value);
  EXPECT_TRUE(heap_.Put(map_, key, value));  // its only holder
  EXPECT_EQ(heap_.References(value), 1u);
  EXPECT_EQ(Log(map_), "free map free value");
  heap_.Release(key);
}

TEST_P(Maps, ForgetWhatIsRemoved) {
  const Object key = Node("key");
  const Object other = Node("other");
  heap_.Remove(map_, key);
  PutNew(map_, key, "value");
  heap_.Remove(map_, other);
  EXPECT_EQ(recording_.Log(), "");
  heap_.Remove(map_, key);
  EXPECT_EQ(recording_.Log(), "free value");
  EXPECT_EQ(heap_.Lookup(map_, key), kNull);
  EXPECT_EQ(heap_.Verify({map_, key, other}), "");
  for (const Object object : {map_, key, other}) heap_.Release(object);
}

TEST_P(Maps, AreSeparate) {
  const Object key = Node("key");
  const Object second = NewMap("second");
  const Object a = PutNew(map_, key, "a");
  const Object b = PutNew(second, key, "b");
  EXPECT_EQ(heap_.Lookup(map_, key), a);
  EXPECT_EQ(heap_.Lookup(second, key), b);
  heap_.Remove(map_, key);
  EXPECT_EQ(recording_.Log(), "free a");
  EXPECT_EQ(heap_.Lookup(second, key), b);
  EXPECT_EQ(Log(second), "free second free b");
  heap_.Release(map_);
  heap_.Release(key);
}

TEST_P(Maps, ReferToTheirValuesOnly) {
  const Object a = Node("a");
  const Object b = Node("b");
  const Object value = PutNew(map_, a, "value");
  heap_.Put(map_, b, value);
  AddReference(heap_, a, value);
  EXPECT_EQ(heap_.GetReferents(map_), (Names{value, value}));
  EXPECT_EQ(heap_.GetReferents(b), Names{});
  EXPECT_EQ(heap_.GetReferrers(value), (Names{map_, a}));
  EXPECT_EQ(heap_.GetReferrers(b), Names{});
  for (const Object object : {map_, a, b}) heap_.Release(object);
}

// A leaf is not tracked, and a bag dies by functions of its own.
TEST_P(Maps, HaveKeysOfAnyType) {
  for (const Kind kind : {Kind::kLeaf, Kind::kBag, Kind::kCleared, Kind::kMap}) {
    const Object key = recording_.New(recording_.Register(kind), "key");
    PutNew(map_, key, "value");
    EXPECT_EQ(heap_.Verify({map_, key}), "");
    EXPECT_EQ(heap_.Collect(), 0);
    EXPECT_EQ(Log(key), "free key free value");
    EXPECT_EQ(heap_.Verify({map_}), "");
  }
  heap_.Release(map_);
}

// --- The order of deaths

TEST_P(Maps, ReleaseTheOldestEntryFirst) {
  Names keys;
  for (const char* name : {"a", "b", "c", "d"}) keys.push_back(Node(name));
  PutNew(map_, keys[1], "first");
  PutNew(map_, keys[0], "second");
  PutNew(map_, keys[3], "third");
  PutNew(map_, keys[2], "fourth");
  PutNew(map_, keys[1], "again");  // the entry keeps its age
  heap_.Remove(map_, keys[0]);
  PutNew(map_, keys[0], "last");
  EXPECT_EQ(Log(map_), "free map free again free third free fourth free last");
  for (const Object key : keys) heap_.Release(key);
}

TEST_P(Maps, LoseTheOldestEntryOfAKeyFirst) {
  const Object key = Node("key");
  const Object second = NewMap("second");
  PutNew(second, key, "older");
  PutNew(map_, key, "newer");
  EXPECT_EQ(Log(key), "free key free older free newer");
  heap_.Release(map_);
  heap_.Release(second);
}

TEST_P(Maps, ReleaseValuesWhenTheWholeDeathIsComplete) {
  const Object a = Node("a");
  const Object b = Node("b");
  TransferReference(heap_, a, b);
  TransferReference(heap_, a, Node("c"));
  PutNew(map_, a, "of a");
  const Object of_b = PutNew(map_, b, "of b");
  TransferReference(heap_, of_b, Node("d"));
  EXPECT_EQ(Log(a), "free b free c free a free d free of b free of a");
  heap_.Release(map_);
}

TEST_P(Maps, ReleaseWhatTheValueCausesBeforeTheNextValue) {
  const Object key = Node("key");
  const Object next = Node("next");
  const Object second = NewMap("second");
  heap_.Put(map_, key, next);  // `next` is a key as well: its value comes last
  heap_.Release(next);
  PutNew(map_, next, "of next");
  PutNew(second, key, "of key");
  EXPECT_EQ(Log(key), "free key free next free of key free of next");
  heap_.Release(map_);
  heap_.Release(second);
}

// A finalizer lets a key go: a death within a death, which completes first.
TEST_P(Maps, KeepValuesOfADeathApartFromThoseOfADeathWithin) {
  const Object outer = recording_.New(finalized_, "outer");
  const Object inner = Node("inner");
  const Object second = recording_.New(finalized_, "second");
  PutNew(map_, outer, "of outer");
  const Object a = NewMap("a");
  heap_.Put(a, outer, second);
  heap_.Release(second);
  PutNew(map_, inner, "of inner");
  recording_.finalize = [&](Object object) {
    if (object == second) heap_.Release(inner);
  };
  EXPECT_EQ(Log(outer),
            "finalize outer free outer free of outer finalize second (free inner free of inner) "
            "free second");
  heap_.Release(map_);
  heap_.Release(a);
}

TEST_P(Maps, KeepTheEntryOfAKeyThatIsResurrected) {
  const Object key = recording_.New(finalized_, "key");
  const Object value = PutNew(map_, key, "value");
  Object seen = kNull;
  recording_.finalize = [&](Object object) {
    seen = heap_.Lookup(map_, object);
    heap_.Retain(object);
  };
  EXPECT_EQ(Log(key), "finalize key");
  EXPECT_EQ(seen, value);
  EXPECT_EQ(heap_.Lookup(map_, key), value);
  EXPECT_EQ(heap_.Verify({map_, key}), "");
  recording_.finalize = {};
  heap_.Release(key);
  heap_.Release(map_);
}

// --- Collections

TEST_P(Maps, AreCollectedWithWhatTheyHold) {
  const Object key = Node("key");
  const Object value = PutNew(map_, key, "value");
  AddReference(heap_, value, map_);
  heap_.Release(map_);
  EXPECT_EQ(heap_.Lookup(map_, key), value);
  EXPECT_EQ(heap_.Collect(), 2);
  EXPECT_EQ(recording_.Log(), "free value free map");
  EXPECT_EQ(heap_.Verify({key}), "");
  heap_.Release(key);
}

TEST_P(Maps, LoseAnEntryWhoseValueLeadsToItsKey) {
  const Object key = Node("key");
  const Object value = PutNew(map_, key, "value");
  AddReference(heap_, value, key);
  EXPECT_EQ(Log(key), "");
  EXPECT_EQ(heap_.Collect(), 2);
  EXPECT_EQ(heap_.GetReferents(map_), Names{});
  EXPECT_EQ(heap_.Verify({map_}), "");
  heap_.Release(map_);
}

// No slot refers to them.
TEST_P(Maps, LoseKeysThatAreEachOthersValues) {
  const Object a = Node("a");
  const Object b = PutNew(map_, a, "b");
  heap_.Put(map_, b, a);
  EXPECT_EQ(Log(a), "");
  EXPECT_EQ(heap_.Collect(), 2);
  EXPECT_EQ(heap_.GetReferents(map_), Names{});
  EXPECT_EQ(heap_.Verify({map_}), "");
  heap_.Release(map_);
}

TEST_P(Maps, KeepTheValueIfTheKeyIsReachedLater) {
  const Object first = Node("first");
  const Object holder = Node("holder");  // the last to be examined
  const Object late = Node("late");
  TransferReference(heap_, holder, late);
  const Object of_late = PutNew(map_, late, "of late");
  const Object of_first = PutNew(map_, first, "of first");
  for (const Object value : {of_late, of_first}) AddReference(heap_, value, value);
  const Object map_holder = Node("map holder");  // ... and so is this map
  const Object second = NewMap("second");
  TransferReference(heap_, map_holder, second);
  const Object of_second = PutNew(second, first, "of second");
  AddReference(heap_, of_second, of_second);
  EXPECT_EQ(heap_.Collect(), 0);
  EXPECT_EQ(heap_.Lookup(map_, late), of_late);
  EXPECT_EQ(heap_.Verify({map_, first, holder, map_holder}), "");
  for (const Object object : {first, holder, map_holder}) heap_.Release(object);
  EXPECT_EQ(heap_.Collect(), 3);
  heap_.Release(map_);
}

TEST_P(Maps, ThatAreOldLoseYoungKeys) {
  heap_.Collect();
  const Object key = Node("key");
  const Object value = PutNew(map_, key, "value");
  AddReference(heap_, value, key);
  heap_.Release(key);
  EXPECT_EQ(heap_.Collect(0), 2);
  EXPECT_EQ(heap_.Verify({map_}), "");
  heap_.Release(map_);
}

TEST_P(Maps, ThatAreYoungDieWithOldKeys) {
  const Object key = Node("key");
  heap_.Collect();
  const Object young = NewMap("young");
  const Object value = PutNew(young, key, "value");
  AddReference(heap_, value, young);
  heap_.Release(young);
  EXPECT_EQ(heap_.Collect(0), 2);
  EXPECT_EQ(heap_.Verify({map_, key}), "");
  heap_.Release(key);
  heap_.Release(map_);
}

TEST_P(Maps, ThatAreOldHoldAYoungValueOfAnOldKey) {
  const Object key = Node("key");
  heap_.Collect();
  const Object value = PutNew(map_, key, "value");
  AddReference(heap_, value, value);
  EXPECT_EQ(heap_.Collect(0), 0);
  EXPECT_EQ(heap_.Lookup(map_, key), value);
  heap_.Release(key);
  EXPECT_EQ(heap_.Collect(), 1);
  heap_.Release(map_);
}

// The trash is plain otherwise, so that its references need no order.
TEST_P(Maps, LoseTheLeafThatTrashHeldAsTheirKey) {
  const Object trash = Node("trash");
  AddReference(heap_, trash, trash);
  const Object key = recording_.New(leaf_, "key");
  TransferReference(heap_, trash, key);
  PutNew(map_, key, "value");
  heap_.Release(trash);
  EXPECT_EQ(heap_.Collect(), 1);
  EXPECT_EQ(recording_.Log(), "free key free value free trash");
  EXPECT_EQ(heap_.Verify({map_}), "");
  heap_.Release(map_);
}

TEST_P(Maps, OfTrashAreEmptiedBeforeItsSlots) {
  const Object key = Node("key");
  AddReference(heap_, key, key);
  TransferReference(heap_, key, Node("slot"));
  const Object second = NewMap("second");
  PutNew(second, key, "older");
  PutNew(map_, key, "newer");
  heap_.Release(key);
  EXPECT_EQ(heap_.Collect(), 4);  // and what it held alone
  EXPECT_EQ(recording_.Log(), "free older free newer free slot free key");
  heap_.Release(map_);
  heap_.Release(second);
}

// Section 6: what an uncollectable object reaches stays, too.
TEST_P(Maps, KeepTheValueOfAnUncollectableKey) {
  const Object key = recording_.New(finalized_, "key");
  AddReference(heap_, key, key);
  const Object value = PutNew(map_, key, "value");
  AddReference(heap_, value, value);
  const Object lost = NewMap("lost");  // trash, which the key does not reach
  const Object other = PutNew(lost, key, "other");
  AddReference(heap_, other, other);
  AddReference(heap_, other, lost);
  heap_.Release(lost);
  heap_.Release(key);
  heap_.Collect();
  if (GetParam() == Rules::Finalizers::kOnce) {
    EXPECT_EQ(heap_.size(), 1);
    return heap_.Release(map_);
  }
  EXPECT_EQ(heap_.size(), 3);
  EXPECT_EQ(heap_.Garbage(0), key);
  EXPECT_EQ(heap_.Lookup(map_, key), value);
  EXPECT_EQ(heap_.Verify({map_}), "");
  ClearReferences(heap_, key);
  ClearReferences(heap_, value);
  heap_.ClearGarbage();
  heap_.Release(map_);
}

// --- Reset

TEST_P(Maps, AreForgottenByAReset) {
  Names keys;
  for (int i = 0; i < 40; ++i) {
    keys.push_back(Node("key"));
    PutNew(map_, keys.back(), "value");
  }
  heap_.Reset();
  EXPECT_EQ(heap_.Verify({}), "");
  map_ = NewMap("map");
  for (int i = 0; i < 80; ++i) {  // they get the handles of the objects before
    const Object object = Node("key");
    EXPECT_EQ(heap_.Lookup(map_, object), kNull);
    heap_.Release(object);
  }
  const Object key = Node("key");
  PutNew(map_, key, "value");
  EXPECT_EQ(heap_.Verify({map_, key}), "");
  EXPECT_EQ(Log(key), "free key free value");
  heap_.Release(map_);
}

}  // namespace
}  // namespace ouro::heap
