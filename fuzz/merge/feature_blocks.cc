// SPDX-License-Identifier: Apache-2.0

// feature_blocks: which features of the heap the programs of the random generator reach, for
// tools/scale_simulation. A line has a seed, and for each feature that the programs of a block of
// its sequence reach, its number and that of the first program that does:
//
//   7 1312:0 1400:12 ...
//
// Place: a program for developers, beside the features that merges select by. Deterministic.

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "fuzz/campaign/coverage.h"
#include "model/judge/feature.h"
#include "model/trial.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

constexpr uint64_t kMost = 1'000'000;  // of seeds, blocks and programs

// Reads a number from 1 to kMost; 0: it is none.
uint64_t NumberOf(const char* text) {
  char* end;
  const uint64_t number = std::strtoull(text, &end, 10);
  return *text != '\0' && *end == '\0' && number <= kMost ? number : 0;
}

// Runs programs first ... first + count - 1 of the sequence. Returns "" or what was unlawful.
std::string PrintBlock(const Specimen& specimen, uint64_t seed, uint64_t first, uint64_t count) {
  Trial trial(specimen);
  std::array<uint8_t, FeatureCounter::kSize> counts = {};
  trial.CountFeatures(counts.data());
  std::map<uint32_t, uint64_t> reached;
  for (uint64_t i = 0; i < count; ++i) {
    counts.fill(0);
    const Verdict verdict = trial.Run(Generate(SeedOf(seed, first + i), GeneratorOptions()));
    if (!verdict.lawful()) {
      return fmt::format("program {} of seed {}: {}", first + i, seed, verdict.signature());
    }
    std::vector<uint32_t> features;
    AppendMagnitudes(counts.data(), counts.size(), &features);
    for (const uint32_t feature : features) reached.emplace(feature, i);
  }
  fmt::print("{}", seed);
  for (const auto& [feature, index] : reached) fmt::print(" {}:{}", feature, index);
  fmt::print("\n");
  return "";
}

int Run(int argc, char** argv) {
  const uint64_t seeds = argc == 4 ? NumberOf(argv[1]) : 0;
  const uint64_t blocks = argc == 4 ? NumberOf(argv[2]) : 0;
  const uint64_t programs = argc == 4 ? NumberOf(argv[3]) : 0;
  if (seeds == 0 || blocks == 0 || programs == 0) {
    fmt::print(stderr,
               "usage: feature_blocks SEEDS BLOCKS PROGRAMS: blocks of each seed, programs "
               "of each block\n");
    return 2;
  }
  Specimen specimen;
  std::string error = FindSpecimen("optimized", &specimen);
  for (uint64_t seed = 1; seed <= seeds && error.empty(); ++seed) {
    for (uint64_t block = 0; block < blocks && error.empty(); ++block) {
      error = PrintBlock(specimen, seed, block * programs, programs);
    }
  }
  if (!error.empty()) fmt::print(stderr, "feature_blocks: {}\n", error);
  return error.empty() ? 0 : 1;
}

}  // namespace
}  // namespace ouro

int main(int argc, char** argv) { return ouro::Run(argc, argv); }
