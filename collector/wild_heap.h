// SPDX-License-Identifier: Apache-2.0

// The heap of a wild collector (wild.h): objects, roots, what these reach, and dice. Everything is
// searched anew for each question, which is slow and plain: the judge, which counts, shares nothing
// with it.
//
// Place: for wild.cc only, which decides what happens.

#ifndef COLLECTOR_WILD_HEAP_H_
#define COLLECTOR_WILD_HEAP_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "model/collector.h"
#include "model/envelope.h"
#include "model/program.h"

namespace ouro {

class WildHeap {
 protected:
  using Ids = std::vector<ObjectId>;

  struct Object {
    OpCode kind = OpCode::kLeaf;  // kNode, kLeaf, kWeak or kMap
    Ids slots;
    int8_t script = kNoScript;
    ObjectId target = kNone;  // of a weak reference
    bool yields = false;      // it yields its target
    bool due = false;         // its finalizer or callback has yet to run
    bool freed = false;
    bool touched = false;   // a script of the running collection has reached it
    bool near = false;      // ... or could have, but did nothing
    bool deferred = false;  // a full collection has put off its finalizer
    int survived = 0;       // full collections that found it, and might have freed it
  };

  WildHeap(const Envelope& rules, uint64_t seed) : rules_(rules), seed_(seed) { Reset(); }

  void Reset() {
    objects_.clear();
    entries_.clear();
    registers_.fill(kNone);
    selves_.clear();
    pushed_.clear();
    held_.clear();
    garbage_.clear();
    dice_ = seed_;
  }

  // ---- Choices ---------------------------------------------------------------------------------

