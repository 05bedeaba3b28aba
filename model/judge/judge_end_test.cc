// SPDX-License-Identifier: Apache-2.0

// Rules of the end, section 11: which finalizers run as a collector is torn down, and that nothing
// runs afterwards. See judge_rules.h. An exact trace of an end begins where the registers have been
// emptied.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr const char* kAllRun = "lua php duktape";
constexpr const char* kEverything = "lua php duktape perl";

constexpr Rule kRules[] = {
    {"TheLastCollectionFinalizesCycles", k3x, Law::kEnd, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 end  # <- here
-> collect 2
-  > finalize 0
-  > end 0
-  > free 0
-> done 1
)"},
    {"WhatItReturnsNobodySeesButWhatItFreesIsJudged", k3x, Law::kTrashFreed, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 end
 > collect 2
 > finalize 0
 > end 0
-> free 0
 > done 0  # <- here
)"},
    {"ItIsAFullOne", k3x, Law::kEnd, R"(
 r0 = node 0
 > new 0
 end
-> collect 2
-> done 0
+> collect 1  # <- here
)"},
    {"WithoutOneCyclesAreLeftAlone", k2x, Law::kEnd, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 end
+> collect 2  # <- here
)"},
    {"WhatIsReferencedIsFinalizedAtTheEnd", kAllRun, Law::kEnd, R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 0 del 0
 > new 1
 r0.0 = r1
 end
-> finalize 1
-> end 1
 > finalize 0
   r2 = r1
 > end 0
 > free 1  # <- here
-> free 0
)"},
    {"EverythingIsFreed", kEverything, Law::kEnd, R"(
 r0 = node 1
 > new 0
 r1 = leaf
 > new 1
 end
 > free 0  # <- here
-> free 1
)"},
    {"BornAtTheEndIsFreedTooThoughItsFinalizerNeedNotRun", kEverything, Law::kEnd, R"(
 r0 = node 0 del 0
 > new 0
 end
 > finalize 0
   r1 = node 0 del 1
   > new 1
 > end 0
 > free 0  # <- here
-> free 1
)"},
    {"NothingRunsOnceItIsTornDown", kAllRun, Law::kEnd, R"(
 r0 = node 0
 > new 0
 r1 = node 0 del 0
 > new 1
 end
-> finalize 1
-> end 1
 > free 0  # <- here
-> free 1
+> finalize 1
+> end 1
+> free 1
)"},
    {"AScriptSeesWhatIsReferenced", kAllRun, Law::kNoFreeWhileHeld, R"(
 r0 = node 0
 > new 0
 r1 = node 0 del 0
 > new 1
 end
 > finalize 1
   r2 = r0
+  > free 0  # <- here
 > end 1
-> free 0
 > free 1
)"},
    {"AFinalizerRunsOnceAtTheEnd", "lua php", Law::kFinalizeAsOften, R"(
 r0 = node 0 del 0
 > new 0
 end
 > finalize 0
   r1 = self
 > end 0
+> finalize 0  # <- here
+> end 0
 > free 0
)"},
    {"WhatWaitsForItsFinalizerIsNotFreed", kAllRun, Law::kEnd, R"(
 r0 = node 1 del 0
 > new 0
 r1 = node 0
 > new 1
 r0.0 = r1
 r1 = none
 end
-> finalize 0
-> end 0
 > free 1  # <- here
-> free 0
+> finalize 0
+> end 0
+> free 0
)"},
};

constexpr Difference kDifferences[] = {
    // A destructor of PHP that throws at the end of a request is the last that runs.
    {"OneThatRaisesMayBeTheLast", "php perl", "lua duktape", Law::kEnd, R"(
 r0 = node 0 del 0
 > new 0
 r1 = node 0 del 1
 > new 1
 end
 > finalize 1
   raise
 > end 1 raised
 > free 0  # <- here
 > free 1
)"},
    {"NoneNeedRun", "perl", "lua php duktape ruby", Law::kEnd, R"(
 r0 = node 0 del 0
 > new 0
 end
 > free 0  # <- here
)"},
    {"NoneRuns", "lua php duktape perl ruby", "gobject boehm", Law::kEnd, R"(
 r0 = node 0 del 0
 > new 0
 end
 > finalize 0  # <- here
 > end 0
 > free 0
)"},
};

}  // namespace

std::span<const Rule> EndRules() { return kRules; }
std::span<const Difference> EndDifferences() { return kDifferences; }

}  // namespace ouro
