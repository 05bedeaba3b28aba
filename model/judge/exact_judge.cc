// SPDX-License-Identifier: Apache-2.0

// The exact judge on operations: what each does to the shadow heap when it begins, and what must
// have happened when it ends. What happens in between is in exact_judge_events.cc.

#include "model/judge/exact_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "model/check.h"

namespace ouro {

using Kind = ShadowObject::Kind;
using Bond = ShadowObject::Bond;

ExactJudge::ExactJudge(const ExactRules& rules, uint32_t abilities, const KindTable& kinds)
    : Judge(abilities & kExactAbilities, kinds), rules_(rules), heap_(rules) {
  Clear();
}

void ExactJudge::Clear() {
  heap_.Reset();
  collection_.running = false;
  late_.clear();
  enabled_ = true;
  saveall_ = false;
  // CPython's defaults up to 3.12; semantics, section 2.
  const int32_t defaults[kGenerations] = {700, 10, 10};
  std::copy(std::begin(defaults), std::end(defaults), threshold_);
  std::fill(std::begin(allocated_), std::end(allocated_), 0);
  survived_full_ = survived_middle_ = {};
}

void ExactJudge::CountScriptOp(OpCode code) {
  if (frames_.size() == 1) return;  // an operation of main
  const auto scripts = std::count_if(frames_.begin(), frames_.end(), [](const Frame& frame) {
    return frame.type == Frame::Type::kScript;
  });
  if (scripts == 0) return;
  const Frame& script = *InnermostScript();
  const int phase = script.in_collection ? 1 + static_cast<int>(collection_.phase) : 0;
  features_.Count({.callback = script.is_callback, .nested = scripts > 1, .phase = phase}, code);
}

Judge::Referent ExactJudge::Describe(ObjectId id) const {
  const ShadowObject& object = heap_.at(id);
  switch (object.kind) {
    case Kind::kNode:
      return {Referent::Kind::kNode, static_cast<uint8_t>(object.slots.size()), id};
    case Kind::kWeak: {
      // While a collection clears it, a callback may see its slot before that or after.
      const bool unclear = object.freed || (collection_.running && object.clearing());
      return {Referent::Kind::kWeak, static_cast<uint8_t>(unclear ? 0 : object.slots.size()), id};
    }
    case Kind::kMap:
      return {Referent::Kind::kMap, 0, id};
    default:
      return {Referent::Kind::kLeaf, 0, id};
  }
}

// Holds the new value before it releases the old one.
void ExactJudge::SetRegister(int index, ObjectId id) {
  const ObjectId old = std::exchange(registers_[static_cast<size_t>(index)], id);
  if (id != kNone) heap_.Hold(id);
  if (old != kNone) heap_.Release(old);
}

void ExactJudge::PopPushed() {
  const ObjectId id = pushed_.back();
  pushed_.pop_back();
  if (heap_.at(id).firm == 1) Note(Situation::kHeldByScope);
  heap_.Release(id);
}

void ExactJudge::Enter(Frame& frame) {
  if (features_.counting()) CountScriptOp(frame.op.code);
  frame.loose_mark = heap_.LooseMark();
}

// Operands must survive an automatic collection whose scripts empty their registers.
void ExactJudge::BeginAllocation(Frame& frame) {
  const Op& op = frame.op;
  const bool filled = op.code == OpCode::kNodeWith;
  const bool holds = op.code == OpCode::kWeakWith;
  const bool weak = holds || op.code == OpCode::kWeak;
  if (weak || (filled && op.count > 0)) frame.object = Resolve(op.ref);
  if (holds || (filled && op.count > 1)) frame.other = Resolve(op.value);
  for (const ObjectId id : {frame.object, frame.other}) {
    if (id != kNone) heap_.Hold(id);
  }
  // CPython's _PyObject_GC_Alloc does not count an allocation that fails.
  if (frame.failing || frame.op.code == OpCode::kLeaf) return;
  ++allocated_[0];
  frame.automatic = static_cast<int8_t>(AutomaticGeneration(&frame.full));
}

void ExactJudge::ReleaseOperands(const Frame& frame) {
  for (const ObjectId id : {frame.object, frame.other}) {
    if (id != kNone) heap_.Release(id);
  }
}

// `clear` and `copy`: CPython's list_clear and list_ass_slice write every slot before they release
// the first old value, from the last one on (docs/semantics.md, section 1).
void ExactJudge::Fill(const Op& op) {
  const std::vector<ObjectId>& slots = heap_.at(Resolve(op.ref)).slots;
  std::vector<ObjectId> values(slots.size(), kNone);
  if (op.code == OpCode::kCopySlots) {
    const std::vector<ObjectId>& from = heap_.at(Resolve(op.value)).slots;
    values.resize(std::min(slots.size(), from.size()));
    std::copy_n(from.begin(), values.size(), values.begin());
  }
  int dropped = 0;
  for (size_t slot = 0; slot < values.size(); ++slot) {
    SetEdge(Resolve(op.ref), slot, kPlain);
    const bool held = slots[slot] == kNone || heap_.at(slots[slot]).firm > 1 ||
                      std::find(values.begin(), values.end(), slots[slot]) != values.end();
    if (!held) ++dropped;
  }
  if (dropped > 1) Note(Situation::kDroppedByFill);
  heap_.SetSlots(Resolve(op.ref), values);
}

void ExactJudge::Apply(Frame& frame) {
  const Op op = frame.op;
  switch (op.code) {
    case OpCode::kNode:
    case OpCode::kLeaf:
    case OpCode::kWeak:
    case OpCode::kWeakWith:
    case OpCode::kMap:
    case OpCode::kNodeWith:
      return BeginAllocation(frame);
    case OpCode::kCopy:
      return SetRegister(op.dest, Resolve(op.ref));
    case OpCode::kLoad:
      frame.object = heap_.at(Resolve(op.ref)).slots[op.slot];
      return SetRegister(op.dest, frame.object);
    case OpCode::kPoke:  // the kinds of exact contracts keep what they hold
      frame.object = heap_.at(Resolve(op.ref)).slots[op.slot];
      return;
    case OpCode::kMapGet:
      frame.object = heap_.ValueOf(Resolve(op.ref), Resolve(op.key));
      if (frame.object != kNone) Note(Situation::kLookupYields);
      return SetRegister(op.dest, frame.object);
    case OpCode::kDispose:
      frame.object = Resolve(op.ref);
      return heap_.Hold(frame.object);
    case OpCode::kClear:
    case OpCode::kCopySlots:
      return Fill(op);
    case OpCode::kPush:
      pushed_.push_back(Resolve(op.ref));
      return heap_.Hold(pushed_.back());
    case OpCode::kPop:
      return PopPushed();
    case OpCode::kMapPut:
      return heap_.SetEntry(Resolve(op.ref), Resolve(op.key), Resolve(op.value));
    case OpCode::kMapRemove:
      return heap_.RemoveEntry(Resolve(op.ref), Resolve(op.key));
    case OpCode::kDeref:
      if (!DecideDereference(op, &frame)) return;
      return SetRegister(op.dest, frame.object);
    case OpCode::kStore:
      SetEdge(Resolve(op.ref), op.slot, op.kind);
      return heap_.SetSlot(Resolve(op.ref), op.slot, Resolve(op.value));
    case OpCode::kEmptySlot:
      SetEdge(Resolve(op.ref), op.slot, kPlain);
      return heap_.SetSlot(Resolve(op.ref), op.slot, kNone);
    case OpCode::kEmptyRegister:
      return SetRegister(op.dest, kNone);
    case OpCode::kTakeGarbage:
      frame.object = garbage_[static_cast<size_t>(op.count)];
      return SetRegister(op.dest, frame.object);
    case OpCode::kClearGarbage:
      return heap_.ReleaseList(&garbage_);
    default:
      return Set(op);
  }
}

// A setting of the collector, if the operation changes one.
void ExactJudge::Set(const Op& op) {
  switch (op.code) {
    case OpCode::kThreshold:
      threshold_[0] = op.count;
      threshold_[1] = op.count1;
      threshold_[2] = op.count2;
      return;
    case OpCode::kEnable:
    case OpCode::kDisable:
      enabled_ = op.code == OpCode::kEnable;
      return;
    case OpCode::kSaveallOn:
    case OpCode::kSaveallOff:
      saveall_ = op.code == OpCode::kSaveallOn;
      return;
    default:
      return;
  }
}

// Sets frame->object to what a dereference yields. Returns whether that is decided; if not, the
// collector may report nothing instead.
bool ExactJudge::DecideDereference(const Op& op, Frame* frame) {
  const ShadowObject& weak = heap_.at(Resolve(op.ref));
  frame->object = kNone;
  if (weak.bond == Bond::kNone) return true;
  const ShadowObject& target = heap_.at(weak.target);
  if (target.freed || target.doomed || target.cleared) return true;
  frame->object = weak.target;
  // An object that an operation has released together with another, which dies first, may be dying
  // already, although its callbacks or its finalizer have yet to run.
  const bool unheld = target.firm == 0 && target.loose == 0;
  frame->open_answer =
      weak.bond == Bond::kMaybe || unheld || (target.releasing && !heap_.HeldForNow(weak.target));
  if (target.firm == 0 && !frame->open_answer) Note(Situation::kRescuedByWeakReference);
  return !frame->open_answer;
}

void ExactJudge::Leave(const Frame& frame) {
  if (frame.op.code == OpCode::kEnd && rules_.collects_at_end && !frame.collected) {
    return Convict(Law::kEnd, kNone, "the last collection did not happen");
  }
  heap_.ReleaseSince(frame.loose_mark);
  if (frames_.size() == 1) EndDeaths();
}

void ExactJudge::EndDeaths() {
  for (const ObjectId id : heap_.dying) {
    ShadowObject& object = heap_.at(id);
    object.listed = false;
    if (object.freed || object.firm > 0) continue;
    if (heap_.FinalizerDue(object) && !(CallbacksFirst() && heap_.CallbacksDue(object))) {
      return Convict(
          Law::kFinalizeAtOnce, id,
          fmt::format("nothing references #{} any more, but its finalizer did not run", id));
    }
    if (heap_.CallbacksDue(object)) {
      return Convict(
          Law::kCallbackBeforeFree, id,
          fmt::format("nothing references #{} any more, but its callbacks did not run", id));
    }
    return Convict(Law::kFreeAtOnce, id,
                   fmt::format("nothing references #{} any more, but it was not freed", id));
  }
  heap_.dying.clear();
  for (const ObjectId id : late_) {
    if (heap_.CallbacksDue(heap_.at(id))) {
      return Convict(Law::kCallbackBeforeFree, id,
                     fmt::format("#{} was cleared, but its callbacks did not run", id));
    }
  }
  late_.clear();
  heap_.ForgetLists();
}

}  // namespace ouro
