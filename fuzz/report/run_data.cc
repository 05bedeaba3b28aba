// SPDX-License-Identifier: Apache-2.0

#include "fuzz/report/run_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "corpus/head.h"
#include "model/check.h"
#include "model/history/history.h"
#include "model/history/state_text.h"
#include "model/judge/heap_view.h"
#include "model/judge/law.h"
#include "model/kind.h"
#include "model/program_position.h"

namespace ouro {
namespace {

using Json = nlohmann::json;

// What may come at a step costs a copy of the heap for each event that is tried, so large runs have
// it at their last steps alone.
constexpr size_t kMostExplained = 2000;    // steps
constexpr size_t kMostCopied = 2'000'000;  // steps times objects
constexpr size_t kAlwaysExplained = 50;

const char* Word(ObjectView::Kind kind) {
  constexpr const char* kWords[] = {"node", "leaf", "weak", "map"};
  return kWords[static_cast<size_t>(kind)];
}

const char* Word(ObjectView::State state) {
  constexpr const char* kWords[] = {"living", "trash", "dying", "uncollectable", "freed"};
  return kWords[static_cast<size_t>(state)];
}

const char* Word(ObjectView::Script call) {
  constexpr const char* kWords[] = {"", "due", "ran"};
  return kWords[static_cast<size_t>(call)];
}

const char* Word(ObjectView::Bond bond) {
  constexpr const char* kWords[] = {"no", "yes", "maybe"};
  return kWords[static_cast<size_t>(bond)];
}

Json ObjectData(size_t id, const ObjectView& object) {
  Json data = {
      {"i", id}, {"k", Word(object.kind)}, {"state", Word(object.state)}, {"n", object.references}};
  if (!object.slots.empty()) data["s"] = object.slots;
  for (size_t slot = 0; slot < object.kinds.size(); ++slot) {
    if (object.kinds[slot] != kPlain) {
      data["a"][std::to_string(slot)] = std::string(KindName(object.kinds[slot]));
    }
  }
  if (object.clearing) data["clearing"] = true;
  if (object.call != ObjectView::Script::kNone) {
    data["fin"] = Word(object.call);
    data["del"] = object.script;
  }
  if (object.generation >= 0) data["g"] = object.generation;
  if (object.kind == ObjectView::Kind::kWeak) {
    data["t"] = object.target;
    data["bond"] = Word(object.bond);
  }
  return data;
}

std::string Words(const OpenView& open) {
  switch (open.type) {
    case OpenView::Type::kOperation:
      return Print(open.op);
    case OpenView::Type::kCollection:
      return "collection";
    case OpenView::Type::kFinalizer:
      return fmt::format("finalizer of #{}", open.object);
    case OpenView::Type::kCallback:
      return fmt::format("callback of #{}", open.object);
  }
  return "";
}

// What the page has to change to get from one view to the next.
Json DeltaOf(const HeapView& before, const HeapView& after) {
  Json delta = Json::object();
  for (size_t i = 0; i < after.registers.size(); ++i) {
    if (after.registers[i] != before.registers[i]) {
      delta["r"][std::to_string(i)] = after.registers[i];
    }
  }
  for (size_t id = 0; id < after.objects.size(); ++id) {
    const bool same = id < before.objects.size() && after.objects[id] == before.objects[id];
    if (!same) delta["o"].push_back(ObjectData(id, after.objects[id]));
  }
  if (after.entries != before.entries) {
    delta["e"] = Json::array();
    for (const EntryView& entry : after.entries) {
      delta["e"].push_back({entry.map, entry.key, entry.value});
    }
  }
  if (after.pushed != before.pushed) delta["p"] = after.pushed;
  if (after.garbage != before.garbage) delta["b"] = after.garbage;
  if (after.scheduled) {
    if (after.counts != before.counts) delta["c"] = after.counts;
    if (after.thresholds != before.thresholds) delta["t"] = after.thresholds;
  }
  if (after.enabled != before.enabled || after.saveall != before.saveall) {
    delta["x"] = {{"enabled", after.enabled}, {"saveall", after.saveall}};
  }
  if (after.open != before.open) {
    delta["f"] = Json::array();
    for (const OpenView& open : after.open) delta["f"].push_back(Words(open));
  }
  return delta;
}

HeapView Nothing() {
  HeapView view;
  view.registers.fill(kNone);
  return view;
}

// Makes the steps of a run.
class Steps {
 public:
  explicit Steps(const ShownRun& run)
      : run_(run), position_(run.file.program), printed_(PrintedLines(run.file.program)) {
    lines_ = static_cast<size_t>(std::count(run.trace.begin(), run.trace.end(), '\n'));
    left_out_ = std::max(lines_ > kMostSteps ? lines_ - kMostSteps : 0, FirstViewed(run.trace) - 1);
    explains_all_ = lines_ <= kMostExplained && lines_ * CountBirths(run.trace) <= kMostCopied;
  }

  void Make() {
    const auto each = [this](const Step& step, const Judge& judge) { Add(step, judge); };
    CHECK(Follow(run_.trace, run_.specimen, EndingOf(run_.verdict), each, &end_).empty());
  }

