#include "properties/fates.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "model/collector.h"
#include "model/event_text.h"

namespace ouro {
namespace {

std::array<ObjectId, kRegisters> Empty() {
  std::array<ObjectId, kRegisters> registers;
  registers.fill(kNone);
  return registers;
}

// What a trace tells of one course: the fate of each object, by number.
class Reader {
 public:
  explicit Reader(const Program& program) : program_(program) {}

  std::vector<std::string> Read(const std::string& transcript) {
    for (size_t begin = 0; begin < transcript.size();) {
      const size_t end = std::min(transcript.find('\n', begin), transcript.size());
      std::string_view line(transcript.data() + begin, end - begin);
      begin = end + 1;
      line = line.substr(0, line.find("      # <- here"));
      const size_t indent = std::min(line.find_first_not_of(' '), line.size());
      line.remove_prefix(indent);
      if (line.substr(0, 2) == "> ") {
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

  // Void operations are not in a trace, and an allocation over a full register is two.
  void Count(const Op& done) {
    for (size_t i = at_; i < program_.main.size(); ++i) {
      const Op& op = program_.main[i];
      const bool emptied =
          done.code == OpCode::kEmptyRegister && Allocates(op.code) && op.dest == done.dest;
      if (op != done && !emptied) continue;
      number_ = i + 1;
      at_ = emptied ? i : i + 1;
      return;
    }
  }

  void OnEvent(std::string_view text, Open* open) {
    Event event;
    if (!ParseEvent(text, &event).empty()) return;
    switch (event.kind) {
      case Event::Kind::kNew:
        fates_.resize(std::max(fates_.size(), static_cast<size_t>(event.id) + 1));
        registers_[open->op.dest] = event.id;
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
    if (id < 0 || static_cast<size_t>(id) >= fates_.size()) return;
    std::string& fate = fates_[static_cast<size_t>(id)];
    fate += fmt::format("{}{}{}", fate.empty() ? "" : " ", letter, number_);
  }

  const Program& program_;
  std::vector<std::string> fates_;
  std::map<size_t, Open> open_;  // by indentation
  std::array<ObjectId, kRegisters> registers_ = Empty();
  std::vector<ObjectId> selves_;
  size_t at_ = 0;      // in main: the next one
  size_t number_ = 0;  // of the operation of main that runs, from 1
};

std::string Numbered(const Program& program) {
  std::string text = Print(Program{program.scripts, {}});
  if (program.scripts.empty()) text.clear();
  for (size_t i = 0; i < program.main.size(); ++i) {
    text += fmt::format("{:>4}  {}\n", i + 1, Print(program.main[i]));
  }
  return text;
}

}  // namespace

std::vector<std::string> FateLegend() {
  return {"F3: its finalizer ran at operation 3",
          "C3: its callback ran (of a weak reference)",
          "W3: it was found to be empty (a weak reference)",
          "U3: it is uncollectable, or saved, and entered the garbage list",
          "X3: it was freed, or cleared for good",
          "-: it lives on"};
}

std::string FateTable(const Program& program, const std::vector<Course>& courses, size_t width) {
  std::vector<std::vector<std::string>> rows = {{}};  // the first is the head
  size_t objects = 0;
  for (const Course& course : courses) {
    rows.push_back(Reader(program).Read(course.transcript));
    objects = std::max(objects, rows.back().size());
  }
  for (size_t i = 0; i < objects; ++i) rows[0].push_back(fmt::format("#{}", i));
  const auto widest = [&rows](size_t column) {
    size_t widest = 0;
    for (const auto& row : rows) widest = std::max(widest, row[column].size());
    return widest;
  };
  for (size_t i = 1; i < rows.size(); ++i) {
    rows[i].resize(objects);  // those that were not born here live on as little as others
    for (std::string& fate : rows[i]) fate = fate.empty() ? "-" : fate;
  }
  size_t name = 0;
  size_t verdict = 0;
  for (const Course& course : courses) {
    name = std::max(name, course.specimen.size());
    verdict = std::max(verdict, course.verdict.size());
  }
  std::string text = Numbered(program);
  size_t first = 0;
  do {
    size_t last = first;
    for (size_t used = name + 2 + verdict; last < objects; ++last) {
      used += widest(last) + 2;
      if (used > width && last > first) break;
    }
    text += "\n";
    for (size_t i = 0; i < rows.size(); ++i) {
      std::string line = fmt::format("{:<{}}", i == 0 ? "" : courses[i - 1].specimen, name);
      for (size_t k = first; k < last; ++k) line += fmt::format("  {:<{}}", rows[i][k], widest(k));
      if (i > 0) line += "  " + courses[i - 1].verdict;
      text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    first = last;
  } while (first < objects);
  return text;
}

}  // namespace ouro
