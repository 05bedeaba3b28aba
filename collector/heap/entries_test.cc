// SPDX-License-Identifier: Apache-2.0

// The table of entries as it grows: order, memory that is refused, memory that is given back, and
// maps with so many keys, or entries in such long chains, that a quadratic step or a recursion
// would not end well.

#include "collector/heap/entries.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

constexpr int kMany = kPoison ? 50'000 : 200'000;  // squared, it would take minutes
constexpr int kChain = 100'000;

// An allocator that counts, as a global, for functions without context need one.
struct Books {
  size_t bytes = 0;
  int64_t allocations = 0;
  bool deny = false;
};
Books books;

constexpr Allocator kBooks = {[](size_t bytes) -> void* {
                                if (books.deny) return nullptr;
                                books.bytes += bytes;
                                ++books.allocations;
                                return kDefaultAllocator.allocate(bytes);
                              },
                              [](void* memory, size_t bytes) {
                                books.bytes -= bytes;
                                kDefaultAllocator.release(memory, bytes);
                              }};

class EntriesTest : public testing::Test {
 protected:
  void SetUp() override {
    books = {};
    heap_.emplace(Rules{}, nullptr, &freed_, kBooks);
    heap_->SetEnabled(false);
    type_ = heap_->Register(Describe(Kind::kSlots));
    map_ = heap_->NewMap();
  }
  void TearDown() override {
    heap_.reset();
    EXPECT_EQ(books.bytes, 0u);
  }

  std::vector<Object> News(int count) {
    std::vector<Object> objects;
    for (int i = 0; i < count; ++i) objects.push_back(heap_->New(type_));
    return objects;
  }
  void ReleaseAll(const std::vector<Object>& objects) {
    for (const Object object : objects) heap_->Release(object);
  }
  // A new value that only the entry holds.
  Object PutNew(Object map, Object key) {
    const Object value = heap_->New(type_);
    EXPECT_TRUE(heap_->Put(map, key, value));
    heap_->Release(value);
    return value;
  }

  struct Order : Listener {
    void Freed(Object object) override { order.push_back(object); }
    std::vector<Object> order;
  } freed_;
  std::optional<Heap> heap_;
  TypeId type_;
  Object map_;
};

TEST_F(EntriesTest, KeepTheirOrderAsTheTableGrows) {
  const Object key = heap_->New(type_);
  std::vector<Object> maps, values;
  std::vector<Object> others;
  for (int i = 0; i < 300; ++i) {  // each growth finds entries of `key` among others
    maps.push_back(heap_->NewMap());
    values.push_back(PutNew(maps.back(), key));
    others.push_back(heap_->New(type_));
    PutNew(map_, others.back());
  }
  for (size_t i = 0; i < maps.size(); ++i) {
    EXPECT_EQ(heap_->Lookup(maps[i], key), values[i]);
    EXPECT_NE(heap_->Lookup(map_, others[i]), kNull);
    EXPECT_EQ(heap_->Lookup(maps[i], others[i]), kNull);
  }
  freed_.order.clear();
  heap_->Release(key);
  values.insert(values.begin(), key);
  EXPECT_EQ(freed_.order, values);
  ReleaseAll(maps);
  ReleaseAll(others);
}

TEST_F(EntriesTest, AreNotMadeWithoutMemory) {
  const Object key = heap_->New(type_);
  const Object value = heap_->New(type_);
  books.deny = true;
  EXPECT_FALSE(heap_->Put(map_, key, value));
  EXPECT_EQ(heap_->Lookup(map_, key), kNull);
  EXPECT_EQ(heap_->References(value), 1u);
  EXPECT_EQ(heap_->Verify({map_, key, value}), "");
  books.deny = false;
  std::vector<Object> keys = News(1000);
  books.deny = true;
  size_t made = 0;
  while (made < keys.size() && heap_->Put(map_, keys[made], value)) ++made;
  EXPECT_EQ(made, 0u);
  books.deny = false;
  EXPECT_TRUE(heap_->Put(map_, keys[0], value));
  books.deny = true;
  for (made = 1; made < keys.size() && heap_->Put(map_, keys[made], value);) ++made;
  EXPECT_GT(made, 1u);
  EXPECT_LT(made, keys.size());
  EXPECT_EQ(heap_->References(value), made + 1);
  EXPECT_TRUE(heap_->Put(map_, keys[0], key));  // it is there: that takes no memory
  EXPECT_EQ(heap_->References(value), made);
  heap_->Remove(map_, keys[0]);
  EXPECT_TRUE(heap_->Put(map_, key, value));  // nor does one that takes the place of another
  books.deny = false;
  EXPECT_EQ(heap_->Collect(), 0);
  keys.push_back(key);
  ReleaseAll(keys);
  EXPECT_EQ(heap_->References(value), 1u);
  EXPECT_EQ(heap_->Verify({map_, value}), "");
}

