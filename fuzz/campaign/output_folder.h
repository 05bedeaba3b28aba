// SPDX-License-Identifier: Apache-2.0

// The output folder of a campaign holds all of its state: findings, corpus, numbers.
//
//   found/                      findings, as programs
//   corpus/                     programs that reached something new, of all specimens
//   unexamined/                 candidates for which there was no time
//   stats.json, plot_data       the numbers of the campaign that runs, or ran last: stats_link.h
//   work/                       the numbers of each specimen, worker slots, logs, seeds of
//   libFuzzer
//
// Files are written aside and renamed, appended to in whole lines, or shared memory. So a process
// may be killed at any moment, and the next campaign in the folder resumes.
//
// Place: below the campaign, which alone writes there.
//
// Processes: several campaigns may use one folder at once. The second one's numbers are in
// stats-2.json and plot_data-2, and so on; findings and programs are named by their contents.

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

// Functions that return a string return "" or "FILE: why".
class OutputFolder {
 public:
  OutputFolder() = default;
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Makes the folder, or takes over what is there of that specimen, also of an older version. A
  // folder that cannot be written to, or a full disk, is an error now rather than after hours.
  // REQUIRES, of all other functions: Open returned "". It is called once.
  std::string Open(const std::string& out, const std::string& specimen, size_t workers);

  // Slot 0 is the supervisor's; workers have 1, 2, ... There may be more, of earlier runs.
  WorkerSlots& slots() { return slots_; }
  const WorkerSlots& slots() const { return slots_; }

  std::string found() const { return out_ + "/found"; }
  // A folder that no other campaign uses, as a real path.
  std::string work() const { return work_; }

  // Adds a program to the corpus, unless it is there.
  std::string Keep(const Program& program);
  // The number of programs in the corpus that this campaign knows of.
  size_t corpus() const { return kept_.size(); }
  // Finds the programs that other campaigns have added. Linear in their number.
  void Reread();
  // Encodes the corpus for libFuzzer. Returns the value of its -seed_inputs; "": the disk is full.
  std::string SeedInputs();

  // The findings of earlier runs and other campaigns in this folder: programs from their files,
  // hits from the statistics. What cannot be read is skipped, as any user may write there.
  std::vector<Finding> Earlier() const;

  // Rewrites stats.json. Also an error: the folder was removed or replaced since Open.
  std::string Write(const CampaignReport& report) const;
  // Appends to plot_data.
  std::string Plot(const CampaignReport& report) const;

 private:
  std::string Claim();
  std::string MakeFolders();
  std::string OpenSlots(size_t count);
  void MendPlot() const;
  std::string Removed() const;
  StatsLink File(const std::string& name, const std::string& suffix) const;

  std::string out_;   // as the user writes it
  std::string work_;  // a real path
  std::string specimen_;
  int number_ = 0;  // among the campaigns in the folder, from 1
  int lock_ = -1;
  uint64_t inode_ = 0;  // of work_: another one after the folder was removed and made again
  WorkerSlots slots_;
  std::set<std::string> kept_;    // names of files in corpus/
  std::set<std::string> seeded_;  // those of them that are encoded
};

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_OUTPUT_FOLDER_H_
