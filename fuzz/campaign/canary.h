// The canary is a collector with a planted bug that a sound campaign finds at once. Each campaign
// tries its engines on it first: one that finds nothing there would find nothing anywhere.
//
// Place: at the start of a campaign.

#ifndef FUZZ_CAMPAIGN_CANARY_H_
#define FUZZ_CAMPAIGN_CANARY_H_

#include <cstdint>
#include <string>

#include "fuzz/campaign/candidate.h"

namespace ouro {

// Lets an engine loose on the canary, in another process, for 20 s at most. Returns "" or why the
// engine cannot be trusted. `fuzzer` is the binary, for kLibFuzzer; `work` a folder for what
// libFuzzer leaves behind.
std::string TryCanary(Engine engine, uint64_t seed, const std::string& fuzzer,
                      const std::string& work);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_CANARY_H_
