// SPDX-License-Identifier: Apache-2.0

// The text of a heap's state, and of what changes in it: "r0=#1  #0.0=#1  #2 weak to #0  #0 freed".
//
// Place: for `ouro run --state` and `ouro why`, beside history.h.

#ifndef MODEL_HISTORY_STATE_TEXT_H_
#define MODEL_HISTORY_STATE_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/history/history.h"
#include "model/judge/heap_view.h"

namespace ouro {

// The lines of a text, without their ends.
std::vector<std::string> SplitLines(const std::string& text);

// What differs between two views of one run, a few words each: registers first, then objects by
// number, then entries of maps, the lists and the settings. Counts of the schedule are left out, as
// every birth changes them. Linear in the views.
std::vector<std::string> Changes(const HeapView& before, const HeapView& after);

// One line of these, of at most `width` characters where more would be lost than the last words:
// "r0=#1  #0 dying  ... 12 more".
std::string ChangesInALine(const HeapView& before, const HeapView& after, size_t width = 120);

// The first trace of the text with a comment at each line: its number, and what changed until the
// next. So the result is a trace as well. `ending` as in Follow. REQUIRES: a trial of that
// specimen wrote the trace.
std::string WithState(const std::string& trace, const Specimen& specimen, Ending ending);

}  // namespace ouro

#endif  // MODEL_HISTORY_STATE_TEXT_H_
