#include "fuzz/ouro/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include "model/collector.h"
#include "model/event_text.h"

namespace ouro {
namespace {

std::array<ObjectId, kRegisters> Empty() {
  std::array<ObjectId, kRegisters> registers;
  registers.fill(kNone);
  return registers;
}

// What one object has in common in all courses, whatever its number is: the operation of main
// during which it was born, and how many were born during that before.
using Birth = std::pair<size_t, int>;
using Fates = std::map<Birth, std::string>;

// What a trace tells of one course: the fate of each object.
class Reader {
 public:
  explicit Reader(const Program& program) : program_(program) {}

  Fates Read(const std::string& transcript) {
    for (size_t begin = 0; begin < transcript.size();) {
      const size_t end = std::min(transcript.find('\n', begin), transcript.size());
      std::string_view line(transcript.data() + begin, end - begin);
      begin = end + 1;
      line = line.substr(0, line.find("      # <- here"));
      const size_t indent = std::min(line.find_first_not_of(' '), line.size());
      line.remove_prefix(indent);
      if (line.empty()) continue;
      if (line[0] == '#') {
        if (indent == 0) CountVoid(line);
      } else if (line.substr(0, 2) == "> ") {
        OnEvent(line.substr(2), &open_[indent]);
      } else {
        OnOperation(line, &open_[indent]);
        if (indent == 0) Count(open_[indent].op);
      }
    }
    return std::move(fates_);
  }

 private:
  // An operation and its own events stand at the same indentation.
  struct Open {
    Op op;
    ObjectId object = kNone;  // what its reference named when it began
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

  // Whether `done` is a part of `op`: see "Registers that are full" in program.h.
  enum class Part : uint8_t { kNo, kSome, kLast };
  Part PartOf(const Op& op, const Op& done) const {
    if (op == done) return Part::kLast;
    if (!Allocates(op.code)) return Part::kNo;
    if (done.code == OpCode::kEmptyRegister && op.dest == done.dest) return Part::kSome;
    if (op.code != OpCode::kWeak || op.ref != op.dest) return Part::kNo;
    if (done.code == OpCode::kCopy && done.ref == op.ref) return Part::kSome;
    const bool made = done.code == OpCode::kWeak && done.dest == op.dest;
    return made && done.script == op.script ? Part::kLast : Part::kNo;
  }

  void Count(const Op& done) {
    // After `r0 = weak r15`, for `r0 = weak r0`, comes `r15 = none`.
    const bool lent = done.code == OpCode::kEmptyRegister && done.dest == lent_;
    lent_ = kRegisters;
    if (lent) return;
    for (size_t i = at_; i < program_.main.size(); ++i) {
      const Part part = PartOf(program_.main[i], done);
      if (part == Part::kNo) continue;
      number_ = i + 1;
      at_ = part == Part::kSome ? i : i + 1;
      if (done.code == OpCode::kWeak && done != program_.main[i]) lent_ = done.ref;
      return;
    }
  }

  // "# void: r0 = r1 (r1 is empty)".
  void CountVoid(std::string_view comment) {
    constexpr std::string_view kVoid = "# void: ";
    Op op;
    if (comment.substr(0, kVoid.size()) != kVoid) return;
    comment = comment.substr(kVoid.size(), comment.rfind(" (") - kVoid.size());
    if (ParseOp(comment, true, &op).empty()) Count(op);
  }

  void OnEvent(std::string_view text, Open* open) {
    Event event;
    if (!ParseEvent(text, &event).empty()) return;
    switch (event.kind) {
      case Event::Kind::kNew:
        registers_[open->op.dest] = event.id;
        born_ = number_ == births_.back().first ? born_ + 1 : 0;
        births_.push_back({number_, born_});
        fates_[births_.back()] = "";
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
    Run& run = runs_[birth];
    std::string& fate = fates_[birth];
    if (run.times > 0 && run.step == step) {  // "F7 x194", not F7 194 times
      fate = fmt::format("{}{} x{}", run.before, step, ++run.times);
      return;
    }
    run = {.before = fate.empty() ? "" : fate + " ", .step = step, .times = 1};
    fate = run.before + step;
  }

  // The end of a fate: what happened again and again within one operation.
  struct Run {
    std::string before;
    std::string step;
    int times = 0;
  };

  const Program& program_;
  Fates fates_;
  std::map<Birth, Run> runs_;
  std::vector<Birth> births_ = {{0, 0}};  // by number, from 1; no object is born at operation 0
  int born_ = 0;
  std::map<size_t, Open> open_;  // by indentation
  std::array<ObjectId, kRegisters> registers_ = Empty();
  std::vector<ObjectId> selves_;
  Ref lent_ = kRegisters;  // the register that the last operation had lent, or none
  size_t at_ = 0;          // in main: the next one
  size_t number_ = 0;      // of the operation of main that runs, from 1
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

// "3"; of several that were born during operation 3 "3", "3b", "3c".
std::string Label(const Birth& birth) {
  constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz";
  const auto [number, index] = birth;
  if (index == 0) return fmt::format("{}", number);
  if (index < 26) return fmt::format("{}{}", number, kLetters[index]);
  return fmt::format("{}.{}", number, index + 1);
}

// A line of the columns from `first` to `last`, each with what text(birth) says.
template <typename Column, typename Text>
std::string Line(const std::string& head, size_t name, Column first, Column last, Text text,
                 const std::string& end = "") {
  std::string line = fmt::format("{:<{}}", head, name);
  for (; first != last; ++first) {
    line += fmt::format("  {:<{}}", text(first->first), first->second);
  }
  line += "  " + end;
  return line.erase(line.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace

std::vector<std::string> FateLegend() {
  return {"F3: its finalizer ran at operation 3; F3 x5: five times",
          "C3: its callback ran (of a weak reference)",
          "W3: it was found to be empty (a weak reference)",
          "U3: it is uncollectable, or saved, and entered the garbage list",
          "X3: it was freed, or cleared for good",
          "-: it lives on; nothing: it was not born there"};
}

std::string FateTable(const Program& program, const std::vector<Course>& courses, size_t width) {
  std::vector<Fates> fates;
  std::map<Birth, size_t> widest;  // of each column
  size_t name = std::string_view(kHead).size();
  size_t verdict = 0;
  for (const Course& course : courses) {
    fates.push_back(Reader(program).Read(course.transcript));
    for (auto& [birth, fate] : fates.back()) {
      if (fate.empty()) fate = "-";
      size_t& column = widest[birth];
      column = std::max({column, fate.size(), Label(birth).size()});
    }
    name = std::max(name, course.specimen.size());
    verdict = std::max(verdict, course.verdict.size());
  }
  std::string text = Numbered(program);
  auto first = widest.begin();
  do {
    auto last = first;
    for (size_t used = name + 2 + verdict; last != widest.end(); ++last) {
      used += last->second + 2;
      if (used > width && last != first) break;
    }
    text += "\n" + Line(kHead, name, first, last, Label);
    for (size_t i = 0; i < courses.size(); ++i) {
      const auto fate_of = [&](const Birth& birth) {
        const auto fate = fates[i].find(birth);
        return fate == fates[i].end() ? std::string() : fate->second;
      };
      text += Line(courses[i].specimen, name, first, last, fate_of,
                   last == widest.end() ? courses[i].verdict : "");
    }
    first = last;
  } while (first != widest.end());
  return text;
}

}  // namespace ouro
