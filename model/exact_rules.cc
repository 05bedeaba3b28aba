// SPDX-License-Identifier: Apache-2.0

// The contracts of CPython. Section 0 of docs/semantics.md has them as a table.

#include "model/exact_rules.h"

#include "model/collector.h"

namespace ouro {
namespace {

using F = ExactRules::Finalizers;
using C = ExactRules::CyclicFinalizers;
using D = ExactRules::DeathOrder;
using V = ExactRules::Saves;
using R = ExactRules::Resurrection;
using A = ExactRules::Answer;
using W = ExactRules::Clears;
using S = ExactRules::Survivors;

// Before PEP 442. Its collections call no finalizer of their trash, so nothing resurrects it.
constexpr ExactRules kOf27 = {
    .finalizers = F::kEveryDeath,
    .saves = V::kAllButNewest,
    .cyclic_finalizers = C::kUncollectable,
    .death_order = D::kCallbacksFirst,
    .resurrection = R::kSparesReachable,
    .answer = A::kFound,
    .clears = W::kToTrash,
    .full_collection_waits = true,
    .collects_at_end = false,
    .survivors = S::kNextGeneration,
};

// After it.
constexpr ExactRules kOf39 = {
    .finalizers = F::kOnce,
    .saves = V::kAllButNewest,
    .cyclic_finalizers = C::kRun,
    .death_order = D::kFinalizerFirst,
    .resurrection = R::kSparesReachable,
    .answer = A::kLeft,
    .clears = W::kInTrash,
    .full_collection_waits = true,
    .collects_at_end = true,
    .survivors = S::kNextGeneration,
};

// The neighbours differ in a field or two.
constexpr ExactRules Except(ExactRules rules, auto... change) {
  (change(rules), ...);
  return rules;
}

constexpr auto kSparesAll = [](ExactRules& rules) { rules.resurrection = R::kSparesAll; };
constexpr auto kAnswersFound = [](ExactRules& rules) { rules.answer = A::kFound; };
constexpr auto kNeverWaits = [](ExactRules& rules) { rules.full_collection_waits = false; };
constexpr auto kSavesAll = [](ExactRules& rules) { rules.saves = V::kAll; };
constexpr auto kTwoGenerations = [](ExactRules& rules) { rules.survivors = S::kOldestGeneration; };

template <W kWhich>
constexpr auto kClears = [](ExactRules& rules) { rules.clears = kWhich; };

}  // namespace

const Contract kCPython26 = {"cpython26",
                             "CPython 2.6: cyclic trash with finalizers is uncollectable",
                             Except(kOf27, kNeverWaits)};
const Contract kCPython27 = {
    "cpython27", "CPython 2.7: as 2.6, and automatic full collections wait for a quarter", kOf27};
const Contract kCPython34 = {
    "cpython34", "CPython 3.4 to 3.7.4: finalizers run once; a resurrection spares all the trash",
    Except(kOf39, kSparesAll, kAnswersFound, kClears<W::kToTrash>)};
const Contract kCPython37 = {"cpython37", "CPython 3.7.5 on: what was spared is not counted",
                             Except(kOf39, kSparesAll, kClears<W::kToTrash>)};
const Contract kCPython38 = {"cpython38",
                             "CPython 3.8: weak references that are trash are cleared as well",
                             Except(kOf39, kSparesAll)};
const Contract kCPython39 = {
    "cpython39", "CPython 3.9 to 3.12: a resurrection spares what can be reached again", kOf39};
const Contract kCPython313 = {
    "cpython313", "CPython 3.13: a death keeps all weak references while its callbacks run",
    Except(kOf39, kSavesAll)};
const Contract kCPython3140 = {"cpython3140",
                               "CPython 3.14.0 to 3.14.4: whatever survives a collection is old",
                               Except(kOf39, kSavesAll, kTwoGenerations)};
const Contract kCPython314 = {
    "cpython314", "CPython 3.14.5 on: weak references made by finalizers of trash are cleared",
    Except(kOf39, kSavesAll, kClears<W::kTwice>)};
const Contract kCPython315 = {
    "cpython315", "CPython 3.15: weak references without callbacks are cleared after finalizers",
    Except(kOf39, kSavesAll, kClears<W::kCallbacksFirst>)};

std::vector<std::string> Describe(const ExactRules& rules) {
  const bool uncollectable = rules.cyclic_finalizers == C::kUncollectable;
  const char* const clears[] = {
      "a collection clears weak references to its trash, before finalizers run",
      "a collection clears weak references to and in its trash, before finalizers run",
      "a collection clears weak references to and in its trash, before finalizers run and after",
      "a collection clears weak references with callbacks before finalizers run, the rest after",
  };
  return {
      rules.finalizers == F::kEveryDeath ? "an object's finalizer runs at each of its deaths"
                                         : "an object's finalizer runs once in its life",
      rules.saves == V::kAll
          ? "callbacks of a death keep all weak references to it alive"
          : "callbacks of a death keep weak references to it alive, but not the newest two without",
      uncollectable ? "cyclic trash with finalizers is uncollectable and goes to the garbage list"
                    : "the finalizers of cyclic trash run, then it is cleared",
      rules.death_order == D::kCallbacksFirst
          ? "at a death by reference count callbacks run first, then the finalizer"
          : "at a death by reference count the finalizer runs first, then callbacks",
      uncollectable ? "no finalizer of trash can resurrect it"
      : rules.resurrection == R::kSparesAll
          ? "one resurrection spares all the trash of that collection"
          : "a resurrection spares what can be reached again",
      rules.answer == A::kFound ? "a collection returns how many unreachable objects it found"
                                : "a collection returns how many unreachable objects were left",
      clears[static_cast<int>(rules.clears)],
      rules.full_collection_waits
          ? "an automatic full collection waits until a quarter of what it keeps is new"
          : "an automatic full collection comes whenever its threshold is passed",
      rules.collects_at_end ? "at the end registers are emptied, then a full collection runs"
                            : "at the end a full collection runs, then registers are emptied",
      rules.survivors == S::kNextGeneration
          ? "what survives a collection moves to the next generation"
          : "what survives a collection moves to the oldest generation",
  };
}

}  // namespace ouro
