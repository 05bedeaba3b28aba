// SPDX-License-Identifier: Apache-2.0

// `ouro growth`: a table of how a collector's work grows with the heap. Each workload runs in a
// subprocess, as one that recurses may crash.

#include <fmt/format.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "fuzz/growth/growth.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/status_line.h"
#include "model/isolate.h"
#include "model/subprocess.h"

namespace ouro {
namespace {

constexpr std::chrono::seconds kPatience(120);  // for one workload

// The row of a workload: of its sizes and times, or of how it failed.
struct Outcome {
  Growth growth;
  std::string trouble;
};

std::string Send(const Growth& growth) {
  return fmt::format("{} {} {} {} {}\n", growth.size, growth.small_ms, growth.large_ms,
                     growth.factor, int{growth.excessive});
}

bool Receive(const std::string& line, Growth* growth) {
  int excessive = 0;
  const int read = std::sscanf(line.c_str(), "%d %lf %lf %lf %d", &growth->size, &growth->small_ms,
                               &growth->large_ms, &growth->factor, &excessive);
  growth->excessive = excessive != 0;
  return read == 5;
}

Outcome GrowApart(const Specimen& specimen, const Workload& workload) {
  Subprocess process;
  const std::string refused = process.Start({.run = [&](int channel) {
    std::string broken;
    const Growth growth = Grow([&](int size) {
      const double seconds = TimeOf(specimen, workload, size, &broken);
      return broken.empty() ? seconds : -1;
    });
    WriteAll(channel, growth.size > 0 ? Send(growth) : "broken: " + broken + "\n");
  }});
  if (!refused.empty()) return {.growth = {}, .trouble = refused};
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!process.Ended() && std::chrono::steady_clock::now() < end) {
    std::vector<pollfd> polled;
    process.Await(&polled);
    constexpr int kTurnMs = 100;
    poll(polled.data(), polled.size(), kTurnMs);
    process.Read();
  }
  process.Read();
  const bool late = process.running();
  const int status = process.Kill();
  Outcome outcome;
  if (late) {
    outcome.trouble = fmt::format("took more than {} s", kPatience.count());
  } else if (!WIFEXITED(status)) {
    outcome.trouble = VerdictOfDeath(status, process.words()).trouble;
  } else if (!Receive(process.inbox(), &outcome.growth)) {
    outcome.trouble = process.inbox().substr(0, process.inbox().find('\n'));
  }
  return outcome;
}

void PrintRow(const Workload& workload, const Outcome& outcome) {
  if (!outcome.trouble.empty()) {
    fmt::print("| {} | | | | {} |\n", workload.name, outcome.trouble);
    return;
  }
  const Growth& growth = outcome.growth;
  fmt::print("| {} | {} | {:.3g} ms | {:.3g} ms | {:.1f}{} |\n", workload.name, growth.size,
             growth.small_ms, growth.large_ms, growth.factor,
             growth.excessive ? ", beyond n log n" : "");
}

}  // namespace

std::string GrowthCommand(const GrowthArguments& arguments, int* exit_code) {
  Specimen specimen;
  std::string error = FindChosen(arguments.choice, &specimen);
  if (!error.empty()) return error;
  fmt::print("| {} | objects | a quarter of them | all | growth; 4 is linear, 16 quadratic |\n",
             specimen.name);
  fmt::print("|---|---|---|---|---|\n");
  StatusLine status;
  bool excessive = false;
  for (const Workload& workload : Workloads()) {
    if ((workload.abilities & ~specimen.abilities) != 0) continue;
    status.Show(workload.name);
    const Outcome outcome = GrowApart(specimen, workload);
    status.Clear();
    PrintRow(workload, outcome);
    std::fflush(stdout);
    excessive = excessive || outcome.growth.excessive || !outcome.trouble.empty();
  }
  *exit_code = excessive ? 1 : 0;
  return "";
}

}  // namespace ouro
