// SPDX-License-Identifier: Apache-2.0

// The situations that PossibleSituations() claims are exactly those that happen: collectors that
// lack abilities reach all of them and no others. A campaign lists possible situations that it did
// not reach, so a wrong claim would send the author of an adapter after a mistake that does not
// exist.

#include "model/judge/situation.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "model/trial.h"
#include "properties/generator/generator.h"
#include "properties/testing/arbitrary.h"
#include "properties/testing/fixture.h"

namespace ouro {
namespace {

constexpr uint64_t kPrograms = 80'000;

std::string Names(uint64_t situations) {
  std::string names;
  for (int i = 0; i < kSituations; ++i) {
    if ((situations >> i & 1) != 0) names += fmt::format(" {}", Name(static_cast<Situation>(i)));
  }
  return names;
}

uint64_t Reached(const Specimen& specimen) {
  Trial trial(specimen);
  const uint64_t possible = PossibleSituations(specimen);
  const GeneratorOptions options = {.abilities = specimen.abilities};
  uint64_t reached = 0;
  for (uint64_t i = 0; i < kPrograms && (reached & possible) != possible; ++i) {
    reached |= trial.Run(Generate(SeedOf(Seed(), i), options)).situations;
  }
  for (uint64_t i = 0; i < kPrograms / 10; ++i) {  // and no other ones
    reached |= trial.Run(Generate(SeedOf(Seed() + 1, i), options)).situations;
  }
  return reached;
}

TEST(SituationTest, IsWhatHappensToCollectorsThatLackAbilities) {
  for (const char* name : {"optimized", "optimized-pep442"}) {
    // These have generations, whether or not they claim the ability.
    std::vector<uint32_t> lacks = {0, kExactAbilities & ~uint32_t{kGenerations3}};
    for (uint32_t one = 1; one < kAllAbilities; one <<= 1) {
      if (one != kGenerations3) lacks.push_back(one);
    }
    lacks.push_back(kFinalizers | kCallbacks);
    lacks.push_back(kFinalizers | kSaveall);
    for (const uint32_t lack : lacks) {
      Specimen specimen = Named(name);
      specimen.abilities = kExactAbilities & ~lack;
      // There are no callbacks without weak references.
      if ((lack & kWeakReferences) != 0) specimen.abilities &= ~uint32_t{kCallbacks};
      const uint64_t possible = PossibleSituations(specimen);
      const uint64_t reached = Reached(specimen);
      const std::string who = fmt::format("{} without {}", name, ListAbilities(lack));
      EXPECT_EQ(reached & ~possible, 0u)
          << who << " cannot reach, and reached:" << Names(reached & ~possible);
      EXPECT_EQ(possible & ~reached, 0u)
          << who << " can reach, and did not:" << Names(possible & ~reached);
    }
  }
}

bool IsPossible(const Contract& contract, uint32_t abilities, Situation situation) {
  Specimen specimen;
  specimen.contract = &contract;
  specimen.abilities = abilities;
  return (PossibleSituations(specimen) >> static_cast<int>(situation) & 1) != 0;
}

TEST(SituationTest, ContractsOfBounds) {
  const Contract* contract = nullptr;
  ASSERT_EQ(ReadContract("perl", &contract), "");
  for (const Situation scripts : {Situation::kScriptRaised, Situation::kScriptInScript,
                                  Situation::kNestedCollect, Situation::kCollectInFinalizer}) {
    EXPECT_FALSE(IsPossible(*contract, kWeakReferences, scripts)) << Name(scripts);
  }
  EXPECT_TRUE(IsPossible(*contract, kFinalizers, Situation::kScriptRaised));
  EXPECT_TRUE(IsPossible(*contract, kFinalizers, Situation::kResurrectedByFinalizer));
  ASSERT_EQ(ReadContract("perl,finalizers=after-death", &contract), "");
  EXPECT_FALSE(IsPossible(*contract, kFinalizers, Situation::kResurrectedByFinalizer));
  EXPECT_TRUE(IsPossible(*contract, kFinalizers, Situation::kFinalizerRuns));
  ASSERT_EQ(ReadContract("lua,finalizers=after-death", &contract), "");
  EXPECT_FALSE(IsPossible(*contract, kFinalizers, Situation::kTrashResurrected));
  EXPECT_TRUE(IsPossible(*contract, kFinalizers, Situation::kTrashFinalized));
}

}  // namespace
}  // namespace ouro
