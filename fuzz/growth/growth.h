// SPDX-License-Identifier: Apache-2.0

// Growth is how the time of a collector's work depends on the size of the heap. A workload builds a
// heap of n objects and then does one thing, which is timed: a long list dies, a collection finds
// nothing, the keys of a map die. Four times the heap should take four times as long, or a little
// more; where it takes sixteen times, some pass is quadratic, and a program that is large enough
// hangs.
//
// Place: behind `ouro growth`. No verdict of a trial depends on it: judges have no clock. A growth
// is a ratio of times that were measured one after the other, the least of several, and only what
// is far beyond n log n in every round is called so.
//
// Threads: none. Each measurement is made in the calling process.

#ifndef FUZZ_GROWTH_GROWTH_H_
#define FUZZ_GROWTH_GROWTH_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "model/collector.h"
#include "model/program.h"

namespace ouro {

struct Workload {
  const char* name;    // "a list dies"
  uint32_t abilities;  // without which there is nothing to measure
  // Appends operations none of which is void: those that build a heap of `size` objects, and those
  // that are timed.
  void (*build)(int size, Script* heap, Script* timed);
};

std::span<const Workload> Workloads();

// Seconds that the collector takes for the timed part. Its finalizers do nothing. `broken`, if the
// collector says that it cannot go on, becomes why.
double TimeOf(const Specimen& specimen, const Workload& workload, int size, std::string* broken);

struct Growth {
  int size = 0;         // the larger heap; the other has a quarter of it
  double small_ms = 0;  // the least times
  double large_ms = 0;
  double factor = 0;       // the least ratio of any round; 4: linear, 16: quadratic
  bool excessive = false;  // beyond n log n, and beyond what caches explain
};

// Finds a size at which the time can be measured, and measures. `measure` returns seconds, or a
// negative number to give up: then size is 0.
Growth Grow(const std::function<double(int size)>& measure);

}  // namespace ouro

#endif  // FUZZ_GROWTH_GROWTH_H_
