// SPDX-License-Identifier: Apache-2.0

// The envelope judge on operations: what each does when it begins, and what must have happened when
// it ends. Events are in envelope_judge_events.cc, collections in envelope_judge_collection.cc,
// reachability in envelope_judge_reach.cc.

#include "model/judge/envelope_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "model/judge/paths.h"

namespace ouro {

EnvelopeJudge::EnvelopeJudge(const Envelope& bounds, uint32_t abilities, const KindTable& kinds)
    : Judge(abilities, kinds), bounds_(bounds) {
  Clear();
}

void EnvelopeJudge::Clear() {
  objects_.clear();
  living_.clear();
  freed_ = 0;
  entries_.Clear();
  uncertain_.clear();
  waiting_.clear();
  awaiting_.clear();
  needed_.clear();
  needed_known_ = collected_ = false;
  became_reachable_.clear();
  marked_reachable_ = 0;
  unreferenced_.clear();
  marked_.clear();
  dangling_ = torn_ = kNone;
  collections_ = strays_ = 0;
  enabled_ = true;
  saveall_ = calls_ = disabling_ = false;
  owed_.clear();
  owed_before_ = 0;
  may_collect_ = false;
  doubts_.clear();
  rooted_.clear();
  poked_.clear();
  put_off_.clear();
  lingering_.clear();
  lingered_before_ = 0;
  maybe_frail_.clear();
  root_kinds_.fill(nullptr);
}

// ---- Operations ----

Judge::Referent EnvelopeJudge::Describe(ObjectId id) const {
  switch (at(id).kind) {
    case Object::Kind::kNode:
      return {Referent::Kind::kNode, static_cast<uint8_t>(at(id).slots.size()), id};
    case Object::Kind::kWeak:
      return {Referent::Kind::kWeak, static_cast<uint8_t>(at(id).slots.size()), id};
    case Object::Kind::kMap:
      return {Referent::Kind::kMap, 0, id};
    case Object::Kind::kLeaf:
      break;
  }
  return {Referent::Kind::kLeaf, 0, id};
}

void EnvelopeJudge::Enter(Frame& /*frame*/) {
  // Only a script that executes an operation makes its object reachable.
  if (frames_.size() > 1 && !frames_[frames_.size() - 2].no_self) {
    SetFrameHold(frames_[frames_.size() - 2], true);
  }
  MarkScriptReachable();  // before anything changes
  DoubtFrail();
}

void EnvelopeJudge::Apply(Frame& frame) {
  Follow(frame);
  MarkScriptReachable();
}

void EnvelopeJudge::Follow(Frame& frame) {
  const Op& op = frame.op;
  switch (op.code) {
    case OpCode::kWeak:
    case OpCode::kWeakWith:
    case OpCode::kNodeWith:
    case OpCode::kDispose:
      return HoldOperands(frame);
    case OpCode::kCopy:
      return SetRegister(op.dest, Resolve(op.ref), op.kind);
    case OpCode::kLoad:
      frame.object = at(Resolve(op.ref)).slots[op.slot];
      if (const ObjectId doubted = Doubted(Resolve(op.ref), op.slot); doubted != kNone) {
        frame.open_answer = true;  // the register follows the answer
        frame.object = doubted;
        return;
      }
      return SetRegister(op.dest, frame.object);
    case OpCode::kPoke:
      return BeginPoke(frame);
    case OpCode::kDeref:
      // The result is known once it is reported; the old value is released now.
      frame.object = Resolve(op.ref);
      // Notes what is unreachable before the result changes that.
      if (MayCollect() || !owed_.empty()) Recount();
      frame.other = reg(op.dest);
      if (op.dest != op.ref) SetRegister(op.dest, kNone);
      return;
    case OpCode::kClear:
    case OpCode::kCopySlots:
      return Fill(op);
    case OpCode::kPush:
    case OpCode::kPop:
      return FollowScope(op);
    case OpCode::kMapGet:
    case OpCode::kMapPut:
    case OpCode::kMapRemove:
      return FollowMap(frame);
    case OpCode::kStore:
      SetSlot(Resolve(op.ref), op.slot, Resolve(op.value), op.kind);
      // The action that called this script may go on to empty the holder.
      if (BeingPoked(Resolve(op.ref), op.slot)) Doubt(Resolve(op.ref), op.slot);
      return;
    case OpCode::kEmptySlot:
      return SetSlot(Resolve(op.ref), op.slot, kNone);
    case OpCode::kEmptyRegister:
      return SetRegister(op.dest, kNone);
    case OpCode::kTakeGarbage:
      frame.object = garbage_[static_cast<size_t>(op.count)];
      return SetRegister(op.dest, frame.object);
    case OpCode::kClearGarbage:
      return ClearGarbage();
    case OpCode::kCensus:
      Recount();
      frame.object = born_;
      return;
    case OpCode::kEnd:
      return BeginEnd();
    default:
      return FollowSetting(op);
  }
}

void EnvelopeJudge::FollowSetting(const Op& op) {
  switch (op.code) {
    case OpCode::kEnable:
      enabled_ = true;
      if (MayCollect()) BeginToCollect();
      return;
    case OpCode::kDisable:
      if (MayCollect()) Recount();  // notes what one that was not told of may have found
      disabling_ = MayCollect() && in_script();
      enabled_ = false;
      return;
    case OpCode::kSaveallOn:
    case OpCode::kSaveallOff:
      saveall_ = op.code == OpCode::kSaveallOn;
      return;
    default:
      return;
  }
}

// They outlive what an automatic collection runs before the birth.
void EnvelopeJudge::HoldOperands(Frame& frame) {
  const Op& op = frame.op;
  const bool filled = op.code == OpCode::kNodeWith;
  if (!filled || op.count > 0) frame.object = Resolve(op.ref);
  if (op.code == OpCode::kWeakWith || (filled && op.count > 1)) frame.other = Resolve(op.value);
  SetFrameHold(frame, true);
}

void EnvelopeJudge::FollowScope(const Op& op) {
  if (op.code == OpCode::kPush) {
    pushed_.push_back(Resolve(op.ref));
    return Hold(pushed_.back());
  }
  const ObjectId id = pushed_.back();
  pushed_.pop_back();
  if (at(id).holds == 1) Note(Situation::kHeldByScope);
  Release(id);
}

// `clear` and `copy`. What they drop may die in any order, once all slots are written.
void EnvelopeJudge::Fill(const Op& op) {
  struct Content {
    ObjectId id = kNone;
    bool sure = true;
  };
  const ObjectId node = Resolve(op.ref);
  std::vector<Content> contents(at(node).slots.size());
  if (op.code == OpCode::kCopySlots) {
    const ObjectId from = Resolve(op.value);
    contents.resize(std::min(contents.size(), at(from).slots.size()));
    for (size_t slot = 0; slot < contents.size(); ++slot) {
      const ObjectId doubted = Doubted(from, slot);
      contents[slot] = doubted == kNone ? Content{at(from).slots[slot]} : Content{doubted, false};
    }
  }
  int dropped = 0;
  for (size_t slot = 0; slot < contents.size(); ++slot) {
    const ObjectId old = at(node).slots[slot];
    const bool stays = std::any_of(contents.begin(), contents.end(),
                                   [old](const Content& content) { return content.id == old; });
    if (old != kNone && at(old).holds == 1 && !stays) ++dropped;
  }
  if (dropped > 1) Note(Situation::kDroppedByFill);
  for (size_t slot = 0; slot < contents.size(); ++slot) {
    const Content& content = contents[slot];
    SetSlot(node, slot, content.sure ? content.id : kNone);
    if (!content.sure) CopyDoubt(node, slot, content.id);
    // The action that called this script may go on to empty the holder.
    if (content.sure && BeingPoked(node, slot)) Doubt(node, slot);
  }
}

void EnvelopeJudge::FollowMap(Frame& frame) {
  const Op& op = frame.op;
  const ObjectId map = Resolve(op.ref);
  const ObjectId key = Resolve(op.key);
  if (op.code == OpCode::kMapPut) return SetEntry(map, key, Resolve(op.value));
  const Entries::Id entry = entries_.Find(map, key);
  if (op.code == OpCode::kMapRemove) {
    if (entry != Entries::kNoEntry) RemoveEntry(entry);
    return;
  }
  frame.object = entry == Entries::kNoEntry ? kNone : entries_.at(entry).value;
  if (frame.object != kNone) Note(Situation::kLookupYields);
  SetRegister(op.dest, frame.object);
}

void EnvelopeJudge::ClearGarbage() {
  for (const ObjectId id : std::exchange(garbage_, {})) {
    at(id).saved = false;
    Release(id);
  }
}

void EnvelopeJudge::Leave(const Frame& frame) {
  if (frames_.size() > 1) return;
  if (disabling_) {
    Recount();
    disabling_ = false;
  }
  if (frame.op.code == OpCode::kEnd) return CheckEnded();
  if (!unreferenced_.empty()) CheckUnreferenced();
  if (!owed_.empty()) CheckScriptsRan();
  if (violation_) return;
  StartNewLives();
  if (std::exchange(collected_, false)) {
    for (const ObjectId id : living_)
      at(id).unreachable_at_begin = at(id).became_unreachable = at(id).script_reachable =
          at(id).finalizer_reachable = false;
  }
  for (const ObjectId id : marked_) at(id).became_unreachable = false;
  marked_.clear();
  ForgetFreed();
}

// No script is running: objects without references must be dead. A finalizer may be put off.
void EnvelopeJudge::CheckUnreferenced() {
  ObjectId first = kNone;
  for (const ObjectId id : unreferenced_) {
    const Object& object = at(id);
    const bool waits = bounds_.queued && object.due != Object::Due::kNo &&
                       bounds_.finalizers != Envelope::Finalizers::kAfterDeath;
    const bool late = bounds_.prompt == Envelope::Prompt::kYes && !object.freed && !waits &&
                      object.references == 0 && !object.reachable() && object.lingers == 0 &&
                      !object.cyclic;
    if (late && (first == kNone || id < first)) first = id;
  }
  unreferenced_.clear();
  if (first == kNone) return;
  const bool due = at(first).due == Object::Due::kYes;
  const Law law = due ? Law::kFinalizeAtOnce : Law::kFreeAtOnce;
  Convict(law, first,
          fmt::format("nothing references #{} any more, but {}", first,
                      due ? "its finalizer did not run" : "it was not freed"));
}

// A finalizer or callback has to run: at the latest, if scripts may be put off, by the end of the
// next full collection.
void EnvelopeJudge::Owe(ObjectId id) { owed_.push_back(id); }

// No script is running: callbacks of what was cleared, and finalizers that run after death, must
// have run, but for those that may be put off.
void EnvelopeJudge::CheckScriptsRan() {
  if (violation_) return;
  const size_t over = bounds_.queued ? std::exchange(owed_before_, 0) : owed_.size();
  for (size_t i = 0; i < over; ++i) {
    const ObjectId id = owed_[i];
    const Object& object = at(id);
    if (object.kind == Object::Kind::kNode && object.due == Object::Due::kYes) {
      return Convict(Law::kFinalizeAtOnce, id,
                     fmt::format("#{} was freed, but its finalizer did not run", id));
    }
    if (object.kind != Object::Kind::kWeak || object.freed) continue;
    if (object.call != Object::Due::kYes || !Reachable(id)) continue;
    return Convict(
        Law::kCallbackBeforeFree, id,
        fmt::format("#{} was cleared, but the callback of #{} did not run", object.target, id));
  }
  owed_.erase(owed_.begin(), owed_.begin() + static_cast<ptrdiff_t>(over));
}

// ---- Convictions ----

void EnvelopeJudge::ListCandidates(ObjectId convicted, std::vector<Event>* events) const {
  const auto list = [this, events](ObjectId id) {
    const Object& object = at(id);
    for (const ObjectId weak : object.weaks) {
      if (at(weak).call != Object::Due::kNo) events->push_back(Event::Callback(weak));
    }
    if (HasFinalizer(object)) events->push_back(Event::Finalize(id));
    events->push_back(Event::Free(id));
    if (collecting()) events->push_back(Event::Garbage(id));
  };
  for (const ObjectId id : owed_) {
    const bool node = at(id).kind == Object::Kind::kNode;
    events->push_back(node ? Event::Finalize(id) : Event::Callback(id));
  }
  for (const ObjectId id : unreferenced_) list(id);
  if (convicted != kNone) list(convicted);
  for (const ObjectId id : living_) {
    if (!at(id).freed && (!at(id).reachable() || ending())) list(id);
  }
}

// "r2 -> #1 slot 0 -> #0": a shortest path of references from a root.
std::string EnvelopeJudge::PathTo(ObjectId wanted) const {
  Paths paths(objects_.size());
  const auto begin = [&](ObjectId id, const std::string& root) {
    if (id != kNone && !at(id).freed) paths.AddRoot(id, root);
  };
  for (int i = 0; i < kRegisters; ++i) begin(reg(i), fmt::format("r{}", i));
  for (size_t i = 0; i < pushed_.size(); ++i) begin(pushed_[i], fmt::format("pushed {}", i));
  for (size_t i = 0; i < garbage_.size(); ++i) begin(garbage_[i], fmt::format("garbage {}", i));
  for (const Frame& frame : frames_) {
    if (frame.type == Frame::Type::kScript && !frame.no_self)
      begin(frame.object, "self of a running script");
  }
  for (size_t i = 0; i < paths.reached().size(); ++i) {
    const ObjectId from = paths.reached()[i];
    for (size_t slot = 0; slot < at(from).slots.size(); ++slot) {
      const ObjectId id = at(from).slots[slot];
      if (id != kNone && !at(id).freed) paths.Extend(from, slot, id);
    }
    for (const Entries::Id entry : entries_.of(from)) {
      const Entry& e = entries_.at(entry);
      if (!at(e.value).freed) paths.ExtendByEntry(e.map, e.key, e.value);
    }
  }
  return paths.reached(wanted) ? paths.To(wanted) : fmt::format("the operation -> #{}", wanted);
}

}  // namespace ouro