  uint64_t Roll() {  // splitmix64
    uint64_t z = (dice_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  bool OneIn(uint64_t n) { return Roll() % n == 0; }
  bool Coin() { return OneIn(2); }
  void Shuffle(Ids* ids) {
    for (size_t i = ids->size(); i > 1; --i) std::swap((*ids)[i - 1], (*ids)[Roll() % i]);
  }

  // ---- The graph -------------------------------------------------------------------------------

  Object& at(ObjectId id) { return objects_[static_cast<size_t>(id)]; }
  ObjectId TargetOf(ObjectId weak) { return at(weak).yields ? at(weak).target : kNone; }
  ObjectId Lookup(const std::pair<ObjectId, ObjectId>& pair) const {
    const auto entry = entries_.find(pair);
    return entry == entries_.end() ? kNone : entry->second;
  }
  void RemoveEntries(ObjectId id) {
    std::erase_if(entries_, [id](const auto& entry) {
      return entry.first.first == id || entry.first.second == id;
    });
  }
  ObjectId Resolve(Ref ref) const { return ref == kSelf ? selves_.back() : registers_[ref]; }
  bool counts() const { return rules_.prompt != Envelope::Prompt::kNo; }
  bool finalized_alive() const { return rules_.finalizers != Envelope::Finalizers::kAfterDeath; }

  using Marks = std::vector<bool>;
  // Marks what these lead to. An entry of a map leads to its value if both the map and the key are
  // marked, or in `there`.
  void Reach(Ids from, Marks* marks, const Marks* there = nullptr) {
    const auto is_there = [&](ObjectId id) {
      const auto index = static_cast<size_t>(id);
      return (*marks)[index] || (there != nullptr && (*there)[index]);
    };
    do {
      while (!from.empty()) {
        const ObjectId id = from.back();
        from.pop_back();
        if (id == kNone || at(id).freed || (*marks)[static_cast<size_t>(id)]) continue;
        (*marks)[static_cast<size_t>(id)] = true;
        from.insert(from.end(), at(id).slots.begin(), at(id).slots.end());
      }
      for (const auto& [pair, value] : entries_) {
        const bool leads = is_there(pair.first) && is_there(pair.second);
        if (leads && !at(value).freed && !(*marks)[static_cast<size_t>(value)]) {
          from.push_back(value);
        }
      }
    } while (!from.empty());
  }

  // What registers, stacks, the garbage list, running scripts and operations reach.
  Marks Alive() {
    Marks marks(objects_.size());
    Reach(Ids(registers_.begin(), registers_.end()), &marks);
    for (const Ids* roots : {&selves_, &pushed_, &held_, &garbage_}) Reach(*roots, &marks);
    return marks;
  }
  bool IsAlive(ObjectId id) { return Alive()[static_cast<size_t>(id)]; }

  // Whether a register, a stack, a running script or a slot of an existing object refers to it.
  bool Referenced(ObjectId id) {
    const auto has = [id](const auto& ids) {
      return std::find(ids.begin(), ids.end(), id) != ids.end();
    };
    const auto is_value = [id](const auto& entry) { return entry.second == id; };
    return has(registers_) || has(pushed_) || has(selves_) || has(held_) || has(garbage_) ||
           std::any_of(entries_.begin(), entries_.end(), is_value) ||
           std::any_of(objects_.begin(), objects_.end(),
                       [&](const Object& o) { return !o.freed && has(o.slots); });
  }

  // The dead objects to which only such objects refer.
  Marks DyingByCount() {
    std::vector<int> holders(objects_.size());  // slots and entries that are not dying
    for (const Object& object : objects_) {
      for (const ObjectId id : object.slots) {
        if (!object.freed && id != kNone) ++holders[static_cast<size_t>(id)];
      }
    }
    for (const auto& [pair, value] : entries_) {
      if (value != kNone) ++holders[static_cast<size_t>(value)];
    }
    Marks dying(objects_.size());
    Marks dead(objects_.size());
    Ids found;
    const auto look_at = [&](ObjectId id) {
      const auto i = static_cast<size_t>(id);
      if (holders[i] > 0 || !dead[i] || dying[i]) return;
      dying[i] = true;
      found.push_back(id);
    };
    const auto let_go = [&](ObjectId id) {
      if (id == kNone) return;
      --holders[static_cast<size_t>(id)];
      look_at(id);
    };
    const Ids all_dead = Dead();
    for (const ObjectId id : all_dead) dead[static_cast<size_t>(id)] = true;
    for (const ObjectId id : all_dead) look_at(id);
    std::set<std::pair<ObjectId, ObjectId>> ended;  // entries: their key or map is dying
    while (!found.empty()) {
      const ObjectId id = found.back();
      found.pop_back();
      for (const ObjectId slot : at(id).slots) let_go(slot);
      for (const auto& [pair, value] : entries_) {
        const bool ends = pair.first == id || pair.second == id;
        if (ends && ended.insert(pair).second) let_go(value);
      }
    }
    return dying;
  }

  // Adds the dead that refer to victims, directly or indirectly. A weak reference could show such
  // an object, and saveall keep it, when it has lost what it refers to. Of an entry, the key or the
  // map: one that no finalizer can reach, and that dies by count if it can; if `by_count`, it has
  // to. False if there is no such one: then the victims cannot die now.
  bool AddHolders(Ids* victims, bool by_count) {
    Marks lost(objects_.size());
    for (const ObjectId id : *victims) lost[static_cast<size_t>(id)] = true;
    if (victims->empty()) return true;
    const Ids dead = Dead();
    const Marks needed = Needed();
    const Marks dying = counts() ? DyingByCount() : Marks(objects_.size());
    bool more = true;
    const auto loses = [&](ObjectId to) { return to != kNone && lost[static_cast<size_t>(to)]; };
    const auto lose = [&](ObjectId id) {
      if (loses(id)) return;
      lost[static_cast<size_t>(id)] = more = true;
      victims->push_back(id);
    };
    while (std::exchange(more, false)) {
      for (const ObjectId id : dead) {
        const Ids& slots = at(id).slots;
        if (std::any_of(slots.begin(), slots.end(), loses)) lose(id);
      }
      for (const auto& [pair, value] : entries_) {
        if (!loses(value) || loses(pair.first) || loses(pair.second)) continue;
        const auto may_lose = [&](ObjectId id) {
          const auto at_id = static_cast<size_t>(id);
          return !needed[at_id] && (dying[at_id] || !by_count);
        };
        const bool map = may_lose(pair.first);
        if (!map && !may_lose(pair.second)) return false;
        lose(map && (dying[static_cast<size_t>(pair.first)] || !may_lose(pair.second))
                 ? pair.first
                 : pair.second);
      }
    }
    return true;
  }

  // Whether another dead object that has yet to be finalized can reach it.
  bool Awaited(ObjectId id, const Marks& alive) {
    if (!finalized_alive()) return false;
    return ReachedFrom(Waiting(alive), alive)[static_cast<size_t>(id)];
  }

  // The dead that have yet to be finalized.
  Ids Waiting(const Marks& alive) {
    Ids waiting;
    for (size_t id = 0; id < objects_.size(); ++id) {
      const Object& object = objects_[id];
      if (object.freed || !DueFinalizer(object) || alive[id] || !finalized_alive()) continue;
      waiting.push_back(static_cast<ObjectId>(id));
    }
    return waiting;
  }

  // What is alive, or waits for its finalizer, or can be reached from something that does.
  Marks Needed() {
    Marks needed = Alive();
    const Ids waiting = Waiting(needed);
    const Marks reached = ReachedFrom(waiting, needed);
    for (const ObjectId id : waiting) needed[static_cast<size_t>(id)] = true;
    for (size_t id = 0; id < needed.size(); ++id) needed[id] = needed[id] || reached[id];
    return needed;
  }

  // What these lead to, without themselves, unless they lead to each other.
  Marks ReachedFrom(const Ids& roots, Marks alive) {
    Marks marks(objects_.size());
    Ids slots;
    for (const ObjectId id : roots) {
      alive[static_cast<size_t>(id)] = true;
      slots.insert(slots.end(), at(id).slots.begin(), at(id).slots.end());
    }
    Reach(slots, &marks, &alive);
    return marks;
  }

  Ids Dead() {
    const Marks alive = Alive();
    Ids dead;
    for (size_t id = 0; id < objects_.size(); ++id) {
      if (!objects_[id].freed && !alive[id]) dead.push_back(static_cast<ObjectId>(id));
    }
    Shuffle(&dead);
    return dead;
  }

  bool DueFinalizer(const Object& object) const {
    return object.due && object.kind == OpCode::kNode;
  }
  const Envelope& rules_;
  const uint64_t seed_;
  uint64_t dice_ = 0;
  std::vector<Object> objects_;
  std::map<std::pair<ObjectId, ObjectId>, ObjectId> entries_;  // by map and key
  std::array<ObjectId, kRegisters> registers_{};
  Ids selves_;  // of running scripts, the innermost last; kNone if its object is freed
  Ids pushed_;  // main's stack, and those of scripts on top of it
  Ids held_;    // by operations: targets of weak references that are being made, what is disposed
  Ids garbage_;
};

}  // namespace ouro

#endif  // COLLECTOR_WILD_HEAP_H_
