// SPDX-License-Identifier: Apache-2.0

// A place is an operation of a program as its author wrote it: its section and its index there. A
// transcript shows operations as they were executed, which is more (births into full registers and
// chains are several, `end` pops first; see the top of program.h) or less (scripts nobody ran). The
// position of a transcript in its program is the place that each line belongs to.
//
// Place: above transcript.h, for those who show a program beside what happened: timelines, reports
// for code scanning. It knows the form of a trial's transcript, no judge and no collector.
//
// Threads: values, and pure functions.

#ifndef MODEL_PROGRAM_POSITION_H_
#define MODEL_PROGRAM_POSITION_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "model/collector.h"
#include "model/program.h"
#include "model/transcript.h"

namespace ouro {

struct ProgramPlace {
  int section = kNoScript;  // kNoScript: main
  int index = -1;           // of the operation in its section; -1: unknown

  bool known() const { return index >= 0; }
  friend bool operator==(const ProgramPlace&, const ProgramPlace&) = default;
};

// Follows a transcript of a program, line by line. It is exact where a trial wrote the transcript.
// In others, such as logs, where void operations are missing, it looks for the next operation that
// fits, and says of lines that fit nowhere that their place is unknown.
class ProgramPosition {
 public:
  using Place = ProgramPlace;

  // `program` must outlive it.
  explicit ProgramPosition(const Program& program);

  // The place of the next line. Of an operation, or a comment "# void: ...": its own; of an event:
  // that of the operation during which it happened, in the script that was running then (the
  // events that open and close a script belong to the operation outside). Unknown of other lines,
  // and of all that follow the mark of a cut transcript, "...". Amortized O(1) per line of a
  // trial's transcript; at most kMaxSkipped steps for others, and O(log n) at births.
  Place Next(const TranscriptLine& line);

  // The index of the operation of main that was reached, whatever script runs within it; -1: none.
  int main_index() const { return frames_.front().open; }

 private:
  // How far the expansion of an operation has come.
  enum class Stage : uint8_t {
    kOver,   // nothing of it follows
    kBegun,  // what it is for follows
    kMade,   // a birth: only the end of the loan follows
  };

  // A section that runs: main, or a script within the operation of another frame.
  struct Frame {
    int section = kNoScript;
    int open = -1;       // the index of the operation that was reached
    bool known = false;  // whether the last line was a part of it
    bool ended = false;  // its script has raised, or ran out of operations: only pops follow
    size_t next = 0;     // the index of the operation that follows
    Op done;             // what was executed last
    Stage stage = Stage::kOver;
    bool emptied = false;   // of the open operation: the register that it writes
    Ref lent = kRegisters;  // ... the register that it borrows; kRegisters: none yet
    int32_t links = 0;      // ... the nodes of its chain that were begun
  };

  bool Begins(const Op& op, const Op& done, Frame* frame) const;
  bool BeginsBirth(const Op& op, const Op& done, Frame* frame) const;
  bool BeginsChain(const Op& op, const Op& done, Frame* frame) const;
  bool Continues(const Op& done, Frame* frame) const;
  bool ContinuesBirth(const Op& op, const Op& done, Frame* frame) const;
  bool ContinuesChain(const Op& op, const Op& done, Frame* frame) const;
  Place OnOperation(const Op& done);
  Place OnComment(std::string_view text);
  Place OnEvent(std::string_view text);
  Place Here() const;

  const Program& program_;
  std::vector<Frame> frames_;          // main, and the scripts that run, the innermost last
  std::map<ObjectId, int> script_of_;  // of the objects born with one
  bool lost_ = false;                  // the transcript is cut here
};

// How many operations that left no line are skipped in search of one that fits.
inline constexpr size_t kMaxSkipped = 1000;

// The place of the last line of a transcript that belongs to an operation: of one that ends in a
// conviction or a crash, the operation at fault. Unknown if there is none. Linear.
ProgramPlace LastPlace(const Program& program, std::string_view transcript);

// The lines, from 1, on which the operations of one program stand in a text.
struct ProgramLines {
  std::vector<std::vector<uint32_t>> scripts;
  std::vector<uint32_t> main;

  // 0: the place is unknown, or the text has no such operation. O(1).
  size_t Of(const ProgramPlace& place) const;
};

// The lines of all programs of a stream, in the order in which Parse yields these. REQUIRES: Parse
// accepts the text. Linear.
std::vector<ProgramLines> LinesOf(std::string_view text);

// The same of the canonical text, Print(program). Linear.
ProgramLines PrintedLines(const Program& program);

}  // namespace ouro

#endif  // MODEL_PROGRAM_POSITION_H_
