// A duty is one thing that every adapter must do right before its collector can be judged: report
// each birth, visit each slot, give each finalizer its script. A duty is a program of a few lines
// that goes wrong if it is not done, and says what to look for. A duty that is not done is the
// fault of the adapter, most likely; or its contract promises what the collector never did; or it
// is a bug.
//
// Place: `ouro check-adapter`, and the tests of adapters. Knows no collector.

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

struct Duty {
  std::string name;    // "slot 3 is visited"
  std::string family;  // of those that differ by the slot alone: "slot %K is visited"
  Program program;
  uint32_t needs = 0;  // abilities
};

// All duties; those that others rest on come first, and of these the shortest programs.
const std::vector<Duty>& Duties();

// A duty that is not done.
struct Fault {
  std::string duty;
  std::string look_for;  // what is wrong with the adapter, most likely
  Program program;
  Verdict verdict;
  std::string transcript;
  bool after_others = false;  // the program is lawful alone, and not after earlier ones
};

// How a program is run, in isolation: its verdict and transcript.
using RunProgram = std::function<Verdict(const Program& program, std::string* transcript)>;
// The index of the first program that is unlawful, of several that run one after the other on the
// same collector, with a reset after each; or how many there are.
using FindUnlawful = std::function<size_t(const std::vector<Program>& programs)>;

// The duties of `specimen` that are not done: the first of each kind, by what to look for. *done
// counts those that are. Duties beyond its abilities are left out, and so is the rest of a family
// once one of it is not done: each costs a few new processes, and says the same.
std::vector<Fault> CheckAdapter(const Specimen& specimen, const RunProgram& run,
                                const FindUnlawful& find, size_t* done);

// How many duties a collector with those abilities is not asked for; *missing becomes the abilities
// that they would need.
size_t DutiesBeyond(uint32_t abilities, uint32_t* missing);

// What is wrong with an adapter whose program has that verdict, most likely.
std::string LookFor(const Verdict& verdict);

}  // namespace ouro

#endif  // FUZZ_OURO_CONFORMANCE_H_
