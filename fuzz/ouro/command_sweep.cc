// SPDX-License-Identifier: Apache-2.0

// `ouro sweep`: programs with one thing changed anywhere in them.

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "fuzz/campaign/campaign_report.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/isolate.h"
#include "model/trial.h"
#include "properties/generator/sweep.h"

namespace ouro {
namespace {

struct Swept {
  size_t programs = 0;
  size_t variations = 0;
  std::map<std::string, size_t> convicted;  // by signature
};

void SweepOne(const ProgramFile& program, const Specimen& specimen, StatusLine& line, Swept* sum) {
  Isolation isolation;
  isolation.fresh = true;  // each variation runs alone, so that its report is repeatable
  const std::vector<Variation> sweep = Sweep(program.program);
  std::vector<Program> rest;
  for (const Variation& variation : sweep) rest.push_back(variation.program);
  ++sum->programs;
  sum->variations += sweep.size();
  while (!rest.empty()) {
    const size_t found = FindIsolated(rest, kAnySignature, specimen, isolation);
    if (found == rest.size()) return;
    std::string transcript;
    const Verdict verdict = TryIsolated(rest[found], specimen, isolation, &transcript);
    if (++sum->convicted[verdict.signature()] == 1) {
      const std::string& what = sweep[sweep.size() - rest.size() + found].what;
      line.Clear();
      fmt::print("{}{}",
                 Painted(fmt::format("{} with {}: {}", program.Label(), what,
                                     Report(specimen, verdict, transcript)),
                         stdout),
                 Print(rest[found]));
    }
    rest.erase(rest.begin(), rest.begin() + static_cast<ptrdiff_t>(found) + 1);
  }
}

}  // namespace

std::string SweepCommand(const SweepArguments& arguments, int* exit_code) {
  Assignment assigned;
  std::string error = Assign(arguments.files, arguments.choice, kDefaultSpecimen, &assigned);
  if (!error.empty()) return error;
  std::vector<Swept> sums(assigned.specimens.size());
  StatusLine line;
  for (size_t i = 0; i < assigned.programs.size(); ++i) {
    SweepOne(assigned.programs[i], assigned.specimen(i), line, &sums[assigned.specimen_of[i]]);
    line.Show(fmt::format("{} of {} programs", i + 1, assigned.programs.size()));
  }
  line.Clear();
  bool lawful = true;
  for (size_t on = 0; on < sums.size(); ++on) {
    const auto& convicted = sums[on].convicted;
    fmt::print("{} variations of {} on {}, {} convicted\n", sums[on].variations,
               Count(sums[on].programs, "program"), assigned.specimens[on].name,
               std::accumulate(convicted.begin(), convicted.end(), size_t{0},
                               [](size_t sum, const auto& entry) { return sum + entry.second; }));
    for (const auto& [signature, hits] : convicted) fmt::print("  {} x {}\n", hits, signature);
    lawful = lawful && convicted.empty();
  }
  *exit_code = lawful ? 0 : 1;
  return "";
}

}  // namespace ouro
