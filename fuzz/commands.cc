#include "fuzz/commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <numeric>

#include "collector/planted/planted.h"
#include "collector/specimens.h"
#include "fuzz/files.h"
#include "fuzz/finding.h"
#include "model/isolate.h"
#include "model/law.h"
#include "model/trace.h"
#include "model/trial.h"
#include "properties/compare.h"
#include "properties/fates.h"
#include "properties/generator.h"
#include "properties/sweep.h"

namespace ouro {
namespace {

// Says what is wrong; the exit code for it.
int Complain(const std::string& trouble) {
  std::fflush(stdout);
  fmt::print(stderr, "ouro: {}\n", trouble);
  return 2;
}

// How far a long command is, on standard error, if a person may be looking. Silent for two seconds.
class Progress {
 public:
  explicit Progress(size_t total) : total_(total) {}
  ~Progress() {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }
  void Step() {
    ++done_;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_ || isatty(STDERR_FILENO) == 0) return;
    next_ = now + std::chrono::milliseconds(500);
    shown_ = true;
    fmt::print(stderr, "\r\033[K{} of {} programs", done_, total_);
  }

 private:
  size_t total_;
  size_t done_ = 0;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_ =
      std::chrono::steady_clock::now() + std::chrono::seconds(2);
};

// Runs programs on one specimen: in child processes if it could crash ours.
class Runner {
 public:
  explicit Runner(const Specimen& specimen, Limits limits = {}) : specimen_(specimen) {
    isolation_.limits = limits;
    if (!specimen.in_process) trial_ = std::make_unique<Trial>(specimen, limits);
  }
  Verdict Run(const Program& program, std::string* transcript) {
    if (trial_ != nullptr) return trial_->Run(program, transcript);
    return TryIsolated(program, specimen_, isolation_, transcript);
  }

 private:
  const Specimen specimen_;
  Isolation isolation_;
  std::unique_ptr<Trial> trial_;
};

}  // namespace

int Run(const RunArguments& arguments) {
  Specimen specimen;
  std::vector<ProgramFile> programs;
  if (std::string error = FindSpecimen(arguments.specimen, &specimen); !error.empty()) {
    return Complain(error);
  }
  if (std::string error = ReadPrograms(arguments.files, &programs); !error.empty()) {
    return Complain(error);
  }
  Runner runner(specimen, {.verify = arguments.verify});
  Progress progress(programs.size());
  size_t convicted = 0;
  for (const ProgramFile& program : programs) {
    std::string transcript;
    const Verdict verdict = runner.Run(program.program, &transcript);
    progress.Step();
    if (arguments.trace) fmt::print("{}---\n", transcript);
    if (verdict.lawful()) continue;
    ++convicted;
    // With --trace, standard output is for traces alone.
    fmt::print(arguments.trace ? stderr : stdout, "{}: {}\n", program.Label(),
               Report(specimen, verdict, arguments.trace ? "" : transcript));
  }
  fmt::print(arguments.trace ? stderr : stdout, "{} programs on {}, {} convicted\n",
             programs.size(), specimen.name, convicted);
  return convicted == 0 ? 0 : 1;
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
  Specimen specimen;
  std::vector<ProgramFile> programs;
  if (std::string error = FindSpecimen(arguments.specimen, &specimen); !error.empty()) {
    return Complain(error);
  }
  if (std::string error = ReadPrograms({arguments.file}, &programs); !error.empty()) {
    return Complain(error);
  }
  if (programs.size() != 1) {
    return Complain(fmt::format("{}: holds {} programs; one can be shrunk at a time",
                                arguments.file, programs.size()));
  }
  FindingOptions options;
  options.isolation.milliseconds = 15'000;  // longer than a peer's, whose words say more
  options.shrink_seconds = arguments.seconds;
  options.origin = arguments.file;
  options.progress = [](size_t operations, size_t tried) {
    if (isatty(STDERR_FILENO) == 0) return;
    fmt::print(stderr, "\r\033[K{} operations left, {} programs tried", operations, tried);
  };
  const Verdict verdict = TryIsolated(programs[0].program, specimen, options.isolation);
  if (verdict.lawful()) {
    fmt::print(stderr, "{} is lawful on {}: there is nothing to shrink\n", arguments.file,
               specimen.name);
    return 0;
  }
  options.seen = verdict.signature();
  const Finding finding = Investigate(programs[0].program, specimen, options);
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
  fmt::print(stderr, "{}", finding.report);
  fmt::print("{}", finding.text);
  return 1;
}

int Replay(const ReplayArguments& arguments) {
  std::vector<ProgramFile> programs;
  if (std::string error = ReadPrograms(arguments.files, &programs); !error.empty()) {
    return Complain(error);
  }
  std::vector<std::string> absent;
  const std::vector<Specimen> specimens = PresentSpecimens(&absent);
  for (const std::string& why : absent) fmt::print("left out: {}\n", why);
  size_t convicted = 0;
  for (const Specimen& specimen : specimens) {
    Runner runner(specimen);
    size_t unlawful = 0;
    for (const ProgramFile& program : programs) {
      std::string transcript;
      const Verdict verdict = runner.Run(program.program, &transcript);
      if (verdict.lawful()) continue;
      ++unlawful;
      fmt::print("{}: {}\n", program.Label(), Report(specimen, verdict, transcript));
    }
    fmt::print("{:<18} {} programs, {} convicted\n", specimen.name, programs.size(), unlawful);
    convicted += unlawful;
  }
  return convicted == 0 ? 0 : 1;
}

