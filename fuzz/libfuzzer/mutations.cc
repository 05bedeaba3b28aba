// SPDX-License-Identifier: Apache-2.0

#include "fuzz/libfuzzer/mutations.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "fuzz/libfuzzer/graft.h"
#include "fuzz/libfuzzer/program_edit.h"
#include "fuzz/libfuzzer/random_op.h"
#include "model/program_table.h"
#include "properties/generator/builder.h"
#include "properties/generator/generator.h"
#include "properties/generator/shapes.h"

namespace ouro {
namespace {

using table::Field;

constexpr size_t kShortRange = 8;
constexpr size_t kLongRange = 16;

// ---- changes of place ----

template <typename Change>
void EachRegister(Op* op, Change change) {
  for (const Field* field : table::FieldsOf(op->code)) {
    if (field->is_register()) field->set(op, change(field->get(*op)));
  }
}

// A copy of a range, to be inserted elsewhere.
class Clip {
 public:
  Clip(const Program& program, const OpRange& range) : length_(range.length) {
    std::copy_n(program.section(range.section).data() + range.at, length_, ops_.data());
  }

  // Adds `shift` to all register numbers, modulo kRegisters.
  void Shift(int shift) {
    for (Op& op : ops()) {
      EachRegister(&op, [&](int reg) { return reg == kSelf ? kSelf : (reg + shift) % kRegisters; });
    }
  }

  // In main, which has no `self`, a random register takes its place.
  void Paste(Random& random, const OpRange& place, Program* program) {
    const int self = place.section == kNoScript ? random.Below(kRegisters) : kSelf;
    for (Op& op : ops()) {
      EachRegister(&op, [&](int reg) { return reg == kSelf ? self : reg; });
    }
    Insert(place, ops(), program);
  }

 private:
  std::span<Op> ops() { return {ops_.data(), length_}; }

