#include "fuzz/campaign/campaign_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "fuzz/campaign/findings.h"
#include "model/judge/feature.h"
#include "model/judge/law.h"

namespace ouro {
namespace {

int CountBits(uint64_t bits) { return __builtin_popcountll(bits); }

std::vector<std::string> NamesOf(uint64_t situations) {
  std::vector<std::string> names;
  for (int i = 0; i < kSituations; ++i) {
    if ((situations >> i & 1) != 0) names.push_back(Name(static_cast<Situation>(i)));
  }
  return names;
}

// "950", "71 k", "4.5 M": for people, who compare.
std::string Short(double number) {
  if (number < 10e3) return fmt::format("{:.0f}", number);
  if (number < 1e6) return fmt::format("{:.0f} k", number / 1e3);
  if (number < 1e9) return fmt::format("{:.1f} M", number / 1e6);
  return fmt::format("{:.1f} G", number / 1e9);
}

std::string Coverage(const CampaignReport& s) {
  std::string text = fmt::format("{} features", s.features);
  if (s.all_edges > 0) text += fmt::format(", {} of {} edges", s.edges, s.all_edges);
  return text;
}

std::string Situations(const CampaignReport& s) {
  return fmt::format("{} of {} situations", CountBits(s.situations & s.possible),
                     CountBits(s.possible));
}

}  // namespace

std::string Count(uint64_t number, const std::string& noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string StatusText(const CampaignReport& s) {
  uint64_t hits = 0;
  for (const Finding& found : s.findings) hits += found.hits;
  std::string line = fmt::format("{:.0f}/{} s: {} programs/s, {} operations/s, {}", s.run_seconds,
                                 s.planned, Short(s.programs_rate), Short(s.operations_rate),
                                 Count(s.findings.size(), "finding"));
  if (hits > 0) line += fmt::format(" ({})", Count(hits, "hit"));
  return line + fmt::format(", {}, corpus {}, {}, last new {:.0f} s ago, {}, {} programs",
                            Situations(s), s.corpus, Coverage(s), s.since_last_new,
                            Count(static_cast<uint64_t>(s.workers), "worker"),
                            Short(static_cast<double>(s.programs)));
}

// The causes, each with its smallest finding and how many look like it.
std::string Headlines(const CampaignReport& s) {
  std::string text;
  for (const Headline& headline : HeadlinesOf(s.findings)) {
    const Finding& first = headline.findings[0];
    uint64_t hits = 0;
    for (const Finding& finding : headline.findings) hits += finding.hits;
    text += fmt::format("  {} x {}\n    {}: {}\n", hits, headline.cause, first.signature,
                        Count(first.program.size(), "operation"));
    if (const size_t more = headline.findings.size() - 1; more > 0) {
      text += fmt::format("    and {} more that look{} like it\n", more, more == 1 ? "s" : "");
    }
    text +=
        fmt::format("    {}\n", first.error.empty() ? first.file : "not written: " + first.error);
    if (!first.shrunk && !first.signature.starts_with(NotRepeatable(""))) {
      text += fmt::format("    shrink later: {}\n", OuroCommand("shrink", first.file));
    }
  }
  return text;
}

// Where things are, and what to do next.
std::string Advice(const CampaignReport& s) {
  std::string text;
  if (!s.findings.empty()) {
    text += fmt::format("  the findings are in {}/found; next: {}\n", s.out,
                        OuroCommand("run", HeadlinesOf(s.findings)[0].findings[0].file));
  }
  return text + fmt::format("  the same command goes on in {}\n", s.out);
}

std::string Summary(const CampaignReport& s) {
  const size_t headlines = HeadlinesOf(s.findings).size();
  std::string text = fmt::format(
      "{}: {} after {:.0f} s{}: {} programs ({:.0f}/s), {} operations, {}, {}", s.specimen,
      s.findings.empty() ? "lawful" : "UNLAWFUL", s.seconds, s.interrupted ? " (interrupted)" : "",
      s.programs, static_cast<double>(s.programs) / (s.seconds < 0.001 ? 0.001 : s.seconds),
      s.operations, Situations(s), Count(s.findings.size(), "finding"));
  text += headlines > 0 ? fmt::format(" under {}\n", Count(headlines, "headline")) : "\n";
  text += Headlines(s);
  if (s.more > 0) {
    text += fmt::format("  and {} with still other signatures, which were not looked into\n",
                        Count(s.more, "program"));
  }
  constexpr size_t kMost = 5;
  for (size_t i = 0; i < std::min(kMost, s.deferred.size()); ++i) {
    text += fmt::format("  seen, but there was no time to look into it: {}\n", s.deferred[i]);
  }
  if (s.deferred.size() > kMost) {
    text += fmt::format("  and {} more in {}/unexamined\n", s.deferred.size() - kMost, s.out);
  }
  text += fmt::format("  reached: {}, a corpus of {}\n", Coverage(s), Count(s.corpus, "program"));
  const std::vector<std::string> missing = NamesOf(s.possible & ~s.situations);
  if (!missing.empty()) text += fmt::format("  not reached: {}\n", fmt::join(missing, ", "));
  if (s.not_reproduced > 0) {
    text +=
        fmt::format("  no finding: {} ended or stuck in programs that are lawful when run again\n",
                    Count(s.not_reproduced, "worker"));
  }
  return text + Advice(s);
}

std::string StatsJson(const CampaignReport& s) {
  nlohmann::ordered_json json;
  json["specimen"] = s.specimen;
  json["contract"] = s.contract;
  json["engine"] = s.engine;
  json["build"] = s.build;
  json["seed"] = s.seed;
  json["workers"] = s.workers;
  json["seconds"] = s.seconds;
  json["programs"] = s.programs;
  json["operations"] = s.operations;
  json["convicted"] = s.convicted;
  json["programs_per_second"] = s.programs_rate;
  json["corpus"] = s.corpus;
  json["features"] = s.features;
  json["edges"] = s.edges;
  json["edges_in_all"] = s.all_edges;
  json["last_new"] = s.since_last_new;
  json["situations"] = NamesOf(s.situations & s.possible);
  json["situations_missing"] = NamesOf(s.possible & ~s.situations);
  json["findings"] = nlohmann::ordered_json::array();
  for (const Finding& found : s.findings) {
    json["findings"].push_back({{"signature", found.signature},
                                {"cause", found.cause},
                                {"hits", found.hits},
                                {"operations", found.program.size()},
                                {"engine", found.engine},
                                {"seconds", found.seconds},
                                {"programs", found.programs},
                                {"file", found.file}});
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string PlotHeader() {
  return "# relative_time, cycles_done, cur_item, corpus_count, pending_total, pending_favs, "
         "map_size, saved_crashes, saved_hangs, max_depth, execs_per_sec, total_execs, "
         "edges_found, features, situations\n";
}

std::string PlotLine(const CampaignReport& s) {
  const double map = s.all_edges == 0
                         ? 0
                         : 100.0 * static_cast<double>(s.edges) / static_cast<double>(s.all_edges);
  size_t hangs = 0;
  for (const Finding& found : s.findings) hangs += found.signature.starts_with("hung") ? 1 : 0;
  return fmt::format("{:.0f}, 0, 0, {}, 0, 0, {:.2f}%, {}, {}, 0, {:.2f}, {}, {}, {}, {}\n",
                     s.seconds, s.corpus, map, s.findings.size() - hangs, hangs, s.programs_rate,
                     s.programs, s.edges, s.features, CountBits(s.situations & s.possible));
}

}  // namespace ouro
