// SPDX-License-Identifier: Apache-2.0

#include "properties/testing/recording.h"

#include <string>
#include <utility>

namespace ouro {

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
