// SPDX-License-Identifier: Apache-2.0

// `ouro kinds`: each kind of a specimen through its checks (kind_checks.h); or, for several
// specimens, a table of kinds by specimen: where a kind was repaired. A kind that is known to fail
// is expected to: the run fails when that changes.
//
// Kinds share a process while they pass: to start an interpreter takes longer than to check a kind.
// One that fails is checked again alone, in processes of its own.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/kind_checks.h"
#include "fuzz/status_line.h"
#include "model/isolate.h"

namespace ouro {
namespace {

constexpr int kMilliseconds = 10'000;  // of one check without an event
constexpr size_t kTogether = 32;       // kinds whose checks may share a process

// What the checks say of one kind.
struct Result {
  KindRow kind;
  size_t passed = 0;
  // The first check of each fault.
  std::map<KindFault, std::pair<KindCheck, Verdict>> faults;

  bool failed() const { return !faults.empty(); }
  // What was found is not what its row says.
  bool unexpected() const {
    // What corrupts memory may break any law besides.
    if (!kind.crashes.empty() && faults.contains(KindFault::kCrashes)) return false;
    // What the collector does not see, it does not show either: some kinds are read through it.
    const bool unseen = !kind.leaks.empty() && faults.contains(KindFault::kLeaks);
    return kind.leaks.empty() != !faults.contains(KindFault::kLeaks) ||
           kind.crashes.empty() != !faults.contains(KindFault::kCrashes) ||
           std::any_of(faults.begin(), faults.end(), [unseen](const auto& fault) {
             return fault.first != KindFault::kLeaks && fault.first != KindFault::kCrashes &&
                    !(unseen && fault.first == KindFault::kYields);
           });
  }
  std::string Known() const {
    return kind.leaks + (kind.leaks.empty() || kind.crashes.empty() ? "" : " ") + kind.crashes;
  }
};

Result Check(const KindRow& kind, const Specimen& specimen) {
  Result result{.kind = kind};
  Isolation isolation;
  isolation.milliseconds = kMilliseconds;
  std::vector<KindCheck> checks = ChecksOf(kind);
  // One process runs checks until one fails; what comes after that runs in a new one.
  while (!checks.empty()) {
    std::vector<Program> programs;
    for (const KindCheck& check : checks) programs.push_back(check.program);
    const size_t found = FindIsolated(programs, kAnySignature, specimen, isolation);
    result.passed += found;
    if (found == checks.size()) break;
    const Verdict verdict = TryIsolated(checks[found].program, specimen, isolation);
    // Lawful alone: an earlier check left something behind, which a reset complained of.
    const KindFault fault = verdict.lawful() ? KindFault::kOther : FaultOf(verdict);
    result.faults.try_emplace(fault, checks[found], verdict);
    checks.erase(checks.begin(), checks.begin() + static_cast<ptrdiff_t>(found) + 1);
  }
  return result;
}

// The same for several kinds, in their order.
std::vector<Result> CheckTogether(const std::vector<KindRow>& kinds, const Specimen& specimen) {
  std::vector<Result> results;
  Isolation isolation;
  isolation.milliseconds = kMilliseconds;
  while (results.size() < kinds.size()) {
    std::vector<Program> programs;
    std::vector<size_t> ends;  // of the programs of each kind
    for (size_t i = results.size(); i < kinds.size(); ++i) {
      for (KindCheck& check : ChecksOf(kinds[i])) programs.push_back(std::move(check.program));
      ends.push_back(programs.size());
    }
    const size_t found = FindIsolated(programs, kAnySignature, specimen, isolation);
    size_t begin = 0;
    for (const size_t end : ends) {
      if (found < end) break;
      results.push_back({.kind = kinds[results.size()], .passed = end - begin});
      begin = end;
    }
    if (results.size() < kinds.size()) results.push_back(Check(kinds[results.size()], specimen));
  }
  return results;
}

const char* PlaceName(const KindRow& kind) {
  if (kind.place == KindRow::Place::kEdge) return "edge";
  return kind.place == KindRow::Place::kNode ? "node" : "root";
}

std::string Row(const Result& result) {
  std::string faults;
  for (const auto& [fault, check] : result.faults) {
    faults += (faults.empty() ? "" : ", ") + std::string(ColumnOf(fault));
  }
  return fmt::format("{:<34} {:<5} {:>5}  {:<24} {}", KindName(result.kind.id),
                     PlaceName(result.kind), result.passed, faults.empty() ? "fine" : faults,
                     result.Known());
}

void PrintFaults(const Result& result, const Specimen& specimen) {
  for (const auto& [fault, failed] : result.faults) {
    const auto& [check, verdict] = failed;
    std::string transcript;
    Isolation isolation;
    isolation.milliseconds = kMilliseconds;
    const Verdict again = TryIsolated(check.program, specimen, isolation, &transcript);
    fmt::print("\n{}: {}\n{}", KindName(result.kind.id), check.name,
               again.lawful()
                   ? "  lawful alone, but not after other checks:\n" + Print(check.program)
                   : Report(specimen, again, transcript));
  }
}

// Checks all kinds of a specimen; calls `each` with each result as soon as it is there.
std::vector<Result> CheckAll(const Specimen& specimen,
                             const std::function<void(const Result&)>& each) {
  std::vector<Result> results;
  StatusLine line;
  const std::vector<KindRow>& kinds = specimen.kinds.kinds();
  while (results.size() < kinds.size()) {
    const auto begin = kinds.begin() + static_cast<ptrdiff_t>(results.size());
    const size_t many = std::min(kTogether, kinds.size() - results.size());
    line.Show(fmt::format("{}: {} of {}: {}", specimen.name, results.size() + 1, kinds.size(),
                          KindName(begin->id)));
    for (Result& result : CheckTogether({begin, begin + static_cast<ptrdiff_t>(many)}, specimen)) {
      line.Clear();
      each(result);
      results.push_back(std::move(result));
    }
    std::fflush(stdout);
  }
  return results;
}

std::string One(const Specimen& specimen, bool all, int* exit_code) {
  fmt::print("{:<34} {:<5} {:>5}  {:<24} {}\n", "kind", "place", "fine", "faults", "known");
  size_t fine = 0, known = 0, unexpected = 0;
  const std::vector<Result> results = CheckAll(specimen, [&](const Result& result) {
    if (all || result.failed() || result.unexpected()) fmt::print("{}\n", Row(result));
    (result.unexpected() ? unexpected : result.failed() ? known : fine) += 1;
  });
  for (const Result& result : results) {
    if (!result.unexpected()) continue;
    if (result.failed()) PrintFaults(result, specimen);
    if (!result.failed()) {
      fmt::print("\n{}: it is said to fail ({}), and does not\n", KindName(result.kind.id),
                 result.Known());
    }
  }
  fmt::print("\n{}: {} kinds: {} fine, {} as known, {} not as expected\n", specimen.summary,
             results.size(), fine, known, unexpected);
  *exit_code = unexpected == 0 ? 0 : 1;
  return "";
}

// A letter for each fault: "L".
std::string Cell(const Result& result) {
  std::string cell;
  for (const auto& [fault, check] : result.faults) {
    if (fault == KindFault::kYields && result.faults.contains(KindFault::kLeaks)) continue;
    cell += fault == KindFault::kCrashes ? "C" : fault == KindFault::kLeaks ? "L" : "?";
  }
  return cell.empty() ? "." : cell;
}

// The cells of some kinds: for each specimen, those of the kinds that it has. As many specimens at
// a time as there are processors.
std::vector<std::map<KindId, std::string>> CheckAcross(const std::vector<KindId>& kinds,
                                                       const std::vector<Specimen>& specimens) {
  std::vector<std::map<KindId, std::string>> cells(specimens.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < specimens.size(); i = next++) {
      std::vector<KindRow> rows;
      for (const KindId kind : kinds) {
        const KindRow* row = specimens[i].kinds.Find(kind);
        if (row != nullptr) rows.push_back(*row);
      }
      for (const Result& result : CheckTogether(rows, specimens[i])) {
        cells[i][result.kind.id] = Cell(result);
      }
    }
  };
  std::vector<std::thread> threads(
      std::clamp<size_t>(std::thread::hardware_concurrency(), 1, specimens.size()));
  for (std::thread& thread : threads) thread = std::thread(work);
  for (std::thread& thread : threads) thread.join();
  return cells;
}

// A row of the table. *fine: whether nothing is wrong with the kind.
std::string RowAcross(KindId kind, const std::vector<std::map<KindId, std::string>>& cells,
                      bool* fine) {
  std::string line = fmt::format("{:<34}", KindName(kind));
  *fine = true;
  for (const std::map<KindId, std::string>& of_specimen : cells) {
    const auto found = of_specimen.find(kind);
    const std::string cell = found == of_specimen.end() ? "" : found->second;
    *fine = *fine && (cell.empty() || cell == ".");
    line += fmt::format(" {:>3}", cell);
  }
  while (line.back() == ' ') line.pop_back();
  return line;
}

std::string Across(const std::vector<Specimen>& specimens, bool all, int* exit_code) {
  std::map<std::string_view, KindId> kinds;
  for (const Specimen& specimen : specimens) {
    for (const KindRow& kind : specimen.kinds.kinds()) kinds.emplace(KindName(kind.id), kind.id);
  }
  for (size_t i = 0; i < specimens.size(); ++i) {
    fmt::print("{}: {} ({})\n", i + 1, specimens[i].summary, specimens[i].name);
  }
  fmt::print("L leaks, C crashes, ? another fault, . fine, blank: it has no such kind\n\n{:<34}",
             "");
  for (size_t i = 0; i < specimens.size(); ++i) fmt::print(" {:>3}", i + 1);
  fmt::print("\n");
  size_t failing = 0, checked = 0;
  StatusLine progress;
  for (auto next = kinds.begin(); next != kinds.end();) {
    std::vector<KindId> together;
    progress.Show(fmt::format("{} of {}: {}", checked + 1, kinds.size(), next->first));
    for (; next != kinds.end() && together.size() < kTogether; ++next) {
      together.push_back(next->second);
    }
    const std::vector<std::map<KindId, std::string>> cells = CheckAcross(together, specimens);
    progress.Clear();
    for (const KindId kind : together) {
      bool fine = false;
      const std::string row = RowAcross(kind, cells, &fine);
      if (!fine || all) fmt::print("{}\n", row);
      failing += fine ? 0 : 1;
      ++checked;
    }
    std::fflush(stdout);
  }
  fmt::print("\n{} of {} kinds fail somewhere\n", failing, kinds.size());
  *exit_code = 0;
  return "";
}

// The interpreters of a runtime that are here: `python3.11` and the like in the folders of PATH,
// and in the versions of a pyenv. Sorted by version.
std::vector<std::string> Versions(const std::string& runtime) {
  namespace fs = std::filesystem;
  const std::string stem = runtime == "cpython" ? "python" : runtime;
  const std::regex name(stem + R"((\d+)\.(\d+))");
  std::map<std::pair<int, int>, std::string> found;
  std::set<fs::path> folders;
  const char* path = std::getenv("PATH");
  std::istringstream words(path == nullptr ? "" : path);
  std::error_code error;
  for (std::string word; std::getline(words, word, ':');) {
    if (fs::path(word).filename() != "shims") folders.insert(word);
    const fs::path versions = fs::path(word).parent_path() / "versions";
    for (fs::directory_iterator it(versions, error), end; !error && it != end;
         it.increment(error)) {
      folders.insert(it->path() / "bin");
    }
  }
  for (const fs::path& folder : folders) {
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      std::smatch match;
      const std::string file = it->path().filename().string();
      if (!std::regex_match(file, match, name)) continue;
      found.try_emplace({std::stoi(match[1]), std::stoi(match[2])}, it->path().string());
    }
  }
  std::vector<std::string> paths;
  for (const auto& [version, file] : found) paths.push_back(file);
  return paths;
}

}  // namespace

