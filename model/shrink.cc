// SPDX-License-Identifier: Apache-2.0

#include "model/shrink.h"

#include <chrono>
#include <cstddef>
#include <vector>

namespace ouro {

namespace {

// An interpreter takes as long to start as hundreds of programs take to run, and every step of the
// loop below starts two: so this goes as far as it can with one that is kept.
Shrunk ShrinkKept(const Program& program, const std::string& signature, const Specimen& specimen,
                  const ShrinkOptions& options, std::chrono::steady_clock::time_point end) {
  Shrunk shrunk{.program = program};
  const auto step = [&](const Program& reached, size_t tried) {
    shrunk.tried = tried;
    if (options.progress) options.progress(reached.size(), tried);
  };
  const Program last = Descend(program, Simpler, signature, specimen, options.isolation, end, step);
  if (shrunk.tried > 0 && HasSignature(TryIsolated(last, specimen, options.isolation), signature)) {
    shrunk.program = last;
  }
  return shrunk;
}

}  // namespace

Shrunk Shrink(const Program& program, const std::string& signature, const Specimen& specimen,
              const ShrinkOptions& options) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  Isolation isolation = options.isolation;
  Shrunk shrunk{.program = program};
  if (!specimen.in_process) shrunk = ShrinkKept(program, signature, specimen, options, end);
  for (;;) {
    const std::vector<Program> candidates = Simpler(shrunk.program);
    size_t tried = 0;
    const size_t found = FindIsolated(candidates, signature, specimen, isolation, end, &tried);
    shrunk.tried += tried;
    if (found == candidates.size()) {
      shrunk.finished = tried == candidates.size();
      return shrunk;
    }
    // If the collector's Reset does not discard everything, the verdict may be due to earlier
    // candidates.
    if (!isolation.fresh &&
        !HasSignature(TryIsolated(candidates[found], specimen, isolation), signature)) {
      isolation.fresh = true;
      continue;
    }
    shrunk.program = candidates[found];
    if (options.progress) options.progress(shrunk.program.size(), shrunk.tried);
  }
}

}  // namespace ouro
