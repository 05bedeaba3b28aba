// SPDX-License-Identifier: Apache-2.0

// `ouro compare`: programs on every available specimen, or on every version of one language, each
// as a table of timelines; or on two specimens, and where these differ.

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/process_specimens.h"
#include "collector/specimens.h"
#include "fuzz/campaign/campaign_report.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/timeline.h"
#include "fuzz/runner.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "properties/compare.h"

namespace ouro {
namespace {

// Says, in the verdict of each run and in lines for below the table, where it does something else
// than the one before: a bisection of versions, if that is what the runs are of.
std::string MarkChanges(std::vector<RecordedRun>* runs) {
  std::string text;
  for (size_t i = 1; i < runs->size(); ++i) {
    RecordedRun& run = (*runs)[i];
    const RecordedRun& before = (*runs)[i - 1];
    const std::string difference = FirstDifference(Steps(before.transcript), Steps(run.transcript));
    if (difference.empty()) continue;
    run.verdict += ", CHANGED";
    text += fmt::format("{} differs from {} at {}\n", run.specimen, before.specimen, difference);
  }
  return text.empty() ? "all do the same\n" : text;
}

std::vector<Program> ProgramsOf(const std::vector<ProgramFile>& files) {
  std::vector<Program> programs;
  for (const ProgramFile& file : files) programs.push_back(file.program);
  return programs;
}

// Runs each program on each specimen, and prints a table for each program.
int PrintTables(const std::vector<ProgramFile>& programs, const std::vector<Specimen>& specimens,
                bool are_versions) {
  bool lawful = true;
  // A collector in a process of its own needs no other one around it, and is kept: starting it
  // takes longer than most programs.
  std::deque<Runner> runners;
  std::deque<Runner::Series> series;
  const std::vector<Program> all = ProgramsOf(programs);
  for (const Specimen& it : specimens) {
    series.emplace_back(runners.emplace_back(it, Limits(), !it.in_process), all);
  }
  for (const ProgramFile& program : programs) {
    std::vector<RecordedRun> runs;
    std::string reports;
    std::set<std::string> reported;  // signatures: of versions, the oldest that has it says enough
    for (size_t i = 0; i < specimens.size(); ++i) {
      const Specimen& specimen = specimens[i];
      RecordedRun run = {specimen.name, "", "lawful"};
      const Verdict verdict = series[i].Next(&run.transcript);
      if (!verdict.lawful()) {
        lawful = false;
        run.verdict = "UNLAWFUL";
        if (!are_versions || reported.insert(verdict.signature()).second) {
          reports += Report(specimen, verdict, run.transcript) + "\n";
        }
      }
      runs.push_back(std::move(run));
    }
    const std::string changes = are_versions ? MarkChanges(&runs) : "";
    fmt::print("{}\n{}\n{}{}", program.Label(), TimelineTable(program.program, runs), changes,
               Painted(reports, stdout));
  }
  for (const std::string& line : TimelineLegend()) fmt::print("{}\n", line);
  return lawful ? 0 : 1;
}

int CompareAll(const std::vector<ProgramFile>& programs, const CompareArguments& arguments) {
  std::vector<std::string> absent;
  const int code = PrintTables(programs, AvailableSpecimens(programs, arguments.choice, &absent),
                               /*are_versions=*/false);
  for (const std::string& why : absent) fmt::print("absent: {}\n", why);
  return code;
}

// All versions of a language that are here, reduced to the abilities that all of them have: an
// operation that one of them lacks is void for all.
std::string FindVersions(const CompareArguments& arguments, std::vector<Specimen>* specimens) {
  std::vector<std::string> names;
  std::string error = PresentVersions(arguments.versions, &names);
  uint32_t abilities = kAllAbilities;
  StatusLine line;
  for (size_t i = 0; i < names.size() && error.empty(); ++i) {
    line.Show(fmt::format("{} of {} versions: {}", i + 1, names.size(), names[i]));
    Specimen specimen;
    error = FindSpecimen(names[i], &specimen, arguments.choice.contract);
    // An interpreter that is too old for the adapter, or that nobody has a contract for.
    if (!error.empty()) {
      line.Clear();
      fmt::print("absent: {}\n", std::exchange(error, ""));
      continue;
    }
    abilities &= specimen.abilities;
    specimen.name += " (" + specimen.summary.substr(specimen.summary.find(' ') + 1) + ")";
    specimens->push_back(specimen);
  }
  for (Specimen& specimen : *specimens) specimen.abilities = abilities;
  return error;
}

// Two specimens, reduced to the abilities that both have: an operation that one of them lacks is
// void for both.
struct Pair {
  Specimen first;
  Specimen second;

