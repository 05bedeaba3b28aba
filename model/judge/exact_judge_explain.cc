// SPDX-License-Identifier: Apache-2.0

// The text of a conviction: the law, what happened, what refers to the object, and what would have
// been lawful. Runs at most once a program, so clarity comes before speed.

#include <fmt/format.h>

#include <algorithm>

#include "model/judge/exact_judge.h"
#include "model/judge/paths.h"

namespace ouro {
namespace {

// Whether the slots of `holder` are firm references.
bool Holds(const ShadowObject& holder) { return !holder.freed && !holder.releasing; }

}  // namespace

// "r2 -> #1 slot 0 -> #0": a shortest path of references from a root.
std::string ExactJudge::PathTo(ObjectId wanted) const {
  Paths paths(static_cast<size_t>(heap_.count()));
  size_t done = 0;  // how many of the reached objects have been followed
  const auto spread = [&] {
    for (; done < paths.reached().size(); ++done) {
      const ObjectId id = paths.reached()[done];
      const ShadowObject& object = heap_.at(id);
      if (!Holds(object)) continue;
      for (size_t slot = 0; slot < object.slots.size(); ++slot) {
        paths.Extend(id, slot, object.slots[slot]);
      }
      heap_.ForEachEntry(id, [&](ObjectId value, ObjectId other) {
        const bool map = object.kind == ShadowObject::Kind::kMap;
        paths.ExtendByEntry(map ? id : other, map ? other : id, value);
      });
    }
  };
  for (int i = 0; i < kRegisters; ++i) paths.AddRoot(reg(i), fmt::format("r{}", i));
  for (size_t i = 0; i < pushed_.size(); ++i) {
    paths.AddRoot(pushed_[i], fmt::format("pushed {}", i));
  }
  for (size_t i = 0; i < garbage_.size(); ++i) {
    paths.AddRoot(garbage_[i], fmt::format("garbage {}", i));
  }
  for (const Frame& frame : frames_) {
    if (frame.type == Frame::Type::kScript) paths.AddRoot(frame.object, "self of a running script");
  }
  spread();
  for (ObjectId id = 0; id < heap_.count(); ++id) {
    const ShadowObject& object = heap_.at(id);
    for (const ObjectId weak : object.calls) {
      paths.AddRoot(weak, fmt::format("the callback due for #{}", id));
    }
    if (object.firm == 0 && Holds(object)) {
      paths.AddRoot(id, fmt::format("what is due before the death of #{}", id));
    }
  }
  spread();
  if (paths.reached(wanted)) return paths.To(wanted);
  for (ObjectId id = 0; id < heap_.count(); ++id) {
    const ShadowObject& object = heap_.at(id);
    const auto why = [&object] {
      return object.kept ? "uncollectable" : "a cycle that no collection has found yet";
    };
    const auto slot = std::find(object.slots.begin(), object.slots.end(), wanted);
    if (slot != object.slots.end() && Holds(object)) {
      return fmt::format("#{} slot {} -> #{} ({})", id, slot - object.slots.begin(), wanted, why());
    }
    if (object.kind == ShadowObject::Kind::kMap) continue;
    ObjectId map = kNone;
    heap_.ForEachEntry(id, [&](ObjectId value, ObjectId other) {
      if (value == wanted) map = other;
    });
    if (map != kNone) {
      return fmt::format("#{} entry of #{} -> #{} ({})", map, id, wanted, why());
    }
  }
  return fmt::format("the operation -> #{}", wanted);
}

// What can happen to an object that is dying or trash.
void ExactJudge::ListEnd(ObjectId id, std::vector<Event>* events) const {
  const ShadowObject& object = heap_.at(id);
  if (object.freed) return;
  if (!object.calls.empty()) events->push_back(Event::Callback(object.calls.front()));
  for (size_t i = object.weaks.size(); i-- > 0;) {
    if (heap_.at(object.weaks[i]).script == kNoScript) continue;
    events->push_back(Event::Callback(object.weaks[i]));
    break;  // an older one is called after it
  }
  if (object.has_finalizer()) events->push_back(Event::Finalize(id));
  events->push_back(Event::Free(id));
  if (object.found || object.kept) events->push_back(Event::Garbage(id));
}

void ExactJudge::ListCandidates(ObjectId object, std::vector<Event>* events) const {
  for (const ObjectId id : heap_.dying) {
    if (heap_.at(id).firm == 0) ListEnd(id, events);
  }
  if (frames_.empty()) return;
  if (frames_.back().type == Frame::Type::kCollection) {
    for (const ObjectId id : collection_.trash) ListEnd(id, events);
    for (const ObjectId id : collection_.kept) ListEnd(id, events);
    ExactJudge copy(*this);
    copy.explains_ = false;
    const bool cleared = !frames_.back().nested && copy.AdvanceCollection();
    events->push_back(Event::Done(cleared ? copy.ResultOfCollection() : 0));
  }
  if (object != kNone && heap_.at(object).generation >= 0) {
    events->push_back(Event::Tracked(object, heap_.at(object).generation));
  }
}

void ExactJudge::Show(HeapView* view) const {
  using State = ObjectView::State;
  view->scheduled = true;
  view->enabled = enabled_;
  view->saveall = saveall_;
  std::copy(std::begin(threshold_), std::end(threshold_), view->thresholds.begin());
  std::copy(std::begin(allocated_), std::end(allocated_), view->counts.begin());
  for (ObjectId id = 0; id < heap_.count(); ++id) {
    const ShadowObject& object = heap_.at(id);
    ObjectView& shown = view->objects[static_cast<size_t>(id)];
    // Both are declared in the same order; Kind::kList is no object's.
    shown.kind = static_cast<ObjectView::Kind>(object.kind);
    shown.bond = static_cast<ObjectView::Bond>(object.bond);
    shown.clearing = !object.freed && collection_.running && object.clearing();
    // What is cleared may have lost all its references; but that is not what it dies of.
    shown.state = object.freed       ? State::kFreed
                  : shown.clearing   ? State::kTrash
                  : object.firm == 0 ? State::kDying
                  : object.kept      ? State::kUncollectable
                                     : State::kLiving;
    shown.script = object.script;
    if (object.script != kNoScript) {
      const bool ran = object.kind == ShadowObject::Kind::kWeak ? object.called : object.finalized;
      shown.call = ran ? ObjectView::Script::kRan : ObjectView::Script::kDue;
    }
    shown.generation = object.freed ? int8_t{-1} : object.generation;
    shown.target = object.target;
    shown.slots = object.slots;
    if (object.kind != ShadowObject::Kind::kMap || object.freed) continue;
    heap_.ForEachEntry(id, [&](ObjectId value, ObjectId key) {
      view->entries.push_back({.map = id, .key = key, .value = value});
    });
  }
}

}  // namespace ouro
