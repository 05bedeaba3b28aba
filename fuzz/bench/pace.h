// SPDX-License-Identifier: Apache-2.0

// A pace is how many programs an engine runs on a specimen in a second, and how many operations
// these execute: all that a campaign does with a program is counted in.
//
// Place: behind `ouro bench`. It is a supervisor (fuzz/campaign/supervisor.h) with one worker, so
// an engine runs exactly as in a campaign.

#ifndef FUZZ_BENCH_PACE_H_
#define FUZZ_BENCH_PACE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fuzz/campaign/engine.h"
#include "model/collector.h"

namespace ouro {

// Per second of the processor's for a specimen in this process, so that others' load matters
// little; of the clock's for one in another process, where waiting is most of it.
struct Pace {
  double programs = 0;
  double operations = 0;
};

struct PaceOptions {
  Engine engine = Engine::kRandom;
  uint64_t seed = 1;
  int seconds = 2;   // of the clock
  std::string work;  // an existing folder for the worker's slot; one measurement at a time
  std::function<bool()> stop;  // returns true to end the measurement; may be empty
};

// Returns "" or why the engine cannot run. Findings are ignored: a worker that dies is restarted.
std::string MeasurePace(const Specimen& specimen, const PaceOptions& options, Pace* pace);

// The middle of some measurements, and how far they lie apart.
struct Spread {
  double median = 0;
  double least = 0;
  double most = 0;

  // The distance of the outermost, as a part of the median.
  double width() const { return median == 0 ? 0 : (most - least) / median; }
};

// REQUIRES: there are some.
Spread SpreadOf(std::vector<double> values);

}  // namespace ouro

#endif  // FUZZ_BENCH_PACE_H_
