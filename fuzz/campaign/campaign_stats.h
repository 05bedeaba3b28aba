// SPDX-License-Identifier: Apache-2.0

// Campaign statistics are a report as programs read it: stats.json, and plot_data as AFL++ writes
// it. The keys and columns are an interface: they may be extended, not renamed.
//
// Place: between a report and the output folder.

#ifndef FUZZ_CAMPAIGN_CAMPAIGN_STATS_H_
#define FUZZ_CAMPAIGN_CAMPAIGN_STATS_H_

#include <string>

#include "fuzz/campaign/campaign_report.h"

namespace ouro {

// The text of stats.json. Deterministic. Bytes that are no UTF-8 are replaced.
std::string StatsJson(const CampaignReport& report);

// Lines of plot_data, with their newlines: the columns of AFL++ 4, and features and situations.
std::string PlotHeader();
std::string PlotLine(const CampaignReport& report);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_CAMPAIGN_STATS_H_
