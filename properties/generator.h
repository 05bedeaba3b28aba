// The generator makes random programs that reach what uniform random operations miss: clusters
// (rings with extra, parallel and self edges, finalizers, weak references inside, outside and from
// other clusters, partly promoted, then dropped and collected), single operations in between, and
// scripts that resurrect, collect, dereference and raise. Swarm weights: each program draws which
// kinds of operations it has and how often, so that rare ones meet.
// Why clusters: the table in section 13 of the semantics.
//
// Place: shared by properties (through RapidCheck, see arbitrary.h) and by campaigns.

#ifndef PROPERTIES_GENERATOR_H_
#define PROPERTIES_GENERATOR_H_

#include <cstdint>

#include "model/program.h"

namespace ouro {

struct GeneratorOptions {
  int operations = 60;      // of main, about; scripts come on top
  bool clusters = true;     // false: uniform random operations, the baseline
  bool settings = true;     // thresholds, enable, disable, saveall
  bool failures = true;     // `fail N`
  bool censuses = true;
};

// The program of that seed: the same one on every machine.
Program Generate(uint64_t seed, const GeneratorOptions& options = {});

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_H_
