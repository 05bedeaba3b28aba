// A planted bug is a copy of the optimized collector in which a patch has broken something small,
// in the way in which a real collector once was broken. Who finds it how fast measures a fuzzer;
// and one that is found at once is the canary of a campaign: if it is not, the fuzzer is broken.
//
// Place: beside the optimized collector, of whose sources plant.py makes the copies. NAME.patch
// says what it breaks, and after which entry in the history of other collectors.

#ifndef COLLECTOR_PLANTED_PLANTED_H_
#define COLLECTOR_PLANTED_PLANTED_H_

#include <vector>

#include "model/collector.h"

namespace ouro {

// The name of the one that a few dozen random programs find.
inline constexpr char kCanary[] = "planted:map-last-slot";

// All of them, called `planted:NAME`, easy ones and hard ones.
const std::vector<Specimen>& PlantedBugs();

}  // namespace ouro

#endif  // COLLECTOR_PLANTED_PLANTED_H_
