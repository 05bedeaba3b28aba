// SPDX-License-Identifier: Apache-2.0

// What judging alone costs: recorded programs, of 60 to 1,000,000 operations each, replayed to a
// judge; the collector that made them is not timed. Each line replays 100,000 operations in all,
// the last one program of ten times as many; a judge whose cost is flat has the same items a second
// on every line of its contract.
//
//   bazel run -c opt //properties:judging
//
// Place: a benchmark of the judges. throughput.cc times trials, judge_cost_test.cc asserts that no
// shape of a program is expensive.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "model/check.h"
#include "model/collector.h"
#include "model/judge/judge.h"
#include "model/program.h"
#include "model/transcript.h"
#include "model/trial.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

constexpr int kOperations = 100'000;  // of main, in all programs of a line but the last

void Replay(const Transcript& steps, Judge* judge) {
  judge->Reset();
  for (const Line& step : steps) {
    const bool ends = step.op || step.event->kind == Event::Kind::kEnd;
    if (ends && judge->in_operation()) judge->End();
    if (step.op) judge->Begin(*step.op);
    if (step.event) judge->Observe(*step.event);
  }
  if (judge->in_operation()) judge->End();
  judge->Finish();
}

std::vector<Transcript> Record(const Specimen& specimen, int operations, bool collects) {
  std::vector<Transcript> recording;
  Trial trial(specimen);
  GeneratorOptions options;
  options.operations = operations;
  for (int i = 0; i < std::max(1, kOperations / operations); ++i) {
    Program program = Generate(SeedOf(1, static_cast<uint64_t>(i)), options);
    const auto drop = [](const Op& op) {
      return op.code == OpCode::kCollect || op.code == OpCode::kThreshold;
    };
    if (!collects) {
      std::erase_if(program.main, drop);
      for (Script& script : program.scripts) std::erase_if(script, drop);
    }
    std::string transcript;
    CHECK(trial.Run(program, &transcript).lawful());
    recording.push_back(ReadTranscript(transcript));
  }
  return recording;
}

void Judging(benchmark::State& state, const std::string& name, const std::string& contract,
             bool collects) {
  Specimen specimen;
  CHECK(FindSpecimen(name, &specimen, contract).empty());
  const std::vector<Transcript> recording =
      Record(specimen, static_cast<int>(state.range(0)), collects);
  const std::unique_ptr<Judge> judge = MakeJudge(*specimen.contract, specimen.abilities);
  int64_t steps = 0;
  for (auto _ : state) {
    for (const Transcript& program : recording) {
      Replay(program, judge.get());
      steps += static_cast<int64_t>(program.size());
    }
  }
  CHECK(!judge->violation());
  state.SetItemsProcessed(steps);  // operations and events
}

#define JUDGING(NAME, SPECIMEN, CONTRACT, COLLECTS)              \
  BENCHMARK_CAPTURE(Judging, NAME, SPECIMEN, CONTRACT, COLLECTS) \
      ->Arg(60)                                                  \
      ->Arg(1'000)                                               \
      ->Arg(10'000)                                              \
      ->Arg(100'000)                                             \
      ->Arg(1'000'000)                                           \
      ->Unit(benchmark::kMillisecond)

// The same traces, by exact rules and by bounds; then bounds without counts.
JUDGING(Exact, "naive-pep442", "", false);
JUDGING(Bounds, "naive-pep442", "cpython", false);
JUDGING(Tracing, "wild:lua", "", false);
JUDGING(Untold, "wild:lua,automatic=untold", "", false);
JUDGING(ExactCollecting, "naive-pep442", "", true);
JUDGING(BoundsCollecting, "naive-pep442", "cpython", true);
JUDGING(TracingCollecting, "wild:lua", "", true);

}  // namespace
}  // namespace ouro

BENCHMARK_MAIN();
