// SPDX-License-Identifier: Apache-2.0

#include "fuzz/build_name.h"

#include <fmt/format.h>

namespace ouro {

std::string BuildName(const std::string& commit) {
  std::string name = fmt::format("ouro {}", kVersion);
  if (!commit.empty()) name += fmt::format(", commit {}", commit);
  name += fmt::format(", clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#ifdef _GLIBCXX_ASSERTIONS
  name += ", assertions";
#endif
#if __has_feature(address_sanitizer)
  name += ", AddressSanitizer";
#endif
#if __has_feature(memory_sanitizer)
  name += ", MemorySanitizer";
#endif
#if __has_feature(undefined_behavior_sanitizer)
  name += ", UndefinedBehaviorSanitizer";
#endif
  return name;
}

}  // namespace ouro
