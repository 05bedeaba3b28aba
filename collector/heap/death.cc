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

// The beginning of a trivial run's death. False, without effect, if it is in no generation or has
// flags.
[[gnu::always_inline]] inline bool Heap::StartTrivialDeath(Object object) {
  const uint8_t state = storage_.Bits(object);
  if (state > kGeneration2) return false;
  storage_.Remove(object, static_cast<List>(state));
  storage_.Set(object, kDying);
  return true;
}

// The steps of a death before references are released, section 1. False if there is nothing to
// release: the object is resurrected, or a collection has emptied it and it is freed now.
[[gnu::always_inline]] inline bool Heap::StartDeath(Object object) {
  const Storage::Page& page = storage_.PageOf(object);
  if (page.shape.trivial_run() && StartTrivialDeath(object)) [[likely]]
    return true;
  Untrack(object);
  if ((!page.shape.trivial() || storage_.Has(object, kHasWeakRefs)) && !RunDeathHooks(object))
    return false;
  if (!storage_.Has(object, kReported)) return true;
  FinishDeath(storage_.PageOf(object), object);
  return false;
}

// Begins the death of `object` as a member of a chain, after `dying`, and brings `first` up to
// date. False, without effect, if it is none.
[[gnu::always_inline]] inline bool Heap::Continues(Object object, Object dying, std::byte*& first) {
  if ((object ^ dying) >= Storage::kPageCells) [[unlikely]] {
    const Storage::Page& page = storage_.PageOf(object);
    if (page.pool != storage_.PageOf(dying).pool) return false;
    if (!StartTrivialDeath(object)) return false;
    first = page.cells + page.shape.first;
    return true;
  }
  return StartTrivialDeath(object);
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
// `dying` on the stack and returns that object; otherwise frees `dying` and returns kNull.
//
// It goes on with the deaths that follow as long as they are a chain: objects without flags of one
// type, a trivial run, each of which dies of the last reference that the one before had. There is
// nothing left to do for its members but to free them, the last one first, and nobody can look
// before that. So they need no links and no cursors; they are noted in the stack of traversals,
// which none uses meanwhile, and pushed on the stack of the dying only if something else has to
// happen first.
Object Heap::ReleaseReferences(Object dying, uint32_t next) {
  const Storage::Page& page = storage_.PageOf(dying);
  if (!page.shape.trivial_run()) [[unlikely]]
    return ReleaseReferencesSlow(dying, next);
  uint32_t* const refs = storage_.refs;
  const Shape shape = page.shape;
  std::byte* first = page.cells + shape.first;  // the first reference of the page's first cell
  Object* const chain = storage_.reached.objects;
  Object* end = chain;
  while (true) {
    *end++ = dying;
    Object* const slots =
        reinterpret_cast<Object*>(first + size_t{dying & (Storage::kPageCells - 1)} * shape.stride);
    Object value = kNull;  // the one that dies
    while (next < shape.count) {
      const Object held = slots[next++];
      if (held == kNull) continue;
      slots[next - 1] = kNull;
      if (refs[held] == 1) [[likely]] {
        refs[held] = 0;
        value = held;
        break;
      }
      if (refs[held] != kMaxReferences) --refs[held];
    }
    if (value == kNull) break;
    uint32_t rest = next;
    while (rest < shape.count && slots[rest] == kNull) ++rest;
    if (rest < shape.count || !Continues(value, dying, first)) {
      PushChain(chain, end, next);
      return value;
    }
    dying = value;
    next = 0;
  }
  FreeChain(chain, end);
  return kNull;
}

// Pushes the members of a chain on the stack, where `next` is the cursor of the last one. The
// others have no references left, so any will do.
void Heap::PushChain(const Object* chain, const Object* end, uint32_t next) {
  for (; chain != end; ++chain) {
    storage_.refs[*chain] = next;
    storage_.list_index[*chain] = dying_;
    dying_ = *chain;
  }
}

// Frees the members of a chain. Only the first of them may have flags.
void Heap::FreeChain(const Object* chain, const Object* end) {
  if (listener_ != nullptr) {
    for (; end != chain; --end) FinishDeath(storage_.PageOf(end[-1]), end[-1]);
    return;
  }
  if (storage_.Has(*chain, kHasEntries)) [[unlikely]]
    QueueEntries(*chain);
  const int64_t members = end - chain;
  size_ -= members;
  counts_[0] = std::max<int64_t>(counts_[0] - members, 0);  // as in Report
  storage_.FreeLastFirst(chain, end);
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
  Object next = object;
  do {
    next = StartDeath(next) ? ReleaseReferences(next, storage_.refs[next]) : kNull;
    while (next == kNull && dying_ != base) {
      const Object last = dying_;
      dying_ = storage_.list_index[last];
      next = ReleaseReferences(last, storage_.refs[last]);
    }
    if (next == kNull && gone_.first != 0) [[unlikely]]
      next = ReleaseGone();
  } while (next != kNull);
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
