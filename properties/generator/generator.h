// The generator makes random programs that reach what uniform random operations miss. It mixes
// single operations with shapes (see shapes.h: rings with weak references around them, and a dozen
// arrangements that chance rarely makes) and writes scripts that resurrect, collect, dereference
// and raise. Swarm weights: each program draws which kinds it has and how often, so that rare ones
// meet. Why shapes: the table in section 13 of the semantics; reach_test.cc counts what is reached.
//
// Place: shared by properties (through RapidCheck, see arbitrary.h) and by campaigns.

#ifndef PROPERTIES_GENERATOR_GENERATOR_H_
#define PROPERTIES_GENERATOR_GENERATOR_H_

#include <cstdint>

#include "model/program.h"

namespace ouro {

// What a program is mostly about.
enum class Subject : uint8_t {
  kEverything,
  kFreedObjects,         // deaths by reference count and of cyclic trash
  kUncollectableCycles,  // cycles with finalizers, the garbage list, saveall
  kDestructorCalls,      // finalizers: resurrection, nesting, exceptions
  kWeakReferences,       // callbacks and dereferences
  kCollections,          // generations, thresholds, nesting
};
inline constexpr int kSubjects = static_cast<int>(Subject::kCollections) + 1;

struct GeneratorOptions {
  int operations = 60;  // of main; scripts come on top
  Subject subject = Subject::kEverything;
  bool clusters = true;  // false: uniform random operations, the baseline
  bool settings = true;  // thresholds, enable, disable, saveall
  bool failures = true;  // `fail N`
  bool censuses = true;
};

// The program of that seed: the same one on every machine.
Program Generate(uint64_t seed, const GeneratorOptions& options = {});

// The seed of the program of that index in the sequence that a user calls `--seed sequence`.
// Sequences do not overlap in practice.
uint64_t SeedOf(uint64_t sequence, uint64_t index);

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_GENERATOR_H_
