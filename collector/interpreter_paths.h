// SPDX-License-Identifier: Apache-2.0

// An interpreter path is where the interpreter of a language's version is on this machine: on PATH,
// as `php8.2` is, or in a pyenv.
//
// Place: below the specimens in other processes, which are named by such versions: `php:8.2`.
// Thread-safe as long as nobody changes the environment.

#ifndef COLLECTOR_INTERPRETER_PATHS_H_
#define COLLECTOR_INTERPRETER_PATHS_H_

#include <string>
#include <string_view>
#include <vector>

namespace ouro {

// Whether it is a version rather than a path: numbers with dots between them, "8.5", or "head".
bool IsVersion(std::string_view text);

// The paths of an executable file of that name in the folders of PATH, in their order.
std::vector<std::string> PathsOf(const std::string& program);

// The interpreters of that version: `program` and `version` as one name on PATH, in its order; then
// those in a pyenv whose shims are on PATH, the newest first. (Shims fail unless their version is
// selected, so they do not count.)
std::vector<std::string> InterpretersOf(const std::string& program, const std::string& version);

// The versions for which InterpretersOf finds one, `major.minor`, the oldest first. Linear in the
// files of PATH's folders.
std::vector<std::string> VersionsOf(const std::string& program);

// Orders versions by their numbers, "3.9" before "3.10"; "head" is the newest.
bool IsOlder(const std::string& version, const std::string& than);

}  // namespace ouro

#endif  // COLLECTOR_INTERPRETER_PATHS_H_
