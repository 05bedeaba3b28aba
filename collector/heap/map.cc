// SPDX-License-Identifier: Apache-2.0

// Maps, section 14: what a death or a collection does with their entries.

#include <cassert>
#include <cstdint>
#include <string>

#include "collector/heap/heap.h"
#include "collector/heap/heap_inl.h"

namespace ouro::heap {

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
