#include "fuzz/ouro/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "collector/planted/planted.h"
#include "collector/specimens.h"
#include "fuzz/campaign/finding.h"
#include "fuzz/files.h"
#include "fuzz/ouro/assigned.h"
#include "fuzz/ouro/runner.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/isolate.h"
#include "model/judge/law.h"
#include "model/trace.h"
#include "model/trial.h"
#include "properties/generator/generator.h"

namespace ouro {

int Run(const RunArguments& arguments) {
  Assigned assigned;
  std::string error =
      Assign(arguments.files, arguments.specimen, arguments.contract, kUsualSpecimen, &assigned);
  if (!error.empty()) return Complain(error);
  std::vector<std::unique_ptr<Runner>> runners;
  std::vector<size_t> run(assigned.specimens.size());
  std::vector<size_t> convicted(assigned.specimens.size());
  for (const Specimen& specimen : assigned.specimens) {
    WarnOfUnknownAbilities(specimen);
    runners.push_back(std::make_unique<Runner>(specimen, Limits{.verify = arguments.verify},
                                               arguments.in_process));
  }
  // With --trace, standard output is for traces alone.
  std::FILE* const reports = arguments.trace ? stderr : stdout;
  StatusLine line;
  for (size_t i = 0; i < assigned.programs.size(); ++i) {
    const size_t on = assigned.of[i];
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
    fmt::print(reports, "{} programs on {}, {} convicted\n", run[on], assigned.specimens[on].name,
               convicted[on]);
  }
  return std::all_of(convicted.begin(), convicted.end(), [](size_t n) { return n == 0; }) ? 0 : 1;
}

int JudgeFiles(const JudgeArguments& arguments) {
  const Contract* contract = nullptr;
  if (std::string error = ReadContract(arguments.contract, &contract); !error.empty()) {
    return Complain(error);
  }
  size_t traces = 0;
  size_t unlawful = 0;
  for (const std::string& file : arguments.files) {
    std::string text;
    std::vector<TraceVerdict> verdicts;
    if (std::string error = ReadText(file, &text); !error.empty()) return Complain(error);
    if (std::string error = JudgeTraces(text, *contract, &verdicts); !error.empty()) {
      return Complain(fmt::format("{}: {}", file, error));
    }
    if (verdicts.empty()) return Complain(fmt::format("{}: holds no trace", file));
    traces += verdicts.size();
    for (const TraceVerdict& verdict : verdicts) {
      if (!verdict.violation) continue;
      ++unlawful;
      fmt::print("{}:{}: broke the law {}\n  {}\n  lawful here: {}\n", file, verdict.line,
                 Name(verdict.violation->law), verdict.violation->what, verdict.violation->lawful);
    }
  }
  fmt::print("{} traces, {} unlawful\n", traces, unlawful);
  return unlawful == 0 ? 0 : 1;
}

int GeneratePrograms(const GenerateArguments& arguments) {
  GeneratorOptions options;
  options.operations = arguments.operations;
  options.clusters = !arguments.uniform;
  for (int i = 0; i < arguments.count; ++i) {
    if (i > 0) fmt::print("---\n");
    fmt::print("{}", Print(Generate(SeedOf(arguments.seed, static_cast<uint64_t>(i)), options)));
  }
  return 0;
}

int ShrinkFile(const ShrinkArguments& arguments) {
  Assigned assigned;
  std::string error =
      Assign({arguments.file}, arguments.specimen, arguments.contract, kUsualSpecimen, &assigned);
  if (!error.empty()) return Complain(error);
  const std::vector<ProgramFile>& programs = assigned.programs;
  if (programs.size() != 1) {
    return Complain(fmt::format("{}: holds {} programs; one can be shrunk at a time",
                                arguments.file, programs.size()));
  }
  const Specimen& specimen = assigned.specimen(0);
  StatusLine line(stderr, std::chrono::milliseconds(0));
  FindingOptions options;
  options.isolation.milliseconds = 15'000;  // longer than a peer's, whose words say more
  options.shrink_seconds = arguments.seconds;
  options.origin = arguments.file;
  options.progress = [&line](size_t operations, size_t tried) {
    line.Show(fmt::format("{} operations left, {} programs tried", operations, tried));
  };
  const Verdict verdict = TryIsolated(programs[0].program, specimen, options.isolation);
  if (verdict.lawful()) {
    fmt::print(stderr, "{} is lawful on {}: there is nothing to shrink\n", arguments.file,
               specimen.name);
    return 0;
  }
  options.seen = verdict.signature();
  Finding finding = *Investigate(programs[0].program, specimen, options);
  ShrinkFinding(specimen, options, &finding);
  line.Clear();
  fmt::print(stderr, "{}", Painted(finding.report, stderr));
  fmt::print("{}", finding.text);
  return 1;
}

int Campaign(const CampaignArguments& arguments) {
  Specimen specimen;
  std::string error = FindSpecimen(arguments.specimen, &specimen, arguments.contract);
  if (!error.empty()) return Complain(error);
  WarnOfUnknownAbilities(specimen);
  CampaignOptions options = arguments.options;
  if (!arguments.contract.empty()) {  // which the processes of libFuzzer do not know
    if (options.engines.Has(Engine::kLibFuzzer)) {
      return Complain(
          "libFuzzer judges by the specimen's own contract; with --contract it is "
          "--engine random");
    }
    options.engines = {Engine::kRandom};
  }
  options.corpus = BuiltInCorpus();
  const int code = RunCampaign(specimen, options, &error);
  return error.empty() ? code : Complain(error);
}

int ListSpecimens() {
  for (const auto* specimens : {&OwnSpecimens(), &PlantedBugs()}) {
    for (const Specimen& specimen : *specimens) {
      fmt::print("{:<26} {:<15} {}\n", specimen.name, specimen.contract->name, specimen.summary);
    }
  }
  std::vector<std::string> absent;
  for (const Specimen& peer : PresentPeers(&absent)) {
    fmt::print("{:<26} {:<15} {}\n", peer.name, peer.contract->name, peer.summary);
  }
  for (const SpecimenForm& form : SpecimenForms()) {
    fmt::print("{:<26} {:<15} {}\n", form.form, "", form.summary);
  }
  for (const std::string& line : absent) fmt::print("absent: {}\n", line);
  return 0;
}

int ListContracts() {
  for (const Contract* const* contract = kContracts; *contract != nullptr; ++contract) {
    fmt::print("{:<15} {}\n", (*contract)->name, (*contract)->summary);
    for (const std::string& line : Describe(**contract)) fmt::print("{:<15}   {}\n", "", line);
  }
  return 0;
}

int ListLaws() {
  for (int i = 0; i < kLaws; ++i) {
    const Law law = static_cast<Law>(i);
    fmt::print("{:<23} {}\n", Name(law), Sentence(law));
  }
  return 0;
}

}  // namespace ouro
