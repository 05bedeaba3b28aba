#include "properties/possible.h"

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

// What a collector must be able to do, so that the situation can come.
struct Need {
  Situation situation;
  uint32_t abilities;
};
constexpr Need kNeeds[] = {
    {Situation::kFinalizerRuns, kFinalizers},
    {Situation::kResurrectedByFinalizer, kFinalizers},
    {Situation::kSecondDeath, kFinalizers},
    {Situation::kSelfCycleMadeByFinalizer, kFinalizers},
    {Situation::kRescuedByWeakReference, kWeakReferences},
    {Situation::kCallbackRuns, kCallbacks},
    {Situation::kSeveralCallbacks, kCallbacks},
    {Situation::kWeakMadeByFinalizer, kWeakReferences | kFinalizers},
    {Situation::kWeakHeldByItsTarget, kCallbacks},
    {Situation::kCollectInFinalizer, kFinalizers},
    {Situation::kCollectInCallback, kCallbacks},
    {Situation::kAutomaticCollection, kThresholds},
    {Situation::kAutomaticMiddle, kThresholds},
    {Situation::kAutomaticFull, kThresholds},
    {Situation::kFullCollectionWaited, kThresholds},
    {Situation::kAllocationFailed, kFailures},
    {Situation::kTrashSpansGenerations, kGenerations3},
    {Situation::kOldHoldsYoung, kGenerations3},
    {Situation::kSurvivorPromoted, kGenerations3},
    {Situation::kUncollectable, kFinalizers | kGarbageList},
    {Situation::kUncollectableWithout, kFinalizers | kGarbageList},
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
  if (situation == Situation::kTrashResurrected) return self;
  return known;
}

bool CanReach(Situation situation, uint32_t abilities) {
  for (const Need& need : kNeeds) {
    if (need.situation == situation) return (need.abilities & ~abilities) == 0;
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
    if (CanReach(situation, specimen.abilities)) possible |= uint64_t{1} << i;
  }
  return possible;
}

}  // namespace ouro
