// SPDX-License-Identifier: Apache-2.0

// A conformance case is one thing that every adapter must do right before its collector can be
// judged: report each birth, visit each slot, run each finalizer's script. It is a program of a few
// lines that is unlawful if the adapter gets it wrong, with a hint what to look for. A case that
// fails is most likely a mistake in the adapter; otherwise its contract promises what the collector
// never did, or the collector has a bug.
//
// Place: `ouro check-adapter`, `ouro ci`, and the tests of adapters. Knows no collector: its
// callers may say how programs are run. Not thread-safe beyond ConformanceCases(), which is const
// after its first call.

#ifndef FUZZ_OURO_CONFORMANCE_H_
#define FUZZ_OURO_CONFORMANCE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/program.h"
#include "model/trial.h"

namespace ouro {

struct ConformanceCase {
  std::string name;    // "slot 3 is visited"; unique
  std::string family;  // shared by cases that differ in the slot alone: "slot %K is visited"
  Program program;
  uint32_t needs = 0;  // the abilities (model/collector.h) without which it says nothing
};

// All cases, in the order in which they should be tried: a case comes after those that it relies
// on.
const std::vector<ConformanceCase>& ConformanceCases();

// A case whose program was unlawful.
struct FailedCase {
  std::string name;
  std::string look_for;  // the most likely mistake in the adapter
  Program program;
  Verdict verdict = {};
  std::string transcript = {};  // "" if a crash took it along
  bool after_others = false;    // the program is lawful alone, but not after earlier ones
};

// Runs one program, isolated; returns its verdict and sets *transcript.
using RunProgram = std::function<Verdict(const Program& program, std::string* transcript)>;
// Runs several programs one after the other on the same collector, with a reset after each. Returns
// the index of the first unlawful one, or their number.
using FindUnlawful = std::function<size_t(const std::vector<Program>& programs)>;

// Tries the cases that the abilities of `specimen` allow, and returns the failed ones: only the
// first with each `look_for`. *passed counts the cases that passed. Once a case has failed, the
// others of its family are not tried: each failure costs a few new processes, and they would say
// the same.
std::vector<FailedCase> CheckConformance(const Specimen& specimen, const RunProgram& run,
                                         const FindUnlawful& find, size_t* passed);

// The same, each in a process of its own.
std::vector<FailedCase> CheckConformance(const Specimen& specimen, size_t* passed);

// The number of cases that are not tried on a collector with these abilities; *missing becomes the
// union of the abilities that they lack.
size_t CountSkipped(uint32_t abilities, uint32_t* missing);

// What to look for in an adapter whose program has this verdict. A lawful one: the program failed
// only after others.
std::string LookFor(const Verdict& verdict);

}  // namespace ouro

#endif  // FUZZ_OURO_CONFORMANCE_H_
