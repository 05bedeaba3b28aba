// SPDX-License-Identifier: Apache-2.0

// Throughput: random programs and their operations per second, on the optimized collector alone,
// under the judge, and in all that a campaign does with a program. Alone and UnderTheJudge execute
// the same operations: those that trials of random programs without scripts executed. What a
// campaign does can be counted, one iteration, which does not depend on what else the machine does:
//
//   bazel run -c opt //fuzz/campaign:throughput
//   valgrind --tool=callgrind --toggle-collect='*AsInACampaign*' \
//       bazel-bin/fuzz/campaign/throughput --benchmark_filter='Campaign/optimized$' \
//       --benchmark_min_time=0.001
//
// With `--train`, it runs once what a campaign does: tools/pgo profiles that.
//
// Place: a benchmark of the trial loop. //collector:benchmark compares collectors.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
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

Specimen Find(const std::string& name) {
  Specimen specimen;
  CHECK(FindSpecimen(name, &specimen).empty());
  return specimen;
}

Specimen Optimized() { return Find("optimized"); }

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

// What a worker of the random engine does with programs, but for telling what it has found.
class Worker {
 public:
  explicit Worker(const std::string& specimen) : trial_(Find(specimen)) {
    trial_.CountFeatures(features_.data());
  }
  // Each program is made, judged and looked into, its features counted, and the collector renewed.
  // Returns the number of operations.
  int64_t RunPrograms() {
    int64_t operations = 0;
    for (uint64_t i = 0; i < kPrograms; ++i) {
      if (i % kRenewEvery == 0) trial_.Renew();
      trial_.SetVerify(LookOf(i));
      features_.fill(0);
      operations += trial_.Run(Generate(SeedOf(1, i))).operations;
      benchmark::DoNotOptimize(MergeCounts(features_.data(), features_.size(), total_.data()));
    }
    return operations;
  }

 private:
  Trial trial_;
  std::array<uint8_t, FeatureCounter::kSize> features_ = {};
  std::array<uint8_t, FeatureCounter::kSize> total_ = {};
};

// Under both judges.
constexpr const char* kSpecimens[] = {"optimized", "optimized-pep442", "naive", "wild:php",
                                      "wild:lua"};

// An item is a program.
void AsInACampaign(benchmark::State& state, const char* specimen) {
  Worker worker(specimen);
  int64_t operations = 0;
  for (auto _ : state) operations += worker.RunPrograms();
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPrograms));
  state.counters["operations"] =
      benchmark::Counter(static_cast<double>(operations), benchmark::Counter::kIsRate);
}

// Without a clock, so that two profiles of it are the same bytes.
void Train() {
  for (const char* specimen : kSpecimens) Worker(specimen).RunPrograms();
}

}  // namespace
}  // namespace ouro

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--train") {
    ouro::Train();
    return 0;
  }
  for (const char* specimen : ouro::kSpecimens) {
    benchmark::RegisterBenchmark(fmt::format("AsInACampaign/{}", specimen).c_str(),
                                 ouro::AsInACampaign, specimen)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
