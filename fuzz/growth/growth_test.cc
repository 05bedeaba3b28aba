// SPDX-License-Identifier: Apache-2.0

// Growth without a clock: what Grow says of times that it is given, and that workloads do what
// their names say, on a collector that is judged.

#include "fuzz/growth/growth.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <string>

#include "collector/specimens.h"
#include "model/trial.h"

namespace ouro {
namespace {

TEST(GrowthTest, TellsALineFromASquare) {
  EXPECT_FALSE(Grow([](int n) { return 1e-6 * n; }).excessive);
  EXPECT_FALSE(Grow([](int n) { return 1e-7 * n * std::log2(n); }).excessive);
  EXPECT_FALSE(Grow([](int n) { return n > 10'000 ? 2e-6 * n : 1e-6 * n; }).excessive);  // caches
  const Growth square = Grow([](int n) { return 1e-9 * n * n; });
  EXPECT_TRUE(square.excessive);
  EXPECT_EQ(square.size, 4 * 2000);  // the first that takes 4 ms
  EXPECT_NEAR(square.factor, 16, 0.01);
}

TEST(GrowthTest, IsMeasuredAtLargerSizesIfThatIsNeeded) {
  EXPECT_EQ(Grow([](int) { return 1e-9; }).size, 4 * 64'000);
  EXPECT_FALSE(Grow([](int n) { return 1e-14 * n * n; }).excessive);  // nobody notices
}

TEST(GrowthTest, OneSlowMeasurementIsNoVerdict) {
  int calls = 0;
  const Growth growth = Grow([&calls](int n) {
    const bool disturbed = ++calls % 3 == 0;
    return 1e-5 * n * (disturbed ? 50 : 1);
  });
  EXPECT_FALSE(growth.excessive);
}

TEST(GrowthTest, TheLeastOfARoundCounts) {
  int calls = 0;
  const Growth growth = Grow([&calls](int n) {
    const bool disturbed = ++calls % 3 == 0;
    return 1e-9 * n * n * (disturbed ? 50 : 1);
  });
  EXPECT_TRUE(growth.excessive);
  EXPECT_NEAR(growth.factor, 16, 0.01);
}

TEST(GrowthTest, ARoundThatIsDisturbedThroughoutIsNoVerdict) {
  int larger = 0;
  const Growth growth = Grow([&larger](int n) {
    const bool disturbed = n == 4000 && ++larger <= 3;
    return 1e-5 * n * (disturbed ? 50 : 1);
  });
  EXPECT_GT(larger, 3);
  EXPECT_FALSE(growth.excessive);
}

TEST(GrowthTest, GivesUpWithoutAMeasurement) {
  EXPECT_EQ(Grow([](int) { return -1.0; }).size, 0);
}

class WorkloadTest : public testing::TestWithParam<Workload> {};

TEST_P(WorkloadTest, IsLawfulAndNothingInItIsVoid) {
  Specimen specimen;
  ASSERT_EQ(FindSpecimen("optimized-pep442", &specimen), "");
  Program program;
  Script timed;
  GetParam().build(20, &program.main, &timed);
  const size_t built = program.main.size();
  program.main.insert(program.main.end(), timed.begin(), timed.end());
  std::string transcript;
  const Verdict verdict = Trial(specimen, {}).Run(program, &transcript);
  EXPECT_TRUE(verdict.lawful()) << transcript;
  EXPECT_EQ(transcript.find("# void"), std::string::npos) << transcript;
  EXPECT_GE(built, 40U);
  EXPECT_FALSE(timed.empty());
}

INSTANTIATE_TEST_SUITE_P(All, WorkloadTest, testing::ValuesIn(Workloads()),
                         [](const auto& info) { return std::to_string(info.index); });

}  // namespace
}  // namespace ouro
