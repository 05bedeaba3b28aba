// SPDX-License-Identifier: Apache-2.0

#include "fuzz/report/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <utility>

#include "model/history/grounds.h"
#include "model/history/state_text.h"
#include "model/program_variants.h"

namespace ouro {
namespace {

constexpr size_t kBatch = 16;  // programs between looks at the clock

// A program that differs from the one explained in one operation.
struct Change {
  size_t mark = 0;       // of the operation, in Explanation::marks
  Variant variant = {};  // no operand: without the operation
  bool kept = false;     // the verdict stayed the same
};

Program Without(Program program, const ProgramPlace& place) {
  Script& section = program.mutable_section(place.section);
  section.erase(section.begin() + place.index);
  return program;
}

Program With(Program program, const ProgramPlace& place, const Op& op) {
  program.mutable_section(place.section)[static_cast<size_t>(place.index)] = op;
  return program;
}

// "0, 1 or 2"; "1 to 8".
std::string Or(std::vector<std::string> values) {
  if (values.size() == 1) return values[0];
  const auto number = [](const std::string& text) {
    return std::strtol(text.c_str(), nullptr, 10);
  };
  std::sort(values.begin(), values.end(), [&](const std::string& a, const std::string& b) {
    return number(a) != number(b) ? number(a) < number(b) : a < b;
  });
  const long distance = number(values.back()) - number(values.front());
  if (values.size() > 3 && distance == static_cast<long>(values.size()) - 1) {
    return fmt::format("{} to {}", values.front(), values.back());
  }
  const std::vector<std::string> first(values.begin(), values.end() - 1);
  return fmt::format("{} or {}", fmt::join(first, ", "), values.back());
}

// What could be otherwise in an operation: "any slot; finalizer none or def 0".
std::string NoteOf(const Op& op, const std::vector<const Change*>& changes) {
  std::vector<std::string> notes;
  for (size_t begin = 0, end = 0; begin < changes.size(); begin = end) {
    const std::string& operand = changes[begin]->variant.operand;
    std::vector<std::string> values = {ValueOf(op, operand)};
    for (; end < changes.size() && changes[end]->variant.operand == operand; ++end) {
      if (changes[end]->kept) values.push_back(changes[end]->variant.value);
    }
    if (values.size() == 1) continue;
    const bool any = values.size() - 1 == end - begin && end - begin > 1;
    notes.push_back(any ? fmt::format("any {}", operand)
                        : fmt::format("{} {}", operand, Or(values)));
  }
  return fmt::format("{}", fmt::join(notes, "; "));
}

// All changes of a program, in the order of its text.
class Alternatives {
 public:
  explicit Alternatives(const Program& program) : program_(program) {
    for (size_t i = 0; i < program.scripts.size(); ++i) Add(static_cast<int>(i));
    Add(kNoScript);
  }

  std::vector<Mark> TakeMarks() {
    for (size_t i = 0; i < marks_.size(); ++i) {
      std::vector<const Change*> variants;
      bool irrelevant = false;
      for (const Change& change : changes_) {
        if (change.mark != i) continue;
        if (!change.variant.operand.empty()) {
          variants.push_back(&change);
        } else {
          irrelevant = change.kept;
        }
      }
      const ProgramPlace& place = marks_[i].place;
      marks_[i].note =
          NoteOf(program_.section(place.section)[static_cast<size_t>(place.index)], variants);
      marks_[i].matter = irrelevant               ? Matter::kIrrelevant
                         : marks_[i].note.empty() ? Matter::kNeeded
                                                  : Matter::kAny;
      if (irrelevant) marks_[i].note.clear();
    }
    return std::move(marks_);
  }

  // What the verdict depends on besides shape: "It happens only with generation 1 or 2 in line 2 of
  // the program, collect 2." "" if on nothing. Which registers and how many slots are shape.
  std::string Conditions(const std::vector<Mark>& marks) const {
    const ProgramLines printed = PrintedLines(program_);
    std::vector<std::string> conditions;
    for (size_t i = 0; i < marks.size(); ++i) {
      const ProgramPlace& place = marks[i].place;
      const Op& op = program_.section(place.section)[static_cast<size_t>(place.index)];
      for (const char* const operand : {"generation", "finalizer", "callback", "kind"}) {
        std::vector<std::string> values = {ValueOf(op, operand)};
        size_t tried = 0;
        for (const Change& change : changes_) {
          if (change.mark != i || change.variant.operand != operand) continue;
          ++tried;
          if (change.kept) values.push_back(change.variant.value);
        }
        const bool free = values.size() == tried + 1;
        // That it has a finalizer, and which, the text of the operation says.
        const bool said = values.size() == 1 && std::string(operand) != "generation";
        if (free || said || marks[i].matter == Matter::kIrrelevant) continue;
        conditions.push_back(fmt::format("{} {} in line {} of the program, {}", operand, Or(values),
                                         printed.Of(place), Print(op)));
      }
    }
    if (conditions.empty()) return "";
    return fmt::format("It happens only with {}.", fmt::join(conditions, "; with "));
  }

