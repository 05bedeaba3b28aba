// SPDX-License-Identifier: Apache-2.0

// A state set is the states that a search has met: their digests, each with the fewest births of a
// program that leaves it.
//
// Place: a part of explore.h. One thread uses it.

#ifndef PROPERTIES_EXPLORE_STATE_SET_H_
#define PROPERTIES_EXPLORE_STATE_SET_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace ouro {

class StateSet {
 public:
  // Births are fewer. What is left of 64 bits tells states apart: of 10^8, two fall together with a
  // probability of one percent.
  static constexpr uint64_t kMaxBirths = 31;

  // Whether it is new, or was met with more births only. Amortized O(1).
  bool Insert(uint64_t digest, int births) {
    if ((used_ + 1) * 4 > cells_.size() * 3) Grow();
    const uint64_t key = (digest & ~kMaxBirths) == 0 ? kMaxBirths + 1 : digest & ~kMaxBirths;
    uint64_t& cell = CellOf(key);
    const uint64_t few = static_cast<uint64_t>(births);
    if (cell != 0 && (cell & kMaxBirths) <= few) return false;
    if (cell == 0) ++used_;
    cell = key | few;
    return true;
  }

  size_t size() const { return used_; }
  void Clear() {
    cells_ = std::vector<uint64_t>(kLeast);
    used_ = 0;
  }

 private:
  static constexpr size_t kLeast = 1024;  // a power of two

  // The cell of that key, or where it belongs: 0.
  uint64_t& CellOf(uint64_t key) {
    size_t at = (key >> 5) & (cells_.size() - 1);
    while (cells_[at] != 0 && (cells_[at] & ~kMaxBirths) != key)
      at = (at + 1) & (cells_.size() - 1);
    return cells_[at];
  }

  void Grow() {
    const std::vector<uint64_t> old =
        std::exchange(cells_, std::vector<uint64_t>(2 * cells_.size()));
    for (uint64_t cell : old) {
      if (cell != 0) CellOf(cell & ~kMaxBirths) = cell;
    }
  }

  std::vector<uint64_t> cells_ = std::vector<uint64_t>(kLeast);
  size_t used_ = 0;
};

}  // namespace ouro

#endif  // PROPERTIES_EXPLORE_STATE_SET_H_
