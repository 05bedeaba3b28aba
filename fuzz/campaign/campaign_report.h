// A report is a campaign at one moment, in numbers and names: what the status line, the records
// and the summary are made of.
//
// Place: a value, between the supervisor, who takes it, and whoever reads: people, `stats.json`,
// programs that know AFL++'s `plot_data`.

#ifndef FUZZ_CAMPAIGN_CAMPAIGN_REPORT_H_
#define FUZZ_CAMPAIGN_CAMPAIGN_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/campaign/finding.h"

namespace ouro {

struct CampaignReport {
  std::string specimen;
  std::string contract;
  std::string engine;
  std::string build;
  int workers = 0;
  uint64_t seed = 0;
  int planned = 0;         // seconds of this run
  double run_seconds = 0;  // this run
  double seconds = 0;      // of all runs, as the counts below
  uint64_t programs = 0;
  uint64_t operations = 0;
  uint64_t convicted = 0;       // programs
  double programs_rate = 0;     // a second, of late
  double operations_rate = 0;   // the same
  size_t corpus = 0;            // files
  size_t features = 0;          // of the heap, see model/judge/feature.h
  size_t edges = 0;             // of the collector's code
  size_t all_edges = 0;         // 0: nothing is instrumented
  uint64_t situations = 0;      // that were reached, a bit for each
  uint64_t possible = 0;        // that can be reached
  double since_last_new = 0;    // seconds since something new was reached
  uint64_t not_reproduced = 0;  // workers that ended in programs that are lawful when run again
  uint64_t more = 0;            // programs of signatures that are too many
  bool interrupted = false;
  std::string out;                    // the folder
  std::vector<Finding> findings;      // by signature
  std::vector<std::string> deferred;  // what was seen and not looked into, each with its file
};

// One line, without its end: "12/60 s: 2 workers, ...".
std::string StatusText(const CampaignReport& report);

// Several lines: the verdict first, then numbers, a headline for each cause, what was not looked
// into, situations that were missed, and what to do next.
std::string Summary(const CampaignReport& report);

// The text of `stats.json`.
std::string StatsJson(const CampaignReport& report);

// The columns of AFL++ 4, and after them two of ours.
std::string PlotHeader();
std::string PlotLine(const CampaignReport& report);

// "3 findings"
std::string Count(uint64_t number, const std::string& noun);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_CAMPAIGN_REPORT_H_
