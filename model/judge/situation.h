// SPDX-License-Identifier: Apache-2.0

// A situation is a state of the heap, or a turn of events, that the rules of memory treat unlike
// any other. Judges note which ones a program reaches, so that a generator which no longer reaches
// one is found out. Which ones can be reached depends on the contract and on the collector's
// abilities: reach is measured against those.
//
// Place: noted by judges; measured by reach_test and campaigns. One table, in situation.cc, has all
// that is known of each: a new situation is a value here, a row there, and a Note in a judge.

#ifndef MODEL_JUDGE_SITUATION_H_
#define MODEL_JUDGE_SITUATION_H_

#include <cstdint>

#include "model/collector.h"

namespace ouro {

enum class Situation : uint8_t {
  kPlainDeath,                // an object dies by reference count
  kNestedDeath,               // a death releases the last reference to another object
  kFinalizerRuns,             // a finalizer runs at a death by reference count
  kResurrectedByFinalizer,    // ... and the object lives on
  kSecondDeath,               // an object that was resurrected dies again
  kSelfCycleMadeByFinalizer,  // a finalizer leaves its object referenced by its own slot alone
  kRescuedByWeakReference,    // a script dereferences a weak reference to a dying object
  kCallbackRuns,              // a callback runs at a death by reference count
  kSeveralCallbacks,          // ... and another of the same object is due after it
  kWeakMadeByFinalizer,       // a finalizer makes a weak reference to its dying object
  kWeakHeldByItsTarget,       // the callback runs of a weak reference that only its target held
  kScriptRaised,              // a script ends with an exception
  kScriptInScript,            // a script runs while another one does
  kCollectInFinalizer,        // a collection within a finalizer
  kCollectInCallback,         // a collection within a callback
  kNestedCollect,             // a collection is requested while one runs
  kAutomaticCollection,       // the thresholds start a collection
  kAutomaticMiddle,           // ... of generations 0 and 1
  kAutomaticFull,             // ... of all
  kFullCollectionWaited,      // ... would have been of all, but too few objects were new
  kAllocationFailed,          // an allocation fails
  kTrashFound,                // a collection finds cyclic trash
  kParallelEdges,             // ... in which an object refers to another twice
  kSelfEdge,                  // ... in which an object refers to itself
  kTrashSpansGenerations,     // ... of more than one generation
  kOldHoldsYoung,             // a young collection keeps what only older objects refer to
  kSurvivorPromoted,          // a collection moves a survivor to an older generation
  kUncollectable,             // trash with a finalizer goes to the garbage list
  kUncollectableWithout,      // an object without a finalizer is kept, as one with it reaches it
  kHangingFinalizer,          // the finalizer runs of an object that trash refers to, in no cycle
  kGarbageReleased,           // an uncollectable object dies after leaving the garbage list
  kSaveallTrash,              // saveall keeps trash in the garbage list
  kWeakOutsideTrash,          // a weak reference outside the trash is called by a collection
  kWeakInsideTrash,           // a weak reference to trash is trash itself
  kWeakInUncollectable,       // a weak reference to trash is in the uncollectable set
  kWeakDiedOfCallback,        // a weak reference dies of its own callback in a collection
  kTrashFinalized,            // a collection runs a finalizer of its trash
  kTrashResurrected,          // ... which resurrects some of the trash
  kTrashPartlyResurrected,    // ... but not all of it
  kTrashDiedOfFinalizer,      // trash dies by reference count before it is cleared
  kLateCallback,              // a callback runs for an object that is being cleared
  kBornInCollection,          // an object is born during a collection
  kLookupYields,              // a lookup in a map yields a value
  kKeyDies,                   // an object dies that is a key in a map that lives
  kMapDies,                   // a map with an entry dies
  kTrashThroughEntry,         // a map that is not trash has an entry whose key and value are
  kDisposed,                  // a program asks for the finalizer of a living object
  kFinalizedAtEnd,            // a finalizer runs at the end
  kHeldByScope,               // an object is popped that nothing else holds
  kDroppedByFill,             // several objects lose their only holder in one clearing or copying
  kHeldByWeak,                // a weak reference dies that alone held an object
  kTrashThroughWeak,          // a weak reference that is trash holds an object that is, too
  kStepsEnded,                // steps end a collection
};
inline constexpr int kSituations = static_cast<int>(Situation::kStepsEnded) + 1;

const char* Name(Situation situation);  // "trash-spanning-generations"

// Why the situation is impossible under these rules, or null. Bounds have no reasons: ask
// PossibleSituations.
const char* WhyImpossible(Situation situation, const ExactRules& rules);

// What programs can reach with that specimen: a bit for each Situation.
// REQUIRES: specimen.contract is not null.
uint64_t PossibleSituations(const Specimen& specimen);

}  // namespace ouro

#endif  // MODEL_JUDGE_SITUATION_H_
