// SPDX-License-Identifier: Apache-2.0

// Transcripts and traces are text: a line for each operation, and behind `>` for each event,
// indented by what they happened within; `#` begins a comment. This header takes that apart.
//
// Place: below trace.h, which judges such text, and all that looks into transcripts: comparisons,
// timelines, native scripts, tests. It knows the form of a line; event_text.h and program.h know
// what is in it.

#ifndef MODEL_TRANSCRIPT_H_
#define MODEL_TRANSCRIPT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/collector.h"
#include "model/program.h"

namespace ouro {

// A line, in pieces of the text that it was read from.
struct TranscriptLine {
  enum class Kind : uint8_t { kBlank, kOperation, kEvent, kComment, kSeparator };
  Kind kind = Kind::kBlank;
  size_t number = 0;      // from 1
  size_t indent = 0;      // characters
  std::string_view text;  // "r0 = leaf"; "free 0", without `>`; "# void: ...", with `#`; "---"
};

// Reads lines one after another. O(1) memory; each line once. Text that is neither an operation nor
// an event is an operation here.
class TranscriptReader {
 public:
  // `text` must outlive the reader and its lines.
  explicit TranscriptReader(std::string_view text) : rest_(text) {}

  // Whether there was another line.
  bool Next(TranscriptLine* line);

 private:
  std::string_view rest_;
  size_t number_ = 0;
};

// An operation or an event, parsed.
struct Line {
  size_t indent = 0;
  std::optional<Op> op;
  std::optional<Event> event;

  bool is(Event::Kind kind) const { return event && event->kind == kind; }
  friend bool operator==(const Line&, const Line&) = default;
};
using Transcript = std::vector<Line>;

// Parses a transcript, without its blank lines and comments. REQUIRES: a trial wrote it. Linear.
Transcript ReadTranscript(std::string_view transcript);
std::string Print(const Transcript& transcript);

}  // namespace ouro

#endif  // MODEL_TRANSCRIPT_H_
