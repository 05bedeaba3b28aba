// SPDX-License-Identifier: Apache-2.0

// Weights say how often the generator draws what: kinds of steps, shapes, operations of scripts,
// sizes of nodes, and chances in percent. They are one value, which `ouro power` and `ouro reach`
// read from a file, so that a search can try others (tools/tune.py). Those in weights.cc began as
// guesses and were changed by it, but for the columns of special subjects, which no mutant
// measures.
//
// Place: below the generator.

#ifndef PROPERTIES_GENERATOR_WEIGHTS_H_
#define PROPERTIES_GENERATOR_WEIGHTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/program.h"
#include "properties/generator/subject.h"

namespace ouro {

// The kinds of steps that main is made of.
enum Choice : uint8_t {
  kNodeStep,
  kLeafStep,
  kWeakStep,
  kCopyStep,
  kLoadStep,
  kDerefStep,
  kStoreStep,
  kEmptySlotStep,
  kDropStep,
  kCollectStep,
  kThresholdStep,
  kSwitchStep,
  kSaveallStep,
  kTakeGarbageStep,
  kClearGarbageStep,
  kCensusStep,
  kFailStep,
  kShapeStep,
  kMapStep,  // these only if the program has maps
  kPutStep,
  kLookupStep,
  kRemoveStep,
  kDisposeStep,  // only if it has disposals
  kPushStep,     // only if it has scopes
  kPopStep,
  kNodeWithStep,  // only if it has fills
  kClearStep,
  kCopySlotsStep,
  kWeakWithStep,  // only if its weak references may hold
  kStepStep,      // only if it has steps of collections
};
inline constexpr size_t kChoices = 30;

// The kinds of operations that scripts are made of.
enum ScriptChoice : uint8_t {
  kKeepSelf,   // in a register
  kStoreSelf,  // into another object
  kStoreIntoSelf,
  kEmptySelf,
  kLoadSelf,
  kWatchSelf,
  kDerefSelf,
  kCollectInScript,
  kRaiseInScript,
  kBear,
  kBearMany,
  kCensusInScript,
  kDropInScript,
  kDerefInScript,
  kTakeInScript,
  kReleaseInScript,
  kSetInScript,
  kFailInScript,
  kAnyInScript,
  kMapInScript,  // these as above
  kDisposeInScript,
  kScopeInScript,
  kFillInScript,
  kHoldInScript,
  kStepInScript,
};
inline constexpr size_t kScriptChoices = 25;

// In percent.
enum Chance : uint8_t {
  kLongProgram,     // of programs: many times as long
  kScripts,         // ... have scripts of their own, beside those of shapes
  kThresholdFirst,  // ... begin with a threshold
  kAbility,         // ... have each of the newer words of the language
  kFewSizes,        // ... have few sizes of nodes at first, and others later
  kUnusualNumber,   // of numbers: far from the usual ones
  kObserver,        // of shapes and of what is rare: something looks at it next
  kLongScript,      // of scripts: a dozen operations and more
};
inline constexpr size_t kChances = 8;

inline constexpr size_t kSizes = kMaxSlots + 1;
inline constexpr size_t kShapes = 28;

struct Weights {
  struct Row {
    const char* name;
    std::array<int, kSubjects> of;
  };
  struct Weight {
    const char* name;
    int value;
  };
  std::array<Row, kChoices> choices;
  std::array<Row, kShapes> shapes;  // of kShapeTable, in its order
  std::array<Weight, kScriptChoices> scripts;
  std::array<Weight, kSizes> sizes;  // of nodes, by slots
  std::array<Weight, kChances> chances;
};

extern const Weights kTunedWeights;

// The weights as text, a line each: "choice node 6". Those of special subjects are left out.
std::string Print(const Weights& weights);

// Changes the weights that the text names. Returns "" or what is wrong: "line 3: ...".
std::string ReadWeights(std::string_view text, Weights* weights);

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_WEIGHTS_H_
