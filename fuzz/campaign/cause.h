// SPDX-License-Identifier: Apache-2.0

// A cause is the shortest description of a bug: what goes wrong, and the operations of the smallest
// program in which anything does: "trash-freed: collect, node, store"; with the kinds that matter:
// "trash-freed: as generator, collect, node, store".
//
// Place: below findings, each of which has one. It groups findings for people; no verdict depends
// on it.

#ifndef FUZZ_CAMPAIGN_CAUSE_H_
#define FUZZ_CAMPAIGN_CAUSE_H_

#include <string>

#include "model/program.h"
#include "model/trial.h"

namespace ouro {

// The law that was broken, or the signature of a crash or hang, and the sorted words of the
// program's operations. REQUIRES: the verdict, which is that of the program, is not lawful.
std::string CauseOf(const Verdict& verdict, const Program& program);

// The sorted words of a cause that change the heap, with commas: without loads, dereferences and
// censuses. Thresholds count as collections, finalizers and callbacks as scripts.
std::string EffectsOf(const std::string& cause);

// Whether a finding with that cause may be a consequence of the other cause: its program does all
// that the other needs, and has no kinds if that has none. A guess, for people who look for the
// first bug to fix.
bool LooksLike(const std::string& cause, const std::string& other);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_CAUSE_H_