namespace {

// Each program through all specimens that are here: a table for each.
int CompareAll(const std::vector<ProgramFile>& programs) {
  std::vector<std::string> absent;
  std::vector<Specimen> specimens = PresentSpecimens(&absent);
  for (Specimen& peer : PresentPeers(&absent)) specimens.push_back(std::move(peer));
  bool lawful = true;
  for (const ProgramFile& program : programs) {
    std::vector<Course> courses;
    std::string reports;
    for (const Specimen& specimen : specimens) {
      Course course = {specimen.name, "", "lawful"};
      const Verdict verdict = Runner(specimen).Run(program.program, &course.transcript);
      if (!verdict.lawful()) {
        lawful = false;
        course.verdict = "UNLAWFUL";
        reports += Report(specimen, verdict, course.transcript) + "\n";
      }
      courses.push_back(std::move(course));
    }
    fmt::print("{}\n{}\n{}", program.Label(), FateTable(program.program, courses), reports);
  }
  for (const std::string& line : FateLegend()) fmt::print("{}\n", line);
  for (const std::string& why : absent) fmt::print("absent: {}\n", why);
  return lawful ? 0 : 1;
}

}  // namespace

int Compare(const CompareArguments& arguments) {
  if (arguments.with.empty()) {
    std::vector<ProgramFile> programs;
    if (std::string error = ReadPrograms(arguments.files, &programs); !error.empty()) {
      return Complain(error);
    }
    return CompareAll(programs);
  }
  Specimen specimens[2];
  std::vector<ProgramFile> programs;
  for (int i = 0; i < 2; ++i) {
    const std::string& name = i == 0 ? arguments.specimen : arguments.with;
    if (std::string error = FindSpecimen(name, &specimens[i]); !error.empty()) {
      return Complain(error);
    }
  }
  if (std::string error = ReadPrograms(arguments.files, &programs); !error.empty()) {
    return Complain(error);
  }
  // What one of them cannot do is void for both.
  specimens[0].abilities &= specimens[1].abilities;
  specimens[1].abilities = specimens[0].abilities;
  Runner first(specimens[0]);
  Runner second(specimens[1]);
  Progress progress(programs.size());
  size_t different = 0;
  size_t convicted = 0;
  for (const ProgramFile& program : programs) {
    std::string a;
    std::string b;
    const Verdict one = first.Run(program.program, &a);
    const Verdict other = second.Run(program.program, &b);
    const bool lawful = one.lawful() && other.lawful();
    progress.Step();
    convicted += lawful ? 0 : 1;
    const std::string difference = FirstDifference(Steps(a), Steps(b));
    if (difference.empty()) continue;
    ++different;
    fmt::print("{}: {}: {}\n", program.Label(), lawful ? "both lawful" : "unlawful", difference);
  }
  fmt::print("{} programs on {} and {}: {} the same, {} different, {} convicted\n", programs.size(),
             specimens[0].name, specimens[1].name, programs.size() - different, different,
             convicted);
  return convicted == 0 ? 0 : 1;
}

int SweepFiles(const SweepArguments& arguments) {
  Specimen specimen;
  std::vector<ProgramFile> programs;
  if (std::string error = FindSpecimen(arguments.specimen, &specimen); !error.empty()) {
    return Complain(error);
  }
  if (std::string error = ReadPrograms(arguments.files, &programs); !error.empty()) {
    return Complain(error);
  }
  Isolation isolation;
  isolation.fresh = true;  // each variation is alone, so that its report can be repeated
  Progress progress(programs.size());
  std::map<std::string, size_t> convicted;  // by signature
  size_t variations = 0;
  for (const ProgramFile& program : programs) {
    const std::vector<Variation> sweep = Sweep(program.program);
    std::vector<Program> rest;
    for (const Variation& variation : sweep) rest.push_back(variation.program);
    variations += sweep.size();
    while (!rest.empty()) {
      const size_t found = FindIsolated(rest, kAnySignature, specimen, isolation);
      if (found == rest.size()) break;
      std::string transcript;
      const Verdict verdict = TryIsolated(rest[found], specimen, isolation, &transcript);
      if (++convicted[verdict.signature()] == 1) {
        const std::string& what = sweep[sweep.size() - rest.size() + found].what;
        fmt::print("{} with {}: {}{}\n", program.Label(), what,
                   Report(specimen, verdict, transcript), Print(rest[found]));
      }
      rest.erase(rest.begin(), rest.begin() + static_cast<ptrdiff_t>(found) + 1);
    }
    progress.Step();
  }
  fmt::print("{} variations of {} programs on {}, {} convicted\n", variations, programs.size(),
             specimen.name,
             std::accumulate(convicted.begin(), convicted.end(), size_t{0},
                             [](size_t sum, const auto& entry) { return sum + entry.second; }));
  for (const auto& [signature, hits] : convicted) fmt::print("  {} x {}\n", hits, signature);
  return convicted.empty() ? 0 : 1;
}

int Campaign(const CampaignArguments& arguments) {
  Specimen specimen;
  std::string error = FindSpecimen(arguments.specimen, &specimen);
  if (!error.empty()) return Complain(error);
  const int code = RunCampaign(specimen, arguments.options, &error);
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
