// SPDX-License-Identifier: Apache-2.0

// A campaign runs programs on one specimen for a time, in worker processes, and files a finding for
// every unlawful signature: shrunk, as a program that replays it. Two engines make the programs:
// the random generator, and libFuzzer, which mutates what reached something new.
//
// Place: behind `ouro campaign`, above the supervisor of the workers and the inquiries into what
// they see. No program runs in its own process, and it waits for none, so no crash or hang of a
// collector ends or delays it. All state is in the output folder (output_folder.h); rerunning the
// command resumes, even after a `kill -9`.

#ifndef FUZZ_CAMPAIGN_CAMPAIGN_H_
#define FUZZ_CAMPAIGN_CAMPAIGN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "corpus/built_in.h"
#include "fuzz/campaign/campaign_report.h"
#include "fuzz/campaign/engine.h"
#include "model/collector.h"

namespace ouro {

struct CampaignOptions {
  EngineSet engines;  // random, libFuzzer or both; empty: see SupervisorOptions
  int seconds = 60;
  int workers = 0;               // 0: one for each processor
  uint64_t seed = 1;             // of the sequence of programs
  int operations = 60;           // of a program
  bool scale = false;            // each program has a chain of up to 300,000 nodes
  std::string out = "ouro-out";  // the folder
  bool stop_on_first = false;
  // The longest that a collector may make no progress; less for fast in-process ones, see
  // Supervisor::HangLimitMs. Longer than ProcessOptions::timeout_ms, whose error names the
  // operation that hung; the start of a process does not count.
  int hang_seconds = 15;
  int shrink_seconds = 20;  // for one finding
  bool canary = true;       // whether the engines are tried on a known bug first
  std::string observe;      // a file of observations; "": none
  // Programs that run before all others, so that known bugs are found at once.
  std::vector<BuiltInProgram> corpus;
};

// The most that a campaign lasts beyond `seconds`: for the last inquiry and the statistics.
inline constexpr int kGraceSeconds = 3;

// Prints status, findings and a verdict to standard output. Returns the exit code: 0 without
// findings, 1 with, 2 if it cannot run (then *error says why). SIGINT and SIGTERM end it early,
// with the verdict so far. A worker that was killed from outside, or hung, in a program that is
// lawful when it runs again is not a finding; the output mentions it.
//
// *report, if not null, becomes the state at the end, also if it was interrupted; it stays as it is
// if there was no campaign.
//
// Blocks. Call it once at a time: it installs signal handlers.
int RunCampaign(const Specimen& specimen, const CampaignOptions& options, std::string* error,
                CampaignReport* report = nullptr);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_CAMPAIGN_H_
