// The power of an engine is how soon it finds bugs that are known. An attempt is one search, of one
// engine, for the bug of one mutant, in a worker process, up to a limit of time; scores are the
// medians over the attempts of several seeds.
//
// Place: behind `ouro power`. The engines run as in a campaign (worker.h), one worker at a time.
// The clock starts before the worker does, so the start of libFuzzer's process counts, too.

#ifndef FUZZ_POWER_POWER_H_
#define FUZZ_POWER_POWER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/collector.h"

namespace ouro {

enum class PowerEngine : uint8_t {
  kRandom,     // the generator, as campaigns use it
  kUniform,    // uniform random operations: the baseline
  kLibFuzzer,  // from the simplest input on. A library is not instrumented: features guide it
};
inline constexpr PowerEngine kPowerEngines[] = {PowerEngine::kRandom, PowerEngine::kUniform,
                                                PowerEngine::kLibFuzzer};
const char* Name(PowerEngine engine);

struct Attempt {
  std::string mutant = {};
  PowerEngine engine = PowerEngine::kRandom;
  uint64_t seed = 1;
  bool found = false;
  std::string signature = {};  // of the verdict that found it; begins with the law, if it is one
  uint64_t programs = 0;       // up to the one that found it, or within the limit
  double seconds = 0;          // the same; the limit, if it was not found

  friend bool operator==(const Attempt&, const Attempt&) = default;
};

struct SeekOptions {
  int seconds = 10;            // the limit
  std::string fuzzer;          // libFuzzer's binary: see FindFuzzer
  std::string work;            // a folder that is there, for a slot
  std::function<bool()> stop;  // true ends the search; may be empty
};

// Fills what follows the seed in *attempt. A program that takes longer than two seconds, or half
// the limit, has hung. That and a death by a signal from outside count if the program alone does it
// again, or if it comes a second time: a mutant may keep something from one program to the next.
// Returns "" or why the engine cannot be run.
std::string Seek(const Specimen& mutant, const SeekOptions& options, Attempt* attempt);

// A number that is known, or of which no more is known than that it is larger.
struct Measure {
  double value = 0;
  bool known = true;

  friend bool operator==(const Measure&, const Measure&) = default;
};

// Those that are not known are larger than all that are. Of an even number: the mean of the middle
// two, and unknown if the upper one is. REQUIRES: there are some.
Measure Median(std::vector<Measure> measures);

// One engine on one mutant.
struct Score {
  std::string mutant;
  PowerEngine engine = PowerEngine::kRandom;
  size_t found = 0;
  size_t seeds = 0;
  Measure programs = {};  // medians
  Measure seconds = {};
};

// Sorted by mutant, then engine. What took longer than `limit` seconds was not found.
std::vector<Score> Scores(const std::vector<Attempt>& attempts, double limit);

// One engine on all mutants that it was tried on.
struct Total {
  PowerEngine engine = PowerEngine::kRandom;
  size_t mutants = 0;
  std::vector<double> seconds;  // of those whose median is known, sorted
  Measure median;               // of the medians
  std::string slowest;          // the mutant of the last of `seconds`
};

// A total for each engine that has scores, in the order of kPowerEngines.
std::vector<Total> Totals(const std::vector<Score>& scores);

}  // namespace ouro

#endif  // FUZZ_POWER_POWER_H_
