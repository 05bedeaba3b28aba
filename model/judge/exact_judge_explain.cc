// The words of a conviction: which law, what happened, who holds the object, and what would have
// been lawful. Runs once a program at most, so clarity goes before speed.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "model/judge/exact_judge.h"
#include "model/judge/ways.h"

namespace ouro {
namespace {

// Whether what `holder` has in its slots is held by them.
bool Holds(const ShadowObject& holder) { return !holder.freed && !holder.releasing; }

}  // namespace

std::string ExactJudge::Signature(Law law) const {
  std::string signature = Name(law);
  for (size_t i = frames_.size(); i-- > 0;) {
    if (frames_[i].type != Frame::Type::kOp) continue;
    signature += fmt::format(" at {}", WordOf(frames_[i].op.code));
    break;
  }
  const Frame* script = InnermostScript();
  signature += script == nullptr     ? " in main"
               : script->is_callback ? " in a callback"
                                     : " in a finalizer";
  return signature;
}

void ExactJudge::Convict(Law law, ObjectId object, std::string what) {
  if (violation_) return;
  const bool known = heap_.exists(object);
  violation_ = Violation{law, known ? object : kNone, std::move(what), "", Signature(law)};
  violation_->lawful = Lawful(violation_->object);
}

// "r2 -> #1 slot 0 -> #0 holds it": a shortest way from a root.
std::string ExactJudge::HeldBy(ObjectId wanted) const {
  Ways ways(static_cast<size_t>(heap_.count()));
  size_t done = 0;  // of what was reached
  const auto spread = [&] {
    for (; done < ways.reached().size(); ++done) {
      const ObjectId id = ways.reached()[done];
      const ShadowObject& object = heap_.at(id);
      if (!Holds(object)) continue;
      for (size_t slot = 0; slot < object.slots.size(); ++slot) {
        ways.GoOn(id, slot, object.slots[slot]);
      }
    }
  };
  for (int i = 0; i < kRegisters; ++i) ways.Begin(heap_.reg(i), fmt::format("r{}", i));
  for (size_t i = 0; i < heap_.garbage().size(); ++i) {
    ways.Begin(heap_.garbage()[i], fmt::format("garbage {}", i));
  }
  for (const Frame& frame : frames_) {
    if (frame.type == Frame::Type::kScript) ways.Begin(frame.object, "self of a running script");
  }
  spread();
  for (ObjectId id = 0; id < heap_.count(); ++id) {
    const ShadowObject& object = heap_.at(id);
    for (const ObjectId weak : object.calls) {
      ways.Begin(weak, fmt::format("the callback that is due for #{}", id));
    }
    if (object.firm == 0 && Holds(object)) {
      ways.Begin(id, fmt::format("what is due for #{} before its death", id));
    }
  }
  spread();
  if (ways.reached(wanted)) return fmt::format("{} holds it", ways.To(wanted));
  for (ObjectId id = 0; id < heap_.count(); ++id) {
    const ShadowObject& object = heap_.at(id);
    const auto slot = std::find(object.slots.begin(), object.slots.end(), wanted);
    if (slot == object.slots.end() || !Holds(object)) continue;
    return fmt::format("#{} slot {} -> #{} holds it ({})", id, slot - object.slots.begin(), wanted,
                       object.kept ? "uncollectable" : "a cycle that no collection has found yet");
  }
  return "it is held";
}

// The callback of `object`'s weak references that comes first.
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

// The events by which unreferenced objects may die next.
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

// The events by which the innermost collection may go on.
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

// What the innermost operation is still to report of itself.
void ExactJudge::ListAnswers(ObjectId object, std::vector<std::string>* due) const {
  if (frames_.empty() || frames_.back().type != Frame::Type::kOp) return;
  const Frame& frame = frames_.back();
  const OpCode code = frame.op.code;
  if (code == OpCode::kCensus && object != kNone && heap_.at(object).generation >= 0) {
    due->push_back(fmt::format("tracked {} {}", object, heap_.at(object).generation));
  }
  if (code == OpCode::kCollect && !frame.collected) {
    due->push_back(fmt::format("collect {}", frame.op.count));
  }
  if (frame.answered) return;
  if (Allocates(code)) {
    due->push_back(frame.failing ? "failed"
                   : frame.automatic >= 0 && !frame.collected
                       ? fmt::format("collect {} auto", frame.automatic)
                       : fmt::format("new {}", heap_.count()));
  } else if (Yields(code)) {
    due->push_back(frame.object == kNone ? "got none" : fmt::format("got {}", frame.object));
    if (frame.open_answer) due->push_back("got none");
  }
}

std::string ExactJudge::Lawful(ObjectId object) const {
  constexpr size_t kMost = 6;
  std::vector<std::string> due;
  ListDeaths(&due);
  ListOfCollection(&due);
  ListAnswers(object, &due);
  if (due.empty()) {
    const bool lives = object != kNone && !heap_.at(object).freed && heap_.at(object).firm > 0;
    return lives ? fmt::format("nothing; #{} lives on", object) : "nothing";
  }
  const size_t more = due.size() > kMost ? due.size() - kMost : 0;
  due.resize(due.size() - more);
  return fmt::format("{}{}", fmt::join(due, ", "), more > 0 ? fmt::format(", {} more", more) : "");
}

}  // namespace ouro
