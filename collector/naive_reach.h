// SPDX-License-Identifier: Apache-2.0

// What the naive collector's collections find: which objects of a list others of it reach, or are
// reached from outside of it. "Section N" is a section of docs/semantics.md.
//
// Place: a part of naive.cc. No function recurses along a chain of objects.

#ifndef COLLECTOR_NAIVE_REACH_H_
#define COLLECTOR_NAIVE_REACH_H_

#include <map>
#include <vector>

#include "collector/naive_heap.h"
#include "collector/naive_lists.h"
#include "model/program.h"

namespace ouro {

class NaiveReach : protected NaiveHeap {
 protected:
  // Moves `first`, if it is in `from`, and everything in `from` that it reaches. An entry leads to
  // its value once neither its map nor its key is in `from`.
  void MoveReachable(ObjectId first, List from, List to) {
    std::vector<ObjectId> work = {first};
    while (!work.empty()) {
      const ObjectId id = work.back();
      work.pop_back();
      if (!lists_.In(from, id)) continue;
      lists_.Move(id, to);
      const std::vector<ObjectId>& slots = heap_.at(id).slots;
      work.insert(work.end(), slots.rbegin(), slots.rend());
      ForEachEntry(id, [&](ObjectId value, ObjectId partner) {
        if (!lists_.In(from, partner)) work.push_back(value);
      });
    }
  }

  // Section 5: an object of a list with more references than the list's own is reachable, and so is
  // what it reaches. The others move.
  void MoveUnreachable(List from, List to) {
    std::map<ObjectId, int> outside;
    for (ObjectId id : lists_.of(from)) {
      outside[id] += heap_.at(id).references;
      for (ObjectId next : heap_.at(id).slots) --outside[next];
      ForEachEntry(id, [&](ObjectId value, ObjectId partner) {
        const bool of_map = heap_.at(id).kind == OpCode::kNode && lists_.In(from, partner);
        if (!of_map) --outside[value];  // an entry of which both are in the list counts once
      });
    }
    const std::vector<ObjectId> members = lists_.Members(from);
    lists_.Merge(from, to);
    for (ObjectId id : members) {
      if (outside[id] > 0) MoveReachable(id, to, from);
    }
  }

  // Section 5: first the objects with finalizers, then what they reach.
  void MoveUncollectable() {
    for (ObjectId id : lists_.Members(kTrash)) {
      if (HasFinalizer(id)) lists_.Move(id, kUncollectable);
    }
    for (ObjectId id : lists_.Members(kUncollectable)) MoveReferents(id);
  }

  void MoveReferents(ObjectId id) {
    for (ObjectId next : heap_.at(id).slots) MoveReachable(next, kTrash, kUncollectable);
    ForEachEntry(id, [&](ObjectId value, ObjectId partner) {
      if (!lists_.In(kTrash, partner)) MoveReachable(value, kTrash, kUncollectable);
    });
  }

  NaiveLists lists_;
};

}  // namespace ouro

#endif  // COLLECTOR_NAIVE_REACH_H_
