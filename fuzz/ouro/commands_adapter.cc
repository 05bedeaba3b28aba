// `ouro check-adapter`: first the duties, then random programs. While a duty is not done, the
// adapter is looked at first, then its contract; the collector, in doubt, only when all of them
// are.

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "fuzz/campaign/finding.h"
#include "fuzz/ouro/assigned.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/conformance.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/isolate.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

constexpr size_t kBatch = 100;   // random programs for one child
constexpr int kOperations = 40;  // of each
constexpr int kShrinkSeconds = 20;

void Print(const Specimen& specimen, const Fault& fault) {
  fmt::print("not done: {}\n  look for {}\n", fault.duty, fault.look_for);
  if (fault.after_others) {
    fmt::print("  lawful alone, and not after other programs:\n{}\n", ouro::Print(fault.program));
    return;
  }
  fmt::print("  {}\n", Report(specimen, fault.verdict, fault.transcript));
  // A crash takes the transcript with it.
  if (fault.transcript.empty()) fmt::print("  in this program:\n{}\n", ouro::Print(fault.program));
}

// No duty counts as done that was not run.
void PrintBeyond(const Specimen& specimen) {
  uint32_t missing = 0;
  const size_t beyond = DutiesBeyond(specimen.abilities, &missing);
  if (beyond == 0) return;
  fmt::print("  {} more were not run, for abilities that are not claimed: {}\n", beyond,
             ListAbilities(missing));
}

// Random programs, until one is unlawful: shrunk, and said whose fault it may be.
bool RandomLawful(const Specimen& specimen, const CheckAdapterArguments& arguments,
                  StatusLine& line) {
  GeneratorOptions options;
  options.operations = kOperations;
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
        "it broke a law or broke down at random program {}, after {} others in the same process",
        done + found + 1, found);
    Finding it = *Investigate(programs[found], specimen, finding);
    ShrinkFinding(specimen, finding, &it);
    std::string transcript;
    const Verdict verdict = TryIsolated(it.program, specimen, Isolation{}, &transcript);
    fmt::print(
        "random program {} is unlawful, shrunk:\n{}\n{}\n  in the adapter, look for {};\n"
        "  if there is no such thing, it is the collector\n",
        done + found + 1, ouro::Print(it.program),
        verdict.lawful() ? it.report : Report(specimen, verdict, transcript), LookFor(verdict));
    return false;
  }
  return true;
}

}  // namespace

int CheckAdapters(const CheckAdapterArguments& arguments) {
  Specimen specimen;
  const std::string error = FindSpecimen(arguments.specimen, &specimen, arguments.contract);
  if (!error.empty()) return Complain(error);
  WarnOfUnknownAbilities(specimen);
  StatusLine line;
  const RunProgram run = [&specimen](const Program& program, std::string* transcript) {
    return TryIsolated(program, specimen, Isolation{}, transcript);
  };
  const FindUnlawful find = [&specimen](const std::vector<Program>& programs) {
    return FindIsolated(programs, kAnySignature, specimen, Isolation{});
  };
  size_t done = 0;
  const std::vector<Fault> faults = CheckAdapter(specimen, run, find, &done);
  for (const Fault& fault : faults) Print(specimen, fault);
  if (!faults.empty()) {
    fmt::print(
        "{}: NOT ALL DUTIES DONE: {} done, {} kind{} of fault; in doubt the adapter, then the "
        "contract {}, then the collector\n",
        specimen.name, done, faults.size(), faults.size() == 1 ? "" : "s", specimen.contract->name);
    PrintBeyond(specimen);
    return 1;
  }
  const bool lawful = RandomLawful(specimen, arguments, line);
  line.Clear();
  fmt::print("{}: all {} duties done, {} random programs {}\n", specimen.name, done,
             arguments.programs, lawful ? "lawful" : "NOT ALL LAWFUL");
  PrintBeyond(specimen);
  return lawful ? 0 : 1;
}

}  // namespace ouro
