// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/stats_link.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "fuzz/files.h"

namespace ouro {

namespace fs = std::filesystem;

namespace {

// What the link says, relative to its folder.
fs::path Target(const StatsLink& file) {
  return fs::path("work") / fs::path(file.target).filename();
}

bool IsPlain(const StatsLink& file) {
  std::error_code error;
  return fs::symlink_status(UserPath(file.link), error).type() == fs::file_type::regular;
}

// The specimen that a stats.json names; "": none.
std::string SpecimenIn(const std::string& path) {
  std::string text;
  if (!ReadText(path, &text).empty()) return "";
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("specimen") || !json["specimen"].is_string()) return "";
  return json["specimen"];
}

}  // namespace

StatsLink StatsLinkOf(const std::string& out, const std::string& specimen, int number,
                      const std::string& name, const std::string& suffix) {
  const std::string end = name + (number == 1 ? "" : fmt::format("-{}", number)) + suffix;
  return {fmt::format("{}/{}", out, end),
          fmt::format("{}/work/{}-{}", out, UniqueFileName(specimen), end)};
}

bool IsForeign(const StatsLink& file) {
  std::error_code error;
  const fs::path top = UserPath(file.link);
  const fs::file_type type = fs::symlink_status(top, error).type();
  if (type != fs::file_type::symlink) {
    return type != fs::file_type::regular && type != fs::file_type::not_found;
  }
  return fs::read_symlink(top, error).parent_path() != "work";
}

std::vector<std::function<std::string()>> StepsToLink(const std::string& out,
                                                      const std::string& specimen, int number) {
  const auto file = [out, number](const std::string& of, bool stats) {
    return StatsLinkOf(out, of, number, stats ? "stats" : "plot_data", stats ? ".json" : "");
  };
  std::vector<std::function<std::string()>> steps;
  // plot_data first: a plain one belongs to the specimen that a plain stats.json names.
  for (const bool stats : {false, true}) {
    const StatsLink own = file(specimen, stats);
    steps.push_back([=]() -> std::string {
      if (!IsPlain(own)) return "";
      const std::string owner = SpecimenIn(file(specimen, true).link);
      std::string text;
      if (std::string error = ReadText(own.link, &text); !error.empty()) return error;
      return WriteText(file(owner.empty() ? specimen : owner, stats).target, text);
    });
    const std::string aside = fmt::format("{}.{}.tmp", own.link, getpid());
    steps.push_back([=]() -> std::string {
      std::error_code error;
      if (IsForeign(own)) return "";
      fs::remove(UserPath(aside), error);
      fs::create_symlink(Target(own), UserPath(aside), error);
      return error ? fmt::format("{}: cannot make a link: {}", own.link, error.message()) : "";
    });
    steps.push_back([=]() -> std::string {
      std::error_code error;
      if (IsForeign(own)) return "";
      fs::rename(UserPath(aside), UserPath(own.link), error);
      return error ? fmt::format("{}: {}", own.link, error.message()) : "";
    });
  }
  return steps;
}

}  // namespace ouro
