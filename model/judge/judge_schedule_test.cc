// SPDX-License-Identifier: Apache-2.0

// Rules of when automatic collections start. See judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Rule kRules[] = {
    // ---- the youngest generation ----
    // experiment G3: strictly greater.
    {"ACollectionComesWhenTheCountExceedsTheThreshold", kAll, Law::kCollectionSchedule, R"(
 threshold 3 10 10
 r0 = node 0
 > new 0
 r1 = node 0
 > new 1
 r2 = node 0
 > new 2
 r3 = node 0
-> collect 0 auto
-> done 0
 > new 3  # <- here
)"},
    {"NoCollectionComesAtTheThreshold", kAll, Law::kCollectionSchedule, R"(
 threshold 3 10 10
 r0 = node 0
 > new 0
 r1 = node 0
 > new 1
 r2 = node 0
+> collect 0 auto  # <- here
+> done 0
 > new 2
)"},
    {"TheObjectThatTriggersIsNotCounted", kAll, Law::kCollectionSchedule, R"(
 threshold 1 10 10
 r0 = node 0
 > new 0
 r1 = node 0
 > collect 0 auto
 > done 0
 > new 1
 r2 = node 0
+> collect 0 auto  # <- here
+> done 0
 > new 2
)"},
    {"TheObjectThatTriggersIsNotExamined", kAll, Law::kCensusGeneration, R"(
 threshold 1 10 10
 r0 = node 0
 > new 0
 r1 = node 0
 > collect 0 auto
 > done 0
 > new 1
 census
 > tracked 0 1
-> tracked 1 0
+> tracked 1 1  # <- here
)"},
    {"TheDefaultThresholdIsBeyondAFewObjects", kAll, Law::kCollectionSchedule, R"(
 r0 = node 0
+> collect 0 auto  # <- here
+> done 0
 > new 0
)"},
    {"LeavesAreNotCounted", kAll, Law::kCollectionSchedule, R"(
 threshold 1 10 10
 r0 = leaf
 > new 0
 r1 = leaf
 > new 1
 r2 = leaf
+> collect 0 auto  # <- here
+> done 0
 > new 2
)"},
    {"WeakReferencesAreCounted", kAll, Law::kCollectionSchedule, R"(
 threshold 1 10 10
 r0 = node 0
 > new 0
 r1 = weak r0
-> collect 0 auto
-> done 0
 > new 1  # <- here
)"},
    {"FailuresAreNotCounted", kAll, Law::kCollectionSchedule, R"(
 threshold 1 10 10
 fail 1
 r0 = node 0
 > failed
 r0 = node 0
+> collect 0 auto  # <- here
+> done 0
 > new 0
)"},
    {"AFailureCollectsNothing", kAll, Law::kCollectionSchedule, R"(
 threshold 1 10 10
 r0 = node 0
 > new 0
 fail 1
 r1 = node 0
+> collect 0 auto  # <- here
+> done 0
 > failed
)"},
    // experiment G2: deaths decrement the count, whatever their generation.
    {"DeathsCountBack", kAll, Law::kCollectionSchedule, R"(
 r0 = node 0
 > new 0
 r1 = node 0
 > new 1
 collect 2
 > collect 2
 > done 0
 threshold 1 10 10
 r2 = node 0
 > new 2
 r0 = none
 > free 0
 r3 = node 0
+> collect 0 auto  # <- here
+> done 0
 > new 3
)"},
    {"DeathsCountBackToZeroAtMost", kAll, Law::kCollectionSchedule, R"(
 r0 = node 0
 > new 0
 collect 2
 > collect 2
 > done 0
 threshold 1 10 10
 r0 = none
 > free 0
 r0 = node 0
 > new 1
 r1 = node 0
-> collect 0 auto
-> done 0
 > new 2  # <- here
)"},
    // experiments G10, G15
    {"AllocationsCountWhileCollectionsAreDisabled", kAll, Law::kCollectionSchedule, R"(
 threshold 1 10 10
 disable
 r0 = node 0
 > new 0
 r1 = node 0
 > new 1
 enable
 r2 = node 0
-> collect 0 auto
-> done 0
 > new 2  # <- here
)"},
    {"DisabledCollectionsDoNotCome", kAll, Law::kCollectionSchedule, R"(
 threshold 1 10 10
 disable
 r0 = node 0
 > new 0
 r1 = node 0
+> collect 0 auto  # <- here
+> done 0
 > new 1
)"},
    // experiment M4
    {"WhatTheProgramAsksForIsNotDisabled", kAll, Law::kEventInPlace, R"(
 disable
 collect 2  # <- here
-> collect 2
-> done 0
)"},
    // experiment G5
    {"AThresholdOfZeroTurnsCollectionsOff", kAll, Law::kCollectionSchedule, R"(
 threshold 0 0 0
 r0 = node 0
+> collect 0 auto  # <- here
+> done 0
 > new 0
)"},
    {"NoCollectionIsDueInACollection", kAll, Law::kCollectionSchedule, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 threshold 1 10 10
 collect 2
 > collect 2
   > callback 1
     r2 = node 0
     > new 2
     r3 = node 0
+    > collect 0 auto  # <- here
+    > done 0
     > new 3
   > end 1
   > free 0
 > done 1
)"},
    {"AllocationsInACollectionCount", kAll, Law::kCollectionSchedule, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 threshold 1 10 10
 collect 2
 > collect 2
   > callback 1
     r2 = node 0
     > new 2
     r3 = node 0
     > new 3
   > end 1
   > free 0
 > done 1
 r4 = node 0
-> collect 0 auto
-> done 0
 > new 4  # <- here
)"},
    {"AnAutomaticCollectionFreesTrash", kAll, Law::kTrashFreed, R"(
 threshold 1 10 10
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 r1 = node 0
 > collect 0 auto
-  > free 0
-> done 1
+> done 0  # <- here
 > new 1
)"},

    // ---- older generations ----
    // experiment G4: the oldest one that is due.
    {"TheMiddleGenerationIsDueAfterAYoungCollection", kAll, Law::kCollectionSchedule, R"(
 threshold 1 0 0
 r0 = node 0
 > new 0
 r1 = node 0
 > collect 0 auto
 > done 0
 > new 1
 r2 = node 0
 > new 2
 r3 = node 0
-> collect 1 auto
+> collect 0 auto  # <- here
 > done 0
 > new 3
)"},
    {"AFullCollectionIsDueAtTheVeryNextTrigger", kAll, Law::kCollectionSchedule, R"(
 threshold 1 0 0
 r0 = node 0
 > new 0
 r1 = node 0
 > collect 0 auto
 > done 0
 > new 1
 r2 = node 0
 > new 2
 r3 = node 0
 > collect 1 auto
 > done 0
 > new 3
 r4 = node 0
 > new 4
 r5 = node 0
-> collect 2 auto
+> collect 0 auto  # <- here
 > done 0
 > new 5
)"},
    {"AFullCollectionRestartsAllCounts", kAll, Law::kCollectionSchedule, R"(
 threshold 1 0 0
 collect 1
 > collect 1
 > done 0
 collect 2
 > collect 2
 > done 0
 r0 = node 0
 > new 0
 r1 = node 0
-> collect 0 auto
+> collect 2 auto  # <- here
 > done 0
 > new 1
)"},
    // experiment G9
    {"WhatTheProgramAsksForCounts", kAll, Law::kCollectionSchedule, R"(
 threshold 1 1 10
 collect 0
 > collect 0
 > done 0
 collect 0
 > collect 0
 > done 0
 r0 = node 0
 > new 0
 r1 = node 0
-> collect 1 auto
+> collect 0 auto  # <- here
 > done 0
 > new 1
)"},
    {"ACollectionIsOfTheGenerationAskedFor", kAll, Law::kEventInPlace, R"(
 collect 1
-> collect 1
+> collect 2  # <- here
 > done 0
)"},
    {"WhatWasAskedForIsNotAutomatic", kAll, Law::kCollectionSchedule, R"(
 collect 1
-> collect 1
+> collect 1 auto  # <- here
 > done 0
)"},
    // experiments G6, P25: at least a quarter, by integer division.
    {"AFullCollectionComesAtAQuarter", kAll, Law::kCollectionSchedule, R"(
 r0 = node 0
 > new 0
 r1 = node 0
 > new 1
 r2 = node 0
 > new 2
 r3 = node 0
 > new 3
 r4 = node 0
 > new 4
 r5 = node 0
 > new 5
 r6 = node 0
 > new 6
 collect 2
 > collect 2
 > done 0
 threshold 1 0 0
 r7 = node 0
 > new 7
 collect 1
 > collect 1
 > done 0
 r8 = node 0
 > new 8
 r9 = node 0
-> collect 2 auto
+> collect 0 auto  # <- here
 > done 0
 > new 9
)"},
    {"AFullCollectionWaitsForAQuarter", kAllButFirst, Law::kCollectionSchedule, R"(
 r0 = node 0
 > new 0
 r1 = node 0
 > new 1
 r2 = node 0
 > new 2
 r3 = node 0
 > new 3
 collect 2
 > collect 2
 > done 0
 threshold 1 0 0
 collect 1
 > collect 1
 > done 0
 r4 = node 0
 > new 4
 r5 = node 0
-> collect 0 auto
+> collect 2 auto  # <- here
 > done 0
 > new 5
)"},
    {"AFullCollectionThatWaitedIsStillDue", kAllButFirst, Law::kCollectionSchedule, R"(
 r0 = node 0
 > new 0
 r1 = node 0
 > new 1
 r2 = node 0
 > new 2
 r3 = node 0
 > new 3
 collect 2
 > collect 2
 > done 0
 threshold 1 0 0
 collect 1
 > collect 1
 > done 0
 r4 = node 0
 > new 4
 r5 = node 0
 > collect 0 auto
 > done 0
 > new 5
 collect 1
 > collect 1
 > done 0
 r6 = node 0
 > new 6
 r7 = node 0
-> collect 2 auto
+> collect 0 auto  # <- here
 > done 0
 > new 7
)"},

};

}  // namespace

std::span<const Rule> ScheduleRules() { return kRules; }

}  // namespace ouro
