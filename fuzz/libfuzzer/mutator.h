// The mutator changes programs a little, as a fuzzer wants it: what it makes is a program again,
// and most of what the program did before, it still does. Changed bytes of the byte form are
// programs too, but they never move a run, wrap one in a finalizer or grow a ring.
//
// Place: above the language and the generator's shapes; below the entry points of fuzzers.

#ifndef FUZZ_LIBFUZZER_MUTATOR_H_
#define FUZZ_LIBFUZZER_MUTATOR_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/program.h"
#include "properties/generator/random.h"

namespace ouro {

// A small change to a program. All numbers that it writes have an exact byte form, so that
// Decode(Encode(p)) is p for whatever it makes of a program for which this holds.
struct Mutation {
  const char* name;
  // False: it does not apply, and the program is as it was. True: the program is another one, of at
  // most `max_ops` operations. It may have empty scripts at the end.
  // REQUIRES: the program has at most `max_ops` operations.
  bool (*apply)(Random& random, size_t max_ops, Program* program);
  const char* sentence;
};

inline constexpr size_t kMutations = 13;
extern const std::array<Mutation, kMutations> kMutationTable;

// Applies one mutation, each with the same share of the draws, and says which; null: none applies.
// REQUIRES: the program has at most `max_ops` operations.
const Mutation* MutateOnce(Random& random, size_t max_ops, Program* program);

// Applies one to four mutations, mostly one; the same ones for the same seed and program. The
// result has at most `max_ops` operations, no empty scripts at the end, and differs from what was
// given, unless no mutation applies. A program that is too long is cut first.
void Mutate(uint64_t seed, size_t max_ops, Program* program);

// A child of two programs: `a` with a run of b's main put in, which takes the place of nothing, of
// a run, or of all that follows. It brings the scripts that it names, under numbers that are free.
// The same child for the same seed; at most `max_ops` operations.
Program Cross(uint64_t seed, const Program& a, const Program& b, size_t max_ops);

}  // namespace ouro

#endif  // FUZZ_LIBFUZZER_MUTATOR_H_
