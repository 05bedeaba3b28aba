// SPDX-License-Identifier: Apache-2.0

// Throughput: random programs and their operations per second, on the optimized collector alone,
// under the judge, and in all that a campaign does with a program. Alone and UnderTheJudge execute
// the same operations: those that trials of random programs without scripts executed. What a
// campaign does can be counted, one iteration, which does not depend on what else the machine does:
//
//   bazel run -c opt //fuzz/campaign:throughput
//   valgrind --tool=callgrind --toggle-collect='*AsInACampaign*' \
//       bazel-bin/fuzz/campaign/throughput --benchmark_filter=Campaign --benchmark_min_time=0.001
//
// Place: a benchmark of the trial loop. //collector:benchmark compares collectors.

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/specimens.h"
#include "fuzz/campaign/coverage.h"
#include "fuzz/campaign/look_inside.h"
#include "model/check.h"
#include "model/collector.h"
#include "model/judge/feature.h"
#include "model/program.h"
#include "model/trial.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

constexpr uint64_t kPrograms = 2000;

class Deaf : public Observer {
 public:
  ScriptEnd On(const Event&) override { return ScriptEnd::kReturned; }
  void Broken(const std::string&) override {}
};

// Records the operations that it passes on.
class Recorder : public Collector {
 public:
  Recorder(std::unique_ptr<Collector> inner, std::vector<Op>* ops)
      : inner_(std::move(inner)), ops_(ops) {}
  void Execute(const Op& op) override {
    ops_->push_back(op);
    inner_->Execute(op);
  }
  void Reset() override { inner_->Reset(); }

 private:
  const std::unique_ptr<Collector> inner_;
  std::vector<Op>* const ops_;
};

Specimen Optimized() {
  Specimen specimen;
  CHECK(FindSpecimen("optimized", &specimen).empty());
  return specimen;
}

// Finalizers and callbacks do nothing, so that all operations are those of main.
std::vector<Program> Programs() {
  std::vector<Program> programs;
  for (uint64_t i = 0; i < kPrograms; ++i) {
    programs.push_back(Generate(SeedOf(1, i)));
    programs.back().scripts.clear();
  }
  return programs;
}

// What a trial executes of each program: no void operations, and full registers are emptied first.
std::vector<std::vector<Op>> Executed() {
  std::vector<Op> ops;
  Specimen recorded = Optimized();
  recorded.make = [&ops, make = recorded.make](Observer& observer) -> std::unique_ptr<Collector> {
    return std::make_unique<Recorder>(make(observer), &ops);
  };
  std::vector<std::vector<Op>> executed;
  Trial trial(recorded);
  for (const Program& program : Programs()) {
    ops.clear();
    CHECK(trial.Run(program).lawful());
    executed.push_back(ops);
  }
  return executed;
}

void Alone(benchmark::State& state) {
  const std::vector<std::vector<Op>> executed = Executed();
  Deaf deaf;
  const std::unique_ptr<Collector> collector = Optimized().make(deaf);
  int64_t operations = 0;
  for (auto _ : state) {
    for (const std::vector<Op>& ops : executed) {
      collector->Reset();
      for (const Op& op : ops) collector->Execute(op);
      operations += static_cast<int64_t>(ops.size());
    }
  }
  state.SetItemsProcessed(operations);
}
BENCHMARK(Alone)->Unit(benchmark::kMillisecond);

void UnderTheJudge(benchmark::State& state) {
  const std::vector<Program> programs = Programs();
  Trial trial(Optimized());
  int64_t operations = 0;
  for (auto _ : state) {
    for (const Program& program : programs) operations += trial.Run(program).operations;
  }
  state.SetItemsProcessed(operations);
}
BENCHMARK(UnderTheJudge)->Unit(benchmark::kMillisecond);

void Generated(benchmark::State& state) {
  for (auto _ : state) {
    for (uint64_t i = 0; i < kPrograms; ++i) benchmark::DoNotOptimize(Generate(SeedOf(1, i)));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPrograms));
}
BENCHMARK(Generated)->Unit(benchmark::kMillisecond);

// Each program is made, judged and looked into, its features counted, and the collector renewed. An
// item is a program.
void AsInACampaign(benchmark::State& state) {
  Trial trial(Optimized());
  std::array<uint8_t, FeatureCounter::kSize> features = {};
  std::array<uint8_t, FeatureCounter::kSize> total = {};
  trial.CountFeatures(features.data());
  int64_t operations = 0;
  for (auto _ : state) {
    for (uint64_t i = 0; i < kPrograms; ++i) {
      if (i % kRenewEvery == 0) trial.Renew();
      trial.SetVerify(LookOf(i));
      features.fill(0);
      operations += trial.Run(Generate(SeedOf(1, i))).operations;
      benchmark::DoNotOptimize(MergeCounts(features.data(), features.size(), total.data()));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPrograms));
  state.counters["operations"] =
      benchmark::Counter(static_cast<double>(operations), benchmark::Counter::kIsRate);
}
BENCHMARK(AsInACampaign)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ouro

BENCHMARK_MAIN();
