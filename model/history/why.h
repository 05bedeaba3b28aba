// SPDX-License-Identifier: Apache-2.0

// Why an object is alive at one moment of a run: all that holds it, path by path from the roots; or
// why nothing does, and what it waits for.
//
// Place: for `ouro why`, beside history.h.

#ifndef MODEL_HISTORY_WHY_H_
#define MODEL_HISTORY_WHY_H_

#include <cstddef>
#include <string>
#include <vector>

#include "model/judge/heap_view.h"

namespace ouro {

// The most paths that are listed; text says how many references were not followed.
inline constexpr size_t kMostPaths = 20;

// "r2 -> #1 slot 0 -> #0", shortest first: for each reference to `id` a shortest path from a root
// that ends with it, the middle of a long one left out. Empty: nothing that a root reaches refers
// to it. Linear in the view. REQUIRES: the object exists.
std::vector<std::string> PathsTo(const HeapView& view, ObjectId id);

// Whether `to` lives if `from` does. Linear in the view. REQUIRES: both exist.
bool Reaches(const HeapView& view, ObjectId from, ObjectId to);

// The answer, line by line: what the object is, what holds it, and, if no root does, which objects
// hold each other, what has to come before its death, and what would find it. Linear in the view.
// REQUIRES: the object exists.
std::vector<std::string> WhyAlive(const HeapView& view, ObjectId id);

}  // namespace ouro

#endif  // MODEL_HISTORY_WHY_H_
