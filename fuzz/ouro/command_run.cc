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
#include "fuzz/runner.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/history/history.h"
#include "model/history/state_text.h"
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
  // With --trace and --state, standard output contains nothing but traces.
  const bool traces = arguments.trace || arguments.state;
  std::FILE* const reports = traces ? stderr : stdout;
  StatusLine line;
  const auto say = [&](size_t i, const Verdict& verdict, const std::string& transcript) {
    const size_t on = assigned.specimen_of[i];
    ++run[on];
    line.Show(fmt::format("{} of {} programs", i + 1, assigned.programs.size()));
    if (arguments.state && !transcript.empty()) {
      fmt::print("{}---\n", WithState(transcript, assigned.specimens[on], EndingOf(verdict)));
    } else if (traces) {
      fmt::print("{}---\n", transcript);
    }
    if (verdict.lawful()) return;
    ++convicted[on];
    line.Clear();
    const std::string report = Report(assigned.specimens[on], verdict, traces ? "" : transcript);
    fmt::print(reports, "{}\n",
               Painted(fmt::format("{}: {}", assigned.programs[i].Label(), report), reports));
  };
  for (size_t begin = 0, end = 0; begin < assigned.programs.size(); begin = end) {
    const size_t on = assigned.specimen_of[begin];
    std::vector<Program> programs;  // what follows for the same specimen, so that order is kept
    for (; end < assigned.programs.size() && assigned.specimen_of[end] == on; ++end) {
      programs.push_back(assigned.programs[end].program);
    }
    if (!traces) {
      runners[on]->RunAll(programs,
                          [&](size_t index, const Verdict& verdict, const std::string& trace) {
                            say(begin + index, verdict, trace);
                          });
      continue;
    }
    for (size_t i = begin; i < end; ++i) {
      std::string trace;
      const Verdict verdict = runners[on]->Run(programs[i - begin], &trace);
      say(i, verdict, trace);
    }
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
