// SPDX-License-Identifier: Apache-2.0

// The machine that a bench runs on: what it is called, and how steady it is.
//
// Place: behind `ouro bench`.

#ifndef FUZZ_BENCH_MACHINE_H_
#define FUZZ_BENCH_MACHINE_H_

#include <string>

namespace ouro {

struct Machine {
  std::string name;    // of the processor, as Linux has it; "unknown processor"
  int processors = 0;  // that this process may use
  double load = 0;     // processes that wanted to run, on average over the last minute
};

Machine ThisMachine();

// Milliseconds of the processor's that arithmetic takes which is always the same, and needs no
// memory. What it varies by between other measurements is the machine's doing: others that share
// its caches and its clock.
double TimeArithmetic();

}  // namespace ouro

#endif  // FUZZ_BENCH_MACHINE_H_
