// Ways tell how an object is held: a shortest way from a root, for the sentence of a conviction.
//
// Place: a part of both judges.

#ifndef MODEL_JUDGE_WAYS_H_
#define MODEL_JUDGE_WAYS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "model/collector.h"

namespace ouro {

class Ways {
 public:
  // Of objects #0 ... #(objects - 1).
  explicit Ways(size_t objects) : ways_(objects) {}

  // What `root` says, "r2", holds `id`, or the slot of an object that is reached already. What was
  // reached before stays as it is, and kNone is nothing.
  void Begin(ObjectId id, std::string root);
  void GoOn(ObjectId from, size_t slot, ObjectId id);

  // What was reached, in that order: breadth first, if ways go on in this order. It grows.
  const std::vector<ObjectId>& reached() const { return reached_; }
  bool reached(ObjectId id) const { return ways_[static_cast<size_t>(id)].reached; }

  // "r2 -> #1 slot 0 -> #0". Of a long way the middle is left out. REQUIRES: it was reached.
  std::string To(ObjectId id) const;

 private:
  struct Way {
    bool reached = false;
    ObjectId from = kNone;  // kNone: it begins here
    size_t slot = 0;
    std::string root;
  };

  std::vector<Way> ways_;
  std::vector<ObjectId> reached_;
};

}  // namespace ouro

#endif  // MODEL_JUDGE_WAYS_H_
