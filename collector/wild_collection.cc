// SPDX-License-Identifier: Apache-2.0

// Collections of a wild collector, and its end.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

#include "collector/wild_collector.h"

namespace ouro {

// ---- Collections -------------------------------------------------------------------------------

// A script that does anything can reach what registers and its object reach.
void Wild::Touch() {
  if (collections_ == 0 || selves_.empty()) return;
  const Marks alive = Alive();
  for (size_t id = 0; id < objects_.size(); ++id) {
    objects_[id].touched = objects_[id].touched || alive[id];
  }
}

// One that nobody asked for, with or without telling.
void Wild::CollectUnasked() {
  if (rules_.automatic == Envelope::Automatic::kNever || !enabled_) return;
  const bool tells = rules_.automatic == Envelope::Automatic::kTold || Coin();
  if (tells) observer_.On(Event::Collect(static_cast<int>(Roll() % kGenerations), true));
  Collect(/*must=*/false, tells);
  if (tells) observer_.On(Event::Done(static_cast<int32_t>(Roll() % 2)));  // it says nothing
}

// `must`: it is full, and in no script, so that the bounds demand something of it. `told`: it was
// announced, and so was what saveall said then.
void Wild::Collect(bool must, bool told) {
  if (!must && OneIn(3)) return;
  if (must) {
    for (Owed& owed : owed_) owed.now = true;
  }
  if (rules_.spares == Envelope::Spares::kAll) must = false;
  if (collections_ == 0) {
    for (Object& object : objects_) object.touched = object.near = false;
  }
  const bool saves = saveall_;
  const Ids trash = Dead();
  const Marks behind = ReachedFrom(Waiting(Alive()), Alive());
  ++collections_;
  ClearWeakIn(trash);
  FinalizeIn(trash, must);
  FreeIn(trash, behind, must, saves, told);
  --collections_;
}

// Three of four steps do anything; the fourth ends a collection, of which no more is expected than
// of a full one.
void Wild::CollectInSteps() {
  const bool ends = OneIn(4);
  observer_.On(Event::Collect(0, false));
  Collect(/*must=*/ends && selves_.empty());
  observer_.On(Event::Done(ends ? 1 : 0));
}

void Wild::ClearWeakIn(const Ids& trash) {
  using W = Envelope::Weak;
  const std::set<ObjectId> found(trash.begin(), trash.end());
  const bool spares_all = rules_.spares == Envelope::Spares::kAll;
  for (size_t id = 0; id < objects_.size(); ++id) {
    Object& weak = objects_[id];
    if (weak.kind != OpCode::kWeak || weak.freed) continue;
    const bool is_trash = found.contains(static_cast<ObjectId>(id));
    if (rules_.weak == W::kEither && is_trash && Coin()) Clear(static_cast<ObjectId>(id));
    if (!found.contains(weak.target) || spares_all) continue;
    if (rules_.weak == W::kWhenFreed) continue;
    // What is trash of the same collection may yield until its target is freed.
    const bool choice = rules_.weak == W::kEither || is_trash;
    if (!choice || Coin()) Clear(static_cast<ObjectId>(id));
  }
}

void Wild::FinalizeIn(const Ids& trash, bool must) {
  if (!finalized_alive()) return;
  Ids due;
  for (const ObjectId id : trash) {
    if (DueFinalizer(at(id))) due.push_back(id);
  }
  if (rules_.order == Envelope::Order::kHoldersFirst) {
    const Marks reached = ReachedFrom(due, Alive());
    std::erase_if(due, [&](ObjectId id) { return reached[static_cast<size_t>(id)]; });
  }
  for (const ObjectId id : due) {
    if (at(id).freed || !at(id).due) continue;  // by count, in the script of another
    const bool free_choice = !must || at(id).touched || IsAlive(id);
    if (free_choice && Coin()) continue;
    // The first full collection that finds it may put it off.
    if (rules_.queued && (!must || !std::exchange(at(id).deferred, true)) && Coin()) continue;
    if (!must && IsAlive(id)) continue;
    Finalize(id);
  }
}

void Wild::Save(ObjectId id) {
  garbage_.push_back(id);
  observer_.On(Event::Garbage(id));
}

void Wild::FreeIn(const Ids& trash, const Marks& behind, bool must, bool saves, bool told) {
  const Marks before = Alive();
  Ids victims;
  for (const ObjectId id : trash) {
    const Marks alive = Alive();
    const bool dead = !at(id).freed && !alive[static_cast<size_t>(id)];
    const bool kept = rules_.spares == Envelope::Spares::kBehindFinalizers &&
                      at(id).kind == OpCode::kNode && at(id).script != kNoScript;
    // What was saved before holds the rest of its cycle, which may be saved, too.
    const bool held = saves && !at(id).freed && !before[static_cast<size_t>(id)] && !dead;
    const bool listed = std::find(garbage_.begin(), garbage_.end(), id) != garbage_.end();
    if ((dead && kept && OneIn(8)) || (held && !listed && Coin())) {
      Save(id);
      continue;
    }
    if (!dead || Awaited(id, alive)) continue;
    if (DueFinalizer(at(id)) && finalized_alive()) continue;
    const bool spared =
        rules_.spares == Envelope::Spares::kBehindFinalizers && behind[static_cast<size_t>(id)];
    const bool touched = at(id).touched || at(id).near;
    if ((!must || touched || spared) && Coin()) continue;
    if (must && !touched && ++at(id).survived < rules_.collections && Coin()) continue;
    if (must && strays_ < rules_.strays && OneIn(16)) {
      ++strays_;
      continue;
    }
    // User code may have switched saveall since it began.
    if (saves == saveall_ || !told ? saveall_ : Coin()) {
      Save(id);
      continue;
    }
    victims.push_back(id);
    if (Coin()) Free(std::exchange(victims, {}));
    if (!owed_.empty() && OneIn(4)) PayOne();
  }
  Free(victims);
}

// ---- The end -----------------------------------------------------------------------------------

// Finalizers of anything, in any order, while trash may die as always; then all is freed.
void Wild::End() {
  using E = Envelope::End;
  Ids due;
  for (size_t id = 0; id < objects_.size(); ++id) {
    if (DueFinalizer(objects_[id])) due.push_back(static_cast<ObjectId>(id));
  }
  Shuffle(&due);
  bool raised = false;
  for (size_t i = 0; i < due.size() && rules_.end != E::kNothing; ++i) {
    const ObjectId id = due[i];
    const bool gone = at(id).freed && finalized_alive();
    const bool free_choice = rules_.end == E::kAny || (rules_.end == E::kUntilRaise && raised);
    if (gone || !at(id).due || (free_choice && Coin())) continue;
    raised |= Finalize(id);
    if (OneIn(4)) Collect(/*must=*/false);
    for (size_t born = objects_.size(); born-- > 0 && OneIn(4);) {
      if (DueFinalizer(objects_[born]) && !objects_[born].freed) {
        due.push_back(static_cast<ObjectId>(born));
      }
    }
  }
  Ids rest;
  for (size_t id = 0; id < objects_.size(); ++id) {
    if (!objects_[id].freed) rest.push_back(static_cast<ObjectId>(id));
  }
  Shuffle(&rest);
  for (const ObjectId id : rest) {
    at(id).freed = true;
    observer_.On(Event::Free(id));
  }
  Reset();
}

}  // namespace ouro
