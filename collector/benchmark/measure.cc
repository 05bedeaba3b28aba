// SPDX-License-Identifier: Apache-2.0

#include "collector/benchmark/measure.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace ouro::benchmarks {

namespace {

double Read(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

}  // namespace

double Now() { return Read(CLOCK_THREAD_CPUTIME_ID); }

double WallNow() { return Read(CLOCK_MONOTONIC); }

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

size_t ResidentBytes() {
  // Not /proc/self/statm, whose error is up to some 64 pages per CPU: as much as 10^4 nodes need.
  std::ifstream rollup("/proc/self/smaps_rollup");
  std::string line;
  size_t kib = 0;
  while (std::getline(rollup, line)) {
    if (std::sscanf(line.c_str(), "Anonymous: %zu kB", &kib) == 1) return kib * 1024;
  }
  Expect(false, "/proc/self/smaps_rollup tells the resident memory");
  return 0;
}

void UseSmallPages() { prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); }

Result InChild(const std::function<Result()>& work) {
  int ends[2];
  Expect(pipe(ends) == 0, "pipe");
  const pid_t child = fork();
  Expect(child >= 0, "fork");
  if (child == 0) {
    const Result result = work();
    const bool written = write(ends[1], &result, sizeof(result)) == sizeof(result);
    // Skips destructors of static objects and exit functions, which belong to the parent.
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  Result result;
  const bool complete = read(ends[0], &result, sizeof(result)) == sizeof(result);
  close(ends[0]);
  int status = 0;
  Expect(waitpid(child, &status, 0) == child && status == 0 && complete,
         "the process that measures ends well");
  return result;
}

void Expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "benchmark: does not hold: %s\n", what);
  std::abort();
}

}  // namespace ouro::benchmarks
