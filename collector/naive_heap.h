// SPDX-License-Identifier: Apache-2.0

// The heap of the naive collector: objects, how many references each has, the entries of maps, and
// the stack of what is pushed.
//
// Place: a part of naive.cc, which decides what happens.

#ifndef COLLECTOR_NAIVE_HEAP_H_
#define COLLECTOR_NAIVE_HEAP_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/collector.h"
#include "model/program.h"

namespace ouro {

class NaiveHeap {
 protected:
  struct Object {
    OpCode kind = OpCode::kLeaf;  // kNode, kLeaf, kWeak or kMap
    std::vector<ObjectId> slots;  // of a node, or the one of a weak reference that holds
    ObjectId target = kNone;      // of a weak reference; not counted as a reference
    int8_t script = kNoScript;    // finalizer of a node, callback of a weak reference
    bool finalized = false;       // the finalizer has run
    bool freed = false;           // kFree was reported: trash that other trash still references

    // References from registers, slots, the stack, the garbage list, running scripts, and the
    // collector itself while it works. A dying object's references count until they are released
    // (docs/semantics.md, section 3). Weak references do not count.
    int references = 0;
    std::vector<ObjectId> weak_refs;  // weak references to it, the newest last; some may be dead

    // Of a map, its keys; of a node, the maps in which it is a key. In order of the entries' birth.
    std::vector<ObjectId> partners;
  };

  // An entry of a map: section 14. The value is a reference; the map and the key are not.
  using Pair = std::pair<ObjectId, ObjectId>;  // map, key

  void Retain(ObjectId id) {
    if (id != kNone) ++heap_.at(id).references;
  }

  // A new object, to which nothing refers. Its slots, if it is born with contents, hold `even` and
  // `odd` in turn; that of a weak reference holds `even`.
  void Add(ObjectId id, const Op& op, ObjectId target, ObjectId even, ObjectId odd) {
    Object& object = heap_[id];
    const bool filled = op.code == OpCode::kNodeWith;
    const bool holds = op.code == OpCode::kWeakWith;
    object.kind = filled ? OpCode::kNode : holds ? OpCode::kWeak : op.code;
    object.slots.assign(object.kind == OpCode::kNode ? op.count : holds ? 1 : 0, kNone);
    for (size_t slot = 0; slot < object.slots.size(); ++slot) {
      object.slots[slot] = slot % 2 == 0 ? even : odd;
      Retain(object.slots[slot]);
    }
    object.target = target;
    object.script = op.script;
    if (target != kNone) heap_.at(target).weak_refs.push_back(id);
  }

  // `push`, and the first half of `pop`: its reference is the caller's, who releases it.
  void Push(ObjectId id) {
    Retain(id);
    pushed_.push_back(id);
  }
  ObjectId TakePushed() {
    const ObjectId id = pushed_.back();
    pushed_.pop_back();
    return id;
  }

  // Puts these into the first slots of a node, as many as it has. Returns the old values, whose
  // references are the caller's.
  std::vector<ObjectId> Fill(ObjectId id, std::vector<ObjectId> values) {
    std::vector<ObjectId>& slots = heap_.at(id).slots;
    values.resize(std::min(values.size(), slots.size()));
    for (ObjectId value : values) Retain(value);
    std::swap_ranges(values.begin(), values.end(), slots.begin());
    return values;
  }

  bool Referenced(ObjectId id) const { return heap_.at(id).references > 0; }

  // The live weak references to `id`, the newest first.
  std::vector<ObjectId> WeakRefsTo(ObjectId id) const {
    std::vector<ObjectId> weak_refs = heap_.at(id).weak_refs;
    std::erase_if(weak_refs, [&](ObjectId weak) {
      const auto found = heap_.find(weak);
      return found == heap_.end() || found->second.target != id;
    });
    std::reverse(weak_refs.begin(), weak_refs.end());
    return weak_refs;
  }

  bool HasFinalizer(ObjectId id) const {
    const Object& object = heap_.at(id);
    return object.kind == OpCode::kNode && object.script != kNoScript;
  }

  // Section 14: an entry is a slot of both its map and its key.
  Pair PairOf(ObjectId id, ObjectId partner) const {
    return heap_.at(id).kind == OpCode::kMap ? Pair{id, partner} : Pair{partner, id};
  }

  // The value of an entry, which is made if there is none.
  ObjectId& EntryOf(Pair pair) {
    const auto [entry, made] = entries_.try_emplace(pair, kNone);
    if (made) {
      heap_.at(pair.first).partners.push_back(pair.second);
      heap_.at(pair.second).partners.push_back(pair.first);
    }
    return entry->second;
  }

  ObjectId Lookup(Pair pair) const {
    const auto entry = entries_.find(pair);
    return entry == entries_.end() ? kNone : entry->second;
  }

  // Removes an entry, if there is one. Returns its value, whose reference is now the caller's.
  ObjectId TakeEntry(Pair pair) {
    const auto entry = entries_.find(pair);
    if (entry == entries_.end()) return kNone;
    const ObjectId value = entry->second;
    entries_.erase(entry);
    std::erase(heap_.at(pair.first).partners, pair.second);
    std::erase(heap_.at(pair.second).partners, pair.first);
    return value;
  }

  ObjectId TakeFirstEntry(ObjectId id) {
    return TakeEntry(PairOf(id, heap_.at(id).partners.front()));
  }

  // Calls each(value, partner) for the entries of `id`.
  template <typename F>
  void ForEachEntry(ObjectId id, F each) const {
    for (ObjectId partner : heap_.at(id).partners) each(entries_.at(PairOf(id, partner)), partner);
  }

  // `counted`: references that the heap does not have. "", or which object has a wrong count: too
  // low a one, or, if `exactly`, too high a one.
  std::string VerifyCounts(std::map<ObjectId, int> counted, bool exactly) const {
    for (const auto& [id, object] : heap_) {
      for (ObjectId next : object.slots) ++counted[next];
    }
    for (const auto& [pair, value] : entries_) ++counted[value];
    for (const auto& [id, object] : heap_) {
      const bool less = object.references < counted[id];
      if (less || (exactly && object.references > counted[id])) {
        return "object " + std::to_string(id) + " has a wrong reference count";
      }
    }
    return "";
  }

  std::map<ObjectId, Object> heap_;
  std::map<Pair, ObjectId> entries_;
  std::vector<ObjectId> pushed_;
};

}  // namespace ouro

#endif  // COLLECTOR_NAIVE_HEAP_H_
