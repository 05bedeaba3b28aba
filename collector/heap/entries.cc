// SPDX-License-Identifier: Apache-2.0

#include "collector/heap/entries.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>

namespace ouro::heap {

// Doubles the table. Chains keep their order: each is split into two.
bool Entries::Grow() {
  if (capacity_ >= 1u << 30) return false;
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

}  // namespace ouro::heap
