// A liar is an honest collector that misreports in one named way: it drops, repeats, alters, delays
// or invents events, or executes an operation differently. The name of a lie is the name of the law
// that it breaks, and there is one for each law. Each is a mistake that somebody could make. What
// finds bugs in collectors is tested with them: a judge that believes a liar is worth nothing.
//
// Place: one of the collectors, around another one. It sees the interface in model/collector.h and
// no judge: the names of the laws are mere words here.

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

// All lies, in the order of the laws.
const std::vector<Lie>& Lies();

// Makes the honest collector that is inside, as Specimen::make does.
using HonestMaker = std::function<std::unique_ptr<Collector>(Observer& observer)>;

// Makes a collector that lies to `observer`, which outlives it, in the way of that name. Every lie
// can be told over every collector and contract; garbage-complete, under PEP 442, with saveall
// only. Null where no lie has that name.
std::unique_ptr<Collector> MakeLiar(const std::string& law, Observer& observer,
                                    const HonestMaker& honest);

}  // namespace ouro

#endif  // COLLECTOR_LIAR_H_
