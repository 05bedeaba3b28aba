// SPDX-License-Identifier: Apache-2.0

// The mutator makes new programs from old ones for a fuzzer. Its results are valid programs and
// keep most of what the program did. Mutations of the bytes would be valid, too, but they would
// never move a range, wrap one in a finalizer, or insert a ring.
//
// Place: above the mutations; below the entry points of fuzzers. All functions are deterministic in
// their arguments.

#ifndef FUZZ_LIBFUZZER_MUTATOR_H_
#define FUZZ_LIBFUZZER_MUTATOR_H_

#include <cstddef>
#include <cstdint>

#include "fuzz/libfuzzer/mutations.h"
#include "model/program.h"
#include "properties/generator/random.h"

namespace ouro {

// Applies one mutation, drawn with equal shares, and returns it; null: none applies.
// REQUIRES: the program has at most `max_ops` operations.
const Mutation* MutateOnce(Random& random, size_t max_ops, Program* program);

// Applies one mutation, or in a quarter of the cases two to four. The result has at most `max_ops`
// operations and no empty scripts at the end, and differs from the program unless no mutation
// applies. A program that is too long is cut first.
void Mutate(uint64_t seed, size_t max_ops, Program* program);

// A child of two programs: `a` with a range of b's main, which is inserted, or replaces a range, or
// replaces the rest of a's main. Scripts come along under free numbers. The child has at most
// `max_ops` operations.
Program Cross(uint64_t seed, const Program& a, const Program& b, size_t max_ops);

}  // namespace ouro

#endif  // FUZZ_LIBFUZZER_MUTATOR_H_
