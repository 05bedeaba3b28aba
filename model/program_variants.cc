// SPDX-License-Identifier: Apache-2.0

#include "model/program_variants.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "model/program_table.h"

namespace ouro {
namespace {

constexpr int kSmall = 8;  // up to this number all are tried

std::string NounOf(const Op& op, const table::Field& field) {
  if (field.name == "S") return NeedsOf(op.code) & kWeakReferences ? "callback" : "finalizer";
  if (field.name == "rD") return "target register";
  if (field.name == "A") return "first threshold";
  if (field.name == "B") return "second threshold";
  if (field.name == "C") return "third threshold";
  if (field.name == "R'") return "value";
  if (field.name == "Q") return "key";
  return std::string(field.noun);
}

std::string Word(const table::Field& field, int value) {
  if (field.is_option()) return value == field.lowest() ? "none" : fmt::format("def {}", value);
  if (!field.is_register()) return std::to_string(value);
  return value == kSelf ? "self" : fmt::format("r{}", value);
}

std::vector<int> Values(const Op& op, const table::Field& field, const VariantSource& source) {
  const int own = field.get(op);
  std::vector<int> values;
  if (field.is_register()) {
    values.assign(source.registers.begin(), source.registers.end());
    if (source.in_script && field.kind == table::Kind::kReference) values.push_back(kSelf);
  } else if (field.kind == table::Kind::kName) {
    values = {kPlain};
  } else if (field.kind == table::Kind::kOption) {
    for (int script = kNoScript; script < source.scripts; ++script) values.push_back(script);
  } else if (field.max <= kSmall) {
    for (int value = field.min; value <= field.max; ++value) values.push_back(value);
  } else {
    values = {field.min, own - 1, own + 1, own < field.max / 2 ? own * 2 : own};
  }
  std::vector<int> other;
  for (const int value : values) {
    const bool fits = value >= field.lowest() && value <= field.highest(source.in_script);
    const bool seen = std::find(other.begin(), other.end(), value) != other.end();
    if (fits && !seen && value != own) other.push_back(value);
  }
  return other;
}

}  // namespace

VariantSource SourceOf(const Program& program, bool in_script) {
  std::array<bool, kRegisters> named = {};
  const auto note = [&](const Script& script) {
    for (const Op& op : script) {
      for (const table::Field* field : table::FieldsOf(op.code)) {
        if (!field->is_register()) continue;
        const int value = field->get(op);
        if (value < kRegisters) named[static_cast<size_t>(value)] = true;
      }
    }
  };
  note(program.main);
  for (const Script& script : program.scripts) note(script);
  VariantSource source = {.scripts = static_cast<int>(program.scripts.size()),
                          .in_script = in_script};
  for (size_t i = 0; i < named.size(); ++i) {
    if (named[i]) source.registers.push_back(static_cast<Ref>(i));
  }
  return source;
}

std::vector<Variant> VariantsOf(const Op& op, const VariantSource& source) {
  std::vector<Variant> variants;
  for (const table::Field* field : table::FieldsOf(op.code)) {
    for (const int value : Values(op, *field, source)) {
      Op changed = op;
      field->set(&changed, value);
      variants.push_back(
          {.op = changed, .operand = NounOf(op, *field), .value = Word(*field, value)});
    }
  }
  return variants;
}

std::string ValueOf(const Op& op, const std::string& operand) {
  for (const table::Field* field : table::FieldsOf(op.code)) {
    if (NounOf(op, *field) == operand) return Word(*field, field->get(op));
  }
  return "";
}

}  // namespace ouro
