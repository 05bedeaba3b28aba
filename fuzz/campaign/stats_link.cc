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

// Where a link on top leads to, from the folder that it is in.
fs::path Target(const StatsLink& file) {
  return fs::path("work") / fs::path(file.target).filename();
}

bool IsPlain(const StatsLink& file) {
  std::error_code error;
  return fs::symlink_status(UserPath(file.link), error).type() == fs::file_type::regular;
}

// Whose numbers the statistics on top are; "" if they do not say.
std::string Owner(const std::string& path) {
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
  // The statistics last: as long as they are plain, they say whose the plain plot is.
  for (const bool stats : {false, true}) {
    const StatsLink mine = file(specimen, stats);
    steps.push_back([=]() -> std::string {
      if (!IsPlain(mine)) return "";
      const std::string owner = Owner(file(specimen, true).link);
      std::string text;
      if (std::string error = ReadText(mine.link, &text); !error.empty()) return error;
      return WriteText(file(owner.empty() ? specimen : owner, stats).target, text);
    });
    const std::string aside = fmt::format("{}.{}.tmp", mine.link, getpid());
    steps.push_back([=]() -> std::string {
      std::error_code error;
      if (IsForeign(mine)) return "";
      fs::remove(UserPath(aside), error);
      fs::create_symlink(Target(mine), UserPath(aside), error);
      return error ? fmt::format("{}: no link can be made: {}", mine.link, error.message()) : "";
    });
    steps.push_back([=]() -> std::string {
      std::error_code error;
      if (IsForeign(mine)) return "";
      fs::rename(UserPath(aside), UserPath(mine.link), error);
      return error ? fmt::format("{}: {}", mine.link, error.message()) : "";
    });
  }
  return steps;
}

}  // namespace ouro
