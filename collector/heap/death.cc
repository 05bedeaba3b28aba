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

#include "collector/heap/heap.h"
#include "collector/heap/references.h"

namespace ouro::heap {

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

// Completes the death of an object whose count is zero, and all deaths that it causes. User code
// that runs within may get here again; it finds the stack as it leaves it.
void Heap::Die(Object object) {
  const Object base = dying_;
  if (StartDeath(object)) Push(object);
  while (dying_ != base) LetGo(dying_);
  if (size_ == 0 && base == kNull && !collecting_) storage_.Trim();
}

void Heap::Push(Object object) {
  const Descriptor& descriptor = DescriptorOf(object);
  const bool cleared = storage_.Has(object, kReported);
  storage_.refs[object] = descriptor.type.clear != nullptr && !cleared ? ReleaseByType(object) : 0;
  storage_.place[object] = dying_;
  dying_ = object;
}

// Goes on with the top of the stack, until another one is on top or this one has died.
void Heap::LetGo(Object dying) {
  uint32_t* refs = storage_.refs;
  const Descriptor& descriptor = DescriptorOf(dying);
  if (descriptor.type.clear != nullptr) {
    const Object next = refs[dying];
    if (next != kNull) {
      refs[dying] = storage_.place[next];
      if (StartDeath(next)) Push(next);
      return;
    }
  } else {
    std::byte* const cell = storage_.CellOf(dying);
    for (uint32_t i = refs[dying]; i < descriptor.count;) {
      Object& slot = *reinterpret_cast<Object*>(cell + (descriptor.map == nullptr
                                                            ? descriptor.first + i * sizeof(Object)
                                                            : descriptor.map[i]));
      const Object value = slot;
      ++i;
      if (value == kNull) continue;
      slot = kNull;
      uint32_t& count = refs[value];
      if (--count - 1 < kMaxReferences - 2) continue;
      if (count != 0) {
        count = kMaxReferences;
        continue;
      }
      refs[dying] = i;
      if (StartDeath(value)) return Push(value);
      refs = storage_.refs;  // user code may have made the tables grow
    }
  }
  dying_ = storage_.place[dying];
  FinishDeath(dying);
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

// Up to the references, section 1. False if that was all, because the object has none or lives
// again.
bool Heap::StartDeath(Object object) {
  Untrack(object);
  const Descriptor& descriptor = DescriptorOf(object);
  if (!descriptor.plain || storage_.Has(object, kWatched)) {
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
  }
  if (descriptor.slots != Layout::Slots::kNone || descriptor.type.clear != nullptr) return true;
  FinishDeath(object);
  return false;
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
  if (rules_.finalizers == Rules::Finalizers::kOnce) storage_.state[object] |= kFinalized;
  uint32_t& refs = storage_.refs[object];
  if (refs == kMaxReferences || --refs > 0) return true;
  Untrack(object);
  return false;
}

void Heap::FinishDeath(Object object) {
  if (!storage_.Has(object, kReported)) Report(object);
  const Type& type = DescriptorOf(object).type;
  if (type.destroy != nullptr) type.destroy(*this, object);
  storage_.Free(object);
  --size_;
}

// The count falls with the report, whatever still holds the empty object (PyObject_GC_Del).
void Heap::Report(Object object) {
  storage_.state[object] |= kReported;
  if (listener_ != nullptr) listener_->Freed(object);
  if (DescriptorOf(object).type.container && counts_[0] > 0) --counts_[0];
}

void Heap::Untrack(Object object) {
  if (storage_.ListOf(object) < kLists) storage_.Remove(object);
  storage_.SetList(object, kDying);
}

}  // namespace ouro::heap
