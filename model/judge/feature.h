// SPDX-License-Identifier: Apache-2.0

// A feature is a small fact about the course of a program, finer than a situation: which situation
// followed which, what the trash of a collection looked like, what a script did in which phase. A
// fuzzer keeps a program with a new feature as it keeps one that covers a new edge of the code:
// features are the coverage of the heap's shape, and mean the same for every collector.
//
// Place: beside the judge, which counts them on request. They have no influence on verdicts.

#ifndef MODEL_JUDGE_FEATURE_H_
#define MODEL_JUDGE_FEATURE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "model/judge/situation.h"
#include "model/program.h"

namespace ouro {

// What a collection found to be trash.
struct TrashShape {
  size_t objects = 0;
  int generation = 0;         // that was collected
  bool finalizer = false;     // some object has one
  bool weak_inside = false;   // a weak reference to it is part of the trash
  bool weak_outside = false;  // ... or is not
  bool spans = false;         // it spans more than one generation
  bool tangled = false;       // an object refers to itself, or to another one twice
};

// Where an operation of a script was executed.
struct ScriptPlace {
  bool callback = false;  // the script is a callback, not a finalizer
  bool nested = false;    // it runs within another script
  int phase = 0;          // 0: a death by reference count; 1 to 3: the phases of a collection
};
inline constexpr int kScriptPhases = 4;

// Counts features in bytes that the caller owns; a byte saturates at 255. O(1) a call.
class FeatureCounter {
 public:
  // The layout of the bytes: kSize in all, of which the first kUsed have a meaning.
  static constexpr size_t kSituationBase = 0;
  static constexpr size_t kFollowedBase = kSituationBase + kSituations;
  static constexpr size_t kTrashBase = kFollowedBase + size_t{kSituations} * kSituations;
  static constexpr size_t kTrashShapes = size_t{6} * kGenerations * 32;
  static constexpr size_t kScriptBase = kTrashBase + kTrashShapes;
  static constexpr size_t kScriptPlaces = size_t{4} * kScriptPhases * kOpCodes;
  static constexpr size_t kKindBase = kScriptBase + kScriptPlaces;
  static constexpr size_t kKindPairs = 1024;  // classes, which share the pairs
  static constexpr size_t kUsed = kKindBase + kKindPairs;
  static constexpr size_t kSize = (kUsed + 63) / 64 * 64;

  // Counts into counters[0 ... kSize - 1] from now on, which must outlive their use; null: nowhere.
  void CountInto(uint8_t* counters) { counters_ = counters; }
  bool counting() const { return counters_ != nullptr; }

  void Begin() {  // a new program
    last_ = kSituations;
    last_kind_ = kPlain;
  }
  void Count(Situation situation);
  // REQUIRES: counting().
  void Count(const TrashShape& trash);
  void Count(const ScriptPlace& place, OpCode code);
  // A kind was named, after that other one.
  void Count(KindId kind);

 private:
  void Hit(size_t index) { counters_[index] += counters_[index] == 255 ? 0 : 1; }
  // For features whose number of occurrences tells nothing.
  void Mark(size_t index) { counters_[index] = 1; }

  uint8_t* counters_ = nullptr;
  int last_ = kSituations;     // the last situation, or none
  KindId last_kind_ = kPlain;  // that was named
};

// The feature of that index, in words: "trash-found after plain-death". REQUIRES: index < kUsed.
std::string FeatureName(size_t index);

}  // namespace ouro

#endif  // MODEL_JUDGE_FEATURE_H_
