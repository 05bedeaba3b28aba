#include "model/judge/shadow_heap.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <utility>

#include "model/check.h"

namespace ouro {

void TrueHeap::Reset() {
  count_ = 0;
  lists_.clear();
  registers_.fill(kNone);
  garbage_.clear();
  for (auto& list : tracked_) list.clear();
  loose_log_.clear();
  maybe_held_.clear();
  dying.clear();
}

ObjectId TrueHeap::New(TrueObject::Kind kind) {
  if (static_cast<size_t>(count_) == objects_.size()) objects_.emplace_back();
  TrueObject& object = objects_[static_cast<size_t>(count_)];
  // A record keeps the memory of its vectors from program to program.
  TrueObject fresh;
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

ObjectId TrueHeap::NewNode(int slots, int8_t script) {
  const ObjectId id = New(TrueObject::Kind::kNode);
  at(id).slots.assign(static_cast<size_t>(slots), kNone);
  at(id).script = script;
  SetGeneration(id, 0);
  return id;
}

ObjectId TrueHeap::NewLeaf() { return New(TrueObject::Kind::kLeaf); }

ObjectId TrueHeap::NewWeak(ObjectId target, int8_t script) {
  const ObjectId id = New(TrueObject::Kind::kWeak);
  TrueObject& weak = at(id);
  weak.script = script;
  weak.target = target;
  weak.bond = TrueObject::Bond::kAttached;
  at(target).weaks.push_back(id);
  SetGeneration(id, 0);
  return id;
}

void TrueHeap::SetRegister(int index, ObjectId value) {
  const ObjectId old = std::exchange(registers_[static_cast<size_t>(index)], value);
  if (value != kNone) Hold(value);
  if (old != kNone) Release(old);
}

void TrueHeap::SetSlot(ObjectId node, int index, ObjectId value) {
  const ObjectId old = std::exchange(at(node).slots[static_cast<size_t>(index)], value);
  if (value != kNone) Hold(value);
  if (old != kNone) Release(old);
}

void TrueHeap::AppendGarbage(ObjectId id) {
  garbage_.push_back(id);
  at(id).in_garbage = true;
  Hold(id);
}

void TrueHeap::ClearGarbage() {
  if (garbage_.empty()) return;
  TrueObject& list = lists_.emplace_back();
  list.kind = TrueObject::Kind::kList;
  list.slots.assign(garbage_.rbegin(), garbage_.rend());
  garbage_.clear();
  LetGo(-1 - static_cast<ObjectId>(lists_.size()));
}

void TrueHeap::Hold(ObjectId id) {
  TrueObject& object = at(id);
  if (object.firm++ == 0 && object.letting_go && !object.doomed) UndoLetGo(id);
}

void TrueHeap::Release(ObjectId id) {
  TrueObject& object = at(id);
  CHECK(object.firm > 0);
  if (--object.firm == 0) Unheld(id);
}

bool TrueHeap::FinalizerDue(const TrueObject& object) const {
  return object.has_finalizer() && !object.finalized;
}

bool TrueHeap::CallbacksDue(const TrueObject& object) const {
  if (!object.calls.empty()) return true;
  // Weak references that a finalizer made die silently where callbacks come first (R6).
  if (object.finalized && contract_->death_order == Contract::DeathOrder::kCallbacksFirst) {
    return false;
  }
  return std::any_of(object.weaks.begin(), object.weaks.end(), [this](ObjectId id) {
    const TrueObject& weak = at(id);
    return weak.script != kNoScript && weak.bond == TrueObject::Bond::kAttached;
  });
}

bool TrueHeap::HeldForNow(ObjectId id) const {
  const TrueObject& object = at(id);
  if (object.firm > 0) return true;
  const auto& holders = object.loose_holders;
  return !holders.empty() && std::none_of(holders.begin(), holders.end(),
                                          [this](ObjectId holder) { return at(holder).cleared; });
}

void TrueHeap::Unheld(ObjectId id) {
  unheld_.push_back(id);
  Spread();
}

void TrueHeap::Spread() {
  if (spreading_) return;
  spreading_ = true;
  while (!unheld_.empty()) {
    const ObjectId id = unheld_.back();
    unheld_.pop_back();
    TrueObject& object = at(id);
    if (object.freed || object.firm > 0) continue;
    if (!object.listed) {
      object.listed = true;
      dying.push_back(id);
    }
    if (object.kind == TrueObject::Kind::kWeak && object.loose == 0) {
      // Nobody can reach it any more: its target will not call it.
      const ObjectId target = object.target;
      if (object.bond != TrueObject::Bond::kNone) {
        Detach(id);
        Settle(target);
      }
    } else {
      Settle(id);
    }
  }
  spreading_ = false;
}

void TrueHeap::Settle(ObjectId id) {
  const TrueObject& object = at(id);
  if (object.kind != TrueObject::Kind::kNode || object.freed || object.firm > 0) return;
  if (object.letting_go || FinalizerDue(object) || CallbacksDue(object)) return;
  LetGo(id);
}

void TrueHeap::LetGo(ObjectId id) {
  TrueObject& holder = at(id);
  holder.letting_go = true;
  holder.released = 0;
  loose_log_.push_back(id);
  for (const ObjectId child : holder.slots) {
    if (child == kNone) continue;
    TrueObject& object = at(child);
    ++object.loose;
    object.loose_holders.push_back(id);
    if (--object.firm == 0) unheld_.push_back(child);
  }
  Spread();
}

void TrueHeap::UndoLetGo(ObjectId id) {
  std::vector<ObjectId> work = {id};
  while (!work.empty()) {
    const ObjectId holder = work.back();
    work.pop_back();
    at(holder).letting_go = false;
    for (const ObjectId child : at(holder).slots) {
      if (child == kNone) continue;
      DropLoose(child, holder);
      TrueObject& object = at(child);
      if (object.firm++ == 0 && object.letting_go && !object.doomed) work.push_back(child);
    }
  }
}

void TrueHeap::DropLoose(ObjectId id, ObjectId holder) {
  TrueObject& object = at(id);
  --object.loose;
  auto& holders = object.loose_holders;
  const auto found = std::find(holders.rbegin(), holders.rend(), holder);
  CHECK(found != holders.rend());
  *found = holders.back();
  holders.pop_back();
}

void TrueHeap::ShowDying(ObjectId id) {
  ++showings_;
  at(id).shown = showings_;
  showing_.push_back(id);
  while (!showing_.empty()) {
    const ObjectId dying_id = showing_.back();
    showing_.pop_back();
    while (!at(dying_id).loose_holders.empty()) {
      const ObjectId holder = at(dying_id).loose_holders.back();
      const auto& slots = at(holder).slots;
      size_t slot = slots.size() - 1;
      while (slots[slot] != dying_id) --slot;
      Doom(holder);
      ReleaseThrough(holder, slot);
      // A cleared object lets go although it may be referred to: that tells nothing of its holders.
      if (!at(holder).cleared && at(holder).kind == TrueObject::Kind::kNode) {
        at(holder).shown = showings_;
        showing_.push_back(holder);
      }
    }
  }
}

void TrueHeap::ReleaseThrough(ObjectId holder, size_t last) {
  // The objects below are gone for certain, except the last one, which is only about to die.
  const ObjectId except = at(holder).slots[last];
  gone_.clear();
  const auto gone = [this, except](ObjectId child) {
    if (child == kNone || child == except) return;
    // What this very event shows dying is not over, whoever else released it before.
    if (at(child).shown == showings_ && !at(child).freed) return;
    if (at(child).firm == 0 && at(child).loose == 0) gone_.push_back(child);
  };
  const auto release = [&](ObjectId from, size_t until) {
    const auto& slots = at(from).slots;
    const auto released = static_cast<size_t>(at(from).released);
    // The one that was about to die when `from` was last seen is over by now.
    if (released > 0) gone(slots[released - 1]);
    for (size_t slot = released; slot < until; ++slot) {
      if (slots[slot] == kNone) continue;
      DropLoose(slots[slot], from);
      gone(slots[slot]);
    }
    at(from).released = static_cast<int32_t>(until);
  };
  release(holder, last + 1);
  while (!gone_.empty()) {
    const ObjectId id = gone_.back();
    gone_.pop_back();
    const TrueObject& object = at(id);
    if (object.kind == TrueObject::Kind::kWeak && object.bond != TrueObject::Bond::kNone) {
      Detach(id);
      Settle(object.target);
    } else if (object.letting_go && !object.cleared) {  // cleared trash is held while it is cleared
      if (!object.doomed) Doom(id);
      release(id, object.slots.size());
    }
  }
}

void TrueHeap::ReleaseSince(size_t mark) {
  ++showings_;
  // What was let go by something that is itself only loosely held may yet be rescued.
  std::vector<ObjectId> undecided;
  for (size_t i = mark; i < loose_log_.size(); ++i) {
    const ObjectId id = loose_log_[i];
    TrueObject& object = at(id);
    if (!object.letting_go) continue;
    if (static_cast<size_t>(object.released) == object.slots.size()) continue;
    if (object.loose > 0 && !object.doomed && mark > 0) {
      undecided.push_back(id);
      continue;
    }
    if (object.kind == TrueObject::Kind::kNode && !object.doomed) Doom(id);
    if (!object.slots.empty()) {
      const ObjectId last = object.slots.back();
      ReleaseThrough(id, object.slots.size() - 1);
      if (last != kNone && at(last).firm == 0 && at(last).loose == 0) unheld_.push_back(last);
    }
  }
  Spread();
  loose_log_.resize(mark);
  loose_log_.insert(loose_log_.end(), undecided.begin(), undecided.end());
}

void TrueHeap::Doom(ObjectId id) {
  TrueObject& object = at(id);
  if (object.kind != TrueObject::Kind::kNode) return;
  object.doomed = true;
  object.kept = false;
  if (!object.cleared) object.found = false;
  SetGeneration(id, -1);
  for (size_t i = object.weaks.size(); i-- > 0;) {
    const TrueObject& weak = at(object.weaks[i]);
    // What a finalizer of trash made is called when the trash is freed (W16).
    const bool late = object.cleared && weak.script != kNoScript;
    const bool maybe = weak.bond == TrueObject::Bond::kMaybe;
    if (!late && !maybe) Detach(object.weaks[i]);
  }
}

void TrueHeap::MakeCallsDue(ObjectId id, bool by_collection) {
  TrueObject& object = at(id);
  int unsaved = 2;
  std::vector<ObjectId> held;
  for (size_t i = object.weaks.size(); i-- > 0;) {
    const ObjectId weak = object.weaks[i];
    const TrueObject& reference = at(weak);
    if (reference.bond == TrueObject::Bond::kMaybe) continue;  // its callback may come or not
    const bool called = reference.script != kNoScript && !(by_collection && reference.found);
    if (called) unsaved = 0;
    Detach(weak);
    if (called) object.calls.push_back(weak);
    if (by_collection) {
      if (called) held.push_back(weak);
    } else if (unsaved-- <= 0) {
      object.detained.push_back(weak);
      held.push_back(weak);
    } else {
      at(weak).maybe_held = true;
      maybe_held_.push_back(weak);
    }
  }
  if (object.calls.empty()) {
    object.detained.clear();
    ForgetMaybeHeld(id);
    return;
  }
  // Newest first: one that was kMaybe until its callback came may be newer than some that are due.
  std::sort(object.calls.begin(), object.calls.end(), std::greater<>());
  for (const ObjectId weak : held) Hold(weak);
}

void TrueHeap::CallMade(ObjectId id) {
  TrueObject& object = at(id);
  if (object.calls.empty()) {
    for (const ObjectId weak : object.detained) Release(weak);
    object.detained.clear();
    ForgetMaybeHeld(id);
  }
  Settle(id);
}

void TrueHeap::ForgetMaybeHeld(ObjectId target) {
  std::erase_if(maybe_held_, [&](ObjectId weak) {
    if (at(weak).target != target) return false;
    at(weak).maybe_held = false;
    return true;
  });
}

void TrueHeap::Detach(ObjectId weak) {
  TrueObject& reference = at(weak);
  if (reference.bond == TrueObject::Bond::kNone) return;
  reference.bond = TrueObject::Bond::kNone;
  auto& weaks = at(reference.target).weaks;
  // From the newest on, as deaths detach them.
  weaks.erase(std::next(std::find(weaks.rbegin(), weaks.rend(), weak)).base());
}

void TrueHeap::Free(ObjectId id) {
  TrueObject& object = at(id);
  if (object.kind == TrueObject::Kind::kWeak) {
    if (object.bond != TrueObject::Bond::kNone) {
      Detach(id);
      object.freed = true;
      Settle(object.target);
    }
    object.found = object.kept = false;
  } else if (!object.doomed) {
    Doom(id);
  }
  SetGeneration(id, -1);
  object.freed = true;
}

void TrueHeap::Clear(ObjectId id) {
  at(id).cleared = true;
  Doom(id);
  // Clearing a weak reference detaches it: when, among the rest of the trash, is not to be seen.
  if (at(id).bond == TrueObject::Bond::kAttached) {
    const ObjectId target = at(id).target;
    at(id).bond = TrueObject::Bond::kMaybe;
    Settle(target);
  }
  if (at(id).kind == TrueObject::Kind::kNode && !at(id).letting_go) LetGo(id);
}

void TrueHeap::SetGeneration(ObjectId id, int generation) {
  TrueObject& object = at(id);
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

void TrueHeap::ListTracked(int generation, std::vector<ObjectId>* ids) const {
  for (int g = 0; g <= generation; ++g) {
    const auto& list = tracked_[static_cast<size_t>(g)];
    ids->insert(ids->end(), list.begin(), list.end());
  }
}

void TrueHeap::ForgetTracked(int generation) {
  for (int g = 0; g <= generation; ++g) {
    auto& list = tracked_[static_cast<size_t>(g)];
    for (const ObjectId id : list) at(id).generation = -1;
    list.clear();
  }
}

}  // namespace ouro
