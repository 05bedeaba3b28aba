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
    OpCode kind = OpCode::kLeaf;  // kNode, kLeaf or kWeak
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
    registers_.fill(kNone);
    selves_.clear();
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
  ObjectId Resolve(Ref ref) const { return ref == kSelf ? selves_.back() : registers_[ref]; }
  bool counts() const { return rules_.prompt != Envelope::Prompt::kNo; }
  bool finalized_alive() const { return rules_.finalizers != Envelope::Finalizers::kAfterDeath; }

  using Marks = std::vector<bool>;
  void Reach(Ids from, Marks* marks) {
    while (!from.empty()) {
      const ObjectId id = from.back();
      from.pop_back();
      if (id == kNone || at(id).freed || (*marks)[static_cast<size_t>(id)]) continue;
      (*marks)[static_cast<size_t>(id)] = true;
      from.insert(from.end(), at(id).slots.begin(), at(id).slots.end());
    }
  }

  // What registers, the garbage list, running scripts and operations reach.
  Marks Alive() {
    Marks marks(objects_.size());
    Reach(Ids(registers_.begin(), registers_.end()), &marks);
    for (const Ids* roots : {&selves_, &held_, &garbage_}) Reach(*roots, &marks);
    return marks;
  }
  bool IsAlive(ObjectId id) { return Alive()[static_cast<size_t>(id)]; }

  // Whether a register, a running script or a slot of an existing object refers to it.
  bool Referenced(ObjectId id) {
    const auto has = [id](const auto& ids) {
      return std::find(ids.begin(), ids.end(), id) != ids.end();
    };
    return has(registers_) || has(selves_) || has(held_) || has(garbage_) ||
           std::any_of(objects_.begin(), objects_.end(),
                       [&](const Object& o) { return !o.freed && has(o.slots); });
  }

  // The dead objects to which only such objects refer.
  Marks DyingByCount() {
    Marks dying(objects_.size());
    const Ids dead = Dead();
    for (bool more = true; more;) {
      more = false;
      for (const ObjectId id : dead) {
        const auto keeps = [&](size_t other) {
          const Ids& slots = objects_[other].slots;
          return !objects_[other].freed && !dying[other] &&
                 std::find(slots.begin(), slots.end(), id) != slots.end();
        };
        bool kept = dying[static_cast<size_t>(id)];
        for (size_t other = 0; other < objects_.size() && !kept; ++other) kept = keeps(other);
        if (!kept) more = dying[static_cast<size_t>(id)] = true;
      }
    }
    return dying;
  }

  // Adds the dead that refer to victims, directly or indirectly. A weak reference could show such
  // an object, and saveall keep it, when it has lost what it refers to.
  void AddHolders(Ids* victims) {
    Marks lost(objects_.size());
    for (const ObjectId id : *victims) lost[static_cast<size_t>(id)] = true;
    if (victims->empty()) return;
    const Ids dead = Dead();
    for (bool more = true; more;) {
      more = false;
      for (const ObjectId id : dead) {
        const Ids& slots = at(id).slots;
        const auto loses = [&](ObjectId to) {
          return to != kNone && lost[static_cast<size_t>(to)];
        };
        if (loses(id) || std::none_of(slots.begin(), slots.end(), loses)) continue;
        lost[static_cast<size_t>(id)] = more = true;
        victims->push_back(id);
      }
    }
  }

  // Whether another dead object that has yet to be finalized can reach it.
  bool Awaited(ObjectId id, const Marks& alive) {
    if (!finalized_alive()) return false;
    Marks marks(objects_.size());
    for (size_t other = 0; other < objects_.size(); ++other) {
      const Object& object = objects_[other];
      if (object.freed || !object.due || alive[other]) continue;  // a weak reference has no slots
      Reach(object.slots, &marks);
    }
    return marks[static_cast<size_t>(id)];
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
  std::array<ObjectId, kRegisters> registers_{};
  Ids selves_;  // of running scripts, the innermost last; kNone if its object is freed
  Ids held_;    // targets of weak references that are being made
  Ids garbage_;
};

}  // namespace ouro

#endif  // COLLECTOR_WILD_HEAP_H_
