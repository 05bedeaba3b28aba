// Shrinking finds the smallest program with the same verdict: while some simpler program keeps the
// signature, it takes the boldest such one.
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
  int seconds = 30;  // then the best so far is the result
  // Called after each success, with operations left and candidates tried; may be empty.
  std::function<void(size_t operations, size_t tried)> progress = {};
};

struct Shrunk {
  Program program;
  size_t tried = 0;       // candidates that were run
  bool finished = false;  // no simpler program keeps the signature
};

// With kAnySignature whatever is unlawful will do: the result is the simplest thing that goes wrong
// in that program. REQUIRES: `program` has the signature on `specimen`; it is not empty.
Shrunk Shrink(const Program& program, const std::string& signature, const Specimen& specimen,
              const ShrinkOptions& options);

}  // namespace ouro

#endif  // MODEL_SHRINK_H_
