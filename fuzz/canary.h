// The canary is a collector with a planted bug that a sound campaign finds at once. Each campaign
// tries its engines on it first: one that finds nothing there would find nothing anywhere.
//
// Place: at the start of a campaign.

#ifndef FUZZ_CANARY_H_
#define FUZZ_CANARY_H_

#include <cstdint>
#include <string>

#include "fuzz/worker.h"

namespace ouro {

// Lets an engine loose on the canary, in another process. Returns "" and sets *programs to how many
// it took (libFuzzer: 0, for it does not say), or returns why the engine cannot be trusted.
// `fuzzer` is the binary, for kLibFuzzer; `work` a folder for what libFuzzer leaves behind.
std::string TryCanary(Engine engine, uint64_t seed, const std::string& fuzzer,
                      const std::string& work, uint64_t* programs);

}  // namespace ouro

#endif  // FUZZ_CANARY_H_
