// SPDX-License-Identifier: Apache-2.0

// `ouro campaign`: random programs for a time; findings are shrunk and filed.

#include <string>

#include "corpus/built_in.h"
#include "fuzz/campaign/campaign.h"
#include "fuzz/ouro/commands.h"

namespace ouro {

std::string CampaignCommand(const CampaignArguments& arguments, int* exit_code) {
  Specimen specimen;
  std::string error = FindChosen(arguments.choice, &specimen);
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
  *exit_code = RunCampaign(specimen, options, &error);
  return error;
}

}  // namespace ouro
