// SPDX-License-Identifier: Apache-2.0

// The envelope judge on operations: what each does when it begins, and what must have happened when
// it ends. Events are in envelope_judge_events.cc, collections in envelope_judge_collection.cc,
// reachability in envelope_judge_reach.cc.

#include "model/judge/envelope_judge.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "model/judge/paths.h"

namespace ouro {

EnvelopeJudge::EnvelopeJudge(const Contract& contract, uint32_t abilities, const KindTable& kinds)
    : Judge(abilities, kinds), bounds_(*contract.envelope) {
  Reset();
}

void EnvelopeJudge::Reset() {
  objects_.clear();
  living_.clear();
  freed_ = 0;
  registers_.fill(kNone);
  frames_.clear();
  violation_.reset();
  situations_ = 0;
  features_.Begin();
  counts_uncertain_ = needed_known_ = collected_ = false;
  became_reachable_.clear();
  marked_reachable_ = 0;
  unreferenced_.clear();
  collections_ = strays_ = 0;
  ForgetEdges();
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

// ---- Operands ----

const EnvelopeJudge::Frame* EnvelopeJudge::InnermostScript() const {
  for (size_t i = frames_.size(); i-- > 0;) {
    if (frames_[i].type == Frame::Type::kScript) return &frames_[i];
  }
  return nullptr;
}

ObjectId EnvelopeJudge::Resolve(Ref ref) const {
  if (ref != kSelf) return reg(ref);
  const Frame* script = InnermostScript();
  // A finalizer that runs after death has no self.
  return script == nullptr || at(script->object).freed ? kNone : script->object;
}

Judge::Referent EnvelopeJudge::Look(Ref ref) const {
  const ObjectId id = Resolve(ref);
  if (id == kNone) return {};
  switch (at(id).kind) {
    case Object::Kind::kNode:
      return {Referent::Kind::kNode, static_cast<uint8_t>(at(id).slots.size()), id};
    case Object::Kind::kWeak:
      return {Referent::Kind::kWeak, 0, id};
    case Object::Kind::kLeaf:
      break;
  }
  return {Referent::Kind::kLeaf, 0, id};
}

// ---- Operations ----

void EnvelopeJudge::Begin(const Op& op) {
  if (violation_) return;
  if (in_operation()) {
    return Convict(
        Law::kEventInPlace, kNone,
        fmt::format("`{}` was executed before the operation in progress had ended", Print(op)),
        "nothing");
  }
  // Only a script that executes an operation makes its object reachable.
  if (!frames_.empty()) SetFrameHold(frames_.back(), true);
  MarkScriptReachable();  // before anything changes
  DoubtFrail();
  Frame frame;
  frame.op = IsVoid(op) ? Op{.code = OpCode::kEnable} : Offered(op);
  if (frame.op.kind != kPlain) NoteKind(frame.op.kind);
  if (frame.op.code == OpCode::kWeak) frame.object = Resolve(op.ref);
  frame.may_collect = may_collect_;
  frames_.push_back(frame);
  if (frame.may_collect) FindTrash(/*sure=*/false);
  Apply(frames_.back());
  MarkScriptReachable();
}

void EnvelopeJudge::Apply(Frame& frame) {
  const Op& op = frame.op;
  switch (op.code) {
    case OpCode::kWeak:
      return SetFrameHold(frame, true);
    case OpCode::kCopy:
      return SetRegister(op.dest, Resolve(op.ref), op.kind);
    case OpCode::kLoad:
      frame.object = at(Resolve(op.ref)).slots[op.slot];
      if (const ObjectId doubted = Doubted(Resolve(op.ref), op.slot); doubted != kNone) {
        frame.in_doubt = true;  // the register follows the answer
        frame.object = doubted;
        return;
      }
      return SetRegister(op.dest, frame.object);
    case OpCode::kPoke:
      return BeginPoke(frame);
    case OpCode::kDeref:
      // The result is known once it is reported; the old value is released now.
      frame.object = Resolve(op.ref);
      if (op.dest != op.ref) SetRegister(op.dest, kNone);
      return;
    case OpCode::kStore:
      SetSlot(Resolve(op.ref), op.slot, Resolve(op.value), op.kind);
      // The action that called this script may go on to empty the holder.
      if (BeingPoked(Resolve(op.ref), op.slot)) Doubt(Resolve(op.ref), op.slot);
      return;
    case OpCode::kEmptySlot:
      return SetSlot(Resolve(op.ref), op.slot, kNone);
    case OpCode::kEmptyRegister:
      return SetRegister(op.dest, kNone);
    default:
      return;
  }
}

void EnvelopeJudge::End() {
  if (violation_) return;
  DoubtFrail();
  if (frames_.empty() || frames_.back().type != Frame::Type::kOp) {
    return Convict(Law::kEventInPlace, kNone,
                   frames_.empty() ? "no operation was open"
                                   : "a script or collection within the operation did not end",
                   "nothing");
  }
  const Frame& frame = frames_.back();
  const OpCode code = frame.op.code;
  if (code == OpCode::kCollect && !frame.collected) {
    return Convict(Law::kEventInPlace, kNone, "the collection did not happen",
                   fmt::format("collect {}", frame.op.count));
  }
  if ((Allocates(code) || Yields(code)) && !frame.answered) {
    return Convict(Law::kEventInPlace, kNone, fmt::format("`{}` yielded nothing", Print(frame.op)),
                   Allocates(code) ? fmt::format("new {}", objects_.size()) : "got");
  }
  if (frames_.size() == 1) CheckUnreferenced();
  if (violation_) return;
  if (frame.may_collect) --collections_;
  frames_.pop_back();
  if (!frames_.empty()) return;
  StartNewLives();
  if (std::exchange(collected_, false)) {
    for (const ObjectId id : living_)
      at(id).unreachable_at_begin = at(id).became_unreachable = at(id).script_reachable = false;
  }
  ForgetFreed();
}

// No script is running: objects without references must be dead, and finalizers that run after
// death must have run.
void EnvelopeJudge::CheckUnreferenced() {
  ObjectId first = kNone;
  for (const ObjectId id : unreferenced_) {
    const Object& object = at(id);
    const bool late = object.freed
                          ? object.due == Object::Due::kYes
                          : bounds_.prompt && object.references == 0 && !object.reachable() &&
                                object.lingers == 0 && !object.cyclic;
    if (late && (first == kNone || id < first)) first = id;
  }
  unreferenced_.clear();
  if (first == kNone) return;
  const bool due = at(first).due == Object::Due::kYes;
  const Law law = due ? Law::kFinalizeAtOnce : Law::kFreeAtOnce;
  Convict(law, first,
          at(first).freed ? fmt::format("#{} was freed, but its finalizer did not run", first)
                          : fmt::format("nothing references #{} any more, but {}", first,
                                        due ? "its finalizer did not run" : "it was not freed"),
          fmt::format("{} {}", due ? "finalize" : "free", first));
}

void EnvelopeJudge::Finish() {
  if (violation_ || frames_.empty()) return;
  Convict(Law::kEventInPlace, kNone, "the trace ends before its last operation has ended", "");
}

// ---- Convictions ----

void EnvelopeJudge::Convict(Law law, ObjectId object, std::string what, std::string lawful) {
  if (violation_) return;
  std::string signature = Name(law);
  for (size_t i = frames_.size(); i-- > 0;) {
    if (frames_[i].type != Frame::Type::kOp) continue;
    signature += fmt::format(" at {}", WordOf(frames_[i].op.code));
    break;
  }
  signature += in_script() ? " in a finalizer" : " in main";
  violation_ = Violation{law, exists(object) ? object : kNone, std::move(what), std::move(lawful),
                         std::move(signature)};
}

// "r2 -> #1 slot 0 -> #0": a shortest path of references from a root.
std::string EnvelopeJudge::PathTo(ObjectId wanted) const {
  Paths paths(objects_.size());
  const auto begin = [&](ObjectId id, const std::string& root) {
    if (id != kNone && !at(id).freed) paths.AddRoot(id, root);
  };
  for (int i = 0; i < kRegisters; ++i) begin(reg(i), fmt::format("r{}", i));
  for (const Frame& frame : frames_) {
    if (frame.type == Frame::Type::kScript) begin(frame.object, "self of a running script");
  }
  for (size_t i = 0; i < paths.reached().size(); ++i) {
    const ObjectId from = paths.reached()[i];
    for (size_t slot = 0; slot < at(from).slots.size(); ++slot) {
      const ObjectId id = at(from).slots[slot];
      if (id != kNone && !at(id).freed) paths.Extend(from, slot, id);
    }
  }
  return paths.reached(wanted) ? paths.To(wanted) : fmt::format("the operation -> #{}", wanted);
}

}  // namespace ouro
