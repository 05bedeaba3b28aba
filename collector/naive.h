// SPDX-License-Identifier: Apache-2.0

// The naive collector is the smallest lawful one: docs/semantics.md written in C++, and nothing
// else. It counts references where they are made and dropped, keeps each object in a list, and
// performs a collection step by step as that document does: no flag packed into a count, no
// intrusive list, no trick. So it is a witness that shares little, and few mistakes, with the
// optimized collector. Verify recounts all references.
//
// Place: one of the collectors; it sees the interface in model/collector.h and no judge.
//
// Costs: O(log n) for an operation, plus deaths; O(k log n) for a collection that examines k
// objects and references. No recursion over the graph: a chain of 100,000 objects needs no stack.

#ifndef COLLECTOR_NAIVE_H_
#define COLLECTOR_NAIVE_H_

#include <memory>

#include "model/collector.h"

namespace ouro {

// Which of the profiles of docs/semantics.md, section 0, a naive collector follows.
struct NaiveRules {
  // PEP 442 as in 3.9 to 3.13.0 (profile B3): finalizers run once in an object's life and before
  // its weak references are cleared, and cyclic trash with finalizers is collected. Otherwise 2.x
  // (profile A): at every death, after the callbacks, and such trash is uncollectable.
  bool pep442 = false;

  // An automatic full collection waits for its quarter (section 2): all but 2.6.
  bool full_collection_waits = false;
};

inline constexpr NaiveRules kNaive26 = {.pep442 = false, .full_collection_waits = false};
inline constexpr NaiveRules kNaive27 = {.pep442 = false, .full_collection_waits = true};
inline constexpr NaiveRules kNaivePep442 = {.pep442 = true, .full_collection_waits = true};

// Makes a naive collector that reports to `observer`, which must outlive it. Throws std::bad_alloc,
// as its operations do; not thread-safe.
std::unique_ptr<Collector> MakeNaive(Observer& observer, NaiveRules rules);

}  // namespace ouro

#endif  // COLLECTOR_NAIVE_H_
