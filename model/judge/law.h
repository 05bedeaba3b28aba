// A law is a promise that every lawful collector keeps. Each has a name, which stands in reports,
// corpus files, liars and tests, and a sentence, which says what is promised.
//
// A situation is a state of the heap, or a turn of events, that the rules of memory treat
// differently from all others. The judge notes which ones a program reached, so that a generator
// which no longer reaches one is found out.

#ifndef MODEL_JUDGE_LAW_H_
#define MODEL_JUDGE_LAW_H_

#include <cstdint>
#include <optional>
#include <string>

namespace ouro {

enum class Law : uint8_t {
  kNoFreeWhileHeld,
  kFreeOnce,
  kFreeAtOnce,
  kNoFinalizeWhileHeld,
  kFinalizeAsOften,
  kFinalizeBeforeFree,
  kFinalizeAtOnce,
  kCallbackWhenCleared,
  kCallbackBeforeFree,
  kCallbackOrder,
  kDereference,
  kLoad,
  kGarbageUncollectable,
  kGarbageComplete,
  kTrashFreed,
  kCollectionCount,
  kCollectionSchedule,
  kNoNestedCollection,
  kCensusGeneration,
  kCensusComplete,
  kIdentity,
  kFailedAllocation,
  kEventInPlace,
};
inline constexpr int kLaws = static_cast<int>(Law::kEventInPlace) + 1;

const char* Name(Law law);      // "no-free-while-held"
const char* Sentence(Law law);  // "Nothing that is held is freed."
std::optional<Law> FindLaw(const std::string& name);

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

}  // namespace ouro

#endif  // MODEL_JUDGE_LAW_H_
