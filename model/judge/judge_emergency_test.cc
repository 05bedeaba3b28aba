// SPDX-License-Identifier: Apache-2.0

// Rules of collections that an allocation forces which fails, as Lua's does: they run no
// finalizers, not even of what they find. See judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Rule kRules[] = {
    // Lua in an emergency, when it runs no finalizers: what these can reach has to wait for the
    // next collection but one.
    {"BehindAFinalizerThatWasPassedOverOneMoreCollection", "lua", Law::kFinalizeAtOnce, R"(
 r0 = node 0 del 0
 > new 0
 r1 = node 1 del 0
 > new 1
 r1.0 = r0
 r0 = none
 r1 = none
 fail 1
 r2 = node 0
 > collect 2 auto
 > done 0
 > failed
 collect 2
 > collect 2
 > finalize 1
 > end 1
 > done 0
 collect 2
 > collect 2
-> finalize 0
-> end 0
 > free 1
 > done 0  # <- here
)"},
    // ... also if a finalizer that runs after it asks for a collection.
    {"BehindAFinalizerThatWasPassedOverThoughAnotherOneCollects", "lua", Law::kFinalizeAtOnce, R"(
 r0 = node 0 del 0
 > new 0
 r1 = node 1
 > new 1
 r2 = node 1 del 1
 > new 2
 r3 = node 0 del 1
 > new 3
 r1.0 = r3
 r2.0 = r3
 r3 = none
 r0 = none
 r2 = none
 fail 1
 r0 = node 0
 > collect 2 auto
 > done 0
 > failed
 r1 = none
 collect 2
 > collect 2
 > free 1
 > finalize 2
 > end 2
 > finalize 0
   collect 2
   > collect 2
   > done 0
 > end 0
 > done 0
 collect 2
 > collect 2
 > free 2
 > free 0
-> finalize 3
-> end 3
 > done 0  # <- here
)"},
    {"WhatWasPassedOverIsFinalizedByTheNext", "lua", Law::kFinalizeAtOnce, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 fail 1
 r2 = node 0
 > collect 2 auto
 > done 0
 > failed
 collect 2
 > collect 2
-> finalize 0
-> end 0
 > done 0  # <- here
)"},
    // ... and in an emergency within a finalizer Lua ends the collection around it.
    {"AnEmergencyEndsTheCollectionAroundItButNotTheNext", "lua", Law::kFinalizeAtOnce, R"(
 r0 = node 0 del 0
 > new 0
 r1 = node 0 del 1
 > new 1
 r0 = none
 r1 = none
 fail 1
 collect 2
 > collect 2
 > finalize 1
   r2 = node 0
   > collect 2 auto
   > done 0
   > failed
 > end 1
 > done 0
 collect 2
 > collect 2
-> finalize 0
-> end 0
 > free 1
 > done 0  # <- here
)"},
    // What the outer collection had found is finalized by the next one, though it is held by then.
    {"WhatWasLeftOverMayHaveBeenBroughtBack", "lua", Law::kNoFinalizeWhileHeld, R"(
 r1 = node 0 del 0
 > new 0
 r0 = node 1 del 1
 > new 1
 r0.0 = r1
 r1 = none
 r0 = none
 fail 1
 collect 2
 > collect 2
 > finalize 1
   r0 = self
-  r1 = leaf
-  > collect 2 auto
-  > done 0
-  > failed
 > end 1
 > done 0
 collect 2
 > collect 2
 > finalize 0  # <- here
 > end 0
 > done 0
)"},
    // What a finalizer that was passed over can reach is alive in the collection that runs it.
    {"BehindAFinalizerThatWasPassedOverWeakReferencesMayYield", "lua", Law::kDereference, R"(
 r1 = node 0
 > new 0
 r0 = node 1 del 0
 > new 1
 r0.0 = r1
 r2 = weak r1
 > new 2
 r0 = none
 fail 1
 r0 = node 0
 > collect 2 auto
 > done 0
 > failed
 r1 = none
 collect 2
 > collect 2
 > finalize 1
 > end 1
+> free 0
 > done 0
 r1 = r2()
 > got 0  # <- here
)"},
};

}  // namespace

std::span<const Rule> EmergencyRules() { return kRules; }

}  // namespace ouro
