// A finding is an unlawful program, told apart from others by its signature, shrunk, and filed as
// text with a header that says what it is and how to replay it.
//
// Place: between campaigns, `ouro shrink` and the corpus.

#ifndef FUZZ_FINDING_H_
#define FUZZ_FINDING_H_

#include <string>

#include "model/isolate.h"

namespace ouro {

struct FindingOptions {
  Isolation isolation;
  int shrink_seconds = 20;
  std::string folder;  // where it is filed; "": nowhere
  std::string origin;  // where the program came from, for the header
};

struct Finding {
  std::string signature;
  Program program;     // the smallest one
  std::string report;  // for people
  std::string text;    // of the file: header and program
  std::string file;    // where it was filed
  std::string error;   // why it could not be
  int hits = 1;
};

// Runs `program` three times, shrinks it and files it. A program that is lawful when it is run again
// gets the signature "not repeatable" and is kept as it is.
Finding Investigate(const Program& program, const Specimen& specimen,
                    const FindingOptions& options);

}  // namespace ouro

#endif  // FUZZ_FINDING_H_
