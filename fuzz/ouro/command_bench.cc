// SPDX-License-Identifier: Apache-2.0

// `ouro bench`: how fast engines and heaps are on this machine, as two tables or as JSON.

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "collector/specimens.h"
#include "fuzz/bench/machine.h"
#include "fuzz/bench/pace.h"
#include "fuzz/campaign/engine.h"
#include "fuzz/companion.h"
#include "fuzz/files.h"
#include "fuzz/interrupt.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/version.h"
#include "fuzz/status_line.h"
#include "fuzz/work_folder.h"

namespace ouro {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kHeapFailed[] =
    "the benchmark of heaps failed: see above; --no-heap does without it";

constexpr int kArithmetic = 3;  // times at once

// An engine on a specimen, and what was measured in each round.
struct Row {
  Specimen specimen;
  Engine engine;
  std::vector<double> programs;
  std::vector<double> operations;
};

class Bench {
 public:
  explicit Bench(const BenchArguments& arguments) : arguments_(arguments) {}

  std::string Run(int* exit_code);

 private:
  std::string Choose();
  std::string MeasurePaces();
  std::string MeasureHeap();
  void CountArithmetic() {
    for (int i = 0; i < kArithmetic; ++i) arithmetic_.push_back(TimeArithmetic());
  }
  Json Head() const;
  void PrintHead() const;
  void PrintNoise() const;
  void PrintPaces() const;
  Json PacesAsJson() const;

