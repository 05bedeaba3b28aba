#include "model/envelope_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <queue>

namespace ouro {

EnvelopeJudge::EnvelopeJudge(const Contract& contract, uint32_t abilities)
    : Judge(abilities), bounds_(*contract.envelope) {
  Reset();
}

void EnvelopeJudge::Reset() {
  objects_.clear();
  registers_.fill(kNone);
  frames_.clear();
  violation_.reset();
  situations_ = 0;
  features_.Begin();
  known_ = false;
  collections_ = strays_ = 0;
}

// ---- Who can be reached ----

const EnvelopeJudge::Frame* EnvelopeJudge::InnermostScript() const {
  for (size_t i = frames_.size(); i-- > 0;) {
    if (frames_[i].type == Frame::Type::kScript) return &frames_[i];
  }
  return nullptr;
}

ObjectId EnvelopeJudge::Resolve(Ref ref) const {
  if (ref != kSelf) return reg(ref);
  const Frame* script = InnermostScript();
  // Where finalizers run after death, there is no self any more.
  return script == nullptr || at(script->object).freed ? kNone : script->object;
}

Judge::Operand EnvelopeJudge::Look(Ref ref) const {
  const ObjectId id = Resolve(ref);
  if (id == kNone) return {};
  switch (at(id).kind) {
    case Object::Kind::kNode:
      return {Operand::Kind::kNode, at(id).slots.size()};
    case Object::Kind::kWeak:
      return {Operand::Kind::kWeak, 0};
    case Object::Kind::kLeaf:
      break;
  }
  return {Operand::Kind::kLeaf, 0};
}

// Calls visit(id) for all that the objects in work_ refer to; what it answers true for, spreads.
template <typename Visit>
void EnvelopeJudge::Spread(Visit visit) {
  while (!work_.empty()) {
    const ObjectId id = work_.back();
    work_.pop_back();
    for (const ObjectId next : at(id).slots) {
      if (next != kNone && visit(next)) work_.push_back(next);
    }
  }
}

void EnvelopeJudge::Reach() {
  if (known_) return;
  known_ = true;
  for (Object& object : objects_) object.reached = object.awaited = false;
  const auto root = [this](ObjectId id) {
    if (id == kNone || at(id).freed || at(id).reached) return;
    at(id).reached = true;
    work_.push_back(id);
  };
  for (const ObjectId id : registers_) root(id);
  for (const Frame& frame : frames_) {
    if (frame.type == Frame::Type::kScript || frame.op.code == OpCode::kWeak) root(frame.object);
  }
  Spread([this](ObjectId id) { return !at(id).reached && (at(id).reached = true); });
  if (bounds_.finalizers == Envelope::Finalizers::kAfterDeath) return;
  for (size_t i = 0; i < objects_.size(); ++i) {
    const Object& object = objects_[i];
    if (object.due == Object::Due::kYes && !object.freed && !object.reached) {
      work_.push_back(static_cast<ObjectId>(i));
    }
  }
  Spread([this](ObjectId id) { return !at(id).awaited && (at(id).awaited = true); });
}

// Whatever a script can reach while a collection runs, that collection need not free, and may have
// seen alive. What falls, it may find: Lua's ends the cycle that is under way, with its finalizers,
// and then does another one.
void EnvelopeJudge::Touch() {
  if (!collecting()) return;
  Reach();
  for (Object& object : objects_) {
    object.touched |= object.reached;
    object.fell |= !object.reached;
    if (object.reached) MayLiveAgain(&object);
  }
  MayClearWeaks();
}

// A collection that finds trash clears the weak references to it, where they are not cleared later.
void EnvelopeJudge::MayClearWeaks() {
  if (bounds_.spares == Envelope::Spares::kAll || bounds_.weak == Envelope::Weak::kWhenFreed) {
    return;
  }
  for (size_t i = 0; i < objects_.size(); ++i) {
    if (objects_[i].reached || objects_[i].freed) continue;
    Unbind(static_cast<ObjectId>(i), Object::Bond::kMaybe);
  }
}

void EnvelopeJudge::MayLiveAgain(Object* object) const {
  const bool again = bounds_.finalizers == Envelope::Finalizers::kEachDeath;
  const bool ran = HasFinalizer(*object) && object->due == Object::Due::kNo;
  if (again && ran) object->due = Object::Due::kMaybe;
}

// A weak reference that is trash itself need not be cleared with the others: a tracing collector
// sees it, if at all, when a finalizer brings it back.
void EnvelopeJudge::Unbind(ObjectId target, Object::Bond bond) {
  for (Object& weak : objects_) {
    if (weak.target != target || weak.bond == Object::Bond::kNone) continue;
    const bool doubtful = weak.condemned && !at(target).freed;
    weak.bond = doubtful ? Object::Bond::kMaybe : bond;
  }
}

// ---- Operations ----

void EnvelopeJudge::Begin(const Op& op) {
  if (violation_) return;
  if (in_operation()) {
    return Convict(Law::kEventInPlace, kNone,
                   fmt::format("`{}` was executed before what was going on had ended", Print(op)),
                   "nothing");
  }
  Frame frame;
  frame.op = IsVoid(op) ? Op{.code = OpCode::kEnable} : op;
  if (!frames_.empty()) Touch();  // before it changes anything
  if (frame.op.code == OpCode::kWeak) frame.object = Resolve(op.ref);
  frames_.push_back(frame);
  Apply(frames_.back());
  if (frames_.size() > 1) Touch();
}

void EnvelopeJudge::Apply(Frame& frame) {
  const Op& op = frame.op;
  const auto set_register = [&](ObjectId id) { registers_[op.dest] = id; };
  switch (op.code) {
    case OpCode::kCopy:
      set_register(Resolve(op.ref));
      break;
    case OpCode::kLoad:
      frame.object = at(Resolve(op.ref)).slots[op.slot];
      set_register(frame.object);
      break;
    case OpCode::kDeref:
      // What it yields is known when it was answered; until then the old value holds nothing.
      frame.object = Resolve(op.ref);
      if (op.dest != op.ref) set_register(kNone);
      break;
    case OpCode::kStore: {
      const ObjectId value = Resolve(op.value);
      at(Resolve(op.ref)).slots[op.slot] = value;
      break;
    }
    case OpCode::kEmptySlot:
      at(Resolve(op.ref)).slots[op.slot] = kNone;
      break;
    case OpCode::kEmptyRegister:
      set_register(kNone);
      break;
    default:
      return;
  }
  Changed();
}

void EnvelopeJudge::End() {
  if (violation_) return;
  if (frames_.empty() || frames_.back().type != Frame::Type::kOp) {
    return Convict(Law::kEventInPlace, kNone, "a script or collection that had begun did not end",
                   "nothing");
  }
  const Frame& frame = frames_.back();
  const OpCode code = frame.op.code;
  if (code == OpCode::kCollect && !frame.collected) {
    return Convict(Law::kEventInPlace, kNone, "the collection did not happen",
                   fmt::format("collect {}", frame.op.count));
  }
  if (Answers(code) && !frame.answered) {
    return Convict(Law::kEventInPlace, kNone, fmt::format("`{}` yielded nothing", Print(frame.op)),
                   Allocates(code) ? fmt::format("new {}", objects_.size()) : "got");
  }
  if (frames_.size() == 1) CheckCounts();
  if (violation_) return;
  frames_.pop_back();
  Changed();
  if (!frames_.empty()) return;
  Reach();
  for (Object& object : objects_) {
    object.condemned = object.touched = false;
    if (!object.reached) continue;
    object.survived = 0;
    MayLiveAgain(&object);
  }
}

bool EnvelopeJudge::Answers(OpCode code) {
  return Allocates(code) || code == OpCode::kLoad || code == OpCode::kDeref;
}

// No script is running: reference counts of 0 have had their effect, and finalizers after death.
void EnvelopeJudge::CheckCounts() {
  std::vector<bool> referred(objects_.size(), false);
  Reach();
  for (const Object& object : objects_) {
    if (object.freed) continue;
    for (const ObjectId id : object.slots) {
      if (id != kNone) referred[static_cast<size_t>(id)] = true;
    }
  }
  for (size_t i = 0; i < objects_.size(); ++i) {
    const Object& object = objects_[i];
    const auto id = static_cast<ObjectId>(i);
    const bool due = object.due == Object::Due::kYes;
    if (object.freed && due) {
      return Convict(Law::kFinalizeAtOnce, id,
                     fmt::format("#{} was freed, and its finalizer did not run", id),
                     fmt::format("finalize {}", id));
    }
    if (!bounds_.prompt || object.freed || object.reached || referred[i]) continue;
    const Law law = due ? Law::kFinalizeAtOnce : Law::kFreeAtOnce;
    return Convict(law, id,
                   fmt::format("nothing holds #{} any more, and {}", id,
                               due ? "its finalizer did not run" : "it was not freed"),
                   fmt::format("{} {}", due ? "finalize" : "free", id));
  }
}

void EnvelopeJudge::Finish() {
  if (violation_ || frames_.empty()) return;
  Convict(Law::kEventInPlace, kNone, "the trace ends before what was going on had ended", "");
}

// ---- Collections ----

void EnvelopeJudge::OnCollect(const Event& event) {
  Frame& frame = frames_.back();
  if (frame.type != Frame::Type::kOp || frame.op.code != OpCode::kCollect || frame.collected ||
      event.flag || event.number != frame.op.count) {
    return Convict(Law::kEventInPlace, kNone, "no such collection was asked for", "nothing");
  }
  frame.collected = true;
  const bool full = event.number == kGenerations - 1 || (abilities_ & kGenerations3) == 0;
  const bool judged = full && frames_.size() == 1;
  if (in_script()) {
    Note(collecting() ? Situation::kNestedCollect : Situation::kCollectInFinalizer);
  }
  frames_.push_back({.type = Frame::Type::kCollection, .judged = judged});
  Condemn(collections_++ == 0);
  NoteTrash();
  MayClearWeaks();
}

// What is unreachable as a collection begins. One within another, where it does anything at all,
// may find more; whatever the outer one has found, it may still finalize.
void EnvelopeJudge::Condemn(bool first) {
  Reach();
  for (Object& object : objects_) {
    const bool unreachable = !object.freed && !object.reached;
    object.condemned |= unreachable;  // until the operation is over
    object.behind = false;
    if (unreachable && object.due == Object::Due::kYes) {
      work_.push_back(static_cast<ObjectId>(&object - objects_.data()));
    }
    if (!first) continue;
    object.was_due = unreachable && object.due == Object::Due::kYes;
    object.touched = object.spared = object.fell = false;
  }
  Spread([this](ObjectId id) { return !at(id).behind && (at(id).behind = true); });
  for (Object& object : objects_) object.spared |= object.behind;
}

void EnvelopeJudge::NoteTrash() {
  for (size_t i = 0; i < objects_.size(); ++i) {
    const Object& object = objects_[i];
    if (!object.condemned) {
      const bool watches = object.bond != Object::Bond::kNone && at(object.target).condemned;
      if (watches && !object.freed) Note(Situation::kWeakOutsideTrash);
      continue;
    }
    Note(Situation::kTrashFound);
    if (object.bond != Object::Bond::kNone && at(object.target).condemned) {
      Note(Situation::kWeakInsideTrash);
    }
    for (size_t slot = 0; slot < object.slots.size(); ++slot) {
      const auto begin = object.slots.begin();
      const ObjectId id = object.slots[slot];
      if (id == kNone) continue;
      if (id == static_cast<ObjectId>(i)) Note(Situation::kSelfEdge);
      const auto before = begin + static_cast<ptrdiff_t>(slot);
      if (std::find(begin, before, id) != before) Note(Situation::kParallelEdges);
    }
  }
}

void EnvelopeJudge::OnDone() {
  if (frames_.back().type != Frame::Type::kCollection) {
    return Convict(Law::kEventInPlace, kNone, "no collection was running", "nothing");
  }
  if (frames_.back().judged) CheckCollected();
  if (violation_) return;
  frames_.pop_back();
  --collections_;
}

// A full collection is over: what had to be finalized or freed?
void EnvelopeJudge::CheckCollected() {
  if (bounds_.spares == Envelope::Spares::kAll) return;
  const bool behind_is_kept = bounds_.spares == Envelope::Spares::kBehindFinalizers;
  Reach();
  for (size_t i = 0; i < objects_.size() && !violation_; ++i) {
    Object& object = objects_[i];
    const auto id = static_cast<ObjectId>(i);
    if (!object.condemned || object.freed || object.stray) continue;
    if (object.touched || object.reached) {
      object.survived = 0;
      continue;
    }
    // Only now: incremental collectors first run the finalizers that an earlier step left over.
    if (bounds_.weak == Envelope::Weak::kBeforeFinalizer && bounds_.strays == 0) {
      Unbind(id, Object::Bond::kNone);
    }
    if (behind_is_kept && object.spared) continue;
    if (object.was_due && object.due == Object::Due::kYes &&
        bounds_.finalizers != Envelope::Finalizers::kAfterDeath) {
      Stray(Law::kFinalizeAtOnce, id,
            fmt::format("nothing can reach #{}, and the collection did not finalize it", id));
    } else if (++object.survived >= bounds_.collections) {
      Stray(Law::kTrashFreed, id,
            fmt::format("nothing can reach #{}, and the collection did not free it", id));
    }
  }
}

void EnvelopeJudge::Stray(Law law, ObjectId id, std::string what) {
  at(id).stray = true;
  if (++strays_ <= bounds_.strays) return;
  if (bounds_.strays > 0) what += fmt::format(", nor {} others before", strays_ - 1);
  Convict(law, id, std::move(what),
          fmt::format("{} {}", law == Law::kTrashFreed ? "free" : "finalize", id));
}

// ---- Words ----

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

// "r2 -> #1 slot 0 -> #0 holds it": a shortest way from a root.
std::string EnvelopeJudge::HeldBy(ObjectId wanted) const {
  std::map<ObjectId, std::string> way;
  std::queue<ObjectId> work;
  const auto reach = [&](ObjectId id, const std::string& by) {
    if (id != kNone && !at(id).freed && way.emplace(id, by).second) work.push(id);
  };
  for (int i = 0; i < kRegisters; ++i) reach(reg(i), fmt::format("r{}", i));
  for (const Frame& frame : frames_) {
    if (frame.type == Frame::Type::kScript) reach(frame.object, "self of a running script");
  }
  while (!work.empty()) {
    const ObjectId id = work.front();
    work.pop();
    for (size_t slot = 0; slot < at(id).slots.size(); ++slot) {
      reach(at(id).slots[slot], fmt::format("{} -> #{} slot {}", way[id], id, slot));
    }
  }
  return fmt::format("{} -> #{} holds it", way.count(wanted) != 0 ? way[wanted] : "the operation",
                     wanted);
}

}  // namespace ouro
