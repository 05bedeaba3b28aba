// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/known_causes.h"

#include <algorithm>
#include <sstream>
#include <string_view>

#include "fuzz/campaign/cause.h"
#include "fuzz/files.h"

namespace ouro {
namespace {

constexpr std::string_view kLike = "like ";

}  // namespace

std::string KnownCauses::Read(const std::string& file) {
  std::string text;
  if (std::string why = ReadText(file, &text); !why.empty()) return why;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with(kLike)) likes_.push_back(line.substr(kLike.size()));
    causes_.insert(line.starts_with(kLike) ? likes_.back() : line);
  }
  return "";
}

bool KnownCauses::Has(const std::string& cause) const {
  return causes_.contains(cause) ||
         std::any_of(likes_.begin(), likes_.end(),
                     [&cause](const std::string& like) { return LooksLike(cause, like); });
}

std::set<std::string> KnownCauses::NewOf(const Headline& headline) const {
  std::set<std::string> fresh;
  for (const Finding& finding : headline.findings) {
    if (!Has(finding.cause)) fresh.insert(finding.cause);
  }
  return fresh;
}

}  // namespace ouro
