// SPDX-License-Identifier: Apache-2.0

// Bounds on what few collectors have: callbacks, finalizers that are put off, collections that
// nobody asked for, garbage lists, censuses, failures.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr const char* kEnvelopes =
    "cpython php duktape perl gobject lua boehm boehm-unordered ruby";

constexpr Rule kRules[] = {
    // ---- Callbacks.
    {"EnvelopeCallbacksRunOnce", "php lua cpython", Law::kCallbackWhenCleared, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 collect 2
 > collect 2
 > callback 1
 > end 1
-> free 0
-> done 0
+> callback 1 # <- here
)"},
    {"NotWhileItsTargetLives", kEnvelopes, Law::kCallbackWhenCleared, R"(
 r0 = node 1
 > new 0
 r1 = weak r0 call 0
 > new 1
 collect 2
 > collect 2
-> done 0
+> callback 1 # <- here
)"},
    {"NorIfItHasNone", "perl gobject", Law::kCallbackWhenCleared, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0
 > new 1
 r0 = none
 collect 2
 > collect 2
-> done 0
+> callback 1 # <- here
)"},
    {"CallbacksComeBeforeTheFree", "cpython,callbacks=before-free php,callbacks=before-free",
     Law::kCallbackBeforeFree,
     R"(
 r0 = node 1
 > new 0
 r1 = weak r0 call 0
 > new 1
 r0 = none
-> callback 1
-> end 1
-> free 0
+> free 0 # <- here
)"},
    {"OrUntilTheOperationEnds", "php perl gobject duktape", Law::kCallbackBeforeFree, R"(
 r0 = node 1
 > new 0
 r1 = weak r0 call 0
 > new 1
 r0 = none
-> free 0
-> callback 1
-> end 1
+> free 0 # <- here
)"},
    {"OrLaterIfTheyMayBePutOff", "php,queued=yes", Law::kCallbackBeforeFree, R"(
 r0 = node 1
 > new 0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 > free 0
 r2 = leaf
 > new 2
 collect 2
 > collect 2
-> callback 1
-> end 1
-> done 0
+> done 0 # <- here
)"},
    {"AfterItsCallbackItYieldsNothing", "php perl", Law::kDereference, R"(
 r0 = node 1
 > new 0
 r1 = weak r0 call 0
 > new 1
 r0 = none
 > callback 1
 r2 = r1()
-> got none
-> end 1
-> free 0
+> got 0 # <- here
)"},
    {"WhatIsClearedEarlierIsCalledEvenIfItsTargetIsBroughtBack", "gobject",
     Law::kCallbackBeforeFree, R"(
 r0 = node 1 del 0
 > new 0
 r1 = weak r0 call 1
 > new 1
 r0 = none
 > finalize 0
 r2 = self
-> end 0
-> callback 1
-> end 1
+> end 0 # <- here
)"},
    // #3 was unreachable when #0 died, and the finalizer of #1 brings it back.
    {"ACallbackMayBeDroppedWithItsWeakReference", "gobject duktape", Law::kCallbackBeforeFree, R"(
 r0 = node 1
 > new 0
 r1 = node 1 del 0
 > new 1
 r0.0 = r1
 r2 = node 2
 > new 2
 r2.0 = r2
 r1.0 = r2
 r3 = weak r0 call 0
 > new 3
 r2.1 = r3
-r3 = none
 r1 = none
 r2 = none
 r0 = none
 > free 0
 > finalize 1
 r4 = self
-> end 1
+> end 1 # <- here
)"},
    // ---- Finalizers that are put off.
    {"AFinalizerIsNotPutOffForEver", "lua,queued=yes boehm-unordered,queued=yes,strays=0",
     Law::kFinalizeAtOnce, R"(
 r0 = node 1 del 0
 > new 0
 r0 = none
 collect 2
 > collect 2
 > done 0
 collect 2
 > collect 2
-> finalize 0
-> end 0
-> done 0
+> done 0 # <- here
)"},
    {"ItRunsWithinAnyOperation", "lua,queued=yes", Law::kFinalizeAsOften, R"(
 r0 = node 1 del 0
 > new 0
 r0 = none
 collect 2
 > collect 2
 > done 0
 r1 = leaf
 > new 1
 > finalize 0
 > end 0
 r2 = leaf
 > new 2
+> finalize 0 # <- here
)"},
    {"CountsToo", "php,queued=yes", Law::kFreeAtOnce, R"(
 r0 = node 1 del 0
 > new 0
 r0 = none
 r1 = leaf
 > new 1
 > finalize 0
-> end 0
-> free 0
+> end 0 # <- here
)"},
    {"WhatAFinalizerThatWaitsCanReachLives", "lua,queued=yes", Law::kNoFreeWhileHeld, R"(
 r0 = node 1 del 0
 > new 0
 r1 = leaf
 > new 1
 r0.0 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
-> done 0
+> free 1 # <- here
)"},
    {"AfterDeathToo", "ruby,queued=yes", Law::kFinalizeAtOnce, R"(
 r0 = node 1 del 0
 > new 0
 r0 = none
 collect 2
 > collect 2
 > free 0
 > done 0
 collect 2
 > collect 2
-> finalize 0
-> end 0
-> done 0
+> done 0 # <- here
)"},
    // ---- Counts that are given back later.
    {"ALateCountIsGivenBackByTheNextCollection", "php,prompt=either", Law::kTrashFreed, R"(
 r0 = node 1
 > new 0
 r0 = none
 r1 = leaf
 > new 1
 r1 = none
 > free 1
 collect 2
 > collect 2
-> free 0
-> done 0
+> done 0 # <- here
)"},
    // ---- Collections that nobody asked for.
    {"NoneComeUnasked", "php duktape perl gobject boehm boehm-unordered ruby",
     Law::kCollectionSchedule, R"(
 r0 = node 1
 > new 0
 r1 = node 1
+> collect 0 auto # <- here
 > new 1
)"},
    {"OneThatIsToldMayCome", "lua,automatic=told php,automatic=untold", Law::kNoFreeWhileHeld, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 r1 = node 1
 > collect 0 auto
 > free 0
 > done 0
 > new 1
 r2 = node 1
 > collect 2 auto
-> done 0
-> new 2
+> free 1 # <- here
)"},
    {"ButNotIfTheyAreDisabled", "lua,automatic=told lua,automatic=untold", Law::kCollectionSchedule,
     R"(
 disable
 r0 = node 1
+> collect 0 auto # <- here
 > new 0
)"},
    {"OneThatIsToldFreesWhileItRuns", "lua,automatic=told", Law::kEventInPlace, R"(
 r0 = node 1
 > new 0
 r0 = none
 r1 = leaf
 > collect 0 auto
-> free 0
 > done 0
 > new 1
+> free 0 # <- here
)"},
    {"OneThatIsNotToldFreesAnywhere", "lua,automatic=untold ruby,automatic=untold", Law::kFreeOnce,
     R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 > free 0
 r1 = leaf
 > new 1
+> free 0 # <- here
)"},
    {"ButNotWhatIsHeld", "lua,automatic=untold", Law::kNoFreeWhileHeld, R"(
 r0 = node 1
 > new 0
 r1 = leaf
 > new 1
 r0.0 = r1
 r1 = none
 r0 = none
 > free 1
 > free 0
 r2 = leaf
 > new 2
+> free 2 # <- here
)"},
    {"NorWhileTheyAreDisabled", "lua,automatic=untold", Law::kEventInPlace, R"(
 r0 = node 1
 > new 0
 disable
 r0 = none
+> free 0 # <- here
)"},
    {"OneThatIsNotToldMayHaveClearedAWeakReference", "boehm,automatic=untold", Law::kDereference,
     R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 0
 > new 1
 r2 = weak r1
 > new 2
 r0.0 = r2
 r2 = none
 r0 = none
 r4 = leaf
 > new 3
 > finalize 0
 r2 = self.0
 > got 2
 r3 = r2()
-> got 1
-> end 0
+> got none # <- here
)"},
    {"NorDoesDisableTakeThatBack", "lua,automatic=untold", Law::kDereference, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0
 > new 1
 r0 = none
 disable
 r2 = r1()
-> got none
+> got 1 # <- here
)"},
    // ---- The garbage list.
    {"WhatIsHeldIsNoGarbage", "boehm lua", Law::kGarbageUncollectable, R"(
 saveall on
 r0 = node 1
 > new 0
 collect 2
 > collect 2
-> done 0
+> garbage 0 # <- here
)"},
    {"OnlyTrashThatIsKeptIsGarbage", kEnvelopes, Law::kGarbageUncollectable, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 collect 0
 > collect 0
-> free 0
-> done 0
+> garbage 0 # <- here
)"},
    {"AllTrashIsSaved", "php lua", Law::kGarbageComplete, R"(
 saveall on
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
-> garbage 0
-> done 0
+> free 0 # <- here
)"},
    {"AndNotForgotten", "php lua", Law::kTrashFreed, R"(
 saveall on
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
-> garbage 0
-> done 0
+> done 0 # <- here
)"},
    {"TheListHolds", "php lua", Law::kNoFreeWhileHeld, R"(
 saveall on
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
 > garbage 0
 > done 0
 saveall off
 collect 2
 > collect 2
-> done 0
-r1 = garbage 0
-> got 0
+> free 0 # <- here
)"},
    {"UntilItIsCleared", "php lua", Law::kTrashFreed, R"(
 saveall on
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
 > garbage 0
 > done 0
 saveall off
 garbage clear
 collect 2
 > collect 2
-> free 0
-> done 0
+> done 0 # <- here
)"},
    {"TheRestOfItsCycleIsSavedToo", "php lua cpython", Law::kGarbageUncollectable, R"(
 saveall on
 r0 = node 1
 > new 0
 r1 = node 1
 > new 1
 r2 = node 1
 > new 2
 r0.0 = r1
 r1.0 = r0
 r0 = none
 r1 = none
 collect 2
 > collect 2
 > garbage 0
-> garbage 1
-> done 0
+> garbage 2 # <- here
)"},
    {"WhatIsSavedIsSavedOnce", "php lua", Law::kGarbageUncollectable, R"(
 saveall on
 r0 = node 1
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
 > garbage 0
-> done 0
+> garbage 0 # <- here
)"},
    // ---- Censuses and failures.
    {"ACensusListsWhatIsReachable", kEnvelopes, Law::kCensusComplete, R"(
 r0 = node 1
 > new 0
 r1 = node 1
 > new 1
 r0.0 = r1
 r1 = none
 census
-> tracked 0 0
-> tracked 1 2
+> tracked 0 0 # <- here
)"},
    {"Once", kEnvelopes, Law::kCensusComplete, R"(
 r0 = node 1
 > new 0
 census
 > tracked 0 0
+> tracked 0 0 # <- here
)"},
    {"AFailureIsReportedUnderBoundsToo", kEnvelopes, Law::kFailedAllocation, R"(
 fail 2
 r0 = node 1
 > new 0
 r1 = weak r0
-> failed
+> new 1 # <- here
)"},
};

}  // namespace

std::span<const Rule> AbilityRules() { return kRules; }

}  // namespace ouro
