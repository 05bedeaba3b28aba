// SPDX-License-Identifier: Apache-2.0

// The sweep of a program is the set of programs that differ from it in one thing that may happen at
// any time: an earlier collection, other thresholds, a failing allocation, another script as
// finalizer or callback. A bug that needs a coincidence is often one such step away from a known
// program.
//
// Place: a source of programs, beside the generator. Knows no collector.

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

// The programs that differ from `program` in one of the following, in this order:
//   a collection of each generation before each operation and at the end, also in scripts;
//   each first threshold that its births could exceed, at most 16, with older thresholds of 0 and
//   1; the failure of each of its births, also in scripts; at each node and weak reference, each of
//   its other scripts, or none.
// `program` itself is not among them. Time and space O(n^2) for n operations. Pure.
std::vector<Variation> Sweep(const Program& program);

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_SWEEP_H_
