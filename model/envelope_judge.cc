#include "model/envelope_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <queue>

#include "model/check.h"

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

// ---- Who can be reached
// --------------------------------------------------------------------------

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
// seen alive.
void EnvelopeJudge::Touch() {
  if (!collecting()) return;
  Reach();
  for (Object& object : objects_) {
    object.touched |= object.reached;
    object.fell |= !object.reached;
    if (object.reached) MayLiveAgain(&object);
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

// ---- Operations
// ----------------------------------------------------------------------------------

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

// ---- Events
// --------------------------------------------------------------------------------------

void EnvelopeJudge::Observe(const Event& event) {
  if (violation_) return;
  const bool script_end = event.kind == Event::Kind::kEnd;
  if (frames_.empty() || (frames_.back().type == Frame::Type::kScript) != script_end) {
    return Convict(Law::kEventInPlace, event.id,
                   "it came when nothing was going on that could cause it", "nothing");
  }
  switch (event.kind) {
    case Event::Kind::kNew:
      return OnNew(event.id);
    case Event::Kind::kGot:
      return OnGot(event.id);
    case Event::Kind::kFinalize:
      return OnFinalize(event.id);
    case Event::Kind::kEnd:
      if (frames_.back().object == event.id) return ScriptEnded(event.flag);
      return Convict(Law::kEventInPlace, event.id,
                     fmt::format("the script of #{} is the one that runs", frames_.back().object),
                     fmt::format("end {}", frames_.back().object));
    case Event::Kind::kFree:
      return OnFree(event.id);
    case Event::Kind::kCollect:
      return OnCollect(event);
    case Event::Kind::kDone:
      return OnDone();
    default:
      return Convict(Law::kEventInPlace, event.id, "the contract knows no such event", "nothing");
  }
}

void EnvelopeJudge::OnNew(ObjectId id) {
  Frame& frame = frames_.back();
  if (frame.type != Frame::Type::kOp || !Allocates(frame.op.code) || frame.answered) {
    return Convict(Law::kEventInPlace, id, "nothing is to be born here", "nothing");
  }
  if (static_cast<size_t>(id) != objects_.size()) {
    return Convict(Law::kIdentity, id, fmt::format("#{} is the next to be born", objects_.size()),
                   fmt::format("new {}", objects_.size()));
  }
  frame.answered = true;
  Object object;
  object.script = frame.op.script;
  if (frame.op.code == OpCode::kNode) {
    object.slots.assign(static_cast<size_t>(frame.op.count), kNone);
    if (HasFinalizer(object)) object.due = Object::Due::kYes;
  } else if (frame.op.code == OpCode::kLeaf) {
    object.kind = Object::Kind::kLeaf;
  } else {
    object.kind = Object::Kind::kWeak;
    object.target = frame.object;
    object.bond = Object::Bond::kAttached;
    frame.object = kNone;
  }
  objects_.push_back(std::move(object));
  registers_[frame.op.dest] = id;
  Changed();
}

void EnvelopeJudge::OnGot(ObjectId id) {
  Frame& frame = frames_.back();
  const OpCode code = frame.op.code;
  if (frame.type != Frame::Type::kOp || frame.answered ||
      (code != OpCode::kLoad && code != OpCode::kDeref)) {
    return Convict(Law::kEventInPlace, id, "nothing was asked for", "nothing");
  }
  frame.answered = true;
  const auto text = [](ObjectId o) { return o == kNone ? "none" : fmt::format("#{}", o); };
  const auto event = [](ObjectId o) { return o == kNone ? "got none" : fmt::format("got {}", o); };
  if (code == OpCode::kLoad) {
    if (id == frame.object) return;
    return Convict(Law::kLoad, id,
                   fmt::format("{} is what was put there, not {}", text(frame.object), text(id)),
                   event(frame.object));
  }
  Object& weak = at(frame.object);
  const ObjectId expected = weak.bond == Object::Bond::kNone ? kNone : weak.target;
  if (id != expected && !(id == kNone && weak.bond == Object::Bond::kMaybe)) {
    return Convict(Law::kDereference, id,
                   fmt::format("#{} yields {}, not {}", frame.object, text(expected), text(id)),
                   event(expected));
  }
  weak.bond = id == kNone ? Object::Bond::kNone : Object::Bond::kAttached;
  registers_[frame.op.dest] = id;
  Changed();
  if (frames_.size() > 1) Touch();
}

// Convicts of `law` where there is no such object (any more).
bool EnvelopeJudge::Known(ObjectId id, Law law) {
  if (exists(id) && !at(id).freed) return true;
  Convict(law, kNone,
          !exists(id)             ? fmt::format("there is no #{} yet", id)
          : law == Law::kFreeOnce ? fmt::format("#{} was freed a second time", id)
                                  : fmt::format("#{} was freed before", id),
          "nothing");
  return false;
}

void EnvelopeJudge::OnFinalize(ObjectId id) {
  const bool after_death = bounds_.finalizers == Envelope::Finalizers::kAfterDeath;
  if (!after_death && !Known(id, Law::kFinalizeAsOften)) return;
  if (!exists(id) || !HasFinalizer(at(id))) {
    return Convict(Law::kFinalizeAsOften, id, fmt::format("#{} has no finalizer", id), "nothing");
  }
  Reach();
  Object& object = at(id);
  if (object.reached && !(collecting() && (object.condemned || object.fell))) {
    return Convict(Law::kNoFinalizeWhileHeld, id,
                   fmt::format("#{} was finalized while {}", id, HeldBy(id)),
                   fmt::format("nothing; #{} lives on", id));
  }
  if (after_death && !object.freed) {
    return Convict(Law::kFinalizeAtOnce, id, fmt::format("#{} was not freed yet", id),
                   fmt::format("free {}", id));
  }
  if (object.due == Object::Due::kNo) {
    return Convict(Law::kFinalizeAsOften, id, fmt::format("the finalizer of #{} ran before", id),
                   "nothing");
  }
  if (bounds_.order == Envelope::Order::kHoldersFirst && collecting() && object.behind) {
    return Convict(Law::kNoFinalizeWhileHeld, id,
                   fmt::format("a finalizer that was due could reach #{}", id), "nothing");
  }
  Note(collecting() ? Situation::kTrashFinalized : Situation::kFinalizerRuns);
  if (in_script()) Note(Situation::kScriptInScript);
  object.due = Object::Due::kNo;
  if (bounds_.weak == Envelope::Weak::kBeforeFinalizer) Unbind(id, Object::Bond::kNone);
  if (bounds_.weak == Envelope::Weak::kEither) Unbind(id, Object::Bond::kMaybe);
  // A collection may run finalizers when it is over, if it came when they could not run.
  const bool by_count = !collecting() && !Referred(id);
  frames_.push_back({.type = Frame::Type::kScript, .by_count = by_count, .object = id});
  Changed();
  if (bounds_.touched == Envelope::Touched::kFreedByNext) Touch();
}

void EnvelopeJudge::ScriptEnded(bool raised) {
  if (violation_) return;
  if (frames_.empty() || frames_.back().type != Frame::Type::kScript) {
    return Convict(Law::kEventInPlace, kNone, "no script was running that could end", "nothing");
  }
  const ObjectId id = frames_.back().object;
  const bool by_count = frames_.back().by_count;
  frames_.pop_back();
  Changed();
  if (raised) Note(Situation::kScriptRaised);
  Reach();
  Object& object = at(id);
  if (object.freed || !(object.reached || (by_count && Referred(id)))) return;
  Note(by_count ? Situation::kResurrectedByFinalizer : Situation::kTrashResurrected);
  if (bounds_.finalizers != Envelope::Finalizers::kEachDeath) return;
  // A count above 0 is a new life. A collection takes it back unless it lasts to its end.
  object.due = by_count ? Object::Due::kYes : Object::Due::kMaybe;
  Changed();
}

// Whether an object that exists refers to it: a count above 0, if it is in a cycle only.
bool EnvelopeJudge::Referred(ObjectId id) const {
  return std::any_of(objects_.begin(), objects_.end(), [id](const Object& o) {
    return !o.freed && std::find(o.slots.begin(), o.slots.end(), id) != o.slots.end();
  });
}

void EnvelopeJudge::OnFree(ObjectId id) {
  if (!Known(id, Law::kFreeOnce)) return;
  Reach();
  Object& object = at(id);
  const std::string lives = fmt::format("nothing; #{} lives on", id);
  if (object.reached) {
    return Convict(Law::kNoFreeWhileHeld, id, fmt::format("#{} was freed while {}", id, HeldBy(id)),
                   lives);
  }
  if (object.due == Object::Due::kYes && bounds_.finalizers != Envelope::Finalizers::kAfterDeath) {
    return Convict(Law::kFinalizeBeforeFree, id,
                   fmt::format("#{} was freed before its finalizer ran", id),
                   fmt::format("finalize {}", id));
  }
  if (object.awaited) {
    return Convict(Law::kNoFreeWhileHeld, id,
                   fmt::format("#{} was freed while a finalizer that is due can reach it", id),
                   lives);
  }
  if (!collecting()) {
    if (!bounds_.prompt) {
      return Convict(Law::kEventInPlace, id, "no collection was running", "nothing");
    }
    Note(Situation::kPlainDeath);
  }
  object.freed = true;
  object.slots.clear();
  Unbind(id, Object::Bond::kNone);
  Changed();
}

// ---- Collections
// ---------------------------------------------------------------------------------

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
  if (bounds_.spares == Envelope::Spares::kAll || bounds_.weak == Envelope::Weak::kWhenFreed) {
    return;
  }
  for (size_t i = 0; i < objects_.size(); ++i) {
    if (objects_[i].reached || objects_[i].freed) continue;
    Unbind(static_cast<ObjectId>(i), Object::Bond::kMaybe);
  }
}

// What is unreachable as a collection begins. One within another, where it does anything at all,
// may find more; whatever the outer one has found, it may still finalize.
void EnvelopeJudge::Condemn(bool first) {
  Reach();
  for (Object& object : objects_) {
    const bool unreachable = !object.freed && !object.reached;
    object.condemned = unreachable || (object.condemned && !first);
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

// ---- Words
// ---------------------------------------------------------------------------------------

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
