// SPDX-License-Identifier: Apache-2.0

#include "fuzz/libfuzzer/program_edit.h"

#include <algorithm>

namespace ouro {

void Insert(const OpRange& place, std::span<const Op> ops, Program* program) {
  Script& script = program->mutable_section(place.section);
  script.insert(script.begin() + static_cast<ptrdiff_t>(place.at), ops.begin(), ops.end());
}

void Erase(const OpRange& range, Program* program) {
  Script& script = program->mutable_section(range.section);
  const auto first = script.begin() + static_cast<ptrdiff_t>(range.at);
  script.erase(first, first + static_cast<ptrdiff_t>(range.length));
}

std::optional<int8_t> Lowest(NumberSet set) {
  for (int i = 0; i < kMaxScripts; ++i) {
    if (set & Bit(i)) return static_cast<int8_t>(i);
  }
  return std::nullopt;
}

namespace {

NumberSet ScriptsNamedBy(const Script& script) {
  NumberSet named = 0;
  for (const Op& op : script) {
    if (op.script != kNoScript) named |= Bit(op.script);
  }
  return named;
}

}  // namespace

NumberSet NamedScripts(const Program& program) {
  NumberSet named = ScriptsNamedBy(program.main);
  for (const Script& script : program.scripts) named |= ScriptsNamedBy(script);
  return named;
}

NumberSet DefinedScripts(const Program& program) {
  NumberSet defined = 0;
  for (size_t i = 0; i < program.scripts.size(); ++i) {
    if (!program.scripts[i].empty()) defined |= Bit(static_cast<int>(i));
  }
  return defined;
}

OpRange RandomOp(Random& random, const Program& program) {
  size_t index = Draw(random, program.size());
  if (index < program.main.size()) return {kNoScript, index, 1};
  index -= program.main.size();
  size_t number = 0;
  while (index >= program.scripts[number].size()) index -= program.scripts[number++].size();
  return {static_cast<int>(number), index, 1};
}

OpRange RandomRange(Random& random, const Program& program, size_t longest) {
  OpRange range = RandomOp(random, program);
  if (random.Percent(50)) return range;
  const size_t rest = program.section(range.section).size() - range.at;
  range.length += Draw(random, std::min(longest, rest));
  return range;
}

OpRange RandomPlaceIn(Random& random, const Program& program, int section) {
  return {section, Draw(random, program.section(section).size() + 1), 0};
}

OpRange RandomPlace(Random& random, const Program& program) {
  if (program.size() == 0) return {};
  const OpRange range = RandomOp(random, program);
  const int8_t named = program.section(range.section)[range.at].script;
  const bool there = named != kNoScript && random.Percent(50);
  return RandomPlaceIn(random, program, there ? named : range.section);
}

}  // namespace ouro
