// OutputFolder are the folder of a campaign: what it found, its corpus, its numbers. All is written
// aside and renamed, appended in whole lines, or shared memory; so whoever is killed, at whatever
// moment, the next campaign in that folder goes on from there.
//
//   found/                      findings, as programs
//   corpus/                     programs that reached something new, for all specimens
//   stats.json, plot_data       numbers of the campaign that runs, or ran last: see stats_link.h
//   work/                       the numbers of each specimen, slots of workers, logs, what fuzzers
//                               start from
//
// Several campaigns may use one folder at once: the second one's numbers are in stats-2.json and
// plot_data-2, and so on; findings and programs have names that follow from their contents.
//
// Place: below the supervisor; nobody else writes there.

#ifndef FUZZ_CAMPAIGN_OUTPUT_FOLDER_H_
#define FUZZ_CAMPAIGN_OUTPUT_FOLDER_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "fuzz/campaign/campaign_report.h"
#include "fuzz/campaign/stats_link.h"
#include "fuzz/campaign/worker_slot.h"
#include "model/program.h"

namespace ouro {

// Writes the simplest input for a fuzzer into that folder. Returns its path, or "".
std::string FirstSeed(const std::string& folder);

class OutputFolder {
 public:
  ~OutputFolder();

  // Makes the folder, or goes on with what is there of that specimen. Returns "" or why nothing can
  // be written, or read: noticed now and not after hours.
  std::string Open(const std::string& out, const std::string& specimen, size_t workers);

  // WorkerSlot 0 is the supervisor's; its counts are of itself. Workers have 1, 2, ...; there may
  // be more of earlier runs.
  WorkerSlots& slots() { return slots_; }
  const WorkerSlots& slots() const { return slots_; }

  std::string found() const { return out_ + "/found"; }
  // Of this campaign alone.
  std::string work() const { return work_; }

  // Adds a program to the corpus, unless it is there. Returns "" or why not.
  std::string Keep(const Program& program);
  // How many programs are in the corpus, as far as this campaign knows.
  size_t corpus() const { return kept_.size(); }
  // Learns of the programs that other campaigns have put there.
  void Reread();
  // Writes a list of byte forms of the corpus for libFuzzer: its flag, or "" if there is none.
  std::string SeedFlag();

  // Findings of earlier runs, and of others in this folder: their files, hits from the statistics.
  std::vector<Finding> Earlier() const;

  // Rewrites stats.json. Returns "" or why not: also that the folder is another one than at first.
  std::string Write(const CampaignReport& report) const;
  // Appends to plot_data. Returns "" or why not.
  std::string Plot(const CampaignReport& report) const;

 private:
  std::string Claim();
  std::string MakeFolders();
  void MendPlot() const;
  std::string Removed() const;  // "" or that it was
  StatsLink File(const std::string& name, const std::string& suffix) const;

  std::string out_;   // as the user writes it
  std::string work_;  // a real path
  std::string specimen_;
  int number_ = 0;  // of this campaign among those in the folder, from 1
  int lock_ = -1;
  uint64_t inode_ = 0;  // inode of work_, which a folder that was removed and made anew changes
  WorkerSlots slots_;
  std::set<std::string> kept_;    // names of files in corpus/
  std::set<std::string> seeded_;  // of those that have a byte form
};

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_OUTPUT_FOLDER_H_
