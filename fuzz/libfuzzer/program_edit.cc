#include "fuzz/libfuzzer/program_edit.h"

#include <algorithm>

namespace ouro {

void Insert(const Run& place, std::span<const Op> ops, Program* program) {
  Script& script = program->mutable_section(place.section);
  script.insert(script.begin() + static_cast<ptrdiff_t>(place.at), ops.begin(), ops.end());
}

void Erase(const Run& run, Program* program) {
  Script& script = program->mutable_section(run.section);
  const auto first = script.begin() + static_cast<ptrdiff_t>(run.at);
  script.erase(first, first + static_cast<ptrdiff_t>(run.length));
}

std::optional<int8_t> Lowest(Set set) {
  for (int i = 0; i < kMaxScripts; ++i) {
    if (set & Only(i)) return static_cast<int8_t>(i);
  }
  return std::nullopt;
}

namespace {

Set NamedBy(const Script& script) {
  Set named = 0;
  for (const Op& op : script) {
    if (op.script != kNoScript) named |= Only(op.script);
  }
  return named;
}

}  // namespace

Set Named(const Program& program) {
  Set named = NamedBy(program.main);
  for (const Script& script : program.scripts) named |= NamedBy(script);
  return named;
}

Set Defined(const Program& program) {
  Set defined = 0;
  for (size_t i = 0; i < program.scripts.size(); ++i) {
    if (!program.scripts[i].empty()) defined |= Only(static_cast<int>(i));
  }
  return defined;
}

Run AnyOp(Random& random, const Program& program) {
  size_t index = Draw(random, program.size());
  if (index < program.main.size()) return {kNoScript, index, 1};
  index -= program.main.size();
  size_t number = 0;
  while (index >= program.scripts[number].size()) index -= program.scripts[number++].size();
  return {static_cast<int>(number), index, 1};
}

Run AnyRun(Random& random, const Program& program, size_t longest) {
  Run run = AnyOp(random, program);
  if (random.Percent(50)) return run;
  const size_t rest = program.section(run.section).size() - run.at;
  run.length += Draw(random, std::min(longest, rest));
  return run;
}

Run AnyPlaceIn(Random& random, const Program& program, int section) {
  return {section, Draw(random, program.section(section).size() + 1), 0};
}

Run AnyPlace(Random& random, const Program& program) {
  if (program.size() == 0) return {};
  const Run run = AnyOp(random, program);
  const int8_t named = program.section(run.section)[run.at].script;
  const bool there = named != kNoScript && random.Percent(50);
  return AnyPlaceIn(random, program, there ? named : run.section);
}

}  // namespace ouro
