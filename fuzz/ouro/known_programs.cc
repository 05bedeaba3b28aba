// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/known_programs.h"

#include <fmt/format.h>

#include "fuzz/runner.h"

namespace ouro {

std::string KnownPrograms::Read(const std::vector<std::string>& files) {
  if (std::string error = ReadPrograms(files, &files_); !error.empty()) return error;
  for (const ProgramFile& file : files_) {
    programs_.push_back(file.program);
    bugs_.emplace_back();
    const std::string error = ReadKnownBugs(file.head, &bugs_.back());
    if (!error.empty()) return fmt::format("{}: {}", file.file, error);
  }
  return "";
}

size_t KnownPrograms::RunOn(const Specimen& specimen, const Each& each) const {
  size_t ran = 0;
  Runner(specimen).RunAll(programs_, [&](size_t i, Verdict verdict, std::string trace) {
    ++ran;
    Judgement judgement = Weigh(verdict, bugs_[i], specimen);
    if (judgement.kind == Judgement::Kind::kMissed) {  // perhaps because of the programs before it
      verdict = Runner(specimen).Run(programs_[i], &trace);
      judgement = Weigh(verdict, bugs_[i], specimen);
    }
    each(i, verdict, trace, judgement);
  });
  return ran;
}

}  // namespace ouro