  const BenchArguments& arguments_;
  const Machine machine_ = ThisMachine();
  std::vector<double> arithmetic_;  // milliseconds, before each measurement and after all
  std::vector<Row> rows_;
  Json heap_ = Json::array();
  StatusLine status_;
  Interruptible interruptible_;
};

// The specimens that were named, or all that are here and in this process; libFuzzer drives only
// those.
std::string Bench::Choose() {
  std::vector<Specimen> specimens;
  for (const std::string& name : arguments_.specimens) {
    Specimen specimen;
    const std::string error = FindSpecimen(name, &specimen);
    if (!error.empty()) return error;
    specimens.push_back(std::move(specimen));
  }
  if (specimens.empty()) {
    for (const char* own : {"optimized", "naive"}) {
      specimens.emplace_back();
      FindSpecimen(own, &specimens.back());
    }
    std::vector<std::string> absent;
    for (Specimen& peer : PresentPeers(&absent)) specimens.push_back(std::move(peer));
  }
  for (const Specimen& specimen : specimens) {
    for (const Engine engine : {Engine::kRandom, Engine::kLibFuzzer}) {
      if (engine == Engine::kRandom || specimen.in_process)
        rows_.push_back({specimen, engine, {}, {}});
    }
  }
  return "";
}

// In rounds, so that a minute in which the machine was slow is in one value of each row.
std::string Bench::MeasurePaces() {
  WorkFolder work;
  if (std::string error = work.Make("ouro-bench"); !error.empty()) return error;
  const size_t all = rows_.size() * static_cast<size_t>(arguments_.rounds);
  size_t done = 0;
  for (int round = 0; round < arguments_.rounds; ++round) {
    for (Row& row : rows_) {
      if (Interruptible::Interrupted()) return "interrupted: nothing is measured";
      status_.Show(fmt::format("{} of {} measurements of {} s: {}, {}", ++done, all,
                               arguments_.seconds, row.specimen.name, Name(row.engine)));
      CountArithmetic();
      Pace pace;
      const std::string error = MeasurePace(row.specimen,
                                            {.engine = row.engine,
                                             .seed = static_cast<uint64_t>(round) + 1,
                                             .seconds = arguments_.seconds,
                                             .work = work.path(),
                                             .stop = Interruptible::Interrupted},
                                            &pace);
      if (!error.empty()) return fmt::format("{}: {}", row.specimen.name, error);
      row.programs.push_back(pace.programs);
      row.operations.push_back(pace.operations);
    }
  }
  status_.Clear();
  return "";
}

// Executes a program and waits for it. Returns whether it ended with 0. `quiet`: its standard
// output goes nowhere.
bool Execute(std::vector<std::string> words, bool quiet) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (quiet) {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  }
  pid_t pid = -1;
  const int error = posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = -1;
  while (error == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status == 0;
}

// The companion prints its own table, and writes what is read here: cases named
// "W1/cpython/1000000".
std::string Bench::MeasureHeap() {
  const std::string binary = FindCompanion("collector/benchmark/benchmark", "benchmark");
  if (binary.empty()) {
    return "there is no benchmark of heaps beside this program: --no-heap does without it";
  }
  WorkFolder work;
  if (std::string error = work.Make("ouro-bench"); !error.empty()) return error;
  const std::string file = work.path() + "/heap.json";
  std::vector<std::string> words = {binary, "--benchmark_out_format=json",
                                    "--benchmark_out=" + file};
  if (!arguments_.workload.empty()) {
    words.push_back(fmt::format("--benchmark_filter=^{}/", arguments_.workload));
  }
  if (arguments_.smoke) words.push_back("--smoke");
  std::fflush(stdout);
  if (!Execute(words, arguments_.json)) return kHeapFailed;
  std::string text;
  if (std::string error = ReadText(file, &text); !error.empty()) return error;
  const Json all = Json::parse(text, nullptr, false);
  if (all.is_discarded()) return "the benchmark of heaps wrote no JSON";
  for (const Json& one : all.value("benchmarks", Json::array())) {
    Json row = {{"case", one.value("name", "")}};
    for (const char* counter : {"ns_per_object", "max_pause_us", "bytes_per_object"}) {
      if (one.contains(counter)) row[counter] = one[counter];
    }
    heap_.push_back(std::move(row));
  }
  return "";
}

Json AsJson(const Spread& spread) {
  return {{"median", spread.median}, {"least", spread.least}, {"most", spread.most}};
}

Json Bench::Head() const {
  return {{"processor", machine_.name},
          {"processors", machine_.processors},
          {"load", machine_.load},
          {"build", VersionLine()},
          {"arithmetic_ms", AsJson(SpreadOf(arithmetic_))}};
}

Json Bench::PacesAsJson() const {
  Json paces = Json::array();
  for (const Row& row : rows_) {
    if (row.programs.empty()) continue;
    paces.push_back({{"specimen", row.specimen.name},
                     {"engine", Name(row.engine)},
                     {"second_of", row.specimen.in_process ? "processor" : "clock"},
                     {"programs", AsJson(SpreadOf(row.programs))},
                     {"operations", AsJson(SpreadOf(row.operations))}});
  }
  return paces;
}

void Bench::PrintHead() const {
  fmt::print("{}, {} processors, load {:.1f}\n{}\n\n", machine_.name, machine_.processors,
             machine_.load, VersionLine());
}

void Bench::PrintNoise() const {
  const Spread arithmetic = SpreadOf(arithmetic_);
  fmt::print("noise: the same arithmetic took {:.1f} ms, and from {:.1f} to {:.1f}\n",
             arithmetic.median, arithmetic.least, arithmetic.most);
}

void Bench::PrintPaces() const {
  fmt::print("{:<22}{:<11}{:>12}{:>8}{:>14}\n", "a second", "engine", "programs", "spread",
             "operations");
  bool clock = false;
  for (const Row& row : rows_) {
    const Spread programs = SpreadOf(row.programs);
    clock |= !row.specimen.in_process;
    fmt::print("{:<22}{:<11}{:>12.0f}{:>6.0f} %{:>14.0f}\n",
               row.specimen.name + (row.specimen.in_process ? "" : " *"), Name(row.engine),
               programs.median, programs.width() * 100, SpreadOf(row.operations).median);
  }
  fmt::print("of the processor's, one worker, median of {} rounds", arguments_.rounds);
  fmt::print("{}\n\n", clock ? "; *: of the clock's" : "");
}

std::string Bench::Run(int* exit_code) {
  std::string error = arguments_.paces ? Choose() : "";
  if (!error.empty()) return error;
  if (!arguments_.json) PrintHead();
  if (arguments_.paces) error = MeasurePaces();
  if (!error.empty()) return error;
  if (!arguments_.json && arguments_.paces) PrintPaces();
  CountArithmetic();
  if (arguments_.heap) error = MeasureHeap();
  if (!error.empty()) return error;
  CountArithmetic();
  if (arguments_.json) {
    Json all = Head();
    all["paces"] = PacesAsJson();
    all["heap"] = heap_;
    fmt::print("{}\n", all.dump(2));
  } else {
    PrintNoise();
  }
  *exit_code = 0;
  return "";
}

}  // namespace

std::string BenchCommand(const BenchArguments& arguments, int* exit_code) {
  return Bench(arguments).Run(exit_code);
}

}  // namespace ouro
