// SPDX-License-Identifier: Apache-2.0

// Paths explain why an object is alive: a shortest chain of references from a root, for the
// sentence of a conviction.
//
// Place: a part of both judges. Computed only when one convicts.

#ifndef MODEL_JUDGE_PATHS_H_
#define MODEL_JUDGE_PATHS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "model/collector.h"

namespace ouro {

// A breadth-first search over a graph that the caller knows: it adds the roots, then, for each
// object of reached() in order, the objects that its slots refer to.
class Paths {
 public:
  // Over objects #0 ... #(objects - 1).
  explicit Paths(size_t objects) : nodes_(objects) {}

  // `id` is referenced by the root of that name ("r2"), by a slot of `from`, which has been
  // reached, or by an entry; not if the map or the key has not been reached yet. No effect if `id`
  // is kNone or has been reached before. O(1).
  void AddRoot(ObjectId id, std::string root);
  void Extend(ObjectId from, size_t slot, ObjectId id);
  void ExtendByEntry(ObjectId map, ObjectId key, ObjectId id);

  // The objects reached so far, in order. Grows while the search goes on: index it.
  const std::vector<ObjectId>& reached() const { return reached_; }
  bool reached(ObjectId id) const { return nodes_[static_cast<size_t>(id)].reached; }

  // "r2 -> #1 slot 0 -> #0"; "r2 -> #1 entry of #3 -> #0". The middle of a long path is left out.
  // REQUIRES: reached(id).
  std::string To(ObjectId id) const;

 private:
  struct Node {
    bool reached = false;
    ObjectId from = kNone;  // kNone: `root` refers to it
    size_t slot = 0;
    ObjectId key = kNone;  // it is the value of that key in `from`, not in a slot
    std::string root;
  };

  std::vector<Node> nodes_;
  std::vector<ObjectId> reached_;
};

}  // namespace ouro

#endif  // MODEL_JUDGE_PATHS_H_
