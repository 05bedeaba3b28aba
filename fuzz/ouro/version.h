// SPDX-License-Identifier: Apache-2.0

// The line that `ouro --version` prints: the version (build_name.h), and the commit that this
// program was linked from.
//
// Place: part of `ouro`, the only program that is stamped. Bazel recompiles version_stamp.cc
// whenever it links `ouro`, but a commit that changes nothing in `ouro` does not make it link; so
// the commit is that of the last change, or a later one.

#ifndef FUZZ_OURO_VERSION_H_
#define FUZZ_OURO_VERSION_H_

#include <string>

namespace ouro {

// "ouro 0.2.0, commit 0123456789ab, clang 14.0.6, assertions". The commit ends with "+" if there
// were uncommitted changes, and is "unknown" if the sources were not in git.
std::string VersionLine();

}  // namespace ouro

#endif  // FUZZ_OURO_VERSION_H_
