// Programs and what the table says of their operations. The interpreters of the table are
// program_text.cc, program_bytes.cc and program_simpler.cc.

#include "model/program.h"

#include <array>
#include <cstddef>

#include "model/program_table.h"

namespace ouro {

bool Allocates(OpCode code) { return table::RowOf(code).allocates; }

bool WritesRegister(OpCode code) { return table::FieldsOf(code).Has("rD"); }

const Script& Program::script(int number) const {
  static const Script* const kEmpty = new Script;
  if (number < 0 || static_cast<size_t>(number) >= scripts.size()) return *kEmpty;
  return scripts[static_cast<size_t>(number)];
}

size_t Program::size() const {
  size_t size = main.size();
  for (const Script& script : scripts) size += script.size();
  return size;
}

int Program::UnnamedRegister() const {
  std::array<bool, kRegisters + 1> named = {};  // the last one is `self`
  const auto name = [&named](const Script& ops) {
    for (const Op& op : ops) {
      const table::FieldList& fields = table::FieldsOf(op.code);
      if (fields.Has("rD")) named[op.dest] = true;
      if (fields.Has("R")) named[op.ref] = true;
      if (fields.Has("R'")) named[op.value] = true;
    }
  };
  name(main);
  for (const Script& script : scripts) name(script);
  int unnamed = kRegisters - 1;
  while (unnamed >= 0 && named[static_cast<size_t>(unnamed)]) --unnamed;
  return unnamed;
}

}  // namespace ouro
