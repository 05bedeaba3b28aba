// SPDX-License-Identifier: Apache-2.0

// Envelopes: what must be alive, what must be dead, what a finalizer may see, under the contracts
// of other people's collectors.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr const char* kEnvelopes =
    "cpython php duktape perl gobject lua boehm boehm-unordered ruby";
constexpr const char* kPrompt = "cpython php duktape perl gobject";
constexpr const char* kTracing = "lua boehm boehm-unordered ruby";

constexpr Rule kRules[] = {
    {"EnvelopeWhatARegisterHoldsLives", kEnvelopes, Law::kNoFreeWhileHeld, R"(
 r0 = node 1
 > new 0
 collect 2
 > collect 2
+> free 0 # <- here
 > done 0
)"},
    {"EnvelopeWhatASlotHoldsLives", kEnvelopes, Law::kNoFreeWhileHeld, R"(
 r0 = node 1
 > new 0
 r1 = leaf
 > new 1
 r0.0 = r1
 r1 = none
 collect 2
 > collect 2
+> free 1 # <- here
 > done 0
)"},
    {"WhatAFinalizerWillSeeLives", "boehm boehm-unordered", Law::kNoFreeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 1
 > new 1
 r0.0 = r1
 r1.0 = r0
 r1 = none
 r0 = none
 collect 2
 > collect 2
-> done 0
+> free 1 # <- here
)"},
    {"CountsFreeAtOnce", kPrompt, Law::kFreeAtOnce, R"(
 r0 = node 1
 > new 0
-r0 = none
-> free 0
+r0 = none # <- here
)"},
    {"CountsFreeWhatADeathLetsGo", kPrompt, Law::kFreeAtOnce, R"(
 r0 = node 1
 > new 0
 r1 = leaf
 > new 1
 r0.0 = r1
 r1 = none
 r0 = none
-> free 0
-> free 1
+> free 0 # <- here
)"},
    {"OnlyCollectionsFree", kTracing, Law::kEventInPlace, R"(
 r0 = node 1
 > new 0
 r0 = none
+> free 0 # <- here
)"},
    {"AFullCollectionFreesCycles", "php duktape lua ruby", Law::kTrashFreed, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
-> free 0
-> done 1
+> done 1 # <- here
)"},
    {"AYoungOneNeedNot", "lua ruby", Law::kTrashFreed, R"(
 r0 = node 1
 > new 0
 r0 = none
 collect 0
 > collect 0
 > done 0
 collect 2
 > collect 2
-> free 0
-> done 0
+> done 0 # <- here
)"},
    {"CountingAloneFreesNoCycle", "perl gobject", Law::kEventInPlace, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
 > done 0
+> done 0 # <- here
)"},
    {"FinalizersRunFirst", kPrompt, Law::kFinalizeBeforeFree, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
-> finalize 0
-> end 0
-> free 0
+> free 0 # <- here
)"},
    {"FinalizersOfTrashRunFirst", "lua boehm boehm-unordered", Law::kFinalizeBeforeFree, R"(
 r0 = node 0 del 0
 > new 0
 r0 = none
 collect 2
 > collect 2
-> finalize 0
-> end 0
-> done 0
+> free 0 # <- here
)"},
    {"FinalizersOfTrashRun", "lua php duktape", Law::kFinalizeAtOnce, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
-> finalize 0
-> end 0
-> free 0
-> done 0
+> done 0 # <- here
)"},
    {"NoFinalizerOfWhatIsHeld", kEnvelopes, Law::kNoFinalizeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 collect 2
 > collect 2
+> finalize 0 # <- here
 > done 0
)"},
    {"WhatFellAsAScriptEndedMayBeFinalized", "php duktape", Law::kNoFinalizeWhileHeld, R"(
 r1 = node 1 del 0
 > new 0
 r0 = node 0 del 0
 > new 1
 r1.0 = r0
 r0 = none
 r0 = node 2 del 1
 > new 2
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
 > finalize 2
 self.1 = r1
-r1 = none
-> end 2
-> finalize 0
-r1 = self
-> end 0
-> finalize 1
-> end 1
-> done 1
+> end 2
+> finalize 0 # <- here
)"},
    {"AsMayWhatItsObjectAloneHeld", "php duktape lua", Law::kNoFinalizeWhileHeld, R"(
 r1 = node 2 del 1
 > new 0
 r0 = node 1 del 0
 > new 1
 r2 = node 1 del 0
 > new 2
 r1.0 = r0
 r0.0 = r2
 r2.0 = r0
 r1.1 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
 > finalize 0
-r2 = none
-> end 0
-> finalize 2
-r0 = self
-> end 2
-> finalize 1
-> end 1
-> done 1
+> end 0
+> finalize 2 # <- here
)"},
    {"FinalizersRunOnce", "php lua boehm-unordered", Law::kFinalizeAsOften, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
 > finalize 0
 r1 = self
 > end 0
 > done 0
 r1 = none
 collect 2
 > collect 2
-> free 0
-> done 0
+> finalize 0 # <- here
)"},
    {"FinalizersRunAtEachDeath", "perl gobject duktape", Law::kFinalizeBeforeFree, R"(
 r0 = node 1 del 0
 > new 0
 r0 = none
 > finalize 0
 r0 = self
 > end 0
 r0 = none
-> finalize 0
-> end 0
-> free 0
+> free 0 # <- here
)"},
    {"FinalizersRunAfterDeath", "ruby", Law::kFinalizeAtOnce, R"(
 r0 = node 1 del 0
 > new 0
 r0 = none
 collect 2
 > collect 2
-> free 0
-> finalize 0
-> end 0
-> done 0
+> finalize 0 # <- here
)"},
    {"AndMustRunAfterDeath", "ruby", Law::kFinalizeAtOnce, R"(
 r0 = node 1 del 0
 > new 0
 r0 = none
 collect 2
 > collect 2
 > free 0
-> finalize 0
-> end 0
-> done 0
+> done 0 # <- here
)"},
    {"HoldersAreFinalizedFirst", "boehm", Law::kNoFinalizeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 0 del 0
 > new 1
 r0.0 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
 > finalize 0
 > end 0
+> finalize 1 # <- here
 > done 0
)"},
    {"TouchedTrashGoesByTheNext", "lua", Law::kTrashFreed, R"(
 r0 = node 1 del 0
 > new 0
 r0 = none
 collect 2
 > collect 2
 > finalize 0
 > end 0
 > done 0
 collect 2
 > collect 2
-> free 0
-> done 0
+> done 0 # <- here
)"},
    {"UntouchedTrashGoesAtOnce", "php duktape", Law::kTrashFreed, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
 > finalize 0
 > end 0
-> free 0
-> done 1
+> done 1 # <- here
)"},
    {"WeakReferencesYieldTheirTarget", kEnvelopes, Law::kDereference, R"(
 r0 = node 1
 > new 0
 r1 = weak r0
 > new 1
 r2 = r1()
-> got 0
+> got none # <- here
)"},
    {"UntilItIsFreed", "php perl duktape gobject", Law::kDereference, R"(
 r0 = node 1
 > new 0
 r1 = weak r0
 > new 1
 r0 = none
 > free 0
 r2 = r1()
-> got none
+> got 0 # <- here
)"},
    {"FinalizersSeeThemCleared", "lua", Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r1 = weak r0
 > new 1
 r0 = none
 collect 2
 > collect 2
 > finalize 0
 r2 = r1()
-> got none
-> end 0
-> done 0
+> got 0 # <- here
)"},
    {"ButNotThoseThatFellWithTheirTarget", "lua", Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 1 del 0
 > new 1
 r2 = weak r1
 > new 2
 r1.0 = r2
-r2 = none
 r0 = none
 collect 2
 > collect 2
 > finalize 0
 r1 = none
 > end 0
 > finalize 1
 r3 = self.0
 > got 2
 r4 = r3()
-> got 1
-> end 1
-> done 0
+> got 1 # <- here
)"},
    {"AlsoWhereCountsFree", "gobject", Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r1 = weak r0
 > new 1
 r0 = none
 > finalize 0
 r2 = r1()
-> got none
-> end 0
-> free 0
+> got 0 # <- here
)"},
    {"OrNotCleared", "php perl", Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r1 = weak r0
 > new 1
 r0 = none
 > finalize 0
 r2 = r1()
-> got 0
-> end 0
+> got none # <- here
)"},
    {"EnvelopeSlotsYieldWhatWasStored", kEnvelopes, Law::kLoad, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = r0.0
-> got 0
+> got none # <- here
)"},
    {"BirthsAreNumbered", kEnvelopes, Law::kIdentity, R"(
 r0 = node 1
 > new 0
 r1 = node 1
-> new 1
+> new 0 # <- here
)"},
};

}  // namespace

std::span<const Rule> EnvelopeRules() { return kRules; }

}  // namespace ouro