std::string KindsCommand(const KindsArguments& arguments, int* exit_code) {
  std::vector<Specimen> specimens;
  std::vector<std::string> names = arguments.specimens;
  if (!arguments.across.empty()) {
    for (const std::string& path : Versions(arguments.across)) {
      names.push_back(fmt::format("{}:{}?kinds", arguments.across, path));
    }
  }
  for (std::string& name : names) {
    Specimen specimen;
    std::string error = FindChosen({.specimen = name, .contract = {}}, &specimen);
    if (!error.empty() && arguments.across.empty()) return error;
    if (!error.empty()) {
      fmt::print(stderr, "left out: {}\n", error);
    } else if (specimen.kinds.empty()) {
      return fmt::format("{} offers no kinds; an adapter that has them is asked with `{}?kinds`",
                         name, name);
    } else {
      specimens.push_back(std::move(specimen));
    }
  }
  if (specimens.empty()) return "no such interpreter is here";
  if (arguments.list) {
    for (const Specimen& specimen : specimens) {
      for (const KindRow& kind : specimen.kinds.kinds()) fmt::print("{}\n", Print(kind));
    }
    *exit_code = 0;
    return "";
  }
  if (specimens.size() == 1) return One(specimens[0], arguments.all, exit_code);
  return Across(specimens, arguments.all, exit_code);
}

}  // namespace ouro
