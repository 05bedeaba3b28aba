// SPDX-License-Identifier: Apache-2.0

// `ouro shrink`: the smallest program with the same verdict.

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "fuzz/campaign/finding.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/isolate.h"

namespace ouro {

std::string ShrinkCommand(const ShrinkArguments& arguments, int* exit_code) {
  Assignment assigned;
  std::string error = Assign({arguments.file}, arguments.choice, kDefaultSpecimen, &assigned);
  if (!error.empty()) return error;
  const std::vector<ProgramFile>& programs = assigned.programs;
  if (programs.size() != 1) {
    return fmt::format("{}: contains {} programs; only one can be shrunk at a time", arguments.file,
                       programs.size());
  }
  const Specimen& specimen = assigned.specimen(0);
  StatusLine line(stderr, std::chrono::milliseconds(0));
  FindingOptions options;
  // Longer than the timeout of peers, whose error names the operation that hung.
  options.isolation.milliseconds = 15'000;
  options.shrink_seconds = arguments.seconds;
  options.origin = arguments.file;
  options.progress = [&line](size_t operations, size_t tried) {
    line.Show(fmt::format("{} operations left, {} programs tried", operations, tried));
  };
  Verdict verdict = TryIsolated(programs[0].program, specimen, options.isolation);
  if (verdict.lawful()) {  // what it does may show inside alone
    options.isolation.limits.verify = Limits::Verify::kAfterOperations;
    verdict = TryIsolated(programs[0].program, specimen, options.isolation);
  }
  if (verdict.lawful()) {
    fmt::print(stderr, "{} is lawful on {}: there is nothing to shrink\n", arguments.file,
               specimen.name);
    *exit_code = 0;
    return "";
  }
  options.seen = verdict.signature();
  Finding finding = *Investigate(programs[0].program, specimen, options);
  ShrinkFinding(specimen, options, &finding);
  line.Clear();
  fmt::print(stderr, "{}", Painted(finding.report, stderr));
  fmt::print("{}", finding.text);
  *exit_code = 1;
  return "";
}

}  // namespace ouro
