// SPDX-License-Identifier: Apache-2.0

// The envelope judge on collections: what they find, and what must have been freed when they end.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/judge/envelope_judge.h"

namespace ouro {

void EnvelopeJudge::OnCollect(const Event& event) {
  Frame& frame = frames_.back();
  if (torn_ != kNone) return ConvictAfterTearDown(torn_, "freed, and then a collection began");
  if (event.flag) return OnAutomatic();
  const bool op = frame.type == Frame::Type::kOp;
  const bool step = op && frame.op.code == OpCode::kStep && event.number == 0;
  const bool asked = op && frame.op.code == OpCode::kCollect && event.number == frame.op.count;
  if (!(step || asked) || frame.collected) {
    const bool end = op && frame.op.code == OpCode::kEnd;
    return Convict(end ? Law::kEnd : Law::kEventInPlace, kNone, "no such collection was requested");
  }
  frame.collected = true;
  const bool full =
      asked && (event.number == kGenerations - 1 || (abilities_ & kGenerations3) == 0);
  const bool judged = full && frames_.size() == 1;
  if (in_script()) {
    Note(collecting() ? Situation::kNestedCollect : Situation::kCollectInFinalizer);
  }
  frames_.push_back(
      {.type = Frame::Type::kCollection, .judged = judged, .saves = saveall_, .step = step});
  if (judged) lingered_before_ = lingering_.size();
  if (judged) owed_before_ = owed_.size();
  FindTrash(judged);
}

// One that nobody asked for may come whenever collections are enabled, and need not find anything.
void EnvelopeJudge::OnAutomatic() {
  const bool never = bounds_.automatic == Envelope::Automatic::kNever;
  if (never || !enabled_ || frames_.back().type != Frame::Type::kOp) {
    return Convict(Law::kCollectionSchedule, kNone,
                   never      ? "this contract has no automatic collections"
                   : enabled_ ? "an automatic collection began within a collection"
                              : "automatic collections are disabled");
  }
  Note(Situation::kAutomaticCollection);
  for (Frame& frame : frames_) frame.interrupted |= frame.judged;
  frames_.push_back({.type = Frame::Type::kCollection, .saves = saveall_});
  FindTrash(/*sure=*/false);
  for (const ObjectId id : living_) {
    Object& object = at(id);
    // Lua 5.5: also what the collection had found that this one interrupts, alive again or not.
    const bool found = !object.reachable() || object.became_unreachable;
    object.passed_over |= !object.freed && found && object.due == Object::Due::kYes;
    object.ends = 0;  // what was collected in steps begins anew
  }
}

// A collection begins: what is unreachable now may be finalized and freed. `sure`: it finds all of
// it.
void EnvelopeJudge::FindTrash(bool sure) {
  collected_ = true;
  Recount();
  for (size_t before = edges_.empty() ? 0 : doubts_.size() + 1; before != doubts_.size();) {
    before = doubts_.size();
    for (const ObjectId id : living_) {
      if (!at(id).freed && !at(id).reachable()) DoubtFrailOf(id);
    }
    Recount();  // doubts may make further objects unreachable
  }
  MarkUnreachable();
  SpareMaybeHeld();
  ++collections_;
  NoteTrash();
  const size_t lingering = lingering_.size();
  for (const ObjectId id : living_) {
    if (at(id).freed || at(id).reachable()) continue;
    NoteUnreachable(id);
    if (!edges_.empty()) LingerLateOf(id, sure && !at(id).script_reachable);
  }
  SpareLingering(lingering);
}

// Marks what is unreachable as a collection begins. A nested collection, if it does anything at
// all, may find more; the outer one may still finalize whatever it has found.
void EnvelopeJudge::MarkUnreachable() {
  std::vector<ObjectId> passed_over;
  for (const ObjectId id : living_) {
    Object& object = at(id);
    const bool unreachable = !object.freed && !object.reachable();
    const bool due = unreachable && object.due == Object::Due::kYes;
    if (collecting()) {
      // What the outer one did not find was reachable then, and a script has released it since.
      object.script_reachable |= unreachable && !object.unreachable_at_begin;
    } else {
      object.finalizer_was_pending = due;
      object.finalizer_may_wait = unreachable && bounds_.queued && object.due != Object::Due::kNo &&
                                  bounds_.finalizers != Envelope::Finalizers::kAfterDeath;
      object.script_reachable = object.finalizer_reachable = object.ever_behind = false;
    }
    object.unreachable_at_begin |= unreachable;  // until the operation ends
    object.became_unreachable |= unreachable;
    object.behind_pending_finalizer = false;
    const bool again = object.finalizer_may_wait && bounds_.order == Envelope::Order::kAny;
    if (due || again) work_.push_back(id);
    // A nested collection may come when the finalizer of what was passed over has run.
    if (!collecting()) object.behind_passed_over = false;
    if (due && object.passed_over) passed_over.push_back(id);
  }
  Spread(&Object::behind_pending_finalizer);
  work_ = std::move(passed_over);
  Spread(&Object::behind_passed_over);
  for (const ObjectId id : living_) at(id).ever_behind |= at(id).behind_pending_finalizer;
}

void EnvelopeJudge::NoteTrash() {
  for (const ObjectId self : living_) {
    const Object& object = at(self);
    if (object.freed) continue;
    if (!object.unreachable_at_begin) {
      const bool watches =
          object.bond != Object::Bond::kNone && at(object.target).unreachable_at_begin;
      if (watches) Note(Situation::kWeakOutsideTrash);
      continue;
    }
    Note(Situation::kTrashFound);
    entries_.ForEach(self, [&](ObjectId value, ObjectId other) {
      const bool through = object.kind == Object::Kind::kNode && at(other).reachable();
      if (through && at(value).unreachable_at_begin) Note(Situation::kTrashThroughEntry);
    });
    if (object.bond != Object::Bond::kNone && at(object.target).unreachable_at_begin) {
      Note(Situation::kWeakInsideTrash);
    }
    for (size_t slot = 0; slot < object.slots.size(); ++slot) {
      const auto begin = object.slots.begin();
      const ObjectId id = object.slots[slot];
      if (id == kNone) continue;
      if (object.kind == Object::Kind::kWeak && at(id).unreachable_at_begin) {
        Note(Situation::kTrashThroughWeak);
      }
      if (id == self) Note(Situation::kSelfEdge);
      const auto before = begin + static_cast<ptrdiff_t>(slot);
      if (std::find(begin, before, id) != before) Note(Situation::kParallelEdges);
    }
  }
}

void EnvelopeJudge::OnDone(const Event& event) {
  const Frame& frame = frames_.back();
  if (frame.judged) CheckCollected();
  // Lua runs ten finalizers at most in a step, and in what `collect 1` is there.
  if (frame.step || (frame.finalizes && !frame.judged)) LeaveToNextStep();
  if (frame.step && frames_.size() == 2 && event.number > 0) StepsEnded();
  if (violation_) return;
  frames_.pop_back();
  --collections_;
}

// A full collection ends: convicts if something had to be finalized or freed and was not.
void EnvelopeJudge::CheckCollected() {
  if (bounds_.spares == Envelope::Spares::kAll) return;
  const bool behind_is_kept = bounds_.spares == Envelope::Spares::kBehindFinalizers;
  EndLingering();
  Recount();
  SpareThroughEntries();
  // Lua's emergency within a finalizer ends the collection that called that, so to the next one is
  // left what this one had to finalize.
  if (frames_.back().interrupted) return;
  MarkMaybeHeld(/*lingering=*/true);
  for (const ObjectId id : living_) {
    if (violation_) return;
    Object& object = at(id);
    if (!object.unreachable_at_begin || object.freed || object.stray) continue;
    if (object.script_reachable || object.reachable() || object.maybe_held) {
      object.survived = 0;
      continue;
    }
    // Not earlier: incremental collectors first run the finalizers that an earlier step left over.
    // What these reach is alive for them.
    if (bounds_.weak == Envelope::Weak::kBeforeFinalizer && bounds_.strays == 0 &&
        !object.behind_passed_over) {
      Unbind(id, Object::Bond::kNone);
    }
    if (behind_is_kept && object.ever_behind) continue;
    const bool unfinalized = object.finalizer_was_pending && object.due == Object::Due::kYes &&
                             bounds_.finalizers != Envelope::Finalizers::kAfterDeath;
    if (bounds_.queued) {
      const bool waits = object.finalizer_may_wait && object.due != Object::Due::kNo;
      if (waits && !std::exchange(object.deferred, true)) continue;
      // Its finalizer, or one that could reach it, may have run after it had been passed over.
      const bool waited = object.finalizer_may_wait || object.ever_behind;
      if (waited && object.due != Object::Due::kYes) continue;
    }
    if (unfinalized && object.behind_passed_over) continue;
    if (unfinalized) {
      Stray(Law::kFinalizeAtOnce, id,
            fmt::format("#{} is unreachable, but the collection did not finalize it", id));
    } else if (object.finalizer_reachable) {
      object.survived = 0;
    } else if (++object.survived >= bounds_.collections) {
      Stray(Law::kTrashFreed, id,
            fmt::format("#{} is unreachable, but the collection did not free it", id));
    }
  }
}

void EnvelopeJudge::Stray(Law law, ObjectId id, std::string what) {
  at(id).stray = true;
  if (++strays_ <= bounds_.strays) return;
  if (bounds_.strays > 0) what += fmt::format(", nor {} others before", strays_ - 1);
  Convict(law, id, std::move(what));
}

}  // namespace ouro
