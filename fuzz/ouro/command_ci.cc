// SPDX-License-Identifier: Apache-2.0

// `ouro ci`: what continuous integration wants of a collector, in one command: is its adapter
// right, are these programs lawful, what do some minutes of random ones find; then files for
// programs and for people, and an exit code that says whether anything is new.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "corpus/built_in.h"
#include "corpus/head.h"
#include "fuzz/campaign/campaign_folder.h"
#include "fuzz/campaign/finding.h"
#include "fuzz/campaign/look_inside.h"
#include "fuzz/files.h"
#include "fuzz/interrupt.h"
#include "fuzz/ouro/ci_report.h"
#include "fuzz/ouro/ci_summary.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/conformance.h"
#include "fuzz/ouro/known_causes.h"
#include "fuzz/ouro/known_programs.h"
#include "fuzz/report/page.h"
#include "fuzz/runner.h"
#include "model/trial.h"

namespace ouro {
namespace {

namespace fs = std::filesystem;
using Kind = CiOutcome::Kind;

constexpr int kReplays = 3;         // lawful ones, until a finding counts as mended
constexpr int kExplainSeconds = 5;  // for each finding, on the page

class Ci {
 public:
  explicit Ci(const CiArguments& arguments)
      : arguments_(arguments),
        out_(arguments.options.out),
        report_("ci", {.junit = out_ + "/junit.xml", .sarif = out_ + "/ouroboros.sarif"}) {}

  std::string Run(int* exit_code) {
    std::string error = Begin();
    if (!error.empty()) return error;
    {
      const Interruptible interruptible;
      CheckAdapter();
      RunPrograms();
      SetMendedAside();
      summary_.interrupted = Interruptible::Interrupted();
    }
    if (!summary_.interrupted) error = RunCampaign();
    const std::string unwritten = End();
    *exit_code = summary_.News() == 0 ? 0 : 1;
    return error.empty() ? unwritten : error;
  }

 private:
  // All that can be wrong with the input.
  std::string Begin() {
    std::string error = report_.Probe();
    if (error.empty() && !arguments_.known.empty()) error = known_.Read(arguments_.known);
    if (error.empty()) error = FindChosen(arguments_.choice, &specimen_);
    if (error.empty() && !arguments_.files.empty()) error = programs_.Read(arguments_.files);
    return error;
  }

  void Add(CiOutcome outcome) { report_.Add(std::move(outcome)); }

  // A lawful part, in a sentence.
  void Add(const char* part, const std::string& sentence) {
    Add({.specimen = specimen_.name,
         .contract = specimen_.contract->name,
         .name = part,
         .sentence = sentence});
  }

  void Say(const CiOutcome& outcome) {
    fmt::print("{}: {}\n", outcome.kind == Kind::kKnown ? "known" : "NEW", outcome.name);
    if (outcome.kind != Kind::kKnown) fmt::print("{}\n", outcome.report);
    std::fflush(stdout);
  }

  void CheckAdapter() {
    size_t passed = 0;
    const std::vector<FailedCase> failures = CheckConformance(specimen_, &passed);
    for (const FailedCase& failed : failures) {
      CiOutcome outcome = OutcomeOf(failed, specimen_, known_);
      Say(outcome);
      Add(std::move(outcome));
    }
    uint32_t missing = 0;
    const std::string sentence = fmt::format(
        "{} passed, {} failed, {} need abilities that are not claimed", Count(passed, "case"),
        failures.size(), CountSkipped(specimen_.abilities, &missing));
    fmt::print("adapter: {}\n", sentence);
    Add("adapter", sentence);
  }

  void RunPrograms() {
    const std::vector<ProgramFile>& files = programs_.files();
    if (files.empty()) return;
    size_t unlawful = 0;
    const auto each = [&](size_t i, const Verdict& verdict, const std::string& trace,
                          const Judgement& judgement) {
      CiOutcome outcome = Weighed(OutcomeOf(files[i], specimen_, verdict, trace), judgement);
      if (outcome.kind != Kind::kLawful) Say(outcome);
      unlawful += verdict.lawful() ? 0 : 1;
      Add(std::move(outcome));
    };
    const size_t ran = programs_.RunOn(specimen_, each);
    for (size_t i = ran; i < files.size(); ++i) Add(Unrun(files[i], specimen_));
    const std::string sentence =
        fmt::format("{} ran, {} unlawful", Count(ran, "program"), unlawful);
    fmt::print("corpus: {}\n", sentence);
    Add("corpus", sentence);
  }

