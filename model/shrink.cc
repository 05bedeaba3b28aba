// SPDX-License-Identifier: Apache-2.0

#include "model/shrink.h"

#include <chrono>
#include <cstddef>
#include <vector>

namespace ouro {

Shrunk Shrink(const Program& program, const std::string& signature, const Specimen& specimen,
              const ShrinkOptions& options) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  Isolation isolation = options.isolation;
  Shrunk shrunk{.program = program};
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
