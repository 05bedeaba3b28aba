// SPDX-License-Identifier: Apache-2.0

// The hash: 64 bits of FNV-1a over bytes. It names files by their contents and detects damaged
// messages.
//
// Place: below everything in fuzz/. The names of corpus files and findings depend on it, so a
// change of the function renames them all. It resists no adversary.

#ifndef FUZZ_HASH_H_
#define FUZZ_HASH_H_

#include <cstdint>
#include <string_view>

namespace ouro {

inline uint64_t HashOf(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

}  // namespace ouro

#endif  // FUZZ_HASH_H_
