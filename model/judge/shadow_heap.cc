// SPDX-License-Identifier: Apache-2.0

#include "model/judge/shadow_heap.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <utility>

#include "model/check.h"

namespace ouro {

void ShadowHeap::Reset() {
  count_ = 0;
  lists_.clear();
  entries_.Clear();
  for (auto& list : tracked_) list.clear();
  loose_log_.clear();
  drops_.clear();
  release_ = 0;
  dying.clear();
}

ObjectId ShadowHeap::New(ShadowObject::Kind kind) {
  if (static_cast<size_t>(count_) == objects_.size()) objects_.emplace_back();
  ShadowObject& object = objects_[static_cast<size_t>(count_)];
  // A record keeps the memory of its vectors from one program to the next.
  ShadowObject fresh;
  fresh.kind = kind;
  fresh.slots = std::move(object.slots);
  fresh.weaks = std::move(object.weaks);
  fresh.calls = std::move(object.calls);
  fresh.detained = std::move(object.detained);
  fresh.loose_holders = std::move(object.loose_holders);
  fresh.slots.clear();
  fresh.weaks.clear();
  fresh.calls.clear();
  fresh.detained.clear();
  fresh.loose_holders.clear();
  object = std::move(fresh);
  return count_++;
}

ObjectId ShadowHeap::NewNode(int slots, int8_t script) {
  const ObjectId id = New(ShadowObject::Kind::kNode);
  at(id).slots.assign(static_cast<size_t>(slots), kNone);
  at(id).script = script;
  SetGeneration(id, 0);
  return id;
}

ObjectId ShadowHeap::NewWeak(ObjectId target, int8_t script, int slots) {
  const ObjectId id = New(ShadowObject::Kind::kWeak);
  ShadowObject& weak = at(id);
  weak.slots.assign(static_cast<size_t>(slots), kNone);
  weak.script = script;
  weak.target = target;
  weak.bond = ShadowObject::Bond::kAttached;
  at(target).weaks.push_back(id);
  SetGeneration(id, 0);
  return id;
}

ObjectId ShadowHeap::NewMap() {
  const ObjectId id = New(ShadowObject::Kind::kMap);
  SetGeneration(id, 0);
  return id;
}

void ShadowHeap::SetSlot(ObjectId node, int index, ObjectId value) {
  const ObjectId old = std::exchange(at(node).slots[static_cast<size_t>(index)], value);
  if (value != kNone) Hold(value);
  if (old != kNone) Release(old);
}

void ShadowHeap::SetSlots(ObjectId node, const std::vector<ObjectId>& values) {
  std::vector<ObjectId> old;
  for (size_t slot = 0; slot < values.size(); ++slot) {
    if (values[slot] != kNone) Hold(values[slot]);
    const ObjectId id = std::exchange(at(node).slots[slot], values[slot]);
    if (id != kNone) old.push_back(id);
  }
  if (old.size() == 1) return Release(old[0]);
  ReleaseList(&old);
}

ObjectId ShadowHeap::ValueOf(ObjectId map, ObjectId key) const {
  const Entries::Id entry = entries_.Find(map, key);
  return entry == Entries::kNoEntry ? kNone : entries_.at(entry).value;
}

void ShadowHeap::SetEntry(ObjectId map, ObjectId key, ObjectId value) {
  Hold(value);
  const Entries::Id entry = entries_.Find(map, key);
  if (entry != Entries::kNoEntry) return Release(std::exchange(entries_.at(entry).value, value));
  entries_.Add(map, key, value);
}

void ShadowHeap::RemoveEntry(ObjectId map, ObjectId key) {
  const Entries::Id entry = entries_.Find(map, key);
  if (entry == Entries::kNoEntry) return;
  const ObjectId value = entries_.at(entry).value;
  entries_.Remove(entry);
  Release(value);
}

// Removes the entries of an object. Returns their values, the oldest entry's first.
std::vector<ObjectId> ShadowHeap::TakeEntries(ObjectId id) {
  std::vector<Entries::Id> taken = entries_.of(id);
  std::sort(taken.begin(), taken.end());
  std::vector<ObjectId> values;
  for (const Entries::Id entry : taken) {
    values.push_back(entries_.at(entry).value);
    entries_.Remove(entry);
  }
  return values;
}

ObjectId ShadowHeap::AddList(std::vector<ObjectId> elements) {
  ShadowObject& list = lists_.emplace_back();
  list.kind = ShadowObject::Kind::kList;
  list.slots = std::move(elements);
  return -1 - static_cast<ObjectId>(lists_.size());
}

void ShadowHeap::ReleaseList(std::vector<ObjectId>* ids) {
  if (ids->empty()) return;
  const ObjectId list = AddList({ids->rbegin(), ids->rend()});
  ids->clear();
  BeginReleasing(list);
}

void ShadowHeap::Hold(ObjectId id) {
  ShadowObject& object = at(id);
  if (object.firm++ == 0 && object.releasing && !object.doomed) UndoReleasing(id);
}

void ShadowHeap::Release(ObjectId id) {
  ShadowObject& object = at(id);
  CHECK(object.firm > 0);
  if (--object.firm == 0) Unheld(id);
}

bool ShadowHeap::FinalizerDue(const ShadowObject& object) const {
  return object.has_finalizer() && !object.finalized;
}

bool ShadowHeap::CallbacksDue(const ShadowObject& object) const {
  // Where there are entries, those that a collection runs do not wait for the death: a script may
  // let a map go, and with it what only an entry held of the trash.
  const auto waits = [this](ObjectId id) { return entries_.empty() || !at(id).moving; };
  if (std::any_of(object.calls.begin(), object.calls.end(), waits)) return true;
  // If callbacks come first, weak references that the finalizer made are cleared silently
  // (experiment R6).
  if (object.finalized && rules_.death_order == ExactRules::DeathOrder::kCallbacksFirst) {
    return false;
  }
  return std::any_of(object.weaks.begin(), object.weaks.end(), [this](ObjectId id) {
    const ShadowObject& weak = at(id);
    const bool called = weak.script != kNoScript && weak.bond == ShadowObject::Bond::kAttached;
    return called && !(weak.releasing && ReleasesFirst(id, weak.target));
  });
}

bool ShadowHeap::HeldForNow(ObjectId id) const {
  const ShadowObject& object = at(id);
  if (object.firm > 0) return true;
  const auto& holders = object.loose_holders;
  return !holders.empty() && std::none_of(holders.begin(), holders.end(), [this](ObjectId holder) {
    return at(holder).clearing();
  });
}

void ShadowHeap::Spread() {
  if (spreading_) return;
  spreading_ = true;
  while (!unheld_.empty()) {
    const ObjectId id = unheld_.back();
    unheld_.pop_back();
    ShadowObject& object = at(id);
    if (object.freed || object.firm > 0) continue;
    if (!object.listed) {
      object.listed = true;
      dying.push_back(id);
    }
    if (object.kind == ShadowObject::Kind::kWeak && object.loose == 0) {
      // It is unreachable for certain: the death of its target will not run its callback.
      const ObjectId target = object.target;
      if (object.bond != ShadowObject::Bond::kNone) {
        Detach(id);
        Settle(target);
      }
    }
    Settle(id);
  }
  spreading_ = false;
}

void ShadowHeap::Settle(ObjectId id) {
  const ShadowObject& object = at(id);
  if (!object.has_content() || object.freed || object.firm > 0) return;
  if (object.releasing || FinalizerDue(object) || CallbacksDue(object)) return;
  BeginReleasing(id);
}

void ShadowHeap::BeginReleasing(ObjectId id) {
  ShadowObject& holder = at(id);
  if (!spreading_) ++release_;
  holder.began = release_;
  holder.releasing = true;
  holder.released = 0;
  loose_log_.push_back(id);
  for (const ObjectId child : holder.slots) {
    if (child == kNone) continue;
    ShadowObject& object = at(child);
    ++object.loose;
    object.loose_holders.push_back(id);
    if (--object.firm > 0) continue;
    object.unheld = release_;
    unheld_.push_back(child);
  }
  Spread();
}

void ShadowHeap::UndoReleasing(ObjectId id) {
  std::vector<ObjectId> work = {id};
  while (!work.empty()) {
    const ObjectId holder = work.back();
    work.pop_back();
    at(holder).releasing = false;
    for (const ObjectId child : at(holder).slots) {
      if (child == kNone) continue;
      DropLoose(child, holder);
      ShadowObject& object = at(child);
      if (object.firm++ == 0 && object.releasing && !object.doomed) work.push_back(child);
    }
  }
}

void ShadowHeap::DropLoose(ObjectId id, ObjectId holder) {
  ShadowObject& object = at(id);
  --object.loose;
  auto& holders = object.loose_holders;
  const auto found = std::find(holders.rbegin(), holders.rend(), holder);
  CHECK(found != holders.rend());
  *found = holders.back();
  holders.pop_back();
}

void ShadowHeap::Doom(ObjectId id) {
  ShadowObject& object = at(id);
  if (!object.has_content()) return;
  object.doomed = true;
  object.kept = false;
  if (!object.cleared) object.found = false;
  SetGeneration(id, -1);
  for (size_t i = object.weaks.size(); i-- > 0;) {
    const ShadowObject& weak = at(object.weaks[i]);
    // The callback of a weak reference that a finalizer of trash made runs when the trash is freed
    // (W16).
    const bool late = object.cleared && weak.script != kNoScript;
    const bool maybe = weak.bond == ShadowObject::Bond::kMaybe;
    if (!late && !maybe) Detach(object.weaks[i]);
  }
  // A weak reference that releases what it holds is not called any more.
  if (object.bond == ShadowObject::Bond::kNone || object.clearing()) return;
  Detach(id);
  Settle(object.target);
}

void ShadowHeap::MakeCallsDue(ObjectId id, bool by_collection) {
  ShadowObject& object = at(id);
  const bool leaves_plain = rules_.clears == ExactRules::Clears::kCallbacksFirst;
  int unsaved = rules_.saves == ExactRules::Saves::kAll ? 0 : 2;
  std::vector<ObjectId> held;
  for (size_t i = object.weaks.size(); i-- > 0;) {
    const ObjectId weak = object.weaks[i];
    const ShadowObject& reference = at(weak);
    if (reference.bond == ShadowObject::Bond::kMaybe) continue;  // its callback may run or not
    if (by_collection && leaves_plain && reference.script == kNoScript) continue;
    const bool called = reference.script != kNoScript && !(by_collection && reference.found);
    if (called) unsaved = 0;
    Detach(weak);
    if (called) object.calls.push_back(weak);
    if (by_collection) {
      if (called) held.push_back(weak);
    } else if (unsaved-- <= 0) {
      object.detained.push_back(weak);
      held.push_back(weak);
    }
  }
  if (object.calls.empty()) {
    object.detained.clear();
    return;
  }
  // Newest first: one that was kMaybe until its callback ran may be newer than some that are due.
  std::sort(object.calls.begin(), object.calls.end(), std::greater<>());
  for (const ObjectId weak : held) Hold(weak);
}

void ShadowHeap::CallMade(ObjectId id) {
  ShadowObject& object = at(id);
  if (object.calls.empty() && !object.detained.empty()) {
    // As one list, the tuple of PyObject_ClearWeakRefs: while the oldest goes, and what it held,
    // the newer ones are held.
    drops_.push_back({id, LooseMark()});
    ReleaseList(&object.detained);
  }
  Settle(id);
}

void ShadowHeap::Detach(ObjectId weak) {
  ShadowObject& reference = at(weak);
  if (reference.bond == ShadowObject::Bond::kNone) return;
  reference.bond = ShadowObject::Bond::kNone;
  auto& weaks = at(reference.target).weaks;
  // Searches from the newest, as deaths detach them in this order.
  weaks.erase(std::next(std::find(weaks.rbegin(), weaks.rend(), weak)).base());
}

void ShadowHeap::Free(ObjectId id, ObjectId* queue) {
  ShadowObject& object = at(id);
  if (object.kind == ShadowObject::Kind::kWeak) {
    if (object.bond != ShadowObject::Bond::kNone) {
      Detach(id);
      object.freed = true;
      Settle(object.target);
    }
    object.found = object.kept = false;
  }
  if (!object.doomed) Doom(id);
  SetGeneration(id, -1);
  object.freed = true;
  // Values of entries are released once all this is over. Not without entries: an adapter may
  // report a death before what it causes.
  if (!entries_.empty() && object.releasing && !object.cleared && !object.slots.empty()) {
    ReleaseThrough(id, object.slots.size() - 1, kNone);
  }
  if (!HasEntries(id)) return;
  std::vector<ObjectId> values = TakeEntries(id);
  if (*queue == 0) {
    *queue = AddList(std::move(values));
    return BeginReleasing(*queue);
  }
  if (!spreading_) ++release_;
  for (const ObjectId value : values) {
    at(*queue).slots.push_back(value);
    ++at(value).loose;
    at(value).loose_holders.push_back(*queue);
    if (--at(value).firm > 0) continue;
    at(value).unheld = release_;
    unheld_.push_back(value);
  }
  Spread();
}

void ShadowHeap::Clear(ObjectId id) {
  at(id).cleared = true;
  Doom(id);
  // Clearing a weak reference detaches it; no event tells when, among the rest of the trash.
  if (at(id).bond == ShadowObject::Bond::kAttached) {
    const ObjectId target = at(id).target;
    at(id).bond = ShadowObject::Bond::kMaybe;
    Settle(target);
  }
  if (HasEntries(id)) {
    const ObjectId list = AddList(TakeEntries(id));
    at(list).cleared = true;
    BeginReleasing(list);
  }
  if (at(id).has_content() && !at(id).releasing) BeginReleasing(id);
}

void ShadowHeap::ClearCalled(ObjectId id) {
  at(id).doomed = true;
  if (at(id).has_content() && !at(id).releasing) BeginReleasing(id);
}

void ShadowHeap::EndClearing(ObjectId id) {
  ShadowObject& object = at(id);
  if (!object.has_content() || object.freed || object.firm == 0) return;
  std::fill(object.slots.begin(), object.slots.end(), kNone);
  object.releasing = object.doomed = false;
}

void ShadowHeap::SetGeneration(ObjectId id, int generation) {
  ShadowObject& object = at(id);
  if (object.generation >= 0) {
    auto& list = tracked_[static_cast<size_t>(object.generation)];
    list[static_cast<size_t>(object.tracked_at)] = list.back();
    at(list.back()).tracked_at = object.tracked_at;
    list.pop_back();
  }
  object.generation = static_cast<int8_t>(generation);
  if (generation < 0) return;
  auto& list = tracked_[static_cast<size_t>(generation)];
  object.tracked_at = static_cast<int32_t>(list.size());
  list.push_back(id);
}

void ShadowHeap::ListTracked(int generation, std::vector<ObjectId>* ids) const {
  for (int g = 0; g <= generation; ++g) {
    const auto& list = tracked_[static_cast<size_t>(g)];
    ids->insert(ids->end(), list.begin(), list.end());
  }
}

void ShadowHeap::ForgetTracked(int generation) {
  for (int g = 0; g <= generation; ++g) {
    auto& list = tracked_[static_cast<size_t>(g)];
    for (const ObjectId id : list) at(id).generation = -1;
    list.clear();
  }
}

}  // namespace ouro
