// SPDX-License-Identifier: Apache-2.0

// Programs, and what the table says of their operations. The other interpreters of the table are
// program_text.cc, program_bytes.cc and program_simpler.cc.

#include "model/program.h"

#include <array>
#include <cstddef>
#include <set>

#include "model/program_table.h"

namespace ouro {
namespace {

constexpr struct {
  Ability ability;
  std::string_view word;
} kAbilityWords[] = {
    {kWeakReferences, "weak"},  {kCallbacks, "callback"},
    {kFinalizers, "finalizer"}, {kGenerations3, "generations"},
    {kGarbageList, "garbage"},  {kSaveall, "saveall"},
    {kThresholds, "threshold"}, {kCensusTaking, "census"},
    {kFailures, "fail"},        {kMaps, "map"},
    {kDisposal, "dispose"},     {kEnding, "end"},
    {kScopes, "scope"},         {kFills, "fill"},
    {kHeldValues, "held"},      {kSteps, "step"},
};

}  // namespace

uint32_t AbilityOf(std::string_view word) {
  for (const auto& known : kAbilityWords) {
    if (known.word == word) return known.ability;
  }
  return 0;
}

std::string ListAbilities(uint32_t abilities) {
  std::string list;
  for (const auto& known : kAbilityWords) {
    if ((abilities & known.ability) == 0) continue;
    if (!list.empty()) list += ", ";
    list += known.word;
  }
  return list.empty() ? "none" : list;
}

// It is asked for each operation, so it does not read the table.
static_assert([] {
  for (int code = 0; code < kOpCodes; ++code) {
    const auto op = static_cast<OpCode>(code);
    if (Allocates(op) != (table::RowOf(op).result == table::Result::kBirth)) return false;
  }
  return true;
}());

bool Yields(OpCode code) { return table::RowOf(code).result == table::Result::kObject; }

uint32_t NeedsOf(OpCode code) { return table::RowOf(code).needs; }

const char* WordOf(OpCode code) { return table::RowOf(code).word; }

bool WritesRegister(OpCode code) { return table::FieldsOf(code).Has("rD"); }

bool TakesKind(OpCode code) { return table::FieldsOf(code).Has("T"); }

KindRow::Place PlaceOf(OpCode code) {
  if (code == OpCode::kNode) return KindRow::Place::kNode;
  return code == OpCode::kStore ? KindRow::Place::kEdge : KindRow::Place::kRoot;
}

const Script& Program::script(int number) const {
  static const Script* const kEmpty = new Script;
  if (number < 0 || static_cast<size_t>(number) >= scripts.size()) return *kEmpty;
  return scripts[static_cast<size_t>(number)];
}

Script& Program::mutable_section(int number) {
  if (number == kNoScript) return main;
  const auto index = static_cast<size_t>(number);
  if (scripts.size() <= index) scripts.resize(index + 1);
  return scripts[index];
}

size_t Program::size() const {
  size_t size = main.size();
  for (const Script& script : scripts) size += script.size();
  return size;
}

std::vector<std::string> Program::Kinds() const {
  std::set<std::string> names;
  const auto name = [&names](const Script& ops) {
    for (const Op& op : ops) {
      if (op.kind != kPlain) names.emplace(KindName(op.kind));
    }
  };
  name(main);
  for (const Script& script : scripts) name(script);
  return {names.begin(), names.end()};
}

int Program::UnnamedRegister() const {
  std::array<bool, kRegisters + 1> named = {};  // the last element is `self`
  const auto name = [&named](const Script& ops) {
    for (const Op& op : ops) {
      const table::FieldList& fields = table::FieldsOf(op.code);
      if (fields.Has("rD")) named[op.dest] = true;
      if (fields.Has("R")) named[op.ref] = true;
      if (fields.Has("R'")) named[op.value] = true;
      if (fields.Has("Q")) named[op.key] = true;
    }
  };
  name(main);
  for (const Script& script : scripts) name(script);
  int unnamed = kRegisters - 1;
  while (unnamed >= 0 && named[static_cast<size_t>(unnamed)]) --unnamed;
  return unnamed;
}

}  // namespace ouro
