// SPDX-License-Identifier: Apache-2.0

// `ouro enumerate`: all programs within bounds, on several threads, in child processes. Where exact
// rules predict what a program leaves, those that a lawful collector can tell apart; else, or if it
// is asked for, literally all: then each thread enumerates all of them, which is cheap, and runs
// every n-th batch.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fuzz/interrupt.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/isolate.h"
#include "model/trial.h"
#include "properties/explore/explore.h"

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kBatch = 20'000;      // programs for one child process
constexpr size_t kMaxSignatures = 20;  // more would not be read

class Search {
 public:
  Search(const Specimen& specimen, const EnumerateArguments& arguments)
      : specimen_(specimen), arguments_(arguments) {}

  int Run() {
    const Interruptible interruptible;
    int workers = arguments_.workers;
    if (workers == 0) workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    std::vector<std::thread> threads;
    if (merges()) {
      threads.emplace_back([this, workers] {
        explored_ = Reduced(workers);
        ++ended_;
      });
    }
    for (int i = 0; i < workers && !merges(); ++i) {
      threads.emplace_back([this, i, workers] {
        Work(static_cast<size_t>(i), static_cast<size_t>(workers));
        ++ended_;
      });
    }
    while (ended_.load() < static_cast<int>(threads.size())) Show();
    for (std::thread& thread : threads) thread.join();
    line_.Clear();
    return Conclude(workers);
  }

 private:
  // The number of a batch, and the place in it: the same with any number of workers.
  using Place = std::pair<uint64_t, size_t>;

  struct Hit {
    Program program;
    Place place;
    std::string report;
    size_t programs = 0;
  };

  double Seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }
  bool Over() const {
    return Interruptible::Interrupted() || Seconds() >= arguments_.seconds || full_.load();
  }

  // Whether programs that leave the same are run once.
  bool merges() const { return !arguments_.plain && specimen_.contract->exact() != nullptr; }

  Explored Reduced(int workers) {
    const ExploreOptions options = {.bounds = arguments_.bounds,
                                    .memory = {.deeds = arguments_.history >= 1,
                                               .pasts = std::min(arguments_.history, 2),
                                               .operations = std::max(arguments_.history - 2, 0)},
                                    .commutation = arguments_.commutation,
                                    .workers = workers,
                                    .stop = [this] { return Over(); }};
    return Explore(
        *specimen_.contract->exact(), options,
        [this](uint64_t number, const std::vector<Program>& programs) { Try(programs, number); });
  }

  void Work(size_t number, size_t workers) {
    std::vector<Program> batch;
    size_t batches = 0;  // complete ones, of all threads
    size_t skipped = 0;
    const bool finished = Over() || Enumerate(arguments_.bounds, [&](const Program& program) {
                                      if (batches % workers == number) {
                                        batch.push_back(program);
                                      } else {
                                        ++skipped;
                                      }
                                      if (batch.size() + skipped < kBatch) return true;
                                      if (!batch.empty()) Try(batch, batches);
                                      batch.clear();
                                      skipped = 0;
                                      ++batches;
                                      return !Over();
                                    }) > 0;
    if (finished && !Over()) Try(batch, batches);
  }

  // Finds all unlawful programs of the batch, not only the first.
  void Try(const std::vector<Program>& batch, uint64_t number) {
    if (arguments_.count_only) {
      tried_ += batch.size();
      return;
    }
    std::vector<Program> rest = batch;
    Isolation isolation;
    isolation.stop = [this] { return Over(); };
    while (!rest.empty() && !Over()) {
      const size_t found = FindIsolated(rest, kAnySignature, specimen_, isolation);
      tried_ += std::min(found + 1, rest.size());
      if (found == rest.size()) return;
      Note(rest[found], {number, batch.size() - rest.size() + found});
      rest.erase(rest.begin(), rest.begin() + static_cast<ptrdiff_t>(found) + 1);
    }
  }

  void Note(const Program& program, Place place) {
    std::string transcript;
    const Verdict verdict = TryIsolated(program, specimen_, Isolation{}, &transcript);
    const std::string signature =
        verdict.lawful() ? "unlawful only after other programs" : verdict.signature();
    const std::lock_guard lock(mutex_);
    Hit& hit = hits_[signature];
    if (++hit.programs == 1 || place < hit.place) {
      hit.place = place;
      hit.program = program;
      hit.report = Report(specimen_, verdict, transcript);
    }
    if (arguments_.stop_on_first || hits_.size() >= kMaxSignatures) full_.store(true);
  }

  void Show() {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    line_.Show(fmt::format("{:.0f} s: {} programs, {:.0f}/s", Seconds(), tried_.load(),
                           static_cast<double>(tried_.load()) / Seconds()));
  }

  int Conclude(int workers) {
    for (const auto& [signature, hit] : hits_) {
      fmt::print("{}{}\n", Painted(hit.report, stdout), Print(hit.program));
    }
    const bool stopped = Over() || explored_.full;
    std::string words = PaintedWord(hits_.empty() ? "lawful" : "UNLAWFUL", hits_.empty(), stdout);
    if (arguments_.count_only) words = "counted";
    fmt::print("{} {} programs of {}{} operations on {}, {} {} in {:.1f} s: {}\n",
               stopped ? "the first" : "all", tried_.load(), merges() ? "up to " : "",
               arguments_.bounds.operations, specimen_.name, workers,
               workers == 1 ? "worker" : "workers", Seconds(), words);
    for (const auto& [signature, hit] : hits_) fmt::print("  {} x {}\n", hit.programs, signature);
    if (merges()) PrintCuts();
    return hits_.empty() ? 0 : 1;
  }

  void PrintCuts() const {
    const Explored& e = explored_;
    fmt::print("  states after 0, 1, ... operations: {}\n", fmt::join(e.states, ", "));
    fmt::print(
        "  not followed: {} operations that differ in names from another one, {} that commute "
        "with the one before,\n    {} that end in a state that was met before, {} that then, "
        "or at the end, show nothing\n",
        e.by_symmetry, e.by_commutation, e.by_state, e.quiet);
    if (e.full) {
      fmt::print("  there are more than {} states, which is the bound: try fewer operations\n",
                 ExploreOptions{}.max_states);
    }
  }

  const Specimen& specimen_;
  const EnumerateArguments& arguments_;
  const Clock::time_point begin_ = Clock::now();
  StatusLine line_;
  std::atomic<uint64_t> tried_ = 0;
  std::atomic<int> ended_ = 0;
  std::atomic<bool> full_ = false;
  std::mutex mutex_;
  std::map<std::string, Hit> hits_;  // by signature
  Explored explored_;                // if it merges
};

}  // namespace

std::string EnumerateCommand(const EnumerateArguments& arguments, int* exit_code) {
  Specimen specimen;
  if (std::string error = FindChosen(arguments.choice, &specimen); !error.empty()) return error;
  *exit_code = Search(specimen, arguments).Run();
  return "";
}

}  // namespace ouro