  std::array<Op, kLongRange> ops_;
  size_t length_;
};

bool InsertOne(Random& random, size_t max_ops, Program* program) {
  if (program->size() >= max_ops) return false;
  const OpRange place = RandomPlace(random, *program);
  const Op op = RandomOperation(random, RandomCode(random), *program, place.section);
  Insert(place, {&op, 1}, program);
  return true;
}

// Half the time a script that no operation names, if there is one: it never runs.
bool Delete(Random& random, size_t, Program* program) {
  if (program->size() == 0) return false;
  if (const auto idle = Lowest(DefinedScripts(*program) & ~NamedScripts(*program));
      idle && random.Percent(50)) {
    program->mutable_section(*idle).clear();
  } else {
    Erase(RandomRange(random, *program, kShortRange), program);
  }
  return true;
}

// Within a section, a move exchanges two adjacent ranges.
bool MoveWithin(Random& random, const OpRange& range, Program* program) {
  Script& script = program->mutable_section(range.section);
  const size_t elsewhere = script.size() - range.length;  // places but the present one
  if (elsewhere == 0) return false;
  size_t to = Draw(random, elsewhere);
  if (to >= range.at) to += range.length + 1;
  const size_t first = std::min(to, range.at);
  const size_t last = std::max(to, range.at + range.length);
  const size_t middle = to < range.at ? range.at : range.at + range.length;
  const std::span<Op> both(script.data() + first, last - first);
  bool same = true;
  for (size_t i = 0; same && i < both.size(); ++i) {
    same = both[i] == both[(i + middle - first) % both.size()];
  }
  if (same) return false;
  std::rotate(both.begin(), both.begin() + static_cast<ptrdiff_t>(middle - first), both.end());
  return true;
}

bool Move(Random& random, size_t, Program* program) {
  if (program->size() == 0) return false;
  const OpRange range = RandomRange(random, *program, kShortRange);
  OpRange place = RandomPlace(random, *program);
  if (range.section != kNoScript && random.Percent(50)) {
    place = RandomPlaceIn(random, *program, kNoScript);
  }
  if (place.section == range.section) return MoveWithin(random, range, program);
  Clip clip(*program, range);
  Erase(range, program);
  clip.Paste(random, place, program);
  return true;
}

// A range whose copy does not make the program too long.
std::optional<OpRange> RangeToCopy(Random& random, size_t max_ops, const Program& program,
                                   size_t longest) {
  const size_t size = program.size();
  if (size == 0 || size >= max_ops) return std::nullopt;
  return RandomRange(random, program, std::min(longest, max_ops - size));
}

bool Duplicate(Random& random, size_t max_ops, Program* program) {
  const auto range = RangeToCopy(random, max_ops, *program, kShortRange);
  if (!range) return false;
  Clip(*program, *range).Paste(random, *range, program);
  return true;
}

bool Splice(Random& random, size_t max_ops, Program* program) {
  const auto range = RangeToCopy(random, max_ops, *program, kLongRange);
  if (!range) return false;
  Clip clip(*program, *range);
  clip.Shift(random.Below(kRegisters));
  clip.Paste(random, RandomPlace(random, *program), program);
  return true;
}

// ---- changes of fields ----

bool Retarget(Random& random, size_t, Program* program) {
  const auto found = FindField(random, *program, true);
  if (!found) return false;
  Script& script = program->mutable_section(found->section);
  Op& op = script[found->at];
  const Field& field = *RandomField(random, op.code, true);
  const int from = field.get(op);
  const int to = OtherValue(random, field, *program, found->section, op);
  field.set(&op, to);
  if (to == kSelf || random.Percent(50)) return true;
  const size_t length = 1 + Draw(random, script.size() - found->at);
  for (Op& other : std::span(script).subspan(found->at, length)) {
    EachRegister(&other, [&](int reg) { return reg == from ? to : reg; });
  }
  return true;
}

bool ChangeField(Random& random, size_t, Program* program) {
  const auto found = FindField(random, *program, false);
  if (!found) return false;
  Op& op = program->mutable_section(found->section)[found->at];
  const Field& field = *RandomField(random, op.code, false);
  field.set(&op, OtherValue(random, field, *program, found->section, op));
  return true;
}

// ---- changes that bring scripts ----

// The nearest program that the byte form has: it rounds large numbers.
Program Encodable(const Program& program) {
  const std::vector<uint8_t> bytes = Encode(program);
  return Decode(bytes.data(), bytes.size());
}

bool Grow(Random& random, size_t max_ops, Program* program) {
  const size_t size = program->size();
  if (size >= max_ops) return false;
  Builder builder(random.Next());
  const Shape* drawn = nullptr;
  do {
    drawn = &kShapeTable[Draw(random, kShapes)];
  } while (drawn->needs == Shape::kMaps && (Vocabulary() & kMaps) == 0);
  builder.SetWords(AllWords(Vocabulary()));
  builder.SetRoom(max_ops - size);
  drawn->build(builder);
  const Program shape = Encodable(builder.program());
  if (shape.size() == 0 || shape.size() > max_ops - size) return false;
  const OpRange place = RandomPlace(random, *program);
  Graft(random, shape, max_ops, program).Take({kNoScript, 0, shape.main.size()}, place);
  return true;
}

// A generated program combines shapes on purpose, which single mutations seldom do.
bool Borrow(Random& random, size_t max_ops, Program* program) {
  if (program->size() >= max_ops) return false;
  const Program donor =
      Encodable(Generate(random.Next(), {.long_programs = false, .abilities = Vocabulary()}));
  if (donor.main.empty()) return false;
  OpRange range = {kNoScript, Draw(random, donor.main.size()), 0};
  range.length = 1 + Draw(random, donor.main.size() - range.at);
  const OpRange place = RandomPlaceIn(random, *program, kNoScript);
  Graft(random, donor, max_ops, program).Take(range, place);
  return true;
}

// A register that is not used, if there is one; it is then.
uint8_t NewRegister(Random& random, NumberSet* used) {
  const int start = random.Below(kRegisters);
  for (int i = 0; i < kRegisters; ++i) {
    const int reg = (start + i) % kRegisters;
    if (*used & Bit(reg)) continue;
    *used |= Bit(reg);
    return static_cast<uint8_t>(reg);
  }
  return static_cast<uint8_t>(start);
}

bool Wrap(Random& random, size_t max_ops, Program* program) {
  Script& main = program->main;
  if (main.empty() || program->size() + 3 > max_ops) return false;
  const auto number = Lowest(~(DefinedScripts(*program) | NamedScripts(*program)));
  if (!number) return false;
  const size_t at = Draw(random, main.size());
  const OpRange range = {kNoScript, at, 1 + Draw(random, std::min(kShortRange, main.size() - at))};
  NumberSet used = 0;
  for (Op& op : main) EachRegister(&op, [&](int reg) { return used |= Bit(reg), reg; });
  const uint8_t node = NewRegister(random, &used);
  const uint8_t weak = NewRegister(random, &used);

  Clip clip(*program, range);
  Erase(range, program);
  clip.Paste(random, {*number, 0, 0}, program);
  const Op drop = Drop(node);
  Insert(range, {&drop, 1}, program);
  // Half the time the object is born earlier than just before the range.
  const OpRange birth = {kNoScript, random.Percent(50) ? at : Draw(random, at + 1), 0};
  const int slots = random.Below(3);
  if (random.Percent(60)) {
    const Op carrier = MakeNode(node, slots, *number);
    Insert(birth, {&carrier, 1}, program);
  } else {
    const std::array carriers = {MakeNode(node, slots), MakeWeak(weak, node, *number)};
    Insert(birth, carriers, program);
  }
  return true;
}

// ---- collections, thresholds, failures ----

bool InsertCollection(Random& random, size_t max_ops, Program* program) {
  if (program->size() >= max_ops) return false;
  const Op op = Collect(random.Below(kGenerations));
  Insert(RandomPlace(random, *program), {&op, 1}, program);
  return true;
}

bool ChangeThreshold(Random& random, size_t max_ops, Program* program) {
  const auto is_threshold = [](const Op& op) { return op.code == OpCode::kThreshold; };
  const bool room = program->size() < max_ops;
  if (!room || random.Percent(50)) {
    if (const auto found = Find(random, *program, is_threshold)) {
      Op& op = program->mutable_section(found->section)[found->at];
      const Field& field = *RandomField(random, op.code, false);
      field.set(&op, OtherValue(random, field, *program, found->section, op));
      return true;
    }
  }
  if (!room) return false;
  Op op = Threshold(random.Between(1, 4), random.Below(4), random.Below(3));
  if (random.Percent(40)) op = {.code = random.Percent(50) ? OpCode::kEnable : OpCode::kDisable};
  // At the beginning of main it applies to the whole program.
  Insert(random.Percent(25) ? OpRange{} : RandomPlace(random, *program), {&op, 1}, program);
  return true;
}

bool FailAllocation(Random& random, size_t max_ops, Program* program) {
  if (program->size() >= max_ops) return false;
  const auto found = Find(random, *program, [](const Op& op) { return Allocates(op.code); });
  if (!found) return false;
  const Op op = {.code = OpCode::kFail, .count = random.Percent(60) ? 1 : random.Between(2, 4)};
  Insert(*found, {&op, 1}, program);
  return true;
}

}  // namespace

// clang-format off
const std::array<Mutation, kMutations> kMutationTable = {{
    {"insert",     InsertOne,        "a random operation is inserted"},
    {"delete",     Delete,           "a short range is deleted, or a script that nothing names"},
    {"move",       Move,             "a range moves, also into a script or out of it"},
    {"duplicate",  Duplicate,        "a range is repeated"},
    {"splice",     Splice,           "a range is copied elsewhere, with other registers"},
    {"retarget",   Retarget,         "an operand becomes another register, once or for a while"},
    {"field",      ChangeField,      "a slot, size, generation, script or other number changes"},
    {"cluster",    Grow,             "a shape of the generator is inserted, with its scripts"},
    {"borrow",     Borrow,           "a range of a random program is inserted, with its scripts"},
    {"wrap",       Wrap,             "a range becomes the script of an object that dies there"},
    {"collection", InsertCollection, "a collection is inserted"},
    {"threshold",  ChangeThreshold,  "collections start at other times, or only when called"},
    {"fail",       FailAllocation,   "an allocation fails"},
}};
// clang-format on

}  // namespace ouro
