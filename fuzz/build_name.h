// The build name says how this program was compiled, for reports that other builds may have to
// reproduce.
//
// Place: below everything that writes such a report: findings, statistics, `ouro --version`.

#ifndef FUZZ_BUILD_NAME_H_
#define FUZZ_BUILD_NAME_H_

#include <string>

namespace ouro {

// "clang 14.0.6, assertions, AddressSanitizer"
std::string BuildName();

}  // namespace ouro

#endif  // FUZZ_BUILD_NAME_H_
