// SPDX-License-Identifier: Apache-2.0

// The envelope judge on collections that are done in steps, between which the program goes on. A
// step may do anything to trash, and need not do anything. Only that one has ended demands
// something: the collection that ends next began later than this, so it finds everything that was
// unreachable here, and has no excuse to leave it. (LUA_GCSTEP returns it: Lua's `luaC_step` has
// come back to `GCSpause`.)

#include <fmt/format.h>

#include "model/judge/envelope_judge.h"

namespace ouro {

// After how many ends an unreachable object must have been finalized, if that is due, or freed; 0:
// never, as the object has to wait for another one, or may.
int EnvelopeJudge::EndsUntilDue(const Object& object) const {
  const bool finalizes = bounds_.finalizers != Envelope::Finalizers::kAfterDeath;
  const bool first = bounds_.order == Envelope::Order::kHoldersFirst;
  if (object.passed_over || object.behind_passed_over) return 0;
  if (finalizes && object.due == Object::Due::kYes) {
    if (first && object.needed_by_finalizer) return 0;
    return bounds_.queued ? 3 : 2;
  }
  const bool waits = object.needed_by_finalizer || (finalizes && object.due != Object::Due::kNo);
  return waits ? 0 : bounds_.collections + 1;
}

// Finalizers of what one step has found may run in another, whatever becomes of it in between.
void EnvelopeJudge::LeaveToNextStep() {
  for (const ObjectId id : living_) {
    Object& object = at(id);
    object.queued |= object.unreachable_at_begin && object.due == Object::Due::kYes;
  }
}

// Steps of main have ended a collection. What a kind may hold is not in question here.
void EnvelopeJudge::StepsEnded() {
  Note(Situation::kStepsEnded);
  if (bounds_.spares == Envelope::Spares::kAll || !edges_.empty() || !lingering_.empty()) return;
  Recount();
  FindNeeded();
  for (const ObjectId id : living_) {
    Object& object = at(id);
    if (object.freed || object.stray) continue;
    const bool touched = object.script_reachable || object.finalizer_reachable;
    const int due = object.reachable() || touched ? 0 : EndsUntilDue(object);
    object.ends = due == 0 ? 0 : object.ends + 1;
    if (due == 0 || object.ends < due) continue;
    const bool finalizer = HasFinalizer(object) && object.due == Object::Due::kYes &&
                           bounds_.finalizers != Envelope::Finalizers::kAfterDeath;
    Stray(finalizer ? Law::kFinalizeAtOnce : Law::kTrashFreed, id,
          fmt::format("#{} is unreachable, but {} collections that ended in steps did not {} it",
                      id, object.ends, finalizer ? "finalize" : "free"));
    if (violation_) return;
  }
}

}  // namespace ouro
