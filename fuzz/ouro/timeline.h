// A fate is what became of one object in one run: when its finalizer ran, when it was found to be
// uncollectable, when weak references to it were seen cleared, when it was freed. A table of fates
// shows one program through many collectors.
//
// Place: `ouro compare` without `--with`.

#ifndef FUZZ_OURO_TIMELINE_H_
#define FUZZ_OURO_TIMELINE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "model/program.h"

namespace ouro {

// The run of one specimen.
struct Course {
  std::string specimen;
  std::string transcript;  // that a trial wrote
  std::string verdict;     // a few words
};

// What each letter in a table means, a line each.
std::vector<std::string> FateLegend();

// The program with its operations numbered, then a line for each course: the fates of all objects,
// by number of the operation of main, and the verdict. "F3 X4": finalized at operation 3, freed at
// 4; "F3 x5": finalized five times at 3, one after the other. "-": it lives on. An object's column
// is named after the operation during which it was born, as its number may be another one where an
// operation is void. Lines have at most `width` columns, if need be in several blocks.
std::string FateTable(const Program& program, const std::vector<Course>& courses,
                      size_t width = 100);

}  // namespace ouro

#endif  // FUZZ_OURO_TIMELINE_H_
