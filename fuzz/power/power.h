// SPDX-License-Identifier: Apache-2.0

// Power is how soon an engine finds known bugs. An attempt is one search of one engine for the bug
// of one mutant; scores are medians over the attempts of several seeds.
//
// Place: values and their statistics, below `ouro power`, the log and the plot. search.h makes the
// attempts.

#ifndef FUZZ_POWER_POWER_H_
#define FUZZ_POWER_POWER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/campaign/engine.h"

namespace ouro {

struct Attempt {
  std::string mutant = {};
  Engine engine = Engine::kRandom;
  uint64_t seed = 1;
  bool found = false;
  // Of the verdict that found it; begins with the law, if one was broken.
  std::string signature = {};
  uint64_t programs = 0;  // run, including the one that found it
  double seconds = 0;     // until it was found; the limit, if it was not

  friend bool operator==(const Attempt&, const Attempt&) = default;
};

// A number, or a lower bound of one that is not known.
struct Measure {
  double value = 0;
  bool known = true;

  friend bool operator==(const Measure&, const Measure&) = default;
};

// Sorts unknown measures behind all known ones. For an even number, the mean of the middle two, or
// unknown if the upper one is. REQUIRES: there are some.
Measure Median(std::vector<Measure> measures);

// One engine on one mutant.
struct Score {
  std::string mutant;
  Engine engine = Engine::kRandom;
  size_t found = 0;  // of `seeds`
  size_t seeds = 0;
  Measure programs = {};  // medians
  Measure seconds = {};
};

// Sorted by mutant, then engine. An attempt that took more than `limit` seconds counts as not
// found.
std::vector<Score> Scores(const std::vector<Attempt>& attempts, double limit);

// One engine on all mutants that it was tried on.
struct Total {
  Engine engine = Engine::kRandom;
  size_t mutants = 0;
  std::vector<double> seconds = {};  // the known medians, sorted
  Measure median;                    // of all medians
  std::string slowest;               // the mutant of the last of `seconds`
};

// A total for each engine that has scores, in the order of kEngines.
std::vector<Total> Totals(const std::vector<Score>& scores);

}  // namespace ouro

#endif  // FUZZ_POWER_POWER_H_
