// SPDX-License-Identifier: Apache-2.0

// `ouro reach`: how often random programs reach each conjunction, as a table.

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "collector/specimens.h"
#include "fuzz/interrupt.h"
#include "fuzz/ouro/command_input.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/reach/conjunction.h"
#include "fuzz/reach/reach.h"
#include "fuzz/status_line.h"
#include "model/program.h"
#include "properties/generator/generator.h"
#include "properties/generator/weights.h"

namespace ouro {
namespace {

// Prints the rows; returns how many are rare without an excuse.
int PrintTable(const Reach& reach, bool only_rare) {
  int rare = 0;
  fmt::print("| of {} programs | a million | conjunction |\n|---|---|---|\n", reach.programs);
  for (size_t i = 0; i < kConjunctions; ++i) {
    const std::string name = ConjunctionName(i);
    if (name.empty()) continue;
    const char* excuse = WhyExcused(i);
    const bool is_rare = IsRare(reach.reaching[i], reach.programs);
    if (is_rare && excuse == nullptr) ++rare;
    if (only_rare && !is_rare) continue;
    fmt::print("| {} | {} | {}{} |\n", reach.reaching[i],
               reach.reaching[i] * 1'000'000 / reach.programs, name,
               !is_rare            ? ""
               : excuse == nullptr ? " **rare**"
                                   : fmt::format(" (rare: {})", excuse));
  }
  return rare;
}

}  // namespace

std::string ReachCommand(const ReachArguments& arguments, int* exit_code) {
  Specimen specimen;
  std::string error = FindChosen(arguments.choice, &specimen);
  Weights weights = kTunedWeights;
  if (error.empty()) error = ReadWeightsFile(arguments.weights, &weights);
  if (!error.empty()) return error;
  GeneratorOptions options;
  options.operations = arguments.operations;
  options.clusters = !arguments.uniform;
  options.abilities = specimen.abilities;
  options.kinds = specimen.kinds.kinds();
  options.saveall_in_scripts = IsBuiltIn(specimen.name);
  options.weights = &weights;
  Interruptible interruptible;
  StatusLine status;
  const Reach reach = MeasureReach(
      specimen, arguments.programs,
      [&](uint64_t index) { return Generate(SeedOf(arguments.seed, index), options); },
      [&](int64_t done) {
        status.Show(fmt::format("{} of {} programs", done, arguments.programs));
        return !Interruptible::Interrupted();
      });
  status.Clear();
  if (!reach.trouble.empty()) return fmt::format("reach needs lawful programs:\n{}", reach.trouble);
  if (reach.programs == 0) return "interrupted before the first program";
  const int rare = PrintTable(reach, arguments.rare);
  fmt::print("\n{} conjunctions are too rare: in less than one of {} programs\n", rare, kRare);
  *exit_code = rare > 0 ? 1 : 0;
  return "";
}

}  // namespace ouro
