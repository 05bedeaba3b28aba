// SPDX-License-Identifier: Apache-2.0

// The exact judge on single events, except those of collections: births, answers, finalizers,
// callbacks, deaths, censuses.

#include <fmt/format.h>

#include <algorithm>

#include "model/judge/exact_judge.h"

namespace ouro {

using Kind = ShadowObject::Kind;
using Bond = ShadowObject::Bond;

void ExactJudge::CheckBirth(const Frame& frame) {
  if (frame.automatic < 0 || frame.collected) return;
  Convict(
      Law::kCollectionSchedule, born_,
      fmt::format("an automatic collection was due: counts {} {} {} over {} {} {}", allocated_[0],
                  allocated_[1], allocated_[2], threshold_[0], threshold_[1], threshold_[2]));
}

void ExactJudge::OnBorn(Frame& frame) {
  const Op op = frame.op;
  const ObjectId target = frame.object;
  if (collection_.running) Note(Situation::kBornInCollection);
  ObjectId id = kNone;
  if (op.code == OpCode::kNode || op.code == OpCode::kNodeWith) {
    id = heap_.NewNode(op.count, op.script);
  } else if (op.code == OpCode::kLeaf) {
    id = heap_.NewLeaf();
  } else if (op.code == OpCode::kMap) {
    id = heap_.NewMap();
  } else {
    id = heap_.NewWeak(target, op.script, op.code == OpCode::kWeakWith ? 1 : 0);
    if (op.code == OpCode::kWeakWith) heap_.SetSlot(id, 0, frame.other);
    const Frame* script = InnermostScript();
    if (script != nullptr && script->object == target) Note(Situation::kWeakMadeByFinalizer);
  }
  if (op.code == OpCode::kNodeWith) {
    for (int slot = 0; slot < op.count; ++slot) {
      heap_.SetSlot(id, slot, slot % 2 == 0 ? target : frame.other);
    }
  }
  SetRegister(op.dest, id);
  ReleaseOperands(frame);
}

void ExactJudge::OnFailed(Frame& frame) { ReleaseOperands(frame); }

void ExactJudge::OnGot(Frame& frame, ObjectId id) {
  if (!frame.open_answer) return;
  const ObjectId weak = Resolve(frame.op.ref);
  const uint8_t dest = frame.op.dest;
  if (id == kNone) {
    const ObjectId target = heap_.at(weak).target;
    if (heap_.at(weak).bond == Bond::kMaybe) {
      heap_.Detach(weak);
    } else if (heap_.at(target).releasing) {
      heap_.ProveDying(target);
      heap_.Doom(target);
    }
  } else {
    if (heap_.at(id).firm == 0) Note(Situation::kRescuedByWeakReference);
    heap_.at(weak).bond = Bond::kAttached;
  }
  SetRegister(dest, id);
}

void ExactJudge::OnFinalize(ObjectId id) {
  if (!Known(id, Law::kFinalizeAsOften)) return;
  ShadowObject& object = heap_.at(id);
  if (!object.has_finalizer()) {
    return Convict(Law::kFinalizeAsOften, id, fmt::format("#{} has no finalizer", id));
  }
  Frame frame{.type = Frame::Type::kScript, .object = id};
  // Only if the collection itself is innermost: it runs these finalizers one by one, not nested.
  const bool trash = frames_.back().type == Frame::Type::kCollection && !Uncollectable() &&
                     object.found && object.firm > 0 &&
                     collection_.phase != Collection::Phase::kClearing;
  if (trash) {
    if (collection_.calls_due > 0) {
      return Convict(Law::kCallbackOrder, id, "callbacks of the trash were still due");
    }
    if (object.finalized) {
      return Convict(Law::kFinalizeAsOften, id,
                     fmt::format("the finalizer of #{} has already run", id));
    }
    collection_.phase = Collection::Phase::kFinalizers;
    frame.in_collection = true;
    Note(Situation::kTrashFinalized);
  } else {
    if (object.firm > 0 && AdvanceCollection() && object.firm == 0) {
      Note(Situation::kHangingFinalizer);
    }
    if (object.firm > 0) {
      return Convict(Law::kNoFinalizeWhileHeld, id,
                     fmt::format("#{} was finalized while referenced: {}", id, PathTo(id)));
    }
    if (!heap_.FinalizerDue(object)) {
      return Convict(Law::kFinalizeAsOften, id,
                     fmt::format("the finalizer of #{} has already run", id));
    }
    if (CallbacksFirst() && heap_.CallbacksDue(object)) {
      return Convict(Law::kCallbackOrder, id, fmt::format("callbacks of #{} were due first", id));
    }
    heap_.ProveDying(id);
    if (CallbacksFirst()) heap_.Doom(id);
    object.doomed = false;
    const bool finalizing = collection_.phase == Collection::Phase::kFinalizers;
    if (object.found && finalizing) Note(Situation::kTrashDiedOfFinalizer);
    object.found = object.kept = false;
    heap_.SetGeneration(id, 0);
    Note(object.resurrected ? Situation::kSecondDeath : Situation::kFinalizerRuns);
  }
  if (InnermostScript() != nullptr) Note(Situation::kScriptInScript);
  object.finalized = true;
  heap_.Hold(id);
  Open(frame);
}

void ExactJudge::OnCallback(ObjectId id) {
  if (!Known(id, Law::kCallbackWhenCleared)) return;
  const ShadowObject& weak = heap_.at(id);
  if (weak.kind != Kind::kWeak || weak.script == kNoScript) {
    return Convict(Law::kCallbackWhenCleared, id, fmt::format("#{} has no callback", id));
  }
  if (!CallbackDue(weak, id)) ProveTargetDying(id);
  if (!violation_) CheckCallbackOrder(id);
  if (!violation_) BeginCallback(id);
}

bool ExactJudge::CallbackDue(const ShadowObject& weak, ObjectId id) const {
  const std::vector<ObjectId>& calls = heap_.at(weak.target).calls;
  return std::find(calls.begin(), calls.end(), id) != calls.end();
}

// The callback of `id` is not known to be due. So the event proves that the target is dying by
// reference count, or is being cleared, if either is possible: all its callbacks become due.
void ExactJudge::ProveTargetDying(ObjectId id) {
  ShadowObject& weak = heap_.at(id);
  ShadowObject& target = heap_.at(weak.target);
  const auto dying = [&target] { return target.firm == 0 || target.cleared; };
  if (!dying()) AdvanceCollection();
  const bool silent = target.finalized && CallbacksFirst();  // made by the finalizer: R6
  if (weak.bond == Bond::kNone || !dying() || silent) return;
  if (!target.cleared && heap_.FinalizerDue(target) && !CallbacksFirst()) {
    return Convict(Law::kCallbackOrder, id,
                   fmt::format("the finalizer of #{} was due first", weak.target));
  }
  if (target.cleared) {
    Note(Situation::kLateCallback);
  } else {
    heap_.ProveDying(weak.target);
  }
  if (weak.bond == Bond::kMaybe) weak.bond = Bond::kAttached;
  if (weak.firm == 0 || (weak.firm == 1 && weak.loose == 0)) {
    const auto& slots = target.slots;
    if (std::find(slots.begin(), slots.end(), id) != slots.end()) {
      Note(Situation::kWeakHeldByItsTarget);
    }
  }
  heap_.MakeCallsDue(weak.target, /*by_collection=*/false);
  if (!target.cleared) heap_.Doom(weak.target);
}

void ExactJudge::CheckCallbackOrder(ObjectId id) {
  const ShadowObject& weak = heap_.at(id);
  if (!CallbackDue(weak, id)) {
    return Convict(
        Law::kCallbackWhenCleared, id,
        weak.bond == Bond::kNone && weak.called
            ? fmt::format("the callback of #{} has already run", id)
        : weak.bond == Bond::kNone
            ? fmt::format("#{} was trash itself, or made by a finalizer: it is not called", id)
            : fmt::format("its target is alive: {}", PathTo(weak.target)));
  }
  if (weak.moving && frames_.back().type != Frame::Type::kCollection) {
    return Convict(Law::kCallbackOrder, id, "another callback of the collection was running");
  }
  const ObjectId first = heap_.at(weak.target).calls.front();
  if (first != id) {
    return Convict(Law::kCallbackOrder, id,
                   fmt::format("#{} is newer than #{}, and was due first", first, id));
  }
}

// REQUIRES: it is the first of its target's callbacks that are due.
void ExactJudge::BeginCallback(ObjectId id) {
  ShadowObject& weak = heap_.at(id);
  ShadowObject& target = heap_.at(weak.target);
  // A collection has let go of the one that it called before, and of what died with that.
  if (weak.moving) heap_.ReleaseSince(collection_.loose_mark);
  target.calls.erase(target.calls.begin());
  weak.called = true;
  const bool decided = Uncollectable() || collection_.phase == Collection::Phase::kClearing;
  if (weak.found && !weak.moving && decided) {
    // Trash, whose target was not: its own callback may resurrect it. Until it is decided what is
    // cleared, that spares it; from then on it is cleared nevertheless.
    weak.cleared = weak.found = false;
    weak.kept = weak.called_back = true;
  }
  Note(Situation::kCallbackRuns);
  if (!target.calls.empty()) Note(Situation::kSeveralCallbacks);
  if (InnermostScript() != nullptr) Note(Situation::kScriptInScript);
  // In a collection, the reference of the pending callback becomes that of the script's self.
  if (!weak.moving) heap_.Hold(id);
  Open({.type = Frame::Type::kScript,
        .is_callback = true,
        .object = id,
        .in_collection = weak.moving});
}

void ExactJudge::OnScriptEnded(Frame frame) {
  ShadowObject& object = heap_.at(frame.object);
  if (frame.is_callback) {
    heap_.Release(frame.object);
    if (frame.in_collection) {
      // Semantics, section 7: it is promoted unless it died of its own callback.
      --collection_.calls_due;
      object.moving = object.found = object.kept = false;
      if (object.firm + object.loose > 0) {
        heap_.SetGeneration(frame.object, OlderGeneration());
      } else {
        ++collection_.weaks_died;
        Note(Situation::kWeakDiedOfCallback);
      }
    }
    return heap_.CallMade(object.target);
  }
  if (frame.asked_for) {
    heap_.Release(frame.object);         // as its self
    return heap_.Release(frame.object);  // by the operation, after which it may die
  }
  const bool survives = object.firm + object.loose > 1;
  if (!frame.in_collection && survives) {
    Note(Situation::kResurrectedByFinalizer);
    object.resurrected = true;
    if (rules_.finalizers == ExactRules::Finalizers::kEveryDeath) object.finalized = false;
    const auto& slots = object.slots;
    const auto own = std::count(slots.begin(), slots.end(), frame.object);
    if (own > 0 && own == object.firm - 1) Note(Situation::kSelfCycleMadeByFinalizer);
  }
  if (!survives && CallbacksFirst()) heap_.Doom(frame.object);
  heap_.Release(frame.object);
}

void ExactJudge::OnFree(ObjectId id) {
  if (!Known(id, Law::kFreeOnce)) return;
  ShadowObject& object = heap_.at(id);
  if (object.firm > 0) AdvanceCollection();
  // Either it is cleared nevertheless, which is all that `free` means for trash, or it lives on.
  const bool brought_back = collection_.running && object.called_back && !collection_.saveall;
  if (object.firm > 0 && !brought_back) {
    if (collection_.running && object.found && collection_.calls_due > 0) {
      return Convict(Law::kCallbackBeforeFree, id, "callbacks of the trash were still due");
    }
    if (collection_.running && object.found && !Uncollectable() && TrashFinalizersDue()) {
      return Convict(Law::kFinalizeBeforeFree, id, "finalizers of the trash were still due");
    }
    return Convict(Law::kNoFreeWhileHeld, id,
                   fmt::format("#{} was freed while referenced: {}", id, PathTo(id)));
  }
  if (object.cleared && frames_.back().type != Frame::Type::kCollection && !collection_.shared) {
    return Convict(Law::kEventInPlace, id, "only the collection that clears it may free it");
  }
  if (!object.cleared) {
    if (heap_.FinalizerDue(object)) {
      return Convict(Law::kFinalizeBeforeFree, id,
                     fmt::format("#{} was freed before its finalizer ran", id));
    }
    if (heap_.CallbacksDue(object)) {
      return Convict(Law::kCallbackBeforeFree, id,
                     fmt::format("#{} was freed before its callbacks ran", id));
    }
    const bool finalizing = collection_.phase == Collection::Phase::kFinalizers;
    if (object.found && finalizing) Note(Situation::kTrashDiedOfFinalizer);
    if (object.in_garbage) Note(Situation::kGarbageReleased);
    if (object.resurrected) Note(Situation::kSecondDeath);
    Note(object.loose > 0 ? Situation::kNestedDeath : Situation::kPlainDeath);
    heap_.ProveDying(id);
  }
  NoteEntries(id);
  if (object.kind == Kind::kWeak && !object.slots.empty()) {
    const ObjectId held = object.slots[0];
    const bool alone = held != kNone && heap_.at(held).firm == 0 && !heap_.at(held).cleared;
    if (alone) Note(Situation::kHeldByWeak);
  }
  heap_.Free(id, &frames_.back().queue);
  if (object.kind != Kind::kLeaf && allocated_[0] > 0) --allocated_[0];
}

// The object is about to be freed.
void ExactJudge::NoteEntries(ObjectId id) {
  if (heap_.HasEntries(id)) {
    Note(heap_.at(id).kind == Kind::kMap ? Situation::kMapDies : Situation::kKeyDies);
  }
}

void ExactJudge::OnTracked(const Event& event) {
  const ShadowObject& object = heap_.at(event.id);
  if (object.found || object.kept || object.moving) return;  // in a list of the running collection
  if (object.generation < 0) {
    return Convict(Law::kCensusComplete, event.id,
                   fmt::format("#{} is not tracked: it {}", event.id,
                               object.kind == Kind::kLeaf ? "is a leaf" : "is dying"));
  }
  if (object.generation != event.number) {
    return Convict(
        Law::kCensusGeneration, event.id,
        fmt::format("#{} is in generation {}, not {}", event.id, object.generation, event.number));
  }
}

void ExactJudge::EndCensus(std::span<const ObjectId> seen) {
  scratch_.clear();
  heap_.ListTracked(kGenerations - 1, &scratch_);
  for (const ObjectId id : scratch_) {
    const ShadowObject& object = heap_.at(id);
    if (object.moving || !heap_.HeldForNow(id)) continue;
    if (!std::binary_search(seen.begin(), seen.end(), id)) {
      return Convict(Law::kCensusComplete, id,
                     fmt::format("#{} in generation {} was not listed", id, object.generation));
    }
  }
}

}  // namespace ouro
