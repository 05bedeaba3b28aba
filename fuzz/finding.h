// A finding is an unlawful program, told apart from others by its signature, shrunk, and filed as
// text with a header that says what it is and how to replay it.
//
// Place: between campaigns, `ouro shrink` and the corpus.

#ifndef FUZZ_FINDING_H_
#define FUZZ_FINDING_H_

#include <functional>
#include <string>

#include "model/isolate.h"

namespace ouro {

struct FindingOptions {
  Isolation isolation;
  int shrink_seconds = 20;
  std::string folder;  // where it is filed; "": nowhere
  std::string origin;  // where the program came from, for the header
  std::string seen;    // what it did there, for one that is lawful now
  std::function<void(size_t operations, size_t tried)> progress;  // of shrinking; may be empty
};

struct Finding {
  std::string signature;
  Program program;     // the smallest one
  std::string report;  // for people
  std::string text;    // of the file: header and program
  std::string file;    // where it is filed
  std::string error;   // why it is not
  int repeats = 0;     // how many of three runs had that signature
  int hits = 1;
};

// The signature of a program that did `seen` once and is lawful now.
std::string NotRepeatable(const std::string& seen);

// Runs `program` three times, shrinks it and files it. A program that is lawful now is filed
// as it is, as not repeatable.
Finding Investigate(const Program& program, const Specimen& specimen,
                    const FindingOptions& options);

}  // namespace ouro

#endif  // FUZZ_FINDING_H_
