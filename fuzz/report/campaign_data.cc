// SPDX-License-Identifier: Apache-2.0

#include "fuzz/report/campaign_data.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "fuzz/campaign/findings.h"

namespace ouro {
namespace {

using Json = nlohmann::json;

// The names in that array of the statistics, which anybody may have written.
std::set<std::string> Names(const Json& stats, const char* key) {
  std::set<std::string> names;
  if (!stats.contains(key) || !stats[key].is_array()) return names;
  for (const Json& name : stats[key]) {
    if (name.is_string()) names.insert(name.get<std::string>());
  }
  return names;
}

double Number(const Json& stats, const char* key) {
  return stats.contains(key) && stats[key].is_number() ? stats[key].get<double>() : 0;
}

std::string Text(const Json& stats, const char* key) {
  return stats.contains(key) && stats[key].is_string() ? stats[key].get<std::string>() : "";
}

Json CurveOf(const CampaignNumbers& numbers) {
  // The names that a page has for the columns of plot_data.
  const std::map<std::string, std::string> columns = {{"seconds", "relative_time"},
                                                      {"programs", "total_execs"},
                                                      {"features", "features"},
                                                      {"edges", "edges_found"},
                                                      {"findings", "saved_crashes"}};
  Json curve = {{"specimen", Text(numbers.stats, "specimen")}};
  for (const auto& [name, column] : columns) {
    curve[name] = Json::array();
    for (const std::map<std::string, double>& row : numbers.plot) {
      const auto cell = row.find(column);
      curve[name].push_back(cell == row.end() ? 0 : cell->second);
    }
  }
  return curve;
}

// What any campaign in the folder has reached, and what none has.
Json SituationsOf(const std::vector<CampaignNumbers>& numbers) {
  std::set<std::string> reached;
  std::set<std::string> missing;
  for (const CampaignNumbers& campaign : numbers) {
    reached.merge(Names(campaign.stats, "situations"));
    missing.merge(Names(campaign.stats, "situations_missing"));
  }
  Json data = {{"reached", reached}, {"missing", Json::array()}};
  for (const std::string& name : missing) {
    if (!reached.contains(name)) data["missing"].push_back({{"name", name}, {"text", ""}});
  }
  return data;
}

}  // namespace

nlohmann::json CampaignData(const std::string& folder, const BySpecimen& findings,
                            const std::vector<CampaignNumbers>& numbers, const RunOf& run_of) {
  Json data = {{"format", 1},
               {"kind", "campaign"},
               {"title", folder},
               {"specimens", Json::array()},
               {"causes", Json::array()},
               {"curves", Json::array()},
               {"situations", SituationsOf(numbers)},
               {"runs", Json::array()}};
  for (const CampaignNumbers& campaign : numbers) {
    const Json& stats = campaign.stats;
    const size_t found = stats.contains("findings") ? stats["findings"].size() : 0;
    data["specimens"].push_back({{"name", Text(stats, "specimen")},
                                 {"programs", Number(stats, "programs")},
                                 {"seconds", Number(stats, "seconds")},
                                 {"findings", found}});
    data["curves"].push_back(CurveOf(campaign));
  }
  for (const auto& [specimen, list] : findings) {
    for (const Headline& headline : HeadlinesOf(list)) {
      const Finding& first = headline.findings[0];
      uint64_t hits = 0;
      double seen = first.seconds;
      for (const Finding& finding : headline.findings) {
        hits += finding.hits;
        seen = std::min(seen, finding.seconds);
      }
      Json cause = {{"headline", headline.cause},
                    {"specimen", specimen},
                    {"hits", hits},
                    {"first_seen", seen},
                    {"operations", first.program.size()},
                    {"sentence", first.signature},
                    {"alike", headline.findings.size() - 1},
                    {"file", first.file},
                    {"runs", Json::array()}};
      if (Json run = run_of(first); !run.is_null()) {
        cause["sentence"] = run["verdict"]["sentence"];
        cause["runs"].push_back(data["runs"].size());
        data["runs"].push_back(std::move(run));
      }
      data["causes"].push_back(std::move(cause));
    }
  }
  return data;
}

}  // namespace ouro
