// SPDX-License-Identifier: Apache-2.0

// The canary is a collector with a planted bug that a working engine finds at once. A campaign
// tries its engines on it first: one that misses it would miss everything, and call the specimen
// lawful.
//
// Place: at the start of a campaign.

#ifndef FUZZ_CAMPAIGN_CANARY_H_
#define FUZZ_CAMPAIGN_CANARY_H_

#include <cstdint>
#include <string>

#include "fuzz/campaign/engine.h"

namespace ouro {

// Runs an engine on the canary in another process, for 20 s at most. Returns "", also after an
// interruption, or how the engine missed the bug. kLibFuzzer needs `fuzzer`, its binary, and
// `work`, a folder for what it leaves behind. REQUIRES: the engine is not kUniform.
std::string TryCanary(Engine engine, uint64_t seed, const std::string& fuzzer,
                      const std::string& work);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_CANARY_H_
