// SPDX-License-Identifier: Apache-2.0

// A planted bug is a copy of the optimized collector with a small bug, a patch modelled on a bug of
// a real collector. The time to find it measures a fuzzer; and one that is found at once is the
// canary of a campaign: if the fuzzer misses it, the fuzzer is broken.
//
// Place: beside the optimized collector, from whose sources plant.py makes the copies. NAME.patch
// says what it breaks, and on which bug it is modelled.

#ifndef COLLECTOR_PLANTED_PLANTED_H_
#define COLLECTOR_PLANTED_PLANTED_H_

#include <vector>

#include "model/collector.h"

namespace ouro {

// The bug that a few dozen random programs find.
inline constexpr char kCanary[] = "planted:map-last-slot";

// All of them, named `planted:NAME`, the easiest first. Thread-safe.
const std::vector<Specimen>& PlantedBugs();

}  // namespace ouro

#endif  // COLLECTOR_PLANTED_PLANTED_H_
