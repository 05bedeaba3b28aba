// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/campaign_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>

#include "corpus/head.h"
#include "fuzz/files.h"

namespace ouro {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// "stats" becomes "plot_data" in the name of the file beside it.
std::string PlotBeside(const std::string& stats) {
  constexpr char kStats[] = "stats";
  std::string name = stats.substr(0, stats.size() - std::string(".json").size());
  const size_t at = name.rfind(kStats);
  if (at == std::string::npos) return "";
  return name.replace(at, std::string(kStats).size(), "plot_data");
}

std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream text(line);
  for (std::string cell; std::getline(text, cell, ',');) {
    cell.erase(0, std::min(cell.find_first_not_of("# "), cell.size()));
    cells.push_back(cell);
  }
  return cells;
}

std::vector<std::map<std::string, double>> ReadPlot(const std::string& path) {
  std::vector<std::map<std::string, double>> rows;
  std::vector<std::string> columns;
  std::string text;
  if (path.empty() || !ReadText(path, &text).empty()) return rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> cells = Cells(line);
    if (line[0] == '#') {
      columns = cells;
      continue;
    }
    if (cells.size() != columns.size()) continue;  // torn, or of an older version
    std::map<std::string, double>& row = rows.emplace_back();
    for (size_t i = 0; i < cells.size(); ++i) {
      row[columns[i]] = std::strtod(cells[i].c_str(), nullptr);
    }
  }
  return rows;
}

// What the numbers say of findings, by the names of their files: hits in all campaigns together,
// and when the first of these saw it.
std::map<std::string, Finding> Counted(const std::string& folder) {
  std::map<std::string, Finding> counted;
  for (const CampaignNumbers& numbers : ReadNumbers(folder)) {
    const Json& json = numbers.stats;
    if (!json.contains("findings") || !json["findings"].is_array()) continue;
    for (const Json& row : json["findings"]) {
      if (!row.is_object() || !row.contains("file") || !row["file"].is_string()) continue;
      if (!row.contains("hits") || !row["hits"].is_number_unsigned()) continue;
      const double seconds =
          row.contains("seconds") && row["seconds"].is_number() ? row["seconds"].get<double>() : 0;
      const std::string name = fs::path(row["file"].get<std::string>()).filename();
      const auto [known, is_new] = counted.try_emplace(name);
      Finding& finding = known->second;
      finding.hits = row["hits"].get<uint64_t>() + (is_new ? 0 : finding.hits);
      finding.seconds = is_new ? seconds : std::min(finding.seconds, seconds);
    }
  }
  return counted;
}

}  // namespace

std::string ReadFindings(const std::string& folder, BySpecimen* findings) {
  std::error_code error;
  if (!fs::is_directory(UserPath(folder + "/found"), error)) {
    return fmt::format("{}: not a campaign folder", folder);
  }
  if (fs::is_empty(UserPath(folder + "/found"), error)) return "";
  const std::map<std::string, Finding> counted = Counted(folder);
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
    const auto numbers = counted.find(fs::path(file).filename());
    if (numbers != counted.end()) {
      finding.hits = numbers->second.hits;
      finding.seconds = numbers->second.seconds;
    }
    (*findings)[HeadSpecimen(text)].push_back(std::move(finding));
  }
  return "";
}

std::vector<CampaignNumbers> ReadNumbers(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(UserPath(folder + "/work"), error)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<CampaignNumbers> all;
  for (const std::string& path : paths) {
    std::string text;
    if (!ReadText(path, &text).empty()) continue;
    Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) continue;
    all.push_back({.stats = std::move(json), .plot = ReadPlot(PlotBeside(path))});
  }
  return all;
}

}  // namespace ouro
