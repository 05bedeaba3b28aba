// A feature is a small fact about the course of a program, finer than a situation: which situation
// followed which, what the trash of a collection was like, what a script did in which phase. A
// fuzzer keeps a program that has a new feature as it keeps one that runs a new edge of the code:
// features are the coverage of the heap's shape, and are the same for every collector.
//
// Place: beside the judge, who counts them if somebody wants to know. They judge nothing.

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
  bool weak_inside = false;   // a weak reference of the trash watches it
  bool weak_outside = false;  // one that is not trash does
  bool spans = false;         // more than one generation
  bool tangled = false;       // an object holds itself, or another one twice
};

// Where an operation of a script was executed.
struct ScriptPlace {
  bool callback = false;  // of a weak reference; else of a finalizer
  bool nested = false;    // a script within a script
  int phase = 0;          // 0: a death by reference count; 1 to 3: the phases of a collection
};
inline constexpr int kScriptPhases = 4;

// Counts features in bytes that somebody else owns; a byte stays at 255.
class FeatureCounter {
 public:
  // How many bytes there are.
  static constexpr size_t kSituationBase = 0;
  static constexpr size_t kFollowedBase = kSituationBase + kSituations;
  static constexpr size_t kTrashBase = kFollowedBase + size_t{kSituations} * kSituations;
  static constexpr size_t kTrashShapes = size_t{6} * kGenerations * 32;
  static constexpr size_t kScriptBase = kTrashBase + kTrashShapes;
  static constexpr size_t kScriptPlaces = size_t{4} * kScriptPhases * kOpCodes;
  static constexpr size_t kUsed = kScriptBase + kScriptPlaces;
  static constexpr size_t kSize = (kUsed + 63) / 64 * 64;

  // From now on into counters[0 ... kSize - 1], which must outlive their use; null: nowhere.
  void CountInto(uint8_t* counters) { counters_ = counters; }
  bool counting() const { return counters_ != nullptr; }

  void Begin() { last_ = kSituations; }  // another program
  void Count(Situation situation);
  void Count(const TrashShape& trash);
  void Count(const ScriptPlace& place, OpCode code);

 private:
  void Hit(size_t index) { counters_[index] += counters_[index] == 255 ? 0 : 1; }
  // Counted once: how often says nothing new.
  void Mark(size_t index) { counters_[index] = 1; }

  uint8_t* counters_ = nullptr;
  int last_ = kSituations;  // the last situation, or none
};

// What the feature of that index is: "trash-found after plain-death". REQUIRES: index < kUsed.
std::string FeatureName(size_t index);

}  // namespace ouro

#endif  // MODEL_JUDGE_FEATURE_H_
