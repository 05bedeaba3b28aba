// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

#include "model/collector.h"
#include "model/event_text.h"
#include "model/program_position.h"
#include "model/transcript.h"

namespace ouro {
namespace {

std::array<ObjectId, kRegisters> Empty() {
  std::array<ObjectId, kRegisters> registers;
  registers.fill(kNone);
  return registers;
}

// Identifies an object across runs, where its number may differ: the operation of main during which
// it was born, and how many objects that operation had created before it.
using Birth = std::pair<size_t, int>;
using Timelines = std::map<Birth, std::string>;

// Reads the timelines of all objects from a transcript. It executes copies, loads and callbacks on
// registers of its own, only as far as it must know which weak reference a dereference used.
class TimelineReader {
 public:
  explicit TimelineReader(const Program& program) : position_(program) {}

  Timelines Read(const std::string& transcript) {
    TranscriptReader lines(transcript);
    for (TranscriptLine line; lines.Next(&line);) {
      Open* const open = &open_[line.indent];
      position_.Next(line);
      number_ = static_cast<size_t>(position_.main_index() + 1);
      if (line.kind == TranscriptLine::Kind::kEvent) OnEvent(line.text, open);
      if (line.kind == TranscriptLine::Kind::kOperation) OnOperation(line.text, open);
    }
    return std::move(timelines_);
  }

 private:
  // An operation and its own events stand at the same indentation.
  struct Open {
    Op op;
    ObjectId object = kNone;  // what its reference designated when it began
  };

  ObjectId Resolve(Ref ref) const {
    if (ref != kSelf) return registers_[ref];
    return selves_.empty() ? kNone : selves_.back();
  }

  void OnOperation(std::string_view line, Open* open) {
    ParseOp(line, true, &open->op);
    open->object = Resolve(open->op.ref);
    if (open->op.code == OpCode::kCopy) registers_[open->op.dest] = open->object;
    if (open->op.code == OpCode::kEmptyRegister) registers_[open->op.dest] = kNone;
  }

  void OnEvent(std::string_view text, Open* open) {
    Event event;
    if (!ParseEvent(text, &event).empty()) return;
    switch (event.kind) {
      case Event::Kind::kNew:
        registers_[open->op.dest] = event.id;
        born_ = number_ == births_.back().first ? born_ + 1 : 0;
        births_.push_back({number_, born_});
        timelines_[births_.back()] = "";
        return;
      case Event::Kind::kGot:
        registers_[open->op.dest] = event.id;
        if (open->op.code == OpCode::kDeref && event.id == kNone) Note(open->object, 'W');
        return;
      case Event::Kind::kFinalize:
      case Event::Kind::kCallback:
        selves_.push_back(event.id);
        return Note(event.id, event.kind == Event::Kind::kFinalize ? 'F' : 'C');
      case Event::Kind::kEnd:
        if (!selves_.empty()) selves_.pop_back();
        return;
      case Event::Kind::kGarbage:
        return Note(event.id, 'U');
      case Event::Kind::kFree:
        return Note(event.id, 'X');
      default:
        return;
    }
  }

  void Note(ObjectId id, char letter) {
    if (id < 0 || static_cast<size_t>(id) + 1 >= births_.size()) return;
    const Birth& birth = births_[static_cast<size_t>(id) + 1];
    const std::string step = fmt::format("{}{}", letter, number_);
    Repetition& last = last_[birth];
    std::string& timeline = timelines_[birth];
    if (last.times > 0 && last.step == step) {  // "F7 x194", not F7 194 times
      timeline = fmt::format("{}{} x{}", last.before, step, ++last.times);
      return;
    }
    last = {.before = timeline.empty() ? "" : timeline + " ", .step = step, .times = 1};
    timeline = last.before + step;
  }

  // The end of a timeline: the last step, and how often it happened in a row.
  struct Repetition {
    std::string before;
    std::string step;
    int times = 0;
  };

  ProgramPosition position_;
  Timelines timelines_;
  std::map<Birth, Repetition> last_;
  std::vector<Birth> births_ = {{0, 0}};  // by number, from 1; no object is born at operation 0
  int born_ = 0;
  std::map<size_t, Open> open_;  // by indentation
  std::array<ObjectId, kRegisters> registers_ = Empty();
  std::vector<ObjectId> selves_;
  size_t number_ = 0;  // of the current operation of main, from 1
};

std::string Numbered(const Program& program) {
  std::string text = Print(Program{program.scripts, {}});
  if (program.scripts.empty()) text.clear();
  for (size_t i = 0; i < program.main.size(); ++i) {
    text += fmt::format("{:>4}  {}\n", i + 1, Print(program.main[i]));
  }
  return text;
}

constexpr char kHead[] = "born at operation";

// "3"; "3", "3b", "3c" if several objects were born during operation 3.
std::string Label(const Birth& birth) {
  constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz";
  const auto [number, index] = birth;
  if (index == 0) return fmt::format("{}", number);
  if (index < 26) return fmt::format("{}{}", number, kLetters[index]);
  return fmt::format("{}.{}", number, index + 1);
}

// A line with the columns from `first` to `last`, whose contents are text(birth).
template <typename Column, typename Text>
std::string TableLine(const std::string& head, size_t name, Column first, Column last, Text text,
                      const std::string& end = "") {
  std::string line = fmt::format("{:<{}}", head, name);
  for (; first != last; ++first) {
    line += fmt::format("  {:<{}}", text(first->first), first->second);
  }
  line += "  " + end;
  return line.erase(line.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace

std::vector<std::string> TimelineLegend() {
  return {"F3: its finalizer ran at operation 3; F3 x5: five times",
          "C3: its callback ran (a weak reference)",
          "W3: a dereference found it cleared (a weak reference)",
          "U3: it entered the garbage list: uncollectable, or kept by saveall",
          "X3: it was freed, or cleared for good",
          "-: it is still alive; blank: it was not born there"};
}

std::string TimelineTable(const Program& program, const std::vector<RecordedRun>& runs,
                          size_t width) {
  std::vector<Timelines> timelines;
  std::map<Birth, size_t> widest;  // of each column
  size_t name = std::string_view(kHead).size();
  size_t verdict = 0;
  for (const RecordedRun& run : runs) {
    timelines.push_back(TimelineReader(program).Read(run.transcript));
    for (auto& [birth, timeline] : timelines.back()) {
      if (timeline.empty()) timeline = "-";
      size_t& column = widest[birth];
      column = std::max({column, timeline.size(), Label(birth).size()});
    }
    name = std::max(name, run.specimen.size());
    verdict = std::max(verdict, run.verdict.size());
  }
  std::string text = Numbered(program);
  auto first = widest.begin();
  do {
    auto last = first;
    for (size_t used = name + 2 + verdict; last != widest.end(); ++last) {
      used += last->second + 2;
      if (used > width && last != first) break;
    }
    text += "\n" + TableLine(kHead, name, first, last, Label);
    for (size_t i = 0; i < runs.size(); ++i) {
      const auto timeline_of = [&](const Birth& birth) {
        const auto timeline = timelines[i].find(birth);
        return timeline == timelines[i].end() ? std::string() : timeline->second;
      };
      text += TableLine(runs[i].specimen, name, first, last, timeline_of,
                        last == widest.end() ? runs[i].verdict : "");
    }
    first = last;
  } while (first != widest.end());
  return text;
}

}  // namespace ouro
