// SPDX-License-Identifier: Apache-2.0

// Enumeration: every program within small bounds on its operations, objects and registers. What
// random search leaves to luck is certain here, and most bugs of collectors have a witness of fewer
// than ten operations.
//
// Place: a source of programs, beside the generator. Knows no collector. Its functions are pure.

#ifndef PROPERTIES_GENERATOR_ENUMERATE_H_
#define PROPERTIES_GENERATOR_ENUMERATE_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "model/program.h"

namespace ouro {

struct Bounds {
  int operations = 5;   // of main, exactly
  int objects = 3;      // births, at most
  int registers = 2;    // at most; 1 ... kRegisters
  int slots = 1;        // of each node, 0 ... kMaxSlots
  bool scripts = true;  // nodes may have finalizers and weak references callbacks: see Scripts
  bool weak = true;     // there are weak references
};

// The scripts of finalizers and callbacks: one does nothing, one resurrects `self` in the last
// register, one collects.
std::vector<Script> Scripts(const Bounds& bounds);

// Calls each(program) for every program with exactly bounds.operations operations of main, in a
// fixed order, until it returns false. Left out are programs
//   that differ from an enumerated one only in the names of registers;
//   with an operation that is void whatever the collector does;
//   that end with an operation without observable effect (a copy, a birth): their other operations
//   are the beginning of other programs.
// Every shorter program is the beginning of a longer one. Returns the number of calls. Time is
// exponential in bounds.operations; memory is linear.
uint64_t Enumerate(const Bounds& bounds, const std::function<bool(const Program&)>& each);

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_ENUMERATE_H_
