// SPDX-License-Identifier: Apache-2.0

// A campaign folder as its readers see it: the findings that are filed there, how often each
// occurred, and the numbers of each specimen.
//
// Place: for `ouro triage` and `ouro report`; output_folder.h is for the campaign that writes it.
// Any user may write there as well: files that are not what they should be are skipped, but a
// finding that cannot be read is an error.

#ifndef FUZZ_CAMPAIGN_CAMPAIGN_FOLDER_H_
#define FUZZ_CAMPAIGN_CAMPAIGN_FOLDER_H_

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fuzz/campaign/finding.h"

namespace ouro {

using BySpecimen = std::map<std::string, std::vector<Finding>>;

// Appends the findings of one folder, by the specimen that their heads name. Returns "" or why the
// folder, or a finding in it, cannot be read.
std::string ReadFindings(const std::string& folder, BySpecimen* findings);

// The numbers of one campaign: what stats.json and plot_data say.
struct CampaignNumbers {
  nlohmann::json stats;                             // an object
  std::vector<std::map<std::string, double>> plot;  // a line each, by the names of columns
};

// The numbers of all campaigns in the folder, in the order of their files' names.
std::vector<CampaignNumbers> ReadNumbers(const std::string& folder);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_CAMPAIGN_FOLDER_H_
