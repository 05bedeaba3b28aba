// SPDX-License-Identifier: Apache-2.0

#include "collector/observed_heap.h"

#include <algorithm>
#include <utility>

namespace ouro {

ObjectId ObservedHeap::Find(Ref ref) const {
  if (ref != kSelf) return reg(ref);
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    if (frame->type == Frame::Type::kScript) return frame->object;
  }
  return kNone;
}

void ObservedHeap::SetSlot(const Op& op, ObjectId value) {
  const ObjectId id = Find(op.ref);
  if (id == kNone) return;
  std::vector<ObjectId>& slots = objects_.at(static_cast<size_t>(id)).slots;
  if (op.slot < slots.size()) slots[op.slot] = value;
}

void ObservedHeap::Fill(const Op& op) {
  const ObjectId id = Find(op.ref);
  const ObjectId other = op.code == OpCode::kCopySlots ? Find(op.value) : id;
  if (id == kNone || other == kNone) return;
  std::vector<ObjectId>& slots = objects_.at(static_cast<size_t>(id)).slots;
  std::vector<ObjectId> values = objects_.at(static_cast<size_t>(other)).slots;
  if (op.code == OpCode::kClear) values.assign(slots.size(), kNone);
  std::copy_n(values.begin(), std::min(values.size(), slots.size()), slots.begin());
}

void ObservedHeap::Begin(const Op& op) {
  Frame frame{.op = op};
  switch (op.code) {
    case OpCode::kNodeWith:
    case OpCode::kWeakWith:
      frame.other = Find(op.value);
      [[fallthrough]];
    case OpCode::kWeak:
    case OpCode::kLoad:
    case OpCode::kDeref:
    case OpCode::kMapGet:
      frame.object = Find(op.ref);
      break;
    case OpCode::kCopy:
      registers_.at(op.dest) = Find(op.ref);
      break;
    case OpCode::kEmptyRegister:
      frame.released = std::exchange(registers_.at(op.dest), kNone);
      break;
    case OpCode::kStore:
      SetSlot(op, Find(op.value));
      break;
    case OpCode::kMapPut:
      if (const ObjectId map = Find(op.ref); map != kNone) {
        objects_.at(static_cast<size_t>(map)).stored = Find(op.value);
      }
      break;
    case OpCode::kEmptySlot:
      SetSlot(op, kNone);
      break;
    case OpCode::kClear:
    case OpCode::kCopySlots:
      Fill(op);
      break;
    default:
      break;
  }
  frames_.push_back(frame);
}

void ObservedHeap::Before(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kNew: {
      const Op& op = top().op;
      const bool filled = op.code == OpCode::kNodeWith;
      const bool holds = op.code == OpCode::kWeakWith;
      const bool node = filled || op.code == OpCode::kNode;
      std::vector<ObjectId> slots(node ? static_cast<size_t>(op.count) : holds ? 1 : 0, kNone);
      for (size_t slot = 0; filled && slot < slots.size(); ++slot) {
        slots[slot] = slot % 2 == 0 ? top().object : top().other;
      }
      if (holds) slots[0] = top().other;
      objects_.push_back({.kind = node    ? OpCode::kNode
                                  : holds ? OpCode::kWeak
                                          : op.code,
                          .script = op.script,
                          .target = filled ? kNone : top().object,
                          .slots = std::move(slots)});
      registers_.at(op.dest) = event.id;
      return;
    }
    case Event::Kind::kGot:
      registers_.at(top().op.dest) = event.id;
      return;
    case Event::Kind::kCallback:
      objects_.at(static_cast<size_t>(event.id)).called = true;
      [[fallthrough]];
    case Event::Kind::kFinalize:
      return frames_.push_back({.type = Frame::Type::kScript, .object = event.id});
    case Event::Kind::kCollect:
      return frames_.push_back({.type = Frame::Type::kCollection});
    default:
      return;
  }
}

void ObservedHeap::After(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kFinalize:
    case Event::Kind::kCallback:
    case Event::Kind::kDone:
      return frames_.pop_back();
    case Event::Kind::kFree:
      objects_.at(static_cast<size_t>(event.id)).freed = true;
      last_freed_ = event.id;
      return;
    case Event::Kind::kGarbage:
      ++frames_.back().saved;
      return;
    default:
      return;
  }
}

}  // namespace ouro
