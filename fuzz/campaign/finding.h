// A finding is an unlawful program, sent apart from others by its signature, shrunk, and filed as
// text with a header that says what it is and how to replay it. One bug breaks many laws: findings
// that come down to the same thing when they are made as simple as can be have one cause.
//
// Place: between campaigns, `ouro shrink` and the corpus.

#ifndef FUZZ_CAMPAIGN_FINDING_H_
#define FUZZ_CAMPAIGN_FINDING_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/isolate.h"

namespace ouro {

struct FindingOptions {
  Isolation isolation;
  int replays = 3;  // how often the program is run again, before it is shrunk
  int shrink_seconds = 20;
  std::string folder;  // where it is filed; "": nowhere
  // For the header: where the program came from.
  std::string origin;
  std::string engine;
  uint64_t seed = 0;
  std::string seen;                // what it did there, for one that is lawful now
  std::vector<std::string> known;  // causes: what looks like one of them is not shrunk
  std::function<void(size_t operations, size_t tried)> progress;  // of shrinking; may be empty
};

struct Finding {
  std::string signature = {};
  std::string cause = {};   // see cause.h
  Program program = {};     // the smallest one
  std::string report = {};  // for people
  std::string text = {};    // of the file: header and program
  std::string file = {};    // where it is filed
  std::string error = {};   // why it is not
  std::string engine = {};
  int repeats = 0;      // how many of the replays had that signature
  bool shrunk = false;  // as far as it goes; also: there is no need to
  uint64_t hits = 1;
  // Of the campaign, when it was first seen.
  double seconds = 0;
  uint64_t programs = 0;
};

// The signature of a program that did `seen` once and is lawful now.
std::string NotRepeatable(const std::string& seen);

// A command of `ouro` for a file with a header: begins with what started this process, Bazel or a
// binary, and is for the shell of whoever did, in the folder where they did.
std::string OuroCommand(const std::string& command, const std::string& file);

// Takes away the file of a finding.
void Unfile(const std::string& file);

// Runs `program` again, looks for its cause and files it. One that is lawful now is filed as not
// repeatable.
Finding Investigate(const Program& program, const Specimen& specimen,
                    const FindingOptions& options);

// Makes a finding of Investigate as small as time allows, and files the smaller program instead.
// Nothing changes for one that is not repeatable, or looks like a known one.
void ShrinkFinding(const Specimen& specimen, const FindingOptions& options, Finding* finding);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_FINDING_H_
