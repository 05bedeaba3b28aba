// SPDX-License-Identifier: Apache-2.0

// A selection has, for each feature that any program of a merge reaches, the smallest program that
// does; of two of one size, that with the lower hash.
//
// Place: the result of a merge. Since the smallest of a set depends on nothing but the set, a
// selection is the same whatever the order of programs and folders, however often a program is
// entered, and whether its parts were selected before: merging results of merges is merging.
//
// A feature, here, is a number: the order of magnitude of a count of FeatureCounter, or an edge of
// the collector's code that ran. How often an edge ran is none: it says nothing about a heap, and
// would select programs of hundreds of operations.

#ifndef FUZZ_MERGE_SELECTION_H_
#define FUZZ_MERGE_SELECTION_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/campaign/coverage.h"
#include "model/judge/feature.h"

namespace ouro {

// A program by what it reaches.
struct Reach {
  uint64_t hash = 0;               // of its text
  uint32_t size = 0;               // operations
  std::vector<uint32_t> features;  // ascending, below Selection::kFeatures
};

class Selection {
 public:
  static constexpr size_t kEdgeBase = FeatureCounter::kSize * 8;
  static constexpr size_t kFeatures = kEdgeBase + kMaxEdges;

  Selection() : smallest_(kFeatures) {}

  // The features of the program for which it is the smallest, or would be if it were entered.
  std::vector<uint32_t> Won(const Reach& program) const;
  // Enters a program. O(features), times the logarithm of programs that ever were selected.
  void Enter(const Reach& program);

  // The number of features of which that program is the smallest.
  size_t Holds(uint64_t hash) const;
  // Every program that ever was selected, with that number.
  const std::map<uint64_t, size_t>& programs() const { return programs_; }
  size_t size() const;      // of programs that are selected
  size_t features() const;  // that are reached

  // Those of these programs (sorted hashes) that are selected, each with the features that it
  // holds. Linear in kFeatures.
  std::vector<Reach> Held(const std::vector<uint64_t>& hashes) const;

 private:
  struct Smallest {
    uint64_t hash = 0;
    uint32_t size = 0;
    bool reached = false;
  };
  bool Wins(const Reach& program, uint32_t feature) const;

  std::vector<Smallest> smallest_;  // by feature
  std::map<uint64_t, size_t> programs_;
};

// "HASH SIZE FEATURE FEATURE ...", without a line end, and back. Parsing returns false if the line
// is something else.
std::string ToLine(const Reach& program);
bool FromLine(std::string_view line, Reach* program);

}  // namespace ouro

#endif  // FUZZ_MERGE_SELECTION_H_
