// SPDX-License-Identifier: Apache-2.0

// A campaign report is a campaign at one moment, in numbers and names, and what people read of it:
// the status line and the summary. Programs read campaign_stats.h.
//
// Place: a value. The campaign makes it; terminals and the output folder take it.

#ifndef FUZZ_CAMPAIGN_CAMPAIGN_REPORT_H_
#define FUZZ_CAMPAIGN_CAMPAIGN_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/campaign/coverage.h"
#include "fuzz/campaign/finding.h"

namespace ouro {

struct CampaignReport {
  std::string specimen;
  std::string contract;
  std::string engine;  // "both", or the name of one
  std::string build;
  int workers = 0;
  uint64_t seed = 0;
  int planned = 0;         // seconds of this run
  double run_seconds = 0;  // of this run so far
  double seconds = 0;      // of all runs so far, as are the counts below
  uint64_t programs = 0;
  uint64_t operations = 0;
  uint64_t convicted = 0;      // programs
  double programs_rate = 0;    // per second, since the last report
  double operations_rate = 0;  // per second, since the last report
  size_t corpus = 0;           // files
  Coverage coverage;
  std::string library;          // the file whose edges those are; "": they are of our own code
  uint64_t possible = 0;        // situations that the specimen can reach, a bit for each
  double since_last_new = 0;    // seconds since a program reached something new
  uint64_t not_reproduced = 0;  // candidates, perhaps from outside, that are lawful alone
  uint64_t ignored = 0;         // candidates past the limit of signatures
  bool interrupted = false;
  std::string out;                    // the folder
  std::vector<Finding> findings;      // by signature
  std::vector<std::string> deferred;  // candidates for which there was no time, each with its file

  uint64_t situations() const { return coverage.situations & possible; }
};

// One line, without a newline: "12/60 s: 71 k programs/s, ...".
std::string StatusText(const CampaignReport& report);

// Several lines: the verdict, numbers, a headline for each cause, what was not investigated, what
// was not reached, and what to do next. Begins with the specimen and "lawful" or "UNLAWFUL".
std::string Summary(const CampaignReport& report);

// "1 finding", "3 findings"
std::string Count(uint64_t number, const std::string& noun);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_CAMPAIGN_REPORT_H_
