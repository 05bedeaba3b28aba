// SPDX-License-Identifier: Apache-2.0

#include "model/history/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "model/event_text.h"
#include "model/program.h"

namespace ouro {
namespace {

using Kind = TranscriptLine::Kind;

struct ParsedLine {
  TranscriptLine line;
  Op op = {};
  Event event = {};

  bool is_event(Event::Kind kind) const { return line.kind == Kind::kEvent && event.kind == kind; }
  // Whether what was open when this line came has ended by then. The last operation of a script
  // ends where the script ends.
  bool ends_operation() const {
    return line.kind == Kind::kOperation || is_event(Event::Kind::kEnd);
  }
};

// "" or what is wrong with a line.
std::string ReadLines(std::string_view trace, std::vector<ParsedLine>* lines) {
  TranscriptReader reader(trace);
  for (ParsedLine parsed; reader.Next(&parsed.line); parsed = {}) {
    std::string error;
    if (parsed.line.kind == Kind::kSeparator) break;
    if (parsed.line.kind == Kind::kBlank) continue;
    if (parsed.line.kind == Kind::kEvent) error = ParseEvent(parsed.line.text, &parsed.event);
    if (parsed.line.kind == Kind::kOperation) error = ParseOp(parsed.line.text, true, &parsed.op);
    if (!error.empty()) return fmt::format("line {}: {}", parsed.line.number, error);
    lines->push_back(parsed);
  }
  return "";
}

}  // namespace

std::string Follow(std::string_view trace, const Specimen& specimen, Ending ending,
                   const EachStep& each, HistoryEnd* end) {
  std::vector<ParsedLine> lines;
  if (std::string error = ReadLines(trace, &lines); !error.empty()) return error;
  const std::unique_ptr<Judge> judge =
      MakeJudge(*specimen.contract, specimen.abilities, specimen.kinds);
  *end = {};
  size_t depth = 0;
  for (size_t i = 0; i < lines.size() && !judge->violation(); ++i) {
    const ParsedLine& parsed = lines[i];
    // Comments stand after the operation before them, and at the depth of what follows.
    const bool comment = parsed.line.kind == Kind::kComment;
    const bool closes = parsed.is_event(Event::Kind::kEnd) || parsed.is_event(Event::Kind::kDone);
    if (closes && depth > 0) --depth;
    if (parsed.line.kind == Kind::kEvent) judge->Observe(parsed.event);
    if (parsed.line.kind == Kind::kOperation) judge->Begin(parsed.op);
    if (!comment) end->line = parsed.line.number;
    end->missing = !judge->violation().has_value();
    size_t next = i + 1;
    while (next < lines.size() && lines[next].line.kind == Kind::kComment) ++next;
    const bool last = next == lines.size();
    if (last ? ending != Ending::kCut : lines[next].ends_operation()) {
      if (judge->in_operation()) judge->End();
      if (last && ending == Ending::kProgram) judge->Finish();
    }
    end->missing = end->missing && judge->violation().has_value();
    each({.line = parsed.line, .depth = depth}, *judge);
    const bool opens = parsed.is_event(Event::Kind::kFinalize) ||
                       parsed.is_event(Event::Kind::kCallback) ||
                       parsed.is_event(Event::Kind::kCollect);
    if (opens) ++depth;
  }
  end->violation = judge->violation();
  return "";
}

size_t CountBirths(std::string_view trace) {
  size_t births = 0;
  TranscriptReader reader(trace);
  for (TranscriptLine line; reader.Next(&line);) {
    births += line.kind == Kind::kEvent && line.text.starts_with("new ") ? 1 : 0;
  }
  return births;
}

size_t FirstViewed(std::string_view trace) {
  const auto lines = static_cast<size_t>(std::count(trace.begin(), trace.end(), '\n'));
  const size_t views = kMostViewed / (CountBirths(trace) + 1);
  return lines > views ? lines - views + 1 : 1;
}

}  // namespace ouro
