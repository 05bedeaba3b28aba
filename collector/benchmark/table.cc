// SPDX-License-Identifier: Apache-2.0

#include "collector/benchmark/table.h"

#include <fmt/format.h>

#include <cstdio>

namespace ouro::benchmarks {
namespace {

// Goals of our heap at 10^4, 10^5 and 10^6 nodes, or 0 for none. Ratios to CPython in the same run,
// because machines differ; memory is in bytes, because for that they do not.
struct Goal {
  const char* workload;
  const char* counter;
  double limits[3];
  bool ratio = true;
};
constexpr Goal kGoals[] = {
    {"W1", "ns_per_object", {0.28, 0.31, 0.15}},
    {"W1s", "ns_per_object", {0.22, 0.11, 0.05}},
    {"W2", "ns_per_object", {0.24, 0.24, 0.24}},
    {"W3", "ns_per_object", {0.30, 0.30, 0.30}},
    {"W4", "ns_per_object", {0.22, 0.22, 0.22}},
    {"W4b", "ns_per_object", {0.32, 0.32, 0.32}},
    {"W4b", "max_pause_us", {0.1, 0.1, 0.1}},
    {"W5", "ns_per_object", {0, 0, 0.25}},
    {"memory", "bytes_per_object", {40, 40, 40}, false},
};
constexpr size_t kSizes[] = {10'000, 100'000, 1'000'000};

// In display order, with the text after the workload's name.
struct Counter {
  const char* name;
  const char* label;
};
constexpr Counter kCounters[] = {
    {"ns_per_object", ""}, {"max_pause_us", " pause, us"}, {"bytes_per_object", ", bytes"}};

std::string Key(const std::string& workload, const std::string& counter) {
  return workload + " " + counter;
}

const Goal* GoalOf(const std::string& workload, const std::string& counter) {
  for (const Goal& goal : kGoals) {
    if (workload == goal.workload && counter == goal.counter) return &goal;
  }
  return nullptr;
}

double LimitOf(const Goal& goal, size_t n) {
  for (size_t i = 0; i < std::size(kSizes); ++i) {
    if (n == kSizes[i]) return goal.limits[i];
  }
  return 0;
}

// Splits "W1/lua/10000"; false if it has another form.
bool Parse(const std::string& name, std::string& workload, std::string& peer, size_t& n) {
  const size_t first = name.find('/');
  const size_t last = name.rfind('/');
  if (first == std::string::npos || first == last) return false;
  workload = name.substr(0, first);
  peer = name.substr(first + 1, last - first - 1);
  return std::sscanf(name.c_str() + last, "/%zu", &n) == 1;
}

// Whether a run has no result. Google Benchmark 1.8 has renamed what says so.
template <typename Run>
bool Failed(const Run& run) {
  if constexpr (requires { run.error_occurred; }) {
    return run.error_occurred;
  } else {
    return run.skipped != 0;
  }
}

}  // namespace

void Table::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    std::string workload, peer;
    size_t n = 0;
    if (Failed(run) || !Parse(run.run_name.function_name, workload, peer, n)) continue;
    for (const auto& [counter, value] : run.counters) {
      rows_[Key(workload, counter)][n][peer] = value.value;
    }
  }
}

std::string Table::Head() const {
  std::string head = fmt::format("{:<16}{:>9}", "ns per object", "objects");
  for (const std::string& peer : suite_.peers) head += fmt::format("{:>11}", peer);
  return head + fmt::format("{:>13}{:>7}\n", "opt/cpython", "goal");
}

std::string Table::Line(const std::string& workload, const std::string& counter, size_t n,
                        const Row& row) const {
  std::string line = fmt::format("{:>9}", n);
  for (const std::string& peer : suite_.peers) {
    const auto cell = row.find(peer);
    line += cell == row.end() ? fmt::format("{:>11}", "-") : fmt::format("{:>11.1f}", cell->second);
  }
  const auto ours = row.find("optimized");
  const auto theirs = row.find("cpython");
  const bool compared = ours != row.end() && theirs != row.end() && theirs->second > 0;
  const double ratio = compared ? ours->second / theirs->second : 0;
  line += compared ? fmt::format("{:>13.3f}", ratio) : fmt::format("{:>13}", "-");

  const Goal* goal = GoalOf(workload, counter);
  const double limit = goal == nullptr ? 0 : LimitOf(*goal, n);
  if (limit == 0) return line + "\n";
  line += fmt::format("{:>7}", limit);
  if (goal->ratio ? !compared : ours == row.end()) return line + "\n";
  return line + ((goal->ratio ? ratio : ours->second) <= limit ? "  met\n" : "  missed\n");
}

void Table::Finalize() {
  std::string text = Head();
  for (const char* workload : kWorkloads) {
    for (const Counter& counter : kCounters) {
      std::string label = std::string(workload) + counter.label;
      const auto rows = rows_.find(Key(workload, counter.name));
      if (rows == rows_.end()) continue;
      for (const auto& [n, row] : rows->second) {
        text += fmt::format("{:<16}", label) + Line(workload, counter.name, n, row);
        label.clear();
      }
    }
  }
  for (const std::string& peer : suite_.absent) text += "not here: " + peer + "\n";
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace ouro::benchmarks
