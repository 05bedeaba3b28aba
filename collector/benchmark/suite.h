// A suite is the list of cases to be measured: every workload of every peer, with what it answered.
//
// Place: between the workloads, which fill it, and main.cc, which has Google Benchmark run it. A
// peer is whoever takes part: our heap, other people's collectors, and `floor`, the least code that
// could do the job.

#ifndef COLLECTOR_BENCHMARK_SUITE_H_
#define COLLECTOR_BENCHMARK_SUITE_H_

#include <cstddef>
#include <string>
#include <vector>

namespace ouro::benchmarks {

// What a case is to do.
struct Scale {
  size_t n;        // nodes
  size_t garbage;  // nodes that W4 and W4b make and let go of in each run
  int runs;        // the median of this many is answered
};

// What was measured; 0 is what the case does not measure.
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
  std::vector<std::string> peers;   // that take part
  std::vector<std::string> absent;  // "lua (liblua5.4-dev)": that cannot
};

// In the order in which they are run and shown.
inline constexpr const char* kWorkloads[] = {"W1", "W1s", "W2", "W3", "W4", "W4b", "W5", "memory"};

// Each adds its cases, or says that its peer is not here. One file each.
void AddFloor(Suite& suite);
void AddOptimized(Suite& suite);
void AddCPython(Suite& suite);
void AddLua(Suite& suite);
void AddBoehm(Suite& suite);

}  // namespace ouro::benchmarks

#endif  // COLLECTOR_BENCHMARK_SUITE_H_
