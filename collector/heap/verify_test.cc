// SPDX-License-Identifier: Apache-2.0

// Verify, put to the test: a heap with something of everything is sound; then one thing in it is
// broken, and Verify must say what. One test for each sentence that it knows.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "collector/heap/entries.h"
#include "collector/heap/heap.h"
#include "collector/heap/storage.h"
#include "collector/heap/testing/inner_heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

// How the payload of a weak reference begins: Heap::Weak.
struct WeakCell {
  Object target;
  Object older;
  Object newer;
};

class VerifyTest : public testing::Test {
 protected:
  void SetUp() override {
    heap_.SetEnabled(false);
    node_ = heap_.Register(Describe(Kind::kRun));
    leaf_type_ = heap_.Register(Describe(Kind::kLeaf));
    a_ = New(node_);
    b_ = New(node_);
    heap_.Store(heap_.Slot(a_, 0), b_);
    leaf_ = New(leaf_type_);
    heap_.Store(heap_.Slot(b_, 2), leaf_);
    older_ = Held(heap_.NewWeak(a_));
    newer_ = Held(heap_.NewWeak(a_));
    map_ = Held(heap_.NewMap());
    other_map_ = Held(heap_.NewMap());
    heap_.Put(map_, a_, b_);
    heap_.Put(other_map_, b_, leaf_);
    const Object dead = heap_.New(node_);  // a cell that is free
    heap_.Release(dead);
    free_ = dead;
    ASSERT_EQ(Verify(), "");
  }
  // Most of these states would not survive the end of the heap.
  void TearDown() override { ASSERT_EQ(Verify(), "") << "not mended"; }

  Object Held(Object object) {
    held_.push_back(object);
    return object;
  }
  Object New(TypeId type) { return Held(heap_.New(type)); }
  std::string Verify() const { return heap_.Verify(held_); }
  static std::string Of(Object object, const std::string& what) {
    return "object " + std::to_string(object) + ": " + what;
  }
  Storage& storage() { return StorageOf(heap_); }
  Storage::Page& PageOf(Object object) { return storage().PageOf(object); }
  WeakCell& CellOf(Object weak) { return *static_cast<WeakCell*>(heap_.Payload(weak)); }

  // Gives `place` the value `wrong`, and back what it had.
  template <typename T>
  void ExpectSays(T& place, std::type_identity_t<T> wrong, const std::string& says) {
    const T right = std::exchange(place, wrong);
    EXPECT_EQ(Verify(), says);
    place = right;
    EXPECT_EQ(Verify(), "");
  }
  void ExpectSaysState(Object object, uint8_t wrong, const std::string& says) {
    ExpectSays(storage().state[object], static_cast<State>(wrong), says);
  }
  uint8_t StateOf(Object object) { return storage().Bits(object); }

  Heap heap_{Rules{}};
  std::vector<Object> held_;
  TypeId node_ = 0;
  TypeId leaf_type_ = 0;
  Object a_, b_, leaf_, older_, newer_, map_, other_map_, free_;
};

// --- Counts

TEST_F(VerifyTest, CountsTheObjects) {
  ExpectSays(SizeOf(heap_), heap_.size() + 1, "size() is 8 but there are 7 objects");
  ExpectSays(SizeOf(heap_), heap_.size() - 1, "size() is 6 but there are 7 objects");
}

TEST_F(VerifyTest, CountsTheReferences) {
  // a: held. b: held, and by a slot and an entry. The leaf: held, by a slot and an entry.
  ExpectSays(storage().refs[a_], 2, Of(a_, "2 references counted, 1 found"));
  ExpectSays(storage().refs[b_], 2, Of(b_, "2 references counted, 3 found"));
  ExpectSays(storage().refs[leaf_], 4, Of(leaf_, "4 references counted, 3 found"));
  ExpectSays(storage().refs[older_], 2, Of(older_, "2 references counted, 1 found"));
  ExpectSays(storage().refs[map_], 0, Of(map_, "0 references counted, 1 found"));
}

TEST_F(VerifyTest, KnowsThatSaturatedCountsSayNothing) {
  const uint32_t right = std::exchange(storage().refs[b_], kMaxReferences);
  EXPECT_EQ(Verify(), "");
  storage().refs[b_] = kMaxReferences - 1;
  EXPECT_EQ(Verify(), Of(b_, "2147483646 references counted, 3 found"));
  storage().refs[b_] = right;
}

