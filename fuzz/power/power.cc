// SPDX-License-Identifier: Apache-2.0

#include "fuzz/power/power.h"

#include <algorithm>
#include <map>
#include <utility>

#include "model/check.h"

namespace ouro {

Measure Median(std::vector<Measure> measures) {
  CHECK(!measures.empty());
  std::sort(measures.begin(), measures.end(), [](const Measure& a, const Measure& b) {
    return std::pair(!a.known, a.value) < std::pair(!b.known, b.value);
  });
  const Measure& upper = measures[measures.size() / 2];
  const Measure& lower = measures[(measures.size() - 1) / 2];
  if (!upper.known) return upper;
  return {(lower.value + upper.value) / 2, true};
}

std::vector<Score> Scores(const std::vector<Attempt>& attempts, double limit) {
  struct Measures {
    std::vector<Measure> programs;
    std::vector<Measure> seconds;
  };
  std::map<std::pair<std::string, Engine>, Measures> all;
  for (const Attempt& attempt : attempts) {
    Measures& measures = all[{attempt.mutant, attempt.engine}];
    const bool found = attempt.found && attempt.seconds <= limit;
    measures.programs.push_back({static_cast<double>(attempt.programs), found});
    measures.seconds.push_back({std::min(attempt.seconds, limit), found});
  }
  std::vector<Score> scores;
  for (const auto& [key, measures] : all) {
    const auto& seconds = measures.seconds;
    const auto found =
        std::count_if(seconds.begin(), seconds.end(), [](const Measure& m) { return m.known; });
    scores.push_back({key.first, key.second, static_cast<size_t>(found), seconds.size(),
                      Median(measures.programs), Median(seconds)});
  }
  return scores;
}

std::vector<Total> Totals(const std::vector<Score>& scores) {
  std::vector<Total> totals;
  for (const Engine engine : kEngines) {
    Total total = {.engine = engine};
    std::vector<Measure> medians;
    for (const Score& score : scores) {
      if (score.engine != engine) continue;
      medians.push_back(score.seconds);
      if (!score.seconds.known) continue;
      if (total.seconds.empty() ||
          score.seconds.value > *std::max_element(total.seconds.begin(), total.seconds.end())) {
        total.slowest = score.mutant;
      }
      total.seconds.push_back(score.seconds.value);
    }
    if (medians.empty()) continue;
    std::sort(total.seconds.begin(), total.seconds.end());
    total.mutants = medians.size();
    total.median = Median(medians);
    totals.push_back(total);
  }
  return totals;
}

}  // namespace ouro
