// SPDX-License-Identifier: Apache-2.0

// Measurements of time and memory, taken so that neither disturbs the other.
//
// Place: below the workloads; knows nothing of heaps.

#ifndef COLLECTOR_BENCHMARK_MEASURE_H_
#define COLLECTOR_BENCHMARK_MEASURE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "collector/benchmark/suite.h"

namespace ouro::benchmarks {

// The CPU time of this thread in nanoseconds: unaffected by other processes.
double Now();

template <typename Work>
[[gnu::noinline]] double TimeOf(Work work) {
  const double start = Now();
  work();
  return Now() - start;
}

// The wall time in nanoseconds. About 40 times cheaper than Now.
double WallNow();

// The longest of many calls. For each it takes the lesser of two: the wall time of the call, which
// includes other processes; and the CPU time since the end of the previous call, which includes
// reading that clock, sometimes 100 us.
class Longest {
 public:
  template <typename Call>
  auto Time(Call call) {
    const double start = WallNow();
    auto answer = call();
    const double wall = WallNow() - start;
    const double now = Now();
    longest_ = std::max(longest_, std::min(wall, now - last_));
    last_ = now;
    return answer;
  }
  double nanoseconds() const { return longest_; }

 private:
  double last_ = Now();
  double longest_ = 0;
};

double Median(std::vector<double> values);

// The resident anonymous memory of this process, in bytes.
size_t ResidentBytes();

// Keeps the kernel from using pages of 2 MiB, to which memory would be rounded up. For callers of
// ResidentBytes.
void UseSmallPages();

// Runs `work` in a child process and returns its result, so that every case has fresh memory and a
// newly started peer. Exits if the child fails.
Result InChild(const std::function<Result()>& work);

// Exits with a message unless `condition` holds: otherwise a workload or a peer did not do its job,
// and its time means nothing.
void Expect(bool condition, const char* what);

// splitmix64: the same numbers for every peer.
class Random {
 public:
  uint64_t operator()(uint64_t limit) {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % limit;
  }

 private:
  uint64_t state_ = 1;
};

}  // namespace ouro::benchmarks

#endif  // COLLECTOR_BENCHMARK_MEASURE_H_
