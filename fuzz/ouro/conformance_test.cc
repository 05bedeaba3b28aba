// SPDX-License-Identifier: Apache-2.0

// Checks adapters, and the conformance cases themselves: sound adapters pass all, liars do not. The
// mistakes planted in adapters that speak the line protocol are in adapter_errors_test.py.

#include "fuzz/ouro/conformance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <set>

#include "collector/specimens.h"
#include "model/collector.h"
#include "model/isolate.h"
#include "model/judge/law.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

std::vector<FailedCase> FailuresOf(const Specimen& specimen, size_t* passed) {
  const RunProgram run = [&specimen](const Program& program, std::string* transcript) {
    return TryIsolated(program, specimen, Isolation{}, transcript);
  };
  const FindUnlawful find = [&specimen](const std::vector<Program>& programs) {
    return FindIsolated(programs, kAnySignature, specimen, Isolation{});
  };
  return CheckConformance(specimen, run, find, passed);
}

TEST(ConformanceCasesTest, HaveUniqueNamesAndShortPrograms) {
  std::set<std::string> names;
  for (const ConformanceCase& test : ConformanceCases()) {
    EXPECT_TRUE(names.insert(test.name).second) << test.name;
    EXPECT_LE(test.program.size(), size_t{12}) << test.name;
  }
  EXPECT_GE(names.size(), size_t{100});
}

TEST(ConformanceTest, OwnSpecimensPassAllCases) {
  for (const Specimen& specimen : OwnSpecimens()) {
    size_t passed = 0;
    const std::vector<FailedCase> failures = FailuresOf(specimen, &passed);
    for (const FailedCase& failed : failures)
      ADD_FAILURE() << Report(specimen, failed.verdict, failed.transcript);
    uint32_t missing = 0;
    const size_t skipped = CountSkipped(specimen.abilities, &missing);
    EXPECT_EQ(passed + skipped, ConformanceCases().size());
    EXPECT_EQ(missing & ~uint32_t{kSteps}, 0U);
  }
}

TEST(ConformanceTest, PeersPassAllTheirCases) {
  std::vector<std::string> absent;
  for (const Specimen& specimen : PresentPeers(&absent)) {
    size_t passed = 0;
    for (const FailedCase& failed : FailuresOf(specimen, &passed)) {
      // PHP 8.2: GH-10043, corpus/native/php_weak_map_cycle.php.
      const bool known = specimen.summary.find("PHP 8.2") != std::string::npos &&
                         failed.name == "a value that leads to its key does not keep it alive";
      if (known) continue;
      ADD_FAILURE() << failed.name << "\n" << Report(specimen, failed.verdict, failed.transcript);
    }
    EXPECT_GT(passed, size_t{80}) << specimen.name;
  }
  for (const std::string& why : absent) std::cout << "absent: " << why << "\n";
}

// Ignores every operation.
class Dead : public Collector {
 public:
  void Execute(const Op&) override {}
  void Reset() override {}
};

TEST(ConformanceTest, TriesOneOfEachFamilyWhereNothingWorks) {
  const Specimen dead = {.name = "dead", .summary = "", .contract = &kCPython39, .make = [](auto&) {
                           return std::make_unique<Dead>();
                         }};
  size_t passed = 0;
  size_t programs = 0;
  const std::vector<FailedCase> failures = CheckConformance(
      dead,
      [&](const Program& program, std::string* transcript) {
        ++programs;
        return TryIsolated(program, dead, Isolation{}, transcript);
      },
      [&](const std::vector<Program>& all) {
        return FindIsolated(all, kAnySignature, dead, Isolation{});
      },
      &passed);
  EXPECT_EQ(passed, 0U);
  std::set<std::string> families;
  for (const ConformanceCase& test : ConformanceCases()) families.insert(test.family);
  EXPECT_LT(families.size(), ConformanceCases().size() * 3 / 5);
  EXPECT_LE(programs, families.size());
  ASSERT_FALSE(failures.empty());
  EXPECT_EQ(failures[0].name, "the birth of a node is reported");
}

TEST(ConformanceCasesTest, SkippedOnesAreCounted) {
  uint32_t missing = 1;
  EXPECT_EQ(CountSkipped(kAllAbilities, &missing), 0U);
  EXPECT_EQ(missing, 0U);
  size_t needing = 0;
  for (const ConformanceCase& test : ConformanceCases()) needing += test.needs != 0 ? 1 : 0;
  EXPECT_GT(needing, 20U);
  EXPECT_EQ(CountSkipped(0, &missing), needing);
  EXPECT_EQ(missing, kAllAbilities);
  EXPECT_GT(CountSkipped(kWeakReferences, &missing), 0U);
  EXPECT_EQ(missing & kWeakReferences, 0U);
}

// A case that was skipped does not count as passed.
TEST(ConformanceTest, CountsAsPassedOnlyWhatWasRun) {
  Specimen naive = OwnSpecimens()[3];
  naive.abilities = kFinalizers;
  size_t passed = 0;
  EXPECT_TRUE(FailuresOf(naive, &passed).empty());
  uint32_t missing = 0;
  EXPECT_EQ(passed, ConformanceCases().size() - CountSkipped(naive.abilities, &missing));
}

TEST(ConformanceTest, SaysWhatToLookForWhenAProgramIsLawfulAlone) {
  EXPECT_NE(LookFor(Verdict{}).find("a reset does not clear"), std::string::npos);
}

// A liar is the worst of adapters.
class Liars : public testing::TestWithParam<Law> {};

TEST_P(Liars, AreFound) {
  Specimen liar;
  ASSERT_EQ(FindSpecimen(std::string("liar:") + Name(GetParam()), &liar), "");
  size_t passed = 0;
  const std::vector<FailedCase> failures = FailuresOf(liar, &passed);
  if (!failures.empty()) return;
  // No case covers what it lies about; random programs do.
  std::vector<Program> programs;
  for (uint64_t i = 0; i < 3000; ++i)
    programs.push_back(Generate(SeedOf(1, i), {.abilities = kMaps}));
  EXPECT_LT(FindIsolated(programs, kAnySignature, liar, Isolation{}), programs.size());
}

std::vector<Law> AllLaws() {
  std::vector<Law> laws;
  for (int i = 0; i < kLaws; ++i) laws.push_back(static_cast<Law>(i));
  return laws;
}

INSTANTIATE_TEST_SUITE_P(OfAllLaws, Liars, testing::ValuesIn(AllLaws()), [](const auto& info) {
  std::string name = Name(info.param);
  name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
  return name;
});

}  // namespace
}  // namespace ouro
