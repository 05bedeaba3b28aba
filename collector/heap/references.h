// What the parts of the heap share: how to walk the references of one object, and how user code is
// called.
//
// Place: internal to collector/heap.

#ifndef COLLECTOR_HEAP_REFERENCES_H_
#define COLLECTOR_HEAP_REFERENCES_H_

#include "collector/heap/heap.h"

namespace ouro::heap {

// Calls each(page, names, end) for runs of names that are in one page.
template <typename F>
inline void ForEachRun(const Storage& storage, const NameList& set, F each) {
  const Object* const end = set.names + set.size;
  for (const Object* run = set.names; run != end;) {
    const uint32_t number = *run >> Storage::kPageBits;
    const Object* next = run + 1;
    while (next != end && *next >> Storage::kPageBits == number) ++next;
    each(storage.page(number), run, next);
    run = next;
  }
}

inline const std::byte* CellIn(const Storage::Page& page, Object object) {
  return page.cells + size_t{object & (Storage::kPageCells - 1)} * page.stride;
}

// Calls each(Object), also with kNull, for the references of a cell whose layout is no kVisit.
template <typename F>
inline void ForEachSlot(const Storage::Page& page, const std::byte* cell, F each) {
  if (page.slots == Layout::Slots::kRun) {
    const Object* slots = reinterpret_cast<const Object*>(cell + page.first);
    for (uint32_t i = 0; i < page.count; ++i) each(slots[i]);
  } else {
    for (uint32_t i = 0; i < page.count; ++i) {
      each(*reinterpret_cast<const Object*>(cell + page.layout->map[i]));
    }
  }
}

// Calls each(Object) for the references of `object`, empty ones perhaps included.
template <typename F>
inline void Heap::ForEachReference(Object object, F each) const {
  const Storage::Page& page = storage_.PageOf(object);
  if (page.slots != Layout::Slots::kVisit) {
    ForEachSlot(page, storage_.CellOf(object), each);
    return;
  }
  const auto visit = [](void* context, Object held) { (*static_cast<F*>(context))(held); };
  DescriptorOf(object).type.visit(*this, object, Visitor(visit, &each));
}

inline void Heap::Untrack(Object object) {
  if (storage_.ListOf(object) < kLists) storage_.Remove(object);
  storage_.SetList(object, kDying);
}

// `object` is gone for its embedder. The count falls now, whatever still holds the empty object
// (PyObject_GC_Del).
inline void Heap::Report(const Storage::Page& page, Object object) {
  if (listener_ != nullptr) listener_->Freed(object);
  if (page.tracked && counts_[0] > 0) --counts_[0];
}

template <typename Call>
inline void Heap::RunUserCode(Call call) {
  ++user_code_;
  call();
  --user_code_;
}

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_REFERENCES_H_
