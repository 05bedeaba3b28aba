// SPDX-License-Identifier: Apache-2.0

#include "model/history/grounds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/check.h"
#include "model/event_text.h"
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

  std::string Words() const { return fmt::format("step {}, {}", number, text); }
};

// What the judge held true before the fault, and since when.
class Belief {
 public:
  // Of the lines from `first` to the one before `fault`, about `object`, which may be kNone.
  Belief(size_t first, size_t fault, ObjectId object)
      : first_(first), fault_(fault), object_(object) {}

  void Add(const Step& step, const Judge& judge) {
    if (step.line.kind == TranscriptLine::Kind::kComment || step.line.number >= fault_) return;
    last_ = Mention(step.line);
    if (step.line.number < first_) return;
    view_ = judge.View();
    if (!has_object()) return;
    const ObjectView& now = view_.objects[static_cast<size_t>(object_)];
    if (now.state != before_.state) state_since_ = last_;
    NoteHolders();
    if (now.generation >= 0 && now.generation != generation_) {
      generation_ = now.generation;
      generation_since_ = last_;
    }
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
        sentences->push_back(
            fmt::format("For the judge #{} has to die since {}.", object_, state_since_.Words()));
        SayGone(sentences);
        return;
      case State::kTrash:
        sentences->push_back(
            fmt::format("For the judge #{} is trash, which no root reaches, since {}.", object_,
                        state_since_.Words()));
        SayGone(sentences);
        return;
      case State::kLiving:
      case State::kUncollectable:
        if (paths.empty()) return;
        sentences->push_back(fmt::format("For the judge #{} is held: {}.", object_, paths.front()));
        SayHolders(sentences);
        return;
    }
  }

  // Of an object that should have died and did not: perhaps the reference that went last still
  // counts. Not where one of these hypotheses is about the same step.
  void SayLeak(const std::vector<std::string>& hypotheses,
               std::vector<std::string>* sentences) const {
    const bool dead = before_.state == State::kDying || before_.state == State::kTrash;
    if (!has_object() || !dead || gone_.empty()) return;
    const auto& [name, at] = gone_.back();
    for (const std::string& hypothesis : hypotheses) {
      if (hypothesis.starts_with(fmt::format("step {},", at.number))) return;
    }
    sentences->push_back(fmt::format("Hypothesis: the collector still counts {}, which went at {}.",
                                     name, at.Words()));
  }

  // During a collection it is in none.
  void SayGeneration(std::vector<std::string>* sentences) const {
    if (generation_ < 0) return;
    sentences->push_back(fmt::format("For the judge it is in generation {} since {}.", generation_,
                                     generation_since_.Words()));
  }

 private:
  // A reference, as sentences name it: "r0", "slot 1 of #0", "entry of #2 in #0".
  static std::string NameOf(const Holder& holder) {
    if (holder.from == kNone) return holder.words;
    const char* const where = holder.key == kNone ? "of" : "in";
    return fmt::format("{} {} #{}", holder.words, where, holder.from);
  }

  // Since when each reference to the object is there.
  void NoteHolders() {
    std::map<std::string, Mention> now;
    const std::vector<std::vector<Holder>> holders = Holders(view_);
    for (const Holder& holder : holders[static_cast<size_t>(object_)]) {
      const std::string name = NameOf(holder);
      const auto known = holders_since_.find(name);
      now[name] = known == holders_since_.end() ? last_ : known->second;
    }
    for (const auto& [name, since] : holders_since_) {
      if (!now.contains(name)) gone_.push_back({name, last_});
    }
    holders_since_ = std::move(now);
  }

  // The references that went last.
  void SayGone(std::vector<std::string>* sentences) const {
    constexpr size_t kMostSaid = 2;
    std::vector<std::string> last;
    for (size_t i = gone_.size() - std::min(kMostSaid, gone_.size()); i < gone_.size(); ++i) {
      last.push_back(fmt::format("{} at {}", gone_[i].name, gone_[i].at.Words()));
    }
    // One that went where the object became what it is has been said.
    const bool said = !gone_.empty() && gone_.back().at.number == state_since_.number;
    if (last.empty() || said) return;
    sentences->push_back(fmt::format("The last reference{} to it that went: {}.",
                                     last.size() == 1 ? "" : "s", fmt::join(last, "; then ")));
  }

  void SayHolders(std::vector<std::string>* sentences) const {
    constexpr size_t kMostSaid = 3;
    std::vector<std::string> names;
    for (const auto& [name, since] : holders_since_) {
      names.push_back(fmt::format("{} since {}", name, since.Words()));
    }
    if (names.size() > kMostSaid) names.resize(kMostSaid);
    sentences->push_back(fmt::format("It is referred to by {}.", fmt::join(names, "; by ")));
  }

  struct Gone {
    std::string name;
    Mention at;
  };

  bool has_object() const {
    return object_ != kNone && static_cast<size_t>(object_) < view_.objects.size();
  }

  const size_t first_;
  const size_t fault_;
  const ObjectId object_;
  Mention last_;
  HeapView view_;
  ObjectView before_;
  Mention state_since_;
  std::map<std::string, Mention> holders_since_;
  std::vector<Gone> gone_;  // references that were there, in order
  int generation_ = -1;     // the last one that it was in
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