TEST_F(EntriesTest, ReturnTheirMemoryToATrim) {
  std::vector<Object> keys = News(kMany);
  const size_t objects = heap_->bytes();
  for (const Object key : keys) heap_->Put(map_, key, map_);
  const size_t table = heap_->bytes() - objects;
  EXPECT_GE(table, keys.size() * sizeof(Entries::Entry));
  EXPECT_LE(table, 2 * keys.size() * (sizeof(Entries::Entry) + sizeof(uint32_t)) + 1000);
  EXPECT_EQ(heap_->bytes(), books.bytes);
  heap_->Trim();
  EXPECT_GE(heap_->bytes(), table);  // they are in use
  EXPECT_EQ(heap_->Lookup(map_, keys.back()), map_);
  ReleaseAll(keys);
  heap_->Trim();
  EXPECT_LT(heap_->bytes(), table);  // what a heap without objects keeps is less
  EXPECT_EQ(heap_->bytes(), books.bytes);
  const Object key = heap_->New(type_);
  PutNew(map_, key);
  EXPECT_EQ(heap_->Verify({map_, key}), "");
}

// A map that is used as a queue: the table has places for those that are in it at a time.
TEST_F(EntriesTest, TakeThePlacesOfOthers) {
  std::vector<Object> keys = News(10);
  for (const Object key : keys) PutNew(map_, key);
  const size_t bytes = heap_->bytes();
  for (int round = 0; round < 1000; ++round) {
    Object& key = keys[static_cast<size_t>(round) % keys.size()];
    if (round % 3 == 0) {
      heap_->Remove(map_, key);
    } else {
      heap_->Release(key);
      key = heap_->New(type_);
    }
    PutNew(map_, key);
  }
  EXPECT_EQ(heap_->bytes(), bytes);
  std::vector<Object> held = keys;
  held.push_back(map_);
  EXPECT_EQ(heap_->Verify(held), "");
}

TEST_F(EntriesTest, OfManyKeysTakeLinearTime) {
  std::vector<Object> keys = News(kMany);
  for (const Object key : keys) PutNew(map_, key);
  EXPECT_EQ(heap_->Collect(), 0);
  for (size_t i = 0; i < keys.size(); i += 2) heap_->Remove(map_, keys[i]);
  for (size_t i = 0; i < keys.size(); i += 2) PutNew(map_, keys[i]);
  freed_.order.clear();
  for (size_t i = 0; i < keys.size() / 2; ++i) heap_->Release(keys[i]);
  EXPECT_EQ(freed_.order.size(), keys.size() / 2 * 2);
  heap_->Release(map_);
  EXPECT_EQ(freed_.order.size(), keys.size() / 2 * 2 + 1 + (keys.size() - keys.size() / 2));
  keys.erase(keys.begin(), keys.begin() + static_cast<ptrdiff_t>(keys.size() / 2));
  EXPECT_EQ(heap_->Verify(keys), "");
}

// Trash as wide as that, cleared one by one.
TEST_F(EntriesTest, OfManyKeysAreClearedInLinearTime) {
  for (int i = 0; i < kMany; ++i) {
    const Object key = heap_->New(type_);
    heap_->Store(heap_->Slot(PutNew(map_, key), 0), key);
    heap_->Release(key);
  }
  EXPECT_EQ(heap_->Collect(), int64_t{2} * kMany);
  EXPECT_EQ(heap_->GetReferents(map_).size(), 0u);
  EXPECT_EQ(heap_->Verify({map_}), "");
}

// --- Chains of entries: the value of each key is the next key

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

class EntryChain : public EntriesTest {
 protected:
  // Returns the first key, of which the caller has a reference; nothing else holds the others.
  // With `cycles` no key dies by count. Backwards: the last is born first.
  Object Build(bool cycles, bool backwards) {
    std::vector<Object> keys = News(kChain);
    for (size_t i = 0; i < keys.size(); ++i) {
      if (cycles) heap_->Store(heap_->Slot(keys[i], 0), keys[i]);
    }
    if (backwards) keys = {keys.rbegin(), keys.rend()};
    for (size_t i = 1; i < keys.size(); ++i) heap_->Put(map_, keys[i - 1], keys[i]);
    for (size_t i = 1; i < keys.size(); ++i) heap_->Release(keys[i]);
    return keys[0];
  }
};

TEST_F(EntryChain, IsReachedInOneCollection) {
  OnSmallStack([this] {
    for (const bool backwards : {false, true}) {
      const Object first = Build(/*cycles=*/true, backwards);
      EXPECT_EQ(heap_->Collect(), 0);
      heap_->Release(first);
      EXPECT_EQ(heap_->Collect(), kChain);
      EXPECT_EQ(heap_->size(), 1);
    }
  });
}

TEST_F(EntryChain, DiesByCountFromItsBeginning) {
  OnSmallStack([this] {
    const Object first = Build(/*cycles=*/false, /*backwards=*/false);
    freed_.order.clear();
    heap_->Release(first);
    EXPECT_EQ(freed_.order.size(), size_t{kChain});
    EXPECT_EQ(freed_.order.front(), first);
    EXPECT_EQ(heap_->size(), 1);
  });
}

TEST_F(EntryChain, DiesWithItsMap) {
  OnSmallStack([this] {
    const Object first = Build(/*cycles=*/false, /*backwards=*/true);
    heap_->Release(map_);
    EXPECT_EQ(heap_->size(), 1);
    EXPECT_EQ(heap_->Verify({first}), "");
  });
}

}  // namespace
}  // namespace ouro::heap
