// SPDX-License-Identifier: Apache-2.0

// The state of merges into a folder: what was selected, which programs were run, which folders are
// done. It is in OUT/work/merge, as logs that only grow:
//
//   state       the specimen, and what features are
//   selection   programs that were selected: of each feature the smallest counts
//   programs    the hashes of all programs that were run
//   unlawful    signatures of which a program is in OUT/unexamined
//   folders     folders that were read to their end, each with the time of its last change
//
// Programs are run in batches. After each one Commit logs what it selects, then writes the programs
// to OUT/corpus, and then logs that they were run. So whenever a merge is killed, the next one runs
// at most one batch again, and comes to the same result.
//
// Place: below the merge of corpora, which alone writes there. One process at a time.

#ifndef FUZZ_MERGE_MERGE_STATE_H_
#define FUZZ_MERGE_MERGE_STATE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fuzz/merge/append_log.h"
#include "fuzz/merge/merge_pool.h"
#include "fuzz/merge/program_set.h"
#include "fuzz/merge/selection.h"
#include "model/collector.h"
#include "model/subprocess.h"

namespace ouro {

// Signatures of unlawful programs of which one is kept; as many as a campaign keeps.
inline constexpr size_t kMaxUnlawful = 100;

// Functions that return a string return "" or "FILE: why".
class MergeState {
 public:
  // Makes the folders and takes over what earlier merges left; waits for nobody: another merge that
  // runs there is an error, and so is a result for another specimen. `out` is as the user wrote it.
  // REQUIRES, of all other functions but Start: this and Start returned "". It is called once.
  std::string Claim(const std::string& out, const Specimen& specimen);
  // Reads the logs. If `layout`, of the code whose edges count, or our features are not those that
  // the logs are about, they begin anew, and *anew is true. Linear in their lengths.
  std::string Start(uint64_t layout, bool* anew);

  const std::string& work() const { return work_; }      // a real path
  const std::string& corpus() const { return corpus_; }  // a real path
  const Selection& selection() const { return selection_; }
  const ProgramSet& programs() const { return programs_; }

  // Whether this folder was done, and nothing was added or removed since. Real paths.
  bool IsDone(const std::string& folder) const;
  // When an entry was last added to or removed from a folder, in nanoseconds; 0: nobody knows.
  static uint64_t ChangeOf(const std::string& folder);
  // Logs that the folder was read to its end, as it was at `change`. A change that was moments ago
  // may hide another one within the resolution of clocks, so that is not logged, and the folder is
  // listed again the next time.
  std::string Done(const std::string& folder, uint64_t change);

  // Takes over what the programs of `files`, at real paths, did.
  std::string Commit(const std::vector<std::string>& files, const MergeOutcome& outcome);

  // Returns "" or that selected programs are missing: somebody removed them, or a merge was killed
  // and the folder that it was reading was not given again.
  std::string Check() const;

 private:
  using Texts = std::map<uint64_t, std::string>;  // programs by hash

  std::string Path(const char* name) const { return work_ + "/" + name; }
  std::string File(uint64_t hash) const { return corpus_ + "/" + NameOf(hash); }
  std::string KeepUnlawful(const std::vector<std::string>& files, const MergeOutcome& outcome);
  void RemoveLosers();

  std::string out_;  // as the user wrote it
  std::string work_, corpus_;
  const Specimen* specimen_ = nullptr;
  UniqueFd lock_;
  AppendLog selected_, unlawful_log_, folders_;
  Selection selection_;
  ProgramSet programs_;
  std::set<uint64_t> written_;        // hashes of logged programs whose files may be in the corpus
  std::set<std::string> signatures_;  // of unlawful programs that are kept
  std::map<std::string, uint64_t> done_;  // folders by path
};

}  // namespace ouro

#endif  // FUZZ_MERGE_MERGE_STATE_H_
