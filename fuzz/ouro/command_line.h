// SPDX-License-Identifier: Apache-2.0

// The command line: the options of every command, and the one place that runs a command and
// complains about its input.
//
// Place: between main() and the commands.

#ifndef FUZZ_OURO_COMMAND_LINE_H_
#define FUZZ_OURO_COMMAND_LINE_H_

namespace ouro {

// Parses the arguments, runs the command that they name, and returns the exit code: 0 lawful, 1
// convicted, 2 usage, bad input, or a missing specimen; then one sentence on standard error says
// what is wrong. May throw what {fmt} and the standard library throw.
int RunCommandLine(int argc, char** argv);

}  // namespace ouro

#endif  // FUZZ_OURO_COMMAND_LINE_H_