// What happened in the collection that ends at the fault: "freed #1; called back #2".
class LastCollection {
 public:
  void Add(const Step& step) {
    Event event;
    if (step.line.kind != TranscriptLine::Kind::kEvent) return;
    if (!ParseEvent(step.line.text, &event).empty()) return;
    if (event.kind == Event::Kind::kCollect) open_.push_back({});
    if (open_.empty()) return;
    using Kind = Event::Kind;
    const char* what = event.kind == Kind::kFree       ? "freed"
                       : event.kind == Kind::kFinalize ? "finalized"
                       : event.kind == Kind::kCallback ? "called back"
                       : event.kind == Kind::kGarbage  ? "put into the garbage list"
                                                       : nullptr;
    if (what != nullptr) open_.back()[what].push_back(fmt::format("#{}", event.id));
    if (event.kind != Kind::kDone) return;
    last_ = std::move(open_.back());
    open_.pop_back();
  }

  void Say(std::vector<std::string>* sentences) const {
    std::vector<std::string> parts;
    for (const auto& [what, ids] : last_) {
      parts.push_back(fmt::format("{} {}", what, fmt::join(ids, ", ")));
    }
    sentences->push_back(parts.empty()
                             ? "Nothing happened in this collection."
                             : fmt::format("In this collection: {}.", fmt::join(parts, "; ")));
  }

 private:
  using Happened = std::map<std::string, std::vector<std::string>>;
  std::vector<Happened> open_;
  Happened last_;
};

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
      return SayUncollectable(belief.view(), violation.object, sentences);
    case Law::kTrashFreed:
    case Law::kCensusGeneration:
    case Law::kCensusComplete:
      return belief.SayGeneration(sentences);
    default:
      return;
  }
}

// Of a collector that died.
std::string LastLine(const std::string& trace, const Specimen& specimen) {
  Mention operation;
  Mention last;
  const auto each = [&](const Step& step, const Judge&) {
    if (step.line.kind == TranscriptLine::Kind::kComment) return;
    last = Mention(step.line);
    if (step.line.kind == TranscriptLine::Kind::kOperation) operation = last;
  };
  HistoryEnd end;
  CHECK(Follow(trace, specimen, Ending::kCut, each, &end).empty());
  if (last.number == 0) return "There is no trace.";
  return fmt::format("All was lawful up to {}{}.", last.Words(),
                     operation.number == last.number
                         ? ", which it was executing"
                         : fmt::format("; it was executing {}", operation.Words()));
}

}  // namespace

Grounds FindGrounds(const std::string& trace, const Specimen& specimen, Ending ending) {
  HistoryEnd end;
  const auto nothing = [](const Step&, const Judge&) {};
  CHECK(Follow(trace, specimen, ending, nothing, &end).empty());
  Grounds grounds;
  if (!end.violation) {
    grounds.sentences.push_back(LastLine(trace, specimen));
    return grounds;
  }
  // If something is missing, the last line is still agreed on.
  Belief belief(FirstViewed(trace), end.missing ? end.line + 1 : end.line, end.violation->object);
  LastCollection collection;
  const auto add = [&](const Step& step, const Judge& judge) {
    belief.Add(step, judge);
    collection.Add(step);
  };
  CHECK(Follow(trace, specimen, ending, add, &end).empty());
  if (belief.last().number > 0) {
    grounds.sentences.push_back(fmt::format(
        "Judge and collector agree up to {}{}.", belief.last().Words(),
        end.missing ? fmt::format(", after which {} had to come", end.violation->lawful) : ""));
  }
  belief.Say(&grounds.sentences);
  SayLaw(*end.violation, belief, &grounds.sentences);
  if (end.violation->law == Law::kCollectionCount) collection.Say(&grounds.sentences);
  const AsIf as_if = FindAsIf(trace, specimen, end);
  if (end.missing || end.violation->law == Law::kTrashFreed) {
    belief.SayLeak(as_if.words, &grounds.sentences);
  }
  grounds.tried = as_if.tried;
  for (const std::string& words : as_if.words) {
    grounds.sentences.push_back(fmt::format("Hypothesis: the collector acts as if {}.", words));
  }
  return grounds;
}

}  // namespace ouro
