// What goes to a terminal, or to what may be one: colour where a person looks, and nothing raw.
//
// Place: below whoever prints for people.

#ifndef FUZZ_TERMINAL_H_
#define FUZZ_TERMINAL_H_

#include <cstdio>
#include <string>

namespace ouro {

// Whether colours may be written there: it is a terminal that is not "dumb", and the environment
// has no NO_COLOR (https://no-color.org), or an empty one.
bool IsColourful(std::FILE* stream);

// A report (model/trial.h) as that stream may have it: the line of the culprit, which ends with
// `# <- here`, and the line of the verdict stand out where colours may be written. Without colours
// it is the text as it is.
std::string Painted(const std::string& report, std::FILE* stream);

// "UNLAWFUL" or what else is bad news, as that stream may have it.
std::string PaintedWord(const std::string& word, bool good, std::FILE* stream);

// Says what is wrong, on standard error: "ouro: ...". The exit code for it, 2.
int Complain(const std::string& trouble);

// The text as one line that a terminal shows as it is: control characters, a line's end among them,
// stand as \x1b. Longer texts are cut and end with "...".
std::string OneLine(const std::string& text, size_t most = 1000);

}  // namespace ouro

#endif  // FUZZ_TERMINAL_H_
