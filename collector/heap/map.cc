// SPDX-License-Identifier: Apache-2.0

// Maps, section 14: their entries, and what a death or a collection does with them.

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

#include "collector/heap/heap.h"
#include "collector/heap/heap_inl.h"

namespace ouro::heap {

// --- The table

// Doubles the table. Chains keep their order: each is split into two.
bool Entries::Grow() {
  if (capacity_ >= kMember / 2) return false;
  const uint32_t capacity = std::max(kSmallest, 2 * capacity_);
  void* memory = nullptr;
  try {
    memory = allocator_.allocate(BytesOf(capacity));
  } catch (const std::bad_alloc&) {
    return false;
  }
  if (memory == nullptr) return false;
  Entry* const old_entries = entries_;
  const uint32_t* const old_chains = chains_;
  const uint32_t old_capacity = capacity_;
  entries_ = static_cast<Entry*>(memory);
  chains_ = reinterpret_cast<uint32_t*>(entries_ + capacity + 1);
  capacity_ = capacity;
  std::fill_n(chains_, capacity, 0);
  for (uint32_t entry = capacity; entry > old_capacity; --entry) {
    entries_[entry].next_in_chain = free_;
    free_ = entry;
  }
  if (old_capacity == 0) return true;
  std::copy_n(old_entries + 1, old_capacity, entries_ + 1);
  for (uint32_t chain = 0; chain < old_capacity; ++chain) {
    uint32_t* ends[2] = {&chains_[size_t{2} * chain], &chains_[size_t{2} * chain + 1]};
    for (uint32_t entry = old_chains[chain]; entry != 0;) {
      const uint32_t next = old_entries[entry].next_in_chain;
      uint32_t*& end = ends[ChainOf(entries_[entry].key) & 1];
      *end = entry;
      end = &entries_[entry].next_in_chain;
      entry = next;
    }
    *ends[0] = *ends[1] = 0;
  }
  allocator_.release(old_entries, BytesOf(old_capacity));
  return true;
}

void Entries::Release() {
  if (capacity_ != 0) allocator_.release(entries_, BytesOf(capacity_));
  entries_ = nullptr;
  chains_ = nullptr;
  capacity_ = size_ = free_ = 0;
}

void Entries::Clear() {
  if (size_ == 0) return;
  size_ = free_ = 0;
  std::fill_n(chains_, capacity_, 0);
  for (uint32_t entry = capacity_; entry > 0; --entry) {
    entries_[entry].next_in_chain = free_;
    free_ = entry;
  }
}

void Entries::Add(Object map, MapCell& cell, Object key, Object value) {
  const uint32_t entry = free_;
  free_ = entries_[entry].next_in_chain;
  entries_[entry] = {map, key, value, 0, 0, cell.last};
  (cell.last == 0 ? cell.first : entries_[cell.last].next_in_map) = entry;
  cell.last = entry;
  uint32_t* end = &chains_[ChainOf(key)];
  while (*end != 0) end = &entries_[*end].next_in_chain;
  *end = entry;
  ++size_;
}

void Entries::Detach(uint32_t entry, MapCell& cell) {
  const Entry& removed = entries_[entry];
  const uint32_t next = removed.next_in_map;
  const uint32_t previous = removed.previous_in_map;
  (previous == 0 ? cell.first : entries_[previous].next_in_map) = next;
  (next == 0 ? cell.last : entries_[next].previous_in_map) = previous;
  uint32_t* link = &chains_[ChainOf(removed.key)];
  while (*link != entry) link = &entries_[*link].next_in_chain;
  *link = removed.next_in_chain;
}

void Entries::Push(uint32_t entry, Queue* queue) {
  entries_[entry].next_in_map = 0;
  (queue->last == 0 ? queue->first : entries_[queue->last].next_in_map) = entry;
  queue->last = entry;
}

Object Entries::Free(uint32_t entry) {
  const Object value = entries_[entry].value;
  entries_[entry].next_in_chain = free_;
  free_ = entry;
  --size_;
  return value;
}

Object Entries::Pop(Queue* queue) {
  const uint32_t entry = queue->first;
  queue->first = entries_[entry].next_in_map;
  if (queue->first == 0) queue->last = 0;
  return Free(entry);
}

// --- Maps

Object Heap::NewMap() {
  const Object map = NewSlow(*types_[kMapType]);
  if (map != kNull) MapOf(map) = {};
  return map;
}

bool Heap::Put(Object map, Object key, Object value) {
  assert(!IsMap(key) && !IsWeak(key) && value != kNull);
  if (const uint32_t entry = entries_.Find(map, key); entry != 0) {
    Store(entries_.at(entry).value, value);
    return true;
  }
  if (!entries_.Reserve()) return false;
  Retain(value);
  entries_.Add(map, MapOf(map), key, value);
  storage_.SetFlag(map, kHasEntries);
  storage_.SetFlag(key, kHasEntries);
  return true;
}

Object Heap::Lookup(Object map, Object key) const {
  assert(IsMap(map));
  const uint32_t entry = entries_.Find(map, key);
  return entry == 0 ? kNull : entries_.at(entry).value;
}

void Heap::Remove(Object map, Object key) {
  assert(IsMap(map));
  const uint32_t entry = entries_.Find(map, key);
  if (entry == 0) return;
  DetachEntry(entry);
  Release(entries_.Free(entry));
}

// Takes an entry out of its map.
void Heap::DetachEntry(uint32_t entry) {
  const Entries::Entry& detached = entries_.at(entry);
  entries_.Detach(entry, MapOf(detached.map));
  if (MapOf(detached.map).first == 0) storage_.ClearFlag(detached.map, kHasEntries);
  if (entries_.FirstOf(detached.key) == 0) storage_.ClearFlag(detached.key, kHasEntries);
}

// REQUIRES: `object` has an entry: its flag kHasEntries is set.
uint32_t Heap::FirstEntry(Object object) const {
  return IsMap(object) ? MapOf(object).first : entries_.FirstOf(object);
}

// Removes all entries of an object that is being cleared.
void Heap::ReleaseEntries(Object object) {
  while (storage_.Has(object, kHasEntries)) {
    const uint32_t entry = FirstEntry(object);
    DetachEntry(entry);
    Release(entries_.Free(entry));
  }
}

// The object is dead, and its entries go with it.
void Heap::QueueEntries(Object dead) {
  while (storage_.Has(dead, kHasEntries)) {
    const uint32_t entry = FirstEntry(dead);
    DetachEntry(entry);
    entries_.Push(entry, &gone_);
  }
}

// A step of Die: releases values until one dies, and returns that; or kNull.
Object Heap::ReleaseGone() {
  while (gone_.first != 0) {
    const Object value = entries_.Pop(&gone_);
    uint32_t& refs = storage_.refs[value];
    if (--refs - 1 < kMaxReferences - 2) continue;
    if (refs == 0) return value;
    refs = kMaxReferences;
  }
  return kNull;
}

std::string Heap::VerifyEntries(Object object) const {
  if (!storage_.Has(object, kHasEntries)) {
    const bool has = IsMap(object) ? MapOf(object).first != 0 : entries_.FirstOf(object) != 0;
    return has ? "lacks the flag kHasEntries" : "";
  }
  bool any = false;
  std::string wrong;
  ForEachEntry(object, [&](Object, Object other) {
    any = true;
    const bool key = IsMap(object) && (IsMap(other) || IsWeak(other));
    const bool map = !IsMap(object) && !IsMap(other);
    if (key || map) wrong = "has an entry of another object";
    if (!storage_.Has(other, kHasEntries)) wrong = "has an entry whose other side does not know it";
  });
  return any ? wrong : "flagged kHasEntries without one";
}

}  // namespace ouro::heap
