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
  kNestedDeath,               // a death releases a slot that was the last hold of another object
  kFinalizerRuns,             // a finalizer runs at a death by reference count
  kResurrectedByFinalizer,    // ... and the object lives on
  kSecondDeath,               // an object that was resurrected dies again
  kSelfCycleMadeByFinalizer,  // a finalizer leaves its object held by its own slot
  kRescuedByWeakReference,    // a script dereferences an object that was about to die
  kCallbackRuns,              // a callback runs at a death by reference count
  kSeveralCallbacks,          // ... and another of the same object is due after it
  kWeakMadeByFinalizer,       // a finalizer makes a weak reference to its dying object
  kWeakHeldByItsTarget,       // a callback runs that only its dying target held
  kScriptRaised,              // a script ends with an exception
  kScriptInScript,            // a script runs while another one does
  kCollectInFinalizer,        // a collection within a finalizer
  kCollectInCallback,         // a collection within a callback
  kNestedCollect,             // a collection is asked for while one runs
  kAutomaticCollection,       // the thresholds start a collection
  kAutomaticMiddle,           // ... of generations 0 and 1
  kAutomaticFull,             // ... of all
  kFullCollectionWaited,      // ... which would have been of all, but for the quarter
  kAllocationFailed,          // an allocation fails
  kTrashFound,                // a collection finds cyclic trash
  kParallelEdges,             // ... that holds an object twice
  kSelfEdge,                  // ... that holds itself
  kTrashSpansGenerations,     // ... of more than one generation
  kOldHoldsYoung,             // a young collection keeps what only slots of older objects hold
  kSurvivorPromoted,          // a collection moves a survivor to an older generation
  kUncollectable,             // trash with a finalizer goes to the garbage list
  kUncollectableWithout,      // an object without finalizer is kept by one that has one
  kHangingFinalizer,          // a finalizer that merely hangs off collectable trash runs
  kGarbageReleased,           // uncollectable objects die after the garbage list let them go
  kSaveallTrash,              // saveall keeps trash in the garbage list
  kWeakOutsideTrash,          // a weak reference outside the trash is called by a collection
  kWeakInsideTrash,           // a weak reference to trash is trash itself
  kWeakInUncollectable,       // a weak reference of the uncollectable set watches trash
  kWeakDiedOfCallback,        // a weak reference dies of its own callback in a collection
  kTrashFinalized,            // a collection runs a finalizer of its trash
  kTrashResurrected,          // ... which brings some of the trash back
  kTrashPartlyResurrected,    // ... and some of it not
  kTrashDiedOfFinalizer,      // trash dies by reference count before it is cleared
  kLateCallback,              // a callback runs for an object that is being cleared
  kBornInCollection,          // an object is born during a collection
};
inline constexpr int kSituations = static_cast<int>(Situation::kBornInCollection) + 1;

const char* Name(Situation situation);  // "trash-spanning-generations"

// Why the situation is impossible under the contract, or null. A contract of bounds has no reasons:
// ask PossibleSituations. REQUIRES: contract.envelope is null.
const char* WhyImpossible(Situation situation, const Contract& contract);

// What programs can reach with that specimen: a bit for each Situation.
// REQUIRES: specimen.contract is not null.
uint64_t PossibleSituations(const Specimen& specimen);

}  // namespace ouro

#endif  // MODEL_JUDGE_SITUATION_H_
