// SPDX-License-Identifier: Apache-2.0

// An entry of a map is a reference with two holders: its value is held while both the map and the
// key live. Whichever dies first takes the entry with it.
//
// Place: a part of both judges, which decide what lives.
//
// Complexity: O(1) for each method, amortized; memory is linear in the entries made since Clear.

#ifndef MODEL_JUDGE_ENTRIES_H_
#define MODEL_JUDGE_ENTRIES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "model/collector.h"

namespace ouro {

struct Entry {
  ObjectId map = kNone;
  ObjectId key = kNone;
  ObjectId value = kNone;
  std::array<size_t, 2> place{};  // in the lists of the map and of the key

  // Of the map and the key, the one that is not `id`.
  ObjectId Other(ObjectId id) const { return id == map ? key : map; }
};

class Entries {
 public:
  using Id = int32_t;
  static constexpr Id kNoEntry = -1;

  void Clear() {
    entries_.clear();
    by_pair_.clear();
    by_object_.clear();
  }

  // The entry of that key in that map, or kNoEntry.
  Id Find(ObjectId map, ObjectId key) const {
    const auto found = by_pair_.find(Pair(map, key));
    return found == by_pair_.end() ? kNoEntry : found->second;
  }
  // REQUIRES: there is none.
  Id Add(ObjectId map, ObjectId key, ObjectId value) {
    const auto id = static_cast<Id>(entries_.size());
    entries_.push_back({.map = map, .key = key, .value = value});
    by_pair_.emplace(Pair(map, key), id);
    for (const ObjectId side : {map, key}) {
      if (by_object_.size() <= Index(side)) by_object_.resize(Index(side) + 1);
      entries_.back().place[side == map ? 0 : 1] = by_object_[Index(side)].size();
      by_object_[Index(side)].push_back(id);
    }
    return id;
  }
  // at(id) stays as it is. REQUIRES: it was not removed.
  void Remove(Id id) {
    const Entry& entry = at(id);
    by_pair_.erase(Pair(entry.map, entry.key));
    for (const ObjectId side : {entry.map, entry.key}) {
      std::vector<Id>& list = by_object_[Index(side)];
      const size_t place = entry.place[side == entry.map ? 0 : 1];
      Entry& last = at(list.back());
      last.place[side == last.map ? 0 : 1] = place;
      list[place] = list.back();
      list.pop_back();
    }
  }

  Entry& at(Id id) { return entries_[static_cast<size_t>(id)]; }
  const Entry& at(Id id) const { return entries_[static_cast<size_t>(id)]; }

  // The entries whose map or key is that object, in an order that depends on history alone.
  const std::vector<Id>& of(ObjectId id) const {
    static const std::vector<Id> kNoEntries;
    return id >= 0 && Index(id) < by_object_.size() ? by_object_[Index(id)] : kNoEntries;
  }
  // Calls each(value, other) for these; `other` is the key or the map.
  template <typename F>
  void ForEach(ObjectId id, F each) const {
    for (const Id entry : of(id)) each(at(entry).value, at(entry).Other(id));
  }
  // No entry was made since Clear.
  bool empty() const { return entries_.empty(); }

 private:
  static size_t Index(ObjectId id) { return static_cast<size_t>(id); }
  static uint64_t Pair(ObjectId map, ObjectId key) {
    return static_cast<uint64_t>(map) << 32 | static_cast<uint64_t>(key);
  }

  std::vector<Entry> entries_;                // by Id
  std::vector<std::vector<Id>> by_object_;    // by ObjectId
  std::unordered_map<uint64_t, Id> by_pair_;  // looked up only: its order has no influence
};

}  // namespace ouro

#endif  // MODEL_JUDGE_ENTRIES_H_
