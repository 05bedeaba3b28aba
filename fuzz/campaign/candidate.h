// A candidate is what was seen of a program in a worker: a conviction, a crash, a hang. It is a
// finding once the program has done it again, alone.
//
// Place: what the supervisor of the workers tells the campaign.

#ifndef FUZZ_CAMPAIGN_CANDIDATE_H_
#define FUZZ_CAMPAIGN_CANDIDATE_H_

#include <cstdint>
#include <string>

#include "model/program.h"

namespace ouro {

// What makes programs.
enum class Engine : uint8_t { kRandom, kLibFuzzer };
inline const char* Name(Engine engine) {
  return engine == Engine::kRandom ? "random" : "libfuzzer";
}

struct Candidate {
  Program program;
  std::string origin;  // "program 7 of seed 1"
  Engine engine = Engine::kRandom;
  std::string seen;           // the signature of what it did
  bool from_outside = false;  // whether it may have been done to the worker, not by its program
  bool hung = false;
};

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_CANDIDATE_H_
