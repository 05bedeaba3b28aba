// SPDX-License-Identifier: Apache-2.0

// As if: small changes of a run's past under which what convicted the collector would have been
// lawful. They say what the collector takes for true: "as if step 5, r1 = self, had not been
// there". A bug is then looked for where that line is handled.
//
// A hypothesis changes one operation in the trace, not the program: an operation that is left out,
// that has another operand, or whose reference counts twice. It holds if the judge, who reads the
// changed trace, has nothing to object to, from its beginning to the event at fault.
//
// Place: for `ouro explain`, beside history.h. No collector runs.

#ifndef MODEL_HISTORY_AS_IF_H_
#define MODEL_HISTORY_AS_IF_H_

#include <cstddef>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/history/history.h"

namespace ouro {

struct AsIf {
  // Each ends "the collector acts as if ...": hypotheses of the same sort, the nearest to the fault
  // first. Empty: none holds.
  std::vector<std::string> words = {};
  size_t tried = 0;
};

// Tries the sorts of hypotheses in the order above, and stops after the first sort of which one
// holds. Tries at most `most` hypotheses, from the fault backwards; each is linear in the trace.
// REQUIRES: `end` is what Follow said of this trace, and names a violation.
AsIf FindAsIf(const std::string& trace, const Specimen& specimen, const HistoryEnd& end,
              size_t most = 2000);

}  // namespace ouro

#endif  // MODEL_HISTORY_AS_IF_H_
