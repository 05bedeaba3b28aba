// SPDX-License-Identifier: Apache-2.0

#include "fuzz/bench/machine.h"

#include <sched.h>
#include <time.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>

namespace ouro {
namespace {

double ProcessorMilliseconds() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

std::string ProcessorName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const size_t value = line.find(": ");
    if (line.starts_with("model name") && value != std::string::npos) return line.substr(value + 2);
  }
  return "unknown processor";
}

}  // namespace

Machine ThisMachine() {
  Machine machine;
  machine.name = ProcessorName();
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) machine.processors = CPU_COUNT(&set);
  double loads[1] = {};
  if (getloadavg(loads, 1) == 1) machine.load = loads[0];
  return machine;
}

double TimeArithmetic() {
  constexpr int kSteps = 4'000'000;  // some ten milliseconds: each waits for the one before
  const double begin = ProcessorMilliseconds();
  uint64_t x = 1;
  for (int i = 0; i < kSteps; ++i) x = x * 6364136223846793005U + (x >> 33);
  volatile uint64_t result = x;  // or the compiler would leave the loop out
  static_cast<void>(result);
  return ProcessorMilliseconds() - begin;
}

}  // namespace ouro
