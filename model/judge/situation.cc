#include "model/judge/situation.h"

#include <algorithm>
#include <iterator>

namespace ouro {
namespace {

bool KeepsCyclesWithFinalizers(const Contract& contract) {
  return contract.cyclic_finalizers == Contract::CyclicFinalizers::kUncollectable;
}
bool FinalizesCycles(const Contract& contract) { return !KeepsCyclesWithFinalizers(contract); }
bool NeverWaits(const Contract& contract) { return !contract.full_collection_waits; }

struct Impossible {
  Situation situation;
  bool (*under)(const Contract& contract);
  const char* reason;
};

constexpr Impossible kImpossible[] = {
    {Situation::kFullCollectionWaited, NeverWaits, "2.6 collects all as soon as counts say so"},
    {Situation::kUncollectable, FinalizesCycles, "finalizers of trash run: all is collectable"},
    {Situation::kUncollectableWithout, FinalizesCycles, "there is no uncollectable set"},
    {Situation::kWeakInUncollectable, FinalizesCycles, "there is no uncollectable set"},
    {Situation::kTrashFinalized, KeepsCyclesWithFinalizers, "trash with finalizers is left alone"},
    {Situation::kTrashResurrected, KeepsCyclesWithFinalizers,
     "no script that runs before the clearing can reach trash"},
    {Situation::kTrashPartlyResurrected, KeepsCyclesWithFinalizers, "the same"},
    {Situation::kTrashDiedOfFinalizer, KeepsCyclesWithFinalizers, "the same"},
    {Situation::kLateCallback, KeepsCyclesWithFinalizers,
     "no script can make a weak reference to trash, and older ones are cleared first"},
};

// What a collector must be able to do, so that the situation can come: all of these abilities, and
// at least one of those (0: none is asked for).
struct Need {
  Situation situation;
  uint32_t all;
  uint32_t any = 0;
};
constexpr uint32_t kScripts = kFinalizers | kCallbacks;
constexpr Need kNeeds[] = {
    {Situation::kFinalizerRuns, kFinalizers},
    {Situation::kResurrectedByFinalizer, kFinalizers},
    {Situation::kSecondDeath, kFinalizers},
    {Situation::kSelfCycleMadeByFinalizer, kFinalizers},
    // Callbacks come too late: weak references to what dies are cleared before the first.
    {Situation::kRescuedByWeakReference, kWeakReferences | kFinalizers},
    {Situation::kCallbackRuns, kCallbacks},
    {Situation::kSeveralCallbacks, kCallbacks},
    {Situation::kWeakMadeByFinalizer, kWeakReferences | kFinalizers},
    {Situation::kWeakHeldByItsTarget, kCallbacks},
    {Situation::kScriptRaised, 0, kScripts},
    {Situation::kScriptInScript, 0, kScripts},
    {Situation::kCollectInFinalizer, kFinalizers},
    {Situation::kCollectInCallback, kCallbacks},
    {Situation::kNestedCollect, 0, kScripts},
    {Situation::kAutomaticCollection, kThresholds},
    {Situation::kAutomaticMiddle, kThresholds},
    {Situation::kAutomaticFull, kThresholds},
    {Situation::kFullCollectionWaited, kThresholds},
    {Situation::kAllocationFailed, kFailures},
    {Situation::kTrashSpansGenerations, kGenerations3},
    {Situation::kOldHoldsYoung, kGenerations3},
    {Situation::kSurvivorPromoted, kGenerations3},
    {Situation::kUncollectable, kFinalizers},  // also where no program can ask for the list
    {Situation::kUncollectableWithout, kFinalizers},
    {Situation::kHangingFinalizer, kFinalizers},
    {Situation::kGarbageReleased, kGarbageList},
    {Situation::kSaveallTrash, kSaveall},
    {Situation::kWeakOutsideTrash, kWeakReferences},
    {Situation::kWeakInsideTrash, kWeakReferences},
    {Situation::kWeakInUncollectable, kWeakReferences | kFinalizers},
    {Situation::kWeakDiedOfCallback, kCallbacks},
    {Situation::kTrashFinalized, kFinalizers},
    {Situation::kTrashResurrected, kFinalizers},
    {Situation::kTrashPartlyResurrected, kFinalizers},
    {Situation::kTrashDiedOfFinalizer, kFinalizers},
    {Situation::kLateCallback, kCallbacks | kFinalizers},
    {Situation::kBornInCollection, 0, kScripts},
};

// What an envelope judge notes: it knows less of a course than an exact one.
constexpr Situation kOfEnvelopes[] = {
    Situation::kPlainDeath,     Situation::kFinalizerRuns,    Situation::kResurrectedByFinalizer,
    Situation::kScriptRaised,   Situation::kScriptInScript,   Situation::kCollectInFinalizer,
    Situation::kNestedCollect,  Situation::kTrashFound,       Situation::kParallelEdges,
    Situation::kSelfEdge,       Situation::kWeakInsideTrash,  Situation::kWeakOutsideTrash,
    Situation::kTrashFinalized, Situation::kTrashResurrected,
};

bool Under(const Envelope& bounds, Situation situation) {
  const bool known = std::find(std::begin(kOfEnvelopes), std::end(kOfEnvelopes), situation) !=
                     std::end(kOfEnvelopes);
  const bool by_count = situation == Situation::kPlainDeath ||
                        situation == Situation::kFinalizerRuns ||
                        situation == Situation::kResurrectedByFinalizer;
  const bool by_collection = situation == Situation::kTrashFinalized ||
                             situation == Situation::kTrashResurrected ||
                             situation == Situation::kNestedCollect;
  const bool self = bounds.finalizers != Envelope::Finalizers::kAfterDeath;
  if (by_count && !bounds.prompt) return false;
  if (by_collection && bounds.spares == Envelope::Spares::kAll) return false;
  if (situation == Situation::kCollectInFinalizer) return bounds.prompt;
  const bool back =
      situation == Situation::kTrashResurrected || situation == Situation::kResurrectedByFinalizer;
  if (back && !self) return false;
  return known;
}

bool CanReach(Situation situation, const Contract& contract, uint32_t abilities) {
  // What gets into the list: saved trash or, under 2.x, cycles with finalizers.
  const bool lists = (abilities & kSaveall) != 0 ||
                     ((abilities & kFinalizers) != 0 && KeepsCyclesWithFinalizers(contract));
  if (situation == Situation::kGarbageReleased && !lists) return false;
  for (const Need& need : kNeeds) {
    if (need.situation != situation) continue;
    return (need.all & ~abilities) == 0 && (need.any == 0 || (need.any & abilities) != 0);
  }
  return true;
}

}  // namespace

const char* WhyImpossible(Situation situation, const Contract& contract) {
  for (const Impossible& row : kImpossible) {
    if (row.situation == situation && row.under(contract)) return row.reason;
  }
  return nullptr;
}

uint64_t PossibleSituations(const Specimen& specimen) {
  uint64_t possible = 0;
  for (int i = 0; i < kSituations; ++i) {
    const auto situation = static_cast<Situation>(i);
    const Envelope* const bounds = specimen.contract->envelope;
    if (bounds != nullptr ? !Under(*bounds, situation)
                          : WhyImpossible(situation, *specimen.contract) != nullptr) {
      continue;
    }
    if (CanReach(situation, *specimen.contract, specimen.abilities)) possible |= uint64_t{1} << i;
  }
  return possible;
}

}  // namespace ouro
