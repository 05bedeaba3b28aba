// Deaths by reference count: subtype_dealloc, without its recursion.
//
// An object is dying from the moment when its count falls to zero: it is in no generation, and no
// weak reference yields it. What it still holds is then held by something that no traversal sees,
// and so survives collections until it is let go of.
//
// Those that are in the middle of letting go of their references are a stack, in the order in which
// unbounded recursion would nest them (section 3). It needs no memory of its own: an object's
// `place` is the object below it, and its count, which it needs no more, a cursor: how many of its
// references are gone; or, if its type has a `clear`, the first of those that this let go of for
// the last time, which are a list by `place`, and wait for their own deaths.

#include <utility>

#include "collector/heap/heap.h"
#include "collector/heap/references.h"

namespace ouro::heap {

// The last step of a death: nothing is left but the cell.
[[gnu::always_inline]] inline void Heap::FinishDeath(const Storage::Page& page, Object object) {
  if (!storage_.Has(object, kReported)) Report(page, object);
  if (!page.plain) [[unlikely]] {
    const Type& type = DescriptorOf(object).type;
    if (type.destroy != nullptr) type.destroy(*this, object);
  }
  storage_.Free(*page.layout, object);
  --size_;
}

// What Release found with a count of zero, or with one that does not move.
void Heap::ReleasedLast(Object object) {
  if (storage_.refs[object] != 0) {
    storage_.refs[object] = kMaxReferences;
    return;
  }
  if (!clear_runs_) return Die(object);
  Untrack(object);
  storage_.place[object] = kNull;
  (waiting_ == kNull ? waiting_ : storage_.place[last_waiting_]) = object;
  last_waiting_ = object;
}

// `second` awaits its death dying already, so that no collection, callback or dereference meets it.
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

// Up to the references, section 1. False if that was all, because the object lives again.
[[gnu::always_inline]] inline bool Heap::StartDeath(Object object) {
  const uint8_t state = storage_.Bits(object);
  const Storage::Page& page = storage_.PageOf(object);
  if (page.plain_run && state <= kGeneration2) [[likely]] {  // above: other lists and all flags
    storage_.Remove(object, static_cast<List>(state));
    storage_.Set(object, kDying);
    return true;
  }
  Untrack(object);
  return (page.plain && !storage_.Has(object, kWatched)) || Ceremony(object);
}

// The same for objects about whose death somebody else has a say.
bool Heap::Ceremony(Object object) {
  const Descriptor& descriptor = DescriptorOf(object);
  if (descriptor.id == kWeakType) {
    Detach(object);
  } else if (rules_.finalizers == Rules::Finalizers::kUncollectable) {
    CallWeaks(object);
    if (Resurrects(object)) return false;
    ForgetWeaks(object);  // those that the finalizer made: silently, experiment R6
  } else {
    if (Resurrects(object)) return false;
    CallWeaks(object);
  }
  // What a collection has cleared has nothing left.
  const bool by_type = descriptor.type.clear != nullptr && !storage_.Has(object, kReported);
  storage_.refs[object] = by_type ? ReleaseByType(object) : 0;
  return true;
}

// `dying` joins the stack, with that cursor.
inline void Heap::Push(Object dying, uint32_t cursor) {
  storage_.refs[dying] = cursor;
  storage_.place[dying] = dying_;
  dying_ = dying;
}

// Lets go of the references of `dying` from the `next`-th on. If somebody dies of that, `dying`
// goes on the stack and the answer is who; otherwise it is freed and the answer is kNull.
[[gnu::always_inline]] inline Object Heap::LetGo(Object dying, uint32_t next) {
  const Storage::Page& page = storage_.PageOf(dying);
  if (!page.plain_run) [[unlikely]]
    return LetGoOfOthers(dying, next);
  uint32_t* const refs = storage_.refs;
  Object* const slots = reinterpret_cast<Object*>(storage_.CellOf(dying) + page.first);
  for (uint32_t i = next; i < page.count; ++i) {
    const Object value = slots[i];
    if (value == kNull) continue;
    slots[i] = kNull;
    uint32_t& count = refs[value];
    if (--count - 1 < kMaxReferences - 2) continue;
    if (count == 0) [[likely]] {
      Push(dying, i + 1);
      return value;
    }
    count = kMaxReferences;
  }
  if (storage_.Bits(dying) == kDying) Report(page, dying);
  storage_.Free(*page.layout, dying);
  --size_;
  return kNull;
}

// The same for layouts that are no run, and for types with a `clear`, which has run already: `next`
// is the first of those that wait.
Object Heap::LetGoOfOthers(Object dying, uint32_t next) {
  const Storage::Page& page = storage_.PageOf(dying);
  if (page.by_type) {
    if (next != kNull) {
      Push(dying, storage_.place[next]);
      return next;
    }
  } else {
    for (uint32_t i = next; i < page.count; ++i) {
      const Object value = std::exchange(Slot(dying, i), kNull);
      if (value == kNull) continue;
      uint32_t& count = storage_.refs[value];
      if (--count - 1 < kMaxReferences - 2) continue;
      if (count == 0) {
        Push(dying, i + 1);
        return value;
      }
      count = kMaxReferences;
    }
  }
  FinishDeath(page, dying);
  return kNull;
}

// Completes the death of an object whose count is zero, and all deaths that it causes. User code
// that runs within may get here again; it finds the stack as it leaves it.
void Heap::Die(Object object) {
  const Object base = dying_;
  Object next = object;
  do {
    next = StartDeath(next) ? LetGo(next, storage_.refs[next]) : kNull;
    while (next == kNull && dying_ != base) {
      const Object top = dying_;
      dying_ = storage_.place[top];
      next = LetGo(top, storage_.refs[top]);
    }
  } while (next != kNull);
}

// Runs a type's `clear`, and answers the list of what waits for its death because of it.
Object Heap::ReleaseByType(Object object) {
  clear_runs_ = true;
  DescriptorOf(object).type.clear(*this, object);
  clear_runs_ = false;
  const Object first = waiting_;
  waiting_ = last_waiting_ = kNull;
  return first;
}

// slot_tp_del, PyObject_CallFinalizerFromDealloc: runs the finalizer, if it has to run, and says
// whether the object is held again. While it runs the object is tracked, in generation 0; if it is
// held again it stays in the generation where it is then.
bool Heap::Resurrects(Object object) {
  const Type& type = DescriptorOf(object).type;
  if (type.finalize == nullptr || storage_.Has(object, kFinalized)) return false;
  if (type.container) {
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
