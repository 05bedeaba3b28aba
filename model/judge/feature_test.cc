// SPDX-License-Identifier: Apache-2.0

// Features: what is counted, where, and the name of each.

#include "model/judge/feature.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

namespace ouro {
namespace {

class FeatureTest : public testing::Test {
 protected:
  FeatureTest() { counter_.CountInto(counts_.data()); }

  // The names of what was counted, in order.
  std::vector<std::string> Counted() const {
    std::vector<std::string> names;
    for (size_t i = 0; i < FeatureCounter::kUsed; ++i) {
      if (counts_[i] > 0) names.push_back(FeatureName(i));
    }
    return names;
  }

  std::array<uint8_t, FeatureCounter::kSize> counts_{};
  FeatureCounter counter_;
};

using Names = std::vector<std::string>;

TEST_F(FeatureTest, SituationsAndWhatFollowsThem) {
  counter_.Count(Situation::kPlainDeath);
  counter_.Count(Situation::kTrashFound);
  EXPECT_EQ(Counted(), (Names{"plain-death", "trash-found", "trash-found after plain-death"}));
  counter_.Begin();  // the next program follows nothing
  counter_.Count(Situation::kPlainDeath);
  EXPECT_EQ(Counted().size(), 3u);
}

TEST_F(FeatureTest, SituationsAreCountedUpToABound) {
  for (int i = 0; i < 300; ++i) counter_.Count(Situation::kPlainDeath);
  EXPECT_EQ(counts_[0], 255);
}

TEST_F(FeatureTest, Trash) {
  counter_.Count(TrashShape{.objects = 4, .generation = 1, .finalizer = true, .tangled = true});
  counter_.Count(TrashShape{.objects = 5, .generation = 1, .finalizer = true, .tangled = true});
  counter_.Count(TrashShape{.objects = 9, .generation = 2, .weak_outside = true});
  EXPECT_EQ(Counted(),
            (Names{"trash of up to 5 in a collection of generation 1, finalizer, tangled",
                   "trash of over 8 in a collection of generation 2, weak reference outside"}));
}

TEST_F(FeatureTest, Scripts) {
  counter_.Count(ScriptPlace{.callback = true, .nested = true, .phase = 3}, OpCode::kCensus);
  counter_.Count(ScriptPlace{}, OpCode::kRaise);
  EXPECT_EQ(Counted(), (Names{"`raise` in a finalizer during a death",
                              "`census` in a nested callback during the clearing"}));
}

TEST_F(FeatureTest, EveryFeatureHasAName) {
  std::set<std::string> names;
  for (size_t i = 0; i < FeatureCounter::kUsed; ++i) names.insert(FeatureName(i));
  EXPECT_EQ(names.size(), FeatureCounter::kUsed);
}

TEST(FeatureCounterTest, NowhereIsFine) {
  FeatureCounter counter;
  counter.Count(Situation::kPlainDeath);
  EXPECT_FALSE(counter.counting());
}

}  // namespace
}  // namespace ouro
