// SPDX-License-Identifier: Apache-2.0

// The envelope judge on single events, except those of collections: births, results, finalizers,
// deaths.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/judge/envelope_judge.h"

namespace ouro {

void EnvelopeJudge::OnBorn(Frame& frame) {
  Object object;
  object.script = frame.op.script;
  if (frame.op.code == OpCode::kNode || frame.op.code == OpCode::kNodeWith) {
    object.slots.assign(static_cast<size_t>(frame.op.count), kNone);
    const KindRow* kind = kinds_.Find(frame.op.kind);
    object.cyclic = kind != nullptr && kind->cyclic;
    Meet(kind);
    if (HasFinalizer(object)) object.due = ending() ? Object::Due::kMaybe : Object::Due::kYes;
  } else if (frame.op.code == OpCode::kLeaf) {
    object.kind = Object::Kind::kLeaf;
  } else if (frame.op.code == OpCode::kMap) {
    object.kind = Object::Kind::kMap;
  } else {
    object.kind = Object::Kind::kWeak;
    object.target = frame.object;
    object.bond = Object::Bond::kAttached;
    if (object.script != kNoScript) object.call = CallOfNew(frame.object);
    calls_ |= object.script != kNoScript;
    at(frame.object).weaks.push_back(born_ - 1);
    if (frame.op.code == OpCode::kWeakWith) object.slots.assign(1, kNone);
  }
  AddObject(std::move(object), frame.op.dest);
  if (frame.op.code == OpCode::kNodeWith) {
    for (size_t slot = 0; slot < static_cast<size_t>(frame.op.count); ++slot) {
      SetSlot(born_ - 1, slot, slot % 2 == 0 ? frame.object : frame.other);
    }
  } else if (frame.op.code == OpCode::kWeakWith) {
    SetSlot(born_ - 1, 0, frame.other);
  }
  SetFrameHold(frame, false);
}

// A weak reference that a finalizer makes to what is dying may be cleared silently (2.x: section 1,
// experiment R6; 3.14.10 and later).
EnvelopeJudge::Object::Due EnvelopeJudge::CallOfNew(ObjectId target) const {
  const bool dying = at(target).became_unreachable ||
                     std::any_of(frames_.begin(), frames_.end(), [target](const Frame& frame) {
                       return frame.type == Frame::Type::kScript && frame.object == target;
                     });
  return dying ? Object::Due::kMaybe : Object::Due::kYes;
}

void EnvelopeJudge::OnFailed(Frame& frame) { SetFrameHold(frame, false); }

Judge::Answer EnvelopeJudge::Expected(const Frame& frame) const {
  switch (frame.op.code) {
    case OpCode::kPoke:
      return ExpectedOfPoke(frame);
    case OpCode::kDeref: {
      const Object& weak = at(frame.object);
      return {weak.bond == Object::Bond::kNone ? kNone : weak.target,
              weak.bond == Object::Bond::kMaybe};
    }
    default:
      if (!frame.open_answer) return {frame.object};
      return {at(frame.object).freed ? kNone : frame.object, true};
  }
}

// Until a result replaces it, a register has its map, which holds the value for a key that a weak
// reference yields. A collection in steps may have seen both.
void EnvelopeJudge::SeeEntriesOfOld(ObjectId old, ObjectId result) {
  if (old == kNone || result == kNone || bounds_.prompt != Envelope::Prompt::kNo) return;
  if (entries_.Find(old, result) == Entries::kNoEntry || at(old).reachable()) return;
  Hold(old);
  Release(old);
}

void EnvelopeJudge::OnGot(Frame& frame, ObjectId id) {
  if (frame.op.code == OpCode::kPoke) return OnPoked(frame, id);
  if (frame.open_answer) return OnLoadedInDoubt(frame, id);
  if (frame.op.code != OpCode::kDeref) return;
  dangling_ = kNone;
  SetRegister(frame.op.dest, id);
  SeeEntriesOfOld(frame.other, id);
  if (dangling_ != kNone) {
    return Convict(Law::kDereference, dangling_,
                   fmt::format("`{}` yielded #{}, which leads to #{}, and that was freed",
                               Print(frame.op), id, dangling_));
  }
  // After that: a target that becomes reachable may have been cleared before, but was not.
  Object& weak = at(frame.object);
  weak.bond = id == kNone ? Object::Bond::kNone : Object::Bond::kAttached;
  if (id == kNone && weak.call == Object::Due::kYes) Owe(frame.object);
  MarkScriptReachable();
}

void EnvelopeJudge::OnFinalize(ObjectId id) {
  const bool after_death = bounds_.finalizers == Envelope::Finalizers::kAfterDeath;
  if (torn_ != kNone) return ConvictAfterTearDown(id, "finalized");
  if (!after_death && !Known(id, Law::kFinalizeAsOften)) return;
  if (!exists(id) || !HasFinalizer(at(id))) {
    return Convict(Law::kFinalizeAsOften, id, fmt::format("#{} has no finalizer", id));
  }
  if (ending() && bounds_.end == Envelope::End::kNothing) {
    return Convict(Law::kEnd, id, fmt::format("#{} was finalized at the end", id));
  }
  Object& object = at(id);
  DoubtRootedOfTrash(id);
  // What is unreachable is noted before the script can change that.
  if (collecting() || MayCollect() || bounds_.queued || !owed_.empty() || calls_) Recount();
  // Lawful for trash of a collection within this operation, even one that has ended: Duktape queues
  // finalizers that it finds while another one runs, and runs the whole queue, whichever object has
  // been resurrected meanwhile. Where finalizers may be put off, also for trash of earlier ones.
  const bool found = object.became_unreachable || object.queued || object.passed_over;
  if (!ending() && Reachable(id) && !found) {
    return Convict(Law::kNoFinalizeWhileHeld, id,
                   fmt::format("#{} was finalized while referenced: {}", id, PathTo(id)));
  }
  if (after_death && !object.freed && !ending()) {
    return Convict(Law::kFinalizeAtOnce, id, fmt::format("#{} was not freed yet", id));
  }
  if (object.due == Object::Due::kNo) {
    return Convict(Law::kFinalizeAsOften, id,
                   fmt::format("the finalizer of #{} has already run", id));
  }
  // Where another collection may have begun since, what that one would find counts.
  const bool alone = collecting() && !MayCollect() && !bounds_.queued;
  const bool first = bounds_.order == Envelope::Order::kHoldersFirst && !ending();
  const bool behind = first && (alone ? object.behind_pending_finalizer : NeededByFinalizer(id));
  if (behind) {
    return Convict(Law::kNoFinalizeWhileHeld, id,
                   fmt::format("a finalizer that is due can reach #{}", id));
  }
  if (!after_death && NeedsCollection(id)) return ConvictOfNoCollection(id, "finalized");
  Note(collecting() ? Situation::kTrashFinalized : Situation::kFinalizerRuns);
  if (in_script()) Note(Situation::kScriptInScript);
  object.due = Object::Due::kNo;
  object.ends = 0;
  object.queued = object.passed_over = false;
  if (bounds_.weak != Envelope::Weak::kWhenFreed) {
    const bool surely = bounds_.weak == Envelope::Weak::kBeforeFinalizer && !ending();
    Unbind(id, surely ? Object::Bond::kNone : Object::Bond::kMaybe);
  }
  frames_.back().finalizes = collecting();
  // A collection may run finalizers after it has ended, if they could not run when it started.
  const bool by_count = !collecting() && object.references == 0;
  Open({.type = Frame::Type::kScript, .no_self = after_death, .object = id, .by_count = by_count});
  if (object.awaited) needed_known_ = false;
  if (bounds_.touched == Envelope::Touched::kFreedByNext) MarkFinalizerReachable(id);
}

void EnvelopeJudge::OnScriptEnded(Frame frame) {
  const ObjectId id = frame.object;
  const bool by_count = frame.by_count;
  SetFrameHold(frame, false);
  if (frame.asked_for) SetFrameHold(frames_.back(), false);  // the operation's: it may die now
  if (frame.raised && frames_.size() == 1 && bounds_.end == Envelope::End::kUntilRaise &&
      ending()) {
    NeedNoFinalizers();
  }
  // Notes what became unreachable before the next event.
  if (collecting() || MayCollect()) Recount();
  if (frame.is_callback || frame.asked_for) return;
  Object& object = at(id);
  if (!object.freed && object.references == 0 && !object.reachable()) unreferenced_.push_back(id);
  const bool held = Reachable(id) || (by_count && object.references > 0);
  // A holder that was let go may know itself and refer to the object, until a collection.
  if (object.freed || !(held || object.lingers > 0)) return;
  if (held) Note(by_count ? Situation::kResurrectedByFinalizer : Situation::kTrashResurrected);
  if (bounds_.finalizers != Envelope::Finalizers::kEachDeath) return;
  // References left over mean a new life; in a collection, only if they last until it ends. Trash
  // that a collection within this operation has queued may be freed without another finalizer, if
  // its count falls before the next collection (Duktape's refzero).
  const bool sure = held && by_count && !MayCollect() && !object.became_unreachable;
  object.due = sure ? Object::Due::kYes : Object::Due::kMaybe;
  if (!object.reachable()) awaiting_.push_back(id);
}

void EnvelopeJudge::OnFree(ObjectId id) {
  if (!Known(id, Law::kFreeOnce)) return;
  Object& object = at(id);
  if (TearsDown(id)) return TearDown(id);
  DoubtRootedOfTrash(id);
  if (Reachable(id)) {
    return Convict(Law::kNoFreeWhileHeld, id,
                   fmt::format("#{} was freed while referenced: {}", id, PathTo(id)));
  }
  if (object.due == Object::Due::kYes && bounds_.finalizers != Envelope::Finalizers::kAfterDeath) {
    return Convict(Law::kFinalizeBeforeFree, id,
                   fmt::format("#{} was freed before its finalizer ran", id));
  }
  if (NeededByFinalizer(id)) {
    return Convict(Law::kNoFreeWhileHeld, id,
                   fmt::format("#{} was freed while a finalizer that is due can reach it", id));
  }
  if (NeedsCollectionToDie(id)) return ConvictOfNoCollection(id, "freed");
  if (!collecting()) Note(Situation::kPlainDeath);
  // User code may switch saveall within a collection: then it may do either.
  const bool saves = frames_.back().judged && frames_.back().saves && saveall_;
  if (saves && object.unreachable_at_begin && !object.script_reachable) {
    return Convict(Law::kGarbageComplete, id,
                   fmt::format("#{} was freed, although all trash is to be saved", id));
  }
  if (const ObjectId weak = UncalledBefore(id); weak != kNone) {
    return Convict(Law::kCallbackBeforeFree, id,
                   fmt::format("#{} was freed before the callback of #{} ran", id, weak));
  }
  object.freed = true;
  ++freed_;
  if (object.kind == Object::Kind::kWeak && !object.slots.empty()) {
    const ObjectId held = object.slots[0];
    if (held != kNone && !at(held).freed && at(held).references == 1 && !at(held).reachable()) {
      Note(Situation::kHeldByWeak);
    }
  }
  if (HasFinalizer(object) && object.due == Object::Due::kYes) Owe(id);  // it runs after death
  ClearSlots(id);
  ClearEntries(id);
  Unbind(id, Object::Bond::kNone);
}

// ---- Callbacks ----

// A weak reference whose callback must run before `id` is freed, and did not; or kNone.
ObjectId EnvelopeJudge::UncalledBefore(ObjectId id) {
  if (bounds_.callbacks != Envelope::Callbacks::kBeforeFree || bounds_.queued) return kNone;
  for (const ObjectId weak : at(id).weaks) {
    const Object& object = at(weak);
    const bool due = !object.freed && object.call == Object::Due::kYes;
    if (due && Reachable(weak)) return weak;
  }
  return kNone;
}

void EnvelopeJudge::OnCallback(ObjectId id) {
  if (torn_ != kNone) return ConvictAfterTearDown(id, "called back");
  if (!Known(id, Law::kCallbackWhenCleared)) return;
  Object& weak = at(id);
  if (weak.kind != Object::Kind::kWeak || weak.script == kNoScript) {
    return Convict(Law::kCallbackWhenCleared, id, fmt::format("#{} has no callback", id));
  }
  if (weak.call == Object::Due::kNo) {
    return Convict(Law::kCallbackWhenCleared, id,
                   fmt::format("the callback of #{} has already run", id));
  }
  DoubtRootedOfTrash(weak.target);
  // It may have been cleared before its target was brought back.
  const Object& target = at(weak.target);
  if (weak.bond == Object::Bond::kAttached && !target.freed && Reachable(weak.target) &&
      !target.became_unreachable) {
    return Convict(Law::kCallbackWhenCleared, id,
                   fmt::format("its target is alive: {}", PathTo(weak.target)));
  }
  if (weak.bond == Object::Bond::kAttached && !target.freed && !target.reachable() &&
      NeedsCollection(weak.target)) {
    return Convict(
        Law::kCallbackWhenCleared, id,
        fmt::format("no collection has cleared it: its target, #{}, is in a cycle", weak.target));
  }
  Note(Situation::kCallbackRuns);
  if (in_script()) Note(Situation::kScriptInScript);
  weak.call = Object::Due::kNo;
  weak.bond = Object::Bond::kNone;
  Open({.type = Frame::Type::kScript, .is_callback = true, .object = id});
  if (bounds_.touched == Envelope::Touched::kFreedByNext) MarkFinalizerReachable(id);
}

// ---- The garbage list and censuses ----

void EnvelopeJudge::OnGarbage(ObjectId id) {
  if (torn_ != kNone) return ConvictAfterTearDown(id, "put into the garbage list");
  Object& object = at(id);
  const bool keeps = bounds_.spares == Envelope::Spares::kBehindFinalizers && HasFinalizer(object);
  Recount();  // notes what is unreachable before the list changes that
  // What was saved before holds the rest of its cycle.
  const bool found = object.unreachable_at_begin || object.became_unreachable;
  const bool reachable = Reachable(id) && !found;
  if (reachable || object.saved || !(saveall_ || frames_.back().saves || keeps)) {
    return Convict(Law::kGarbageUncollectable, id,
                   fmt::format("#{} was put into the garbage list, but {}", id,
                               object.saved ? "it was already there"
                               : reachable  ? "it is reachable: " + PathTo(id)
                                            : "it is not uncollectable"));
  }
  Note(saveall_ ? Situation::kSaveallTrash : Situation::kUncollectable);
  object.saved = true;
  garbage_.push_back(id);
  Hold(id);
}

void EnvelopeJudge::OnTracked(const Event& event) {
  if (event.number >= 0 && event.number < kGenerations) return;
  Convict(Law::kCensusGeneration, event.id, fmt::format("there is no generation {}", event.number));
}

// Every node that was reachable as the census began, and since, is listed, whatever else is.
void EnvelopeJudge::EndCensus(std::span<const ObjectId> seen) {
  Recount();
  for (const ObjectId id : living_) {
    const bool due = !at(id).freed && at(id).kind == Object::Kind::kNode && at(id).reachable() &&
                     id < frames_.back().object;
    if (!due || std::binary_search(seen.begin(), seen.end(), id)) continue;
    if (std::count(became_reachable_.begin(), became_reachable_.end(), id) > 0) continue;
    return Convict(Law::kCensusComplete, id,
                   fmt::format("#{} is reachable, but was not listed: {}", id, PathTo(id)));
  }
}

}  // namespace ouro
