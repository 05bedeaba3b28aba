// Programs and what the table says of their operations. The interpreters of the table are
// program_text.cc, program_bytes.cc and program_simpler.cc.

#include "model/program.h"

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

}  // namespace ouro
