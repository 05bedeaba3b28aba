// The planted bugs: random programs find each of them, the canary at once, and where they find
// nothing in the original.
//
// Place: measures the generator and the judge by bugs that are known. The copies crash, so trials
// are in a child.

#include "collector/planted/planted.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/isolate.h"
#include "model/program.h"
#include "model/trial.h"
#include "properties/arbitrary.h"
#include "properties/fixture.h"
#include "properties/generator.h"

namespace ouro {
namespace {

constexpr size_t kBatch = 2000;

size_t Most() { return std::getenv("MOST") ? std::atoi(std::getenv("MOST")) : 20000; }

TEST(Planted, Measure) {
  for (const Specimen& bug : PlantedBugs()) {
    std::printf("%-30s", bug.name.c_str());
    for (uint64_t seed = Seed(); seed < Seed() + 3; ++seed) {
      size_t tried = 0;
      size_t at = 0;
      std::string law;
      while (tried < Most()) {
        std::vector<Program> programs;
        for (size_t i = 0; i < kBatch; ++i) programs.push_back(Generate(SeedOf(seed, tried + i)));
        at = FindIsolated(programs, kAnySignature, bug, {});
        tried += kBatch;
        if (at == kBatch) continue;
        law = TryIsolated(programs[at], bug, {}).signature();
        break;
      }
      std::printf(" | %6zu %-40s", law.empty() ? tried : tried - kBatch + at + 1, law.c_str());
      std::fflush(stdout);
    }
    std::printf("\n");
  }
}

}  // namespace
}  // namespace ouro
