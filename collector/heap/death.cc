// SPDX-License-Identifier: Apache-2.0

// Deaths by reference count: subtype_dealloc, without its recursion.
//
// An object is dying from the moment its count reaches zero: it is in no generation, and no weak
// reference returns it. No traversal sees the references that it still has, so what they refer to
// survives collections until they are released.
//
// Objects whose references are being released form a stack, in the order in which unbounded
// recursion would nest them (section 3). It needs no memory of its own: an object's `list_index` is
// the object below it, and its count, no longer needed, a cursor: how many of its references have
// been released. If its type has a `clear`, that has already taken all of them out of the payload;
// they are on Storage::pending_releases, which owns them, and the cursor is the height of that
// stack below them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "collector/heap/heap.h"
#include "collector/heap/heap_inl.h"

namespace ouro::heap {

// Not inlined: an exception handler would make Report too large for the loops that call it.
[[gnu::noinline]] void Heap::NotifyFreed(Object object) {
  MustReturn([&] { listener_->Freed(object); });
}

// The last step of a death: frees the cell.
[[gnu::always_inline]] inline void Heap::FinishDeath(const Storage::Page& page, Object object) {
  if (!storage_.Has(object, kReported)) Report(page, object);
  if (storage_.Has(object, kHasEntries)) [[unlikely]]
    QueueEntries(object);
  if (!page.shape.trivial()) [[unlikely]] {
    const Type& type = DescriptorOf(object).type;
    if (type.destroy != nullptr) MustReturn([&] { type.destroy(*this, object); });
  }
  storage_.Free(*page.pool, object);
  --size_;
}

// The rest of Release: the count is zero or saturated.
void Heap::ReleaseSlow(Object object) {
  uint32_t& refs = storage_.refs[object];
  if (refs != 0) {
    refs = kMaxReferences;
  } else if (clear_runs_) {
    refs = 1;
    storage_.pending_releases.objects[storage_.pending_releases.size++] = object;
  } else {
    Die(object);
  }
}

// `second` is marked dying before `first` dies, so that no collection, callback or weak reference
// sees it alive.
void Heap::ReleaseBoth(Object first, Object second) {
  uint32_t* const refs = storage_.refs;
  if (first == second || refs[second] != 1) {
    Release(second);
    return Release(first);
  }
  refs[second] = 0;
  Untrack(second);
  Release(first);
  Die(second);
}

// The steps of a death before references are released, section 1. False if there is nothing to
// release: the object is resurrected, or a collection has emptied it and it is freed now.
[[gnu::always_inline]] inline bool Heap::StartDeath(Object object, Object top) {
  const uint8_t state = storage_.Bits(object);
  const Storage::Page& page = storage_.PageOf(object);
  if (page.shape.trivial_run() && state <= kGeneration2)
      [[likely]] {  // greater: other lists, any flag
    storage_.Remove(object, static_cast<List>(state));
    storage_.Set(object, kDying);
    return true;
  }
  dying_ = top;
  Untrack(object);
  if ((!page.shape.trivial() || storage_.Has(object, kHasWeakRefs)) && !RunDeathHooks(object))
    return false;
  if (!storage_.Has(object, kReported)) return true;
  FinishDeath(storage_.PageOf(object), object);
  return false;
}

// For objects whose death runs user code or clears weak references. False if it is resurrected.
bool Heap::RunDeathHooks(Object object) {
  const Descriptor& descriptor = DescriptorOf(object);
  if (descriptor.id <= kHoldingWeakType) {
    Detach(object);
  } else if (rules_.finalizers == Rules::Finalizers::kUncollectable) {
    ClearAndCallWeaks(object);
    if (Resurrects(object)) return false;
    ClearWeaks(object);  // those made by the finalizer; no callbacks: experiment R6
  } else {
    if (Resurrects(object)) return false;
    ClearAndCallWeaks(object);
  }
  const bool has_clear = descriptor.shape.has_clear && !storage_.Has(object, kReported);
  storage_.refs[object] = has_clear ? static_cast<uint32_t>(ClearByType(object)) : 0;
  return true;
}

// Releases the references of `dying` from the `next`-th on. When one of them drops to zero, pushes
// `dying` on the stack and returns that object; otherwise frees `dying` and returns kNull. `top` is
// the top of the stack; dying_ is brought up to date before any other code runs.
[[gnu::always_inline]] inline Object Heap::ReleaseReferences(Object dying, uint32_t next,
                                                             Object& top) {
  const Storage::Page& page = storage_.PageOf(dying);
  uint32_t* const refs = storage_.refs;
  if (!page.shape.trivial_run()) [[unlikely]] {
    dying_ = top;
    const Object value = ReleaseReferencesSlow(dying, next);
    top = dying_;
    return value;
  }
  Object* const slots = SlotsIn(page, dying);
  for (uint32_t i = next; i < page.shape.count; ++i) {
    const Object value = slots[i];
    if (value == kNull) continue;
    slots[i] = kNull;
    uint32_t& count = refs[value];
    if (--count - 1 < kMaxReferences - 2) continue;
    if (count == 0) [[likely]] {
      refs[dying] = i + 1;
      storage_.list_index[dying] = top;
      top = dying;
      return value;
    }
    count = kMaxReferences;
  }
  if (!page.shape.tracked) __builtin_unreachable();  // leaves have no run; saves a test below
  Report(page, dying);  // not kReported: StartDeath would have freed it
  if (storage_.Has(dying, kHasEntries)) [[unlikely]]
    QueueEntries(dying);
  storage_.Free(*page.pool, dying);
  --size_;
  return kNull;
}

// The same for any other shape. A type's `clear` has run already.
Object Heap::ReleaseReferencesSlow(Object dying, uint32_t next) {
  const Storage::Page& page = storage_.PageOf(dying);
  uint32_t* const refs = storage_.refs;
  ObjectList& pending_releases = storage_.pending_releases;
  const bool has_clear = page.shape.has_clear;
  for (uint32_t i = next; has_clear ? pending_releases.size > next : i < page.shape.count; ++i) {
    const Object value = has_clear ? pending_releases.objects[--pending_releases.size]
                                   : std::exchange(Slot(dying, i), kNull);
    if (value == kNull) continue;
    if (--refs[value] - 1 < kMaxReferences - 2) continue;
    if (refs[value] == 0) {
      refs[dying] = has_clear ? next : i + 1;
      storage_.list_index[dying] = dying_;
      dying_ = dying;
      return value;
    }
    refs[value] = kMaxReferences;
  }
  FinishDeath(page, dying);
  return kNull;
}

// Completes the death of an object whose count is zero, and all deaths that it causes. Reentrant
// from user code: each call leaves the stack as it found it.
void Heap::Die(Object object) {
  const Object base = dying_;
  const Entries::Queue outer = std::exchange(gone_, {});
  Object top = base;
  Object next = object;
  do {
    next = StartDeath(next, top) ? ReleaseReferences(next, storage_.refs[next], top) : kNull;
    while (next == kNull && top != base) {
      const Object last = top;
      top = storage_.list_index[last];
      next = ReleaseReferences(last, storage_.refs[last], top);
    }
    if (next == kNull && gone_.first != 0) [[unlikely]]
      next = ReleaseGone();
  } while (next != kNull);
  dying_ = base;
  gone_ = outer;
}

// Runs a type's `clear`. The references whose counts it brought to zero become pending releases, in
// the same order. Returns the height of that stack below them.
size_t Heap::ClearByType(Object object) {
  ObjectList& pending_releases = storage_.pending_releases;
  const size_t base = pending_releases.size;
  clear_runs_ = true;
  MustReturn([&] { DescriptorOf(object).type.clear(*this, object); });
  clear_runs_ = false;
  std::reverse(pending_releases.objects + base, pending_releases.objects + pending_releases.size);
  return base;
}

// Releases the top of that stack, down to height `base`.
void Heap::ReleasePending(size_t base) {
  ObjectList& pending_releases = storage_.pending_releases;
  while (pending_releases.size > base) Release(pending_releases.objects[--pending_releases.size]);
}

// The object lives as long as its finalizer runs, whatever that lets go.
void Heap::Dispose(Object object) {
  Retain(object);
  RunUserCode([&] { DescriptorOf(object).type.finalize(*this, object); });
  Release(object);
}

// slot_tp_del, PyObject_CallFinalizerFromDealloc: runs the finalizer if it is due. Returns whether
// the object was resurrected. Meanwhile the object is tracked, in generation 0; if resurrected it
// stays in whatever generation it is in by then.
bool Heap::Resurrects(Object object) {
  const Type& type = DescriptorOf(object).type;
  if (type.finalize == nullptr || storage_.Has(object, kFinalized)) return false;
  if (!type.leaf) {
    storage_.Append(object, kGeneration0);
  } else {
    storage_.SetList(object, kUntracked);
  }
  storage_.refs[object] = 1;
  RunUserCode([&] { type.finalize(*this, object); });
  if (rules_.finalizers == Rules::Finalizers::kOnce) storage_.SetFlag(object, kFinalized);
  uint32_t& refs = storage_.refs[object];
  if (refs == kMaxReferences || --refs > 0) return true;
  Untrack(object);
  return false;
}

}  // namespace ouro::heap