TEST_F(VerifyTest, CountsWhatTheEmbedderHolds) {
  held_.push_back(a_);
  EXPECT_EQ(Verify(), Of(a_, "1 references counted, 2 found"));
  held_.pop_back();
  const std::vector<Object> right = std::exchange(held_, {});
  EXPECT_EQ(Verify(), Of(a_, "1 references counted, 0 found"));
  held_ = right;
  held_.push_back(kNull);
  EXPECT_EQ(Verify(), Of(kNull, "is referenced but does not exist"));
  held_ = right;
}

TEST_F(VerifyTest, KnowsWhatDoesNotExist) {
  const Object beyond = heap_.handle_limit() + 5;
  ExpectSays(heap_.Slot(a_, 1), free_, Of(free_, "is referenced but does not exist"));
  ExpectSays(heap_.Slot(a_, 1), beyond, Of(beyond, "is referenced but does not exist"));
  held_.push_back(free_);
  EXPECT_EQ(Verify(), Of(free_, "is referenced but does not exist"));
  held_.pop_back();
}

TEST_F(VerifyTest, KnowsAnUnreferencedObject) {
  const Object c = heap_.New(node_);
  storage().refs[c] = 0;
  EXPECT_EQ(Verify(), Of(c, "alive but unreferenced"));
  storage().refs[c] = 1;
  heap_.Release(c);
}

TEST_F(VerifyTest, KnowsThatNullIsNotCounted) {
  ExpectSays(storage().refs[kNull], 1, "kNull is counted");
  ExpectSays(storage().list_index[kNull], 1, "kNull is counted");
}

TEST_F(VerifyTest, KnowsTheStateOfNull) {
  ExpectSaysState(kNull, kFree, "the state of kNull has changed");
  ExpectSaysState(kNull, StateOf(kNull) | kUnreached, "the state of kNull has changed");
}

TEST_F(VerifyTest, CountsTheGarbageList) {
  heap_.SetDebug(kDebugSaveAll);
  const Object trash = MakeTrash(heap_, node_);
  EXPECT_EQ(heap_.Collect(), 1);
  EXPECT_EQ(Verify(), "");
  ExpectSays(storage().garbage.size, 0, Of(trash, "2 references counted, 1 found"));
}

// --- States

TEST_F(VerifyTest, KnowsTheDying) {
  ExpectSaysState(a_, kDying, Of(a_, "dying but referenced"));
  const Object c = heap_.New(node_);
  storage().Remove(c);
  storage().SetList(c, kDying);
  EXPECT_EQ(Verify(), Of(c, "dead but not freed"));
  storage().Append(c, kGeneration0);
  heap_.Release(c);
}

TEST_F(VerifyTest, KnowsATrackedLeaf) {
  ExpectSaysState(leaf_, kGeneration0 | (StateOf(leaf_) & kHasEntries),
                  Of(leaf_, "a leaf is tracked"));
}

TEST_F(VerifyTest, KnowsTheReported) {
  ExpectSaysState(b_, StateOf(b_) | kReported, Of(b_, "reported free but alive"));
}

TEST_F(VerifyTest, KnowsTheUnreached) {
  for (const Object object : {a_, leaf_, older_, map_}) {
    ExpectSaysState(object, StateOf(object) | kUnreached,
                    Of(object, "marked kUnreached, but no traversal runs"));
  }
}

TEST_F(VerifyTest, KnowsAnObjectInNoGeneration) {
  storage().Remove(b_);
  storage().SetList(b_, kUntracked);
  EXPECT_EQ(Verify(), Of(b_, "in no generation"));
  storage().Append(b_, kGeneration0);
}

// --- Lists

TEST_F(VerifyTest, KnowsAWrongIndex) {
  ExpectSays(storage().list_index[b_], 0, Of(b_, "not at its index in its list"));
  ExpectSays(storage().list_index[b_], 1000, Of(b_, "not at its index in its list"));
  ExpectSaysState(b_, kGeneration1 | (StateOf(b_) & ~kListBits),
                  Of(b_, "not at its index in its list"));
}

