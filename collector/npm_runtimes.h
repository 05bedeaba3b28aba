// SPDX-License-Identifier: Apache-2.0

// An npm runtime is an interpreter that no Debian has, as WebAssembly from the npm registry: PHP
// 8.5, say. `tools/setup --npm` installs them; node executes each within a host, whose text is
// embedded here, so that this program can be copied anywhere. See peers/npm/README.md.
//
// Place: below the specimens in other processes, to which its command is that of an interpreter.
// Thread-safe as long as nobody changes the environment.

#ifndef COLLECTOR_NPM_RUNTIMES_H_
#define COLLECTOR_NPM_RUNTIMES_H_

#include <string>
#include <vector>

namespace ouro {

struct NpmRuntime {
  const char* name;     // of the specimen: "php:8.5"
  const char* package;  // its folder among the installed packages
  const char* host;     // the text
  bool extra;           // only `tools/setup --npm=all` brings it
};

// Those that there are, installed or not, in a fixed order.
const std::vector<NpmRuntime>& NpmRuntimes();

// The one of that name, or nullptr.
const NpmRuntime* FindNpmRuntime(const std::string& name);

// The folder of the installed packages, in the one that the environment variable OURO_NPM names, or
// in the user's cache.
std::string NpmModules();

// The command that installs it: "tools/setup --npm".
std::string SetupOf(const NpmRuntime& runtime);

bool IsInstalled(const NpmRuntime& runtime);

// The program that stands for the path of the interpreter, whose command line follows. Returns ""
// and sets *command, or returns what is missing and what brings it.
std::string CommandOf(const NpmRuntime& runtime, std::vector<std::string>* command);

}  // namespace ouro

#endif  // COLLECTOR_NPM_RUNTIMES_H_
