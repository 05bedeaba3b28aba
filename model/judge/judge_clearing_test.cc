// SPDX-License-Identifier: Apache-2.0

// Which weak references a collection clears, and when: ExactRules::Clears, by version. See
// judge_rules.h.

#include "model/judge/testing/judge_rules.h"

#include <span>

namespace ouro {
namespace {

constexpr Difference kDifferences[] = {
    // Experiment W18: a weak reference that is trash itself, with a living target, is brought back.
    {"InTrashItKeepsItsTarget", "37 315", "38 39 314", Law::kDereference, R"(
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
     r5 = self.1
     > got 2
     r6 = self
   > end 1
 > done 0
 r7 = r5()
 > got 0  # <- here
)"},
    {"InTrashItLosesItsTarget", "38 39 314", "37 315", Law::kDereference, R"(
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
     r5 = self.1
     > got 2
     r6 = self
   > end 1
 > done 0
 r7 = r5()
 > got none  # <- here
)"},
    {"InTrashItKeepsItsTargetUpTo374", "34", kFrom37, Law::kCollectionCount, R"(
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
     r5 = self.1
     > got 2
     r6 = self
   > end 1
 > done 2  # <- here
 r7 = r5()
 > got 0
)"},
    // ... and is called when that dies.
    {"InTrashItIsCalledLater", "37 315", "38 39 314", Law::kCallbackWhenCleared, R"(
 r2 = node 0
 > new 0
 r0 = node 2 del 0
 > new 1
 r0.0 = r0
 r1 = weak r2 call 1
 > new 2
 r0.1 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
   > finalize 1
     r5 = self.1
     > got 2
     r6 = self
   > end 1
 > done 0
 r2 = none
 > callback 2  # <- here
 > end 2
 > free 0
)"},
    {"InTrashItIsNotCalledLater", "38 39 314", "37 315", Law::kCallbackBeforeFree, R"(
 r2 = node 0
 > new 0
 r0 = node 2 del 0
 > new 1
 r0.0 = r0
 r1 = weak r2 call 1
 > new 2
 r0.1 = r1
 r1 = none
 r0 = none
 collect 2
 > collect 2
   > finalize 1
     r5 = self.1
     > got 2
     r6 = self
   > end 1
 > done 0
 r2 = none
 > free 0  # <- here
)"},
    // Experiment P8: without a callback, a weak reference shows trash to its finalizers.
    {"APlainOneShowsTrash", "315", kUntil314, Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = weak r0
 > new 1
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = r1()
     > got 0  # <- here
     r5 = none
   > end 0
   > free 0
 > done 1
)"},
    // Experiment W3: ... and to callbacks.
    {"APlainOneShowsTrashToCallbacks", "315", "26 27 34 37 38 39 314", Law::kDereference, R"(
 r0 = node 1
 > new 0
 r0.0 = r0
 r1 = weak r0
 > new 1
 r2 = weak r0 call 0
 > new 2
 r0 = none
 collect 2
 > collect 2
   > callback 2
     r5 = r1()
     > got 0  # <- here
     r5 = none
   > end 2
   > free 0
 > done 1
)"},
    // Experiment W8: trash that is taken through it lives.
    {"WhatAPlainOneShowsCanBeTaken", "315", kUntil314, Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = node 1
 > new 1
 r1.0 = r1
 r2 = weak r1
 > new 2
 r0 = none
 r1 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = r2()
     > got 1  # <- here
   > end 0
   > free 0
 > done 1
 r5.0 = none
)"},
    // Experiment P9: it still shows what was resurrected.
    {"APlainOneShowsTheResurrected", "315", "37 38 39 314", Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = weak r0
 > new 1
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self
   > end 0
 > done 0
 r6 = r1()
 > got 0  # <- here
)"},
    {"APlainOneLosesTheResurrected", "37 38 39 314", "315", Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = weak r0
 > new 1
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r5 = self
   > end 0
 > done 0
 r6 = r1()
 > got none  # <- here
)"},
    // One with a callback is cleared before the finalizers, in trash as well.
    {"OneThatWouldBeCalledShowsNothing", k3x, "", Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r1 = weak r0 call 1
 > new 1
 r0 = none
 collect 2
 > collect 2
   > callback 1
   > end 1
   > finalize 0
     r5 = r1()
     > got none
   > end 0
   > free 0
 > done 1
)"},
    // Experiment W16: one that a finalizer made to trash is called when that is freed, or cleared
    // once the finalizers have run.
    {"MadeByAFinalizerItIsCalled", kUntil39, "314 315", Law::kCallbackWhenCleared, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r1 = weak self call 1
     > new 1
   > end 0
   > free 0
   > callback 1  # <- here
   > end 1
 > done 1
)"},
    {"MadeByAFinalizerItIsCleared", "314 315", kUntil39, Law::kCallbackBeforeFree, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r1 = weak self call 1
     > new 1
   > end 0
   > free 0
 > done 1  # <- here
)"},
    // Experiment M8: saved trash is shown by no weak reference that was there.
    {"SavedTrashLosesThoseMadeByFinalizers", "314 315", "39", Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 saveall on
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r1 = weak self
     > new 1
   > end 0
   > garbage 0
 > done 1
 r2 = r1()
 > got none  # <- here
)"},
    {"SavedTrashKeepsThoseMadeByFinalizers", kUntil39, "314 315", Law::kDereference, R"(
 r0 = node 1 del 0
 > new 0
 r0.0 = r0
 saveall on
 r0 = none
 collect 2
 > collect 2
   > finalize 0
     r1 = weak self
     > new 1
   > end 0
   > garbage 0
 > done 1
 r2 = r1()
 > got 0  # <- here
)"},
};

}  // namespace

std::span<const Difference> ClearingDifferences() { return kDifferences; }

}  // namespace ouro
