// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/runner.h"

#include <cstddef>

namespace ouro {

Runner::Runner(const Specimen& specimen, Limits limits, bool in_process) : specimen_(specimen) {
  isolation_.limits = limits;
  if (!specimen.in_process || in_process) trial_ = std::make_unique<Trial>(specimen, limits);
}

Verdict Runner::Run(const Program& program, std::string* transcript) {
  if (trial_ != nullptr) return trial_->Run(program, transcript);
  return TryIsolated(program, specimen_, isolation_, transcript);
}

void Runner::RunAll(const std::vector<Program>& programs, const Each& each) {
  const auto run = [&](size_t index) {
    std::string trace;
    const Verdict verdict = Run(programs[index], &trace);
    each(index, verdict, trace);
  };
  for (size_t next = 0; next < programs.size();) {
    if (trial_ != nullptr) {
      run(next++);
      continue;
    }
    const std::vector<Program> rest(programs.begin() + static_cast<ptrdiff_t>(next),
                                    programs.end());
    const size_t found = next + FindIsolated(rest, kAnySignature, specimen_, isolation_);
    for (; next < found; ++next) each(next, Verdict{}, "");
    if (found == programs.size()) return;
    std::string trace;
    Verdict verdict = Run(programs[found], &trace);
    if (verdict.lawful()) {
      verdict.kind = Verdict::Kind::kBroken;
      verdict.trouble = "unlawful after the programs before it, lawful alone";
    }
    each(found, verdict, trace);
    next = found + 1;
  }
}

}  // namespace ouro
