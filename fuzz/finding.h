// A finding is an unlawful program, told apart from others by its signature, shrunk, and filed as
// text with a header that says what it is and how to replay it.
//
// Place: between campaigns, `ouro shrink` and the corpus.

#ifndef FUZZ_FINDING_H_
#define FUZZ_FINDING_H_

#include <cstdint>
#include <functional>
#include <string>

#include "model/isolate.h"

namespace ouro {

struct FindingOptions {
  Isolation isolation;
  int shrink_seconds = 20;
  std::string folder;  // where it is filed; "": nowhere
  std::string tests;   // where a draft of a test is written; "": nowhere
  // For the header: where the program came from.
  std::string origin;
  std::string engine;
  uint64_t seed = 0;
  std::string seen;  // what it did there, for one that is lawful now
  // Called before shrinking, when the finding is already filed, with a report; may be empty.
  std::function<void(const std::string& report)> announce;
  std::function<void(size_t operations, size_t tried)> progress;  // of shrinking; may be empty
};

struct Finding {
  std::string signature;
  Program program;     // the smallest one
  std::string report;  // for people
  std::string text;    // of the file: header and program
  std::string file;    // where it is filed
  std::string error;   // why it is not
  std::string engine;
  int repeats = 0;  // how many of three runs had that signature
  uint64_t hits = 1;
  // Of the campaign, when it was first seen.
  double seconds = 0;
  uint64_t programs = 0;
};

// The signature of a program that did `seen` once and is lawful now.
std::string NotRepeatable(const std::string& seen);

// Takes away a file of a finding, and its draft in the folder `tests`, which may be "".
void Unfile(const std::string& file, const std::string& tests);

// Runs `program` three times, files it, shrinks it and files the smaller one instead. A program
// that is lawful now is filed as it is, as not repeatable.
Finding Investigate(const Program& program, const Specimen& specimen,
                    const FindingOptions& options);

}  // namespace ouro

#endif  // FUZZ_FINDING_H_
