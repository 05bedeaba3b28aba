// SPDX-License-Identifier: Apache-2.0

// Damage is what some unlawful verdicts say of the process that the collector runs in.
//
// Place: below the workers of campaigns and merges, which end after such a program.

#ifndef FUZZ_CAMPAIGN_DAMAGE_H_
#define FUZZ_CAMPAIGN_DAMAGE_H_

#include "model/judge/law.h"
#include "model/trial.h"

namespace ouro {

// Whether the collector has freed what is held, or freed it twice: the memory of its process cannot
// be trusted, and what it does next would be reported as bugs of their own.
inline bool Damages(const Verdict& verdict) {
  return verdict.violation && (verdict.violation->law == Law::kNoFreeWhileHeld ||
                               verdict.violation->law == Law::kFreeOnce);
}

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_DAMAGE_H_
