// A campaign runs programs on one specimen for a time, in worker processes, and files every
// finding: shrunk, sent apart by signature, as a program that replays it. Two engines make the
// programs: the random generator, and libFuzzer, which keeps and mutates what reaches something
// new.
//
// Place: the engine of `ouro campaign`, over the supervisor of the workers and the inquiries into
// what they see. No program is run in its own process, and it never waits for another one, so no
// crash or hang of a collector ends a campaign or makes it longer. All state is in its folder, see
// output_folder.h: the same command goes on where an earlier one ended, or was killed.

#ifndef FUZZ_CAMPAIGN_CAMPAIGN_H_
#define FUZZ_CAMPAIGN_CAMPAIGN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "corpus/built_in.h"
#include "fuzz/campaign/supervisor.h"
#include "model/collector.h"

namespace ouro {

struct CampaignOptions {
  Engines engines = Engines::kAny;
  int seconds = 60;
  int workers = 0;               // 0: one for each processor
  uint64_t seed = 1;             // of the sequence of programs
  int operations = 60;           // of a program
  std::string out = "ouro-out";  // the folder
  bool stop_on_first = false;
  // A collector that has not gone on for so long hangs. In-process ones are given less, as the
  // slowest lawful program tells; those in other processes have words of their own, in 10 s.
  int hang_seconds = 15;
  int shrink_seconds = 20;  // for one finding
  bool canary = true;       // whether the engines have to prove themselves first
  // Programs that are run before all others: what is known is found at once.
  std::vector<BuiltInProgram> corpus;
};

// What comes after `seconds`, at most: the last inquiry, and the records.
inline constexpr int kGraceSeconds = 3;

// Prints status and findings to standard output, and a verdict at the end. Returns the exit code:
// 0 without findings, 1 with, 2 if it could not run (then *error says why). SIGINT ends it early,
// with the verdict so far. Where a worker is killed from outside or the machine stops, and the
// program is lawful when it is run again, that is no finding, and said.
int RunCampaign(const Specimen& specimen, const CampaignOptions& options, std::string* error);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_CAMPAIGN_H_
