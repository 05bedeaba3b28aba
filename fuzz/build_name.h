// SPDX-License-Identifier: Apache-2.0

// The version of Ouroboros, and how this program was built. `ouro --version`, the heads of findings
// and stats.json all say it, so that a report can be traced to a release.
//
// Place: below everything in fuzz/ that writes for people. The version stands here and nowhere
// else; tools/version_test.py compares it with CHANGELOG.md and MODULE.bazel.

#ifndef FUZZ_BUILD_NAME_H_
#define FUZZ_BUILD_NAME_H_

#include <string>

namespace ouro {

// Semantic versioning: see CHANGELOG.md for what counts as an interface.
inline constexpr char kVersion[] = "0.2.0";

// "ouro 0.2.0, clang 14.0.6, assertions, AddressSanitizer". A `commit` that is not empty follows
// the version: "ouro 0.2.0, commit 0123456789ab, clang 14.0.6". The same in every run.
std::string BuildName(const std::string& commit = "");

}  // namespace ouro

#endif  // FUZZ_BUILD_NAME_H_
