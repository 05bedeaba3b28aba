// SPDX-License-Identifier: Apache-2.0

// A liar is an honest collector that misreports in one named way: it drops, repeats, alters, delays
// or invents events, or executes an operation differently. The name of a lie is the name of the law
// that it breaks, and each law has one. Each models a plausible mistake. Liars test whatever finds
// bugs in collectors: a judge that believes one is worth nothing.
//
// Place: one of the collectors, wrapped around another. It sees the interface in model/collector.h
// and no judge: to it, the names of the laws are only strings.

#ifndef COLLECTOR_LIAR_H_
#define COLLECTOR_LIAR_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/collector.h"

namespace ouro {

struct Lie {
  const char* law;  // the law that it breaks, and its name: "free-once"
  const char* lie;  // what the liar does: "frees an object that has a finalizer twice"
};

// All lies, in the order of the laws. Thread-safe.
const std::vector<Lie>& Lies();

// Makes the honest collector inside, as Specimen::make does. Never returns null.
using HonestMaker = std::function<std::unique_ptr<Collector>(Observer& observer)>;

// Makes a collector that tells the lie of that name to `observer`, which must outlive it; null if
// no lie has that name. Every lie can be told by every honest collector under every contract;
// garbage-complete under PEP 442 only with saveall. REQUIRES: the honest collector is lawful.
// If `only_kinds`, it is honest until an operation names a kind: a bug of that kind alone.
std::unique_ptr<Collector> MakeLiar(const std::string& law, Observer& observer,
                                    const HonestMaker& honest, bool only_kinds = false);

}  // namespace ouro

#endif  // COLLECTOR_LIAR_H_
