// A collection, in the order of gcmodule.c (sections 5 to 7):
//
//   split       whatever is held from outside of the collected generations, and what it reaches,
//               survives and grows older; the rest is trash
//   apart       kUncollectable rules: trash with finalizers, and what it reaches, is not cleared
//   call back   weak references to the trash are cleared, then callbacks run
//   finalize    kOnce rules: finalizers run, then whatever is held again is spared
//   clear       the references of the trash are emptied, and reference counts do the rest
//
// User code runs in the last three, so that from there on nothing is certain but this: an object
// is in one list at most, and leaves it when it dies.

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "collector/heap/heap.h"
#include "collector/heap/heap_inl.h"

namespace ouro::heap {

// collect_generations: the oldest generation that is due.
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
  SayStarted(generation);
  CountCollection(generation);
  MergeYounger(generation);
  SplitOffTrash(generation, old);

  Collection result;
  const bool once = rules_.finalizers == Rules::Finalizers::kOnce;
  const NameList& trash = storage_.lists[kTrash];
  if (trash.size > 0) {
    if (!once && !plain_trash_) SetUncollectableApart();
    SayList(kTrash, "collectable", kDebugCollectable);
    int64_t found = Members(kTrash);
    const int64_t freed = plain_trash_ ? 0 : CallBack(old);
    if (once && !plain_trash_) {
      FinalizeTrash();
      SpareResurrected(old);
      found = Members(kTrash);
    }
    // Asked once, not for each object as delete_garbage does: what was saved after other trash had
    // been cleared would show that without its references.
    const bool save_all = (debug_ & kDebugSaveAll) != 0;
    ClearTrash(old, save_all);
    result.collected = found + freed;
    // Only now: what died or came back while the trash was cleared does not count (experiment F3).
    result.uncollectable = Members(kUncollectable);
    result.unreachable = result.collected + result.uncollectable;
    SayList(kUncollectable, "uncollectable", kDebugUncollectable);
    if ((debug_ & kDebugStats) != 0) SayStopped(result);
    KeepUncollectable(old, save_all);
  } else if ((debug_ & kDebugStats) != 0) {
    SayStopped(result);
  }
  return result;
}

void Heap::CountCollection(int generation) {
  if (generation + 1 < kGenerations) ++counts_[generation + 1];
  std::fill_n(counts_, generation + 1, 0);
}

// The names only: their states and places are set when it is known who survives.
void Heap::MergeYounger(int generation) {
  NameList& target = storage_.lists[generation];
  for (int younger = 0; younger < generation; ++younger) {
    NameList& source = storage_.lists[younger];
    if (target.size == 0) {
      std::swap(target, source);  // most often, the young of a heap that has just been built
      continue;
    }
    for (size_t i = 0; i < source.size; ++i) {
      if (source.names[i] != kNull) target.names[target.size++] = source.names[i];
    }
    source.size = source.holes = 0;
  }
}

// Survivors go to `old`, the others to kTrash.
void Heap::SplitOffTrash(int generation, List old) {
  NameList& young = storage_.lists[generation];
  const size_t unreachable = FindUnreachable(young);
  const size_t survivors = young.size - unreachable;  // without holes by now
  NameList& trash = storage_.lists[kTrash];
  NameList& target = storage_.lists[old];
  const NameList set = young;
  young.size = 0;  // if it is `target` too, survivors are written over what has been read
  bool plain = true;
  for (size_t i = 0; i < set.size; ++i) {
    const Object object = set.names[i];
    if (unreachable == 0 || (storage_.place[object] & kMember) == 0) {
      storage_.SetList(object, old);
      storage_.Join(object, target);
      continue;
    }
    plain = plain && storage_.PageOf(object).plain && !storage_.Has(object, kWatched);
    storage_.SetList(object, kTrash);
    storage_.Join(object, trash);
  }
  plain_trash_ = plain;

  if (generation == kGenerations - 2) long_lived_pending_ += static_cast<int64_t>(survivors);
  if (generation == kGenerations - 1) {
    long_lived_pending_ = 0;
    long_lived_total_ = static_cast<int64_t>(survivors);
  }
}

