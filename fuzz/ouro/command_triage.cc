// SPDX-License-Identifier: Apache-2.0

// `ouro triage`: the findings of one or several campaigns, grouped by cause, and which causes are
// new.

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <set>
#include <sstream>
#include <string>

#include "fuzz/campaign/campaign_folder.h"
#include "fuzz/campaign/campaign_report.h"
#include "fuzz/campaign/findings.h"
#include "fuzz/files.h"
#include "fuzz/ouro/commands.h"

namespace ouro {
namespace {

// Reads causes, one a line; lines that begin with `#` are comments.
std::string ReadKnown(const std::string& file, std::set<std::string>* known) {
  std::string text;
  if (std::string why = ReadText(file, &text); !why.empty()) return why;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != '#') known->insert(line);
  }
  return "";
}

// Prints a headline and its new causes; returns the number of these.
size_t Show(const Headline& headline, const std::set<std::string>& known, bool all_new) {
  std::set<std::string> fresh;
  uint64_t hits = 0;
  for (const Finding& finding : headline.findings) {
    hits += finding.hits;
    if (!known.contains(finding.cause)) fresh.insert(finding.cause);
  }
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
  std::set<std::string> known;
  for (const std::string& folder : arguments.folders) {
    if (std::string why = ReadFindings(folder, &findings); !why.empty()) return why;
  }
  if (!arguments.known.empty()) {
    if (std::string why = ReadKnown(arguments.known, &known); !why.empty()) return why;
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
