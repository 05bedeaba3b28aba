// The version of this program: a number, and the commit that it was linked from.
//
// Place: part of `ouro`. Bazel compiles version_stamp.cc anew whenever it links `ouro`, and does
// not link it because of a commit that changes nothing in it; so the commit is the one of the last
// change, or a later one.

#ifndef FUZZ_OURO_VERSION_H_
#define FUZZ_OURO_VERSION_H_

#include <string>

namespace ouro {

inline constexpr char kVersion[] = "0.1";

// "ouro 0.1, commit 0123456789ab, clang 14.0.6, assertions"; with "+" behind the commit if there
// were changes on top of it, and "unknown" where the sources were not in git.
std::string VersionLine();

}  // namespace ouro

#endif  // FUZZ_OURO_VERSION_H_
