// SPDX-License-Identifier: Apache-2.0

#include "collector/interpreter_paths.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <regex>
#include <sstream>
#include <system_error>
#include <tuple>

namespace ouro {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> FoldersOfPath() {
  const char* path = std::getenv("PATH");
  std::istringstream text(path == nullptr ? "" : path);
  std::vector<fs::path> folders;
  for (std::string folder; std::getline(text, folder, ':');) folders.emplace_back(folder);
  return folders;
}

bool IsShims(const fs::path& folder) { return folder.filename() == "shims"; }

bool IsExecutable(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}

// What orders the folders of a pyenv, "3.15.0" after "3.15.0rc1": the patch, whether it is a
// release, and which candidate for one.
using Patch = std::tuple<unsigned long, bool, std::string>;

// Whether `folder` is of that version, "3.15"; then sets *patch. Not "3.13.0t", whose collector is
// another one.
bool ReadPatch(const std::string& folder, const std::string& version, Patch* patch) {
  static const std::regex pattern("(.+)\\.([0-9]{1,4})((a|b|rc)[0-9]+)?");
  std::smatch parts;
  if (!std::regex_match(folder, parts, pattern) || parts[1] != version) return false;
  *patch = {std::stoul(parts[2]), parts[3].length() == 0, parts[3]};
  return true;
}

}  // namespace

bool IsVersion(std::string_view text) {
  static const std::regex pattern("[0-9]+(\\.[0-9]+)+|head");
  return std::regex_match(text.begin(), text.end(), pattern);
}

std::vector<std::string> PathsOf(const std::string& program) {
  std::vector<std::string> paths;
  for (const fs::path& folder : FoldersOfPath()) {
    if (!IsShims(folder) && IsExecutable(folder / program)) paths.push_back(folder / program);
  }
  return paths;
}

std::vector<std::string> InterpretersOf(const std::string& program, const std::string& version) {
  std::vector<std::string> paths = PathsOf(program + version);
  for (const fs::path& folder : FoldersOfPath()) {
    if (!IsShims(folder)) continue;
    std::vector<std::tuple<Patch, std::string>> found;
    std::error_code error;
    for (fs::directory_iterator it(folder.parent_path() / "versions", error), end;
         !error && it != end; it.increment(error)) {
      const fs::path path = it->path() / "bin" / (program + version);
      Patch patch;
      if (!ReadPatch(it->path().filename(), version, &patch) || !IsExecutable(path)) continue;
      found.emplace_back(patch, path);
    }
    std::sort(found.begin(), found.end(), std::greater<>());
    for (const auto& [patch, path] : found) paths.push_back(path);
  }
  return paths;
}

}  // namespace ouro
