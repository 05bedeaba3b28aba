// SPDX-License-Identifier: Apache-2.0

// The power plot shows how many mutants each engine has found after how much time, as an SVG.
//
// Place: between the scores (power.h) and `ouro power`.

#ifndef FUZZ_POWER_POWER_PLOT_H_
#define FUZZ_POWER_POWER_PLOT_H_

#include <string>
#include <vector>

#include "fuzz/power/power.h"

namespace ouro {

// The text of an SVG file: a stepped curve for each engine, up to `limit` seconds, on a logarithmic
// axis. Deterministic. REQUIRES: there are scores, and limit > 0.
std::string PowerPlot(const std::vector<Score>& scores, double limit);

}  // namespace ouro

#endif  // FUZZ_POWER_POWER_PLOT_H_
