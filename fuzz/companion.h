// SPDX-License-Identifier: Apache-2.0

// A companion is another program that `ouro` executes: it lies beside it, in Bazel's output or
// where tools/dist packs it.
//
// Place: below whatever executes one.

#ifndef FUZZ_COMPANION_H_
#define FUZZ_COMPANION_H_

#include <string>

namespace ouro {

// Where it is, or "": `built` is its path among the targets of Bazel, as
// "fuzz/libfuzzer/collector_fuzzer_bin"; `packed` its name in lib/ouroboros.
std::string FindCompanion(const std::string& built, const std::string& packed);

}  // namespace ouro

#endif  // FUZZ_COMPANION_H_
