// SPDX-License-Identifier: Apache-2.0

// A timeline is what happened to one object in one run: when its finalizer ran, when it was found
// uncollectable, when weak references to it were seen cleared, when it was freed. A table of
// timelines shows one program on many collectors.
//
// Place: `ouro compare` without `--with`. Reads transcripts; knows no collector and no judge.

#ifndef FUZZ_OURO_TIMELINE_H_
#define FUZZ_OURO_TIMELINE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "model/program.h"

namespace ouro {

struct RecordedRun {
  std::string specimen;
  std::string transcript;  // as a trial wrote it; lines that are neither operations, events, nor
                           // comments of a trial are ignored
  std::string verdict;     // a few words, for the end of the line
};

// What each letter in a table means, a line each.
std::vector<std::string> TimelineLegend();

// The program with its operations numbered, then a line for each run: the timelines of all objects,
// by number of the operation of main, and the verdict. "F3 X4": finalized at operation 3, freed at
// 4; "F3 x5": finalized five times at 3 in a row; "-": still alive. A column is named after the
// operation that created its object, not after the object's number, which differs between
// collectors for which different operations are void. Lines have at most `width` columns, split
// into blocks where necessary. Time linear in the transcripts, times the logarithm of the objects.
std::string TimelineTable(const Program& program, const std::vector<RecordedRun>& runs,
                          size_t width = 100);

}  // namespace ouro

#endif  // FUZZ_OURO_TIMELINE_H_
