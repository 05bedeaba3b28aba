// Usage is what the command line takes and what it says of what it does not take: which numbers and
// names are none, and what may have been meant.
//
// Place: beside ouro.cc, which has the commands and their options.

#ifndef FUZZ_OURO_USAGE_H_
#define FUZZ_OURO_USAGE_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace ouro {

// The one of `known` that `word` is most like: at most a third of its letters are others, missing,
// added, or in the place of their neighbour. "" if there is none.
std::string Nearest(const std::string& word, const std::vector<std::string>& known);

// For CLI::App::failure_message: what is wrong, what may have been meant, where help is.
std::string Complaint(const CLI::App* app, const CLI::Error& error);

// Refuses, for all options of all commands, what the parser takes and nobody means: numbers with a
// sign where there is none, with leading zeros, or too large; names that are empty.
void RefuseOddValues(CLI::App& app);

// The arguments as the parser needs them: `help run` is `run --help`, and options without a command
// are those of a campaign.
std::vector<std::string> Arguments(int argc, char** argv);

}  // namespace ouro

#endif  // FUZZ_OURO_USAGE_H_
