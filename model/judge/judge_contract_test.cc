// SPDX-License-Identifier: Apache-2.0

// Where lawful collectors differ: one trace, lawful under some contracts and unlawful under others.
// See judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Difference kDifferences[] = {
    // Section 7, experiment W18: 3.8 and later clear a weak reference that is trash, whatever its
    // target.
    {"AWeakReferenceInTrashMayBeCleared", "cpython", "php duktape perl gobject", Law::kDereference,
     R"(
 r2 = node 0
 > new 0
 r0 = node 2 del 0
 > new 1
 r0.0 = r0
 r1 = weak r2
 > new 2
 r0.1 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
 > finalize 1
   r0 = self.1
   > got 2
 > end 1
 > free 1
 > done 1
 r3 = r0()
 > got none  # <- here
)"},
    // experiment R1
    {"FinalizersAtEveryDeath", k2x, k3x, Law::kFinalizeAsOften, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   r1 = self
 > end 0
 r1 = none
 > finalize 0  # <- here
   r1 = self
 > end 0
)"},
    {"FinalizersOnce", k3x, k2x, Law::kFinalizeBeforeFree, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   r1 = self
 > end 0
 r1 = none
 > free 0  # <- here
)"},
    // experiment R4, fact 3
    {"CallbacksBeforeTheFinalizer", k2x, k3x, Law::kCallbackOrder, R"(
 r0 = node 0 del 0
 > new 0
 r1 = weak r0
 > new 1
 r2 = weak r0 call 1
 > new 2
 r0 = none
 > callback 2  # <- here
 > end 2
 > finalize 0
   r3 = r1()
   > got none
 > end 0
 > free 0
)"},
    {"CallbacksAfterTheFinalizer", k3x, k2x, Law::kCallbackOrder, R"(
 r0 = node 0 del 0
 > new 0
 r1 = weak r0
 > new 1
 r2 = weak r0 call 1
 > new 2
 r0 = none
 > finalize 0  # <- here
   r3 = r1()
   > got 0
   r3 = none
 > end 0
 > callback 2
 > end 2
 > free 0
)"},
    {"WeakReferencesAreDeadInFinalizers", k2x, k3x, Law::kDereference, R"(
 r0 = node 0 del 0
 > new 0
 r1 = weak r0
 > new 1
 r0 = none
 > finalize 0
   r3 = r1()
   > got none  # <- here
 > end 0
 > free 0
)"},
    // experiment R5
    {"WeakReferencesToTheResurrectedAreDead", k2x, k3x, Law::kDereference, R"(
 r0 = node 0 del 0
 > new 0
 r1 = weak r0
 > new 1
 r0 = none
 > finalize 0
   r3 = self
 > end 0
 r4 = r1()
 > got none  # <- here
)"},
    {"WeakReferencesToTheResurrectedLive", k3x, k2x, Law::kDereference, R"(
 r0 = node 0 del 0
 > new 0
 r1 = weak r0
 > new 1
 r0 = none
 > finalize 0
   r3 = self
 > end 0
 r4 = r1()
 > got 0  # <- here
)"},
    // experiment R6, fact 4
    {"WeakReferencesMadeByFinalizersDieInSilence", k2x, k3x, Law::kCallbackBeforeFree, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   r1 = weak self call 1
   > new 1
 > end 0
 > free 0  # <- here
)"},
    {"WeakReferencesMadeByFinalizersAreCalled", k3x, k2x, Law::kCallbackWhenCleared, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 > finalize 0
   r1 = weak self call 1
   > new 1
 > end 0
 > callback 1  # <- here
 > end 1
 > free 0
)"},
    // experiment R7, fact 5
    {"AnObjectIsUntrackedWhenCallbacksComeFirst", k2x, k3x, Law::kCallbackOrder, R"(
 r0 = node 0 del 0
 > new 0
 r1 = weak r0 call 1
 > new 1
 r0 = none
 > callback 1  # <- here
   census
   > tracked 1 0
 > end 1
 > finalize 0
   census
   > tracked 0 0
   > tracked 1 0
 > end 0
 > free 0
)"},
    // experiments F1, P8
    {"TrashWithFinalizersIsUncollectable", k2x, k3x, Law::kGarbageUncollectable, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > garbage 0  # <- here
 > done 1
)"},
    {"TrashWithFinalizersIsCollected", k3x, k2x, Law::kNoFinalizeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0  # <- here
   > end 0
   > free 0
 > done 1
)"},
    // experiment F3, fact 1
    {"WhatHangsOffTrashIsCounted", k3x, k2x, Law::kCollectionCount, R"(
 r0 = node 2
 > new 0
 r0.0 = r0
 r1 = node 0 del 0
 > new 1
 r0.1 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
   > finalize 1
   > end 1
   > free 1
   > free 0
 > done 2  # <- here
)"},
    // experiments F8, F9
    {"SaveallKeepsWhatHangsOffTrash", k2x, k3x, Law::kGarbageUncollectable, R"(
 saveall on
 r0 = node 2
 > new 0
 r0.0 = r0
 r1 = node 0 del 0
 > new 1
 r0.1 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
   > garbage 0  # <- here
   > garbage 1
 > done 2
)"},
    // Fact 9
    {"SelfInItsOwnSlotIsUncollectable", k2x, k3x, Law::kGarbageUncollectable, R"(
 r0 = node 1 del 0
 > new 0
 r0 = none
 > finalize 0
   self.0 = self
 > end 0
 collect 2
 > collect 2
   > garbage 0  # <- here
 > done 1
)"},
    // experiment P1, fact 10
    {"AResurrectionSparesTheReachable", kFrom39, kUntil38, Law::kNoFreeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = node 1 del 1
 > new 1
 r1.0 = r1
 r0 = none
 r1 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self
   > end 0
   > finalize 1
   > end 1
   > free 1  # <- here
 > done 1
)"},
    {"AResurrectionSparesEverything", "37 38", kFrom39, Law::kTrashFreed, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = node 1 del 1
 > new 1
 r1.0 = r1
 r0 = none
 r1 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self
   > end 0
   > finalize 1
   > end 1
 > done 0  # <- here
)"},
    // experiment P2: 3.4 to 3.7.4 count what they found, 3.7.5 and later what is left.
    {"WhatWasSparedIsCounted", "34", kFrom37, Law::kCollectionCount, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self
   > end 0
 > done 1  # <- here
)"},
    {"WhatWasSparedIsNotCounted", kFrom37, "34", Law::kCollectionCount, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self
   > end 0
 > done 0  # <- here
)"},
    // experiment P5
    {"WhatFinalizersFreedIsCounted", "34", kFrom37, Law::kCollectionCount, R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 1 del 1
 > new 1
 r0.0 = r1
 r1.0 = r0
 r0 = none
 r1 = none
 collect 2
 > collect 2
   > finalize 0
     self.0 = none
     > finalize 1
     > end 1
     > free 1
   > end 0
   > free 0
 > done 2  # <- here
)"},
    // A weak reference that is trash, and that its own callback brings back before the finalizers.
    {"WhatACallbackBringsBackSparesEverything", "37", "38 39 314", Law::kCallbackWhenCleared, R"(
 r3 = node 1
 > new 0
 r0 = node 0
 > new 1
 r3.0 = r0
 r2 = weak r0 call 0
 > new 2
 r0 = none
 r0 = node 2
 > new 3
 r0.0 = r0
 r0.1 = r2
 r1 = weak r0 call 0
 > new 4
 r2 = none
 r0 = none
 collect 2
 > collect 2
   > callback 4
     r3.0 = self
     > callback 2  # <- here
       r3.0 = self
     > end 2
     > free 1
   > end 4
 > done 0
)"},
    // experiment P25: 2.6 does not wait for a quarter.
    {"FullCollectionsDoNotWait", "26", kAllButFirst, Law::kCollectionSchedule, R"(
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
 > collect 2 auto  # <- here
 > done 0
 > new 5
)"},
    {"FullCollectionsWait", kAllButFirst, "26", Law::kCollectionSchedule, R"(
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
 > collect 0 auto  # <- here
 > done 0
 > new 5
)"},
};

}  // namespace

std::span<const Difference> Differences() { return kDifferences; }

}  // namespace ouro
