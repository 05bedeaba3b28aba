// SPDX-License-Identifier: Apache-2.0

// A candidate is a program that a worker was seen to convict, crash on or hang in. It becomes a
// finding if the program does that again, alone.
//
// Place: a value that the supervisor of the workers hands to campaigns and searches.

#ifndef FUZZ_CAMPAIGN_CANDIDATE_H_
#define FUZZ_CAMPAIGN_CANDIDATE_H_

#include <cstdint>
#include <string>

#include "fuzz/campaign/engine.h"
#include "model/program.h"

namespace ouro {

struct Candidate {
  enum class Kind : uint8_t {
    kConvicted,  // by the judge
    kDied,       // with its worker
    kHung,
    kForeignWrite,  // the collector wrote into the channel of its worker
  };

  Kind kind = Kind::kConvicted;
  Program program;
  std::string origin;  // "program 7 of seed 1, 60 operations"
  Engine engine = Engine::kRandom;
  uint64_t index = 0;  // see Message::index
  std::string seen;    // the signature of what was seen
  // Whether a user, the system or a machine that slept may have caused it, not the program.
  bool from_outside = false;
};

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_CANDIDATE_H_
