// SPDX-License-Identifier: Apache-2.0

// The lists of the naive collector: which tracked object is in which list, in order.
//
// Place: a part of naive.cc. Every operation on one object is O(log n), however long the lists.

#ifndef COLLECTOR_NAIVE_LISTS_H_
#define COLLECTOR_NAIVE_LISTS_H_

#include <array>
#include <list>
#include <map>
#include <vector>

#include "model/collector.h"

namespace ouro {

// An object is *tracked* when it is in one of these lists; it is never in two. The first three are
// the generations. The others belong to the running collection and are empty between collections;
// collections do not nest (section 8), so one set is enough.
enum List {
  kYoung,
  kMiddle,
  kOld,
  kTrash,          // unreachable, to be cleared
  kUncollectable,  // unreachable; has a finalizer, or is reachable from an object with one (2.x)
  kCalled,         // weak references whose callbacks are due
  kFinalized,      // trash whose finalizers have run (PEP 442)
  kLists
};

class NaiveLists {
 public:
  const std::list<ObjectId>& of(List list) const { return lists_[list]; }

  // A copy of `list`, for loops that change it.
  std::vector<ObjectId> Members(List list) const {
    return {lists_[list].begin(), lists_[list].end()};
  }

  bool In(List list, ObjectId id) const {
    const auto place = places_.find(id);
    return place != places_.end() && place->second.list == list;
  }

  int Size(List list) const { return static_cast<int>(lists_[list].size()); }

  void Untrack(ObjectId id) {
    const auto place = places_.find(id);
    if (place == places_.end()) return;
    lists_[place->second.list].erase(place->second.position);
    places_.erase(place);
  }

  // Moves `id`, tracked or not, to the end of `to`.
  void Move(ObjectId id, List to) {
    Untrack(id);
    places_[id] = {to, lists_[to].insert(lists_[to].end(), id)};
  }

  void Merge(List from, List to) {
    for (ObjectId id : Members(from)) Move(id, to);
  }

 private:
  struct Place {
    List list = kLists;
    std::list<ObjectId>::iterator position;
  };

  std::array<std::list<ObjectId>, kLists> lists_;
  std::map<ObjectId, Place> places_;
};

}  // namespace ouro

#endif  // COLLECTOR_NAIVE_LISTS_H_
