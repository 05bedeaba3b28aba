// A law is a promise that every lawful collector keeps. Each has a name, which stands in reports,
// corpus files, liars and tests, and a sentence, which says what is promised.

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

}  // namespace ouro

#endif  // MODEL_JUDGE_LAW_H_
