// SPDX-License-Identifier: Apache-2.0

#include "model/transcript.h"

#include <algorithm>

#include "model/check.h"
#include "model/event_text.h"

namespace ouro {

bool TranscriptReader::Next(TranscriptLine* line) {
  if (rest_.empty()) return false;
  std::string_view text = rest_.substr(0, rest_.find('\n'));
  rest_.remove_prefix(std::min(rest_.size(), text.size() + 1));
  *line = {.number = ++number_};
  constexpr std::string_view kSpace = " \t\r";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return true;
  line->indent = begin;
  text.remove_prefix(begin);
  line->kind = text[0] == '#'   ? TranscriptLine::Kind::kComment
               : text[0] == '>' ? TranscriptLine::Kind::kEvent
                                : TranscriptLine::Kind::kOperation;
  if (line->kind != TranscriptLine::Kind::kComment) text = text.substr(0, text.find('#'));
  if (line->kind == TranscriptLine::Kind::kEvent) {
    text.remove_prefix(std::min(text.find_first_not_of(kSpace, 1), text.size()));
  }
  text = text.substr(0, text.find_last_not_of(kSpace) + 1);
  if (text == "---") line->kind = TranscriptLine::Kind::kSeparator;
  line->text = text;
  return true;
}

Transcript ReadTranscript(std::string_view transcript) {
  Transcript lines;
  TranscriptReader reader(transcript);
  for (TranscriptLine text; reader.Next(&text);) {
    Line line = {.indent = text.indent};
    if (text.kind == TranscriptLine::Kind::kEvent) {
      CHECK(ParseEvent(text.text, &line.event.emplace()).empty());
    } else if (text.kind == TranscriptLine::Kind::kOperation) {
      CHECK(ParseOp(text.text, /*in_script=*/true, &line.op.emplace()).empty());
    } else {
      continue;
    }
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

}  // namespace ouro
