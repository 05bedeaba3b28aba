// SPDX-License-Identifier: Apache-2.0

// A walk is a search whose measure is programs instead of time: how many the random generator makes
// until one shows the bug. It is the same on every machine, however busy, so a search for better
// weights (tools/tune.py) can compare walks.
//
// Place: behind `ouro power --programs`.

#ifndef FUZZ_POWER_WALK_H_
#define FUZZ_POWER_WALK_H_

#include <cstdint>

#include "model/collector.h"
#include "properties/generator/generator.h"

namespace ouro {

// The number of the program, counted from 1, of the sequence of that seed that is unlawful on the
// mutant, or 0 if none of the first `limit` is. Collectors are new for every batch of some hundred.
uint64_t Walk(const Specimen& mutant, const GeneratorOptions& options, uint64_t seed,
              uint64_t limit);

// The operations that a lawful collector executes for a program, in the mean of some thousand of
// sequence 1: what a program costs.
double CostOf(const Specimen& lawful, const GeneratorOptions& options);

}  // namespace ouro

#endif  // FUZZ_POWER_WALK_H_
