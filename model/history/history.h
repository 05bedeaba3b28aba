// SPDX-License-Identifier: Apache-2.0

// A history is a run, step by step: each line of its trace, and the heap as a judge believes it to
// be after that line.
//
// Place: between traces and all that shows or explains a run: state_text.h, why.h, and the commands
// above. It needs no collector: a trace is enough, of whatever process recorded it.

#ifndef MODEL_HISTORY_HISTORY_H_
#define MODEL_HISTORY_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "model/collector.h"
#include "model/judge/judge.h"
#include "model/transcript.h"
#include "model/trial.h"

namespace ouro {

// A line of a trace that is not blank.
struct Step {
  TranscriptLine line;  // an operation, an event, or a comment, such as "# void: r0 = r1 (...)"
  size_t depth = 0;     // of scripts and collections that it is within
};

// Where and how a history ended.
struct HistoryEnd {
  std::optional<Violation> violation = {};
  size_t line = 0;       // the number of the line that broke the law, or of the last one
  bool missing = false;  // nothing in it was wrong; but something had to come after it that did not
};

// How far the collector got: what is due by then must be there.
enum class Ending : uint8_t {
  kCut,        // it did not get beyond the last line
  kOperation,  // the operation of the last line has ended
  kProgram,    // the program has
};

// How a run ended that had this verdict.
inline Ending EndingOf(const Verdict& verdict) {
  return verdict.kind == Verdict::Kind::kBroken ? Ending::kCut : Ending::kProgram;
}

// Called after each step, with the judge in the state after it. If the step is the last of an
// operation, that operation has ended.
using EachStep = std::function<void(const Step& step, const Judge& judge)>;

// Follows the first trace in the text up to the first broken law. Returns "" and sets *end, or
// returns "line 7: ...", of a line that is neither operation nor event. Time and memory linear in
// the text, apart from the judge's.
std::string Follow(std::string_view trace, const Specimen& specimen, Ending ending,
                   const EachStep& each, HistoryEnd* end);

// The objects that are born in a trace. Linear.
size_t CountBirths(std::string_view trace);

// The first line of a trace from which on a view of each step can be afforded: 1, unless its heap
// is so large that all views together would be of more than kMostViewed objects. Linear.
inline constexpr size_t kMostViewed = 20'000'000;
size_t FirstViewed(std::string_view trace);

}  // namespace ouro

#endif  // MODEL_HISTORY_HISTORY_H_
