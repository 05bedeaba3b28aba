// The head of a program's file: the comment lines at its very beginning. Lines `# KEY: VALUE` of it
// are read by programs, too; corpus/README.md lists the keys.
//
// Place: below whoever runs files of programs: the command line, and the tests that replay the
// corpus.

#ifndef CORPUS_HEAD_H_
#define CORPUS_HEAD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/judge/law.h"
#include "model/trial.h"

namespace ouro {

// The lines from the first one that begin with `#`. Linear.
std::string HeadOf(const std::string& text);

// The values of all lines `# KEY: VALUE` of the head, in their order, without blanks at the end.
// The key stands at the line's begin.
std::vector<std::string> HeadValues(const std::string& text, const std::string& key);

// The last of them, or "". The last one counts because the first line is free text, which somebody
// else's collector may have had a part in.
std::string HeadValue(const std::string& text, const std::string& key);

// The specimen that the head names, or "": `# specimen: NAME` or, as campaigns file it,
// `# specimen: NAME (SUMMARY), contract CONTRACT`. Parentheses of the summary are in pairs.
std::string HeadSpecimen(const std::string& text);

// The contract that stands behind it, or "".
std::string HeadContract(const std::string& text);

// Who is known to be convicted by a program, and of what: the value of
//   # convicts: WHO [VERSION [- VERSION]] [by LAW]: WHY
// WHO is a specimen's name, or the first word of its summary, in small letters: `cpython` is
// CPython over the line protocol and by its API. Versions: both ends are meant; 3.12 has 3.12.1 in
// it. LAW is a law, or `broken` for a crash or a hang; without it, whatever convicts is known.
struct KnownBug {
  std::string who;
  std::string from;  // "": all versions
  std::string to;
  std::string law;  // "": any
  std::string why;
};

// Returns "" or what is wrong with the text.
std::string ParseKnownBug(const std::string& text, KnownBug* bug);

// Those of a file's head. Returns "" or what is wrong with one of them.
std::string ReadKnownBugs(const std::string& text, std::vector<KnownBug>* bugs);

// Whether a specimen has a bug.
enum class Has : uint8_t {
  kNot,  // it is somebody else, or of another version
  kMay,  // it does not say its version exactly enough: 3.13, where the bug ends with 3.13.0
  kYes,
};
Has HasBug(const KnownBug& bug, const Specimen& specimen);

// What a verdict means, given what is known of its program.
struct Judgement {
  enum class Kind : uint8_t {
    kLawful,   // nothing was found, and nothing was to be found
    kKnown,    // what is known was found
    kUnknown,  // what was found is not known
    kMissed,   // what is known was not found
  };
  Kind kind = Kind::kLawful;
  const KnownBug* bug = nullptr;  // kKnown, kMissed: which one

  bool good() const { return kind == Kind::kLawful || kind == Kind::kKnown; }
};

// `bugs` outlives the result.
Judgement Weigh(const Verdict& verdict, const std::vector<KnownBug>& bugs,
                const Specimen& specimen);

}  // namespace ouro

#endif  // CORPUS_HEAD_H_
