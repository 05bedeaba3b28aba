// SPDX-License-Identifier: Apache-2.0

// Shrinking looks for a smallest program with the same signature: as long as one of the programs
// one step simpler (program.h, Simpler) keeps the signature, it continues from the boldest of
// those.
//
// Place: on top of model/.

#ifndef MODEL_SHRINK_H_
#define MODEL_SHRINK_H_

#include <cstddef>
#include <functional>
#include <string>

#include "model/isolate.h"

namespace ouro {

struct ShrinkOptions {
  Isolation isolation = {};
  int seconds = 30;  // after that, the best program so far is the result
  // Called after each step, with the operations left and the candidates tried so far. May be empty.
  std::function<void(size_t operations, size_t tried)> progress = {};
};

struct Shrunk {
  Program program;
  size_t tried = 0;       // candidates that were run
  bool finished = false;  // false: time ran out, or isolation.stop returned true
};

// Deterministic if the specimen is and time does not run out. With kAnySignature any unlawful
// verdict counts: the result is the simplest thing that goes wrong in the program. If the signature
// depends on earlier programs of the same collector, it makes a new collector for each from then
// on. Threads and exceptions: as FindIsolated. REQUIRES: `program` has the signature on `specimen`.
Shrunk Shrink(const Program& program, const std::string& signature, const Specimen& specimen,
              const ShrinkOptions& options);

}  // namespace ouro

#endif  // MODEL_SHRINK_H_