  Program Make(const Change& change) const {
    const ProgramPlace& place = marks_[change.mark].place;
    if (change.variant.operand.empty()) return Without(program_, place);
    return With(program_, place, change.variant.op);
  }

  std::vector<Change>& changes() { return changes_; }

 private:
  void Add(int section) {
    const VariantSource source = SourceOf(program_, section != kNoScript);
    const Script& script = program_.section(section);
    for (size_t i = 0; i < script.size(); ++i) {
      marks_.push_back({.place = {.section = section, .index = static_cast<int>(i)}});
      changes_.push_back({.mark = marks_.size() - 1});
      for (Variant& variant : VariantsOf(script[i], source)) {
        changes_.push_back({.mark = marks_.size() - 1, .variant = std::move(variant)});
      }
    }
  }

  const Program& program_;
  std::vector<Mark> marks_;
  std::vector<Change> changes_;  // by mark; for each, that without the operation first
};

}  // namespace

const char* Name(Matter matter) {
  switch (matter) {
    case Matter::kNeeded:
      return "needed";
    case Matter::kAny:
      return "any";
    case Matter::kIrrelevant:
      return "irrelevant";
  }
  return "";
}

Explanation Explain(const Program& program, const Specimen& specimen, const Verdict& verdict,
                    const std::string& trace, int seconds,
                    const std::function<void(size_t done, size_t all)>& progress) {
  Explanation explanation;
  Alternatives changes(program);
  std::vector<Change>& all = changes.changes();
  const size_t most = std::min(all.size(), kMostTried);
  const std::string signature = verdict.signature();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  Runner runner(specimen);
  size_t& tried = explanation.tried;
  while (tried < most && std::chrono::steady_clock::now() < end) {
    const size_t first = tried;
    std::vector<Program> programs;
    for (size_t i = first; i < std::min(most, first + kBatch); ++i) {
      programs.push_back(changes.Make(all[i]));
    }
    runner.RunAll(programs, [&](size_t i, const Verdict& other, const std::string&) {
      all[first + i].kept = other.signature() == signature;
      ++tried;
      if (progress) progress(tried, most);
    });
    if (tried != first + programs.size()) break;  // interrupted
  }
  explanation.finished = tried == all.size();
  explanation.marks = changes.TakeMarks();
  Grounds grounds = FindGrounds(trace, specimen, EndingOf(verdict));
  explanation.supposed = grounds.tried;
  if (verdict.kind == Verdict::Kind::kBroken) {
    explanation.cause = {fmt::format("The collector {}{}.", verdict.trouble,
                                     verdict.frames.empty() ? "" : " in " + verdict.frames[0])};
  }
  explanation.cause.insert(explanation.cause.end(), grounds.sentences.begin(),
                           grounds.sentences.end());
  if (std::string only = changes.Conditions(explanation.marks); !only.empty()) {
    explanation.cause.push_back(std::move(only));
  }
  return explanation;
}

std::string PrintMarked(const Program& program, const std::vector<Mark>& marks) {
  constexpr size_t kColumn = 32;  // where comments begin, unless the line is longer
  std::map<size_t, const Mark*> by_line;
  const ProgramLines lines = PrintedLines(program);
  for (const Mark& mark : marks) by_line[lines.Of(mark.place)] = &mark;
  std::string marked;
  size_t number = 0;
  for (const std::string& line : SplitLines(Print(program))) {
    const auto mark = by_line.find(++number);
    marked += mark == by_line.end()
                  ? line
                  : fmt::format("{:<{}}  # {}{}{}", line, kColumn, Name(mark->second->matter),
                                mark->second->note.empty() ? "" : ": ", mark->second->note);
    marked += '\n';
  }
  return marked;
}

}  // namespace ouro
