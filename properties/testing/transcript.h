// SPDX-License-Identifier: Apache-2.0

// A transcript is a trace as a list of lines, which tests can inspect, change, and print again.
//
// Place: for the properties that look at what happened, and not only at the verdict.

#ifndef PROPERTIES_TESTING_TRANSCRIPT_H_
#define PROPERTIES_TESTING_TRANSCRIPT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/program.h"
#include "model/trial.h"

namespace ouro {

// Either an operation or an event.
struct Line {
  size_t indent = 0;  // in spaces
  std::optional<Op> op;
  std::optional<Event> event;

  bool is(Event::Kind kind) const { return event && event->kind == kind; }
  friend bool operator==(const Line&, const Line&) = default;
};
using Transcript = std::vector<Line>;

// Reads a trace without its blank lines and comments. REQUIRES: a trial wrote it. Linear.
Transcript ReadTranscript(const std::string& trace);
std::string Print(const Transcript& transcript);

// Runs `program`; returns its verdict and its transcript.
struct Recording {
  Verdict verdict;
  Transcript lines;
};
Recording Record(Trial& trial, const Program& program);

// The index of the line that ends the collection or script that `lines[begin]` begins; `begin` for
// any other line.
size_t LastOf(const Transcript& lines, size_t begin);

// The index of the operation that caused the event `lines[event]`.
size_t CauseOf(const Transcript& lines, size_t event);

}  // namespace ouro

#endif  // PROPERTIES_TESTING_TRANSCRIPT_H_
