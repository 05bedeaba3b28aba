// SPDX-License-Identifier: Apache-2.0

#include "model/history/grounds.h"

#include <fmt/format.h>

#include "model/check.h"
#include "model/history/as_if.h"
#include "model/history/why.h"
#include "model/judge/heap_view.h"
#include "model/judge/law.h"

namespace ouro {
namespace {

using State = ObjectView::State;

// A line, as sentences name it.
struct Mention {
  size_t number = 0;
  std::string text;

  explicit Mention(const TranscriptLine& line)
      : number(line.number),
        text((line.kind == TranscriptLine::Kind::kEvent ? "> " : "") + std::string(line.text)) {}
  Mention() = default;

  std::string Words() const { return fmt::format("line {}, {}", number, text); }
};

// What the judge held true before the fault, and since when.
class Belief {
 public:
  // Of the lines before number `fault`, about `object`, which may be kNone.
  Belief(size_t fault, ObjectId object) : fault_(fault), object_(object) {}

  void Add(const Step& step, const Judge& judge) {
    if (step.line.kind == TranscriptLine::Kind::kComment || step.line.number >= fault_) return;
    last_ = Mention(step.line);
    view_ = judge.View();
    if (!has_object()) return;
    const ObjectView& now = view_.objects[static_cast<size_t>(object_)];
    if (now.state != before_.state) state_since_ = last_;
    if (now.references != before_.references) references_since_ = last_;
    if (now.generation != before_.generation) generation_since_ = last_;
    before_ = now;
  }

  const Mention& last() const { return last_; }
  const HeapView& view() const { return view_; }

  // What it holds true of the object.
  void Say(std::vector<std::string>* sentences) const {
    if (!has_object()) return;
    const std::vector<std::string> paths = PathsTo(view_, object_);
    switch (before_.state) {
      case State::kFreed:
        sentences->push_back(
            fmt::format("For the judge #{} is freed since {}.", object_, state_since_.Words()));
        return;
      case State::kDying:
        sentences->push_back(fmt::format("For the judge nothing refers to #{} since {}.", object_,
                                         state_since_.Words()));
        return;
      case State::kTrash:
        sentences->push_back(
            fmt::format("For the judge #{} is trash, which no root reaches, since {}.", object_,
                        state_since_.Words()));
        return;
      case State::kLiving:
      case State::kUncollectable:
        if (paths.empty()) return;
        sentences->push_back(
            fmt::format("For the judge #{} is held: {}{}. Its references changed last at {}.",
                        object_, paths.front(),
                        paths.size() == 1 ? "" : fmt::format(", and by {} more", paths.size() - 1),
                        references_since_.Words()));
        return;
    }
  }

  void SayGeneration(std::vector<std::string>* sentences) const {
    if (!has_object() || before_.generation < 0) return;
    sentences->push_back(fmt::format("For the judge #{} is in generation {} since {}.", object_,
                                     before_.generation, generation_since_.Words()));
  }

 private:
  bool has_object() const {
    return object_ != kNone && static_cast<size_t>(object_) < view_.objects.size();
  }

  const size_t fault_;
  const ObjectId object_;
  Mention last_;
  HeapView view_;
  ObjectView before_;
  Mention state_since_;
  Mention references_since_;
  Mention generation_since_;
};

// "3 of 700, 0 of 10, 1 of 10".
void SaySchedule(const HeapView& view, std::vector<std::string>* sentences) {
  if (!view.scheduled) return;
  std::vector<std::string> counts;
  for (size_t i = 0; i < view.counts.size(); ++i) {
    counts.push_back(fmt::format("{} of {}", view.counts[i], view.thresholds[i]));
  }
  sentences->push_back(fmt::format(
      "Counted since the last collections, with their thresholds: {}; automatic collections are "
      "{}.",
      fmt::join(counts, ", "), view.enabled ? "enabled" : "disabled"));
}

// Which trash with a finalizer reaches the object, so that it is uncollectable; or that none does.
void SayUncollectable(const HeapView& view, ObjectId id, std::vector<std::string>* sentences) {
  if (id == kNone || static_cast<size_t>(id) >= view.objects.size()) return;
  if (!PathsTo(view, id).empty()) return;  // a root holds it, which has been said
  std::vector<std::string> reaching;
  for (size_t other = 0; other < view.objects.size(); ++other) {
    const ObjectView& object = view.objects[other];
    const bool finalizer = object.kind == ObjectView::Kind::kNode && object.script != kNoScript &&
                           object.state != State::kFreed;
    if (finalizer && Reaches(view, static_cast<ObjectId>(other), id)) {
      reaching.push_back(fmt::format("#{}", other));
    }
  }
  sentences->push_back(reaching.empty() ? fmt::format("No object with a finalizer reaches #{}.", id)
                                        : fmt::format("#{} is reached by what has a finalizer: {}.",
                                                      id, fmt::join(reaching, ", ")));
}

void SayLaw(const Violation& violation, const Belief& belief, std::vector<std::string>* sentences) {
  switch (violation.law) {
    case Law::kCollectionSchedule:
      return SaySchedule(belief.view(), sentences);
    case Law::kGarbageUncollectable:
    case Law::kGarbageComplete:
    case Law::kTrashFreed:
      return SayUncollectable(belief.view(), violation.object, sentences);
    case Law::kCensusGeneration:
    case Law::kCensusComplete:
      return belief.SayGeneration(sentences);
    default:
      return;
  }
}

}  // namespace

Grounds FindGrounds(const std::string& trace, const Specimen& specimen, Ending ending) {
  HistoryEnd end;
  const auto nothing = [](const Step&, const Judge&) {};
  CHECK(Follow(trace, specimen, ending, nothing, &end).empty());
  Grounds grounds;
  if (!end.violation) return grounds;
  // If something is missing, the last line is still agreed on.
  Belief belief(end.missing ? end.line + 1 : end.line, end.violation->object);
  const auto add = [&belief](const Step& step, const Judge& judge) { belief.Add(step, judge); };
  CHECK(Follow(trace, specimen, ending, add, &end).empty());
  if (belief.last().number > 0) {
    grounds.sentences.push_back(fmt::format("Judge and collector agree up to {}{}.",
                                            belief.last().Words(),
                                            end.missing ? ", after which something was due" : ""));
  }
  belief.Say(&grounds.sentences);
  SayLaw(*end.violation, belief, &grounds.sentences);
  const AsIf as_if = FindAsIf(trace, specimen, end);
  grounds.tried = as_if.tried;
  if (!as_if.words.empty()) {
    grounds.sentences.push_back(
        fmt::format("The collector acts as if {}.", fmt::join(as_if.words, "; or as if ")));
  }
  return grounds;
}

}  // namespace ouro
