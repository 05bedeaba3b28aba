// SPDX-License-Identifier: Apache-2.0

// Small collectors (collector/examples/small/) are lawful under their contracts of bounds, and each
// of their mutants is killed, or is a survivor that is listed here with the reason: a bound that is
// too wide, or programs that the generator does not make. A table as that of mutants_test.cc.
//
// Place: measures the judge of bounds by bugs of the kind that peers have. Who tightens a bound
// finds here what that buys: a survivor that dies fails its test until it is taken off the list.

#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/isolate.h"
#include "model/program.h"
#include "model/trial.h"
#include "properties/testing/kill.h"

namespace ouro {
namespace {

constexpr char kCollectors[] = "collector/examples/small";
constexpr char kMutants[] = "collector/examples/small/mutants";
constexpr size_t kLawful = 10'000;     // programs
constexpr size_t kSurvives = 300'000;  // programs; most mutants take a thousandth of that
constexpr size_t kListed = 20'000;     // programs for a survivor

// Why it survives: what no bound demands, or no program shows.
const std::map<std::string, std::string> kSurvivors = {
    {"generational-weak-of-trash",
     "weak=before-finalizer does not demand it of a weak reference that is trash itself"},
    {"generational-young-kept", "only full collections owe anything"},
    {"marking-overflow-once",
     "it takes a graph with two wide levels behind nine registers, which nothing generates"},
    {"trial-collect-in-finalizer", "only collections that main asks for owe anything"},
    {"trial-zombies-kept", "no event shows memory that is not given back"},
};

class SmallCollectorTest : public testing::TestWithParam<std::string> {};

TEST_P(SmallCollectorTest, IsLawful) {
  const Specimen collector = Library(kCollectors, GetParam());
  if (HasFailure()) return;
  std::vector<Program> programs = CorpusPrograms();
  for (size_t i = 0; i < kLawful; ++i) programs.push_back(ProgramOf(i, collector));
  const size_t found = FindIsolated(programs, kAnySignature, collector, Isolation{});
  if (found == programs.size()) return;
  std::string transcript;
  const Verdict verdict = TryIsolated(programs[found], collector, Isolation{}, &transcript);
  FAIL() << "program " << found << "\n" << Report(collector, verdict, transcript);
}

INSTANTIATE_TEST_SUITE_P(All, SmallCollectorTest, testing::ValuesIn(Libraries(kCollectors)),
                         [](const auto& info) { return TestName(info.param); });

class SmallMutantTest : public testing::TestWithParam<std::string> {};

TEST_P(SmallMutantTest, IsKilled) {
  const Specimen mutant = Library(kMutants, GetParam());
  if (HasFailure()) return;
  const auto survivor = kSurvivors.find(GetParam());
  const bool listed = survivor != kSurvivors.end();
  const Death death = Kill(mutant, listed ? kListed : kSurvives);
  PrintRow(GetParam(), death);
  if (listed) {
    EXPECT_EQ(death.signature, "")
        << "it is a survivor no more; it was one because " << survivor->second;
  } else {
    EXPECT_NE(death.signature, "") << mutant.summary << ": it survived " << death.programs;
  }
}

INSTANTIATE_TEST_SUITE_P(All, SmallMutantTest, testing::ValuesIn(Libraries(kMutants)),
                         [](const auto& info) { return TestName(info.param); });

}  // namespace
}  // namespace ouro
