// SPDX-License-Identifier: Apache-2.0

// A suite is the list of cases to measure: every workload of every peer, with its results.
//
// Place: between the workloads, which fill it, and main.cc, which runs it by Google Benchmark. A
// peer is a participant: our heap, third-party collectors, and `floor`, the least code that could
// do the job.

#ifndef COLLECTOR_BENCHMARK_SUITE_H_
#define COLLECTOR_BENCHMARK_SUITE_H_

#include <cstddef>
#include <string>
#include <vector>

namespace ouro::benchmarks {

// The parameters of a case.
struct Scale {
  size_t n;        // nodes
  size_t garbage;  // nodes that W4 and W4b make and release in each run
  int runs;        // the result is the median of this many
};

// Measurements; 0 for what a case does not measure.
struct Result {
  double ns_per_object = 0;
  double max_pause_us = 0;  // the longest that one allocation took
  double bytes_per_object = 0;
};

struct Case {
  std::string workload;
  std::string peer;
  Result (*run)(const Scale&);
};

struct Suite {
  std::vector<Case> cases;
  std::vector<std::string> peers;   // that participate
  std::vector<std::string> absent;  // "lua (liblua5.4-dev)": not installed
};

// In the order in which they run and are shown.
inline constexpr const char* kWorkloads[] = {"W1", "W1s", "W2", "W3", "W4", "W4b", "W5", "memory"};

// Each adds its cases, or its peer to `absent`. One file each.
void AddFloor(Suite& suite);
void AddOptimized(Suite& suite);
void AddCPython(Suite& suite);
void AddLua(Suite& suite);
void AddBoehm(Suite& suite);

}  // namespace ouro::benchmarks

#endif  // COLLECTOR_BENCHMARK_SUITE_H_
