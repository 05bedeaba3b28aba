// SPDX-License-Identifier: Apache-2.0

#include "fuzz/runner.h"

#include <algorithm>
#include <cstddef>

#include "fuzz/interrupt.h"
#include "model/check.h"

namespace ouro {
namespace {

// How many programs a child process runs before each() hears of them: a fork of this process costs
// milliseconds, a program microseconds, and a progress line that stands still for long is none.
constexpr size_t kBatch = 128;

// Whether what a lawful collector does in a program is due to that program alone. Exact rules fix
// every event; a Lua and a Duktape have no state but their own. Other engines have one heap for the
// process, whose past may decide how much of it a collection looks at.
bool OwesNothingToOthers(const Contract& contract) {
  return contract.exact() != nullptr || &contract == &kLua || &contract == &kDuktape;
}

}  // namespace

Runner::Runner(const Specimen& specimen, Limits limits, bool in_process) : specimen_(specimen) {
  isolation_.limits = limits;
  if (!specimen.in_process || in_process) trial_ = std::make_unique<Trial>(specimen, limits);
}

Verdict Runner::Run(const Program& program, std::string* transcript) {
  if (trial_ != nullptr) return trial_->Run(program, transcript);
  return TryIsolated(program, specimen_, isolation_, transcript);
}

Runner::Series::Series(Runner& runner, std::span<const Program> programs)
    : runner_(runner), programs_(programs) {
  if (runner.trial_ != nullptr) return;
  isolated_.emplace(programs, runner.specimen_, runner.isolation_, /*transcripts=*/true,
                    OwesNothingToOthers(*runner.specimen_.contract) ? IsolatedRuns::kMost : 1);
}

Verdict Runner::Series::Next(std::string* transcript) {
  if (isolated_) return isolated_->Next(transcript);
  CHECK(next_ < programs_.size());
  return runner_.Run(programs_[next_++], transcript);
}

void Runner::RunAll(const std::vector<Program>& programs, const Each& each) {
  const auto run = [&](size_t index) {
    std::string trace;
    const Verdict verdict = Run(programs[index], &trace);
    each(index, verdict, trace);
  };
  for (size_t next = 0; next < programs.size() && !Interruptible::Interrupted();) {
    const size_t end = std::min(next + kBatch, programs.size());
    if (trial_ != nullptr || end - next == 1) {
      run(next++);
      continue;
    }
    const std::vector<Program> batch(programs.begin() + static_cast<ptrdiff_t>(next),
                                     programs.begin() + static_cast<ptrdiff_t>(end));
    const size_t found = next + FindIsolated(batch, kAnySignature, specimen_, isolation_);
    for (; next < found; ++next) each(next, Verdict{}, "");
    if (found == end) continue;
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
