// SPDX-License-Identifier: Apache-2.0

// A search runs one engine on one mutant until it finds the bug or time is over.
//
// Place: behind `ouro power`. It is a supervisor (fuzz/campaign/supervisor.h) with one worker, so
// an engine runs exactly as in a campaign. The clock starts before the worker, and counts the start
// of libFuzzer's process.

#ifndef FUZZ_POWER_SEARCH_H_
#define FUZZ_POWER_SEARCH_H_

#include <functional>
#include <string>

#include "fuzz/power/power.h"
#include "model/collector.h"
#include "properties/generator/weights.h"

namespace ouro {

struct SearchOptions {
  int seconds = 10;                  // the limit
  std::string fuzzer;                // libFuzzer's binary; "": that of FindFuzzer
  const Weights* weights = nullptr;  // of the generator; null: the tuned ones
  std::string work;            // an existing folder for the worker's slot; one search at a time
  std::function<bool()> stop;  // returns true to end the search; may be empty
};

// Searches for attempt->mutant's bug with attempt->engine and attempt->seed, and fills in the rest.
// Returns "" or why the engine cannot run.
//
// A program hangs after 2 s or half the limit, whichever is less. A hang, or a death by a signal
// from outside, counts if the program repeats it alone, or when it happens a second time: a mutant
// may carry state from one program to the next.
//
// libFuzzer is guided by features of the heap, and by the edges of a library that is instrumented.
std::string Search(const Specimen& mutant, const SearchOptions& options, Attempt* attempt);

}  // namespace ouro

#endif  // FUZZ_POWER_SEARCH_H_