// move_finalizers, move_finalizer_reachable.
void Heap::SetUncollectableApart() {
  const auto move = [this](Object object) {
    storage_.Remove(object);
    storage_.Append(object, kUncollectable);
  };
  const NameList& trash = storage_.lists[kTrash];
  for (size_t i = 0; i < trash.size; ++i) {
    const Object object = trash.names[i];
    if (object != kNull && DescriptorOf(object).type.finalize != nullptr) move(object);
  }
  const NameList& uncollectable = storage_.lists[kUncollectable];
  for (size_t i = 0; i < uncollectable.size; ++i) {
    ForEachReference(uncollectable.names[i], [&](Object held) {
      if (held != kNull && storage_.ListOf(held) == kTrash) move(held);
    });
  }
}

// handle_weakrefs, section 7: clears all weak references to the trash, then runs the callbacks of
// those that are not trash themselves, newest first for each target. A weak reference in the
// uncollectable set is called, and leaves the set. Answers how many of those called died of it.
int64_t Heap::CallBack(List old) {
  const NameList& trash = storage_.lists[kTrash];
  for (size_t i = 0; i < trash.size; ++i) {
    const Object object = trash.names[i];
    if (object == kNull) continue;
    if (IsWeak(object)) {
      // 3.7.5 and later clear weak references that are trash; 2.x leaves them alone.
      if (rules_.finalizers == Rules::Finalizers::kOnce) Detach(object);
      continue;
    }
    while (storage_.Has(object, kWatched)) {
      const Object weak = storage_.NewestWeak(object);
      Detach(weak);
      const List list = storage_.ListOf(weak);
      if (WeakOf(weak).callback == nullptr || list == kTrash || list == kDying) continue;
      Retain(weak);
      storage_.Remove(weak);
      storage_.Append(weak, kToCall);
    }
  }

  int64_t freed = 0;
  NameList& calls = storage_.lists[kToCall];
  for (size_t i = 0; i < calls.size; ++i) {
    const Object weak = calls.names[i];
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

// finalize_garbage: all finalizers of the trash, even of what an earlier one has brought back. The
// flag is set before the call, so that an object which the others let go of meanwhile dies
// without a second one. Objects that die leave holes; none is added.
void Heap::FinalizeTrash() {
  const NameList& trash = storage_.lists[kTrash];
  for (size_t i = 0; i < trash.size; ++i) {
    const Object object = trash.names[i];
    if (object == kNull) continue;
    const Type& type = DescriptorOf(object).type;
    if (type.finalize == nullptr || storage_.Has(object, kFinalized)) continue;
    storage_.SetFlag(object, kFinalized);
    Retain(object);
    RunUserCode([&] { type.finalize(*this, object); });
    Release(object);
  }
}

// handle_resurrected_objects, as of 3.9: what is held from outside the trash, and what that
// reaches, grows older like any survivor; the rest remains trash.
void Heap::SpareResurrected(List old) {
  NameList& trash = storage_.lists[kTrash];
  const size_t unreachable = FindUnreachable(trash);
  size_t left = 0;
  for (size_t i = 0; i < trash.size; ++i) {
    const Object object = trash.names[i];
    if (unreachable == 0 || (storage_.place[object] & kMember) == 0) {
      storage_.Append(object, old);
      continue;
    }
    trash.names[left] = object;
    storage_.place[object] = static_cast<uint32_t>(left++);
  }
  trash.size = left;
}

// delete_garbage.
void Heap::ClearTrash(List old, bool save_all) {
  NameList& trash = storage_.lists[kTrash];
  if (save_all) {
    for (size_t i = 0; i < trash.size; ++i) {
      const Object object = trash.names[i];
      if (object == kNull) continue;
      AppendGarbage(object);
      storage_.Append(object, old);
    }
  } else if (const Outside died = ReleaseOutside(); died != Outside::kOthers) {
    FreePlain(died == Outside::kAtoms);
  } else {
    clearing_ = true;
    for (size_t i = 0; i < trash.size; ++i) {
      if (trash.names[i] != kNull) Clear(trash.names[i], old);
    }
    clearing_ = false;
  }
  trash.size = trash.holes = 0;
}

// Calls each(value) for every reference of the trash to something that is no trash.
template <typename F>
void Heap::ForEachOutside(F each) const {
  const NameList trash = storage_.lists[kTrash];
  const auto look = [this, &each](Object value) {
    const uint8_t state = storage_.Bits(value);  // that of kNull is kFree
    if (state != kTrash && state != kFree) each(value);
  };
  for (size_t i = 0; i < trash.size; ++i) {
    const Object object = trash.names[i];
    const Storage::Page& page = storage_.PageOf(object);
    if (page.slots != Layout::Slots::kNone) ForEachSlot(page, storage_.CellOf(object), look);
  }
}

// When nobody but the heap has a say in the deaths of the trash, and no weak reference yields any
// of it, the order in which it lets go of what it holds matters only if somebody else may notice:
// if something dies of it that is no plain atom. Then the answer is kOthers, and nothing is
// changed.
Heap::Outside Heap::ReleaseOutside() {
  if (!plain_trash_) return Outside::kOthers;
  uint32_t* const refs = storage_.refs;
  Outside died = Outside::kNothing;
  ForEachOutside([&](Object value) {
    if (refs[value] == kMaxReferences || --refs[value] > 0) return;
    const Storage::Page& page = storage_.PageOf(value);
    const bool atom = !page.tracked && page.plain && !storage_.Has(value, kWatched);
    died = atom && died != Outside::kOthers ? Outside::kAtoms : Outside::kOthers;
  });
  if (died != Outside::kOthers) return died;
  ForEachOutside([&](Object value) { refs[value] += refs[value] == kMaxReferences ? 0 : 1; });
  return Outside::kOthers;
}

// Frees trash that ReleaseOutside has dealt with, and with `atoms` those that nothing holds any
// more because of that. What the trash holds of itself needs no counting.
void Heap::FreePlain(bool atoms) {
  const NameList trash = storage_.lists[kTrash];
  const auto free = [this](const Storage::Page& page, Object object) {
    Report(page, object);
    storage_.FreeOfMany(*page.layout, object);
    --size_;
  };
  for (size_t i = 0; i < trash.size; ++i) {
    const Object object = trash.names[i];
    const Storage::Page& page = storage_.PageOf(object);
    if (atoms && page.slots != Layout::Slots::kNone) {
      ForEachSlot(page, storage_.CellOf(object), [&](Object value) {
        if (storage_.Bits(value) != kUntracked || storage_.refs[value] != 0) return;
        free(storage_.PageOf(value), value);
      });
    }
    if (page.slots == Layout::Slots::kRun) {
      std::fill_n(SlotsIn(page, object), page.count, kNull);
    } else {
      for (uint32_t k = 0; k < page.count; ++k) Slot(object, k) = kNull;
    }
    free(page, object);
  }
}

// Empties one object, which is held meanwhile. Other trash may hold it still, but nothing can reach
// it any more: it is reported, and its cell is freed when the last of those has let go.
//
// Except for a weak reference. kUncollectable rules leave one that is trash attached to a target
// that is not: if that dies first, the callback runs, and may bring the weak reference back, its
// self. As it has no references, no cycle needs it to be reported early: it dies when nothing holds
// it, or lives on.
void Heap::Clear(Object object, List old) {
  if (IsWeak(object)) {
    Detach(object);
    storage_.Remove(object);
    return storage_.Append(object, old);
  }
  Retain(object);
  const Descriptor& descriptor = DescriptorOf(object);
  if (descriptor.type.clear != nullptr) {
    ReleaseLeaving(ClearByType(object));
  } else {
    for (uint32_t i = 0; i < descriptor.count; ++i) Store(Slot(object, i), kNull);
  }
  Report(storage_.PageOf(object), object);
  storage_.SetFlag(object, kReported);
  storage_.Remove(object);
  storage_.SetList(object, kUntracked);
  Release(object);
}

// handle_garbage. A member may have died, or come back to life by way of its finalizer, while the
// trash was cleared: then it has left the list.
void Heap::KeepUncollectable(List old, bool save_all) {
  NameList& uncollectable = storage_.lists[kUncollectable];
  for (size_t i = 0; i < uncollectable.size; ++i) {
    const Object object = uncollectable.names[i];
    if (object == kNull) continue;
    if (save_all || DescriptorOf(object).type.finalize != nullptr) AppendGarbage(object);
    storage_.Append(object, old);
  }
  uncollectable.size = uncollectable.holes = 0;
}

void Heap::AppendGarbage(Object object) {
  Retain(object);
  NameList& garbage = storage_.garbage;
  garbage.names[garbage.size++] = object;
  if (listener_ != nullptr) MustReturn([&] { listener_->GarbageAppended(object); });
}

int64_t Heap::Members(List list) const {
  return static_cast<int64_t>(storage_.lists[list].members());
}

}  // namespace ouro::heap
