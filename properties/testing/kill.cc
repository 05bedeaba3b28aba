// SPDX-License-Identifier: Apache-2.0

#include "properties/testing/kill.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "collector/specimens.h"
#include "corpus/corpus.h"
#include "model/isolate.h"
#include "model/shrink.h"
#include "properties/generator/generator.h"
#include "properties/testing/arbitrary.h"

namespace ouro {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFirstBatch = 100;  // programs for the first child process; later ones get kBatch
constexpr size_t kBatch = 2000;
constexpr int kHang = 2000;  // milliseconds for one program
constexpr int kShrinkSeconds = 3;

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

}  // namespace

std::vector<std::string> Libraries(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string stem = entry.path().stem().string();
    if (stem.starts_with("lib-")) names.push_back(stem.substr(4));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Specimen Library(const std::string& folder, const std::string& name) {
  Specimen specimen;
  const std::string path = fmt::format("{}/lib-{}.so", folder, name);
  EXPECT_EQ(FindSpecimen("lib:" + fs::absolute(path).string(), &specimen), "");
  return specimen;
}

std::string TestName(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

Program ProgramOf(size_t index, const Specimen& specimen) {
  GeneratorOptions options;
  options.abilities = specimen.abilities;
  if (index % 50 == 49) options.operations = 1000;
  return Generate(SeedOf(Seed(), index), options);
}

std::vector<Program> CorpusPrograms() {
  std::vector<Program> programs;
  for (const char* folder : {"laws", "rules", "history", "found"}) {
    for (const CorpusFile& file : ReadCorpus(folder)) {
      programs.insert(programs.end(), file.programs.begin(), file.programs.end());
    }
  }
  return programs;
}

Death Kill(const Specimen& mutant, size_t limit) {
  const auto begin = std::chrono::steady_clock::now();
  const Isolation isolation = {.limits = {}, .milliseconds = kHang};
  static const std::vector<Program> corpus = CorpusPrograms();
  const size_t by_corpus = FindIsolated(corpus, kAnySignature, mutant, isolation);
  Death death;
  death.by_corpus = by_corpus < corpus.size();
  std::vector<Program> programs;
  for (size_t batch = kFirstBatch; death.programs < limit; batch = kBatch) {
    programs.clear();
    for (size_t i = 0; i < batch; ++i) {
      programs.push_back(ProgramOf(death.programs + i, mutant));
    }
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

void PrintRow(const std::string& name, const Death& death) {
  const bool random = death.seconds > 0;
  fmt::print("| {} | {} | {} | {} | {} | {} |\n", name, death.signature,
             random ? fmt::format("{}", death.programs + 1) : "-",
             random ? fmt::format("{:.2f}", death.seconds) : "-", death.operations,
             death.by_corpus ? "yes" : "no");
}

}  // namespace ouro
