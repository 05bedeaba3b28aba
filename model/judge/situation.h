// Which situations can be reached: some are impossible under a contract, others for a collector
// that lacks an ability. Reach is measured against what is possible.
//
// Place: shared by reach_test and by campaigns.

#ifndef MODEL_JUDGE_SITUATION_H_
#define MODEL_JUDGE_SITUATION_H_

#include <cstdint>

#include "model/collector.h"
#include "model/judge/law.h"

namespace ouro {

// Why the situation is impossible under the contract, or null.
const char* WhyImpossible(Situation situation, const Contract& contract);

// What can be reached with that specimen, a bit for each Situation.
uint64_t PossibleSituations(const Specimen& specimen);

}  // namespace ouro

#endif  // MODEL_JUDGE_SITUATION_H_
