// SPDX-License-Identifier: Apache-2.0

// `ouro check-adapter`: first the conformance cases, then random programs. While a case fails, the
// adapter is the first suspect, then its contract; the collector becomes one when all cases pass.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "fuzz/campaign/finding.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/conformance.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/isolate.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

constexpr size_t kBatch = 100;   // random programs for one child process
constexpr int kOperations = 40;  // of each
constexpr int kShrinkSeconds = 20;

void PrintFailure(const Specimen& specimen, const FailedCase& failed) {
  fmt::print("failed: {}\n  look for {}\n", failed.name, failed.look_for);
  if (failed.after_others) {
    fmt::print("  lawful alone, but not after other programs:\n{}\n", Print(failed.program));
    return;
  }
  fmt::print("  {}\n", Report(specimen, failed.verdict, failed.transcript));
  // A crash takes the transcript along.
  if (failed.transcript.empty()) fmt::print("  in this program:\n{}\n", Print(failed.program));
}

// A case that was skipped does not count as passed.
void PrintSkipped(const Specimen& specimen) {
  uint32_t missing = 0;
  const size_t skipped = CountSkipped(specimen.abilities, &missing);
  if (skipped == 0) return;
  fmt::print("  {} more were skipped; they need abilities that are not claimed: {}\n", skipped,
             ListAbilities(missing));
}

// Runs random programs until one is unlawful; prints that one, shrunk, and the likely culprit.
bool RandomLawful(const Specimen& specimen, const CheckAdapterArguments& arguments,
                  StatusLine& line) {
  GeneratorOptions options;
  options.operations = kOperations;
  options.kinds = specimen.kinds.kinds();
  options.abilities = specimen.abilities;
  for (size_t done = 0; done < arguments.programs; done += kBatch) {
    std::vector<Program> programs;
    while (programs.size() < std::min(kBatch, arguments.programs - done)) {
      programs.push_back(Generate(SeedOf(arguments.seed, done + programs.size()), options));
    }
    const size_t found = FindIsolated(programs, kAnySignature, specimen, Isolation{});
    line.Show(fmt::format("{} random programs", done + found));
    if (found == programs.size()) continue;
    line.Clear();
    FindingOptions finding;
    finding.shrink_seconds = kShrinkSeconds;
    finding.origin = fmt::format("random program {}", done + found + 1);
    finding.seen = fmt::format(
        "it broke a law or crashed at random program {}, after {} others in the same process",
        done + found + 1, found);
    Finding it = *Investigate(programs[found], specimen, finding);
    ShrinkFinding(specimen, finding, &it);
    std::string transcript;
    const Verdict verdict = TryIsolated(it.program, specimen, Isolation{}, &transcript);
    fmt::print(
        "random program {} is unlawful, shrunk:\n{}\n{}\n  in the adapter, look for {};\n"
        "  if there is no such mistake, it is the collector\n",
        done + found + 1, Print(it.program),
        verdict.lawful() ? it.report : Report(specimen, verdict, transcript), LookFor(verdict));
    return false;
  }
  return true;
}

}  // namespace

std::string CheckAdapterCommand(const CheckAdapterArguments& arguments, int* exit_code) {
  Specimen specimen;
  if (std::string error = FindChosen(arguments.choice, &specimen); !error.empty()) return error;
  StatusLine line;
  size_t passed = 0;
  const std::vector<FailedCase> failures = CheckConformance(specimen, &passed);
  for (const FailedCase& failed : failures) PrintFailure(specimen, failed);
  if (!failures.empty()) {
    fmt::print(
        "{}: CONFORMANCE CASES FAILED: {} passed, {} kind{} of failure; suspect the adapter first, "
        "then the contract {}, then the collector\n",
        specimen.name, passed, failures.size(), failures.size() == 1 ? "" : "s",
        specimen.contract->name);
    PrintSkipped(specimen);
    *exit_code = 1;
    return "";
  }
  const bool lawful = RandomLawful(specimen, arguments, line);
  line.Clear();
  fmt::print("{}: all {} conformance cases passed, {} random programs {}\n", specimen.name, passed,
             arguments.programs, lawful ? "lawful" : "NOT ALL LAWFUL");
  PrintSkipped(specimen);
  *exit_code = lawful ? 0 : 1;
  return "";
}

}  // namespace ouro
