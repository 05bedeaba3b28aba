// SPDX-License-Identifier: Apache-2.0

// An observed heap is what an observer of a collector can know: which objects were born, what is in
// registers and slots, and what is running. References that a collection cleared are still in its
// slots.
//
// Place: below liars, which decide by it when a lie can be told, and scouts (fuzz/reach).

#ifndef COLLECTOR_OBSERVED_HEAP_H_
#define COLLECTOR_OBSERVED_HEAP_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/collector.h"
#include "model/program.h"

namespace ouro {

class ObservedHeap {
 public:
  struct Object {
    OpCode kind = OpCode::kLeaf;  // kNode, kLeaf, kWeak or kMap
    int8_t script = kNoScript;    // finalizer or callback
    bool called = false;          // the callback has run
    bool freed = false;
    ObjectId target = kNone;      // of a weak reference
    std::vector<ObjectId> slots;  // of a node, or of a weak reference that holds
    ObjectId stored = kNone;      // of a map: the value that was last stored in it
  };

  // A running operation, script or collection.
  struct Frame {
    enum class Type : uint8_t { kOperation, kScript, kCollection } type = Type::kOperation;
    Op op;                      // kOperation
    ObjectId object = kNone;    // kScript: its self. kOperation: what it reads through `ref`
    ObjectId other = kNone;     // kOperation: what a birth with contents reads through `value`
    ObjectId released = kNone;  // kOperation: what was in the register that it empties
    int saved = 0;              // kCollection: objects that it appended to the garbage list
  };

  ObservedHeap() { registers_.fill(kNone); }

  void Begin(const Op& op);
  void End() { frames_.pop_back(); }
  // Called before and after `event`, or a lie about it, is told.
  void Before(const Event& event);
  void After(const Event& event);

  // The object to which `ref` leads. kNone, too, for what the judge knows already and an event has
  // yet to tell: a wild collector may run scripts within a load.
  ObjectId Find(Ref ref) const;
  bool known(ObjectId id) const { return id >= 0 && static_cast<size_t>(id) < objects_.size(); }
  const Object& at(ObjectId id) const { return objects_.at(static_cast<size_t>(id)); }
  bool has_finalizer(ObjectId id) const {
    return at(id).kind == OpCode::kNode && at(id).script != kNoScript;
  }
  ObjectId reg(int index) const { return registers_.at(static_cast<size_t>(index)); }
  bool InRegister(ObjectId id) const {
    return std::find(registers_.begin(), registers_.end(), id) != registers_.end();
  }
  ObjectId last_freed() const { return last_freed_; }

  // The innermost last.
  const std::vector<Frame>& frames() const { return frames_; }
  const Frame& top() const { return frames_.back(); }
  // How many collections are running: more than one if one is nested in another.
  int collections() const {
    return static_cast<int>(std::count_if(frames_.begin(), frames_.end(), [](const Frame& frame) {
      return frame.type == Frame::Type::kCollection;
    }));
  }
  // The innermost frame is a collection: the event is its own, or that of a death that it caused.
  bool collecting() const { return !frames_.empty() && top().type == Frame::Type::kCollection; }

 private:
  void SetSlot(const Op& op, ObjectId value);
  void Fill(const Op& op);

  std::vector<Object> objects_;
  std::array<ObjectId, kRegisters> registers_;
  std::vector<Frame> frames_;
  ObjectId last_freed_ = kNone;
};

}  // namespace ouro

#endif  // COLLECTOR_OBSERVED_HEAP_H_
