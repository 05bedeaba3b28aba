// SPDX-License-Identifier: Apache-2.0

// Random programs on the optimized collector, under each of its rules, for MemorySanitizer. It
// needs all code instrumented, so this program uses no library that is not compiled here; it
// reports errors itself, so this program checks verdicts only.
//
//   bazel run --config=msan //properties:msan_trials -- 100000
//
// Place: beside the properties, which need GoogleTest and so cannot be instrumented.

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "collector/optimized.h"
#include "model/collector.h"
#include "model/program.h"
#include "model/trial.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

constexpr uint64_t kPrograms = 20'000;  // unless the command line says otherwise

// Runs that many random programs, prints the first unlawful one, and returns how many there are.
uint64_t Unlawful(const Contract& contract, const heap::Rules& rules, uint64_t programs) {
  Specimen specimen;
  specimen.name = "optimized";
  specimen.contract = &contract;
  specimen.make = [rules](Observer& observer) { return MakeOptimized(observer, rules); };
  Trial trial(specimen);
  uint64_t unlawful = 0;
  for (uint64_t i = 0; i < programs; ++i) {
    const Program program = Generate(SeedOf(1, i), {.abilities = kMaps});
    if (trial.Run(program).lawful()) continue;
    if (++unlawful == 1) std::printf("%s", Print(program).c_str());
  }
  std::printf("%llu programs under %s, %llu unlawful\n", static_cast<unsigned long long>(programs),
              contract.name, static_cast<unsigned long long>(unlawful));
  return unlawful;
}

}  // namespace
}  // namespace ouro

int main(int argc, char** argv) {
  const uint64_t programs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : ouro::kPrograms;
  const uint64_t unlawful = ouro::Unlawful(ouro::kCPython26, ouro::kRules26, programs) +
                            ouro::Unlawful(ouro::kCPython27, ouro::kRules27, programs) +
                            ouro::Unlawful(ouro::kCPython39, ouro::kRulesPep442, programs);
  return unlawful == 0 ? 0 : 1;
}
