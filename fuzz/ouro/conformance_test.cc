// Adapters are checked, and so is the check: sound adapters do all duties, liars do not. The errors
// planted in adapters over the line protocol are in fuzz/ouro/adapter_errors_test.py.

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

std::vector<Fault> FaultsOf(const Specimen& specimen, size_t* done) {
  const RunProgram run = [&specimen](const Program& program, std::string* transcript) {
    return TryIsolated(program, specimen, Isolation{}, transcript);
  };
  const FindUnlawful find = [&specimen](const std::vector<Program>& programs) {
    return FindIsolated(programs, kAnySignature, specimen, Isolation{});
  };
  return CheckAdapter(specimen, run, find, done);
}

TEST(DutiesTest, HaveNamesOfTheirOwnAndShortPrograms) {
  std::set<std::string> names;
  for (const Duty& duty : Duties()) {
    EXPECT_TRUE(names.insert(duty.name).second) << duty.name;
    EXPECT_LE(duty.program.size(), size_t{12}) << duty.name;
  }
  EXPECT_GE(names.size(), size_t{100});
}

TEST(AdapterCheckTest, OursDoAllDuties) {
  for (const Specimen& specimen : OwnSpecimens()) {
    size_t done = 0;
    const std::vector<Fault> faults = FaultsOf(specimen, &done);
    for (const Fault& fault : faults)
      ADD_FAILURE() << Report(specimen, fault.verdict, fault.transcript);
    EXPECT_EQ(done, Duties().size());
  }
}

TEST(AdapterCheckTest, PeersDoAllTheirDuties) {
  std::vector<std::string> absent;
  for (const Specimen& specimen : PresentPeers(&absent)) {
    size_t done = 0;
    for (const Fault& fault : FaultsOf(specimen, &done)) {
      ADD_FAILURE() << fault.duty << "\n" << Report(specimen, fault.verdict, fault.transcript);
    }
    EXPECT_GT(done, size_t{80}) << specimen.name;
  }
  for (const std::string& why : absent) std::cout << "absent: " << why << "\n";
}

// Does nothing at all.
class Dead : public Collector {
 public:
  void Execute(const Op&) override {}
  void Reset() override {}
};

TEST(AdapterCheckTest, TriesOneOfEachFamilyWhereNothingIsDone) {
  const Specimen dead = {.name = "dead", .summary = "", .contract = &kCPython39, .make = [](auto&) {
                           return std::make_unique<Dead>();
                         }};
  size_t done = 0;
  size_t programs = 0;
  const std::vector<Fault> faults = CheckAdapter(
      dead,
      [&](const Program& program, std::string* transcript) {
        ++programs;
        return TryIsolated(program, dead, Isolation{}, transcript);
      },
      [&](const std::vector<Program>& all) {
        return FindIsolated(all, kAnySignature, dead, Isolation{});
      },
      &done);
  EXPECT_EQ(done, 0U);
  std::set<std::string> families;
  for (const Duty& duty : Duties()) families.insert(duty.family);
  EXPECT_LT(families.size(), Duties().size() / 2);
  EXPECT_LE(programs, families.size());
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults[0].duty, "the birth of a node is reported");
}

TEST(DutiesTest, AreCountedThatAreNotAskedFor) {
  uint32_t missing = 1;
  EXPECT_EQ(DutiesBeyond(kAllAbilities, &missing), 0U);
  EXPECT_EQ(missing, 0U);
  size_t needing = 0;
  for (const Duty& duty : Duties()) needing += duty.needs != 0 ? 1 : 0;
  EXPECT_GT(needing, 20U);
  EXPECT_EQ(DutiesBeyond(0, &missing), needing);
  EXPECT_EQ(missing, kAllAbilities);
  EXPECT_GT(DutiesBeyond(kWeakReferences, &missing), 0U);
  EXPECT_EQ(missing & kWeakReferences, 0U);
}

// What no duty needed is not said to be done: those that are, are those that were run.
TEST(AdapterCheckTest, CountsAsDoneWhatWasRun) {
  Specimen naive = OwnSpecimens()[3];
  naive.abilities = kFinalizers;
  size_t done = 0;
  EXPECT_TRUE(FaultsOf(naive, &done).empty());
  uint32_t missing = 0;
  EXPECT_EQ(done, Duties().size() - DutiesBeyond(naive.abilities, &missing));
}

TEST(AdapterCheckTest, SaysWhatToLookForWhereAProgramIsLawfulAlone) {
  EXPECT_NE(LookFor(Verdict{}).find("a reset does not forget"), std::string::npos);
}

// A liar is the worst of adapters.
class Liars : public testing::TestWithParam<Law> {};

TEST_P(Liars, AreFound) {
  Specimen liar;
  ASSERT_EQ(FindSpecimen(std::string("liar:") + Name(GetParam()), &liar), "");
  size_t done = 0;
  const std::vector<Fault> faults = FaultsOf(liar, &done);
  if (!faults.empty()) return;
  // What it lies about, no duty asks; random programs do.
  std::vector<Program> programs;
  for (uint64_t i = 0; i < 3000; ++i) programs.push_back(Generate(SeedOf(1, i), {}));
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
