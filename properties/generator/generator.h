// SPDX-License-Identifier: Apache-2.0

// The generator makes random programs that reach what uniform random operations miss. It mixes
// single operations with shapes (shapes.h: rings with weak references around them, and a dozen
// arrangements that chance rarely builds) and writes scripts that resurrect, collect, dereference
// and raise. Each program draws which kinds of operations it has and how often (swarm testing), so
// that rare ones occur together. Why shapes: the table in section 13 of the semantics;
// reach_test.cc measures what is reached.
//
// Place: shared by the properties (through RapidCheck, see arbitrary.h) and by campaigns. Its
// functions are pure, and any thread may call them.

#ifndef PROPERTIES_GENERATOR_GENERATOR_H_
#define PROPERTIES_GENERATOR_GENERATOR_H_

#include <cstdint>
#include <vector>

#include "model/kind.h"
#include "model/program.h"
#include "properties/generator/subject.h"
#include "properties/generator/weights.h"

namespace ouro {

struct GeneratorOptions {
  int operations = 60;        // of main; scripts come on top
  bool long_programs = true;  // some have several times as many
  Subject subject = Subject::kEverything;
  bool clusters = true;             // false: uniform random operations, the baseline
  bool settings = true;             // thresholds, enable, disable, saveall
  bool saveall_in_scripts = false;  // see Operations::ScriptSetting
  bool failures = true;             // `fail N`
  bool censuses = true;
  // Of the specimen. Each of kNewerAbilities is in half of the programs if it is there; the rest of
  // the language is in all, whatever this says.
  uint32_t abilities = 0;
  bool scale = false;                // each program has a long chain
  const Weights* weights = nullptr;  // null: kTunedWeights. They outlive the call.
  // The kinds that programs may name: see dress.h. Empty: programs are plain.
  std::vector<KindRow> kinds = {};
};

// The program of that seed: the same on every machine, with options.operations operations of main;
// a long one, which has 30 at least otherwise, with five times as many. REQUIRES:
// options.operations
// >= 0.
Program Generate(uint64_t seed, const GeneratorOptions& options = {});

// The seed of program `index` of the sequence that users call `--seed sequence`. Two sequences
// overlap only by an improbable coincidence.
uint64_t SeedOf(uint64_t sequence, uint64_t index);

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_GENERATOR_H_
