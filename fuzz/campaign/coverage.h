// SPDX-License-Identifier: Apache-2.0

// Coverage is what programs have reached: situations of the judge, features of the heap, edges of
// the collector's code.
//
// Place: below worker slots, which store it, and reports, which count it.

#ifndef FUZZ_CAMPAIGN_COVERAGE_H_
#define FUZZ_CAMPAIGN_COVERAGE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ouro {

// Edges that are recorded; a larger collector has its first ones counted.
inline constexpr size_t kMaxEdges = size_t{1} << 15;

// The coverage of all workers together.
struct Coverage {
  uint64_t situations = 0;  // a bit for each Situation (model/judge/situation.h)
  size_t features = 0;
  size_t edges = 0;
  size_t all_edges = 0;  // in the instrumented code; 0: none, or nobody knows
};

// Merges the counts of one run into `reached`, which keeps a bit for each order of magnitude of a
// count, as libFuzzer does. Returns whether a bit is new. Linear; runs of zeros cost an eighth.
// REQUIRES: both arrays have `size` bytes.
bool MergeCounts(const uint8_t* counts, size_t size, uint8_t* reached);

// Appends a number for each count of one run that is not zero, ascending: eight times its index,
// plus the number of the bit that MergeCounts keeps. Linear in `size`.
void AppendMagnitudes(const uint8_t* counts, size_t size, std::vector<uint32_t>* features);

// The number of bytes that are not zero.
size_t CountReached(const uint8_t* reached, size_t size);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_COVERAGE_H_
