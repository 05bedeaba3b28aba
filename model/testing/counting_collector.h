// SPDX-License-Identifier: Apache-2.0

// The smallest collector that is lawful as long as nothing is cyclic: reference counting alone, by
// the rules of CPython 2.6, without weak references.
//
// Place: for the tests of model/, which may not see collector/. They derive faulty collectors from
// it.

#ifndef MODEL_TESTING_COUNTING_COLLECTOR_H_
#define MODEL_TESTING_COUNTING_COLLECTOR_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "model/collector.h"

namespace ouro {

class CountingCollector : public Collector {
 public:
  explicit CountingCollector(Observer& observer) : observer_(observer) { registers_.fill(kNone); }

  void Execute(const Op& op) override {
    switch (op.code) {
      case OpCode::kNode:
      case OpCode::kLeaf:
        return Assign(&registers_[op.dest], New(op));
      case OpCode::kCopy:
        return Assign(&registers_[op.dest], Hold(Find(op.ref)));
      case OpCode::kLoad: {
        const ObjectId id = at(Find(op.ref)).slots[op.slot];
        observer_.On(Event::Got(id));
        return Assign(&registers_[op.dest], Hold(id));
      }
      case OpCode::kStore:
        return Assign(&at(Find(op.ref)).slots[op.slot], Hold(Find(op.value)));
      case OpCode::kEmptySlot:
        return Assign(&at(Find(op.ref)).slots[op.slot], kNone);
      case OpCode::kEmptyRegister:
        return Assign(&registers_[op.dest], kNone);
      case OpCode::kNodeWith: {
        const ObjectId id = New(op);
        for (size_t slot = 0; slot < at(id).slots.size(); ++slot) {
          at(id).slots[slot] = Hold(Find(slot % 2 == 0 ? op.ref : op.value));
        }
        return Assign(&registers_[op.dest], id);
      }
      case OpCode::kClear:
        return Fill(op.ref, std::vector<ObjectId>(at(Find(op.ref)).slots.size(), kNone));
      case OpCode::kCopySlots:
        return Fill(op.ref, at(Find(op.value)).slots);
      case OpCode::kWeakWith:
        return;  // none of its tests makes one
      case OpCode::kPush:
        return pushed_.push_back(Hold(Find(op.ref)));
      case OpCode::kPop: {
        const ObjectId id = pushed_.back();
        pushed_.pop_back();
        return Release(id);
      }
      case OpCode::kCollect:
        observer_.On(Event::Collect(op.count, /*automatic=*/false));
        observer_.On(Event::Done(0));
        return;
      default:
        return;
    }
  }

  void Reset() override {
    objects_.clear();
    registers_.fill(kNone);
    pushed_.clear();
  }

 protected:
  struct Object {
    std::vector<ObjectId> slots;
    int references = 0;
    bool finalizer = false;
  };

  Object& at(ObjectId id) { return objects_[static_cast<size_t>(id)]; }
  ObjectId Find(Ref ref) const { return ref == kSelf ? selves_.back() : registers_[ref]; }

  ObjectId New(const Op& op) {
    const auto id = static_cast<ObjectId>(objects_.size());
    objects_.push_back({.slots = std::vector<ObjectId>(static_cast<size_t>(op.count), kNone),
                        .finalizer = op.script != kNoScript});
    observer_.On(Event::New(id));
    return Hold(id);
  }
  ObjectId Hold(ObjectId id) {
    if (id != kNone) ++at(id).references;
    return id;
  }
  void Assign(ObjectId* place, ObjectId value) { Release(std::exchange(*place, value)); }

  // All are held and written first; old values are released last, the last one first.
  void Fill(Ref into, std::vector<ObjectId> values) {
    const ObjectId node = Find(into);
    values.resize(std::min(values.size(), at(node).slots.size()));
    for (size_t slot = 0; slot < values.size(); ++slot) {
      std::swap(at(node).slots[slot], values[slot]);
      Hold(at(node).slots[slot]);
    }
    while (!values.empty()) {
      const ObjectId old = values.back();
      values.pop_back();
      Release(old);
    }
  }

  // Not recursive: a long chain dies without using the stack.
  void Release(ObjectId released) {
    std::vector<ObjectId> work = {released};
    while (!work.empty()) {
      const ObjectId id = work.back();
      work.pop_back();
      if (id == kNone || --at(id).references > 0) continue;
      if (at(id).finalizer && Resurrected(id)) continue;
      observer_.On(Event::Free(id));
      work.insert(work.end(), at(id).slots.rbegin(), at(id).slots.rend());
    }
  }
  bool Resurrected(ObjectId id) {
    Hold(id);
    selves_.push_back(id);
    observer_.On(Event::Finalize(id));
    selves_.pop_back();
    return --at(id).references > 0;
  }

  Observer& observer_;
  std::vector<Object> objects_;
  std::array<ObjectId, kRegisters> registers_;
  std::vector<ObjectId> pushed_;
  std::vector<ObjectId> selves_;  // `self` of each running script, innermost last
};

// A specimen that makes collectors of class C, whose constructor takes an observer.
template <typename C>
Specimen SpecimenOf(uint32_t abilities = kFinalizers) {
  return {.name = "fake",
          .contract = &kCPython26,
          .abilities = abilities,
          .make = [](Observer& observer) { return std::make_unique<C>(observer); }};
}

}  // namespace ouro

#endif  // MODEL_TESTING_COUNTING_COLLECTOR_H_
