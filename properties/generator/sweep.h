// The sweep of a program is all programs that differ from it in one thing which may happen at any
// moment of a collector's life: a collection comes earlier, the thresholds are others, an
// allocation fails, another script runs in a finalizer or callback. A bug that needs two things to
// coincide is often one step from a program in which they almost do.
//
// Place: between programs by hand or from campaigns, and whoever runs them. Knows no collector.

#ifndef PROPERTIES_GENERATOR_SWEEP_H_
#define PROPERTIES_GENERATOR_SWEEP_H_

#include <string>
#include <vector>

#include "model/program.h"

namespace ouro {

struct Variation {
  std::string what;  // "collect 0 before operation 3 of main"
  Program program;
};

// The programs that differ from `program` in one of these, in this order:
//   a collection of each generation before each operation and at the end, also within scripts;
//   each first threshold that a birth could exceed, with older thresholds of 0 and of 1;
//   each of its births fails, also within scripts;
//   each of its scripts, and none, at each node and weak reference.
// `program` itself is not among them. O(n^2) for n operations.
std::vector<Variation> Sweep(const Program& program);

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_SWEEP_H_
