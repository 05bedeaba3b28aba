// SPDX-License-Identifier: Apache-2.0

// `ouro report`: one page that shows a run step by step, or a campaign with its findings.

#include <fmt/format.h>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "fuzz/build_name.h"
#include "fuzz/campaign/campaign_folder.h"
#include "fuzz/campaign/campaign_report.h"
#include "fuzz/campaign/cause.h"
#include "fuzz/campaign/finding.h"
#include "fuzz/files.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/report/campaign_data.h"
#include "fuzz/report/explain.h"
#include "fuzz/report/page.h"
#include "fuzz/report/run_data.h"
#include "fuzz/runner.h"
#include "fuzz/status_line.h"

namespace ouro {
namespace {

using Json = nlohmann::json;

// Of a page with several runs: those of further findings are left out.
constexpr size_t kMostRuns = 40;

bool IsCampaign(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(UserPath(path + "/found"), error);
}

class Reporter {
 public:
  explicit Reporter(const ReportArguments& arguments) : arguments_(arguments) {}

  // Runs a program and explains it. Returns the data, which is unlawful or not.
  Json Run(const ProgramFile& file, const Specimen& specimen) {
    std::string trace;
    const Verdict verdict = Runner(specimen).Run(file.program, &trace);
    unlawful_ += verdict.lawful() ? 0 : 1;
    if (const std::string why = WhyNotShown(trace); !why.empty()) {
      not_shown_ = fmt::format("{}: {}", file.Label(), why);
      return nullptr;
    }
    Explanation explanation;
    const bool explains = arguments_.explain && !verdict.lawful();
    if (explains) {
      const auto progress = [&](size_t done, size_t all) {
        line_.Show(fmt::format("{}: {} of {} variants tried", file.Label(), done, all));
      };
      explanation = Explain(file.program, specimen, verdict, trace, arguments_.seconds, progress);
      line_.Clear();
    }
    Json data = RunData({.file = file,
                         .specimen = specimen,
                         .verdict = verdict,
                         .trace = trace,
                         .replay = Replay(file, specimen),
                         .explanation = explains ? &explanation : nullptr});
    data["version"] = BuildName();
    return data;
  }

  // Programs from files: one is its own page, several get an index.
  std::string Files(Json* data) {
    Assignment assigned;
    std::string error = Assign(arguments_.files, arguments_.choice, kDefaultSpecimen, &assigned);
    if (!error.empty()) return error;
    if (assigned.programs.size() == 1) {
      *data = Run(assigned.programs[0], assigned.specimen(0));
      return not_shown_;
    }
    BySpecimen findings;
    std::map<std::string, size_t> by_label;
    for (size_t i = 0; i < assigned.programs.size(); ++i) {
      const ProgramFile& file = assigned.programs[i];
      std::string trace;
      const Verdict verdict = Runner(assigned.specimen(i)).Run(file.program, &trace);
      if (verdict.lawful()) continue;
      Finding finding = {.signature = verdict.signature(), .program = file.program};
      finding.cause = CauseOf(verdict, file.program);
      finding.file = file.Label();
      by_label[finding.file] = i;
      findings[assigned.specimen(i).name].push_back(finding);
    }
    *data = CampaignData(arguments_.files[0], findings, {}, [&](const Finding& finding) -> Json {
      if (runs_++ >= kMostRuns) return nullptr;
      const size_t i = by_label.at(finding.file);
      return Run(assigned.programs[i], assigned.specimen(i));
    });
    return "";
  }

  std::string Campaign(Json* data) {
    const std::string& folder = arguments_.files[0];
    BySpecimen findings;
    if (std::string error = ReadFindings(folder, &findings); !error.empty()) return error;
    *data = CampaignData(folder, findings, ReadNumbers(folder),
                         [&](const Finding& finding) { return RunOf(finding); });
    return "";
  }

  size_t unlawful() const { return unlawful_; }

 private:
  Json RunOf(const Finding& finding) {
    if (runs_++ >= kMostRuns) return nullptr;
    Assignment assigned;
    const std::string error =
        Assign({finding.file}, arguments_.choice, kDefaultSpecimen, &assigned);
    if (!error.empty()) {  // a specimen that is not here
      fmt::print(stderr, "ouro: not shown: {}\n", error);
      return nullptr;
    }
    return Run(assigned.programs[0], assigned.specimen(0));
  }

  std::string Replay(const ProgramFile& file, const Specimen& specimen) const {
    const bool chosen = !arguments_.choice.specimen.empty() || !arguments_.choice.contract.empty();
    return OuroCommand(chosen ? "run --specimen " + Quoted(specimen.name) : "run", file.file);
  }

  const ReportArguments& arguments_;
  StatusLine line_;
  std::string not_shown_;  // why the last run is not; "": it is
  size_t runs_ = 0;
  size_t unlawful_ = 0;
};

}  // namespace

std::string ReportCommand(const ReportArguments& arguments, int* exit_code) {
  if (MakePage("{}").empty()) {
    return "this build has no page: run tools/setup, which brings dagre and uPlot from the npm "
           "registry, and build again";
  }
  const bool campaign = arguments.files.size() == 1 && IsCampaign(arguments.files[0]);
  Reporter reporter(arguments);
  Json data;
  std::string error = campaign ? reporter.Campaign(&data) : reporter.Files(&data);
  if (!error.empty()) return error;
  data["version"] = BuildName();
  const std::string page = MakePage(data.dump(-1, ' ', false, Json::error_handler_t::replace));
  error = WriteText(arguments.out, page);
  if (!error.empty()) return error;
  fmt::print(
      "{}: {}, {} KB\n", arguments.out,
      campaign ? Count(data["causes"].size(), "cause") : Count(reporter.unlawful(), "unlawful run"),
      (page.size() + 1023) / 1024);
  *exit_code = reporter.unlawful() == 0 ? 0 : 1;
  return "";
}

}  // namespace ouro
