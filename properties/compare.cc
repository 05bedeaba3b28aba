// SPDX-License-Identifier: Apache-2.0

#include "properties/compare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "model/transcript.h"

namespace ouro {
namespace {

std::vector<std::string> Missing(const std::vector<std::string>& from,
                                 const std::vector<std::string>& in) {
  std::vector<std::string> missing;
  std::set_difference(in.begin(), in.end(), from.begin(), from.end(), std::back_inserter(missing));
  return missing;
}

}  // namespace

std::vector<Step> Steps(const std::string& transcript) {
  std::vector<Step> steps;
  TranscriptReader lines(transcript);
  for (TranscriptLine line; lines.Next(&line);) {
    if (line.kind == TranscriptLine::Kind::kEvent) {
      if (!steps.empty()) steps.back().events.emplace_back(line.text);
    } else if (line.kind == TranscriptLine::Kind::kOperation && line.indent == 0) {
      steps.push_back({std::string(line.text), {}});
    }
  }
  for (Step& step : steps) std::sort(step.events.begin(), step.events.end());
  return steps;
}

std::string FirstDifference(const std::vector<Step>& a, const std::vector<Step>& b) {
  const size_t common = std::min(a.size(), b.size());
  for (size_t i = 0; i < common; ++i) {
    if (a[i] == b[i]) continue;
    if (a[i].operation != b[i].operation) {
      return fmt::format("operation {}: `{}` against `{}`", i + 1, a[i].operation, b[i].operation);
    }
    return fmt::format("operation {}: `{}`: only the first: [{}]; only the second: [{}]", i + 1,
                       a[i].operation, fmt::join(Missing(b[i].events, a[i].events), ", "),
                       fmt::join(Missing(a[i].events, b[i].events), ", "));
  }
  if (a.size() == b.size()) return "";
  return fmt::format("{} operations against {}", a.size(), b.size());
}

}  // namespace ouro
