// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/demand.h"

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <optional>

#include "model/history/history.h"
#include "model/judge/heap_view.h"
#include "model/judge/law.h"
#include "model/transcript.h"

namespace ouro {
namespace {

// By law, what a script can see. Laws that are not here are about counts, lists and schedules of
// the collector's own.
struct LawRow {
  Law law;
  Demand::Kind kind;
  // Of kRan: how often it must have run, beyond the runs that precede the event at fault.
  int more = 0;
};
constexpr LawRow kLaws[] = {
    {Law::kNoFreeWhileHeld, Demand::Kind::kAlive},
    {Law::kFreeAtOnce, Demand::Kind::kDead},
    {Law::kTrashFreed, Demand::Kind::kDead},
    {Law::kNoFinalizeWhileHeld, Demand::Kind::kRan},
    {Law::kFinalizeAsOften, Demand::Kind::kRan},
    {Law::kFinalizeBeforeFree, Demand::Kind::kRan, 1},
    {Law::kFinalizeAtOnce, Demand::Kind::kRan, 1},
    {Law::kDereference, Demand::Kind::kYields},
    {Law::kLoad, Demand::Kind::kYields},
    {Law::kLookup, Demand::Kind::kYields},
};

const LawRow* FindRow(Law law) {
  for (const LawRow& row : kLaws) {
    if (row.law == law) return &row;
  }
  return nullptr;
}

// A line of a trace without its comment.
std::string Indented(const TranscriptLine& line) {
  const char* const mark = line.kind == TranscriptLine::Kind::kEvent ? "> " : "";
  return std::string(line.indent, ' ') + mark + std::string(line.text) + "\n";
}

// How often the finalizer of an object has run, without a run that begins with the last line.
int RunsBefore(const Transcript& lines, ObjectId object) {
  int runs = 0;
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    if (lines[i].is(Event::Kind::kFinalize) && lines[i].event->id == object) ++runs;
  }
  return runs;
}

// The answer of a line, as a demand, if a register gets it: a poke reports what a holder holds.
std::optional<Demand> AnswerAt(const Transcript& lines, size_t at) {
  if (!lines[at].is(Event::Kind::kGot)) return std::nullopt;
  for (size_t i = at; i-- > 0;) {
    if (!lines[i].op || lines[i].indent != lines[at].indent) continue;
    if (lines[i].op->code == OpCode::kPoke) return std::nullopt;
    return Demand{
        .kind = Demand::Kind::kYields, .object = lines[at].event->id, .reg = lines[i].op->dest};
  }
  return std::nullopt;
}

// Whether it would be lawful if the last of these lines yielded that object.
bool MayYield(Transcript lines, ObjectId object, const Specimen& specimen) {
  lines.back().event->id = object;
  HistoryEnd end;
  const auto nothing = [](const Step&, const Judge&) {};
  return Follow(Print(lines), specimen, Ending::kCut, nothing, &end).empty() && !end.violation;
}

// What would have been lawful instead of the last line.
std::vector<Demand> LawfulAnswers(const Transcript& lines, const Specimen& specimen) {
  std::vector<Demand> answers;
  std::optional<Demand> answer = lines.empty() ? std::nullopt : AnswerAt(lines, lines.size() - 1);
  if (!answer) return answers;
  const ObjectId born = static_cast<ObjectId>(Births(lines).size());
  for (answer->object = kNone; answer->object < born; ++answer->object) {
    if (MayYield(lines, answer->object, specimen)) answers.push_back(*answer);
  }
  return answers;
}

// The answers before the last line instead of which another one was lawful: nothing instead of an
// object, or an object instead of nothing.
std::map<size_t, Demand> FindAssumed(const std::string& trace, const Specimen& specimen) {
  std::map<size_t, Demand> assumed;
  Transcript lines;
  int tried = 0;
  ObjectId born = 0;
  TranscriptReader reader(trace);
  for (TranscriptLine line; reader.Next(&line);) {
    const Transcript next = ReadTranscript(Indented(line));
    if (next.empty()) continue;
    lines.push_back(next[0]);
    if (lines.back().is(Event::Kind::kNew)) ++born;
    const std::optional<Demand> answer = AnswerAt(lines, lines.size() - 1);
    if (!answer) continue;
    const ObjectId end = answer->object == kNone ? born : 0;
    for (ObjectId other = answer->object == kNone ? 0 : kNone; other < end; ++other) {
      if (++tried > kMostAnswers) return assumed;
      if (MayYield(lines, other, specimen)) assumed[line.number] = *answer;
    }
  }
  return assumed;
}

// Which nodes and leaves live and which are dead at the end of a lawful run.
std::string StatesAtEnd(const std::string& trace, const Specimen& specimen,
                        std::vector<Demand>* demands) {
  HeapView view;
  HistoryEnd end;
  const size_t first = FirstViewed(trace);
  const auto each = [&](const Step& step, const Judge& judge) {
    if (step.line.number >= first) view = judge.View();
  };
  const std::string error = Follow(trace, specimen, Ending::kProgram, each, &end);
  if (!error.empty()) return "its trace: " + error;
  for (size_t id = 0; id < view.objects.size() && demands->size() < kMostDemands; ++id) {
    const ObjectView& object = view.objects[id];
    const bool living = object.state == ObjectView::State::kLiving;
    const bool dead = object.state == ObjectView::State::kFreed;
    const bool seen =
        object.kind == ObjectView::Kind::kNode || object.kind == ObjectView::Kind::kLeaf;
    if (!seen || (!living && !dead)) continue;
    demands->push_back({.kind = living ? Demand::Kind::kAlive : Demand::Kind::kDead,
                        .object = static_cast<ObjectId>(id)});
  }
  return "";
}

// Whether it is a node or a leaf: of weak references and maps, scripts know no numbers.
bool IsSeen(const std::vector<Op>& births, ObjectId object) {
  if (object < 0 || static_cast<size_t>(object) >= births.size()) return false;
  const OpCode code = births[static_cast<size_t>(object)].code;
  return code == OpCode::kNode || code == OpCode::kNodeWith || code == OpCode::kLeaf;
}

}  // namespace

