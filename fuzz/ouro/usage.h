// SPDX-License-Identifier: Apache-2.0

// Usage is what the parser accepts beyond the options themselves: which numbers and names it
// refuses, what it says then, and which command bare options belong to.
//
// Place: beside command_line.cc, which has the commands and their options.

#ifndef FUZZ_OURO_USAGE_H_
#define FUZZ_OURO_USAGE_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace ouro {

// The word of `known` that is most like `word`: it differs by at most a third of its letters (at
// least one) that are replaced, missing, added, or swapped with a neighbour. "" if there is none.
std::string Nearest(const std::string& word, const std::vector<std::string>& known);

// For CLI::App::failure_message: what is wrong, what may have been meant, where help is. Names the
// new name of a command that an earlier version had.
std::string Complaint(const CLI::App* app, const CLI::Error& error);

// Makes all options of all commands refuse what the parser would accept and nobody means: numbers
// with a sign, with leading zeros, or too large; empty names. REQUIRES: all commands are added.
void RefuseOddValues(CLI::App& app);

// The arguments as the parser needs them: `help run` is `run --help`, and options without a
// command, or no arguments at all, are those of `campaign`.
std::vector<std::string> Arguments(int argc, char** argv);

}  // namespace ouro

#endif  // FUZZ_OURO_USAGE_H_
