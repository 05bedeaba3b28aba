// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/campaign_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "fuzz/campaign/findings.h"
#include "model/judge/law.h"

namespace ouro {
namespace {

constexpr size_t kDeferredShown = 5;

// "950", "71 k", "4.5 M"
std::string Short(double number) {
  if (number < 10e3) return fmt::format("{:.0f}", number);
  if (number < 1e6) return fmt::format("{:.0f} k", number / 1e3);
  if (number < 1e9) return fmt::format("{:.1f} M", number / 1e6);
  return fmt::format("{:.1f} G", number / 1e9);
}

std::string CoverageText(const CampaignReport& r) {
  const Coverage& coverage = r.coverage;
  std::string text = fmt::format("{} features", coverage.features);
  if (coverage.all_edges > 0) {
    text += fmt::format(", {} of {} edges", coverage.edges, coverage.all_edges);
  } else if (coverage.edges > 0) {
    text += ", " + Count(coverage.edges, "edge");
  } else {
    return text;
  }
  return r.library.empty() ? text : text + " of " + r.library;
}

std::string SituationsText(const CampaignReport& r) {
  return fmt::format("{} of {} situations", std::popcount(r.situations()),
                     std::popcount(r.possible));
}

// A headline: its cause, its smallest finding, and how many look like it.
std::string HeadlineText(const Headline& headline) {
  const Finding& first = headline.findings[0];
  uint64_t hits = 0;
  for (const Finding& finding : headline.findings) hits += finding.hits;
  std::string text = fmt::format("  {} x {}\n    {}: {}\n", hits, headline.cause, first.signature,
                                 Count(first.program.size(), "operation"));
  if (const size_t more = headline.findings.size() - 1; more > 0) {
    text += fmt::format("    and {} more that look{} like it\n", more, more == 1 ? "s" : "");
  }
  text += fmt::format("    {}\n", first.error.empty() ? first.file : "not written: " + first.error);
  if (!first.shrunk && !first.signature.starts_with(NotRepeatable(""))) {
    text += fmt::format("    shrink later: {}\n", OuroCommand("shrink", first.file));
  }
  return text;
}

std::string NotInvestigated(const CampaignReport& r) {
  std::string text;
  if (r.ignored > 0) {
    text += fmt::format("  and {} with other signatures, which were not investigated\n",
                        Count(r.ignored, "program"));
  }
  for (size_t i = 0; i < std::min(kDeferredShown, r.deferred.size()); ++i) {
    text += fmt::format("  seen, but there was no time to investigate: {}\n", r.deferred[i]);
  }
  if (r.deferred.size() > kDeferredShown) {
    text +=
        fmt::format("  and {} more in {}/unexamined\n", r.deferred.size() - kDeferredShown, r.out);
  }
  return text;
}

std::string NotReached(const CampaignReport& r) {
  std::string names;
  const uint64_t missing = r.possible & ~r.coverage.situations;
  for (int i = 0; i < kSituations; ++i) {
    if ((missing >> i & 1) == 0) continue;
    names += (names.empty() ? "" : ", ") + std::string(Name(static_cast<Situation>(i)));
  }
  return names.empty() ? "" : fmt::format("  not reached: {}\n", names);
}

}  // namespace

std::string Count(uint64_t number, const std::string& noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string StatusText(const CampaignReport& r) {
  uint64_t hits = 0;
  for (const Finding& finding : r.findings) hits += finding.hits;
  std::string line = fmt::format("{:.0f}/{} s: {} programs/s, {} operations/s, {}", r.run_seconds,
                                 r.planned, Short(r.programs_rate), Short(r.operations_rate),
                                 Count(r.findings.size(), "finding"));
  if (hits > 0) line += fmt::format(" ({})", Count(hits, "hit"));
  return line + fmt::format(", {}, corpus {}, {}, last new {:.0f} s ago, {}, {} programs",
                            SituationsText(r), r.corpus, CoverageText(r), r.since_last_new,
                            Count(static_cast<uint64_t>(r.workers), "worker"),
                            Short(static_cast<double>(r.programs)));
}

std::string Summary(const CampaignReport& r) {
  const std::vector<Headline> headlines = HeadlinesOf(r.findings);
  std::string text = fmt::format(
      "{}: {} after {:.0f} s{}: {} programs ({:.0f}/s), {} operations, {}, {}", r.specimen,
      r.findings.empty() ? "lawful" : "UNLAWFUL", r.seconds, r.interrupted ? " (interrupted)" : "",
      r.programs, static_cast<double>(r.programs) / std::max(r.seconds, 0.001), r.operations,
      SituationsText(r), Count(r.findings.size(), "finding"));
  if (!headlines.empty()) text += " under " + Count(headlines.size(), "headline");
  text += "\n";
  for (const Headline& headline : headlines) text += HeadlineText(headline);
  text += NotInvestigated(r);
  text +=
      fmt::format("  reached: {}, a corpus of {}\n", CoverageText(r), Count(r.corpus, "program"));
  text += NotReached(r);
  if (r.not_reproduced > 0) {
    text += fmt::format("  not reproduced: {} died or hung in a program that is lawful alone\n",
                        Count(r.not_reproduced, "worker"));
  }
  if (!headlines.empty()) {
    text += fmt::format("  the findings are in {}/found; next: {}\n", r.out,
                        OuroCommand("run", headlines[0].findings[0].file));
  }
  return text + fmt::format("  the same command resumes in {}\n", r.out);
}

}  // namespace ouro
