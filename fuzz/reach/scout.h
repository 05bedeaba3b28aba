// SPDX-License-Identifier: Apache-2.0

// A scout is a collector that passes every operation on to another and every event back, and notes
// which conjunctions the program reaches. It changes nothing.
//
// Place: between a trial and the specimen whose programs are measured. What it knows of the heap is
// what any observer can know (collector/observed_heap.h); generations it counts as CPython does,
// whatever the collector thinks of its own.

#ifndef FUZZ_REACH_SCOUT_H_
#define FUZZ_REACH_SCOUT_H_

#include <bitset>

#include "fuzz/reach/conjunction.h"
#include "model/collector.h"

namespace ouro {

using Reached = std::bitset<kConjunctions>;

// The specimen with a scout before it, which adds to *reached. `reached` must outlive it.
Specimen Scouted(const Specimen& specimen, Reached* reached);

}  // namespace ouro

#endif  // FUZZ_REACH_SCOUT_H_