  const Json& steps() const { return steps_; }
  const HistoryEnd& end() const { return end_; }
  size_t left_out() const { return steps_seen_ - steps_.size(); }
  // The index of the last step that is no comment: the one at fault, if one is.
  int last() const { return last_; }

 private:
  void Add(const Step& step, const Judge& judge) {
    ++steps_seen_;
    const bool viewed = step.line.number > left_out_;
    const bool explained = viewed && Explained(step, judge);
    const std::string may = std::exchange(may_, explained ? judge.Lawful() : "");
    const size_t line = printed_.Of(position_.Next(step.line));
    if (!viewed) return;
    HeapView after = judge.View();
    constexpr std::string_view kVoid = "# void: ";
    std::string_view text = step.line.text;
    Json data = {
        {"in", step.depth}, {"line", static_cast<int>(line) - 1}, {"d", DeltaOf(before_, after)}};
    if (step.line.kind == TranscriptLine::Kind::kComment) {
      const bool skipped = text.substr(0, kVoid.size()) == kVoid;
      data["is"] = skipped ? "void" : "note";
      text.remove_prefix(skipped ? kVoid.size() : std::min<size_t>(2, text.size()));
    } else {
      data["is"] = step.line.kind == TranscriptLine::Kind::kEvent ? "event" : "operation";
      last_ = static_cast<int>(steps_.size());
      // Not all that is lawful is listed (judge.h), so a list without what lawfully came is of no
      // use; nor are operations the collector's to choose.
      const bool listed = ("  " + may + ",").find(" " + std::string(text) + ",") != may.npos;
      const bool useful = listed || may.ends_with(" more") || judge.violation();
      if (data["is"] == "event" && useful) data["may"] = may;
    }
    data["text"] = std::string(text);
    steps_.push_back(std::move(data));
    before_ = std::move(after);
  }

  bool Explained(const Step& step, const Judge& judge) const {
    if (judge.violation() || judge.idle()) return false;
    return explains_all_ || step.line.number + kAlwaysExplained > lines_;
  }

  const ShownRun& run_;
  ProgramPosition position_;
  const ProgramLines printed_;
  size_t lines_ = 0;
  size_t left_out_ = 0;        // lines at the beginning
  bool explains_all_ = false;  // what may come is affordable at each step
  size_t steps_seen_ = 0;
  int last_ = -1;
  std::string may_;  // what may come next
  HeapView before_ = Nothing();
  Json steps_ = Json::array();
  HistoryEnd end_;
};

Json VerdictData(const ShownRun& run, const Steps& steps) {
  const Verdict& verdict = run.verdict;
  Json data = {{"kind", "lawful"}, {"sentence", "lawful"}, {"object", kNone}, {"step", -1}};
  if (verdict.lawful()) return data;
  data["step"] = steps.last();
  data["signature"] = verdict.signature();
  if (verdict.kind == Verdict::Kind::kBroken) {
    data["kind"] = "broken";
    data["sentence"] = verdict.trouble;
    data["words"] = verdict.words;
    data["frames"] = verdict.frames;
    return data;
  }
  const Violation& violation = *verdict.violation;
  data["kind"] = "convicted";
  data["sentence"] = violation.what;
  data["law"] = Name(violation.law);
  data["law_text"] = Sentence(violation.law);
  data["lawful"] = violation.lawful;
  data["object"] = violation.object;
  data["missing"] = steps.end().missing;
  return data;
}

Json HeadData(const std::string& head) {
  Json lines = Json::array();
  for (std::string line : SplitLines(head)) {
    line.erase(0, std::min(line.find_first_not_of("# "), line.size()));
    lines.push_back(line);
  }
  return lines;
}

Json ExplanationData(const ShownRun& run) {
  const Explanation& explanation = *run.explanation;
  const ProgramLines printed = PrintedLines(run.file.program);
  Json data = {{"cause", fmt::format("{}", fmt::join(explanation.cause, "\n"))},
               {"tried", explanation.tried},
               {"lines", Json::array()}};
  for (const Mark& mark : explanation.marks) {
    data["lines"].push_back(
        {{"line", printed.Of(mark.place) - 1}, {"mark", Name(mark.matter)}, {"note", mark.note}});
  }
  return data;
}

}  // namespace

std::string WhyNotShown(const std::string& trace) {
  const size_t births = CountBirths(trace);
  if (births <= kMostShown) return "";
  return fmt::format("{} objects are born in it, and a page can show {}: shrink it first", births,
                     kMostShown);
}

nlohmann::json RunData(const ShownRun& run) {
  Steps steps(run);
  steps.Make();
  Json data = {{"format", 1},
               {"kind", "run"},
               {"title", fmt::format("{} on {}", run.file.Label(), run.specimen.name)},
               {"file", run.file.file},
               {"head", HeadData(run.file.head)},
               {"replay", run.replay},
               {"specimen", run.specimen.name},
               {"specimen_summary", run.specimen.summary},
               {"contract", run.specimen.contract->name},
               {"contract_summary", run.specimen.contract->summary},
               {"verdict", VerdictData(run, steps)},
               {"program", SplitLines(Print(run.file.program))},
               {"steps", steps.steps()},
               {"left_out", steps.left_out()}};
  if (run.explanation != nullptr) data["explanation"] = ExplanationData(run);
  return data;
}

}  // namespace ouro
