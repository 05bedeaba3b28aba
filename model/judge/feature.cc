// SPDX-License-Identifier: Apache-2.0

#include "model/judge/feature.h"

#include <fmt/format.h>

#include <array>

#include "model/check.h"

namespace ouro {
namespace {

// The upper bounds of the size classes of trash; a last class has none.
constexpr std::array<size_t, 5> kSizes = {1, 2, 3, 5, 8};

size_t SizeClass(size_t objects) {
  size_t size_class = 0;
  while (size_class < kSizes.size() && objects > kSizes[size_class]) ++size_class;
  return size_class;
}

// Takes the lowest digit, in that base, off a number in mixed base.
size_t Take(size_t* number, size_t base) {
  const size_t digit = *number % base;
  *number /= base;
  return digit;
}

std::string TrashName(size_t rest) {
  std::string name;
  for (const char* fact : {"tangled", "spans generations", "weak reference outside",
                           "weak reference inside", "finalizer"}) {
    if (Take(&rest, 2) != 0) name = std::string(", ") + fact + name;
  }
  const size_t generation = Take(&rest, kGenerations);
  const std::string size = rest < kSizes.size() ? fmt::format("up to {}", kSizes[rest])
                                                : fmt::format("over {}", kSizes.back());
  return fmt::format("trash of {} in a collection of generation {}{}", size, generation, name);
}

std::string ScriptName(size_t rest) {
  constexpr const char* kPhases[kScriptPhases] = {"a death", "a collection's callbacks",
                                                  "a collection's finalizers", "the clearing"};
  const auto code = static_cast<OpCode>(Take(&rest, kOpCodes));
  const size_t phase = Take(&rest, kScriptPhases);
  const bool nested = Take(&rest, 2) != 0;
  return fmt::format("`{}` in a {}{} during {}", Print(Op{.code = code}), nested ? "nested " : "",
                     rest != 0 ? "callback" : "finalizer", kPhases[phase]);
}

}  // namespace

void FeatureCounter::Count(Situation situation) {
  if (counters_ == nullptr) return;
  const int number = static_cast<int>(situation);
  Hit(kSituationBase + static_cast<size_t>(number));
  if (last_ != kSituations) Mark(kFollowedBase + static_cast<size_t>(last_ * kSituations + number));
  last_ = number;
}

void FeatureCounter::Count(const TrashShape& trash) {
  size_t index = SizeClass(trash.objects);
  index = index * kGenerations + static_cast<size_t>(trash.generation);
  for (const bool fact :
       {trash.finalizer, trash.weak_inside, trash.weak_outside, trash.spans, trash.tangled}) {
    index = index * 2 + (fact ? 1 : 0);
  }
  Mark(kTrashBase + index);
}

void FeatureCounter::Count(const ScriptPlace& place, OpCode code) {
  size_t index = place.callback ? 1 : 0;
  index = index * 2 + (place.nested ? 1 : 0);
  index = index * kScriptPhases + static_cast<size_t>(place.phase);
  index = index * kOpCodes + static_cast<size_t>(code);
  Mark(kScriptBase + index);
}

// Numbers of kinds are as good as their names here: counters are of one process.
void FeatureCounter::Count(KindId kind) {
  const uint32_t pair = uint32_t{last_kind_} * (kMaxKinds + 1) + kind;
  last_kind_ = kind;
  Mark(kKindBase + pair * 2654435761U / 4194304U % kKindPairs);  // Knuth's multiplicative hash
}

std::string FeatureName(size_t index) {
  CHECK(index < FeatureCounter::kUsed);
  if (index >= FeatureCounter::kKindBase) {
    return fmt::format("pairs of kinds, class {}", index - FeatureCounter::kKindBase);
  }
  if (index >= FeatureCounter::kScriptBase) return ScriptName(index - FeatureCounter::kScriptBase);
  if (index >= FeatureCounter::kTrashBase) return TrashName(index - FeatureCounter::kTrashBase);
  if (index < FeatureCounter::kFollowedBase) return Name(static_cast<Situation>(index));
  const size_t pair = index - FeatureCounter::kFollowedBase;
  return fmt::format("{} after {}", Name(static_cast<Situation>(pair % kSituations)),
                     Name(static_cast<Situation>(pair / kSituations)));
}

}  // namespace ouro
