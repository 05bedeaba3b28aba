// Deaths by reference count: subtype_dealloc, without its recursion.
//
// An object is dying from the moment when its count falls to zero: it is in no generation, and no
// weak reference yields it. What it still holds is then held by something that no traversal sees,
// and so survives collections until it is let go of.
//
// Those that are in the middle of letting go of their references are a stack, in the order in which
// unbounded recursion would nest them (section 3). It needs no memory of its own: an object's
// `place` is the object below it, and its count, which it needs no more, a cursor: how many of its
// references are gone. If its type has a `clear`, that has taken all of them out at once; then they
// are on the stack of references that are about to be let go of, Storage::leaving, which counts as
// holding them, and the cursor is the height of that stack below them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "collector/heap/heap.h"
#include "collector/heap/heap_inl.h"

namespace ouro::heap {

// Not inlined: a handler of exceptions would make Report too large for the loops that it is in.
[[gnu::noinline]] void Heap::TellFreed(Object object) {
  MustReturn([&] { listener_->Freed(object); });
}

// The last step of a death: nothing is left but the cell.
[[gnu::always_inline]] inline void Heap::FinishDeath(const Storage::Page& page, Object object) {
  if (!storage_.Has(object, kReported)) Report(page, object);
  if (!page.plain) [[unlikely]] {
    const Type& type = DescriptorOf(object).type;
    if (type.destroy != nullptr) MustReturn([&] { type.destroy(*this, object); });
  }
  storage_.Free(*page.layout, object);
  --size_;
}

// What Release found with a count of zero, or with one that does not move.
void Heap::ReleasedLast(Object object) {
  uint32_t& refs = storage_.refs[object];
  if (refs != 0) {
    refs = kMaxReferences;
  } else if (clear_runs_) {
    refs = 1;
    storage_.leaving.names[storage_.leaving.size++] = object;
  } else {
    Die(object);
  }
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

// Up to the references, section 1. False if that was all, because the object lives again or has
// none.
[[gnu::always_inline]] inline bool Heap::StartDeath(Object object, Object top) {
  const uint8_t state = storage_.Bits(object);
  const Storage::Page& page = storage_.PageOf(object);
  if (page.plain_run && state <= kGeneration2) [[likely]] {  // above: other lists and all flags
    storage_.Remove(object, static_cast<List>(state));
    storage_.Set(object, kDying);
    return true;
  }
  dying_ = top;
  Untrack(object);
  if ((!page.plain || storage_.Has(object, kWatched)) && !Ceremony(object)) return false;
  if (!storage_.Has(object, kReported)) return true;
  FinishDeath(storage_.PageOf(object), object);  // a collection has cleared it: nothing is left
  return false;
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
  const bool by_type = descriptor.by_type && !storage_.Has(object, kReported);
  storage_.refs[object] = by_type ? static_cast<uint32_t>(ClearByType(object)) : 0;
  return true;
}

// Lets go of the references of `dying` from the `next`-th on. If somebody dies of that, `dying`
// goes on the stack and the answer is who; otherwise it is freed and the answer is kNull. `top` is
// the top of the stack: dying_, which is up to date only while something else than this runs.
[[gnu::always_inline]] inline Object Heap::LetGo(Object dying, uint32_t next, Object& top) {
  const Storage::Page& page = storage_.PageOf(dying);
  uint32_t* const refs = storage_.refs;
  if (!page.plain_run) [[unlikely]] {
    dying_ = top;
    const Object value = LetGoOfOthers(dying, next);
    top = dying_;
    return value;
  }
  Object* const slots = SlotsIn(page, dying);
  for (uint32_t i = next; i < page.count; ++i) {
    const Object value = slots[i];
    if (value == kNull) continue;
    slots[i] = kNull;
    uint32_t& count = refs[value];
    if (--count - 1 < kMaxReferences - 2) continue;
    if (count == 0) [[likely]] {
      refs[dying] = i + 1;
      storage_.place[dying] = top;
      top = dying;
      return value;
    }
    count = kMaxReferences;
  }
  Report(page, dying);  // it cannot be kReported: StartDeath would have finished it
  storage_.Free(*page.layout, dying);
  --size_;
  return kNull;
}

// The same for layouts that are no run, and for types with a `clear`, which has run already.
Object Heap::LetGoOfOthers(Object dying, uint32_t next) {
  const Storage::Page& page = storage_.PageOf(dying);
  uint32_t* const refs = storage_.refs;
  NameList& leaving = storage_.leaving;
  const bool by_type = page.by_type;
  for (uint32_t i = next; by_type ? leaving.size > next : i < page.count; ++i) {
    const Object value =
        by_type ? leaving.names[--leaving.size] : std::exchange(Slot(dying, i), kNull);
    if (value == kNull) continue;
    if (--refs[value] - 1 < kMaxReferences - 2) continue;
    if (refs[value] == 0) {
      refs[dying] = by_type ? next : i + 1;
      storage_.place[dying] = dying_;
      dying_ = dying;
      return value;
    }
    refs[value] = kMaxReferences;
  }
  FinishDeath(page, dying);
  return kNull;
}

// Completes the death of an object whose count is zero, and all deaths that it causes. User code
// that runs within may get here again; it finds the stack as it leaves it.
void Heap::Die(Object object) {
  const Object base = dying_;
  Object top = base;
  Object next = object;
  do {
    next = StartDeath(next, top) ? LetGo(next, storage_.refs[next], top) : kNull;
    while (next == kNull && top != base) {
      const Object last = top;
      top = storage_.place[last];
      next = LetGo(last, storage_.refs[last], top);
    }
  } while (next != kNull);
  dying_ = base;
}

// Runs a type's `clear`. What it let go of for the last time is about to be let go of in the same
// order. Answers the height of the stack below that.
size_t Heap::ClearByType(Object object) {
  NameList& leaving = storage_.leaving;
  const size_t base = leaving.size;
  clear_runs_ = true;
  MustReturn([&] { DescriptorOf(object).type.clear(*this, object); });
  clear_runs_ = false;
  std::reverse(leaving.names + base, leaving.names + leaving.size);
  return base;
}

// Lets go of the top of that stack, down to `base`.
void Heap::ReleaseLeaving(size_t base) {
  NameList& leaving = storage_.leaving;
  while (leaving.size > base) Release(leaving.names[--leaving.size]);
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
