// The lists of the naive collector: in which one each tracked object is, in order.
//
// Place: a part of naive.cc. An object moves in constant time, however long the lists are.

#ifndef COLLECTOR_NAIVE_LISTS_H_
#define COLLECTOR_NAIVE_LISTS_H_

#include <array>
#include <list>
#include <map>
#include <vector>

#include "model/collector.h"

namespace ouro {

// An object is *tracked* when it is in one of these lists; it is never in two. The first three are
// the generations. The others are private to the collection that runs, and empty between
// collections: as collections do not nest (section 8), one set of them is enough.
enum List {
  kYoung,
  kMiddle,
  kOld,
  kTrash,          // unreachable, and to be cleared
  kUncollectable,  // unreachable, but has a finalizer or is reached from one (2.x)
  kCalled,         // weak references whose callbacks are to run
  kFinalized,      // trash whose finalizers have run (PEP 442)
  kLists
};

class NaiveLists {
 public:
  const std::list<ObjectId>& of(List list) const { return lists_[list]; }

  // What is in `list` now, for who changes it while going through it.
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

  // To the end of `to`.
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
