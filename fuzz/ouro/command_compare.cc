// SPDX-License-Identifier: Apache-2.0

// `ouro compare`: programs on every available specimen, each as a table of timelines; or on two
// specimens, and where these differ.

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "collector/specimens.h"
#include "fuzz/campaign/campaign_report.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/runner.h"
#include "fuzz/ouro/timeline.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "properties/compare.h"

namespace ouro {
namespace {

// Runs each program on every available specimen, and prints a table for each.
int CompareAll(const std::vector<ProgramFile>& programs, const CompareArguments& arguments) {
  std::vector<std::string> absent;
  const std::vector<Specimen> specimens = AvailableSpecimens(programs, arguments.choice, &absent);
  bool lawful = true;
  for (const ProgramFile& program : programs) {
    std::vector<RecordedRun> runs;
    std::string reports;
    for (const Specimen& specimen : specimens) {
      RecordedRun run = {specimen.name, "", "lawful"};
      const Verdict verdict = Runner(specimen).Run(program.program, &run.transcript);
      if (!verdict.lawful()) {
        lawful = false;
        run.verdict = "UNLAWFUL";
        reports += Report(specimen, verdict, run.transcript) + "\n";
      }
      runs.push_back(std::move(run));
    }
    fmt::print("{}\n{}\n{}", program.Label(), TimelineTable(program.program, runs),
               Painted(reports, stdout));
  }
  for (const std::string& line : TimelineLegend()) fmt::print("{}\n", line);
  for (const std::string& why : absent) fmt::print("absent: {}\n", why);
  return lawful ? 0 : 1;
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

void CompareOne(const ProgramFile& program, Runner& first, Runner& second, StatusLine& line,
                Difference* sum) {
  std::string a;
  std::string b;
  const Verdict one = first.Run(program.program, &a);
  const Verdict other = second.Run(program.program, &b);
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
    Runner first(pair.first);
    Runner second(pair.second);
    Difference sum;
    for (size_t i = 0; i < assigned.programs.size(); ++i) {
      if (assigned.specimen_of[i] != on) continue;
      CompareOne(assigned.programs[i], first, second, line, &sum);
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
    if (error.empty()) *exit_code = CompareAll(programs, arguments);
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
