// SPDX-License-Identifier: Apache-2.0

// An exploration is an exhaustive search through the states that programs within bounds leave in a
// lawful heap. It goes on from each state once, and so needs far fewer programs than there are.
//
// Place: a source of programs, for `ouro enumerate`: what properties/generator/enumerate.h lists,
// without those that a lawful collector cannot tell from another one. It knows the naive collector,
// which predicts, and no collector under test.
//
// Level by level: a level has the states after n operations that were not met before, each with the
// first program that leaves it. From each of them every letter of the alphabet is tried:
//   symmetry:    letters that differ in names alone count as one;
//   commutation: nor is a letter tried after one that it commutes with, and that was tried after it
//                before: so the pair is judged in the other order;
//   state:       if what it leaves has been met before, with as few births, nothing follows it;
//   quiet:       if nothing follows it, and it shows nothing as a last one, it is left out.
// What is left ends a program: those are run, as all shorter ones are their beginnings. So all that
// can happen in the bounds to a lawful heap in any state happens once at least. A collector with a
// bug may have more in it, so a cut may hide one: see Memory.

#ifndef PROPERTIES_EXPLORE_EXPLORE_H_
#define PROPERTIES_EXPLORE_EXPLORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "model/exact_rules.h"
#include "model/program.h"
#include "properties/explore/prediction.h"
#include "properties/generator/enumerate.h"

namespace ouro {

struct ExploreOptions {
  Bounds bounds;
  Memory memory;
  bool commutation = true;
  int workers = 1;
  size_t max_states = 400'000'000;  // 10 GB
  // Polled between batches: true ends the search. May be empty.
  std::function<bool()> stop = {};
};

struct Explored {
  std::vector<uint64_t> states;  // of each level, the empty heap's first
  uint64_t programs = 0;         // that were run
  // Letters that were not followed.
  uint64_t by_symmetry = 0;
  uint64_t by_commutation = 0;
  uint64_t by_state = 0;
  uint64_t quiet = 0;
  bool full = false;     // there were more states than max_states: the search ended there
  bool stopped = false;  // stop() returned true
};

// Called from several threads at a time. Batches are numbered: number and programs of each depend
// on the options alone, and not on the workers, nor does the order of numbers differ from that of
// the search. Not every number is used.
using RunBatch = std::function<void(uint64_t number, const std::vector<Program>& programs)>;

// REQUIRES: rules outlive the call; bounds.objects <= StateSet::kMaxBirths.
// Throws std::bad_alloc, and what `run` throws in this thread.
Explored Explore(const ExactRules& rules, const ExploreOptions& options, const RunBatch& run);

}  // namespace ouro

#endif  // PROPERTIES_EXPLORE_EXPLORE_H_
