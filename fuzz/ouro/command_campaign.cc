// SPDX-License-Identifier: Apache-2.0

// `ouro campaign`: random programs for a time; findings are shrunk and filed.

#include <string>
#include <utility>

#include "corpus/built_in.h"
#include "fuzz/campaign/campaign.h"
#include "fuzz/ouro/ci_report.h"
#include "fuzz/ouro/commands.h"

namespace ouro {

std::string CampaignCommand(const CampaignArguments& arguments, int* exit_code) {
  CiReport report("campaign", arguments.reports);
  std::string error = ProbeReports(report, arguments.options.observe);
  if (!error.empty()) return error;
  Specimen specimen;
  error = FindChosen(arguments.choice, &specimen);
  if (!error.empty()) return error;
  CampaignOptions options = arguments.options;
  // The processes of libFuzzer know the specimen by its name alone, without --contract.
  if (!arguments.choice.contract.empty()) {
    if (options.engines.Has(Engine::kLibFuzzer)) {
      return "libFuzzer judges by the specimen's own contract; with --contract, use "
             "--engine random";
    }
    options.engines = {Engine::kRandom};
  }
  options.corpus = BuiltInCorpus();
  CampaignReport end;
  *exit_code = RunCampaign(specimen, options, &error, &end);
  if (error.empty()) {
    for (CiOutcome& outcome : OutcomesOf(end)) report.Add(std::move(outcome));
    if (end.interrupted) report.SetInterrupted();
  } else {
    report.Add(NoCampaign(specimen, error));
    report.SetInterrupted();
  }
  const std::string unwritten = report.Write();
  return error.empty() ? unwritten : error;
}

}  // namespace ouro
