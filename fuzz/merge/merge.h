// SPDX-License-Identifier: Apache-2.0

// A merge joins the folders of campaigns into one: of their corpora it keeps, for each feature, the
// smallest program that reaches it, and of their findings, for each specimen and signature, the
// smallest.
//
// Place: for `ouro merge`. The result is the folder of a campaign, which may be merged in turn, and
// in which campaigns may run. Its corpus is the merge's: a program that was selected, and no longer
// is, is removed.
//
// A merge can be killed at any moment; the same one goes on where it was. What it has read of a
// folder it does not read again: a program is known by its name, which is that of its contents, and
// a folder in which nothing was added or removed is not even listed. So a merge takes time for new
// programs alone, and memory for one folder's names besides the state (program_set.h).

#ifndef FUZZ_MERGE_MERGE_H_
#define FUZZ_MERGE_MERGE_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "model/collector.h"

namespace ouro {

struct MergeNumbers {
  size_t folders = 0;    // that were given, each once
  size_t unchanged = 0;  // of them: not listed
  size_t files = 0;      // in the corpora of the others
  size_t known = 0;      // of them: their programs were run before
  size_t unlawful = 0;   // programs that this merge ran
  size_t refused = 0;    // files that are left out
  size_t features = 0;   // that are reached
  size_t selected = 0;   // programs that reach all of them
  size_t programs = 0;   // that were run, in all merges, those with other names excepted
  size_t findings = 0;   // in the result
};

struct MergeFolders {
  std::string out;
  std::vector<std::string> folders;
  size_t workers = 0;  // 0: one for each processor
  // Called now and then with a line on how far it is.
  std::function<void(const std::string& line)> progress;
  // Called with what the user should know: "FILE: line 7: why" for each file that is left out. Its
  // folder is read again the next time.
  std::function<void(const std::string& line)> say;
};

// Merges. Folders are taken in the order of their names. Returns "" or why it ended, and then the
// next merge goes on from there. A folder that is not one of a campaign is an error before anything
// is done. REQUIRES: both functions of `merge` are set.
std::string Merge(const Specimen& specimen, const MergeFolders& merge, MergeNumbers* numbers);

}  // namespace ouro

#endif  // FUZZ_MERGE_MERGE_H_
