// SPDX-License-Identifier: Apache-2.0

// Mutants: random programs kill each of them within seconds, or else the corpus does. A table shows
// which law convicted it, after how many programs and how much time, how small the counterexample
// is, and whether the corpus alone would have sufficed.
//
// Place: measures the generator and the judge by known bugs. Mutants are libraries that run in
// child processes, which they may crash or hang.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "corpus/corpus.h"
#include "model/collector.h"
#include "model/isolate.h"
#include "model/program.h"
#include "model/shrink.h"
#include "properties/generator/generator.h"
#include "properties/testing/arbitrary.h"

namespace ouro {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFirstBatch = 100;  // programs for the first child process; later ones get kBatch
constexpr size_t kBatch = 2000;
constexpr size_t kSurvives = 50'000;  // programs; all but two mutants take a tenth of that
constexpr int kHang = 2000;           // milliseconds for one program
constexpr int kShrinkSeconds = 3;
constexpr char kFolder[] = "properties/mutants";

std::vector<std::string> Mutants() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    const std::string stem = entry.path().stem().string();
    if (stem.starts_with("lib-")) names.push_back(stem.substr(4));
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Every fiftieth program is long: some bugs need many objects.
Program ProgramOf(size_t index) {
  GeneratorOptions options;
  if (index % 50 == 49) options.operations = 1000;
  return Generate(SeedOf(Seed(), index), options);
}

std::vector<Program> Corpus() {
  std::vector<Program> programs;
  for (const char* folder : {"laws", "rules", "history", "found"}) {
    for (const CorpusFile& file : ReadCorpus(folder)) {
      programs.insert(programs.end(), file.programs.begin(), file.programs.end());
    }
  }
  return programs;
}

struct Death {
  size_t programs = 0;  // that it survived
  double seconds = 0;
  std::string signature;  // "" if it lives
  size_t operations = 0;  // of the shrunk program; 0 if it takes several programs
  bool by_corpus = false;
};

// Fills in signature and size from a program that convicted the mutant.
void Account(const Specimen& mutant, const Isolation& isolation, const Program& program,
             Death* death) {
  death->signature = TryIsolated(program, mutant, isolation).signature();
  if (death->signature.empty()) {
    death->signature = "only after other programs";
    return;
  }
  const ShrinkOptions options = {.isolation = isolation, .seconds = kShrinkSeconds};
  death->operations = Shrink(program, death->signature, mutant, options).program.size();
}

Death Kill(const Specimen& mutant) {
  const auto begin = std::chrono::steady_clock::now();
  const Isolation isolation = {.limits = {}, .milliseconds = kHang};
  static const std::vector<Program> corpus = Corpus();
  const size_t by_corpus = FindIsolated(corpus, kAnySignature, mutant, isolation);
  Death death;
  death.by_corpus = by_corpus < corpus.size();
  std::vector<Program> programs;
  for (size_t batch = kFirstBatch; death.programs < kSurvives; batch = kBatch) {
    programs.clear();
    for (size_t i = 0; i < batch; ++i) programs.push_back(ProgramOf(death.programs + i));
    const size_t found = FindIsolated(programs, kAnySignature, mutant, isolation);
    death.programs += found;
    if (found == batch) continue;
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    death.seconds = time.count();
    Account(mutant, isolation, programs[found], &death);
    return death;
  }
  if (death.by_corpus) Account(mutant, isolation, corpus[by_corpus], &death);
  return death;
}

class MutantTest : public testing::TestWithParam<std::string> {};

TEST_P(MutantTest, IsKilled) {
  Specimen mutant;
  const std::string path = fmt::format("{}/lib-{}.so", kFolder, GetParam());
  ASSERT_EQ(FindSpecimen("lib:" + fs::absolute(path).string(), &mutant), "");
  const Death death = Kill(mutant);
  ASSERT_NE(death.signature, "") << mutant.summary << ": it survived " << death.programs;
  const bool random = death.seconds > 0;
  fmt::print("| {} | {} | {} | {} | {} | {} |\n", GetParam(), death.signature,
             random ? fmt::format("{}", death.programs + 1) : "-",
             random ? fmt::format("{:.2f}", death.seconds) : "-", death.operations,
             death.by_corpus ? "yes" : "no");
}

INSTANTIATE_TEST_SUITE_P(All, MutantTest, testing::ValuesIn(Mutants()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace ouro
