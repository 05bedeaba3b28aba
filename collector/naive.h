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
#include "model/exact_rules.h"

namespace ouro {

// Makes a naive collector that follows `rules` and reports to `observer`; both must outlive it.
// Throws std::bad_alloc, as its operations do; not thread-safe.
std::unique_ptr<Collector> MakeNaive(Observer& observer, const ExactRules& rules);

}  // namespace ouro

#endif  // COLLECTOR_NAIVE_H_
