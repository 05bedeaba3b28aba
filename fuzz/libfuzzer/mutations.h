// SPDX-License-Identifier: Apache-2.0

// A mutation is one small change to a program; here is the table of all of them.
//
// Place: above the language and the shapes of the generator; the mutator draws from the table.

#ifndef FUZZ_LIBFUZZER_MUTATIONS_H_
#define FUZZ_LIBFUZZER_MUTATIONS_H_

#include <array>
#include <cstddef>

#include "model/program.h"
#include "properties/generator/random.h"

namespace ouro {

struct Mutation {
  const char* name;
  // Changes the program and returns true, or returns false and leaves it as it is. The result has
  // at most `max_ops` operations, and may have empty scripts at the end. All numbers that are
  // written have an exact byte form: if Decode(Encode(p)) is p before, it is p after.
  // REQUIRES: the program has at most `max_ops` operations.
  bool (*apply)(Random& random, size_t max_ops, Program* program);
  const char* sentence;  // what changes
};

inline constexpr size_t kMutations = 13;
extern const std::array<Mutation, kMutations> kMutationTable;

}  // namespace ouro

#endif  // FUZZ_LIBFUZZER_MUTATIONS_H_
