// SPDX-License-Identifier: Apache-2.0

// A finding is an unlawful program, identified by its signature, shrunk, and filed as text whose
// header says what it is and how to replay it. One bug breaks many laws: findings whose simplest
// unlawful program is of the same kind share a cause (cause.h).
//
// Place: between campaigns, `ouro shrink`, `ouro check-adapter` and the corpus. Here alone is it
// decided whether a program repeats what was seen.

#ifndef FUZZ_CAMPAIGN_FINDING_H_
#define FUZZ_CAMPAIGN_FINDING_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/isolate.h"

namespace ouro {

struct FindingOptions {
  Isolation isolation;
  int replays = 3;  // runs before shrinking
  // Whether something other than the program may have caused what was seen. Then the first two
  // replays have to be unlawful.
  bool from_outside = false;
  int shrink_seconds = 20;
  std::string folder;  // where it is filed; "": nowhere
  // For the header: where the program came from.
  std::string origin;
  std::string engine;
  uint64_t seed = 0;
  std::string seen;                // the signature of what was seen, in case no replay repeats it
  std::vector<std::string> known;  // causes: a finding that looks like one of them is not shrunk
  std::function<void(size_t operations, size_t tried)> progress;  // of shrinking; may be empty
};

struct Finding {
  std::string signature = {};
  std::string cause = {};   // see cause.h
  Program program = {};     // the smallest one
  std::string report = {};  // for people
  std::string text = {};    // of the file: header and program
  std::string file = {};    // where it is filed
  std::string before = {};  // ... in place of this one, which is gone
  std::string error = {};   // why it is not
  std::string engine = {};
  size_t line = 0;      // of that file: the operation at fault; 0: unknown
  int repeats = 0;      // replays with that signature; 0: not repeatable
  bool shrunk = false;  // as far as possible, or left as it is on purpose
  uint64_t hits = 1;    // programs that did it
  // Of the campaign, when it was first seen.
  double seconds = 0;
  uint64_t programs = 0;
};

// The signature of a program that did `seen` once and is lawful when it is run alone.
std::string NotRepeatable(const std::string& seen);

// The text of a file in unexamined/: a program, in text, that was seen to do something for which
// there was no time. It names its specimen and its contract, so that it runs again.
std::string UnexaminedText(const std::string& seen, const Specimen& specimen,
                           const std::string& origin, const std::string& program);

// A word as a shell needs it: naive, 'liar:load'.
std::string Quoted(const std::string& word);

// An `ouro` command on a file, to be pasted into the shell in which this process was started:
// begins with the path of this program, or with `bazel run` where Bazel started it.
std::string OuroCommand(const std::string& command, const std::string& file);

// Removes the file of a finding. Does nothing for "".
void RemoveFinding(const std::string& file);

// Replays `program`, finds its cause and files it. If no replay is unlawful, it is filed as not
// repeatable; std::nullopt if the cause may have been outside and a replay was lawful.
// Takes `replays` runs and 2 s for the cause, each run as long as options.isolation allows.
std::optional<Finding> Investigate(const Program& program, const Specimen& specimen,
                                   const FindingOptions& options);

// Shrinks a finding of Investigate for options.shrink_seconds, and files the smaller program in its
// place. One that is `shrunk` stays as it is.
void ShrinkFinding(const Specimen& specimen, const FindingOptions& options, Finding* finding);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_FINDING_H_
