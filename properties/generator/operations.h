// SPDX-License-Identifier: Apache-2.0

// Operations are drawn one at a time, for main or for scripts, by weights, among the words of the
// language that the program has.
//
// Place: between the builder, which guesses what registers hold, and the generator.

#ifndef PROPERTIES_GENERATOR_OPERATIONS_H_
#define PROPERTIES_GENERATOR_OPERATIONS_H_

#include <array>
#include <cstdint>

#include "model/program.h"
#include "properties/generator/builder.h"
#include "properties/generator/generator.h"
#include "properties/generator/random.h"
#include "properties/generator/weights.h"

namespace ouro {

class Operations {
 public:
  // All must outlive it.
  Operations(Builder& builder, const GeneratorOptions& options, const Weights& weights,
             const Words& words);

  // An operation of main. REQUIRES: `choice` is no kShapeStep, and the program has the word.
  Op Single(Choice choice);
  // An operation of a script.
  Op OfScript();

  Op SmallThreshold();
  bool Chosen(Chance chance) { return random_.Percent(weights_.chances[chance].value); }
  // A register with something that probably has slots.
  Ref SomeHolder();

 private:
  Op Setting(Choice choice);
  Op PieceOfCollection();
  Op ScriptSetting();
  Op ScriptScope(uint8_t reg);
  Op ScriptFill(uint8_t reg);
  Op ScriptMap(uint8_t reg);
  Op ScriptHold(uint8_t reg);
  int Unusual(int as_many);
  // `usual`, or now and then something unusual.
  int Number(int usual, int as_many) { return Chosen(kUnusualNumber) ? Unusual(as_many) : usual; }

  Builder& builder_;
  Random& random_;
  const GeneratorOptions& options_;
  const Weights& weights_;
  const Words& words_;
  std::array<int, kScriptChoices> script_weights_{};
};

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_OPERATIONS_H_
