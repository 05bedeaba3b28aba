// What the parts of the heap share: how to walk the references of one object, and how user code is
// called.
//
// Place: internal to collector/heap.

#ifndef COLLECTOR_HEAP_HEAP_INL_H_
#define COLLECTOR_HEAP_HEAP_INL_H_

#include "collector/heap/heap.h"

#include <cstddef>
#include <cstdint>

namespace ouro::heap {

// The slots of an object, of which this is the page, in a layout that is a run.
inline Object* SlotsIn(const Storage::Page& page, Object object) {
  const size_t at = size_t{object & (Storage::kPageCells - 1)} * page.stride + page.first;
  return reinterpret_cast<Object*>(page.cells + at);
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

// Calls each(Object) for the references of `object`, empty ones perhaps included. `each` does not
// throw: the type's own function may be between it and us.
template <typename F>
inline void Heap::ForEachReference(Object object, F each) const {
  const Storage::Page& page = storage_.PageOf(object);
  if (page.slots != Layout::Slots::kVisit) {
    ForEachSlot(page, storage_.CellOf(object), each);
    return;
  }
  const auto visit = [](void* context, Object held) { (*static_cast<F*>(context))(held); };
  const Visitor visitor(visit, &each);
  MustReturn([&] { DescriptorOf(object).type.visit(*this, object, visitor); });
}

inline void Heap::Untrack(Object object) {
  if (storage_.ListOf(object) < kLists) storage_.Remove(object);
  storage_.SetList(object, kDying);
}

// `object` is gone for its embedder. The count falls now, whatever still holds the empty object
// (PyObject_GC_Del).
inline void Heap::Report(const Storage::Page& page, Object object) {
  if (listener_ != nullptr) TellFreed(object);
  if (page.tracked && counts_[0] > 0) --counts_[0];
}

template <typename Call>
inline void Heap::RunUserCode(Call call) {
  ++user_code_;
  MustReturn(call);
  --user_code_;
}

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_HEAP_INL_H_
