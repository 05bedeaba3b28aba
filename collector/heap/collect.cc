// SPDX-License-Identifier: Apache-2.0

// A collection, in the order of gcmodule.c (sections 5 to 7):
//
//   split       objects referenced from outside the collected generations, and what they reach,
//               survive and grow older; the rest is trash
//   set apart   kUncollectable rules: trash with finalizers, and what it reaches, is not cleared
//   call back   weak references to the trash are cleared, then their callbacks run
//   finalize    kOnce rules: finalizers run, then resurrected trash is spared
//   clear       the references of the trash are emptied; reference counting frees the objects
//
// User code runs in the last three. After that point the only invariant is: an object is in at most
// one list, and leaves it when it dies.

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "collector/heap/heap.h"
#include "collector/heap/heap_inl.h"
#include "collector/heap/runs.h"

namespace ouro::heap {

// collect_generations: collects the oldest generation that is due.
void Heap::CollectEligible() {
  if (collecting_) return;
  for (int generation = kGenerations - 1; generation >= 0; --generation) {
    if (counts_[generation] <= thresholds_[generation]) continue;
    if (generation == kGenerations - 1 && rules_.full_collection_waits &&
        long_lived_pending_ < long_lived_total_ / 4) {
      continue;
    }
    Run(generation, /*automatic=*/true);
    return;
  }
}

int64_t Heap::Collect(int generation) { return Run(generation, /*automatic=*/false); }

// finalize_modules, which ends in _PyGC_CollectNoFail.
int64_t Heap::Exit() {
  return rules_.finalizers == Rules::Finalizers::kOnce ? Collect(kGenerations - 1) : 0;
}

int64_t Heap::Run(int generation, bool automatic) {
  assert(generation >= 0 && generation < kGenerations);
  const bool nested = collecting_;  // section 8
  collecting_ = true;
  if (listener_ != nullptr)
    RunUserCode([&] { listener_->CollectionStarted(generation, automatic); });
  Collection collection;
  if (!nested) {
    collection = Reclaim(generation);
    GenerationStats& stats = stats_[generation];
    ++stats.collections;
    stats.collected += collection.collected;
    stats.uncollectable += collection.uncollectable;
  }
  collection.generation = generation;
  collection.automatic = automatic;
  if (listener_ != nullptr) RunUserCode([&] { listener_->CollectionStopped(collection); });
  if (!nested) {
    collecting_ = false;
    const bool walking = user_code_ > 0 || dying_ != kNull;
    if (generation == kGenerations - 1 && !walking) storage_.ConsiderTrim();
  }
  return collection.unreachable;
}

Collection Heap::Reclaim(int generation) {
  const List old = static_cast<List>(std::min(generation + 1, kGenerations - 1));
  WriteStarted(generation);
  CountCollection(generation);
  SplitOffTrash(generation, old, MergeYounger(generation));

  Collection result;
  const bool once = rules_.finalizers == Rules::Finalizers::kOnce;
  const ObjectList& trash = storage_.lists[kTrash];
  if (trash.size > 0) {
    if (!once && !trivial_trash_) MoveUncollectable();
    WriteList(kTrash, "collectable", kDebugCollectable);
    int64_t found = Members(kTrash);
    const int64_t freed = trivial_trash_ ? 0 : HandleWeakReferences(old);
    if (once && !trivial_trash_) {
      FinalizeTrash();
      SpareResurrected(old);
      found = Members(kTrash);
    }
    // Read once, not for each object as delete_garbage does: objects saved after others had been
    // cleared would expose those without their references.
    const bool save_all = (debug_ & kDebugSaveAll) != 0;
    ClearTrash(old, save_all);
    result.collected = found + freed;
    // Only now: objects that died or were resurrected while the trash was cleared do not count
    // (experiment F3).
    result.uncollectable = Members(kUncollectable);
    result.unreachable = result.collected + result.uncollectable;
    WriteList(kUncollectable, "uncollectable", kDebugUncollectable);
    if ((debug_ & kDebugStats) != 0) WriteStopped(result);
    KeepUncollectable(old, save_all);
  } else if ((debug_ & kDebugStats) != 0) {
    WriteStopped(result);
  }
  return result;
}

void Heap::CountCollection(int generation) {
  if (generation + 1 < kGenerations) ++counts_[generation + 1];
  std::fill_n(counts_, generation + 1, 0);
}

// Moves the entries only: states and list indices are set once the survivors are known. Returns how
// many members, the first ones, were in this generation before, so that theirs are right already.
size_t Heap::MergeYounger(int generation) {
  ObjectList& target = storage_.lists[generation];
  const size_t settled = target.members();
  for (int younger = 0; younger < generation; ++younger) {
    ObjectList& source = storage_.lists[younger];
    if (target.size == 0) {
      std::swap(target, source);  // usually the young of a heap that has just been built
      continue;
    }
    for (size_t i = 0; i < source.size; ++i) {
      if (source.objects[i] != kNull) target.objects[target.size++] = source.objects[i];
    }
    source.size = source.holes = 0;
  }
  return settled;
}

// Survivors go to `old`, the others to kTrash. The first `settled` were in this generation before.
void Heap::SplitOffTrash(int generation, List old, size_t settled) {
  ObjectList& young = storage_.lists[generation];
  if (young.holes != 0) storage_.Compact(young);
  const Runs set(storage_, young);
  const size_t survivors = set.size() - FindUnreachable(set);
  ObjectList& trash = storage_.lists[kTrash];
  ObjectList& target = storage_.lists[old];
  young.size = 0;  // if it is also `target`, survivors overwrite entries already read
  if (&target != &young) settled = 0;
  bool trivial = true;
  const auto split_run = [&](Object first, uint32_t count) {
    trivial = AppendSplit(first, count, old, settled) && trivial;
    return true;
  };
  const auto split_off = [&](Object object) {
    if (!storage_.Has(object, kUnreached)) {
      storage_.SetList(object, old);
      storage_.Join(object, target);
      return;
    }
    trivial = trivial && storage_.PageOf(object).shape.trivial() && !Attached(object);
    storage_.SetList(object, kTrash);
    storage_.Join(object, trash);
  };
  set.ForEach(split_run, split_off);
  trivial_trash_ = trivial;

  if (generation == kGenerations - 2) long_lived_pending_ += static_cast<int64_t>(survivors);
  if (generation == kGenerations - 1) {
    long_lived_pending_ = 0;
    long_lived_total_ = static_cast<int64_t>(survivors);
  }
}

// The same for a run, in stretches of survivors and of trash. Survivors that were in `old`, and
// whose index does not change, are left alone: as the first of a stretch is, so are those up to
// `settled`. The index of a younger one is that in the list that it came from. Returns whether the
// trash among it is trivial.
bool Heap::AppendSplit(Object first, uint32_t count, List old, size_t settled) {
  const State* const state = storage_.state + first;
  ObjectList& target = storage_.lists[old];
  bool trivial = true;
  for (uint32_t k = 0; k < count;) {
    const bool unreached = storage_.Has(first + k, kUnreached);
    const uint32_t end = EndOfStretch(state, k, count, unreached);
    if (unreached) {
      uint8_t flags = 0;
      for (uint32_t i = k; i < end; ++i) flags |= static_cast<uint8_t>(state[i]);
      trivial = trivial && storage_.PageOf(first).shape.trivial() &&
                (flags & (kHasWeakRefs | kHasEntries)) == 0;
      storage_.AppendRun(first + k, end - k, kTrash);
    } else if (target.size + (end - k) <= settled && storage_.ListOf(first + k) == old &&
               storage_.list_index[first + k] == target.size) {
      target.size += end - k;
    } else {
      storage_.AppendRun(first + k, end - k, old);
    }
    k = end;
  }
  return trivial;
}

// move_finalizers, move_finalizer_reachable.
void Heap::MoveUncollectable() {
  const auto move = [this](Object object) {
    storage_.Remove(object);
    storage_.Append(object, kUncollectable);
  };
  const ObjectList& trash = storage_.lists[kTrash];
  for (size_t i = 0; i < trash.size; ++i) {
    const Object object = trash.objects[i];
    if (object != kNull && DescriptorOf(object).type.finalize != nullptr) move(object);
  }
  const ObjectList& uncollectable = storage_.lists[kUncollectable];
  for (size_t i = 0; i < uncollectable.size; ++i) {
    ForEachReference(uncollectable.objects[i], [&](Object held) {
      if (held != kNull && storage_.ListOf(held) == kTrash) move(held);
    });
    ForEachEntry(uncollectable.objects[i], [&](Object value, Object other) {
      if (storage_.ListOf(other) != kTrash && storage_.ListOf(value) == kTrash) move(value);
    });
  }
}

// handle_weakrefs, section 7: clears all weak references to the trash, then runs the callbacks of
// those that are not trash themselves, newest first for each target. A weak reference in the
// uncollectable set is called, and leaves the set. Returns how many died of their own callback.
int64_t Heap::HandleWeakReferences(List old) {
  const ObjectList& trash = storage_.lists[kTrash];
  for (size_t i = 0; i < trash.size; ++i) {
    const Object object = trash.objects[i];
    if (object == kNull) continue;
    if (IsWeak(object)) {
      // 3.7.5 and later clear weak references that are trash; 2.x leaves them alone.
      if (rules_.finalizers == Rules::Finalizers::kOnce) Detach(object);
      continue;
    }
    while (storage_.Has(object, kHasWeakRefs)) {
      const Object weak = storage_.NewestWeak(object);
      Detach(weak);
      const List list = storage_.ListOf(weak);
      if (WeakOf(weak).callback == nullptr || list == kTrash || list == kDying) continue;
      Retain(weak);
      storage_.Remove(weak);
      storage_.Append(weak, kCallbacks);
    }
  }

  int64_t freed = 0;
  ObjectList& calls = storage_.lists[kCallbacks];
  for (size_t i = 0; i < calls.size; ++i) {
    const Object weak = calls.objects[i];
    const WeakCallback callback = WeakOf(weak).callback;
    RunUserCode([&] { callback(*this, weak); });
    if (storage_.refs[weak] == 1) {
      ++freed;
    } else {
      storage_.Remove(weak);
      storage_.Append(weak, old);
    }
    Release(weak);
  }
  calls.size = calls.holes = 0;
  return freed;
}

// finalize_garbage: runs all finalizers of the trash, even of objects that an earlier one has
// resurrected. The flag is set before the call, so that an object released meanwhile dies without a
// second call. Objects that die leave holes; none is added.
void Heap::FinalizeTrash() {
  const ObjectList& trash = storage_.lists[kTrash];
  for (size_t i = 0; i < trash.size; ++i) {
    const Object object = trash.objects[i];
    if (object == kNull) continue;
    const Type& type = DescriptorOf(object).type;
    if (type.finalize == nullptr || storage_.Has(object, kFinalized)) continue;
    storage_.SetFlag(object, kFinalized);
    Retain(object);
    RunUserCode([&] { type.finalize(*this, object); });
    Release(object);
  }
}

// handle_resurrected_objects, as of 3.9: objects referenced from outside the trash, and what they
// reach, grow older like any survivor; the rest remains trash.
void Heap::SpareResurrected(List old) {
  ObjectList& trash = storage_.lists[kTrash];
  if (trash.holes != 0) storage_.Compact(trash);
  FindUnreachable(Runs(storage_, trash));
  size_t left = 0;
  for (size_t i = 0; i < trash.size; ++i) {
    const Object object = trash.objects[i];
    if (!storage_.Has(object, kUnreached)) {
      storage_.Append(object, old);
      continue;
    }
    storage_.ClearFlag(object, kUnreached);
    trash.objects[left] = object;
    storage_.list_index[object] = static_cast<uint32_t>(left++);
  }
  trash.size = left;
}

// delete_garbage.
void Heap::ClearTrash(List old, bool save_all) {
  ObjectList& trash = storage_.lists[kTrash];
  if (save_all) {
    for (size_t i = 0; i < trash.size; ++i) {
      const Object object = trash.objects[i];
      if (object == kNull) continue;
      AppendGarbage(object);
      storage_.Append(object, old);
    }
  } else if (const Outside died = ReleaseOutside(); died == Outside::kNothing) {
    FreeTrivialTrash();
  } else if (died == Outside::kLeaves) {
    FreeTrivialTrashAndLeaves();
  } else {
    clearing_ = true;
    for (size_t i = 0; i < trash.size; ++i) {
      if (trash.objects[i] != kNull) Clear(trash.objects[i], old);
    }
    clearing_ = false;
  }
  trash.size = trash.holes = 0;
}

// Calls each(value) for every reference from the trash to an object outside it.
template <typename F>
void Heap::ForEachOutside(F each) const {
  const auto look = [this, &each](Object value) {
    if (storage_.Bits(value) != kTrash) each(value);  // that of kNull is
  };
  const auto look_in = [this, &look](Object object) {
    const Storage::Page& page = storage_.PageOf(object);
    if (page.shape.slots != Shape::Slots::kNone) ForEachSlot(page, storage_.CellOf(object), look);
  };
  // Most runs have no such reference, which is seen without a branch.
  const auto inside = [this](const Object* slots, size_t count) {
    uint8_t others = 0;
    ForEachOf(slots, count, [&](Object value) { others |= storage_.Bits(value) ^ kTrash; });
    return others == 0;
  };
  const auto look_in_run = [&](Object first, uint32_t count) {
    const Storage::Page& page = storage_.PageOf(first);
    return page.shape.slots_only && inside(SlotsIn(page, first), count * page.shape.count);
  };
  Runs(storage_, storage_.lists[kTrash]).ForEach(look_in_run, look_in);
}

// If all trash is trivial and has no weak references, the order in which its references are
// released is observable only if something outside dies that is not a trivial leaf. Then the result
// is kOthers, and nothing is changed. Otherwise the references from the trash to the outside are
// released.
Heap::Outside Heap::ReleaseOutside() {
  if (!trivial_trash_) return Outside::kOthers;
  uint32_t* const refs = storage_.refs;
  Outside died = Outside::kNothing;
  ForEachOutside([&](Object value) {
    if (refs[value] == kMaxReferences || --refs[value] > 0) return;
    const Storage::Page& page = storage_.PageOf(value);
    const bool leaf = !page.shape.tracked && page.shape.trivial() && !Attached(value);
    died = leaf && died != Outside::kOthers ? Outside::kLeaves : Outside::kOthers;
  });
  if (died != Outside::kOthers) return died;
  ForEachOutside([&](Object value) { refs[value] += refs[value] == kMaxReferences ? 0 : 1; });
  return Outside::kOthers;
}

// Frees trash after ReleaseOutside, which caused no death. References within the trash need no
// counting.
void Heap::FreeTrivialTrash() {
  const ObjectList& trash = storage_.lists[kTrash];
  if (listener_ == nullptr) {  // all of it is tracked
    counts_[0] -= std::min(counts_[0], Members(kTrash));
  } else {
    for (size_t i = 0; i < trash.size; ++i) {
      Report(storage_.PageOf(trash.objects[i]), trash.objects[i]);
    }
  }
  size_ -= Members(kTrash);
  const auto free_run = [this](Object first, uint32_t count) {
    storage_.FreeRun(storage_.PageOf(first), first, count);
    return true;
  };
  const auto free_one = [this](Object object) {
    const Storage::Page& page = storage_.PageOf(object);
    if (page.shape.slots_only) std::fill_n(SlotsIn(page, object), page.shape.count, kNull);
    storage_.FreeOfMany(object);
  };
  Runs(storage_, trash).ForEach(free_run, free_one);
}

// The same, if the count of leaves was brought to zero.
void Heap::FreeTrivialTrashAndLeaves() {
  const ObjectList trash = storage_.lists[kTrash];
  const auto free = [this](const Storage::Page& page, Object object) {
    Report(page, object);
    storage_.FreeOfMany(object);
    --size_;
  };
  for (size_t i = 0; i < trash.size; ++i) {
    const Object object = trash.objects[i];
    const Storage::Page& page = storage_.PageOf(object);
    if (page.shape.slots != Shape::Slots::kNone) {
      ForEachSlot(page, storage_.CellOf(object), [&](Object value) {
        if (storage_.Bits(value) != kUntracked || storage_.refs[value] != 0) return;
        free(storage_.PageOf(value), value);
      });
    }
    if (page.shape.slots == Shape::Slots::kRun) {
      std::fill_n(SlotsIn(page, object), page.shape.count, kNull);
    } else {
      for (uint32_t k = 0; k < page.shape.count; ++k) Slot(object, k) = kNull;
    }
    free(page, object);
  }
}

// Empties one object, keeping it alive meanwhile. Other trash may still reference it, but it is
// unreachable: it is reported as freed, and its cell is freed with the last of those references.
//
// Except for a weak reference. kUncollectable rules leave one that is trash attached to a target
// that is not: if the target dies first, the callback runs, and may resurrect the weak reference,
// its argument. Holding nothing any more, it is in no cycle and need not be reported early: it dies
// when its count reaches zero, or stays alive.
void Heap::Clear(Object object, List old) {
  if (IsWeak(object)) return ClearWeak(object, old);
  Retain(object);
  ReleaseEntries(object);
  const Descriptor& descriptor = DescriptorOf(object);
  if (descriptor.type.clear != nullptr) {
    ReleasePending(ClearByType(object));
  } else {
    for (uint32_t i = 0; i < descriptor.shape.count; ++i) Store(Slot(object, i), kNull);
  }
  Report(storage_.PageOf(object), object);
  storage_.SetFlag(object, kReported);
  storage_.Remove(object);
  storage_.SetList(object, kUntracked);
  Release(object);
}

// subtype_clear: what it holds is released first; until then it is attached.
void Heap::ClearWeak(Object weak, List old) {
  Retain(weak);
  if (DescriptorOf(weak).id == kHoldingWeakType) Store(Slot(weak, 0), kNull);
  Detach(weak);
  storage_.Remove(weak);
  storage_.Append(weak, old);
  Release(weak);
}

// handle_garbage. A member that died, or was resurrected by its finalizer, while the trash was
// cleared has left the list.
void Heap::KeepUncollectable(List old, bool save_all) {
  ObjectList& uncollectable = storage_.lists[kUncollectable];
  for (size_t i = 0; i < uncollectable.size; ++i) {
    const Object object = uncollectable.objects[i];
    if (object == kNull) continue;
    if (save_all || DescriptorOf(object).type.finalize != nullptr) AppendGarbage(object);
    storage_.Append(object, old);
  }
  uncollectable.size = uncollectable.holes = 0;
}

void Heap::AppendGarbage(Object object) {
  Retain(object);
  ObjectList& garbage = storage_.garbage;
  garbage.objects[garbage.size++] = object;
  if (listener_ != nullptr) MustReturn([&] { listener_->GarbageAppended(object); });
}

int64_t Heap::Members(List list) const {
  return static_cast<int64_t>(storage_.lists[list].members());
}

}  // namespace ouro::heap
