// SPDX-License-Identifier: Apache-2.0

// Coverage: which counts of a run are new.

#include "fuzz/campaign/coverage.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace ouro {
namespace {

using Bytes = std::array<uint8_t, 16>;

TEST(MergeCountsTest, ANewMagnitudeIsNew) {
  Bytes reached = {};
  EXPECT_FALSE(MergeCounts(Bytes{}.data(), 16, reached.data()));
  EXPECT_TRUE(MergeCounts(Bytes{0, 4}.data(), 16, reached.data()));
  EXPECT_FALSE(MergeCounts(Bytes{0, 7}.data(), 16, reached.data())) << "4 to 7 are one magnitude";
  EXPECT_TRUE(MergeCounts(Bytes{0, 8}.data(), 16, reached.data()));
  EXPECT_TRUE(MergeCounts(Bytes{0, 1}.data(), 16, reached.data())) << "a smaller one is new, too";
  EXPECT_EQ(CountReached(reached.data(), 16), 1u);
}

TEST(MergeCountsTest, AnySize) {
  const Bytes counts = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1};
  Bytes reached = {};
  EXPECT_TRUE(MergeCounts(counts.data(), 11, reached.data()));
  EXPECT_EQ(CountReached(reached.data(), 16), 2u) << "the twelfth is another's";
  EXPECT_FALSE(MergeCounts(counts.data(), 11, reached.data()));
}

TEST(MergeCountsTest, EachCountHasAMagnitude) {
  for (int count = 1; count < 256; ++count) {
    Bytes reached = {};
    EXPECT_TRUE(MergeCounts(Bytes{static_cast<uint8_t>(count)}.data(), 16, reached.data()))
        << count;
  }
}

}  // namespace
}  // namespace ouro
