// A trace is what happened: operations as they were executed, each followed by the events that the
// collector reported while it executed them. Trials write traces; this header judges them as text,
// wherever they were recorded.
//
// Place: beside trial. A trace has no collector behind it, so everything that is wrong with its
// structure is a broken law too; only lines that are neither an operation nor an event are errors.

#ifndef MODEL_TRACE_H_
#define MODEL_TRACE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/collector.h"
#include "model/judge/judge.h"

namespace ouro {

struct TraceVerdict {
  size_t first_line = 0;  // of the trace, from 1
  size_t line = 0;        // where the law was broken: the event, or the last line before the lack
  std::optional<Violation> violation;
};

// Judges the traces of one stream, separated by lines `---`; blank lines and `#` comments are
// skipped and indentation has no meaning. Void operations and assignments over full registers are
// taken. A trace that is empty counts if a line `---` ends it.
// Returns "" and appends a verdict for each trace, or returns "line 7: ..." and appends nothing.
std::string JudgeTraces(std::string_view text, const Contract& contract,
                        std::vector<TraceVerdict>* verdicts);

}  // namespace ouro

#endif  // MODEL_TRACE_H_
