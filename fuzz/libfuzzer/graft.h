// SPDX-License-Identifier: Apache-2.0

// A graft inserts operations of one program, the donor, into another, with the scripts that they
// name under numbers that are free there.
//
// Place: below the mutations that combine programs.

#ifndef FUZZ_LIBFUZZER_GRAFT_H_
#define FUZZ_LIBFUZZER_GRAFT_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "fuzz/libfuzzer/program_edit.h"
#include "model/program.h"
#include "properties/generator/random.h"

namespace ouro {

class Graft {
 public:
  // All arguments outlive the graft. REQUIRES: program->size() < max_ops.
  Graft(Random& random, const Program& donor, size_t max_ops, Program* program);

  // Inserts the range of the donor's main at `place`: as many of its operations as max_ops allows,
  // then as much of their scripts. A script without a body, or without a free number, becomes any
  // script of the program.
  void Take(const OpRange& range, const OpRange& place);

 private:
  void TakeScript(Op* op);
  void TakeBody(const Script& body, int to);

  Random& random_;
  const Program& donor_;
  Program& program_;
  size_t room_;                              // operations that may be added
  NumberSet free_;                           // numbers of scripts
  std::array<int8_t, kMaxScripts> numbers_;  // from the donor's scripts to the program's
};

}  // namespace ouro

#endif  // FUZZ_LIBFUZZER_GRAFT_H_
