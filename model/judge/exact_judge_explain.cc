// SPDX-License-Identifier: Apache-2.0

// The text of a conviction: the law, what happened, what refers to the object, and what would have
// been lawful. Runs at most once a program, so clarity comes before speed.

#include <fmt/format.h>
#include <fmt/ranges.h>

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
    }
  };
  for (int i = 0; i < kRegisters; ++i) paths.AddRoot(reg(i), fmt::format("r{}", i));
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
    const auto slot = std::find(object.slots.begin(), object.slots.end(), wanted);
    if (slot == object.slots.end() || !Holds(object)) continue;
    return fmt::format("#{} slot {} -> #{} ({})", id, slot - object.slots.begin(), wanted,
                       object.kept ? "uncollectable" : "a cycle that no collection has found yet");
  }
  return fmt::format("the operation -> #{}", wanted);
}

// Appends the callback of `object`'s weak references that has to run first.
void ExactJudge::ListCallbacks(const ShadowObject& object, std::vector<std::string>* due) const {
  if (!object.calls.empty()) {
    due->push_back(fmt::format("callback {}", object.calls.front()));
    return;
  }
  for (size_t i = object.weaks.size(); i-- > 0;) {
    if (heap_.at(object.weaks[i]).script == kNoScript) continue;
    due->push_back(fmt::format("callback {}", object.weaks[i]));
    return;
  }
}

// Appends the events by which unreferenced objects may die next.
void ExactJudge::ListDeaths(std::vector<std::string>* due) const {
  for (const ObjectId id : heap_.dying) {
    const ShadowObject& object = heap_.at(id);
    if (object.freed || object.firm > 0) continue;
    const bool finalizer = heap_.FinalizerDue(object);
    if (heap_.CallbacksDue(object) && (CallbacksFirst() || !finalizer)) {
      ListCallbacks(object, due);
    } else {
      due->push_back(fmt::format("{} {}", finalizer ? "finalize" : "free", id));
    }
  }
}

// Appends the events that the innermost collection may report next.
void ExactJudge::ListOfCollection(std::vector<std::string>* due) const {
  if (frames_.empty() || frames_.back().type != Frame::Type::kCollection) return;
  if (frames_.back().nested) return due->push_back("done 0");
  const Collection& c = collection_;
  bool over = true;
  for (const ObjectId id : c.trash) {
    const ShadowObject& object = heap_.at(id);
    over = over && (object.freed || object.saved);
    if (c.calls_due > 0) {
      ListCallbacks(object, due);
    } else if (heap_.FinalizerDue(object) && object.found) {
      due->push_back(fmt::format("finalize {}", id));
    } else if (!object.freed && !object.saved && !(object.cleared && object.firm == 0) &&
               (Uncollectable() || !TrashFinalizersDue())) {
      due->push_back(fmt::format("{} {}", saveall_ ? "garbage" : "free", id));
    }
  }
  for (const ObjectId id : c.kept) {
    const ShadowObject& object = heap_.at(id);
    if (object.kept && !object.saved && object.firm > 0 && (object.has_finalizer() || saveall_)) {
      due->push_back(fmt::format("garbage {}", id));
      over = false;
    }
  }
  if (over) due->push_back(fmt::format("done {}", c.cleared + c.weaks_died + KeptObjects()));
}

std::string ExactJudge::Lawful(ObjectId object) const {
  constexpr size_t kMost = 6;
  std::vector<std::string> due;
  ListDeaths(&due);
  ListOfCollection(&due);
  const bool census = !frames_.empty() && frames_.back().op.code == OpCode::kCensus;
  if (census && object != kNone && heap_.at(object).generation >= 0) {
    due.push_back(fmt::format("tracked {} {}", object, heap_.at(object).generation));
  }
  ListAnswers(&due);
  if (due.empty()) {
    const bool lives = object != kNone && !heap_.at(object).freed && heap_.at(object).firm > 0;
    return lives ? fmt::format("nothing; #{} lives on", object) : "nothing";
  }
  const size_t more = due.size() > kMost ? due.size() - kMost : 0;
  due.resize(due.size() - more);
  return fmt::format("{}{}", fmt::join(due, ", "), more > 0 ? fmt::format(", {} more", more) : "");
}

}  // namespace ouro
