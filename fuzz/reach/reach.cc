// SPDX-License-Identifier: Apache-2.0

#include "fuzz/reach/reach.h"

#include <cstddef>

#include "fuzz/reach/scout.h"
#include "model/trial.h"

namespace ouro {

Reach MeasureReach(const Specimen& specimen, int64_t programs,
                   const std::function<Program(uint64_t index)>& make,
                   const std::function<bool(int64_t done)>& progress) {
  constexpr int64_t kTurn = 1000;  // programs between two reports of progress
  Reach reach;
  Reached reached;
  Trial trial(Scouted(specimen, &reached));
  while (reach.programs < programs) {
    if (reach.programs % kTurn == 0 && !progress(reach.programs)) break;
    reached.reset();
    const Program program = make(static_cast<uint64_t>(reach.programs));
    const Verdict verdict = trial.Run(program);
    if (!verdict.lawful()) {
      reach.trouble = Report(specimen, verdict, Print(program));
      break;
    }
    ++reach.programs;
    for (size_t i = 0; i < kConjunctions; ++i) reach.reaching[i] += reached[i] ? 1 : 0;
  }
  return reach;
}

}  // namespace ouro
