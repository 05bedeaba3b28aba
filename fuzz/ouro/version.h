// The version of this program: a number, and the commit that it was linked from.
//
// Place: part of `ouro`. Bazel recompiles version_stamp.cc whenever it links `ouro`, but a commit
// that changes nothing in `ouro` does not make it link; so the commit is that of the last change,
// or a later one.

#ifndef FUZZ_OURO_VERSION_H_
#define FUZZ_OURO_VERSION_H_

#include <string>

namespace ouro {

inline constexpr char kVersion[] = "0.1";

// "ouro 0.1, commit 0123456789ab, clang 14.0.6, assertions". The commit ends with "+" if there were
// uncommitted changes, and is "unknown" if the sources were not in git.
std::string VersionLine();

}  // namespace ouro

#endif  // FUZZ_OURO_VERSION_H_
