// SPDX-License-Identifier: Apache-2.0

// The benchmark measures the cost of collectors: ours, third-party ones, and the floor below them.
//
//   bazel run -c opt //collector:benchmark [-- --benchmark_filter=W1/]
//
// Place: the program; suite.h has the cases. It prints one table. With --benchmark_format=json (or
// console, csv) it prints Google Benchmark's output, where a case is named "W1/cpython/1000000" and
// its results are counters. The times beside them are those of whole cases, set-up included, and
// mean nothing. `--smoke` runs everything on a few nodes, as a test.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "collector/benchmark/measure.h"
#include "collector/benchmark/suite.h"
#include "collector/benchmark/table.h"

namespace ouro::benchmarks {
namespace {

std::vector<Scale> Scales(bool smoke) {
  if (smoke) return {{.n = 1000, .garbage = 20'000, .runs = 5}};
  return {{.n = 10'000, .garbage = 100'000, .runs = 51},
          {.n = 100'000, .garbage = 100'000, .runs = 11},
          {.n = 1'000'000, .garbage = 1'000'000, .runs = 5}};
}

void Run(benchmark::State& state, const Case& todo, const Scale& scale, const std::string& name) {
  Result result;
  for (auto _ : state) result = InChild([&] { return todo.run(scale); });
  std::string progress = name;
  const auto count = [&](const char* counter, double value) {
    if (value == 0) return;
    state.counters[counter] = value;
    char text[64];
    std::snprintf(text, sizeof(text), "  %s %.1f", counter, value);
    progress += text;
  };
  count("ns_per_object", result.ns_per_object);
  count("max_pause_us", result.max_pause_us);
  count("bytes_per_object", result.bytes_per_object);
  std::fprintf(stderr, "%s\n", progress.c_str());
}

// Peers that are compared run one right after the other: the machine may be slower later.
void Register(const Suite& suite, const std::vector<Scale>& scales) {
  for (const char* workload : kWorkloads) {
    for (const Scale& scale : scales) {
      for (const Case& todo : suite.cases) {
        if (todo.workload != workload) continue;
        const std::string name = todo.workload + "/" + todo.peer + "/" + std::to_string(scale.n);
        benchmark::RegisterBenchmark(
            name.c_str(), [&todo, scale, name](auto& state) { Run(state, todo, scale, name); });
      }
    }
  }
}

// Removes `flag` from the arguments. Returns whether it was there.
bool TakeFlag(std::vector<char*>& arguments, const char* flag) {
  const auto end = std::remove_if(arguments.begin(), arguments.end(),
                                  [&](char* text) { return std::strcmp(text, flag) == 0; });
  const bool found = end != arguments.end();
  arguments.erase(end, arguments.end());
  return found;
}

bool AsksForFormat(const std::vector<char*>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const char* text) {
    return std::string(text).rfind("--benchmark_format", 0) == 0;
  });
}

int Main(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  const bool smoke = TakeFlag(arguments, "--smoke");
  const bool table = !AsksForFormat(arguments);
  // Cases repeat themselves, so Google Benchmark must not. Setting that per case would change its
  // name.
  char once[] = "--benchmark_min_time=0";
  arguments.insert(arguments.begin() + 1, once);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;

#ifndef NDEBUG
  if (!smoke) std::fputs("benchmark: built with assertions; bazel run -c opt has none\n", stderr);
#endif

  Suite suite;
  AddFloor(suite);
  AddOptimized(suite);
  AddCPython(suite);
  AddLua(suite);
  AddBoehm(suite);
  for (const std::string& peer : suite.absent) {
    std::fprintf(stderr, "not here: %s\n", peer.c_str());
  }
  Register(suite, Scales(smoke));
  Table shown(suite);
  const size_t cases = benchmark::RunSpecifiedBenchmarks(table ? &shown : nullptr);
  benchmark::Shutdown();
  return cases == 0 ? 1 : 0;  // a filter that fits none of them
}

}  // namespace
}  // namespace ouro::benchmarks

int main(int argc, char** argv) { return ouro::benchmarks::Main(argc, argv); }
