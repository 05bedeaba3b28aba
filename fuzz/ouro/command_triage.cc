// SPDX-License-Identifier: Apache-2.0

// `ouro triage`: the findings of one or several campaigns, grouped by cause, and which causes are
// new.

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <set>
#include <string>

#include "fuzz/campaign/campaign_folder.h"
#include "fuzz/campaign/campaign_report.h"
#include "fuzz/campaign/findings.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/known_causes.h"

namespace ouro {
namespace {

// Prints a headline and its new causes; returns the number of these.
size_t Show(const Headline& headline, const KnownCauses& known, bool all_new) {
  const std::set<std::string> fresh = known.NewOf(headline);
  uint64_t hits = 0;
  for (const Finding& finding : headline.findings) hits += finding.hits;
  const char* mark = fresh.empty() ? "known" : all_new ? "" : "NEW";
  const Finding& first = headline.findings[0];
  fmt::print("  {:<5} {} x {}\n        {}: {}\n", mark, hits, headline.cause, first.signature,
             Count(first.program.size(), "operation"));
  if (const size_t more = headline.findings.size() - 1; more > 0) {
    fmt::print("        and {} more that look{} like it\n", more, more == 1 ? "s" : "");
  }
  for (const std::string& cause : fresh) {
    if (!all_new && cause != headline.cause) fmt::print("        new: {}\n", cause);
  }
  fmt::print("        {}\n", first.file);
  return fresh.size();
}

}  // namespace

std::string TriageCommand(const TriageArguments& arguments, int* exit_code) {
  BySpecimen findings;
  KnownCauses known;
  for (const std::string& folder : arguments.folders) {
    if (std::string why = ReadFindings(folder, &findings); !why.empty()) return why;
  }
  if (!arguments.known.empty()) {
    if (std::string why = known.Read(arguments.known); !why.empty()) return why;
  }
  if (arguments.causes) {
    std::set<std::string> causes;
    for (const auto& [specimen, list] : findings) {
      for (const Finding& finding : list) causes.insert(finding.cause);
    }
    for (const std::string& cause : causes) fmt::print("{}\n", cause);
    *exit_code = 0;
    return "";
  }
  size_t fresh = 0;
  size_t count = 0;
  size_t headlines = 0;
  for (const auto& [specimen, list] : findings) {
    fmt::print("{}\n", specimen);
    for (const Headline& headline : HeadlinesOf(list)) {
      fresh += Show(headline, known, arguments.known.empty());
      count += headline.findings.size();
      ++headlines;
    }
  }
  const std::string news = arguments.known.empty() ? "" : ", new: " + Count(fresh, "cause");
  fmt::print("{} under {}{}\n", Count(count, "finding"), Count(headlines, "headline"), news);
  *exit_code = fresh == 0 ? 0 : 1;
  return "";
}

}  // namespace ouro
