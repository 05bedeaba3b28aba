// SPDX-License-Identifier: Apache-2.0

// Random operations, and random fields of operations, with values that suit a program.
//
// Place: between the table of the language and the mutations. Deterministic: all draws come from
// the caller's Random.

#ifndef FUZZ_LIBFUZZER_RANDOM_OP_H_
#define FUZZ_LIBFUZZER_RANDOM_OP_H_

#include <cstdint>
#include <optional>

#include "fuzz/libfuzzer/program_edit.h"
#include "model/kind.h"
#include "model/program.h"
#include "model/program_table.h"
#include "properties/generator/random.h"

namespace ouro {

// What random operations may be from now on: the kinds that they name, and those of kNewerAbilities
// that they need; none before.
void SetVocabulary(const KindTable& kinds, uint32_t abilities);
uint32_t Vocabulary();  // these abilities

// The code of an operation.
OpCode RandomCode(Random& random);

// An operation for that section (kNoScript: main) with random values in all its fields.
Op RandomOperation(Random& random, OpCode code, const Program& program, int section);

// Half the time a register that the program writes.
uint8_t RandomRegister(Random& random, const Program& program);

// A value of the field other than the one that the operation has; mostly a small one.
int OtherValue(Random& random, const table::Field& field, const Program& program, int section,
               const Op& op);

// One of the fields that are registers, or one of the others. Null: there is none.
const table::Field* RandomField(Random& random, OpCode code, bool is_register);

// An operation that has such a field, as a range of one.
std::optional<OpRange> FindField(Random& random, const Program& program, bool is_register);

}  // namespace ouro

#endif  // FUZZ_LIBFUZZER_RANDOM_OP_H_
