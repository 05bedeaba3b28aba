// SPDX-License-Identifier: Apache-2.0

// Rules of weak references and their callbacks. See judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Rule kRules[] = {
    // ---- dereferences ----
    {"AWeakReferenceYieldsTheLiving", kAll, Law::kDereference, R"(
 r0 = node 0
 > new 0
 r1 = weak r0
 > new 1
 r2 = r1()
-> got 0
+> got none  # <- here
)"},
    {"AWeakReferenceYieldsNothingOfTheDead", kAll, Law::kDereference, R"(
 r0 = node 0
 > new 0
 r1 = weak r0
 > new 1
 r0 = none
 > free 0
 r2 = r1()
-> got none
+> got 0  # <- here
)"},
    {"AWeakReferenceYieldsItsOwnTarget", kAll, Law::kDereference, R"(
 r0 = node 0
 > new 0
 r1 = weak r0
 > new 1
 r2 = r1()
-> got 0
+> got 1  # <- here
)"},
    // A script does not make it one: #0 has a finalizer.
    {"OnlyWeakReferencesAreCalled", kAll, Law::kCallbackWhenCleared, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
-> finalize 0
-> end 0
-> free 0
+> callback 0  # <- here
)"},
    {"AWeakReferenceYieldsNothingInItsCallback", kAll, Law::kDereference, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 > callback 1
   r5 = self()
-  > got none
+  > got 0  # <- here
 > end 1
 > free 0
)"},
    // Slots are released in order (O2), so #2 is still alive when #1 is finalized.
    {"AScriptMayRescueWhatIsAboutToDie", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 2
 > new 0
 r1 = node 0 del 0
 > new 1
 r2 = node 0
 > new 2
 r0.0 = r1
 r0.1 = r2
 r3 = weak r2
 > new 3
 r1 = none
 r2 = none
 r0 = none
 > finalize 1
   r5 = r3()
   > got 2
 > end 1
 > free 1
+> free 2  # <- here
 > free 0
)"},
    {"WhatIsAboutToDieIsStillThere", kAll, Law::kDereference, R"(
 r0 = node 2
 > new 0
 r1 = node 0 del 0
 > new 1
 r2 = node 0
 > new 2
 r0.0 = r1
 r0.1 = r2
 r3 = weak r2
 > new 3
 r1 = none
 r2 = none
 r0 = none
 > finalize 1
   r5 = r3()
-  > got 2
+  > got none  # <- here
 > end 1
 > free 1
 > free 0
)"},
    {"WhatWasLetGoBeforeIsNotRescued", kAll, Law::kDereference, R"(
 r0 = node 2
 > new 0
 r1 = node 0 del 0
 > new 1
 r2 = node 0
 > new 2
 r0.0 = r2
 r0.1 = r1
 r3 = weak r2
 > new 3
 r1 = none
 r2 = none
 r0 = none
 > free 2
 > finalize 1
   r5 = r3()
-  > got none
+  > got 2  # <- here
 > end 1
 > free 1
 > free 0
)"},

    // ---- callbacks at a death by reference count ----
    {"ACallbackRunsAtTheDeath", kAll, Law::kCallbackBeforeFree, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 0
 > new 1
 r0 = none
-> callback 1
-> end 1
 > free 0  # <- here
)"},
    {"ACallbackIsNotPutOff", kAll, Law::kCallbackBeforeFree, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 0
 > new 1
 r0 = none  # <- here
-> callback 1
-> end 1
-> free 0
)"},
    {"ACallbackRunsNotForTheLiving", kAll, Law::kCallbackWhenCleared, R"(
 r0 = node 0
 > new 0
 r2 = r0
 r1 = weak r0 call 0
 > new 1
 r0 = none
+> callback 1  # <- here
+> end 1
)"},
    {"ACallbackRunsOnce", kAll, Law::kCallbackWhenCleared, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 > callback 1
 > end 1
+> callback 1  # <- here
+> end 1
 > free 0
)"},
    {"OnlyWhatHasACallbackIsCalled", kAll, Law::kCallbackWhenCleared, R"(
 r0 = node 0
 > new 0
 r1 = weak r0
 > new 1
 r0 = none
+> callback 1  # <- here
+> end 1
 > free 0
)"},
    {"ADeadWeakReferenceIsNotCalled", kAll, Law::kCallbackWhenCleared, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 0
 > new 1
 r1 = none
 > free 1
 r0 = none
+> callback 1  # <- here
+> end 1
 > free 0
)"},
    // experiment W1
    {"CallbacksRunNewestFirst", kAll, Law::kCallbackOrder, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 0
 > new 1
 r2 = weak r0 call 0
 > new 2
 r0 = none
-> callback 2
-> end 2
-> callback 1
-> end 1
+> callback 1  # <- here
 > free 0
)"},
    {"AllCallbacksRun", kAll, Law::kCallbackBeforeFree, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 0
 > new 1
 r2 = weak r0 call 0
 > new 2
 r0 = none
 > callback 2
 > end 2
-> callback 1
-> end 1
 > free 0  # <- here
)"},
    // experiment W13: callbacks that are due are saved before the first runs.
    {"ACallbackCannotUnsubscribeAnother", kAll, Law::kCallbackBeforeFree, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 1
 > new 1
 r2 = weak r0 call 0
 > new 2
 r0 = none
 > callback 2
   r1 = none
 > end 2
-> callback 1
-> end 1
-> free 1
 > free 0  # <- here
)"},
    {"WhatIsDueToBeCalledLives", kAll, Law::kNoFreeWhileHeld, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 1
 > new 1
 r2 = weak r0 call 0
 > new 2
 r0 = none
 > callback 2
   r1 = none
+  > free 1  # <- here
 > end 2
 > callback 1
 > end 1
 > free 1
 > free 0
)"},
    // Fact 3
    {"AWeakReferenceThatOnlyItsTargetHoldsIsCalled", kAll, Law::kCallbackBeforeFree, R"(
 r0 = node 1
 > new 0
 r1 = weak r0 call 0
 > new 1
 r0.0 = r1
 r1 = none
 r0 = none
-> callback 1
-> end 1
-> free 1
 > free 0  # <- here
)"},
    // experiment R9
    {"AnExceptionInACallbackIsDropped", kAll, Law::kCallbackBeforeFree, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 1
 > new 1
 r2 = weak r0 call 0
 > new 2
 r0 = none
 > callback 2
   raise
 > end 2 raised
-> callback 1
-> end 1
 > free 0  # <- here
)"},
    {"ACollectionInACallbackIsAnOrdinaryOne", kAll, Law::kTrashFreed, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 0
 > new 1
 r2 = node 1
 > new 2
 r2.0 = r2
 r2 = none
 r0 = none
 > callback 1
   collect 2
   > collect 2
-    > free 2
-  > done 1
+  > done 0  # <- here
 > end 1
 > free 0
)"},
    // Fact 5
    {"ADyingObjectIsUntrackedForItsCallbacks", kAll, Law::kCensusComplete, R"(
 r0 = node 0
 > new 0
 r1 = weak r0 call 0
 > new 1
 collect 2
 > collect 2
 > done 0
 r0 = none
 > callback 1
   census
+  > tracked 0 2  # <- here
   > tracked 1 2
 > end 1
 > free 0
)"},

};

}  // namespace

std::span<const Rule> WeakRules() { return kRules; }

}  // namespace ouro
