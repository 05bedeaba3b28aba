// SPDX-License-Identifier: Apache-2.0

// Known programs are programs whose files may say in their heads which specimens they convict, and
// of what (corpus/head.h).
//
// Place: for `ouro replay`, on all specimens, and `ouro ci`, on one.

#ifndef FUZZ_OURO_KNOWN_PROGRAMS_H_
#define FUZZ_OURO_KNOWN_PROGRAMS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "corpus/head.h"
#include "fuzz/files.h"
#include "model/collector.h"
#include "model/trial.h"

namespace ouro {

class KnownPrograms {
 public:
  // Adds those of all files and folders. Returns "" or what is wrong with a file or its head.
  std::string Read(const std::vector<std::string>& files);

  const std::vector<ProgramFile>& files() const { return files_; }

  // Receives what became of files()[index].
  using Each = std::function<void(size_t index, const Verdict& verdict, const std::string& trace,
                                  const Judgement& judgement)>;
  // Runs all on a specimen, as Runner::RunAll. A known bug that is not found is looked for again,
  // alone. Returns how many ran: fewer where an Interruptible has caught a signal.
  size_t RunOn(const Specimen& specimen, const Each& each) const;

 private:
  std::vector<ProgramFile> files_;
  std::vector<Program> programs_;            // of them
  std::vector<std::vector<KnownBug>> bugs_;  // of each
};

}  // namespace ouro

#endif  // FUZZ_OURO_KNOWN_PROGRAMS_H_
