// SPDX-License-Identifier: Apache-2.0

#include "fuzz/libfuzzer/mutator.h"

#include <algorithm>

#include "fuzz/libfuzzer/graft.h"
#include "fuzz/libfuzzer/program_edit.h"
#include "model/program_table.h"

namespace ouro {
namespace {

// Drops operations from the end, scripts first, until the program fits; and empty last scripts.
void Cut(size_t max_ops, Program* program) {
  for (size_t size = program->size(); size > max_ops;) {
    const bool all = program->scripts.empty();
    Script& last = all ? program->main : program->scripts.back();
    const size_t cut = std::min(last.size(), size - max_ops);
    last.resize(last.size() - cut);
    size -= cut;
    table::TrimScripts(program);
  }
  table::TrimScripts(program);
}

}  // namespace

const Mutation* MutateOnce(Random& random, size_t max_ops, Program* program) {
  const auto applies = [&](const Mutation& mutation) {
    if (!mutation.apply(random, max_ops, program)) return false;
    table::TrimScripts(program);
    return true;
  };
  for (size_t draws = 0; draws < 2 * kMutations; ++draws) {
    const Mutation& mutation = kMutationTable[Draw(random, kMutations)];
    if (applies(mutation)) return &mutation;
  }
  for (const Mutation& mutation : kMutationTable) {
    if (applies(mutation)) return &mutation;
  }
  return nullptr;
}

void Mutate(uint64_t seed, size_t max_ops, Program* program) {
  Random random(seed);
  Cut(max_ops, program);
  if (random.Percent(75)) {
    MutateOnce(random, max_ops, program);
    return;
  }
  const Program before = *program;
  for (int more = random.Between(2, 4); more > 0; --more) MutateOnce(random, max_ops, program);
  if (*program == before) MutateOnce(random, max_ops, program);
}

Program Cross(uint64_t seed, const Program& a, const Program& b, size_t max_ops) {
  Random random(seed);
  Program child = a;
  Cut(max_ops, &child);
  if (b.main.empty()) return child;
  OpRange replaced = RandomPlaceIn(random, child, kNoScript);
  const size_t rest = child.main.size() - replaced.at;
  OpRange taken = {kNoScript, Draw(random, b.main.size()), 0};
  taken.length = b.main.size() - taken.at;
  const int way = random.Below(3);
  if (way > 0) taken.length = 1 + Draw(random, taken.length);
  if (way == 0) replaced.length = rest;
  if (rest > 0 && way != 0 && (way == 1 || child.size() == max_ops))
    replaced.length = 1 + Draw(random, rest);
  Erase(replaced, &child);
  // Scripts that nothing names any more would only take room.
  for (NumberSet idle = DefinedScripts(child) & ~NamedScripts(child); idle != 0; idle &= idle - 1) {
    child.scripts[static_cast<size_t>(*Lowest(idle))].clear();
  }
  if (child.size() < max_ops)
    Graft(random, b, max_ops, &child).Take(taken, {kNoScript, replaced.at, 0});
  table::TrimScripts(&child);
  return child;
}

}  // namespace ouro
