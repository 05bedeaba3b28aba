// SPDX-License-Identifier: Apache-2.0

// What the text of programs costs: random programs of 60 operations, parsed from one text as from a
// file of a corpus, and printed.
//
//   bazel run -c opt //properties:parsing
//
// Place: a benchmark of model/program_text.cc. judging.cc times judges, throughput.cc trials.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/check.h"
#include "model/program.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

constexpr int kPrograms = 1000;

std::vector<Program> RandomPrograms() {
  std::vector<Program> programs;
  for (uint64_t i = 0; i < kPrograms; ++i) programs.push_back(Generate(SeedOf(1, i)));
  return programs;
}

std::string TextOf(const std::vector<Program>& programs) {
  std::string text;
  for (const Program& program : programs) text += Print(program) + "---\n";
  return text;
}

// Items are operations.
void Count(const std::vector<Program>& programs, benchmark::State* state) {
  size_t operations = 0;
  for (const Program& program : programs) operations += program.size();
  state->SetItemsProcessed(state->iterations() * static_cast<int64_t>(operations));
}

void Parsing(benchmark::State& state) {
  const std::vector<Program> programs = RandomPrograms();
  const std::string text = TextOf(programs);
  for (auto _ : state) {
    std::vector<Program> parsed;
    CHECK(Parse(text, &parsed).empty());
    CHECK(parsed.size() == programs.size());
  }
  Count(programs, &state);
}
BENCHMARK(Parsing)->Unit(benchmark::kMillisecond);

void Printing(benchmark::State& state) {
  const std::vector<Program> programs = RandomPrograms();
  for (auto _ : state) benchmark::DoNotOptimize(TextOf(programs));
  Count(programs, &state);
}
BENCHMARK(Printing)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ouro

BENCHMARK_MAIN();
