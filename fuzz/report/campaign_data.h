// SPDX-License-Identifier: Apache-2.0

// The data of a campaign's page, as JSON: causes with their hits, curves, what was not reached, and
// the runs of findings. README.md in this folder has the format.
//
// Place: between a campaign folder and the page; run_data.h makes the runs.

#ifndef FUZZ_REPORT_CAMPAIGN_DATA_H_
#define FUZZ_REPORT_CAMPAIGN_DATA_H_

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fuzz/campaign/campaign_folder.h"

namespace ouro {

// The data of the run of one finding, or null: it cannot be run.
using RunOf = std::function<nlohmann::json(const Finding& finding)>;

// Of the findings and numbers of one folder. `run_of` is asked for the first finding of each
// headline. Deterministic if that is.
nlohmann::json CampaignData(const std::string& folder, const BySpecimen& findings,
                            const std::vector<CampaignNumbers>& numbers, const RunOf& run_of);

}  // namespace ouro

#endif  // FUZZ_REPORT_CAMPAIGN_DATA_H_
