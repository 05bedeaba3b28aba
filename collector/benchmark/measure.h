// A measurement is a time or an amount of memory, taken so that one does not disturb the other.
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

// The CPU time of this thread, in nanoseconds: what other processes do meanwhile does not count.
double Now();

template <typename Work>
double TimeOf(Work work) {
  const double start = Now();
  work();
  return Now() - start;
}

// The time of day, in nanoseconds. Some 40 times cheaper than Now.
double WallNow();

// The longest of many calls. For each, whichever is less: the wall time of the call, which has in
// it what other processes did meanwhile; or the CPU time since the end of the last call, which has
// in it what reading that clock takes, at times 100 us.
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

// What this process has in memory and shares with no file, in bytes.
size_t ResidentBytes();

// Keeps the kernel from backing this process by pages of 2 MiB, which would round its memory up to
// them. For those who call ResidentBytes.
void UseSmallPages();

// Runs `work` in a process of its own and answers what it answered: so that every case finds fresh
// memory and a peer that was just started. Ends this process if that one fails.
Result InChild(const std::function<Result()>& work);

// Ends the process, with a message, if `condition` does not hold: a workload or a peer did not do
// what it claims, and its time means nothing.
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
