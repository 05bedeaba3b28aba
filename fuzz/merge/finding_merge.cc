// SPDX-License-Identifier: Apache-2.0

#include "fuzz/merge/finding_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "corpus/head.h"
#include "fuzz/files.h"
#include "fuzz/hash.h"
#include "model/program.h"

namespace ouro {

namespace fs = std::filesystem;

namespace {

std::string KeyOf(const std::string& text) {
  return HeadValue(text, "specimen") + "\n" + HeadValue(text, "signature");
}

// Lists the files of findings, as the user names them; many campaigns have none.
std::string List(const std::string& found, std::vector<std::string>* files) {
  std::error_code error;
  for (fs::directory_iterator it(UserPath(found), error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().extension() != ".gct") continue;
    files->push_back(found + "/" + it->path().filename().string());
  }
  std::sort(files->begin(), files->end());
  if (!error || error == std::errc::no_such_file_or_directory) return "";
  return fmt::format("{}: {}", found, error.message());
}

}  // namespace

std::string FindingMerge::Read(const std::string& file, Filed* filed, std::string* text) {
  std::vector<Program> programs;
  filed->file = file;
  if (std::string why = ReadText(file, text); !why.empty()) return why;
  if (std::string why = Parse(*text, &programs); !why.empty()) {
    return fmt::format("{}: {}", file, why);
  }
  if (programs.size() != 1) {
    return fmt::format("{}: contains {} programs; a finding is one", file, programs.size());
  }
  filed->size = programs[0].size();
  filed->hash = HashOf(*text);
  return "";
}

std::string FindingMerge::Open(const std::string& found, const Refused& refused) {
  found_ = found;
  bool clean;
  return Add(found, refused, &clean);
}

std::string FindingMerge::Add(const std::string& found, const Refused& refused, bool* clean) {
  std::vector<std::string> files;
  if (std::string why = List(found, &files); !why.empty()) return why;
  *clean = true;
  for (const std::string& file : files) {
    Filed filed;
    std::string text;
    if (const std::string why = Read(file, &filed, &text); !why.empty()) {
      refused(why);
      *clean = false;
      continue;
    }
    const auto [it, fresh] = smallest_.emplace(KeyOf(text), filed);
    Filed& known = it->second;
    const bool smaller = std::tuple(filed.size, filed.hash) < std::tuple(known.size, known.hash);
    const bool ours = found == found_;  // it is in the result
    std::error_code error;
    if (!fresh && !smaller) {
      if (ours) fs::remove(UserPath(file), error);
      continue;
    }
    const std::string before = fresh ? "" : known.file;
    if (!ours) {
      filed.file = found_ + "/" + fs::path(file).filename().string();
      if (std::string why = WriteText(filed.file, text); !why.empty()) return why;
    }
    if (!before.empty() && before != filed.file) fs::remove(UserPath(before), error);
    known = std::move(filed);
  }
  return "";
}

}  // namespace ouro
