// A campaign runs programs on one specimen for a time, in worker processes, and files every
// finding: shrunk, told apart by signature, as a program that replays it. Two engines make the
// programs: the random generator, and libFuzzer, which keeps and mutates what reaches something
// new.
//
// Place: the engine of `ouro campaign`. The supervisor runs no trial in its own process, so no
// crash or hang of a collector ends a campaign. Its folder, see records.h, is all that it is: the
// same command goes on where an earlier one ended, or was killed.

#ifndef FUZZ_CAMPAIGN_H_
#define FUZZ_CAMPAIGN_H_

#include <cstdint>
#include <string>

#include "model/collector.h"

namespace ouro {

enum class Engines : uint8_t {
  kAny,  // both where that is possible: the specimen is in-process, there are two workers
  kRandom,
  kLibFuzzer,
  kBoth,  // every other worker
};

struct CampaignOptions {
  Engines engines = Engines::kAny;
  int seconds = 60;
  int workers = 0;               // 0: one for each processor
  uint64_t seed = 1;             // of the sequence of programs
  int operations = 60;           // of a program
  std::string out = "ouro-out";  // the folder
  bool stop_on_first = false;
  // A trial that takes longer is a finding. More than process collectors give a peer for an answer:
  // their word for its silence says after which operation.
  int hang_seconds = 15;
  int shrink_seconds = 20;  // for one finding
  bool canary = true;       // whether the engines have to prove themselves first
};

// Prints status and findings to standard output, and a verdict at the end. Returns the exit code:
// 0 without findings, 1 with, 2 if it could not run (then *error says why). SIGINT ends it early,
// with the verdict so far. Where a worker is killed from outside or the machine stops, and the
// program is lawful when it is run again, that is no finding, and said.
int RunCampaign(const Specimen& specimen, const CampaignOptions& options, std::string* error);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_H_
