// SPDX-License-Identifier: Apache-2.0

// The envelope judge on single events, except those of collections: births, results, finalizers,
// deaths.

#include <fmt/format.h>

#include <utility>

#include "model/judge/envelope_judge.h"

namespace ouro {

void EnvelopeJudge::Observe(const Event& event) {
  if (violation_) return;
  DoubtFrail();
  const bool script_end = event.kind == Event::Kind::kEnd;
  if (frames_.empty() || (frames_.back().type == Frame::Type::kScript) != script_end) {
    return Convict(Law::kEventInPlace, event.id, "nothing in progress could cause it", "nothing");
  }
  switch (event.kind) {
    case Event::Kind::kNew:
      return OnNew(event.id);
    case Event::Kind::kGot:
      return OnGot(event.id);
    case Event::Kind::kFinalize:
      return OnFinalize(event.id);
    case Event::Kind::kEnd:
      if (frames_.back().object == event.id) return ScriptEnded(event.flag);
      return Convict(Law::kEventInPlace, event.id,
                     fmt::format("the running script is that of #{}", frames_.back().object),
                     fmt::format("end {}", frames_.back().object));
    case Event::Kind::kFree:
      return OnFree(event.id);
    case Event::Kind::kCollect:
      return OnCollect(event);
    case Event::Kind::kDone:
      return OnDone();
    default:
      return Convict(Law::kEventInPlace, event.id, "this contract has no such event", "nothing");
  }
}

void EnvelopeJudge::OnNew(ObjectId id) {
  Frame& frame = frames_.back();
  if (frame.type != Frame::Type::kOp || !Allocates(frame.op.code) || frame.answered) {
    return Convict(Law::kEventInPlace, id, "no allocation was in progress", "nothing");
  }
  if (static_cast<size_t>(id) != objects_.size()) {
    return Convict(Law::kIdentity, id, fmt::format("#{} is the next to be born", objects_.size()),
                   fmt::format("new {}", objects_.size()));
  }
  frame.answered = true;
  Object object;
  object.script = frame.op.script;
  if (frame.op.code == OpCode::kNode) {
    object.slots.assign(static_cast<size_t>(frame.op.count), kNone);
    const KindRow* kind = kinds_.Find(frame.op.kind);
    object.cyclic = kind != nullptr && kind->cyclic;
    Meet(kind);
    if (HasFinalizer(object)) object.due = Object::Due::kYes;
  } else if (frame.op.code == OpCode::kLeaf) {
    object.kind = Object::Kind::kLeaf;
  } else {
    object.kind = Object::Kind::kWeak;
    object.target = frame.object;
    object.bond = Object::Bond::kAttached;
    at(frame.object).weaks.push_back(id);
  }
  AddObject(std::move(object), frame.op.dest);
  SetFrameHold(frame, false);
}

void EnvelopeJudge::OnGot(ObjectId id) {
  Frame& frame = frames_.back();
  const OpCode code = frame.op.code;
  if (frame.type != Frame::Type::kOp || frame.answered || !Yields(code)) {
    return Convict(Law::kEventInPlace, id, "no result was due", "nothing");
  }
  frame.answered = true;
  if (code == OpCode::kPoke) return OnPoked(frame, id);
  if (frame.in_doubt) return OnLoadedInDoubt(frame, id);
  const auto text = [](ObjectId o) { return o == kNone ? "none" : fmt::format("#{}", o); };
  const auto event = [](ObjectId o) { return o == kNone ? "got none" : fmt::format("got {}", o); };
  if (code == OpCode::kLoad) {
    if (id == frame.object) return;
    return Convict(Law::kLoad, id,
                   fmt::format("{} is what was put there, not {}", text(frame.object), text(id)),
                   event(frame.object));
  }
  Object& weak = at(frame.object);
  const ObjectId expected = weak.bond == Object::Bond::kNone ? kNone : weak.target;
  if (id != expected && !(id == kNone && weak.bond == Object::Bond::kMaybe)) {
    return Convict(Law::kDereference, id,
                   fmt::format("#{} yields {}, not {}", frame.object, text(expected), text(id)),
                   event(expected));
  }
  weak.bond = id == kNone ? Object::Bond::kNone : Object::Bond::kAttached;
  SetRegister(frame.op.dest, id);
  MarkScriptReachable();
}

// Whether the object exists and is not freed; if not, convicts of `law`.
bool EnvelopeJudge::Known(ObjectId id, Law law) {
  if (exists(id) && !at(id).freed) return true;
  Convict(law, kNone,
          !exists(id)             ? fmt::format("#{} does not exist yet", id)
          : law == Law::kFreeOnce ? fmt::format("#{} was freed a second time", id)
                                  : fmt::format("#{} was already freed", id),
          "nothing");
  return false;
}

void EnvelopeJudge::OnFinalize(ObjectId id) {
  const bool after_death = bounds_.finalizers == Envelope::Finalizers::kAfterDeath;
  if (!after_death && !Known(id, Law::kFinalizeAsOften)) return;
  if (!exists(id) || !HasFinalizer(at(id))) {
    return Convict(Law::kFinalizeAsOften, id, fmt::format("#{} has no finalizer", id), "nothing");
  }
  Object& object = at(id);
  DoubtRootedOfTrash(id);
  // Lawful for trash of a collection within this operation, even one that has ended: Duktape queues
  // finalizers that it finds while another one runs, and runs the whole queue, whichever object has
  // been resurrected meanwhile.
  if (Reachable(id) && !object.became_unreachable) {
    return Convict(Law::kNoFinalizeWhileHeld, id,
                   fmt::format("#{} was finalized while referenced: {}", id, PathTo(id)),
                   fmt::format("nothing; #{} lives on", id));
  }
  if (after_death && !object.freed) {
    return Convict(Law::kFinalizeAtOnce, id, fmt::format("#{} was not freed yet", id),
                   fmt::format("free {}", id));
  }
  if (object.due == Object::Due::kNo) {
    return Convict(Law::kFinalizeAsOften, id,
                   fmt::format("the finalizer of #{} has already run", id), "nothing");
  }
  if (bounds_.order == Envelope::Order::kHoldersFirst && collecting() &&
      object.behind_pending_finalizer) {
    return Convict(Law::kNoFinalizeWhileHeld, id,
                   fmt::format("a finalizer that is due can reach #{}", id), "nothing");
  }
  Note(collecting() ? Situation::kTrashFinalized : Situation::kFinalizerRuns);
  if (in_script()) Note(Situation::kScriptInScript);
  object.due = Object::Due::kNo;
  if (bounds_.weak == Envelope::Weak::kBeforeFinalizer) Unbind(id, Object::Bond::kNone);
  if (bounds_.weak == Envelope::Weak::kEither) Unbind(id, Object::Bond::kMaybe);
  // A collection may run finalizers after it has ended, if they could not run when it started.
  const bool by_count = !collecting() && object.references == 0;
  frames_.push_back({.type = Frame::Type::kScript, .by_count = by_count, .object = id});
  needed_known_ = false;
  if (bounds_.touched == Envelope::Touched::kFreedByNext) MarkScriptReachableFrom(id);
}

void EnvelopeJudge::ScriptEnded(bool raised) {
  if (violation_) return;
  if (frames_.empty() || frames_.back().type != Frame::Type::kScript) {
    return Convict(Law::kEventInPlace, kNone, "no script was running that could end", "nothing");
  }
  DoubtFrail();
  const ObjectId id = frames_.back().object;
  const bool by_count = frames_.back().by_count;
  SetFrameHold(frames_.back(), false);
  frames_.pop_back();
  if (collecting()) Recount();  // notes what became unreachable before the next event
  if (raised) Note(Situation::kScriptRaised);
  Object& object = at(id);
  const bool held = Reachable(id) || (by_count && object.references > 0);
  // A holder that was let go may know itself and refer to the object, until a collection.
  if (object.freed || !(held || object.lingers > 0)) return;
  if (held) Note(by_count ? Situation::kResurrectedByFinalizer : Situation::kTrashResurrected);
  if (bounds_.finalizers != Envelope::Finalizers::kEachDeath) return;
  // References left over mean a new life; in a collection, only if they last until it ends. Trash
  // that a collection within this operation has queued may be freed without another finalizer, if
  // its count falls before the next collection (Duktape's refzero).
  const bool sure = held && by_count && !object.became_unreachable;
  object.due = sure ? Object::Due::kYes : Object::Due::kMaybe;
  needed_known_ = false;
}

void EnvelopeJudge::OnFree(ObjectId id) {
  if (!Known(id, Law::kFreeOnce)) return;
  Object& object = at(id);
  DoubtRootedOfTrash(id);
  if (Reachable(id)) {
    return Convict(Law::kNoFreeWhileHeld, id,
                   fmt::format("#{} was freed while referenced: {}", id, PathTo(id)),
                   fmt::format("nothing; #{} lives on", id));
  }
  if (object.due == Object::Due::kYes && bounds_.finalizers != Envelope::Finalizers::kAfterDeath) {
    return Convict(Law::kFinalizeBeforeFree, id,
                   fmt::format("#{} was freed before its finalizer ran", id),
                   fmt::format("finalize {}", id));
  }
  if (NeededByFinalizer(id)) {
    return Convict(Law::kNoFreeWhileHeld, id,
                   fmt::format("#{} was freed while a finalizer that is due can reach it", id),
                   fmt::format("nothing; #{} lives on", id));
  }
  if (!collecting()) {
    if (!bounds_.prompt) {
      return Convict(Law::kEventInPlace, id, "no collection was running", "nothing");
    }
    Note(Situation::kPlainDeath);
  }
  object.freed = true;
  ++freed_;
  if (object.due == Object::Due::kYes) unreferenced_.push_back(id);  // it runs after death
  ClearSlots(id);
  Unbind(id, Object::Bond::kNone);
}

}  // namespace ouro
