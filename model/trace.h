// SPDX-License-Identifier: Apache-2.0

// A trace is a record of a run: operations as they were executed, each followed by the events that
// the collector reported meanwhile. Trials write traces; this header judges traces as text,
// wherever they were recorded.
//
// Place: beside trial. There is no collector to blame for a malformed structure but the recorded
// one, so that is a broken law, too. Only lines that are neither an operation nor an event are
// errors.

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
  size_t line = 0;        // of the event that broke the law, or the last one before a missing event
  std::optional<Violation> violation;
};

// Judges the traces of one stream, separated by lines `---`. Blank lines and `#` comments are
// skipped; indentation has no meaning. Void operations, and births into registers that are not
// empty, are accepted. An empty trace counts if a line `---` ends it. Returns "" and appends a
// verdict for each trace, or returns "line 7: ..." and appends nothing. Linear in the text, apart
// from what the judge costs (judge.h). Any thread may call it.
std::string JudgeTraces(std::string_view text, const Contract& contract,
                        std::vector<TraceVerdict>* verdicts, const KindTable& kinds = {});

}  // namespace ouro

#endif  // MODEL_TRACE_H_
