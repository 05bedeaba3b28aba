// SPDX-License-Identifier: Apache-2.0

// Which situations there are, and which of them a contract and a set of abilities admit.

#include "model/judge/situation.h"

#include <iterator>

namespace ouro {
namespace {

bool KeepsCyclesWithFinalizers(const ExactRules& rules) {
  return rules.cyclic_finalizers == ExactRules::CyclicFinalizers::kUncollectable;
}
bool FinalizesCycles(const ExactRules& rules) { return !KeepsCyclesWithFinalizers(rules); }
bool CallsNoneLate(const ExactRules& rules) {
  return KeepsCyclesWithFinalizers(rules) || rules.ClearsAfterFinalizers();
}
bool CollectsAtOnce(const ExactRules& /*rules*/) { return true; }
bool LeavesTrashAtEnd(const ExactRules& rules) { return !rules.collects_at_end; }
bool NeverWaits(const ExactRules& rules) { return !rules.full_collection_waits; }

constexpr uint32_t kScripts = kFinalizers | kCallbacks;

// All that is known of a situation, except the rules for contracts of bounds below.
struct Row {
  Situation situation;
  const char* name;
  // The abilities with which it can be reached: all of the first, and one of the second, if any.
  uint32_t all = 0;
  uint32_t any = 0;
  // Whether the envelope judge notes it: that judge sees less of a program's course.
  bool of_envelopes = false;
  // Contracts under which it cannot be reached, and why.
  bool (*impossible)(const ExactRules& rules) = nullptr;
  const char* reason = nullptr;
};

constexpr Row kRows[] = {
    {.situation = Situation::kPlainDeath, .name = "plain-death", .of_envelopes = true},
    {.situation = Situation::kNestedDeath, .name = "nested-death"},
    {.situation = Situation::kFinalizerRuns,
     .name = "finalizer-runs",
     .all = kFinalizers,
     .of_envelopes = true},
    {.situation = Situation::kResurrectedByFinalizer,
     .name = "resurrected-by-finalizer",
     .all = kFinalizers,
     .of_envelopes = true},
    {.situation = Situation::kSecondDeath, .name = "second-death", .all = kFinalizers},
    {.situation = Situation::kSelfCycleMadeByFinalizer,
     .name = "self-cycle-made-by-finalizer",
     .all = kFinalizers},
    // For callbacks it is too late to rescue their target, but not what that still refers to.
    {.situation = Situation::kRescuedByWeakReference,
     .name = "rescued-by-weak-reference",
     .all = kWeakReferences,
     .any = kScripts},
    {.situation = Situation::kCallbackRuns, .name = "callback-runs", .all = kCallbacks},
    {.situation = Situation::kSeveralCallbacks, .name = "several-callbacks", .all = kCallbacks},
    {.situation = Situation::kWeakMadeByFinalizer,
     .name = "weak-made-by-finalizer",
     .all = kWeakReferences | kFinalizers},
    {.situation = Situation::kWeakHeldByItsTarget,
     .name = "weak-held-by-its-target",
     .all = kCallbacks},
    {.situation = Situation::kScriptRaised,
     .name = "script-raised",
     .any = kScripts,
     .of_envelopes = true},
    {.situation = Situation::kScriptInScript,
     .name = "script-in-script",
     .any = kScripts,
     .of_envelopes = true},
    {.situation = Situation::kCollectInFinalizer,
     .name = "collect-in-finalizer",
     .all = kFinalizers,
     .of_envelopes = true},
    {.situation = Situation::kCollectInCallback, .name = "collect-in-callback", .all = kCallbacks},
    {.situation = Situation::kNestedCollect,
     .name = "nested-collect",
     .any = kScripts,
     .of_envelopes = true},
    {.situation = Situation::kAutomaticCollection,
     .name = "automatic-collection",
     .all = kThresholds},
    {.situation = Situation::kAutomaticMiddle,
     .name = "automatic-middle-collection",
     .all = kThresholds},
    {.situation = Situation::kAutomaticFull,
     .name = "automatic-full-collection",
     .all = kThresholds},
    {.situation = Situation::kFullCollectionWaited,
     .name = "full-collection-waited",
     .all = kThresholds,
     .impossible = NeverWaits,
     .reason = "2.6 collects all as soon as counts say so"},
    {.situation = Situation::kAllocationFailed, .name = "allocation-failed", .all = kFailures},
    {.situation = Situation::kTrashFound, .name = "trash-found", .of_envelopes = true},
    {.situation = Situation::kParallelEdges,
     .name = "parallel-edges-in-trash",
     .of_envelopes = true},
    {.situation = Situation::kSelfEdge, .name = "self-edge-in-trash", .of_envelopes = true},
    {.situation = Situation::kTrashSpansGenerations,
     .name = "trash-spanning-generations",
     .all = kGenerations3},
    {.situation = Situation::kOldHoldsYoung, .name = "old-holding-young", .all = kGenerations3},
    {.situation = Situation::kSurvivorPromoted, .name = "survivor-promoted", .all = kGenerations3},
    // Also if no program can read the garbage list.
    {.situation = Situation::kUncollectable,
     .name = "uncollectable",
     .all = kFinalizers,
     .impossible = FinalizesCycles,
     .reason = "finalizers of trash run: all is collectable"},
    {.situation = Situation::kUncollectableWithout,
     .name = "uncollectable-without-finalizer",
     .all = kFinalizers,
     .impossible = FinalizesCycles,
     .reason = "there is no uncollectable set"},
    {.situation = Situation::kHangingFinalizer,
     .name = "finalizer-hanging-off-trash",
     .all = kFinalizers},
    {.situation = Situation::kGarbageReleased, .name = "garbage-released", .all = kGarbageList},
    {.situation = Situation::kSaveallTrash, .name = "saveall-trash", .all = kSaveall},
    {.situation = Situation::kWeakOutsideTrash,
     .name = "weak-reference-outside-trash",
     .all = kWeakReferences,
     .of_envelopes = true},
    {.situation = Situation::kWeakInsideTrash,
     .name = "weak-reference-inside-trash",
     .all = kWeakReferences,
     .of_envelopes = true},
    {.situation = Situation::kWeakInUncollectable,
     .name = "weak-reference-in-uncollectable",
     .all = kWeakReferences | kFinalizers,
     .impossible = FinalizesCycles,
     .reason = "there is no uncollectable set"},
    {.situation = Situation::kWeakDiedOfCallback,
     .name = "weak-reference-died-of-callback",
     .all = kCallbacks},
    {.situation = Situation::kTrashFinalized,
     .name = "trash-finalized",
     .all = kFinalizers,
     .of_envelopes = true,
     .impossible = KeepsCyclesWithFinalizers,
     .reason = "trash with finalizers is left alone"},
    {.situation = Situation::kTrashResurrected,
     .name = "trash-resurrected",
     .all = kFinalizers,
     .of_envelopes = true,
     .impossible = KeepsCyclesWithFinalizers,
     .reason = "no script that runs before the clearing can reach trash"},
    {.situation = Situation::kTrashPartlyResurrected,
     .name = "trash-partly-resurrected",
     .all = kFinalizers,
     .impossible = KeepsCyclesWithFinalizers,
     .reason = "no script that runs before the clearing can reach trash"},
    {.situation = Situation::kTrashDiedOfFinalizer,
     .name = "trash-died-of-finalizer",
     .all = kFinalizers,
     .impossible = KeepsCyclesWithFinalizers,
     .reason = "no script that runs before the clearing can reach trash"},
    {.situation = Situation::kLateCallback,
     .name = "late-callback",
     .all = kCallbacks | kFinalizers,
     .impossible = CallsNoneLate,
     .reason =
         "weak references to trash are cleared before it is, and no script can make one after"},
    {.situation = Situation::kBornInCollection, .name = "born-in-collection", .any = kScripts},
    {.situation = Situation::kLookupYields,
     .name = "lookup-yields",
     .all = kMaps,
     .of_envelopes = true},
    {.situation = Situation::kKeyDies, .name = "key-dies", .all = kMaps, .of_envelopes = true},
    {.situation = Situation::kMapDies, .name = "map-dies", .all = kMaps, .of_envelopes = true},
    {.situation = Situation::kTrashThroughEntry,
     .name = "trash-through-entry",
     .all = kMaps,
     .of_envelopes = true},
    {.situation = Situation::kDisposed,
     .name = "disposed",
     .all = kDisposal | kFinalizers,
     .of_envelopes = true},
    {.situation = Situation::kFinalizedAtEnd,
     .name = "finalized-at-end",
     .all = kEnding | kFinalizers,
     .of_envelopes = true,
     .impossible = LeavesTrashAtEnd,
     .reason = "nothing looks for cyclic trash at the end"},
    {.situation = Situation::kHeldByScope,
     .name = "held-by-scope",
     .all = kScopes,
     .of_envelopes = true},
    {.situation = Situation::kDroppedByFill,
     .name = "dropped-by-fill",
     .all = kFills,
     .of_envelopes = true},
    {.situation = Situation::kHeldByWeak,
     .name = "held-by-weak-reference",
     .all = kWeakReferences | kHeldValues,
     .of_envelopes = true},
    {.situation = Situation::kTrashThroughWeak,
     .name = "trash-through-weak-reference",
     .all = kWeakReferences | kHeldValues,
     .of_envelopes = true},
    {.situation = Situation::kStepsEnded,
     .name = "steps-ended",
     .all = kSteps,
     .of_envelopes = true,
     .impossible = CollectsAtOnce,
     .reason = "exact rules have whole collections only"},
};
static_assert(std::size(kRows) == kSituations);
static_assert(kSituations <= 64, "the judge keeps them in one word");

constexpr bool InOrder() {
  for (int i = 0; i < kSituations; ++i) {
    if (static_cast<int>(kRows[i].situation) != i) return false;
  }
  return true;
}
static_assert(InOrder());

const Row& RowOf(Situation situation) { return kRows[static_cast<int>(situation)]; }

// Whether the bounds leave room for a situation that the envelope judge notes.
bool Under(const Envelope& bounds, Situation situation) {
  const bool by_count = situation == Situation::kPlainDeath ||
                        situation == Situation::kFinalizerRuns ||
                        situation == Situation::kResurrectedByFinalizer;
  const bool by_collection = situation == Situation::kTrashFinalized ||
                             situation == Situation::kTrashResurrected ||
                             situation == Situation::kNestedCollect;
  const bool self = bounds.finalizers != Envelope::Finalizers::kAfterDeath;
  const bool counts = bounds.prompt != Envelope::Prompt::kNo;
  if (by_count && !counts) return false;
  if (by_collection && bounds.spares == Envelope::Spares::kAll) return false;
  if (situation == Situation::kCollectInFinalizer) return counts;
  if (situation == Situation::kFinalizedAtEnd) return bounds.end != Envelope::End::kNothing;
  const bool back =
      situation == Situation::kTrashResurrected || situation == Situation::kResurrectedByFinalizer;
  if (back && !self) return false;
  return RowOf(situation).of_envelopes;
}

bool CanReach(Situation situation, const ExactRules* rules, uint32_t abilities) {
  // What enters the list: all trash under saveall; cycles with finalizers under 2.x.
  const bool lists =
      (abilities & kSaveall) != 0 ||
      ((abilities & kFinalizers) != 0 && rules != nullptr && KeepsCyclesWithFinalizers(*rules));
  if (situation == Situation::kGarbageReleased && !lists) return false;
  const Row& row = RowOf(situation);
  return (row.all & ~abilities) == 0 && (row.any == 0 || (row.any & abilities) != 0);
}

}  // namespace

const char* Name(Situation situation) { return RowOf(situation).name; }

const char* WhyImpossible(Situation situation, const ExactRules& rules) {
  const Row& row = RowOf(situation);
  return row.impossible != nullptr && row.impossible(rules) ? row.reason : nullptr;
}

uint64_t PossibleSituations(const Specimen& specimen) {
  uint64_t possible = 0;
  for (int i = 0; i < kSituations; ++i) {
    const auto situation = static_cast<Situation>(i);
    const ExactRules* const rules = specimen.contract->exact();
    if (rules != nullptr ? WhyImpossible(situation, *rules) != nullptr
                         : !Under(*specimen.contract->bounds(), situation)) {
      continue;
    }
    if (CanReach(situation, rules, specimen.abilities)) possible |= uint64_t{1} << i;
  }
  return possible;
}

}  // namespace ouro
