// SPDX-License-Identifier: Apache-2.0

// The inline functions shared by the heap's source files: walking the references of an object,
// reporting a death, calling user code.
//
// Place: internal to collector/heap.

#ifndef COLLECTOR_HEAP_HEAP_INL_H_
#define COLLECTOR_HEAP_HEAP_INL_H_

#include "collector/heap/heap.h"

#include <cstddef>
#include <cstdint>

namespace ouro::heap {

// The slots of an object on that page. REQUIRES: they are a run.
inline Object* SlotsIn(const Storage::Page& page, Object object) {
  const size_t at =
      size_t{object & (Storage::kPageCells - 1)} * page.shape.stride + page.shape.first;
  return reinterpret_cast<Object*>(page.cells + at);
}

// Calls each(Object) for every slot of a cell, empty ones included. REQUIRES: not kVisit.
template <typename F>
inline void ForEachSlot(const Storage::Page& page, const std::byte* cell, F each) {
  if (page.shape.slots == Shape::Slots::kRun) {
    const Object* slots = reinterpret_cast<const Object*>(cell + page.shape.first);
    for (uint32_t i = 0; i < page.shape.count; ++i) each(slots[i]);
  } else {
    for (uint32_t i = 0; i < page.shape.count; ++i) {
      each(*reinterpret_cast<const Object*>(cell + page.pool->map[i]));
    }
  }
}

// Calls each(Object) for the references of `object`; possibly with kNull too. `each` must not
// throw: the type's own function may be on the stack between it and us.
template <typename F>
inline void Heap::ForEachReference(Object object, F each) const {
  const Storage::Page& page = storage_.PageOf(object);
  if (page.shape.slots != Shape::Slots::kVisit) {
    ForEachSlot(page, storage_.CellOf(object), each);
    return;
  }
  const auto visit = [](void* context, Object held) { (*static_cast<F*>(context))(held); };
  const Visitor visitor(visit, &each);
  MustReturn([&] { DescriptorOf(object).type.visit(*this, object, visitor); });
}

// Calls each(value, other) for the entries of a map or a key; `other` is the key or the map. O(1)
// if it has none.
template <typename F>
inline void Heap::ForEachEntry(Object object, F each) const {
  if (!storage_.Has(object, kHasEntries)) return;
  if (IsMap(object)) {
    for (uint32_t i = MapOf(object).first; i != 0; i = entries_.at(i).next_in_map) {
      each(entries_.at(i).value, entries_.at(i).key);
    }
  } else {
    for (uint32_t i = entries_.FirstOf(object); i != 0; i = entries_.NextOf(i)) {
      each(entries_.at(i).value, entries_.at(i).map);
    }
  }
}

// Calls each(Object) for what `object` refers to: its references, or the values of a map.
template <typename F>
inline void Heap::ForEachReferent(Object object, F each) const {
  ForEachReference(object, each);
  if (IsMap(object)) ForEachEntry(object, [&](Object value, Object) { each(value); });
}

inline void Heap::Untrack(Object object) {
  if (storage_.ListOf(object) < kLists) storage_.Remove(object);
  storage_.SetList(object, kDying);
}

// `object` is dead to the embedder. The count of generation 0 drops now, even if something still
// references the emptied object (PyObject_GC_Del).
inline void Heap::Report(const Storage::Page& page, Object object) {
  if (listener_ != nullptr) NotifyFreed(object);
  if (page.shape.tracked && counts_[0] > 0) --counts_[0];
}

template <typename Call>
inline void Heap::RunUserCode(Call call) {
  ++user_code_;
  MustReturn(call);
  --user_code_;
}

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_HEAP_INL_H_
