// SPDX-License-Identifier: Apache-2.0

#include "fuzz/libfuzzer/random_op.h"

#include <algorithm>

namespace ouro {

using table::Field;
using table::Kind;

uint8_t RandomRegister(Random& random, const Program& program) {
  if (program.size() > 0 && random.Percent(50)) {
    const OpRange range = RandomOp(random, program);
    const Op& op = program.section(range.section)[range.at];
    if (WritesRegister(op.code)) return op.dest;
  }
  return static_cast<uint8_t>(random.Below(kRegisters));
}

namespace {

// A value that is valid for the field in that section; mostly a small one.
int RandomValue(Random& random, const Field& field, const Program& program, int section) {
  constexpr int kLargest = 16;
  switch (field.kind) {
    case Kind::kReference:
      if (section != kNoScript && random.Percent(30)) return kSelf;
      return RandomRegister(random, program);
    case Kind::kRegister:
      return RandomRegister(random, program);
    case Kind::kOption:
      if (random.Percent(40)) return field.lowest();
      return random.Below(std::min(static_cast<int>(program.scripts.size()) + 1, kMaxScripts));
    case Kind::kNumber:
      break;
  }
  const int largest = random.Percent(80) ? field.min + 3 : kLargest;
  return random.Between(field.min, std::min(field.max, largest));
}

}  // namespace

int OtherValue(Random& random, const Field& field, const Program& program, int section,
               const Op& op) {
  const int present = field.get(op);
  for (int draws = 0; draws < 8; ++draws) {
    const int value = RandomValue(random, field, program, section);
    if (value != present) return value;
  }
  return present == field.lowest() ? present + 1 : field.lowest();
}

Op RandomOperation(Random& random, OpCode code, const Program& program, int section) {
  Op op;
  op.code = code;
  for (const Field* field : table::FieldsOf(code)) {
    field->set(&op, RandomValue(random, *field, program, section));
  }
  return op;
}

const Field* RandomField(Random& random, OpCode code, bool is_register) {
  const Field* drawn = nullptr;
  int seen = 0;
  for (const Field* field : table::FieldsOf(code)) {
    if (field->is_register() == is_register && random.Below(++seen) == 0) drawn = field;
  }
  return drawn;
}

std::optional<OpRange> FindField(Random& random, const Program& program, bool is_register) {
  return Find(random, program, [is_register](const Op& op) {
    for (const Field* field : table::FieldsOf(op.code)) {
      if (field->is_register() == is_register) return true;
    }
    return false;
  });
}

}  // namespace ouro
