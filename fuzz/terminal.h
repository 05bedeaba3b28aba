// SPDX-License-Identifier: Apache-2.0

// Text for a stream that may be a terminal: colours where a person reads them, no control
// characters of anybody else's.
//
// Place: below everything that prints for people.

#ifndef FUZZ_TERMINAL_H_
#define FUZZ_TERMINAL_H_

#include <cstdio>
#include <string>

namespace ouro {

// Whether the stream takes colours: a terminal, TERM is not "dumb", and NO_COLOR
// (https://no-color.org) is not set or empty.
bool IsColourful(std::FILE* stream);

// A report (model/trial.h) for that stream: in colours, the culprit's line, which ends with
// `# <- here`, and the line of the verdict stand out. Otherwise the text as it is.
std::string Painted(const std::string& report, std::FILE* stream);

// A word for that stream: green if it is good news, else red; or as it is.
std::string PaintedWord(const std::string& word, bool good, std::FILE* stream);

// Prints "ouro: TROUBLE" to standard error, behind what standard output has so far. Returns 2, the
// exit code for bad input.
int Complain(const std::string& trouble);

// One line that any terminal shows as it is: control characters become \x1b, and a text of more
// than `most` bytes is cut and ends with "...".
std::string OneLine(const std::string& text, size_t most = 1000);

}  // namespace ouro

#endif  // FUZZ_TERMINAL_H_
