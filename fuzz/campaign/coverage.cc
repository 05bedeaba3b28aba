// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/coverage.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace ouro {
namespace {

// A bit for each of 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, 128 and more.
constexpr std::array<uint8_t, 256> kMagnitudes = [] {
  std::array<uint8_t, 256> magnitudes{};
  for (int count = 1; count < 256; ++count) {
    const int bit = count < 4     ? count - 1
                    : count < 8   ? 3
                    : count < 16  ? 4
                    : count < 32  ? 5
                    : count < 128 ? 6
                                  : 7;
    magnitudes[static_cast<size_t>(count)] = static_cast<uint8_t>(1 << bit);
  }
  return magnitudes;
}();

bool MergeBytes(const uint8_t* counts, size_t size, uint8_t* reached) {
  bool any_new = false;
  for (size_t i = 0; i < size; ++i) {
    const uint8_t merged = reached[i] | kMagnitudes[counts[i]];
    any_new |= merged != reached[i];
    reached[i] = merged;
  }
  return any_new;
}

}  // namespace

// A word at a time: most counts are zero.
bool MergeCounts(const uint8_t* counts, size_t size, uint8_t* reached) {
  bool any_new = false;
  uint64_t word = 0;
  size_t i = 0;
  for (; i + sizeof(word) <= size; i += sizeof(word)) {
    std::memcpy(&word, counts + i, sizeof(word));
    if (word != 0) any_new |= MergeBytes(counts + i, sizeof(word), reached + i);
  }
  return any_new | MergeBytes(counts + i, size - i, reached + i);
}

void AppendMagnitudes(const uint8_t* counts, size_t size, std::vector<uint32_t>* features) {
  for (size_t i = 0; i < size; ++i) {
    if (counts[i] == 0) continue;
    const int bit = std::countr_zero(kMagnitudes[counts[i]]);
    features->push_back(static_cast<uint32_t>(i * 8) + static_cast<uint32_t>(bit));
  }
}

size_t CountReached(const uint8_t* reached, size_t size) {
  return size - static_cast<size_t>(std::count(reached, reached + size, 0));
}

}  // namespace ouro
