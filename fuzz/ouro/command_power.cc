// SPDX-License-Identifier: Apache-2.0

// `ouro power`: searches of each engine for each mutant, then a table and a plot. Searches run one
// at a time, because two would share the processor and distort each other's times. All mutants are
// searched with one seed, then with the next: an interrupted measurement has something of each
// mutant, and a slow spell of the machine affects all engines.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "collector/specimens.h"
#include "fuzz/campaign/worker.h"
#include "fuzz/files.h"
#include "fuzz/interrupt.h"
#include "fuzz/ouro/command_input.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/power/power.h"
#include "fuzz/power/power_log.h"
#include "fuzz/power/power_plot.h"
#include "fuzz/power/search.h"
#include "fuzz/power/walk.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "fuzz/work_folder.h"
#include "properties/generator/generator.h"
#include "properties/generator/weights.h"

namespace ouro {
namespace {

namespace fs = std::filesystem;

struct Mutant {
  std::string name;  // "callbacks-first" for `lib-callbacks-first.so`
  Specimen specimen;
};

std::string LibraryName(const std::string& path) {
  const std::string stem = fs::path(path).stem().string();
  return stem.starts_with("lib-") ? stem.substr(4) : stem;
}

// Finds the mutants that the paths and names designate, sorted by name. Returns "" or an error.
std::string FindMutants(const std::vector<std::string>& words, std::vector<Mutant>* mutants) {
  const auto add = [mutants](const std::string& name, const std::string& specimen) {
    mutants->push_back({name, {}});
    return FindSpecimen(specimen, &mutants->back().specimen);
  };
  for (const std::string& word : words) {
    std::error_code error;
    const fs::path path = UserPath(word);
    std::vector<std::string> libraries;
    if (fs::is_directory(path, error)) {
      for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
        if (it->path().extension() != ".so") continue;
        libraries.push_back((fs::path(word) / it->path().filename()).string());
      }
      if (error) return fmt::format("{}: {}", word, error.message());
      if (libraries.empty()) return fmt::format("{}: contains no .so files", word);
    } else if (fs::path(word).extension() == ".so") {
      libraries.push_back(word);
    } else if (std::string why = add(word, word); !why.empty()) {
      return why;
    }
    for (const std::string& library : libraries) {
      std::string why = add(LibraryName(library), "lib:" + library);
      if (!why.empty()) return why;
    }
  }
  std::sort(mutants->begin(), mutants->end(),
            [](const Mutant& a, const Mutant& b) { return a.name < b.name; });
  const auto twin = std::adjacent_find(mutants->begin(), mutants->end(),
                                       [](auto& a, auto& b) { return a.name == b.name; });
  return twin == mutants->end() ? "" : fmt::format("there are two mutants \"{}\"", twin->name);
}

// "0.00123"; ">10" if it is only known to be larger.
std::string Seconds(const Measure& m) {
  return fmt::format(
      "{}{}", m.known ? "" : ">",
      m.value < 100 ? fmt::format("{:.3g}", m.value) : fmt::format("{:.0f}", m.value));
}
std::string Programs(const Measure& m) {
  return fmt::format("{}{:.0f}", m.known ? "" : ">", m.value);
}

void PrintTable(const std::vector<Score>& scores, const std::vector<Total>& totals) {
  size_t width = std::string("mutant").size();
  for (const Score& score : scores) width = std::max(width, score.mutant.size());
  fmt::print("{:{}}", "", width);
  for (const Total& total : totals) fmt::print("  |{:^30}", Name(total.engine));
  fmt::print("\n{:{}}", "mutant", width);
  for (size_t i = 0; i < totals.size(); ++i) {
    fmt::print("  |{:>8}{:>12}{:>10}", "found", "programs", "seconds");
  }
  for (size_t i = 0; i < scores.size();) {
    const std::string& mutant = scores[i].mutant;
    fmt::print("\n{:{}}", mutant, width);
    for (const Total& total : totals) {
      if (i == scores.size() || scores[i].mutant != mutant || scores[i].engine != total.engine) {
        fmt::print("  |{:>8}{:>12}{:>10}", "-", "-", "-");
        continue;
      }
      const Score& score = scores[i++];
      fmt::print("  |{:>8}{:>12}{:>10}", fmt::format("{}/{}", score.found, score.seeds),
                 Programs(score.programs), Seconds(score.seconds));
    }
  }
  fmt::print("\n");
}

void PrintTotals(const std::vector<Total>& totals, int limit) {
  fmt::print("\nmedians over the seeds; > if at least half of them did not find it within {} s\n",
             limit);
  for (const Total& total : totals) {
    fmt::print("{:<10} {} of {} mutants found, half of them in {} s", Name(total.engine),
               total.seconds.size(), total.mutants, Seconds(total.median));
    if (!total.seconds.empty()) {
      fmt::print(", the slowest in {} s ({})", Seconds({total.seconds.back(), true}),
                 total.slowest);
    }
    fmt::print("\n");
  }
}

// Runs all searches that the arguments ask for, except those that the log already has.
class Measuring {
 public:
  explicit Measuring(const PowerArguments& arguments)
      : arguments_(arguments), engines_(arguments.engines) {
    if (engines_.empty()) engines_.assign(std::begin(kEngines), std::end(kEngines));
    std::sort(engines_.begin(), engines_.end());
    engines_.erase(std::unique(engines_.begin(), engines_.end()), engines_.end());
  }

