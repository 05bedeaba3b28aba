// SPDX-License-Identifier: Apache-2.0

// Rules of generations and censuses. See judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Rule kRules[] = {
    // ---- generations ----
    // experiment G7
    {"SurvivorsArePromoted", kAll, Law::kCensusGeneration, R"(
 r0 = node 0
 > new 0
 collect 0
 > collect 0
 > done 0
 census
-> tracked 0 1
+> tracked 0 0  # <- here
)"},
    {"SurvivorsArePromotedByOne", kAll, Law::kCensusGeneration, R"(
 r0 = node 0
 > new 0
 collect 0
 > collect 0
 > done 0
 census
-> tracked 0 1
+> tracked 0 2  # <- here
)"},
    {"SurvivorsOfTheMiddleGenerationAreOld", kAll, Law::kCensusGeneration, R"(
 r0 = node 0
 > new 0
 collect 1
 > collect 1
 > done 0
 census
-> tracked 0 2
+> tracked 0 1  # <- here
)"},
    // experiment F5b
    {"TheUncollectableArePromoted", k2x, Law::kCensusGeneration, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 0
 > collect 0
   > garbage 0
 > done 1
 census
-> tracked 0 1
+> tracked 0 0  # <- here
)"},
    {"OldTrashWaits", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 collect 0
 > collect 0
 > done 0
 r0 = none
 collect 0
 > collect 0
+  > free 0  # <- here
 > done 0
 collect 1
 > collect 1
   > free 0
 > done 1
)"},
    // experiment G11
    {"ACycleOfOldAndYoungWaits", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 1
 > new 0
 collect 0
 > collect 0
 > done 0
 r1 = node 1
 > new 1
 r0.0 = r1
 r1.0 = r0
 r0 = none
 r1 = none
 collect 0
 > collect 0
+  > free 1  # <- here
 > done 0
 collect 1
 > collect 1
   > free 1
   > free 0
 > done 2
)"},
    // experiment G12
    {"OldTrashKeepsTheYoung", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 2
 > new 0
 r0.0 = r0
 collect 0
 > collect 0
 > done 0
 r1 = node 1
 > new 1
 r1.0 = r1
 r0.1 = r1
 r0 = none
 r1 = none
 collect 0
 > collect 0
+  > free 1  # <- here
 > done 0
 collect 1
 > collect 1
   > free 0
   > free 1
 > done 2
)"},

    // ---- censuses ----
    {"ACensusListsAllTracked", kAll, Law::kCensusComplete, R"(
 r0 = node 0
 > new 0
 r1 = weak r0
 > new 1
 census
 > tracked 1 0  # <- here
-> tracked 0 0
)"},
    {"ACensusListsNothingTwice", kAll, Law::kCensusComplete, R"(
 r0 = node 0
 > new 0
 census
 > tracked 0 0
+> tracked 0 0  # <- here
)"},
    {"ACensusListsNoLeaves", kAll, Law::kCensusComplete, R"(
 r0 = leaf
 > new 0
 census
+> tracked 0 0  # <- here
)"},
    {"ACensusListsNoDead", kAll, Law::kCensusComplete, R"(
 r0 = node 0
 > new 0
 r0 = none
 > free 0
 census
+> tracked 0 0  # <- here
)"},
    {"ACensusListsTrash", kAll, Law::kCensusComplete, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 census  # <- here
-> tracked 0 0
)"},
    {"TrackedObjectsAreForCensuses", kAll, Law::kEventInPlace, R"(
 r0 = node 0
 > new 0
 collect 2
 > collect 2
+  > tracked 0 0  # <- here
 > done 0
)"},
};

}  // namespace

std::span<const Rule> GenerationRules() { return kRules; }

}  // namespace ouro