TEST_F(VerifyTest, KnowsAnObjectThatIsListedTwice) {
  ObjectList& list = storage().lists[kGeneration0];
  list.objects[list.size++] = b_;
  EXPECT_EQ(Verify(), Of(b_, "in a list or at an index that differs from its own"));
  --list.size;
  ObjectList& old = storage().lists[kGeneration2];
  old.objects[old.size++] = b_;
  EXPECT_EQ(Verify(), Of(b_, "in a list or at an index that differs from its own"));
  --old.size;
}

TEST_F(VerifyTest, CountsTheHoles) {
  ExpectSays(storage().lists[kGeneration0].holes, storage().lists[kGeneration0].holes + 1,
             "a list has miscounted its holes");
  heap_.Release(heap_.Slot(a_, 0));  // to have one, take b out of the middle, and back
  heap_.Retain(b_);
  ObjectList& list = storage().lists[kGeneration0];
  const uint32_t index = storage().list_index[b_];
  storage().Remove(b_);
  EXPECT_EQ(list.holes, 1u);
  storage().Append(b_, kGeneration0);
  EXPECT_EQ(Verify(), "");
  list.holes = 0;
  EXPECT_EQ(Verify(), "a list has miscounted its holes");
  list.holes = 1;
  EXPECT_EQ(list.objects[index], kNull);
}

// --- Weak references

TEST_F(VerifyTest, KnowsTheFlagOfATarget) {
  ExpectSaysState(a_, StateOf(a_) & ~kHasWeakRefs,
                  Of(older_, "its target lacks the flag kHasWeakRefs"));
  Object& newest = storage().NewestWeak(a_);
  const Object right = std::exchange(newest, kNull);
  EXPECT_EQ(Verify(), Of(a_, "flagged kHasWeakRefs without one"));
  newest = right;
}

TEST_F(VerifyTest, KnowsTheListOfWeakReferences) {
  ExpectSays(storage().NewestWeak(a_), b_,
             Of(a_, "its list of weak references has another object"));
  ExpectSays(CellOf(newer_).target, b_, Of(a_, "a weak reference to it has another target"));
  ExpectSays(CellOf(newer_).target, kNull, Of(a_, "a weak reference to it has another target"));
  ExpectSays(CellOf(older_).newer, kNull, Of(a_, "its list of weak references is linked wrongly"));
  ExpectSays(CellOf(newer_).older, kNull, Of(older_, "not in the list of its target"));
}

// --- Entries

TEST_F(VerifyTest, KnowsTheFlagOfEntries) {
  ExpectSaysState(a_, StateOf(a_) & ~kHasEntries, Of(a_, "lacks the flag kHasEntries"));
  const Object empty = heap_.NewMap();
  held_.push_back(empty);
  ExpectSaysState(empty, StateOf(empty) | kHasEntries,
                  Of(empty, "flagged kHasEntries without one"));
  ExpectSaysState(older_, StateOf(older_) | kHasEntries,
                  Of(older_, "flagged kHasEntries without one"));
  held_.pop_back();
  heap_.Release(empty);
}

TEST_F(VerifyTest, KnowsTheSidesOfAnEntry) {
  Entries& entries = EntriesOf(heap_);
  const uint32_t entry = entries.FirstOf(a_);
  ASSERT_NE(entry, 0u);
  ExpectSays(entries.at(entry).map, b_, Of(a_, "has an entry of another object"));
  const Object empty = heap_.NewMap();
  held_.push_back(empty);
  ExpectSays(entries.at(entry).map, empty,
             Of(a_, "has an entry whose other side does not know it"));
  held_.pop_back();
  heap_.Release(empty);
}

// --- Pages

class VerifyPages : public VerifyTest {
 protected:
  void SetUp() override {
    VerifyTest::SetUp();
    page_ = "page " + std::to_string(a_ >> Storage::kPageBits) + ": ";
  }
  Storage::Page& page() { return PageOf(a_); }
  Pool& pool() { return *page().pool; }
  uint64_t& FreeWord(Object cell) { return FreeBitsOf(storage())[cell / 64]; }

  std::string page_;
};

TEST_F(VerifyPages, HaveTheShapeOfTheirPool) {
  ExpectSays(page().shape.lifecycle, Shape::Lifecycle::kGeneral,
             page_ + "its shape differs from its pool's");
}

