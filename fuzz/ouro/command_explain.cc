// SPDX-License-Identifier: Apache-2.0

// `ouro explain`: which lines of an unlawful program matter, and on what grounds it is unlawful.

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "fuzz/ouro/commands.h"
#include "fuzz/report/explain.h"
#include "fuzz/runner.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/trial.h"

namespace ouro {
namespace {

void PrintExplanation(const Program& program, const Explanation& explanation) {
  fmt::print("{}\n", PrintMarked(program, explanation.marks));
  for (const std::string& sentence : explanation.cause) fmt::print("{}\n", sentence);
  const auto irrelevant =
      std::count_if(explanation.marks.begin(), explanation.marks.end(),
                    [](const Mark& mark) { return mark.matter == Matter::kIrrelevant; });
  fmt::print(
      "\n{} of {} operations irrelevant; {} programs and {} changes of the past tried{}\n",
      irrelevant, explanation.marks.size(), explanation.tried, explanation.supposed,
      explanation.finished ? "" : "; there are more, for which there was no time: shrink it first");
}

}  // namespace

std::string ExplainCommand(const ExplainArguments& arguments, int* exit_code) {
  Assignment assigned;
  std::string error = Assign(arguments.files, arguments.choice, kDefaultSpecimen, &assigned);
  if (!error.empty()) return error;
  *exit_code = 0;
  StatusLine line;
  for (size_t i = 0; i < assigned.programs.size(); ++i) {
    const Program& program = assigned.programs[i].program;
    const Specimen& specimen = assigned.specimen(i);
    std::string trace;
    const Verdict verdict = Runner(specimen).Run(program, &trace);
    const std::string label = assigned.programs[i].Label();
    if (verdict.lawful()) {
      fmt::print("{}: lawful on {}; there is nothing to explain\n", label, specimen.name);
      continue;
    }
    *exit_code = 1;
    const auto progress = [&line, &label](size_t done, size_t all) {
      line.Show(fmt::format("{}: {} of {} variants tried", label, done, all));
    };
    const Explanation explanation =
        Explain(program, specimen, verdict, trace, arguments.seconds, progress);
    line.Clear();
    fmt::print("{}\n",
               Painted(fmt::format("{}: {}", label, Report(specimen, verdict, trace)), stdout));
    PrintExplanation(program, explanation);
  }
  return "";
}

}  // namespace ouro
