// SPDX-License-Identifier: Apache-2.0

#include "fuzz/power/walk.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "model/isolate.h"
#include "model/trial.h"

namespace ouro {
namespace {

constexpr uint64_t kFirstBatch = 50;  // most mutants need no more
constexpr uint64_t kBatch = 500;
constexpr uint64_t kSample = 3000;
constexpr int kHangMs = 2000;

}  // namespace

uint64_t Walk(const Specimen& mutant, const GeneratorOptions& options, uint64_t seed,
              uint64_t limit) {
  Isolation isolation;
  isolation.limits.verify = Limits::Verify::kAfterProgram;
  isolation.milliseconds = kHangMs;
  uint64_t done = 0;
  while (done < limit) {
    const uint64_t size = std::min(limit - done, done == 0 ? kFirstBatch : kBatch);
    std::vector<Program> batch;
    for (uint64_t i = 0; i < size; ++i) batch.push_back(Generate(SeedOf(seed, done + i), options));
    const size_t found = FindIsolated(batch, kAnySignature, mutant, isolation);
    if (found < batch.size()) return done + found + 1;
    done += size;
  }
  return 0;
}

double CostOf(const Specimen& lawful, const GeneratorOptions& options) {
  Trial trial(lawful);
  int64_t operations = 0;
  for (uint64_t i = 0; i < kSample; ++i) {
    operations += trial.Run(Generate(SeedOf(1, i), options)).operations;
  }
  return static_cast<double>(operations) / static_cast<double>(kSample);
}

}  // namespace ouro
