// The envelope judge: who holds what. Every reference that begins or ends to count does so here.
//
// Invariant, while counts_uncertain_ is false: an object is reachable from registers and running
// scripts if and only if its holds are more than 0. While counts_uncertain_ is true, all that is
// reachable has holds, and some cycles that nothing holds from outside may have them, too.

#include <algorithm>
#include <utility>

#include "model/judge/envelope_judge.h"

namespace ouro {

// ---- Changes ----

// What was freed holds nothing and is held by nothing that is lawful: it is not counted.
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
      if (child != kNone) work_.push_back(child);
    }
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
      // What has no slots is in no cycle, and what is in a register needs none.
      counts_uncertain_ = counts_uncertain_ || (!object.slots.empty() && !InRegister(next));
      continue;
    }
    BecameUnreachable(next);
    for (const ObjectId child : object.slots) {
      if (child != kNone) work_.push_back(child);
    }
  }
}

// The new value is held before the old one is let go.
void EnvelopeJudge::SetRegister(int index, ObjectId id) {
  const ObjectId old = std::exchange(registers_[static_cast<size_t>(index)], id);
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

void EnvelopeJudge::SetSlot(ObjectId node, size_t slot, ObjectId id) {
  needed_known_ = false;
  const ObjectId old = std::exchange(at(node).slots[slot], id);
  if (id != kNone) ++at(id).references;
  if (old != kNone) --at(old).references;
  if (at(node).reachable()) {
    Hold(id);
    Release(old);
  }
  if (old != kNone && at(old).references == 0 && !at(old).reachable()) unreferenced_.push_back(old);
}

void EnvelopeJudge::SetFrameHold(Frame& frame, bool holds) {
  if (frame.holds == holds) return;
  frame.holds = holds;
  if (holds) Hold(frame.object);
  if (!holds) Release(frame.object);
}

// Of an object that is being freed, which nothing can reach. It makes nobody else unreachable, and
// takes nothing from a finalizer that is due, which could have reached it otherwise.
void EnvelopeJudge::ClearSlots(ObjectId id) {
  for (const ObjectId child : at(id).slots) {
    if (child == kNone) continue;
    if (--at(child).references == 0 && !at(child).reachable()) unreferenced_.push_back(child);
  }
  at(id).slots.clear();
}

// ---- What changes bring about ----

void EnvelopeJudge::BecameReachable(ObjectId id) {
  needed_known_ = false;
  became_reachable_.push_back(id);
}

// A collection that is running may find what falls, and finalize it, although it is brought back:
// PHP's looks again when finalizers have run, Lua's ends the cycle that is under way, with its
// finalizers, and then does another one.
void EnvelopeJudge::BecameUnreachable(ObjectId id) {
  needed_known_ = false;
  if (at(id).references == 0) unreferenced_.push_back(id);
  if (!collecting()) return;
  at(id).became_unreachable = true;
  MayClearWeaks(id);
}

// Ends the doubt, by counting all holds anew.
void EnvelopeJudge::Recount() {
  if (!counts_uncertain_) return;
  counts_uncertain_ = false;
  for (const ObjectId id : living_) {
    at(id).was_reachable = at(id).reachable();
    at(id).holds = 0;
  }
  const auto root = [this](ObjectId id) {
    if (id != kNone && !at(id).freed) work_.push_back(id);
  };
  for (const ObjectId id : registers_) root(id);
  for (const Frame& frame : frames_) {
    if (frame.holds) root(frame.object);
  }
  while (!work_.empty()) {
    Object& object = at(work_.back());
    work_.pop_back();
    if (object.holds++ > 0) continue;
    for (const ObjectId child : object.slots) root(child);
  }
  for (const ObjectId id : living_) {
    if (!at(id).freed && at(id).was_reachable && !at(id).reachable()) BecameUnreachable(id);
  }
}

// By registers and running scripts.
bool EnvelopeJudge::Reachable(ObjectId id) {
  if (at(id).reachable()) Recount();
  return at(id).reachable();
}

bool EnvelopeJudge::InRegister(ObjectId id) const {
  return std::find(registers_.begin(), registers_.end(), id) != registers_.end();
}

// Whether a finalizer that is due, of another object that nothing can reach, can reach this one.
bool EnvelopeJudge::NeededByFinalizer(ObjectId id) {
  if (bounds_.finalizers == Envelope::Finalizers::kAfterDeath || at(id).references == 0) {
    return false;
  }
  Recount();
  if (!needed_known_) {
    needed_known_ = true;
    for (const ObjectId other : living_) {
      const Object& object = at(other);
      at(other).needed_by_finalizer = false;
      const bool due = object.due == Object::Due::kYes && !object.freed;
      if (due && !object.reachable()) work_.push_back(other);
    }
    Spread(&Object::needed_by_finalizer);
  }
  return at(id).needed_by_finalizer;
}

// Sets `mark` of all that the objects in work_ can reach.
void EnvelopeJudge::Spread(bool Object::*mark) {
  while (!work_.empty()) {
    const ObjectId id = work_.back();
    work_.pop_back();
    for (const ObjectId next : at(id).slots) {
      if (next != kNone && !std::exchange(at(next).*mark, true)) work_.push_back(next);
    }
  }
}

// ---- What a collection and its scripts may do about it ----

// Whatever a script can reach while a collection runs, that collection need not free, and may have
// seen alive. What was reachable before it began is not unreachable_at_begin, so what rose since is
// enough.
void EnvelopeJudge::MarkScriptReachable() {
  if (!collecting()) return;
  Recount();
  for (; marked_reachable_ < became_reachable_.size(); ++marked_reachable_) {
    Object& object = at(became_reachable_[marked_reachable_]);
    if (!object.reachable()) continue;
    object.script_reachable = true;
    AllowAnotherFinalizer(&object);
  }
}

// What the finalizer of `id` could reach is script_reachable, although its script may do nothing.
// What is script_reachable was so together with all that it refers to: a script that stores there
// touches, too.
void EnvelopeJudge::MarkScriptReachableFrom(ObjectId id) {
  if (!collecting()) return;
  at(id).script_reachable = false;
  work_.push_back(id);
  while (!work_.empty()) {
    Object& object = at(work_.back());
    work_.pop_back();
    if (std::exchange(object.script_reachable, true)) continue;
    AllowAnotherFinalizer(&object);
    for (const ObjectId next : object.slots) {
      if (next != kNone) work_.push_back(next);
    }
  }
}

// No script is running: what rose and is still up there begins a new life.
void EnvelopeJudge::StartNewLives() {
  if (!became_reachable_.empty()) Recount();
  for (const ObjectId id : became_reachable_) {
    if (!at(id).reachable()) continue;
    at(id).survived = 0;
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

// A collection that finds trash clears the weak references to it, where they are not cleared later.
void EnvelopeJudge::MayClearWeaks(ObjectId target) {
  if (bounds_.spares == Envelope::Spares::kAll || bounds_.weak == Envelope::Weak::kWhenFreed) {
    return;
  }
  Unbind(target, Object::Bond::kMaybe);
}

// A weak reference that is trash itself need not be cleared with the others: a tracing collector
// sees it, if at all, when a finalizer brings it back.
void EnvelopeJudge::Unbind(ObjectId target, Object::Bond bond) {
  std::erase_if(at(target).weaks, [&](ObjectId id) {
    Object& weak = at(id);
    if (weak.freed || weak.bond == Object::Bond::kNone) return true;
    weak.bond = weak.became_unreachable && !at(target).freed ? Object::Bond::kMaybe : bond;
    return weak.bond == Object::Bond::kNone;
  });
}

// Those that were freed are dropped from living_ when they are half of it.
void EnvelopeJudge::ForgetFreed() {
  if (2 * freed_ < living_.size()) return;
  std::erase_if(living_, [this](ObjectId id) { return at(id).freed; });
  freed_ = 0;
}

}  // namespace ouro
