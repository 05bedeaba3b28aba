// SPDX-License-Identifier: Apache-2.0

// The entries of a heap's maps. An entry belongs to a map and to a key; both find it in O(1): a map
// by a list whose ends are in its cell, a key by a hash table. Both see their entries in the order
// of their birth.
//
// Place: internal to heap.h.
//
// Only Reserve allocates. Threads: not thread-safe. Exceptions: none.

#ifndef COLLECTOR_HEAP_ENTRIES_H_
#define COLLECTOR_HEAP_ENTRIES_H_

#include <cstddef>
#include <cstdint>

#include "collector/heap/storage.h"

namespace ouro::heap {

// The payload of a map: its first and its last entry, or 0.
struct MapCell {
  uint32_t first;
  uint32_t last;
};

class Entries {
 public:
  struct Entry {
    Object map;
    Object key;
    Object value;
    uint32_t next_in_chain;  // of the keys with this hash; of a free entry, the next free one
    uint32_t next_in_map;
    uint32_t previous_in_map;
  };

  // Entries that are in no map any more, but not yet free.
  struct Queue {
    uint32_t first = 0;
    uint32_t last = 0;
  };

  explicit Entries(const Allocator& allocator) : allocator_(allocator) {}
  ~Entries() { Release(); }
  Entries(const Entries&) = delete;
  Entries& operator=(const Entries&) = delete;

  // Entries are numbered from 1; 0 is none.
  Entry& at(uint32_t entry) { return entries_[entry]; }
  const Entry& at(uint32_t entry) const { return entries_[entry]; }

  // The entry of that key in that map, or 0. O(maps that have the key), expected.
  uint32_t Find(Object map, Object key) const {
    uint32_t entry = FirstOf(key);
    while (entry != 0 && entries_[entry].map != map) entry = NextOf(entry);
    return entry;
  }
  // The first entry of a key, or 0; and the one after `entry`, of the same key. O(1), expected.
  uint32_t FirstOf(Object key) const { return size_ == 0 ? 0 : Skip(chains_[ChainOf(key)], key); }
  uint32_t NextOf(uint32_t entry) const {
    return Skip(entries_[entry].next_in_chain, entries_[entry].key);
  }

  // Makes room for one more. False, without effect, if there is no memory. Amortized O(1).
  bool Reserve() { return free_ != 0 || Grow(); }
  // REQUIRES: Reserve() returned true, and there is no such entry. O(keys with that hash).
  void Add(Object map, MapCell& cell, Object key, Object value);
  // Takes an entry out of its map and from its key. O(keys with that hash).
  void Detach(uint32_t entry, MapCell& cell);
  // Adds a detached entry to a queue. O(1).
  void Push(uint32_t entry, Queue* queue);
  // Frees a detached entry, or the first of a queue. Returns its value. O(1).
  Object Free(uint32_t entry);
  Object Pop(Queue* queue);

  // Forgets all; keeps the memory.
  void Clear();
  // Returns the memory if there are no entries.
  void Trim() {
    if (size_ == 0) Release();
  }

  uint32_t size() const { return size_; }
  size_t bytes() const { return BytesOf(capacity_); }

 private:
  static constexpr uint32_t kSmallest = 16;

  static size_t BytesOf(uint32_t capacity) {
    return capacity == 0 ? 0 : (capacity + 1) * sizeof(Entry) + capacity * sizeof(uint32_t);
  }
  // The upper bits of the product: doubling the table splits each chain into two neighbours.
  uint32_t ChainOf(Object key) const {
    return static_cast<uint32_t>((key * uint64_t{2'654'435'769} & 0xffff'ffff) * capacity_ >> 32);
  }
  uint32_t Skip(uint32_t entry, Object key) const {
    while (entry != 0 && entries_[entry].key != key) entry = entries_[entry].next_in_chain;
    return entry;
  }
  bool Grow();
  void Release();

  const Allocator allocator_;
  Entry* entries_ = nullptr;    // capacity_ + 1, as entry 0 is none; then the chains, in one block
  uint32_t* chains_ = nullptr;  // by hash, the first entry
  uint32_t capacity_ = 0;       // a power of two
  uint32_t size_ = 0;
  uint32_t free_ = 0;  // a stack linked by next_in_chain
};

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_ENTRIES_H_
