// SPDX-License-Identifier: Apache-2.0

// Edge callbacks are the functions that instrumented code calls, and that a library resolves from
// the program that loads it. All but one do nothing: counters are found where the code has them
// (edge_counters.h). The one is __sanitizer_cov_trace_pc, the only one that gcc knows: it counts in
// a table, by addresses.
//
// Place: below edge_counters.h. All are weak, because libFuzzer and the sanitizers bring their own;
// linkopts of the Bazel target export them.

#ifndef COLLECTOR_EDGE_CALLBACKS_H_
#define COLLECTOR_EDGE_CALLBACKS_H_

#include <cstddef>
#include <cstdint>

#include "collector/loaded_object.h"

namespace ouro {

// More than small collectors have edges; in larger ones some share a counter.
inline constexpr size_t kTracedEdges = size_t{1} << 13;

// The table, in which a counter depends on the place of an edge in its object. Nobody counts there
// in a program that is linked with libFuzzer, whose callback ends the process.
uint8_t* TracedCounters();

// Counts the calls from this range of memory from now on, and no others.
void TracePcsIn(const MemoryRange& code);

}  // namespace ouro

#endif  // COLLECTOR_EDGE_CALLBACKS_H_
