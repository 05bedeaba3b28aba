// SPDX-License-Identifier: Apache-2.0

#include "fuzz/libfuzzer/graft.h"

#include <algorithm>
#include <optional>

namespace ouro {

Graft::Graft(Random& random, const Program& donor, size_t max_ops, Program* program)
    : random_(random),
      donor_(donor),
      program_(*program),
      room_(max_ops - program->size()),
      free_(~(DefinedScripts(*program) | NamedScripts(*program))) {
  numbers_.fill(kNoScript);
}

void Graft::Take(const OpRange& range, const OpRange& place) {
  const size_t length = std::min(range.length, room_);
  room_ -= length;
  Script taken(donor_.main.begin() + static_cast<ptrdiff_t>(range.at),
               donor_.main.begin() + static_cast<ptrdiff_t>(range.at + length));
  for (Op& op : taken) TakeScript(&op);
  Insert(place, taken, &program_);
}

void Graft::TakeScript(Op* op) {
  if (op->script == kNoScript) return;
  const int8_t from = op->script;
  int8_t& to = numbers_[static_cast<uint8_t>(from)];
  const Script& body = donor_.script(from);
  if (to == kNoScript) {
    const std::optional<int8_t> lowest = Lowest(free_);
    const bool same = body == program_.script(from);
    const bool copies = !same && !body.empty() && lowest;
    if (same) {
      to = from;
    } else if (copies) {
      to = *lowest;
    } else {
      const int scripts = static_cast<int>(program_.scripts.size());
      to = static_cast<int8_t>(random_.Below(std::max(scripts, 1)));
    }
    free_ &= ~Bit(to);
    if (copies) TakeBody(body, to);
  }
  op->script = to;
}

void Graft::TakeBody(const Script& body, int to) {
  for (Op op : body) {
    if (room_ == 0) return;
    --room_;
    TakeScript(&op);  // may reallocate the scripts, so the section is taken after it
    program_.mutable_section(to).push_back(op);
  }
}

}  // namespace ouro
