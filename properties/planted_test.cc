// SPDX-License-Identifier: Apache-2.0

// Planted bugs: random programs find each of them, the canary at once, and find nothing in the
// sound collector.
//
// Place: measures the generator and the judge by known bugs. The broken copies may crash or hang,
// so their trials run in a child process.

#include "collector/planted/planted.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "model/collector.h"
#include "model/isolate.h"
#include "model/program.h"
#include "model/trial.h"
#include "properties/generator/generator.h"
#include "properties/testing/arbitrary.h"
#include "properties/testing/fixture.h"

namespace ouro {
namespace {

constexpr size_t kBatch = 1000;  // programs for one child process

// How many random programs a bug may survive: many times the number measured with seven seeds, 2 to
// 11 for the canary, up to 16,000 for the others.
constexpr size_t kCanarySurvives = 200;
constexpr size_t kOthersSurvive = 200'000;

// This one takes 68,000 to 174,000 random programs, so it gets a program of its own.
constexpr char kHardest[] = "planted:stale-head";
constexpr char kForTheHardest[] =
    "def 0:\n"
    "main:\n"
    "  threshold 3 0 0\n"
    "  r0 = node 0\n"
    "  r1 = node 2\n"
    "  r1.0 = r1\n"
    "  r2 = weak r0 call 0\n"  // only cyclic trash references it, until ...
    "  r1.1 = r2\n"
    "  r2 = none\n"
    "  r1 = none\n"
    "  r3 = weak r0\n"  // ... this allocation collects
    "  r0 = none\n";

using PlantedTest = SpecimenTest;

// The sound collector under the same contract.
Specimen Sound(const Specimen& bug) {
  return Named(bug.contract == &kCPython26 ? "optimized" : "optimized-pep442");
}

void ExpectLawful(const std::vector<Program>& programs, const Specimen& specimen) {
  Trial trial(specimen);
  for (const Program& program : programs) {
    std::string transcript;
    const Verdict verdict = trial.Run(program, &transcript);
    ASSERT_TRUE(verdict.lawful()) << Report(specimen, verdict, transcript) << Print(program);
  }
}

// The next batch of programs for a bug, from the `begin`-th on.
std::vector<Program> Programs(const Specimen& bug, size_t begin, size_t end) {
  std::vector<Program> programs;
  if (bug.name == kHardest) {
    EXPECT_EQ(Parse(kForTheHardest, &programs), "");
    return programs;
  }
  for (size_t i = begin; i < std::min(begin + kBatch, end); ++i) {
    programs.push_back(Generate(SeedOf(Seed(), i), {.abilities = bug.abilities}));
  }
  return programs;
}

TEST_P(PlantedTest, IsFound) {
  const Specimen& bug = GetParam();
  const size_t limit = bug.name == kHardest  ? 1
                       : bug.name == kCanary ? kCanarySurvives
                                             : kOthersSurvive;
  size_t survived = 0;
  while (survived < limit) {
    const std::vector<Program> programs = Programs(bug, survived, limit);
    ExpectLawful(programs, Sound(bug));
    const size_t found = FindIsolated(programs, kAnySignature, bug, {});
    survived += found;
    if (found == programs.size()) continue;
    const std::string signature = TryIsolated(programs[found], bug, {}).signature();
    std::printf("%-24s program %6zu  %s\n", bug.name.c_str(), survived + 1, signature.c_str());
    return;
  }
  FAIL() << "it survived " << survived << " programs";
}

INSTANTIATE_TEST_SUITE_P(All, PlantedTest, testing::ValuesIn(PlantedBugs()), [](const auto& info) {
  std::string name = info.param.name.substr(std::string("planted:").size());
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Planted, EachIsASpecimenThatSaysWhatItBreaks) {
  std::set<std::string> summaries;
  for (const Specimen& bug : PlantedBugs()) {
    EXPECT_EQ(Named(bug.name).summary, bug.summary);
    EXPECT_TRUE(summaries.insert(bug.summary).second) << bug.summary;
  }
  EXPECT_EQ(Named(kCanary).name, kCanary);
  Specimen specimen;
  const std::string error = FindSpecimen("planted:nothing", &specimen);
  EXPECT_NE(error.find(kCanary), std::string::npos) << error;
}

}  // namespace
}  // namespace ouro
