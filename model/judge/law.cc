// SPDX-License-Identifier: Apache-2.0

#include "model/judge/law.h"

#include <iterator>

namespace ouro {
namespace {

struct LawRow {
  Law law;
  const char* name;
  const char* sentence;
};

constexpr LawRow kLawTable[] = {
    {Law::kNoFreeWhileHeld, "no-free-while-held",
     "An object that is referenced is not freed, unless it is trash."},
    {Law::kFreeOnce, "free-once", "An object is freed at most once, and after its birth."},
    {Law::kFreeAtOnce, "free-at-once",
     "An unreferenced object is freed before the operation ends."},
    {Law::kNoFinalizeWhileHeld, "no-finalize-while-held",
     "A finalizer runs only for an object that is unreferenced or trash."},
    {Law::kFinalizeAsOften, "finalize-as-often",
     "A finalizer runs as often as the contract says: at each death, or once."},
    {Law::kFinalizeBeforeFree, "finalize-before-free",
     "No object is freed while a finalizer that must run first has not run."},
    {Law::kFinalizeAtOnce, "finalize-at-once",
     "The finalizer of an unreferenced object runs before the operation ends."},
    {Law::kCallbackWhenCleared, "callback-when-cleared",
     "A callback runs once, when the target dies, and only if its weak reference is alive."},
    {Law::kCallbackBeforeFree, "callback-before-free",
     "No object is freed while a callback of a weak reference to it is due."},
    {Law::kCallbackOrder, "callback-order",
     "Callbacks run newest first, and before or after the finalizer as the contract says."},
    {Law::kDereference, "dereference",
     "A weak reference yields its target while that is alive, and nothing afterwards."},
    {Law::kLoad, "load", "A slot and the garbage list yield what was stored there."},
    {Law::kLookup, "lookup",
     "A map yields what was stored for a key, as long as the map and the key live."},
    {Law::kGarbageUncollectable, "garbage-uncollectable",
     "Only uncollectable objects with finalizers enter the garbage list (saveall: all trash)."},
    {Law::kGarbageComplete, "garbage-complete",
     "All uncollectable objects with finalizers enter the garbage list."},
    {Law::kTrashFreed, "trash-freed",
     "A collection frees all collectable trash of its generations."},
    {Law::kCollectionCount, "collection-count",
     "A collection returns how many unreachable objects it found."},
    {Law::kCollectionSchedule, "collection-schedule",
     "Automatic collections start exactly when the counts and thresholds say."},
    {Law::kNoNestedCollection, "no-nested-collection",
     "A collection inside a collection does nothing and returns 0."},
    {Law::kEnd, "end",
     "At the end the finalizers run that the contract names; then all is freed, and nothing runs."},
    {Law::kCensusGeneration, "census-generation",
     "Every object is in the generation that its history implies."},
    {Law::kCensusComplete, "census-complete",
     "A census lists every tracked object once, and nothing else."},
    {Law::kIdentity, "identity", "Objects are numbered in order of birth."},
    {Law::kFailedAllocation, "failed-allocation",
     "An allocation fails exactly when it is told to, and has no other effect."},
    {Law::kEventInPlace, "event-in-place",
     "Every event belongs to the operation that is executed, and none is missing."},
};
static_assert(std::size(kLawTable) == kLaws);

constexpr bool InOrder() {
  for (int i = 0; i < kLaws; ++i) {
    if (static_cast<int>(kLawTable[i].law) != i) return false;
  }
  return true;
}
static_assert(InOrder());

}  // namespace

const char* Name(Law law) { return kLawTable[static_cast<int>(law)].name; }
const char* Sentence(Law law) { return kLawTable[static_cast<int>(law)].sentence; }

std::optional<Law> FindLaw(const std::string& name) {
  for (const LawRow& row : kLawTable) {
    if (name == row.name) return row.law;
  }
  return std::nullopt;
}

}  // namespace ouro
