// SPDX-License-Identifier: Apache-2.0

#include "fuzz/power/search.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "fuzz/campaign/finding.h"
#include "fuzz/campaign/look_inside.h"
#include "fuzz/campaign/supervisor.h"
#include "fuzz/campaign/worker_slot.h"
#include "fuzz/files.h"
#include "model/isolate.h"

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kHangMs = 2000;   // a program takes microseconds
constexpr int kMaxWaitMs = 50;  // between looks at the worker, if it sends nothing

class Searcher {
 public:
  Searcher(const Specimen& mutant, const SearchOptions& options, Attempt* attempt)
      : mutant_(mutant),
        options_(options),
        attempt_(*attempt),
        hang_ms_(std::min(kHangMs, options.seconds * 1000 / 2)),
        supervisor_(mutant_, {.engines = {attempt->engine},
                              .workers = 1,
                              .seed = attempt->seed,
                              .saveall_in_scripts = true,  // most are mutants of our heap
                              .weights = options.weights,
                              .hang_ms = hang_ms_,
                              .fuzzer = options.fuzzer,
                              .fuzzer_seconds = 0,
                              .max_bad_starts = 1}) {}

  std::string Run() {
    std::string error = Open();
    begin_ = Clock::now();
    while (error.empty() && !attempt_.found && Seconds() < options_.seconds && !Stopped()) {
      error = supervisor_.Tend();
      if (candidate_) Confirm();
      if (error.empty() && !attempt_.found) Wait();
    }
    attempt_.found = attempt_.found && attempt_.seconds <= options_.seconds;
    if (attempt_.found) return error;
    attempt_.signature.clear();
    attempt_.programs = slots_.size() > 0 ? slots_[kOnlyWorker].programs.load() : 0;
    attempt_.seconds = options_.seconds;
    return error;
  }

 private:
  double Seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }
  bool Stopped() const { return options_.stop && options_.stop(); }

  // Returns "" or why the engine cannot run.
  std::string Open() {
    if (std::string error = supervisor_.Choose(); !error.empty()) return error;
    if (std::string error = slots_.OpenForOne(options_.work); !error.empty()) return error;
    supervisor_.Resume({.slots = &slots_,
                        .folder = options_.work,
                        .seed_inputs = [this] { return WriteFirstSeed(options_.work); }},
                       nullptr);
    supervisor_.Handle({.new_coverage = nullptr, .candidate = [this](const Candidate& candidate) {
                          if (candidate_) return;
                          candidate_ = candidate;
                          attempt_.seconds = Seconds();
                        }});
    return "";
  }

  void Wait() const {
    std::vector<pollfd> polled;
    supervisor_.Await(&polled);
    const int left = static_cast<int>((options_.seconds - Seconds()) * 1000) + 1;
    // No worker runs: the next Tend starts one.
    const int wait = polled.empty() ? 1 : std::clamp(left, 1, kMaxWaitMs);
    poll(polled.data(), polled.size(), wait);
  }

  // A conviction counts. What ended a worker is run again, alone, for its signature; if it is
  // lawful then, it counts unless it came from outside for the first time.
  void Confirm() {
    const Candidate candidate = *candidate_;
    candidate_.reset();
    attempt_.programs = candidate.index + 1;
    attempt_.signature = candidate.seen;
    attempt_.found = true;
    if (candidate.kind == Candidate::Kind::kConvicted) return;
    Isolation isolation;
    isolation.milliseconds = hang_ms_;
    isolation.limits.verify = LookFor(candidate.seen);
    const Verdict again = TryIsolated(candidate.program, mutant_, isolation);
    attempt_.signature = again.lawful() ? NotRepeatable(candidate.seen) : again.signature();
    if (again.lawful() && candidate.from_outside) attempt_.found = ++not_reproduced_ > 1;
  }

  const Specimen mutant_;
  const SearchOptions& options_;
  Attempt& attempt_;
  const int hang_ms_;
  WorkerSlots slots_;
  Supervisor supervisor_;
  std::optional<Candidate> candidate_;  // that waits for Confirm
  int not_reproduced_ = 0;              // candidates from outside that were lawful alone
  Clock::time_point begin_;
};

}  // namespace

std::string Search(const Specimen& mutant, const SearchOptions& options, Attempt* attempt) {
  return Searcher(mutant, options, attempt).Run();
}

}  // namespace ouro
