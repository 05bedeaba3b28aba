// SPDX-License-Identifier: Apache-2.0

// The envelope judge on reachability: holds. Every reference that starts or stops counting does so
// here.
//
// Invariant, while uncertain_ is empty: an object can be reached from registers and running scripts
// if and only if its holds are greater than 0. Else everything reachable has holds, and some
// unreachable cycles may have them, too: all of these can be reached from an object in uncertain_.

#include <algorithm>
#include <utility>

#include "model/judge/envelope_judge.h"

namespace ouro {

// ---- Changes ----

// A freed object refers to nothing, and nothing lawful refers to it: its holds are not counted.
void EnvelopeJudge::Hold(ObjectId id) {
  if (id == kNone) return;
  work_.push_back(id);
  while (!work_.empty()) {
    const ObjectId next = work_.back();
    work_.pop_back();
    Object& object = at(next);
    if (object.freed || object.holds++ > 0) continue;
    BecameReachable(next);
    for (const ObjectId child : object.slots) {
      if (child == kNone) continue;
      if (at(child).freed) dangling_ = child;
      work_.push_back(child);
    }
    entries_.ForEach(next, [this](ObjectId value, ObjectId other) {
      if (!at(other).reachable()) return;  // else it is held from now on
      if (at(value).freed) dangling_ = value;
      work_.push_back(value);
    });
  }
}

void EnvelopeJudge::Release(ObjectId id) {
  if (id == kNone) return;
  work_.push_back(id);
  while (!work_.empty()) {
    const ObjectId next = work_.back();
    work_.pop_back();
    Object& object = at(next);
    if (object.freed) continue;
    if (--object.holds > 0) {
      // An object that refers to nothing is in no cycle, and one in a register is reachable anyway.
      const bool refers = !object.slots.empty() || !entries_.of(next).empty();
      if (object.uncertain || !refers || InRegister(next)) continue;
      object.uncertain = true;
      uncertain_.push_back(next);
      continue;
    }
    BecameUnreachable(next);
    for (const ObjectId child : object.slots) {
      if (child != kNone) work_.push_back(child);
    }
    entries_.ForEach(next, [this](ObjectId value, ObjectId other) {
      if (at(other).reachable()) work_.push_back(value);  // it was held until now
    });
  }
}

// Holds the new value before it releases the old one.
void EnvelopeJudge::SetRegister(int index, ObjectId id, KindId kind) {
  const auto at_index = static_cast<size_t>(index);
  const KindRow* row = kind == kPlain ? nullptr : kinds_.Find(kind);
  Meet(row);  // before anything changes: it may count all holds anew
  const ObjectId old = std::exchange(registers_[at_index], id);
  const KindRow* old_row = std::exchange(root_kinds_[at_index], row);
  if (old_row != nullptr && old_row->cyclic) Linger(old);
  Hold(id);
  Release(old);
}

void EnvelopeJudge::AddObject(Object object, int dest) {
  const auto id = static_cast<ObjectId>(objects_.size());
  object.holds = 1;
  objects_.push_back(std::move(object));
  living_.push_back(id);
  if (collecting()) became_reachable_.push_back(id);
  Release(std::exchange(registers_[static_cast<size_t>(dest)], id));
}

void EnvelopeJudge::SetSlot(ObjectId node, size_t slot, ObjectId id, KindId kind) {
  const KindRow* old_kind = edge(node, slot);
  ForgetDoubt(node, slot);
  SetEdge(node, slot, kind);
  const ObjectId old = std::exchange(at(node).slots[slot], id);
  if (id != kNone) ++at(id).references;
  if (at(node).reachable()) {
    Hold(id);
    Release(old);
  }
  if (kind != kPlain) Meet(edge(node, slot));
  if (const KindRow* row = edge(node, slot); row != nullptr && row->rooted) Root(node, slot, id);
  if (old_kind != nullptr) {
    LetGo(old_kind, node, slot, old);
    put_off_.erase(Edge(node, slot));                                  // another holder, perhaps
    if (old_kind != edge(node, slot)) poked_.erase(Edge(node, slot));  // another holder
  }
  if (old != kNone) LoseReference(old);
}

// REQUIRES: map and key are reachable.
void EnvelopeJudge::SetEntry(ObjectId map, ObjectId key, ObjectId value) {
  needed_known_ = false;
  ++at(value).references;
  Hold(value);
  const Entries::Id entry = entries_.Find(map, key);
  if (entry == Entries::kNoEntry) {
    entries_.Add(map, key, value);
    return;
  }
  const ObjectId old = std::exchange(entries_.at(entry).value, value);
  Release(old);
  LoseReference(old);
}

void EnvelopeJudge::RemoveEntry(Entries::Id entry) {
  const Entry e = entries_.at(entry);
  entries_.Remove(entry);
  needed_known_ = false;
  if (at(e.map).reachable() && at(e.key).reachable()) Release(e.value);
  if (at(e.map).dies_by_count || at(e.key).dies_by_count) --at(e.value).dying_references;
  LoseReference(e.value);
}

// REQUIRES: as ClearSlots.
void EnvelopeJudge::ClearEntries(ObjectId id) {
  if (entries_.of(id).empty()) return;
  Note(at(id).kind == Object::Kind::kMap ? Situation::kMapDies : Situation::kKeyDies);
  while (!entries_.of(id).empty()) RemoveEntry(entries_.of(id).back());
}

// A slot or an entry refers to it no more.
void EnvelopeJudge::LoseReference(ObjectId id) {
  --at(id).references;
  if (at(id).reachable()) return;
  if (at(id).references == 0) unreferenced_.push_back(id);
  MayDieByCount(id);
}

void EnvelopeJudge::SetFrameHold(Frame& frame, bool holds) {
  if (frame.holds == holds) return;
  frame.holds = holds;
  for (const ObjectId id : {frame.object, frame.other}) holds ? Hold(id) : Release(id);
}

// REQUIRES: the object is being freed, so nothing reaches it. So no other object becomes
// unreachable, and no finalizer that is due loses anything: it would have reached this object, too.
void EnvelopeJudge::ClearSlots(ObjectId id) {
  for (size_t slot = 0; slot < at(id).slots.size(); ++slot) {
    const ObjectId child = at(id).slots[slot];
    if (const KindRow* kind = edge(id, slot); kind != nullptr) {
      ForgetDoubt(id, slot);
      LetGo(kind, id, slot, child);
    }
    if (child == kNone) continue;
    if (at(id).dies_by_count) --at(child).dying_references;
    LoseReference(child);
  }
  at(id).slots.clear();
}

// ---- Consequences of changes ----

void EnvelopeJudge::BecameReachable(ObjectId id) {
  LiveAgain(id);
  at(id).ends = 0;
  if (Awaited(id) || !entries_.of(id).empty()) needed_known_ = false;
  became_reachable_.push_back(id);
  if (MayCollect()) NoteUnreachable(id);  // until now
  if (ending()) AllowAnotherFinalizer(&at(id));
}

// A running collection may find what becomes unreachable, and finalize it although it is
// resurrected: PHP's traces again after finalizers; Lua's finishes the cycle in progress, with its
// finalizers, and then runs another.
void EnvelopeJudge::BecameUnreachable(ObjectId id) {
  if (at(id).due == Object::Due::kYes || at(id).needed_by_finalizer) awaiting_.push_back(id);
  if (!entries_.of(id).empty()) needed_known_ = false;
  if (at(id).references == 0) unreferenced_.push_back(id);
  MayDieByCount(id);
  if (at(id).call == Object::Due::kYes) at(id).call = Object::Due::kMaybe;
  at(id).queued = bounds_.queued && at(id).due != Object::Due::kNo;
  // A death by count clears weak references first, and then what the object refers to, whose
  // finalizers may look; only then is it gone (section 1, experiment R4: subtype_dealloc).
  if (bounds_.prompt != Envelope::Prompt::kNo && bounds_.weak == Envelope::Weak::kEither) {
    Unbind(id, Object::Bond::kMaybe);
  }
  if (!collecting() && !MayCollect()) return;
  if (!edges_.empty()) maybe_frail_.push_back(id);
  NoteUnreachable(id);
}

// ---- Collections that nobody tells of ----

// Whether a collection may run at any moment of this operation, unasked: because the contract says
// so, or because a holder or an action may cause one. Instead of looking for trash at each
// operation, the judge notes what such a collection may do to an object when that becomes
// unreachable, and again when it becomes reachable.
bool EnvelopeJudge::MayCollect() const {
  const bool untold = bounds_.automatic == Envelope::Automatic::kUntold;
  return may_collect_ || (untold && (enabled_ || disabling_));
}

// From now on one may: what is unreachable already has not been noted.
void EnvelopeJudge::BeginToCollect() {
  Recount();
  for (const ObjectId id : living_) {
    if (at(id).freed || at(id).reachable()) continue;
    if (!edges_.empty()) maybe_frail_.push_back(id);
    NoteUnreachable(id);
  }
  DoubtFrail();
}

void EnvelopeJudge::NoteUnreachable(ObjectId id) {
  Object& object = at(id);
  if (!object.became_unreachable && !collecting()) marked_.push_back(id);
  object.became_unreachable = true;
  MayClearWeaks(id);
  const bool clears_trash = bounds_.weak == Envelope::Weak::kEither;
  if (clears_trash && object.bond == Object::Bond::kAttached) object.bond = Object::Bond::kMaybe;
}

// Calls each(value) for the entries of `id` that hold their values, but not for those of a key
// whose map is inside as well: such an entry is the map's.
template <typename Inside, typename F>
void EnvelopeJudge::ForEachHeldBy(ObjectId id, const Inside& inside, F each) const {
  entries_.ForEach(id, [&](ObjectId value, ObjectId other) {
    const bool of_map = at(id).kind != Object::Kind::kMap && inside(other);
    if (at(other).reachable() && !of_map) each(value);
  });
}

// Makes holds exact, as CPython's subtract_refs does, but only of what the objects in uncertain_
// reach: what is held from within these alone is unreachable. O(what they reach).
void EnvelopeJudge::Recount() {
  if (uncertain_.empty()) return;
  std::vector<ObjectId> examined;
  const auto examine = [this, &examined](ObjectId id) {
    if (id == kNone || at(id).freed || !at(id).reachable() || at(id).outside >= 0) return;
    at(id).outside = at(id).holds;
    examined.push_back(id);
  };
  for (const ObjectId id : uncertain_) {
    at(id).uncertain = false;
    examine(id);
  }
  uncertain_.clear();
  for (size_t i = 0; i < examined.size(); ++i) {  // it grows
    for (const ObjectId child : at(examined[i]).slots) examine(child);
    entries_.ForEach(examined[i], [&](ObjectId value, ObjectId other) {
      if (at(other).reachable()) examine(value);
    });
  }
  const auto inside = [this](ObjectId id) { return id != kNone && at(id).outside >= 0; };
  for (const ObjectId id : examined) {
    for (const ObjectId child : at(id).slots) {
      if (inside(child)) --at(child).outside;
    }
    ForEachHeldBy(id, inside, [&](ObjectId value) {
      if (inside(value)) --at(value).outside;
    });
  }
  for (const ObjectId root : examined) {
    if (at(root).outside > 0) work_.push_back(root);
    while (!work_.empty()) {
      const ObjectId id = work_.back();
      work_.pop_back();
      if (std::exchange(at(id).outside, -1) < 0) continue;  // reached before
      for (const ObjectId child : at(id).slots) {
        if (inside(child)) work_.push_back(child);
      }
      entries_.ForEach(id, [&](ObjectId value, ObjectId other) {
        if (at(other).reachable() && !inside(other) && inside(value)) work_.push_back(value);
      });
    }
  }
  std::erase_if(examined, [this](ObjectId id) { return at(id).outside < 0; });
  std::sort(examined.begin(), examined.end());
  for (const ObjectId id : examined) {
    for (const ObjectId child : at(id).slots) {
      if (child != kNone && !at(child).freed && at(child).outside < 0) --at(child).holds;
    }
    ForEachHeldBy(id, inside, [&](ObjectId value) {
      if (!at(value).freed && !inside(value)) --at(value).holds;
    });
  }
  for (const ObjectId id : examined) {
    at(id).holds = 0;
    at(id).outside = -1;
  }
  for (const ObjectId id : examined) BecameUnreachable(id);
}

// From registers and running scripts.
bool EnvelopeJudge::Reachable(ObjectId id) {
  while (!uncertain_.empty() && at(id).reachable()) {
    Recount();
    DoubtFrail();  // which may cut off more
  }
  return at(id).reachable();
}

bool EnvelopeJudge::InRegister(ObjectId id) const {
  return std::find(registers_.begin(), registers_.end(), id) != registers_.end();
}

// Whether another, unreachable object whose finalizer is due can reach this one.
bool EnvelopeJudge::NeededByFinalizer(ObjectId id) {
  if (bounds_.finalizers == Envelope::Finalizers::kAfterDeath || at(id).references == 0) {
    return false;
  }
  Recount();
  FindNeeded();
  return at(id).needed_by_finalizer;
}

// Marks what unreachable objects whose finalizers are due refer to, directly or through other
// unreachable objects. O(what became unreachable since), unless a finalizer has run that was waited
// for, or something is reachable again.
void EnvelopeJudge::FindNeeded() {
  if (!std::exchange(needed_known_, true)) {
    for (const ObjectId id : needed_) at(id).needed_by_finalizer = false;
    for (const ObjectId id : waiting_) at(id).awaited = false;
    needed_.clear();
    awaiting_.insert(awaiting_.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
  }
  for (const ObjectId id : awaiting_) {
    Object& object = at(id);
    if (object.freed || object.reachable()) continue;
    const bool waits = object.due == Object::Due::kYes && !std::exchange(object.awaited, true);
    if (waits) waiting_.push_back(id);
    if (waits || object.needed_by_finalizer) SpreadNeed(id);
  }
  awaiting_.clear();
}

// `id` is unreachable, and waits for its finalizer or is needed by one that does.
void EnvelopeJudge::SpreadNeed(ObjectId id) {
  work_.push_back(id);
  while (!work_.empty()) {
    const ObjectId from = work_.back();
    work_.pop_back();
    for (const ObjectId child : at(from).slots) {
      if (child == kNone || std::exchange(at(child).needed_by_finalizer, true)) continue;
      needed_.push_back(child);
      if (!at(child).freed && !at(child).reachable()) work_.push_back(child);
    }
    entries_.ForEach(from, [this](ObjectId value, ObjectId other) {
      if (!at(other).reachable() && !Awaited(other)) return;
      if (std::exchange(at(value).needed_by_finalizer, true)) return;
      needed_.push_back(value);
      if (!at(value).freed && !at(value).reachable()) work_.push_back(value);
    });
  }
}

// Sets `mark` for all objects that those in work_ refer to, directly or indirectly.
void EnvelopeJudge::Spread(bool Object::*mark) {
  const std::vector<ObjectId> roots = entries_.empty() ? std::vector<ObjectId>() : work_;
  for (const ObjectId id : roots) at(id).root = true;
  while (!work_.empty()) {
    const ObjectId id = work_.back();
    work_.pop_back();
    for (const ObjectId next : at(id).slots) {
      if (next != kNone && !std::exchange(at(next).*mark, true)) work_.push_back(next);
    }
    entries_.ForEach(id, [this, mark](ObjectId value, ObjectId other) {
      const bool there = at(other).reachable() || at(other).root || at(other).*mark;
      if (there && !std::exchange(at(value).*mark, true)) work_.push_back(value);
    });
  }
  for (const ObjectId id : roots) at(id).root = false;
}

// ---- Collections and their scripts ----

// A running collection need not free what a script can reach, and may have seen it alive. What was
// reachable before the collection began is not in question, so what became reachable since
// suffices.
void EnvelopeJudge::MarkScriptReachable() {
  if (!collecting()) return;
  Recount();
  for (; marked_reachable_ < became_reachable_.size(); ++marked_reachable_) {
    Object& object = at(became_reachable_[marked_reachable_]);
    if (!object.reachable()) continue;
    object.script_reachable = true;
    AllowAnotherFinalizer(&object);
  }
  SpareThroughEntries();
}

// A map that became reachable while a collection runs, by a script or as it was saved, may hold,
// for a key that waits for its finalizer, what was trash as the collection began.
void EnvelopeJudge::SpareThroughEntries() {
  if (entries_.empty()) return;
  for (const ObjectId id : became_reachable_) {
    if (!at(id).reachable()) continue;
    entries_.ForEach(id, [this](ObjectId value, ObjectId other) {
      if (at(other).reachable() || std::exchange(at(value).script_reachable, true)) return;
      work_.push_back(value);
      Spread(&Object::script_reachable);
    });
  }
}

// The finalizer of `id` can reach all that the object reaches, even if its script does nothing. The
// search stops at marked objects: what they reach was marked with them, and a script that stores
// into them marks, too.
void EnvelopeJudge::MarkFinalizerReachable(ObjectId id) {
  if (!collecting()) return;
  at(id).finalizer_reachable = false;
  work_.push_back(id);
  while (!work_.empty()) {
    const ObjectId from = work_.back();
    Object& object = at(from);
    work_.pop_back();
    if (std::exchange(object.finalizer_reachable, true)) continue;
    AllowAnotherFinalizer(&object);
    for (const ObjectId next : object.slots) {
      if (next != kNone) work_.push_back(next);
    }
    entries_.ForEach(from, [this](ObjectId value, ObjectId other) {
      // A script may have let go of it since the collection saw it.
      const bool there = at(other).reachable() || !at(other).unreachable_at_begin ||
                         at(other).script_reachable || at(other).finalizer_reachable;
      if (there) work_.push_back(value);
    });
  }
}

// No script is running: what became reachable and still is begins a new life.
void EnvelopeJudge::StartNewLives() {
  if (!became_reachable_.empty()) Recount();
  for (const ObjectId id : became_reachable_) {
    if (!at(id).reachable()) continue;
    at(id).survived = 0;
    at(id).deferred = false;
    AllowAnotherFinalizer(&at(id));
  }
  became_reachable_.clear();
  marked_reachable_ = 0;
}

void EnvelopeJudge::AllowAnotherFinalizer(Object* object) const {
  const bool again = bounds_.finalizers == Envelope::Finalizers::kEachDeath;
  const bool ran = HasFinalizer(*object) && object->due == Object::Due::kNo;
  if (again && ran) object->due = Object::Due::kMaybe;
}

// A collection clears the weak references to the trash that it finds, unless the contract clears
// them later.
void EnvelopeJudge::MayClearWeaks(ObjectId target) {
  if (bounds_.spares == Envelope::Spares::kAll || bounds_.weak == Envelope::Weak::kWhenFreed) {
    return;
  }
  Unbind(target, Object::Bond::kMaybe);
}

// A weak reference that is trash itself need not be cleared with the others: a tracing collector
// reaches it only if a finalizer resurrects it.
void EnvelopeJudge::Unbind(ObjectId target, Object::Bond bond) {
  std::erase_if(at(target).weaks, [&](ObjectId id) {
    Object& weak = at(id);
    if (weak.freed || weak.bond == Object::Bond::kNone) return true;
    weak.bond = weak.became_unreachable && !at(target).freed ? Object::Bond::kMaybe : bond;
    if (weak.bond != Object::Bond::kNone) return false;
    if (weak.call == Object::Due::kYes) Owe(id);
    return true;
  });
}

// Removes freed objects from living_ when they are half of it, so that it costs amortized O(1).
void EnvelopeJudge::ForgetFreed() {
  if (2 * freed_ < living_.size()) return;
  std::erase_if(living_, [this](ObjectId id) { return at(id).freed; });
  freed_ = 0;
}

}  // namespace ouro