TEST_F(VerifyPages, CountTheCellsTaken) {
  const auto taken = page().taken;
  ExpectSays(page().taken, taken + 1, page_ + "the cells taken are miscounted");
  ExpectSays(page().taken, taken - 1, page_ + "the cells taken are miscounted");
  ExpectSays(pool().cached, pool().cached - 1, page_ + "the cells taken are miscounted");
}

TEST_F(VerifyPages, HaveACacheThatFits) {
  const uint32_t right = std::exchange(pool().cached, Pool::kCacheCells + 1);
  EXPECT_EQ(Verify(), page_ + "its pool's cache overflows");
  pool().cached = right;
}

TEST_F(VerifyPages, LoseNoCells) {
  ExpectSays(page().used, page().used + 1, page_ + "cells are lost");
}

TEST_F(VerifyPages, MarkTheirFreeCells) {
  const auto with = [this](Object cell) { return FreeWord(cell) ^ uint64_t { 1 } << (cell % 64); };
  ExpectSays(FreeWord(a_), with(a_), page_ + "a cell that is marked free is not");
  const Object fresh = (a_ & ~(Storage::kPageCells - 1)) + page().used;
  ExpectSays(FreeWord(fresh), with(fresh), page_ + "a cell that is marked free is new");
  ASSERT_EQ(pool().cache[pool().cached - 1], free_);
  ExpectSays(FreeWord(free_), with(free_), page_ + "cells are lost");
}

// A run that a collection frees goes to its page, not to the cache.
TEST_F(VerifyPages, LoseNoFreeCells) {
  for (int i = 0; i < 64; ++i) MakeTrash(heap_, node_);
  EXPECT_EQ(heap_.Collect(), 64);
  EXPECT_EQ(Verify(), "");
  const Object first = a_ & ~(Storage::kPageCells - 1);
  Object freed = first;
  while ((FreeWord(freed) >> (freed % 64) & 1) == 0) ASSERT_LT(++freed, first + page().used);
  ExpectSays(FreeWord(freed), FreeWord(freed) ^ uint64_t{1} << (freed % 64),
             page_ + "cells are lost");
}

TEST_F(VerifyPages, AreOpenIfTheyHaveRoom) {
  ExpectSays(pool().open, 0, page_ + "open without room, or not open with room");
  ExpectSays(page().capacity, page().taken, page_ + "open without room, or not open with room");
}

TEST_F(VerifyPages, AreLinked) {
  ExpectSays(page().next, map_ >> Storage::kPageBits, page_ + "its links are broken");
}

TEST_F(VerifyPages, AreCounted) {
  uint32_t& busy = BusyPagesOf(storage());
  ExpectSays(busy, busy + 1, "busy pages are miscounted");
  ExpectSays(busy, busy - 1, "busy pages are miscounted");
  ExpectSays(VacantOf(storage()), a_ >> Storage::kPageBits, "vacant pages are miscounted");
}

// --- While user code runs

// "While user code runs the heap owns references that the graph does not show, so counts may then
// be greater." Not smaller.
TEST(VerifyWithin, UserCodeCountsMayBeGreater) {
  struct Place {
    int calls = 0;
    std::vector<Object> held;
  } place;
  Heap heap({}, &place);
  Type type = Describe(Kind::kRun);
  type.finalize = [](Heap& h, Object object) {
    Place& at = *static_cast<Place*>(h.context());
    ++at.calls;
    EXPECT_EQ(h.Verify(at.held), "") << "the object itself has a reference of the heap's";
    const Object held = at.held[0];
    SetReferences(h, held, h.References(held) + 1);
    EXPECT_EQ(h.Verify(at.held), "");
    SetReferences(h, held, h.References(held) - 2);
    EXPECT_EQ(h.Verify(at.held),
              "object " + std::to_string(held) + ": 0 references counted, 1 found");
    SetReferences(h, held, h.References(held) + 1);
    EXPECT_TRUE(h.IsTracked(object));
  };
  const TypeId mortal = heap.Register(type);
  place.held = {heap.New(heap.Register(Describe(Kind::kRun)))};
  heap.Release(heap.New(mortal));
  MakeTrash(heap, mortal);
  heap.Collect();
  EXPECT_EQ(place.calls, 2);
  EXPECT_EQ(heap.Verify(place.held), "");
}

}  // namespace
}  // namespace ouro::heap
