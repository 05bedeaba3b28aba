// SPDX-License-Identifier: Apache-2.0

// `ouro run`: programs on their specimens, under the judge.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/campaign/campaign_report.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/runner.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/trial.h"

namespace ouro {

std::string RunCommand(const RunArguments& arguments, int* exit_code) {
  Assignment assigned;
  std::string error = Assign(arguments.files, arguments.choice, kDefaultSpecimen, &assigned);
  if (!error.empty()) return error;
  std::vector<std::unique_ptr<Runner>> runners;
  std::vector<size_t> run(assigned.specimens.size());
  std::vector<size_t> convicted(assigned.specimens.size());
  for (const Specimen& specimen : assigned.specimens) {
    runners.push_back(std::make_unique<Runner>(specimen, Limits{.verify = arguments.verify},
                                               arguments.in_process));
  }
  // With --trace, standard output contains nothing but traces.
  std::FILE* const reports = arguments.trace ? stderr : stdout;
  StatusLine line;
  for (size_t i = 0; i < assigned.programs.size(); ++i) {
    const size_t on = assigned.specimen_of[i];
    std::string transcript;
    const Verdict verdict = runners[on]->Run(assigned.programs[i].program, &transcript);
    ++run[on];
    line.Show(fmt::format("{} of {} programs", i + 1, assigned.programs.size()));
    if (arguments.trace) fmt::print("{}---\n", transcript);
    if (verdict.lawful()) continue;
    ++convicted[on];
    line.Clear();
    const std::string report =
        Report(assigned.specimens[on], verdict, arguments.trace ? "" : transcript);
    fmt::print(reports, "{}\n",
               Painted(fmt::format("{}: {}", assigned.programs[i].Label(), report), reports));
  }
  line.Clear();
  for (size_t on = 0; on < run.size(); ++on) {
    fmt::print(reports, "{} on {}, {} convicted\n", Count(run[on], "program"),
               assigned.specimens[on].name, convicted[on]);
  }
  const bool lawful =
      std::all_of(convicted.begin(), convicted.end(), [](size_t n) { return n == 0; });
  *exit_code = lawful ? 0 : 1;
  return "";
}

}  // namespace ouro
