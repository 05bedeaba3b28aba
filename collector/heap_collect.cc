// A collection, in the order of gcmodule.c (sections 5 to 7):
//
//   split       whatever is held from outside of the collected generations, and what it reaches,
//               survives and grows older; the rest is trash
//   apart       kUncollectable rules: trash with finalizers, and what it reaches, is not cleared
//   call back   weak references to the trash are cleared, then callbacks run
//   finalize    kOnce rules: finalizers run, then whatever is held again is spared
//   clear       the slots of the trash are emptied, and reference counts do the rest
//
// User code runs in the last three, so that from there on nothing is certain but this: an object
// is in one list at most, and leaves it when it dies.

#include <algorithm>

#include "collector/heap.h"

namespace ouro::heap {

// collect_generations: the oldest generation that is due.
void Heap::CollectEligible() {
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
  hooks_.CollectionStarted(generation, automatic);
  int64_t answer = 0;
  if (!collecting_) {  // section 8
    collecting_ = true;
    answer = Reclaim(generation);
    collecting_ = false;
  }
  hooks_.CollectionDone(answer);
  return answer;
}

int64_t Heap::Reclaim(int generation) {
  const List old = static_cast<List>(std::min(generation + 1, kGenerations - 1));
  CountCollection(generation);
  MergeYounger(generation);
  SplitOffTrash(generation, old);
  if (lists_[kTrash].empty()) return 0;

  const bool once = rules_.finalizers == Rules::Finalizers::kOnce;
  if (!once) SetUncollectableApart();
  int64_t found = Count(kTrash);
  const int64_t freed = CallBack(old);
  if (once) {
    FinalizeTrash();
    SpareResurrected(old);
    found = Count(kTrash);
  }
  // Asked once, not for each object as delete_garbage does: what was saved after other trash had
  // been cleared would show that without its slots.
  const bool save_all = save_all_;
  ClearTrash(old, save_all);
  // Only now: what died or came back while the trash was cleared does not count (experiment F3).
  const int64_t uncollectable = Count(kUncollectable);
  KeepUncollectable(old, save_all);
  return found + freed + uncollectable;
}

void Heap::CountCollection(int generation) {
  if (generation + 1 < kGenerations) ++counts_[generation + 1];
  std::fill_n(counts_, generation + 1, 0);
}

void Heap::MergeYounger(int generation) {
  for (int younger = 0; younger < generation; ++younger) {
    for (const Object object : lists_[younger]) Append(object, static_cast<List>(generation));
    lists_[younger].clear();
  }
}

// update_refs, subtract_refs and the decision of move_unreachable: afterwards the shadow of a
// member of `set` is 0 if it can be reached from outside, and not 0 otherwise. Whatever a traversal
// cannot see (an embedder, a hook that runs, the slots of an object that is dying) is outside.
void Heap::FindUnreachable(const std::vector<Object>& set) {
  for (const Object object : set) shadow_[object] = kMember + At(object).refs;

  // For each edge within the set, with multiplicity, one reference is accounted for. Edges to
  // objects outside of it, and empty slots, find an entry of 0 and change nothing.
  for (const Object object : set) {
    const Cell& cell = At(object);
    const Object* slots = cell.slots();
    for (uint32_t i = 0; i < cell.slot_count; ++i) shadow_[slots[i]] -= shadow_[slots[i]] >> 31;
  }

  // What is left over comes from outside. An entry becomes 0 when its object is put on the
  // worklist.
  for (const Object root : set) {
    if (shadow_[root] <= kMember) continue;
    shadow_[root] = 0;
    reached_.push_back(root);
    while (!reached_.empty()) {
      const Cell& cell = At(reached_.back());
      reached_.pop_back();
      const Object* slots = cell.slots();
      for (uint32_t i = 0; i < cell.slot_count; ++i) {
        if (shadow_[slots[i]] == 0) continue;
        shadow_[slots[i]] = 0;
        reached_.push_back(slots[i]);
      }
    }
  }
}

// Survivors go to `old`, the others to kTrash.
void Heap::SplitOffTrash(int generation, List old) {
  std::vector<Object>& young = lists_[generation];
  FindUnreachable(young);
  size_t survivors = 0;
  for (const Object object : young) {
    if (shadow_[object] != 0) {
      shadow_[object] = 0;
      Append(object, kTrash);
    } else if (old != generation) {
      ++survivors;
      Append(object, old);
    } else {
      if (young[survivors] != object) {  // survivors move up only behind the first trash
        young[survivors] = object;
        At(object).place = static_cast<uint32_t>(survivors);
      }
      ++survivors;
    }
  }
  young.resize(old == generation ? survivors : 0);

  if (generation == kGenerations - 2) long_lived_pending_ += static_cast<int64_t>(survivors);
  if (generation == kGenerations - 1) {
    long_lived_pending_ = 0;
    long_lived_total_ = static_cast<int64_t>(survivors);
  }
}

// move_finalizers, move_finalizer_reachable.
void Heap::SetUncollectableApart() {
  const auto move = [this](Object object) {
    Untrack(object);
    Append(object, kUncollectable);
  };
  const std::vector<Object>& trash = lists_[kTrash];
  for (size_t i = 0; i < trash.size(); ++i) {
    const Cell& cell = At(trash[i]);
    if (cell.kind == Kind::kNode && (cell.flags & kHook) != 0) move(trash[i]);
  }
  const std::vector<Object>& uncollectable = lists_[kUncollectable];
  for (size_t i = 0; i < uncollectable.size(); ++i) {
    const Cell& cell = At(uncollectable[i]);
    for (uint32_t k = 0; k < cell.slot_count; ++k) {
      const Object value = cell.slots()[k];
      if (value != kNull && At(value).list == kTrash) move(value);
    }
  }
}

// handle_weakrefs, section 7: clears all weak references to the trash, then runs the callbacks of
// those that are not trash themselves, newest first for each target. A weak reference in the
// uncollectable set is called, and leaves the set. Answers how many of those called died of it.
int64_t Heap::CallBack(List old) {
  for (const Object object : lists_[kTrash]) {
    if (object == kNull) continue;
    if (IsWeak(object)) {
      // 3.7.5 and later clear weak references that are trash; 2.x leaves them alone.
      if (rules_.finalizers == Rules::Finalizers::kOnce) Detach(object);
      continue;
    }
    while (At(object).weak != kNull) {
      const Object weak = At(object).weak;
      Detach(weak);
      Cell& cell = At(weak);
      if ((cell.flags & kHook) == 0 || cell.list == kTrash || cell.refs == 0) continue;
      ++cell.refs;
      Untrack(weak);
      Append(weak, kToCall);
    }
  }

  int64_t freed = 0;
  std::vector<Object>& calls = lists_[kToCall];
  for (size_t i = 0; i < calls.size(); ++i) {
    const Object weak = calls[i];
    CallHook(&Hooks::Callback, weak);
    if (At(weak).refs == 1) {
      ++freed;
    } else {
      Untrack(weak);
      Append(weak, old);
    }
    Release(weak);
  }
  calls.clear();
  return freed;
}

// finalize_garbage: all finalizers of the trash, even of what an earlier one has brought back. The
// flag is set before the call, so that an object which the others let go of meanwhile dies
// without a second one. Objects that die leave holes; none is added.
void Heap::FinalizeTrash() {
  const std::vector<Object>& trash = lists_[kTrash];
  for (size_t i = 0; i < trash.size(); ++i) {
    const Object object = trash[i];
    if (object == kNull) continue;
    Cell& cell = At(object);
    if (cell.kind != Kind::kNode || (cell.flags & (kHook | kFinalized)) != kHook) continue;
    cell.flags |= kFinalized;
    ++cell.refs;
    CallHook(&Hooks::Finalize, object);
    Release(object);
  }
}

// handle_resurrected_objects, as of 3.9: what is held from outside the trash, and what that
// reaches, grows older like any survivor; the rest remains trash.
void Heap::SpareResurrected(List old) {
  std::vector<Object>& trash = lists_[kTrash];
  trash.erase(std::remove(trash.begin(), trash.end(), kNull), trash.end());
  FindUnreachable(trash);
  size_t left = 0;
  for (const Object object : trash) {
    if (shadow_[object] == 0) {
      Append(object, old);
      continue;
    }
    shadow_[object] = 0;
    At(object).place = static_cast<uint32_t>(left);
    trash[left++] = object;
  }
  trash.resize(left);
}

// delete_garbage.
void Heap::ClearTrash(List old, bool save_all) {
  std::vector<Object>& trash = lists_[kTrash];
  if (save_all) {
    for (const Object object : trash) {
      if (object == kNull) continue;
      AppendGarbage(object);
      Append(object, old);
    }
  } else {
    clearing_ = true;
    for (size_t i = 0; i < trash.size(); ++i) {
      if (trash[i] != kNull) Clear(trash[i], old);
    }
    clearing_ = false;
  }
  trash.clear();
}

// Empties one object, which is held meanwhile. Other trash may hold it still, but nothing can reach
// it any more: it is reported, and its cell is freed when the last of those has let go.
//
// Except for a weak reference. kUncollectable rules leave one that is trash attached to a target
// that is not: if that dies first, the callback runs, and may bring the weak reference back, its
// self. As it has no slots, no cycle needs it to be reported early: it dies when nothing holds it,
// or lives on.
void Heap::Clear(Object object, List old) {
  Cell& cell = At(object);
  if (cell.kind == Kind::kWeak) {
    Detach(object);
    Untrack(object);
    return Append(object, old);
  }
  ++cell.refs;
  for (uint32_t i = 0; i < cell.slot_count; ++i) {
    const Object value = cell.slots()[i];
    cell.slots()[i] = kNull;
    if (value != kNull) Release(value);
  }
  Report(object);
  Untrack(object);
  Release(object);
}

// handle_garbage. A member may have died, or come back to life by way of its finalizer, while the
// trash was cleared: then it has left the list.
void Heap::KeepUncollectable(List old, bool save_all) {
  for (const Object object : lists_[kUncollectable]) {
    if (object == kNull) continue;
    const Cell& cell = At(object);
    if (save_all || (cell.kind == Kind::kNode && (cell.flags & kHook) != 0)) {
      AppendGarbage(object);
    }
    Append(object, old);
  }
  lists_[kUncollectable].clear();
}

void Heap::AppendGarbage(Object object) {
  Retain(object);
  garbage_.push_back(object);
  hooks_.GarbageAppended(object);
}

int64_t Heap::Count(List list) const {
  const std::vector<Object>& members = lists_[list];
  return std::count_if(members.begin(), members.end(), [](Object o) { return o != kNull; });
}

}  // namespace ouro::heap
