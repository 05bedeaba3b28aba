// SPDX-License-Identifier: Apache-2.0

// `ouro triage`: the findings of one or several campaigns, grouped by cause, and which causes are
// new.

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "corpus/head.h"
#include "fuzz/campaign/campaign_report.h"
#include "fuzz/campaign/findings.h"
#include "fuzz/files.h"
#include "fuzz/ouro/commands.h"

namespace ouro {
namespace {

namespace fs = std::filesystem;

// How often each finding occurred, by the name of its file: the sum over the statistics of all
// specimens in the folder. Files that are not statistics are skipped.
std::map<std::string, uint64_t> HitsIn(const std::string& folder) {
  std::map<std::string, uint64_t> hits;
  std::error_code error;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(UserPath(folder + "/work"), error)) {
    if (entry.path().extension() != ".json") continue;
    std::string text;
    if (!ReadText(entry.path().string(), &text).empty()) continue;
    const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("findings") || !json["findings"].is_array()) continue;
    for (const auto& row : json["findings"]) {
      if (!row.is_object() || !row.contains("file") || !row["file"].is_string()) continue;
      if (!row.contains("hits") || !row["hits"].is_number_unsigned()) continue;
      hits[fs::path(row["file"].get<std::string>()).filename()] += row["hits"].get<uint64_t>();
    }
  }
  return hits;
}

using BySpecimen = std::map<std::string, std::vector<Finding>>;

// Returns "" or why a folder, or a finding in it, cannot be read.
std::string ReadFindings(const std::string& folder, BySpecimen* findings) {
  std::error_code error;
  if (!fs::is_directory(UserPath(folder + "/found"), error)) {
    return fmt::format("{}: not a campaign folder", folder);
  }
  if (fs::is_empty(UserPath(folder + "/found"), error)) return "";
  const std::map<std::string, uint64_t> hits = HitsIn(folder);
  std::vector<std::string> files;
  if (std::string why = ListFiles({folder + "/found"}, &files); !why.empty()) return why;
  for (const std::string& file : files) {
    std::string text;
    std::vector<ProgramFile> programs;
    if (std::string why = ReadText(file, &text); !why.empty()) return why;
    if (std::string why = ReadPrograms({file}, &programs); !why.empty()) return why;
    Finding finding;
    finding.signature = HeadValue(text, "signature");
    finding.cause = HeadValue(text, "cause");
    if (finding.cause.empty()) finding.cause = finding.signature;
    finding.program = programs[0].program;
    finding.shrunk = HeadValue(text, "shrunk") != "no";
    finding.file = file;
    const auto counted = hits.find(fs::path(file).filename());
    if (counted != hits.end()) finding.hits = counted->second;
    (*findings)[HeadSpecimen(text)].push_back(std::move(finding));
  }
  return "";
}

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
