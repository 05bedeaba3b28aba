// SPDX-License-Identifier: Apache-2.0

#include "fuzz/merge/selection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "fuzz/merge/program_set.h"

namespace ouro {

bool Selection::Wins(const Reach& program, uint32_t feature) const {
  const Smallest& now = smallest_[feature];
  return !now.reached || std::pair(program.size, program.hash) <= std::pair(now.size, now.hash);
}

std::vector<uint32_t> Selection::Won(const Reach& program) const {
  std::vector<uint32_t> won;
  for (const uint32_t feature : program.features) {
    if (Wins(program, feature)) won.push_back(feature);
  }
  return won;
}

void Selection::Enter(const Reach& program) {
  for (const uint32_t feature : Won(program)) {
    Smallest& now = smallest_[feature];
    if (now.reached) --programs_[now.hash];
    now = {program.hash, program.size, true};
    ++programs_[now.hash];
  }
}

size_t Selection::Holds(uint64_t hash) const {
  const auto it = programs_.find(hash);
  return it == programs_.end() ? 0 : it->second;
}

size_t Selection::size() const {
  return static_cast<size_t>(std::count_if(programs_.begin(), programs_.end(),
                                           [](const auto& entry) { return entry.second > 0; }));
}

size_t Selection::features() const {
  return static_cast<size_t>(std::count_if(smallest_.begin(), smallest_.end(),
                                           [](const Smallest& one) { return one.reached; }));
}

std::vector<Reach> Selection::Held(const std::vector<uint64_t>& hashes) const {
  std::map<uint64_t, Reach> held;
  for (uint32_t feature = 0; feature < kFeatures; ++feature) {
    const Smallest& now = smallest_[feature];
    if (!now.reached || !std::binary_search(hashes.begin(), hashes.end(), now.hash)) continue;
    Reach& reach = held[now.hash];
    reach.hash = now.hash;
    reach.size = now.size;
    reach.features.push_back(feature);
  }
  std::vector<Reach> list;
  for (auto& [hash, reach] : held) list.push_back(std::move(reach));
  return list;
}

std::string ToLine(const Reach& program) {
  return fmt::format("{:016x} {} {}", program.hash, program.size, fmt::join(program.features, " "));
}

bool FromLine(std::string_view line, Reach* program) {
  if (!TakeHash(&line, &program->hash)) return false;
  std::vector<uint32_t> numbers;
  while (!line.empty()) {
    if (line[0] != ' ') return false;
    line.remove_prefix(1);
    uint32_t number;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error != std::errc() || (!numbers.empty() && number >= Selection::kFeatures)) return false;
    numbers.push_back(number);
    line.remove_prefix(static_cast<size_t>(end - line.data()));
  }
  if (numbers.empty()) return false;
  program->size = numbers[0];
  program->features.assign(numbers.begin() + 1, numbers.end());
  return true;
}

}  // namespace ouro
