// SPDX-License-Identifier: Apache-2.0

// A demand is what every lawful engine does at one point of a script, as far as a script can see
// it:
// "#0 is alive". Of a conviction it is what the judge asked for instead of what happened; of a
// lawful run, which objects live and which are dead at its end. Where an engine had a choice before
// that, its answer is assumed: one that answered otherwise took another course, and owes nothing.
//
// Place: for `ouro native --test`, on top of history.h. Knows verdicts and traces, and no language.

#ifndef FUZZ_OURO_DEMAND_H_
#define FUZZ_OURO_DEMAND_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/program.h"
#include "model/transcript.h"
#include "model/trial.h"

namespace ouro {

struct Demand {
  enum class Kind : uint8_t {
    kAlive,
    kDead,
    kRan,     // its finalizer ran `times` times
    kYields,  // register `reg` refers to `object`, which may be kNone
  };
  Kind kind = Kind::kAlive;
  ObjectId object = kNone;
  int times = 0;
  int reg = 0;

  friend bool operator==(const Demand&, const Demand&) = default;
};

// "#0 is alive", "the finalizer of #0 ran 1 times", "r2 is #0", "r2 is none".
std::string Words(const Demand& demand);

// The operations that made the objects of a trace, by number. Linear.
std::vector<Op> Births(const Transcript& lines);

struct Demands {
  // At the point where the trace ends. All must hold; of those of kYields, one.
  std::vector<Demand> at_end;
  // Of kYields: the answers, by line of the trace, instead of which another one was lawful.
  std::map<size_t, Demand> assumed;
};

// The most objects of which a lawful run's end says something, and the most answers that the judge
// is asked about to find those that are assumed.
inline constexpr size_t kMostDemands = 64;
inline constexpr int kMostAnswers = 2000;

// What is demanded where the trace ends. A crash or a hang demands nothing but that the script
// ends. Returns "", or says why no script can see what the verdict is about. Linear in the trace
// for each answer that the judge is asked about: those at a wrong one are as many as objects.
// REQUIRES: a trial of that specimen wrote the trace and had that verdict.
std::string FindDemands(const std::string& trace, const Specimen& specimen, const Verdict& verdict,
                        Demands* demands);

}  // namespace ouro

#endif  // FUZZ_OURO_DEMAND_H_
