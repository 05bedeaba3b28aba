// SPDX-License-Identifier: Apache-2.0

#include "collector/interpreter_paths.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <regex>
#include <set>
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

std::vector<fs::path> EntriesOf(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(it->path());
  }
  return entries;
}

// Of each version that a pyenv has whose shims are on PATH.
std::vector<fs::path> FoldersOfPyenv() {
  std::vector<fs::path> folders;
  for (const fs::path& folder : FoldersOfPath()) {
    if (!IsShims(folder)) continue;
    for (const fs::path& entry : EntriesOf(folder.parent_path() / "versions")) {
      folders.push_back(entry);
    }
  }
  return folders;
}

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
  std::vector<std::tuple<Patch, std::string>> found;
  for (const fs::path& folder : FoldersOfPyenv()) {
    const fs::path path = folder / "bin" / (program + version);
    Patch patch;
    if (!ReadPatch(folder.filename(), version, &patch) || !IsExecutable(path)) continue;
    found.emplace_back(patch, path);
  }
  std::sort(found.begin(), found.end(), std::greater<>());
  for (const auto& [patch, path] : found) paths.push_back(path);
  return paths;
}

std::vector<std::string> VersionsOf(const std::string& program) {
  std::vector<fs::path> folders = FoldersOfPath();
  for (const fs::path& folder : FoldersOfPyenv()) folders.push_back(folder / "bin");
  std::set<std::string> candidates;
  for (const fs::path& folder : folders) {
    for (const fs::path& path : EntriesOf(folder)) {
      const std::string name = path.filename();
      if (name.rfind(program, 0) != 0) continue;
      const std::string rest = name.substr(program.size());
      const auto dots = std::count(rest.begin(), rest.end(), '.');
      if (IsVersion(rest) && dots == 1) candidates.insert(rest);
    }
  }
  std::vector<std::string> versions;
  for (const std::string& version : candidates) {
    if (!InterpretersOf(program, version).empty()) versions.push_back(version);
  }
  std::sort(versions.begin(), versions.end(), IsOlder);
  return versions;
}

bool IsOlder(const std::string& version, const std::string& than) {
  if (version == "head" || than == "head") return version != than && than == "head";
  std::istringstream one(version), other(than);
  for (std::string a, b; std::getline(one, a, '.') && std::getline(other, b, '.');) {
    if (std::stoul(a) != std::stoul(b)) return std::stoul(a) < std::stoul(b);
  }
  return version.size() < than.size();
}

}  // namespace ouro
