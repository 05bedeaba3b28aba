// SPDX-License-Identifier: Apache-2.0

// The head of a program's file: the comment lines at its very beginning. Its lines `# KEY: VALUE`
// are for programs, too; corpus/README.md lists the keys.
//
// Place: below the command line and the tests that replay the corpus. Pure functions of the text:
// any thread may call them; all are linear.

#ifndef CORPUS_HEAD_H_
#define CORPUS_HEAD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/judge/law.h"
#include "model/trial.h"

namespace ouro {

// The leading lines that begin with `#`.
std::string HeadOf(const std::string& text);

// The values of all lines `# KEY: VALUE` of the head, in order, without trailing blanks. The line
// begins with the key: one blank after `#`.
std::vector<std::string> HeadValues(const std::string& text, const std::string& key);

// The last of these values, or "". The last one counts, because the first line is free text, which
// an untrusted collector may have influenced.
std::string HeadValue(const std::string& text, const std::string& key);

// The specimen that the head names, or "": `# specimen: NAME` or, as campaigns file it,
// `# specimen: NAME (SUMMARY), contract CONTRACT`, where the parentheses of SUMMARY are balanced.
std::string HeadSpecimen(const std::string& text);

// The contract of that line, or "".
std::string HeadContract(const std::string& text);

// A known bug: which specimens a program convicts, and of what. The value of
//   # convicts: WHO [VERSION [- VERSION]] [by LAW]: WHY
// WHO is a specimen's name, or the first word of its summary in lower case: `cpython` is CPython
// both over the line protocol and through its API. The range of versions is inclusive, and 3.12
// includes 3.12.1. LAW is a law, or `broken` for a crash or a hang; without it, any conviction is
// known.
struct KnownBug {
  std::string who;
  std::string from;  // "": all versions
  std::string to;
  std::string law;  // "": any
  std::string why;
};

// Parses that value. Returns "" or what is wrong with it.
std::string ParseKnownBug(const std::string& text, KnownBug* bug);

// Appends the known bugs of a head. Returns "" or what is wrong with one of them.
std::string ReadKnownBugs(const std::string& text, std::vector<KnownBug>* bugs);

// Whether a specimen has a bug.
enum class Has : uint8_t {
  kNot,  // it is another collector, or another version
  kMay,  // its version is not precise enough: 3.13, where the bug ends with 3.13.0
  kYes,
};
Has HasBug(const KnownBug& bug, const Specimen& specimen);

// What a verdict means, given the known bugs of its program.
struct Judgement {
  enum class Kind : uint8_t {
    kLawful,   // nothing was found or expected
    kKnown,    // a known bug was found
    kUnknown,  // the conviction matches no known bug
    kMissed,   // a known bug was not found
  };
  Kind kind = Kind::kLawful;
  const KnownBug* bug = nullptr;  // kKnown, kMissed: which one

  bool good() const { return kind == Kind::kLawful || kind == Kind::kKnown; }
};

// The result points into `bugs`. If several known bugs apply, one of them suffices.
Judgement Weigh(const Verdict& verdict, const std::vector<KnownBug>& bugs,
                const Specimen& specimen);

}  // namespace ouro

#endif  // CORPUS_HEAD_H_
