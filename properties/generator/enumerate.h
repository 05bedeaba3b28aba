// Exhaustive search in the small: every program up to a few operations, objects and registers. What
// random search leaves to luck is certain here; most bugs of collectors have a witness of fewer
// than ten operations.
//
// Place: a source of programs, beside the generator. Knows no collector.

#ifndef PROPERTIES_GENERATOR_ENUMERATE_H_
#define PROPERTIES_GENERATOR_ENUMERATE_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "model/program.h"

namespace ouro {

struct Bounds {
  int operations = 5;  // of main, exactly
  int objects = 3;     // births
  int registers = 2;
  int slots = 1;        // of each node
  bool scripts = true;  // nodes may have finalizers and weak references callbacks: see Scripts
  bool weak = true;     // there are weak references
};

// What finalizers and callbacks do: nothing; bring `self` back, to the last of the registers;
// collect.
std::vector<Script> Scripts(const Bounds& bounds);

// Calls each(program) for every program with exactly bounds.operations operations of main, in a
// fixed order, until it says false. Left out are
//   programs that differ from one that is there in the names of registers;
//   those with an operation that is void whatever the collector does;
//   those that end with an operation after which nothing can differ (a copy, a birth): what comes
//   before it is the beginning of other programs.
// Every shorter program is the beginning of a longer one. Returns how many there were.
uint64_t Enumerate(const Bounds& bounds, const std::function<bool(const Program&)>& each);

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_ENUMERATE_H_
