// SPDX-License-Identifier: Apache-2.0

// Bounds: what dies without a collection, by count, and what waits for one; what a weak reference
// can still show meanwhile. See judge_rules.h.

#include <span>

#include "model/judge/testing/judge_rules.h"

namespace ouro {
namespace {

constexpr const char* kPrompt = "cpython php duktape perl gobject";

constexpr Rule kRules[] = {
    {"CountsDoNotFreeCycles", kPrompt, Law::kEventInPlace, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
+> free 0 # <- here
)"},
    {"CountsDoNotFinalizeCycles", kPrompt, Law::kEventInPlace, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
+> finalize 0 # <- here
+> end 0
)"},
    {"CountsFreeNothingThatOnlyHangsOffACycle", kPrompt, Law::kEventInPlace, R"(
 r0 = node 2
 > new 0
 r1 = leaf
 > new 1
 r0.0 = r0
 r0.1 = r1
 r1 = none
 r0 = none
+> free 1 # <- here
)"},
    {"CountsFreeAChainInAnyOrder", kPrompt, Law::kFreeOnce, R"(
 r0 = node 1
 > new 0
 r1 = node 1
 > new 1
 r2 = leaf
 > new 2
 r0.0 = r1
 r1.0 = r2
 r2 = none
 r1 = none
 r0 = none
 > free 2
 > free 0
 > free 1
+> free 1 # <- here
)"},
    {"WhatAFinalizerBringsBackIsACycleNow", "php", Law::kEventInPlace, R"(
 r0 = node 2 del 0
 > new 0
 r1 = leaf
 > new 1
 r0.0 = r1
 r1 = none
 r0 = none
 > finalize 0
   r2 = self
   self.1 = self
 > end 0
-r2.1 = none
 r2 = none
 > free 1 # <- here
-> free 0
)"},
    {"FinalizersOfTrashWaitForACollection", "lua boehm", Law::kEventInPlace, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
+> finalize 0 # <- here
)"},
    {"AWeakReferenceShowsNothingThatHasLostSomething", "ruby,automatic=untold", Law::kDereference,
     R"(
 r0 = node 1
 > new 0
 r1 = leaf
 > new 1
 r0.0 = r1
 r1 = none
 r2 = weak r0
 > new 2
 r0 = none
+> free 1
 r3 = r2()
 > got 0 # <- here
)"},
    // Whether #0 is finalized again is open, and it waits for #1, whose finalizer is put off.
    {"WhatMayBeFinalizedAgainWaitsForOthers", "duktape,queued=yes", Law::kFinalizeAtOnce, R"(
 r0 = node 1 del 0
 > new 0
 r2 = node 1 del 0
 > new 1
 r0.0 = r0
 r2.0 = r2
 r0 = none
 collect 2
 > collect 2
 > done 0
 collect 2
 > collect 2
   > finalize 0
     r2.0 = self
     r2 = none
     r3 = leaf
     > new 2
   > end 0
 > done 0
 collect 2
 > collect 2
 > done 0
+collect 2
+> collect 2
+> done 0 # <- here
)"},
    // Found by a wild collector, in whose programs scripts change settings.
    {"OneThatRunsGoesOnWhenAScriptDisablesThem", "lua,automatic=untold", Law::kEventInPlace, R"(
 r0 = node 0 del 0
 > new 0
 r1 = node 0
 > new 1
 r0 = none
 r2 = leaf
 > finalize 0
 disable
 r1 = none
 > end 0
-> free 1
 > new 2
 r3 = leaf
+> free 1  # <- here
-> new 3
)"},
};

}  // namespace

std::span<const Rule> CountRules() { return kRules; }

}  // namespace ouro