std::vector<Op> Births(const Transcript& lines) {
  std::vector<Op> births;
  std::map<size_t, Op> last;  // operations by depth: scripts may run before a birth is reported
  for (const Line& line : lines) {
    if (line.op) last[line.indent] = *line.op;
    if (line.is(Event::Kind::kNew)) births.push_back(last[line.indent]);
  }
  return births;
}

std::string Words(const Demand& demand) {
  const std::string object = demand.object == kNone ? "none" : fmt::format("#{}", demand.object);
  switch (demand.kind) {
    case Demand::Kind::kAlive:
      return object + " is alive";
    case Demand::Kind::kDead:
      return object + " is dead";
    case Demand::Kind::kRan:
      return fmt::format("the finalizer of {} ran {} times", object, demand.times);
    case Demand::Kind::kYields:
      return fmt::format("r{} is {}", demand.reg, object);
  }
  return "";
}

std::string FindDemands(const std::string& trace, const Specimen& specimen, const Verdict& verdict,
                        Demands* demands) {
  if (verdict.kind == Verdict::Kind::kBroken) return "";
  demands->assumed = FindAssumed(trace, specimen);
  if (verdict.lawful()) return StatesAtEnd(trace, specimen, &demands->at_end);
  const Violation& violation = *verdict.violation;
  const LawRow* const row = FindRow(violation.law);
  if (row == nullptr) {
    return fmt::format("the law {} is about what a script of the engine cannot see",
                       Name(violation.law));
  }
  const Transcript lines = ReadTranscript(trace);
  if (row->kind == Demand::Kind::kYields) {
    demands->at_end = LawfulAnswers(lines, specimen);
    return demands->at_end.empty() ? "the answer at fault is in no register" : "";
  }
  if (!IsSeen(Births(lines), violation.object)) {
    return fmt::format("#{} is no node and no leaf, and a script cannot see what becomes of it",
                       violation.object);
  }
  demands->at_end = {{.kind = row->kind,
                      .object = violation.object,
                      .times = RunsBefore(lines, violation.object) + row->more}};
  return "";
}

}  // namespace ouro
