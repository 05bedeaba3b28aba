// SPDX-License-Identifier: Apache-2.0

// The grounds of a conviction, in sentences: up to where judge and collector agree, what the judge
// holds true of the object since then, and what the collector acts as if it held true.
//
// Place: for `ouro explain`, on top of history.h and as_if.h.

#ifndef MODEL_HISTORY_GROUNDS_H_
#define MODEL_HISTORY_GROUNDS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "model/history/history.h"

namespace ouro {

struct Grounds {
  std::vector<std::string> sentences = {};
  size_t tried = 0;  // hypotheses about the past
};

// Steps are lines of the trace. If nothing in it breaks a law, because the collector died, they say
// how far it came. Linear in the trace times the objects of its heap, and in the trace for each
// hypothesis. REQUIRES: a trial of that specimen wrote the trace.
Grounds FindGrounds(const std::string& trace, const Specimen& specimen, Ending ending);

}  // namespace ouro

#endif  // MODEL_HISTORY_GROUNDS_H_
