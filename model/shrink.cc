#include "model/shrink.h"

#include <algorithm>
#include <chrono>

namespace ouro {

Shrunk Shrink(const Program& program, const std::string& signature, const Specimen& specimen,
              const ShrinkOptions& options) {
  // Candidates of one child: enough to make a fork cheap, few enough to look at the clock.
  constexpr size_t kBatch = 256;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  Shrunk shrunk{.program = program};
  for (;;) {
    const std::vector<Program> candidates = Simpler(shrunk.program);
    size_t begin = 0;
    size_t found = candidates.size();
    while (begin < candidates.size() && found == candidates.size()) {
      if (std::chrono::steady_clock::now() >= end) return shrunk;
      const size_t size = std::min(kBatch, candidates.size() - begin);
      const auto first = candidates.begin() + static_cast<ptrdiff_t>(begin);
      const std::vector<Program> batch(first, first + static_cast<ptrdiff_t>(size));
      const size_t at = FindIsolated(batch, signature, specimen, options.isolation);
      shrunk.tried += std::min(at + 1, size);
      if (at < size) found = begin + at;
      begin += size;
    }
    if (found == candidates.size()) {
      shrunk.finished = true;
      return shrunk;
    }
    shrunk.program = candidates[found];
    if (options.progress) options.progress(shrunk.program.size(), shrunk.tried);
  }
}

}  // namespace ouro
