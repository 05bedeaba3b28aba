// SPDX-License-Identifier: Apache-2.0

// Rules of memory as pairs of traces: one that keeps the rule, and a minimal change that breaks it.
// Tables of rules are the test of the judge.
//
// Place: shared by the judge_*_test.cc files, and by nothing else.
//
// Both traces are written as one text, like a diff. Lines that begin with `-` are in the lawful
// trace only, lines that begin with `+` in the unlawful one only; all others begin with a space.
// The line on which the unlawful trace must be convicted ends with `# <- here`, as in a transcript.
//
// The lawful traces, but for those of maps, scopes, fills and held values, were replayed on
// CPython 2.7.18, 3.6.15, 3.8.18, 3.11.7 and 3.13.0, each under its contract, and agree with them
// up to the order of frees; the comments in judge_contract_test.cc say where 3.6.15 returns and
// clears something else. Thresholds and failures, which that adapter lacks, follow semantics,
// section 2, and the language alone.

#ifndef MODEL_JUDGE_TESTING_JUDGE_RULES_H_
#define MODEL_JUDGE_TESTING_JUDGE_RULES_H_

#include <span>

#include "model/judge/law.h"

namespace ouro {

// The contracts under which a rule holds, by version of CPython.
inline constexpr const char* kAll = "26 27 34 37 38 39 314 315";
inline constexpr const char* k2x = "26 27";
inline constexpr const char* k3x = "34 37 38 39 314 315";
inline constexpr const char* kAllButFirst = "27 34 37 38 39 314 315";
inline constexpr const char* kFrom37 = "37 38 39 314 315";  // 3.7.5
inline constexpr const char* kFrom39 = "39 314 315";
inline constexpr const char* kUntil38 = "34 37 38";
inline constexpr const char* kUntil39 = "34 37 38 39";
inline constexpr const char* kUntil314 = "34 37 38 39 314";

struct Rule {
  const char* name;  // letters and digits: it names a test
  const char* contracts;
  Law law;            // the law that the unlawful trace breaks
  const char* trace;  // both traces
};

// A trace that is lawful under some contracts and unlawful under others.
struct Difference {
  const char* name;
  const char* lawful;    // contracts
  const char* unlawful;  // contracts
  Law law;
  const char* trace;  // no line is marked with `-` or `+`
};

// The tables; each is in a file of its own.
std::span<const Rule> DeathRules();           // deaths by reference count, births, failures
std::span<const Rule> FinalizerRules();       // finalizers at these deaths
std::span<const Rule> WeakRules();            // weak references and callbacks at these deaths
std::span<const Rule> WeakCollectionRules();  // ... and in a collection
std::span<const Rule> CollectionRules();      // trash, and what a collection returns
std::span<const Rule> GarbageRules();         // uncollectable objects, the garbage list, saveall
std::span<const Rule> TrashFinalizerRules();  // collections that run finalizers (PEP 442)
std::span<const Rule> ResurrectionRules();    // ... which bring some of the trash back
std::span<const Rule> ScheduleRules();        // when collections come
std::span<const Rule> GenerationRules();      // generations and censuses
std::span<const Rule> MapRules();             // entries of maps, under bounds, too
std::span<const Rule> MapCollectionRules();   // ... in a collection
std::span<const Rule> EmergencyRules();       // collections that run no finalizers
std::span<const Rule> EndRules();             // the end, under bounds, too
std::span<const Rule> ScopeRules();           // stacks, under bounds, too
std::span<const Rule> FillRules();            // all slots at once, under bounds, too
std::span<const Rule> HeldRules();            // weak references that hold, under bounds, too
std::span<const Rule> StepRules();            // collections in steps, under bounds
std::span<const Rule> EnvelopeRules();        // bounds; their contracts are named in full
std::span<const Rule> CountRules();           // ... on what counts free
std::span<const Rule> AbilityRules();       // ... on callbacks, automatic collections and the rest
std::span<const Difference> Differences();  // between contracts
std::span<const Difference> ClearingDifferences();  // ... in which weak references are cleared
std::span<const Difference> EndDifferences();       // ... at the end

}  // namespace ouro

#endif  // MODEL_JUDGE_TESTING_JUDGE_RULES_H_
