// SPDX-License-Identifier: Apache-2.0

// A wild collector is lawful, and uses every freedom that its contract of bounds gives: any order
// of deaths and finalizers, any moment, any subset where a choice is free, drawn from a seed. It is
// the opposite of a liar. A judge that convicts it is wrong; a judge that convicts every liar and
// no wild collector judges by its contract and nothing else.
//
// Place: one of the collectors. It knows the contract (model/envelope.h) and the program, and no
// judge: it searches the graph anew for each question, where the judge of bounds counts.
//
// The same program has the same events in every process: choices depend on the seed and on the
// operations since Reset.

#ifndef COLLECTOR_WILD_H_
#define COLLECTOR_WILD_H_

#include <cstdint>
#include <memory>

#include "model/collector.h"

namespace ouro {

// Makes a wild collector that reports to `observer`, which must outlive it. It has weak references,
// finalizers and generations. Each operation costs O(objects and references since Reset), or a few
// times that. REQUIRES: contract.bounds() is not null.
std::unique_ptr<Collector> MakeWild(Observer& observer, const Contract& contract, uint64_t seed);

}  // namespace ouro

#endif  // COLLECTOR_WILD_H_
