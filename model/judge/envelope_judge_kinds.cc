// SPDX-License-Identifier: Apache-2.0

// The envelope judge on what kinds promise away: holders that may have been emptied (doubts), that
// know themselves (lingering), or that hold from outside (rooted). See KindRow in model/kind.h.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/judge/envelope_judge.h"

namespace ouro {

// ---- Doubts ----
// Invariant: a slot in doubt has kNone in Object::slots. Its object is not held by it, so it may
// die; and it counts among its references, so it need not.

ObjectId EnvelopeJudge::Doubted(ObjectId node, size_t slot) const {
  if (doubts_.empty()) return kNone;
  const auto found = doubts_.find(Edge(node, slot));
  return found == doubts_.end() ? kNone : found->second;
}

void EnvelopeJudge::Doubt(ObjectId node, size_t slot) {
  const ObjectId id = std::exchange(at(node).slots[slot], kNone);
  if (id == kNone) return;
  needed_known_ = false;
  doubts_[Edge(node, slot)] = id;
  if (at(node).reachable()) Release(id);
  if (rooted_.erase(Edge(node, slot)) > 0) Release(id);
}

// The slot, which is empty, got what another one may have held. The two doubts are settled one by
// one: that they are the same is forgotten.
void EnvelopeJudge::CopyDoubt(ObjectId node, size_t slot, ObjectId id) {
  if (at(id).freed) return;
  needed_known_ = false;
  LiveAgain(id);
  ++at(id).references;
  doubts_[Edge(node, slot)] = id;
}

// The slot still holds what was in doubt.
void EnvelopeJudge::Settle(ObjectId node, size_t slot) {
  const auto found = doubts_.find(Edge(node, slot));
  const ObjectId id = found->second;
  doubts_.erase(found);
  needed_known_ = false;
  at(node).slots[slot] = id;
  if (at(node).reachable()) Hold(id);
  if (const KindRow* kind = edge(node, slot); kind != nullptr && kind->rooted) {
    Root(node, slot, id);
  }
}

// The slot holds it no more, whether it did or not.
void EnvelopeJudge::ForgetDoubt(ObjectId node, size_t slot) {
  const ObjectId id = Doubted(node, slot);
  if (id == kNone) return;
  doubts_.erase(Edge(node, slot));
  const KindRow* kind = edge(node, slot);
  if (kind != nullptr && MayKnowItself(kind, node, slot)) Linger(id);
  LoseReference(id);
}

// A collection may have emptied the holders of an object that it found to be trash.
void EnvelopeJudge::DoubtFrailOf(ObjectId id) {
  for (size_t slot = 0; slot < at(id).slots.size(); ++slot) {
    const KindRow* kind = edge(id, slot);
    // What is held from outside for a node is let go once the node is found to be trash, even if a
    // finalizer brings it back (weakref.finalize).
    if (kind != nullptr && (kind->frail || kind->rooted)) Doubt(id, slot);
  }
}

// A collection that found the object to be trash may put off the death of what it holds: once. One
// that may have found it (of some generations only, or of an action) may leave that to a later one.
void EnvelopeJudge::LingerLateOf(ObjectId id, bool found) {
  for (size_t slot = 0; slot < at(id).slots.size(); ++slot) {
    const KindRow* kind = edge(id, slot);
    if (kind == nullptr || !kind->late || put_off_.contains(Edge(id, slot))) continue;
    if (found) put_off_.insert(Edge(id, slot));
    const ObjectId doubted = Doubted(id, slot);
    Linger(doubted != kNone ? doubted : at(id).slots[slot]);
  }
}

void EnvelopeJudge::DoubtFrail() {
  // Doubts may make further objects unreachable.
  while (!maybe_frail_.empty()) {
    const ObjectId id = maybe_frail_.back();
    maybe_frail_.pop_back();
    if (at(id).freed) continue;
    DoubtFrailOf(id);
    LingerLateOf(id, /*found=*/false);
  }
}

// What is held from outside for a node that nothing reaches any more dies with the node: before or
// after it. Does nothing unless `id` counts as reachable.
void EnvelopeJudge::DoubtRootedOfTrash(ObjectId id) {
  for (bool more = !rooted_.empty(); more && Reachable(id);) {
    const auto trash = std::find_if(rooted_.begin(), rooted_.end(), [this](const auto& entry) {
      return !at(static_cast<ObjectId>(entry.first / kMaxSlots)).reachable();
    });
    more = trash != rooted_.end();
    if (!more) return;
    const uint64_t edge = trash->first;
    Doubt(static_cast<ObjectId>(edge / kMaxSlots), static_cast<size_t>(edge % kMaxSlots));
  }
}

// ---- Holders ----

// A holder, a node or a register of that kind is made.
void EnvelopeJudge::Meet(const KindRow* kind) {
  if (kind != nullptr && kind->collects) MayCollectFromNowOn();
}

void EnvelopeJudge::MayCollectFromNowOn() {
  if (std::exchange(may_collect_, true)) return;
  BeginToCollect();
}

void EnvelopeJudge::Root(ObjectId node, size_t slot, ObjectId id) {
  if (id == kNone) return;
  rooted_[Edge(node, slot)] = id;
  Hold(id);
}

// An action may have made the holder refer to itself: `e.__context__ = e`.
bool EnvelopeJudge::MayKnowItself(const KindRow* kind, ObjectId node, size_t slot) const {
  return kind->cyclic || (!poked_.empty() && poked_.contains(Edge(node, slot)));
}

// A holder of that kind is gone, or has another content than `old` now.
void EnvelopeJudge::LetGo(const KindRow* kind, ObjectId node, size_t slot, ObjectId old) {
  if (old == kNone) return;
  if (MayKnowItself(kind, node, slot)) Linger(old, kind->late);
  if (!kind->rooted) return;
  const auto found = rooted_.find(Edge(node, slot));
  if (found == rooted_.end()) return;
  // SetSlot has rooted the new content already, and with it replaced the entry of the old one.
  const bool replaced = !at(node).freed && at(node).slots[slot] == found->second &&
                        edge(node, slot) != nullptr && edge(node, slot)->rooted;
  if (!replaced) rooted_.erase(found);
  Release(old);
}

void EnvelopeJudge::Linger(ObjectId id, bool late) {
  if (id == kNone || at(id).freed) return;
  ++at(id).lingers;
  lingering_.push_back({id, late});
}

// A full collection has ended: it has freed the holders that were let go before it began.
void EnvelopeJudge::EndLingering() {
  size_t kept = 0;
  for (size_t i = 0; i < lingering_.size(); ++i) {
    Lingering& one = lingering_[i];
    if (i < lingered_before_ && !std::exchange(one.late, false)) {
      --at(one.id).lingers;
    } else {
      lingering_[kept++] = one;
    }
  }
  lingering_.resize(kept);
  lingered_before_ = 0;
}

// ---- Operations on holders ----

// Whether an action is running on the holder of that slot.
bool EnvelopeJudge::BeingPoked(ObjectId node, size_t slot) const {
  for (const Frame& frame : frames_) {
    const bool poke = frame.type == Frame::Type::kOp && frame.op.code == OpCode::kPoke;
    if (poke && !frame.answered && frame.object == node && frame.op.slot == slot) return true;
  }
  return false;
}

// Whether what the slot holds now may yet be lost within this operation: by the action that runs on
// its holder, or by a collection within which it runs. One that it may cause itself finds no trash
// in the node: the operation refers to it.
bool EnvelopeJudge::MayBeEmptied(ObjectId node, size_t slot) const {
  const KindRow* kind = edge(node, slot);
  const bool around = collecting() || (MayCollect() && in_script());
  return BeingPoked(node, slot) || (around && kind != nullptr && kind->frail);
}

// An action may empty the holder at any time while it runs, and collect. It may also leave behind
// what collects when the holder dies: a callback. It holds the node.
void EnvelopeJudge::BeginPoke(Frame& frame) {
  frame.object = Resolve(frame.op.ref);
  SetFrameHold(frame, true);
  MayCollectFromNowOn();
  poked_.insert(Edge(frame.object, frame.op.slot));
  Doubt(frame.object, frame.op.slot);
}

Judge::Answer EnvelopeJudge::ExpectedOfPoke(const Frame& frame) const {
  const ObjectId doubted = Doubted(frame.object, frame.op.slot);
  const ObjectId id = doubted != kNone ? doubted : at(frame.object).slots[frame.op.slot];
  if (id == kNone || at(id).freed) return {};
  // A script may have replaced the holder by a plain slot, which the action cannot empty.
  return {id, doubted != kNone || edge(frame.object, frame.op.slot) != nullptr};
}

// The action has ended, and `id` is what the slot holds.
void EnvelopeJudge::OnPoked(Frame& frame, ObjectId id) {
  const ObjectId node = frame.object;
  const size_t slot = frame.op.slot;
  if (id == kNone) {
    // An action around this one may put it back.
    if (!BeingPoked(node, slot)) SetSlot(node, slot, kNone);
  } else if (Doubted(node, slot) != kNone && !MayBeEmptied(node, slot)) {
    Settle(node, slot);
  }
  MarkScriptReachable();
  SetFrameHold(frame, false);
}

void EnvelopeJudge::OnLoadedInDoubt(Frame& frame, ObjectId id) {
  const ObjectId node = Resolve(frame.op.ref);
  const size_t slot = frame.op.slot;
  if (id == kNone && !BeingPoked(node, slot)) SetSlot(node, slot, kNone);
  if (id != kNone && !MayBeEmptied(node, slot)) Settle(node, slot);
  SetRegister(frame.op.dest, id);
  MarkScriptReachable();
}

// ---- Collections ----

// Marks what may be held because of doubts, of nodes that need not be freed themselves; and, as a
// collection ends, because of holders that were let go since it began (lingering).
void EnvelopeJudge::MarkMaybeHeld(bool lingering) {
  if (kinds_.empty()) return;
  for (const ObjectId id : living_) at(id).maybe_held = false;
  const auto mark = [this](ObjectId id) {
    if (at(id).freed || std::exchange(at(id).maybe_held, true)) return false;
    work_.push_back(id);
    Spread(&Object::maybe_held);
    return true;
  };
  if (lingering) {
    for (const Lingering& one : lingering_) mark(one.id);
  }
  for (bool more = true; more;) {
    more = false;
    for (const auto& [edge, id] : doubts_) {
      const Object& node = at(static_cast<ObjectId>(edge / kMaxSlots));
      const bool lives = node.reachable() || node.maybe_held || node.script_reachable;
      // What is held from outside was reachable as the collection began: another one finds it.
      const auto kind = edges_.find(edge);
      const bool outside = !lingering && kind != edges_.end() && kind->second->rooted;
      if (!node.freed && (lives || outside)) more |= mark(id);
    }
  }
}

// A collection begins: what may be held need not be its trash, even if it is let go meanwhile.
void EnvelopeJudge::SpareMaybeHeld() {
  if (doubts_.empty()) return;
  MarkMaybeHeld(/*lingering=*/false);
  for (const ObjectId id : living_) at(id).script_reachable |= at(id).maybe_held;
}

// A collection begins, and may put off the entries from `first` on: what they lead to now need not
// be its trash, even if they themselves are freed meanwhile.
void EnvelopeJudge::SpareLingering(size_t first) {
  for (size_t i = first; i < lingering_.size(); ++i) work_.push_back(lingering_[i].id);
  Spread(&Object::script_reachable);
}

}  // namespace ouro