  Pair(const Specimen& a, const Specimen& b) : first(a), second(b) {
    first.abilities &= second.abilities;
    second.abilities = first.abilities;
  }
};

struct Difference {
  size_t programs = 0;
  size_t different = 0;
  size_t convicted = 0;
};

// Compares the next program of both, which is that of the file.
void CompareOne(const ProgramFile& program, Runner::Series& first, Runner::Series& second,
                StatusLine& line, Difference* sum) {
  std::string a;
  std::string b;
  const Verdict one = first.Next(&a);
  const Verdict other = second.Next(&b);
  const bool lawful = one.lawful() && other.lawful();
  ++sum->programs;
  sum->convicted += lawful ? 0 : 1;
  const std::string difference = FirstDifference(Steps(a), Steps(b));
  if (difference.empty()) return;
  ++sum->different;
  line.Clear();
  fmt::print("{}: {}: {}\n", program.Label(), lawful ? "both lawful" : "unlawful", difference);
}

// Runs each program on its own specimen and on `with`, and prints the first difference.
int CompareWith(const Assignment& assigned, const Specimen& with) {
  StatusLine line;
  size_t done = 0;
  size_t convicted = 0;
  for (size_t on = 0; on < assigned.specimens.size(); ++on) {
    const Pair pair(assigned.specimens[on], with);
    std::vector<ProgramFile> files;
    for (size_t i = 0; i < assigned.programs.size(); ++i) {
      if (assigned.specimen_of[i] == on) files.push_back(assigned.programs[i]);
    }
    const std::vector<Program> programs = ProgramsOf(files);
    Runner one(pair.first);
    Runner other(pair.second);
    Runner::Series first(one, programs);
    Runner::Series second(other, programs);
    Difference sum;
    for (const ProgramFile& file : files) {
      CompareOne(file, first, second, line, &sum);
      line.Show(fmt::format("{} of {} programs", ++done, assigned.programs.size()));
    }
    line.Clear();
    fmt::print("{} on {} and {}: {} the same, {} different, {} convicted\n",
               Count(sum.programs, "program"), pair.first.name, pair.second.name,
               sum.programs - sum.different, sum.different, sum.convicted);
    convicted += sum.convicted;
  }
  return convicted == 0 ? 0 : 1;
}

}  // namespace

std::string CompareCommand(const CompareArguments& arguments, int* exit_code) {
  if (arguments.with.empty()) {
    std::vector<ProgramFile> programs;
    std::string error = ReadPrograms(arguments.files, &programs);
    if (!error.empty()) return error;
    if (arguments.versions.empty()) {
      *exit_code = CompareAll(programs, arguments);
      return "";
    }
    std::vector<Specimen> versions;
    error = FindVersions(arguments, &versions);
    if (error.empty()) *exit_code = PrintTables(programs, versions, /*are_versions=*/true);
    return error;
  }
  Assignment assigned;
  Specimen with;
  std::string error = FindSpecimen(arguments.with, &with);
  if (error.empty()) {
    error = Assign(arguments.files, arguments.choice, "optimized-27", &assigned);
  }
  if (error.empty()) *exit_code = CompareWith(assigned, with);
  return error;
}

}  // namespace ouro
