// The line that `ouro --version` prints: the version (build_name.h), and the commit that this
// program was linked from.
//
// Place: part of `ouro`, the only program that is stamped. Bazel compiles version_stamp.cc anew
// whenever it links `ouro`, and does not link it because of a commit that changes nothing in it; so
// the commit is the one of the last change, or a later one.

#ifndef FUZZ_OURO_VERSION_H_
#define FUZZ_OURO_VERSION_H_

#include <string>

namespace ouro {

// "ouro 0.2.0, commit 0123456789ab, clang 14.0.6, assertions"; with "+" behind the commit if there
// were changes on top of it, and "unknown" where the sources were not in git.
std::string VersionLine();

}  // namespace ouro

#endif  // FUZZ_OURO_VERSION_H_
