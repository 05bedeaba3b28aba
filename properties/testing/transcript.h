// A transcript is a trace, line by line: what tests take apart, change and put together again.
//
// Place: beside the generator; for the properties that look at what happened, not only whether it
// was lawful.

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

// Blank lines and comments are left out. REQUIRES: `trace` is one that a trial wrote.
Transcript ReadTranscript(const std::string& trace);
std::string Print(const Transcript& transcript);

// What `program` did, and what the verdict was.
struct Recording {
  Verdict verdict;
  Transcript lines;
};
Recording Record(Trial& trial, const Program& program);

// Where the bracket that `lines[begin]` opens (a collection or a script) is closed; `begin` for
// other lines.
size_t LastOf(const Transcript& lines, size_t begin);

// The operation that caused the event `lines[event]`.
size_t CauseOf(const Transcript& lines, size_t event);

}  // namespace ouro

#endif  // PROPERTIES_TESTING_TRANSCRIPT_H_