  // Returns "" or why it had to stop.
  std::string Run() {
    std::string error = Prepare();
    const Interruptible interruptible;
    options_.stop = Interruptible::Interrupted;
    const auto seeds = static_cast<uint64_t>(arguments_.seeds);
    for (uint64_t seed = 1; seed <= seeds && error.empty(); ++seed) {
      for (const Mutant& mutant : mutants_) {
        for (const Engine engine : engines_) {
          if (Interruptible::Interrupted() || !error.empty()) break;
          error = Measure(mutant, engine, seed);
        }
      }
    }
    line_.Clear();
    return error.empty() ? Conclude() : error;
  }

 private:
  std::string Prepare() {
    std::string error = FindMutants(arguments_.mutants, &mutants_);
    if (error.empty() && engines_.back() == Engine::kLibFuzzer) {
      options_.fuzzer = FindFuzzer();
      if (options_.fuzzer.empty()) error = "collector_fuzzer is not beside this program";
      for (const Mutant& mutant : mutants_) {
        if (mutant.specimen.in_process) continue;
        error = mutant.name + " runs in another process, where libFuzzer cannot see its code";
      }
    }
    if (error.empty()) error = ReadWeightsFile(arguments_.weights, &weights_);
    options_.weights = &weights_;
    if (error.empty()) error = work_.Make("ouro-power");
    if (error.empty() && !arguments_.out.empty()) error = log_.Open(arguments_.out + "/power.csv");
    options_.seconds = arguments_.seconds;
    options_.work = work_.path();
    return error;
  }

  std::string Measure(const Mutant& mutant, Engine engine, uint64_t seed) {
    ++begun_;
    if (log_.Has(mutant.name, engine, seed, arguments_.seconds)) return "";
    Show(fmt::format("{}, {}, seed {}", mutant.name, Name(engine), seed));
    Attempt attempt = {.mutant = mutant.name, .engine = engine, .seed = seed};
    if (std::string error = Search(mutant.specimen, options_, &attempt); !error.empty()) {
      return error;
    }
    // A search that was interrupted measured nothing.
    if (Interruptible::Interrupted() && !attempt.found) return "";
    return log_.Append(attempt);
  }

  void Show(const std::string& what) {
    line_.Show(fmt::format(
        "{} of {} searches: {}", begun_,
        mutants_.size() * engines_.size() * static_cast<size_t>(arguments_.seeds), what));
  }

  std::string Conclude() const {
    const std::vector<Score> scores = Scores(log_.attempts(), arguments_.seconds);
    if (Interruptible::Interrupted()) fmt::print("interrupted; so far:\n");
    if (scores.empty()) return "";
    const std::vector<Total> totals = Totals(scores);
    PrintTable(scores, totals);
    PrintTotals(totals, arguments_.seconds);
    if (arguments_.out.empty()) return "";
    return WriteText(arguments_.out + "/power.svg", PowerPlot(scores, arguments_.seconds));
  }

  const PowerArguments& arguments_;
  std::vector<Engine> engines_;
  std::vector<Mutant> mutants_;
  Weights weights_ = kTunedWeights;
  SearchOptions options_;
  WorkFolder work_;
  PowerLog log_;
  size_t begun_ = 0;
  StatusLine line_{stderr, std::chrono::milliseconds(0), std::chrono::milliseconds(0)};
};

// Walks instead of searches: a line for each mutant, the programs of each seed, 0 for none.
std::string PrintWalks(const PowerArguments& arguments) {
  std::vector<Mutant> mutants;
  Weights weights = kTunedWeights;
  std::string error = FindMutants(arguments.mutants, &mutants);
  if (error.empty()) error = ReadWeightsFile(arguments.weights, &weights);
  if (!error.empty()) return error;
  GeneratorOptions options;
  options.saveall_in_scripts = true;
  options.weights = &weights;
  const Interruptible interruptible;
  StatusLine line;
  for (const Mutant& mutant : mutants) {
    fmt::print("{}", mutant.name);
    options.abilities = mutant.specimen.abilities;
    for (uint64_t seed = 1; seed <= static_cast<uint64_t>(arguments.seeds); ++seed) {
      line.Show(fmt::format("{}, seed {}", mutant.name, seed));
      if (Interruptible::Interrupted()) return "interrupted";
      const auto limit = static_cast<uint64_t>(arguments.programs);
      fmt::print(" {}", Walk(mutant.specimen, options, seed, limit));
    }
    line.Clear();
    fmt::print("\n");
  }
  Specimen lawful;
  error = FindSpecimen("optimized", &lawful);
  options.abilities = lawful.abilities;
  fmt::print("# {:.1f} operations a program\n", CostOf(lawful, options));
  return error;
}

}  // namespace

std::string PowerCommand(const PowerArguments& arguments, int* exit_code) {
  *exit_code = 0;
  if (arguments.programs > 0) return PrintWalks(arguments);
  return Measuring(arguments).Run();
}

}  // namespace ouro
