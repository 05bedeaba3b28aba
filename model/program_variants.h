// SPDX-License-Identifier: Apache-2.0

// Variants of an operation differ from it in one operand: another slot, register, generation, a
// finalizer or none. They tell which operands matter.
//
// Place: beside program.h, for explanations. Interprets the table of the language.

#ifndef MODEL_PROGRAM_VARIANTS_H_
#define MODEL_PROGRAM_VARIANTS_H_

#include <string>
#include <vector>

#include "model/program.h"

namespace ouro {

struct Variant {
  Op op = {};
  std::string operand = {};  // what it has another one of: "slot", "register", "finalizer"
  std::string value = {};    // in place of the operation's own: "1", "r3", "none"
};

// What variants are made of.
struct VariantSource {
  std::vector<Ref> registers;  // those that may stand for others, self excluded
  int scripts = 0;             // `def 0` ... below this number
  bool in_script = false;      // so that `self` may stand for a register
};

// The source for the operations of one section of a program: the registers that it names, and its
// scripts. (One that it does not name would be empty, or another name for the same.)
VariantSource SourceOf(const Program& program, bool in_script);

// All variants, operand by operand in the order of the text: every register of the source; every
// small number that the language admits there; of large ones the least, the neighbours and the
// double; scripts and none; a kind is dropped. Not `op` itself, nor the same twice.
std::vector<Variant> VariantsOf(const Op& op, const VariantSource& source);

// The operand's own value, as a Variant would say it.
std::string ValueOf(const Op& op, const std::string& operand);

}  // namespace ouro

#endif  // MODEL_PROGRAM_VARIANTS_H_
