// SPDX-License-Identifier: Apache-2.0

// A conjunction is two things that a program does together, of which each alone tells a collector
// nothing new: an object is resurrected, and then a young collection looks at it; a finalizer runs
// within a collection, and changes a threshold. Bugs of collectors are where two of its parts meet,
// so what a generator never joins it never tests.
//
// Place: noted by scouts, measured by `ouro reach`. A situation (model/judge/situation.h) is what a
// law tells apart; a conjunction is what the programmer of a collector may not have thought of.
//
// Each group below is a table: conjunctions are its cells. Names are in conjunction.cc.

#ifndef FUZZ_REACH_CONJUNCTION_H_
#define FUZZ_REACH_CONJUNCTION_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace ouro {

enum class Group : uint8_t {
  kMarked,                 // Mark x Look
  kValueInMain,            // Argument x Value
  kValueInScript,          // Argument x Value
  kUserCode,               // Host x Deed
  kSetting,                // Change x Place
  kDieTogether,            // Trait x Trait, by reference count
  kDieTogetherCollection,  // ... in one collection
  kSize,                   // Amount alone
};
inline constexpr size_t kGroups = 8;

// What has just happened to an object ...
enum class Mark : uint8_t {
  kResurrectedByCount,  // its finalizer ran as it died by reference count, and it lives
  kResurrectedInCollection,
  kBornInFinalizer,
  kBornInCallback,
  kBornInCollection,  // in a script of one
  kSaved,             // it went to the garbage list
  kReleased,          // ... and is in it no more
  kFoundByScript,     // a script dereferenced a weak reference to it
  kPromoted,          // it survived a collection
  kBornAfterFailure,  // the allocation before it failed
  kDisposed,
  kRaised,     // its finalizer ended with an exception
  kFilled,     // several of its slots were written at once
  kPopped,     // a scope holds it no more
  kUnwatched,  // a weak reference to it died before it
  kUnkeyed,    // its entry in a map was removed
};
inline constexpr size_t kMarks = 16;

// ... and what happens to it next, within a few operations.
enum class Look : uint8_t {
  kCensus,           // a census lists it
  kDereferenced,     // a weak reference yields it
  kLoaded,           // from a slot
  kWatched,          // a weak reference to it is born
  kKeyed,            // it becomes a key
  kYoungCollection,  // a collection that is not of all generations, while it lives
  kFullCollection,
  kHeldByOlder,  // an object of an older generation comes to hold it
  kDiesByCount,
  kDiesInCollection,
};
inline constexpr size_t kLooks = 10;

// The number in an operation ...
enum class Argument : uint8_t { kThreshold, kLaterThreshold, kGarbage, kFailure };
inline constexpr size_t kArguments = 4;
// ... is one of these, or one more or less. The last is as many as there are of what it counts.
enum class Value : uint8_t { k128, k256, k32768, k65536, kLargest, kAsMany };
inline constexpr size_t kValues = 6;

// The host is the operation within which user code runs ...
enum class Host : uint8_t {
  kDrop,
  kStore,
  kEmptySlot,
  kCopy,
  kLoad,
  kDereference,
  kLookup,
  kPut,
  kRemove,
  kClear,
  kCopySlots,
  kPop,
  kClearGarbage,
  kCollect,
  kBirth,  // in the automatic collection before it
};
inline constexpr size_t kHosts = 15;

// ... and this is what the user code does.
enum class Deed : uint8_t {
  kFinds,     // a dereference yields an object
  kMisses,    // ... or nothing
  kBears,     // an object is born
  kDrops,     // a register is emptied
  kStores,    // a slot is written
  kTakes,     // an element of the garbage list is taken
  kLists,     // a census
  kCollects,  // a collection is asked for
  kUndoes,    // it writes to the very register, or slot, that the host writes
};
inline constexpr size_t kDeeds = 9;

// A setting that user code changes ...
enum class Change : uint8_t {
  kThreshold,
  kEnable,
  kDisable,
  kSaveallOn,
  kSaveallOff,
  kFail,
  kClearGarbage,
};
inline constexpr size_t kChanges = 7;
// ... being of this sort.
enum class Place : uint8_t {
  kFinalizer,
  kCallback,
  kFinalizerInCollection,
  kCallbackInCollection,
};
inline constexpr size_t kPlaces = 4;

// Objects of two of these sorts die in one operation.
enum class Trait : uint8_t { kLeaf, kOld, kFinal, kWatched, kKey, kWide, kWeak, kMap };
inline constexpr size_t kTraits = 8;

// What is large.
enum class Amount : uint8_t {
  k100Alive,
  k300Alive,
  k1000Alive,
  k10Garbage,
  k30Garbage,
  k8Watchers,  // of one object
  k14Watchers,
  k20Die,  // in one operation
  k100Die,
  k10Scripts,  // run in one operation
  k30Scripts,
  k10Born,  // in the scripts of one operation
  k40Born,
  k10Entries,    // that were made in one map
  k20Pushed,     // by main, or one script
  k3FullWide,    // nodes of eight slots, all of them full, that die in one operation
  k8Finalizers,  // of objects that die in one operation
  k5Deep,        // scripts within scripts
};
inline constexpr size_t kAmounts = 18;

inline constexpr size_t kConjunctions = kMarks * kLooks + 2 * kArguments * kValues +
                                        kHosts * kDeeds + kChanges * kPlaces +
                                        2 * kTraits * kTraits + kAmounts;

// The number of a cell. REQUIRES: they are in the table of the group.
size_t ConjunctionOf(Group group, size_t row, size_t column);

// Its name: "resurrected by count, then dereferenced". "" for a cell that means nothing: a pair of
// traits is one conjunction, not two.
std::string ConjunctionName(size_t index);

// Why programs need not reach it, a sentence, or null.
const char* WhyExcused(size_t index);

}  // namespace ouro

#endif  // FUZZ_REACH_CONJUNCTION_H_
