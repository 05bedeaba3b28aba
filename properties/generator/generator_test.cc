// SPDX-License-Identifier: Apache-2.0

// What random programs are like, as far as no collector has to run them: fuzz/reach measures what
// they do.

#include "properties/generator/generator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "model/program.h"
#include "properties/generator/shapes.h"
#include "properties/generator/weights.h"

namespace ouro {
namespace {

constexpr uint64_t kPrograms = 4000;

TEST(GeneratorTest, OfASeedIsOneProgram) {
  for (uint64_t seed = 0; seed < 100; ++seed) EXPECT_EQ(Generate(seed), Generate(seed));
  EXPECT_NE(Generate(1), Generate(2));
}

TEST(GeneratorTest, OneProgramInFiftyIsLong) {
  size_t is_long = 0;
  for (uint64_t i = 0; i < kPrograms; ++i) {
    const size_t size = Generate(SeedOf(1, i)).main.size();
    EXPECT_TRUE(size == 60 || size == 300) << size;
    is_long += size > 60 ? 1 : 0;
  }
  const double expected =
      static_cast<double>(kPrograms) * kTunedWeights.chances[kLongProgram].value / 100;
  EXPECT_NEAR(static_cast<double>(is_long), expected, expected / 2);
}

TEST(GeneratorTest, WhoWantsSmallProgramsGetsThem) {
  for (uint64_t i = 0; i < kPrograms; ++i) {
    EXPECT_EQ(Generate(SeedOf(2, i), {.operations = 7}).main.size(), 7u);
    EXPECT_EQ(Generate(SeedOf(2, i), {.long_programs = false}).main.size(), 60u);
  }
}

// Whether an operation of that code is in some script of the first programs.
bool InScripts(OpCode code, const GeneratorOptions& options) {
  for (uint64_t i = 0; i < kPrograms; ++i) {
    for (const Script& script : Generate(SeedOf(3, i), options).scripts) {
      if (std::any_of(script.begin(), script.end(),
                      [code](const Op& op) { return op.code == code; })) {
        return true;
      }
    }
  }
  return false;
}

TEST(GeneratorTest, ScriptsChangeSettingsUnlessTheyMayNot) {
  for (const OpCode code : {OpCode::kThreshold, OpCode::kEnable, OpCode::kDisable}) {
    EXPECT_TRUE(InScripts(code, {}));
    EXPECT_FALSE(InScripts(code, {.settings = false}));
  }
  EXPECT_TRUE(InScripts(OpCode::kSaveallOn, {.saveall_in_scripts = true}));
  EXPECT_FALSE(InScripts(OpCode::kSaveallOn, {}));
  EXPECT_FALSE(InScripts(OpCode::kFail, {.failures = false}));
  EXPECT_FALSE(InScripts(OpCode::kCensus, {.censuses = false}));
}

TEST(GeneratorTest, WordsOfTheLanguageNeedTheirAbility) {
  constexpr uint32_t kNewer[] = {kMaps, kDisposal, kEnding, kScopes, kFills, kHeldValues, kSteps};
  for (const uint32_t ability : kNewer) {
    for (uint64_t i = 0; i < 300; ++i) {
      const Program program = Generate(SeedOf(4, i), {.abilities = kAllAbilities & ~ability});
      const auto needs = [ability](const Op& op) { return (NeedsOf(op.code) & ability) != 0; };
      EXPECT_TRUE(std::none_of(program.main.begin(), program.main.end(), needs))
          << ListAbilities(ability) << ":\n"
          << Print(program);
    }
  }
}

TEST(GeneratorTest, NumbersAreNowAndThenFarFromTheUsual) {
  std::set<int> thresholds;
  std::set<int> slots;
  for (uint64_t i = 0; i < kPrograms * 5; ++i) {
    for (const Op& op : Generate(SeedOf(5, i)).main) {
      if (op.code == OpCode::kThreshold) thresholds.insert(op.count);
      if (op.code == OpCode::kNode) slots.insert(op.count);
    }
  }
  for (const int number : {0, 1, 127, 128, 255, 256, 32768, 65536, kMaxArgument}) {
    EXPECT_EQ(thresholds.count(number), 1u) << number;
  }
  EXPECT_EQ(slots.size(), size_t{kMaxSlots} + 1);
}

TEST(WeightsTest, ShapesHaveTheirNames) {
  for (size_t i = 0; i < kShapes; ++i) {
    EXPECT_STREQ(kShapeTable[i].name, kTunedWeights.shapes[i].name);
  }
}

TEST(WeightsTest, AreReadAsTheyArePrinted) {
  Weights weights = kTunedWeights;
  for (auto& row : weights.choices) row.of[0] = 7;
  for (auto& weight : weights.scripts) weight.value = 0;
  weights.chances[kObserver].value = 100;
  Weights read = kTunedWeights;
  EXPECT_EQ(ReadWeights("# a comment\n\n" + Print(weights), &read), "");
  EXPECT_EQ(Print(read), Print(weights));
  EXPECT_NE(Print(read), Print(kTunedWeights));
}

TEST(WeightsTest, WhatIsNoWeightIsAnError) {
  Weights weights = kTunedWeights;
  const auto error = [&weights](const std::string& text) { return ReadWeights(text, &weights); };
  EXPECT_EQ(error("choice node 1\nchoice nod 1\n"), "line 2: there is no weight choice nod");
  EXPECT_EQ(error("choice node\n"), "line 1: is not GROUP NAME NUMBER");
  EXPECT_EQ(error("choice node 1x\n"), "line 1: 1x is no number from 0 to 1000");
  EXPECT_EQ(error("chance observer 101\n"), "line 1: 101 is no number from 0 to 100");
  EXPECT_EQ(error("choice node -1\n"), "line 1: -1 is no number from 0 to 1000");
}

TEST(WeightsTest, DecideWhatIsDrawn) {
  Weights weights = kTunedWeights;
  ASSERT_EQ(ReadWeights("choice leaf 0\nshape company 0\nshape orchard 0\nshape displaced 0\n"
                        "shape herd 0\n",
                        &weights),
            "");
  for (uint64_t i = 0; i < 500; ++i) {
    for (const Op& op : Generate(SeedOf(6, i), {.weights = &weights}).main) {
      EXPECT_NE(op.code, OpCode::kLeaf);
    }
  }
}

}  // namespace
}  // namespace ouro
