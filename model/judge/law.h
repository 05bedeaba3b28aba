// SPDX-License-Identifier: Apache-2.0

// A law is a promise that every lawful collector keeps. Its name stands in reports, corpus files,
// liars and tests; its sentence says what is promised. "Referenced" includes references from
// running scripts and pending callbacks, but none from an object that is dying.
//
// Place: beside judges, which convict by laws. A new law is a value here, a row in law.cc, a
// program in corpus/laws, a liar in collector/liar.cc and a row in the documentation: tests check
// all of them.

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
  kLookup,
  kGarbageUncollectable,
  kGarbageComplete,
  kTrashFreed,
  kCollectionCount,
  kCollectionSchedule,
  kNoNestedCollection,
  kEnd,
  kCensusGeneration,
  kCensusComplete,
  kIdentity,
  kFailedAllocation,
  kEventInPlace,
};
inline constexpr int kLaws = static_cast<int>(Law::kEventInPlace) + 1;

const char* Name(Law law);      // "no-free-while-held"
const char* Sentence(Law law);  // "An object that is referenced is not freed, unless it is trash."
// The law of that name, if there is one.
std::optional<Law> FindLaw(const std::string& name);

}  // namespace ouro

#endif  // MODEL_JUDGE_LAW_H_
