// SPDX-License-Identifier: Apache-2.0

#include "properties/testing/transcript.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "model/check.h"
#include "model/event_text.h"

namespace ouro {

Transcript ReadTranscript(const std::string& trace) {
  Transcript lines;
  std::string_view rest = trace;
  while (!rest.empty()) {
    std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    text = text.substr(0, text.find("      #"));
    Line line;
    line.indent = std::min(text.find_first_not_of(' '), text.size());
    text.remove_prefix(line.indent);
    if (text.empty() || text[0] == '#') continue;  // a void operation, or a script that did not run
    std::string error;
    if (text[0] == '>') {
      error = ParseEvent(text.substr(2), &line.event.emplace());
    } else {
      error = ParseOp(text, /*in_script=*/true, &line.op.emplace());
    }
    CHECK(error.empty());
    lines.push_back(line);
  }
  return lines;
}

std::string Print(const Transcript& transcript) {
  std::string text;
  for (const Line& line : transcript) {
    text.append(line.indent, ' ');
    text += line.op ? Print(*line.op) : "> " + Print(*line.event);
    text += '\n';
  }
  return text;
}

Recording Record(Trial& trial, const Program& program) {
  std::string trace;
  Verdict verdict = trial.Run(program, &trace);
  return {std::move(verdict), ReadTranscript(trace)};
}

size_t LastOf(const Transcript& lines, size_t begin) {
  const Line& line = lines[begin];
  const bool script = line.is(Event::Kind::kFinalize) || line.is(Event::Kind::kCallback);
  if (!script && !line.is(Event::Kind::kCollect)) return begin;
  const Event::Kind closing = script ? Event::Kind::kEnd : Event::Kind::kDone;
  size_t end = begin + 1;
  while (!lines[end].is(closing) || lines[end].indent != line.indent) ++end;
  return end;
}

size_t CauseOf(const Transcript& lines, size_t event) {
  size_t cause = event;
  while (!lines[cause].op || lines[cause].indent > lines[event].indent) --cause;
  return cause;
}

}  // namespace ouro
