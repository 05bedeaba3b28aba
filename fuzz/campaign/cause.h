// A cause is what a bug looks like at its simplest: what goes wrong, and the words of the smallest
// program in which anything does: "trash-freed: node, store, collect".
//
// Place: below findings, which have one each. It tells one bug from another for people; nothing
// else depends on it.

#ifndef FUZZ_CAMPAIGN_CAUSE_H_
#define FUZZ_CAMPAIGN_CAUSE_H_

#include <string>

#include "model/program.h"
#include "model/trial.h"

namespace ouro {

// The law, or the signature of a crash or hang, and the words of the program. It is as good as the
// program is small.
std::string CauseOf(const Verdict& verdict, const Program& program);

// The words of a cause that do something to the heap: without loads, dereferences and censuses,
// which only look; thresholds start collections, and finalizers and callbacks are both scripts.
// Each once, sorted, with commas.
std::string DeedsOf(const std::string& cause);

// Whether what has that cause may be a consequence of the other one: its program does all that the
// other needs. A guess, for people who look for the first thing to mend.
bool LooksLike(const std::string& cause, const std::string& other);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_CAUSE_H_
