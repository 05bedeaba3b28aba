// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/campaign_stats.h"

#include <fmt/format.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "model/isolate.h"
#include "model/judge/law.h"

namespace ouro {
namespace {

std::vector<std::string> NamesOf(uint64_t situations) {
  std::vector<std::string> names;
  for (int i = 0; i < kSituations; ++i) {
    if ((situations >> i & 1) != 0) names.push_back(Name(static_cast<Situation>(i)));
  }
  return names;
}

}  // namespace

std::string StatsJson(const CampaignReport& r) {
  nlohmann::ordered_json json;
  json["specimen"] = r.specimen;
  json["contract"] = r.contract;
  json["engine"] = r.engine;
  json["build"] = r.build;
  json["seed"] = r.seed;
  json["workers"] = r.workers;
  json["seconds"] = r.seconds;
  json["programs"] = r.programs;
  json["operations"] = r.operations;
  json["convicted"] = r.convicted;
  json["programs_per_second"] = r.programs_rate;
  json["corpus"] = r.corpus;
  json["features"] = r.coverage.features;
  json["edges"] = r.coverage.edges;
  json["edges_in_all"] = r.coverage.all_edges;
  json["last_new"] = r.since_last_new;
  json["situations"] = NamesOf(r.situations());
  json["situations_missing"] = NamesOf(r.possible & ~r.coverage.situations);
  json["findings"] = nlohmann::ordered_json::array();
  for (const Finding& finding : r.findings) {
    json["findings"].push_back({{"signature", finding.signature},
                                {"cause", finding.cause},
                                {"hits", finding.hits},
                                {"operations", finding.program.size()},
                                {"engine", finding.engine},
                                {"seconds", finding.seconds},
                                {"programs", finding.programs},
                                {"file", finding.file},
                                {"line", finding.line}});
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string PlotHeader() {
  return "# relative_time, cycles_done, cur_item, corpus_count, pending_total, pending_favs, "
         "map_size, saved_crashes, saved_hangs, max_depth, execs_per_sec, total_execs, "
         "edges_found, features, situations\n";
}

std::string PlotLine(const CampaignReport& r) {
  const Coverage& coverage = r.coverage;
  double map_size = 0;  // percent
  if (coverage.all_edges > 0) {
    map_size =
        100.0 * static_cast<double>(coverage.edges) / static_cast<double>(coverage.all_edges);
  }
  size_t hangs = 0;
  for (const Finding& finding : r.findings) hangs += finding.signature.starts_with(kHangSign);
  return fmt::format("{:.0f}, 0, 0, {}, 0, 0, {:.2f}%, {}, {}, 0, {:.2f}, {}, {}, {}, {}\n",
                     r.seconds, r.corpus, map_size, r.findings.size() - hangs, hangs,
                     r.programs_rate, r.programs, coverage.edges, coverage.features,
                     std::popcount(r.situations()));
}

}  // namespace ouro