  // Findings of earlier runs that are lawful now are no findings of this one. A finding that never
  // repeated stays: that it is lawful says nothing.
  void SetMendedAside() {
    BySpecimen findings;
    if (!ReadFindings(out_, &findings).empty()) return;  // there is no campaign yet
    for (const Finding& finding : findings[specimen_.name]) {
      if (Interruptible::Interrupted()) return;
      if (finding.signature.starts_with(NotRepeatable(""))) continue;
      bool lawful = true;
      std::string trace;
      for (int i = 0; i < kReplays && lawful; ++i) {
        lawful = Runner(specimen_, {.verify = LookFor(finding.signature)})
                     .Run(finding.program, &trace)
                     .lawful();
      }
      if (!lawful) continue;
      const std::string to = out_ + "/mended/" + fs::path(finding.file).filename().string();
      std::error_code error;
      fs::create_directories(UserPath(out_ + "/mended"), error);
      fs::rename(UserPath(finding.file), UserPath(to), error);
      if (error) continue;
      fmt::print("mended: {}\n  now in {}\n", finding.cause, to);
      summary_.mended.push_back(to);
    }
  }

  std::string RunCampaign() {
    CampaignOptions options = arguments_.options;
    options.seconds = std::max(static_cast<int>(std::lround(arguments_.minutes * 60)), 1);
    options.corpus = BuiltInCorpus();
    // The processes of libFuzzer know the specimen by its name alone.
    if (!arguments_.choice.contract.empty()) options.engines = {Engine::kRandom};
    std::string error;
    CampaignReport end;
    ouro::RunCampaign(specimen_, options, &error, &end);
    if (!error.empty()) {
      Add(NoCampaign(specimen_, error));
      return error;
    }
    for (CiOutcome& outcome : OutcomesOf(end, known_)) Add(std::move(outcome));
    summary_.interrupted = end.interrupted;
    return "";
  }

  std::string End() {
    summary_.specimen = specimen_.name;
    summary_.outcomes = report_.outcomes();
    if (summary_.interrupted) report_.SetInterrupted();
    std::string error = report_.Write();
    const std::string text = Markdown(summary_);
    const std::string why = WriteText(out_ + "/summary.md", text);
    if (error.empty()) error = why;
    ShowStep(text);
    if (!summary_.interrupted) WritePage();
    for (const CiOutcome& outcome : summary_.outcomes) {
      if (!outcome.accept.empty()) fmt::print("new: {}\n", outcome.accept);
    }
    fmt::print("{}: {}; {}/summary.md, junit.xml, ouroboros.sarif\n", specimen_.name,
               summary_.Verdict(), out_);
    return error;
  }

  // GitHub shows what is appended to this file beside the step.
  static void ShowStep(const std::string& text) {
    const char* const file = std::getenv("GITHUB_STEP_SUMMARY");
    if (file == nullptr || *file == '\0') return;
    std::ofstream(file, std::ios::app) << text;
  }

  // For people: nothing depends on it.
  void WritePage() const {
    if (!fs::is_directory(UserPath(out_ + "/found")) || MakePage("{}").empty()) return;
    int ignored = 0;
    const std::string why = ReportCommand({.choice = arguments_.choice,
                                           .out = out_ + "/report.html",
                                           .seconds = kExplainSeconds,
                                           .files = {out_}},
                                          &ignored);
    if (!why.empty()) fmt::print("no page: {}\n", why);
  }

  const CiArguments& arguments_;
  const std::string out_;
  CiReport report_;
  CiSummary summary_;
  KnownCauses known_;
  Specimen specimen_;
  KnownPrograms programs_;
};

}  // namespace

std::string CiCommand(const CiArguments& arguments, int* exit_code) {
  return Ci(arguments).Run(exit_code);
}

}  // namespace ouro
