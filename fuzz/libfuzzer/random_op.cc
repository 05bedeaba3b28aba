// SPDX-License-Identifier: Apache-2.0

#include "fuzz/libfuzzer/random_op.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "model/kind.h"

namespace ouro {

using table::Field;
using table::Kind;

namespace {

// Of the specimen of this process: its abilities and kinds. libFuzzer's callbacks have no argument
// for it.
uint32_t& Abilities() {
  static uint32_t abilities = 0;
  return abilities;
}
std::vector<KindRow>& Palette() {
  static auto* const palette = new std::vector<KindRow>;
  return *palette;
}

}  // namespace

uint8_t RandomRegister(Random& random, const Program& program) {
  if (program.size() > 0 && random.Percent(50)) {
    const OpRange range = RandomOp(random, program);
    const Op& op = program.section(range.section)[range.at];
    if (WritesRegister(op.code)) return op.dest;
  }
  return static_cast<uint8_t>(random.Below(kRegisters));
}

uint32_t Vocabulary() { return Abilities(); }

void SetVocabulary(const KindTable& kinds, uint32_t abilities) {
  Abilities() = abilities;
  Palette() = kinds.kinds();
  std::erase_if(Palette(), [](const KindRow& kind) { return kind.known_bad(); });
}

namespace {

// Often none, else one of the specimen's for the place.
int RandomKind(Random& random, OpCode code) {
  if (Palette().empty() || random.Percent(40)) return kPlain;
  std::vector<int> kinds;
  for (const KindRow& kind : Palette()) {
    if (kind.place == PlaceOf(code)) kinds.push_back(kind.id);
  }
  return kinds.empty() ? kPlain : random.Of(kinds);
}

// A value that is valid for the field of such an operation in that section; mostly a small one.
int RandomValue(Random& random, const Field& field, OpCode code, const Program& program,
                int section) {
  constexpr int kLargest = 16;
  // Beside powers of two, as far as the byte form has them, and very large ones.
  constexpr std::array<int, 6> kUnusual = {31, 127, 128, 129, 70'000, 900'000'000};
  switch (field.kind) {
    case Kind::kName:
      return RandomKind(random, code);
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
  if (random.Percent(4)) return std::clamp(random.Of(kUnusual), field.min, field.max);
  const int largest = random.Percent(80) ? field.min + 3 : kLargest;
  return random.Between(field.min, std::min(field.max, largest));
}

}  // namespace

int OtherValue(Random& random, const Field& field, const Program& program, int section,
               const Op& op) {
  const int present = field.get(op);
  for (int draws = 0; draws < 8; ++draws) {
    const int value = RandomValue(random, field, op.code, program, section);
    if (value != present) return value;
  }
  // A program without kinds has no other one.
  if (field.kind == Kind::kName) return field.lowest();
  return present == field.lowest() ? present + 1 : field.lowest();
}

Op RandomOperation(Random& random, OpCode code, const Program& program, int section) {
  Op op;
  op.code = code;
  for (const Field* field : table::FieldsOf(code)) {
    field->set(&op, RandomValue(random, *field, code, program, section));
  }
  return op;
}

OpCode RandomCode(Random& random) {
  while (true) {
    const auto code = static_cast<OpCode>(random.Below(kOpCodes));
    if (code == OpCode::kPoke && Palette().empty()) continue;   // there is nothing to poke
    if (code == OpCode::kChain) continue;                       // for `ouro campaign --scale`
    if (code == OpCode::kEnd && !random.Percent(20)) continue;  // what follows it is void
    const uint32_t needs = table::RowOf(code).needs;
    if ((needs & kNewerAbilities & ~Abilities()) == 0) return code;
  }
}

namespace {

bool IsWanted(const Field& field, bool is_register) {
  if (field.kind == Kind::kName) return !is_register && !Palette().empty();
  return field.is_register() == is_register;
}

}  // namespace

const Field* RandomField(Random& random, OpCode code, bool is_register) {
  const Field* drawn = nullptr;
  int seen = 0;
  for (const Field* field : table::FieldsOf(code)) {
    if (IsWanted(*field, is_register) && random.Below(++seen) == 0) drawn = field;
  }
  return drawn;
}

std::optional<OpRange> FindField(Random& random, const Program& program, bool is_register) {
  return Find(random, program, [is_register](const Op& op) {
    for (const Field* field : table::FieldsOf(op.code)) {
      if (IsWanted(*field, is_register)) return true;
    }
    return false;
  });
}

}  // namespace ouro
