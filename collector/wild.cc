// SPDX-License-Identifier: Apache-2.0

// Operations and deaths of a wild collector.

#include "collector/wild.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "collector/wild_collector.h"
#include "model/check.h"

namespace ouro {

// ---- Operations --------------------------------------------------------------------------------

void Wild::Execute(const Op& op) {
  dice_ ^= (static_cast<uint64_t>(op.code) << 32) + op.dest * 64 + op.ref * 8 + op.slot;
  if (op.code == OpCode::kEnd) return End();
  Touch();
  Apply(op);
  Touch();
  if ((counts() || untold()) && OneIn(8)) DieEarly();
  if (OneIn(4)) CollectUnasked();
  if (rules_.queued && OneIn(4)) FinalizeQueued();
  Settle();
}

void Wild::Born(const Op& op) {
  if (fail_in_ > 0 && --fail_in_ == 0) {
    observer_.On(Event::Failed());
    return;
  }
  const bool holds = op.code == OpCode::kWeakWith;
  const bool filled = op.code == OpCode::kNodeWith;
  const ObjectId target = holds || op.code == OpCode::kWeak ? Resolve(op.ref) : kNone;
  const ObjectId even = filled && op.count > 0 ? Resolve(op.ref)
                        : holds                ? Resolve(op.value)
                                               : kNone;
  const ObjectId odd = filled && op.count > 1 ? Resolve(op.value) : kNone;
  held_.insert(held_.end(), {target, even, odd});
  if (OneIn(4)) CollectUnasked();
  held_.resize(held_.size() - 3);
  const auto id = static_cast<ObjectId>(objects_.size());
  Object object;
  object.kind = filled ? OpCode::kNode : holds ? OpCode::kWeak : op.code;
  if (object.kind == OpCode::kNode) {
    for (int slot = 0; slot < op.count; ++slot) object.slots.push_back(slot % 2 == 0 ? even : odd);
    object.script = op.script;
    object.due = op.script != kNoScript;
  } else if (object.kind == OpCode::kWeak) {
    object.target = target;
    if (holds) object.slots.push_back(even);
    object.yields = true;
    object.script = op.script;
    object.due = op.script != kNoScript;
  }
  objects_.push_back(std::move(object));
  registers_[op.dest] = id;
  observer_.On(Event::New(id));
}

void Wild::Apply(const Op& op) {
  switch (op.code) {
    case OpCode::kNode:
    case OpCode::kLeaf:
    case OpCode::kWeak:
    case OpCode::kWeakWith:
    case OpCode::kMap:
    case OpCode::kNodeWith:
      return Born(op);
    case OpCode::kCopy:
    case OpCode::kEmptyRegister:
      registers_[op.dest] = op.code == OpCode::kCopy ? Resolve(op.ref) : kNone;
      return;
    case OpCode::kLoad: {
      const ObjectId id = at(Resolve(op.ref)).slots[op.slot];
      registers_[op.dest] = id;
      if (counts() && OneIn(4)) Settle();  // the old value dies before the report
      observer_.On(Event::Got(id));
      return;
    }
    case OpCode::kDeref: {
      const ObjectId id = TargetOf(Resolve(op.ref));
      observer_.On(Event::Got(id));
      registers_[op.dest] = id;
      return;
    }
    case OpCode::kDispose:
      return Dispose(Resolve(op.ref));
    case OpCode::kClear:
    case OpCode::kCopySlots:
      return Fill(op);
    case OpCode::kPush:
      return pushed_.push_back(Resolve(op.ref));
    case OpCode::kPop:
      return pushed_.pop_back();
    case OpCode::kMapGet:
    case OpCode::kMapPut:
    case OpCode::kMapRemove:
      return ApplyToMap(op);
    case OpCode::kStore:
    case OpCode::kEmptySlot:
      at(Resolve(op.ref)).slots[op.slot] = op.code == OpCode::kStore ? Resolve(op.value) : kNone;
      return;
    case OpCode::kTakeGarbage:
      registers_[op.dest] = garbage_[static_cast<size_t>(op.count)];
      observer_.On(Event::Got(registers_[op.dest]));
      return;
    case OpCode::kClearGarbage:
      return garbage_.clear();
    case OpCode::kCensus:
      return Census();
    case OpCode::kCollect:
      observer_.On(Event::Collect(op.count, false));
      Collect(/*must=*/op.count == kGenerations - 1 && selves_.empty());
      observer_.On(Event::Done(static_cast<int32_t>(Roll() % 8)));  // bounds say nothing of it
      return;
    case OpCode::kStep:
      return CollectInSteps();
    default:
      return Set(op);
  }
}

void Wild::Set(const Op& op) {
  if (op.code == OpCode::kFail) fail_in_ = op.count;
  if (op.code == OpCode::kEnable || op.code == OpCode::kDisable) {
    enabled_ = op.code == OpCode::kEnable;
  }
  if (op.code == OpCode::kSaveallOn || op.code == OpCode::kSaveallOff) {
    saveall_ = op.code == OpCode::kSaveallOn;
  }
}

void Wild::Fill(const Op& op) {
  Ids& slots = at(Resolve(op.ref)).slots;
  if (op.code == OpCode::kClear) return slots.assign(slots.size(), kNone);
  const Ids& from = at(Resolve(op.value)).slots;
  std::copy_n(from.begin(), std::min(from.size(), slots.size()), slots.begin());
}

void Wild::Dispose(ObjectId id) {
  held_.push_back(id);
  selves_.push_back(id);
  observer_.On(Event::Finalize(id));
  selves_.pop_back();
  held_.pop_back();
}

void Wild::ApplyToMap(const Op& op) {
  const std::pair<ObjectId, ObjectId> pair = {Resolve(op.ref), Resolve(op.key)};
  if (op.code == OpCode::kMapPut) entries_[pair] = Resolve(op.value);
  if (op.code == OpCode::kMapRemove) entries_.erase(pair);
  if (op.code != OpCode::kMapGet) return;
  registers_[op.dest] = Lookup(pair);
  observer_.On(Event::Got(registers_[op.dest]));
}

// Of what is dead, and of leaves and weak references, any.
void Wild::Census() {
  const Marks alive = Alive();
  Ids listed;
  for (size_t id = 0; id < objects_.size(); ++id) {
    const bool must = alive[id] && objects_[id].kind == OpCode::kNode;
    if (!objects_[id].freed && (must || Coin())) listed.push_back(static_cast<ObjectId>(id));
  }
  Shuffle(&listed);
  for (const ObjectId id : listed) {
    observer_.On(Event::Tracked(id, static_cast<int>(Roll() % kGenerations)));
  }
}

// ---- Deaths ------------------------------------------------------------------------------------

// Returns whether the script raised.
bool Wild::Finalize(ObjectId id) {
  using W = Envelope::Weak;
  if (rules_.weak == W::kBeforeFinalizer || (rules_.weak == W::kEither && Coin())) ClearWeakTo(id);
  at(id).due = false;
  const bool by_count = collections_ == 0 && !at(id).freed && !Referenced(id);
  if (collections_ > 0 && rules_.touched == Envelope::Touched::kFreedByNext) {
    Marks marks(objects_.size());
    const Marks alive = Alive();
    Reach({id}, &marks, &alive);
    for (size_t other = 0; other < marks.size(); ++other) {
      objects_[other].near = objects_[other].near || marks[other];
    }
  }
  selves_.push_back(finalized_alive() ? id : kNone);
  const bool raised = observer_.On(Event::Finalize(id)) == ScriptEnd::kRaised;
  selves_.pop_back();
  if (at(id).freed || rules_.finalizers != Envelope::Finalizers::kEachDeath) return raised;
  // Another death will come. Of what a collection found, not every collector can tell.
  if (by_count && Referenced(id)) at(id).due = true;
  if (!by_count && IsAlive(id)) at(id).due = Coin();
  return raised;
}

void Wild::Call(ObjectId weak) {
  at(weak).yields = at(weak).due = false;
  selves_.push_back(weak);
  observer_.On(Event::Callback(weak));
  selves_.pop_back();
}

// A weak reference to one of them whose callback runs now, before they die, or kNone. Each is asked
// once.
ObjectId Wild::CallOf(const Ids& victims, std::set<ObjectId>* asked) {
  const bool must = rules_.callbacks == Envelope::Callbacks::kBeforeFree && !rules_.queued;
  for (size_t i = 0; i < objects_.size(); ++i) {
    const auto weak = static_cast<ObjectId>(i);
    const bool of_them =
        std::find(victims.begin(), victims.end(), at(weak).target) != victims.end();
    if (!of_them || !at(weak).due || at(weak).freed || !asked->insert(weak).second) continue;
    if (IsAlive(weak) ? must || Coin() : Coin()) return weak;
  }
  return kNone;
}

bool Wild::MayDie(ObjectId id) {
  const Marks alive = Alive();
  if (at(id).freed || alive[static_cast<size_t>(id)] || Awaited(id, alive)) return false;
  return !(DueFinalizer(at(id)) && finalized_alive());
}

// Frees them, in this order, and what refers to them; no script runs in between.
void Wild::Free(Ids victims) {
  std::set<ObjectId> asked;
  while (true) {
    std::erase_if(victims, [this](ObjectId id) { return !MayDie(id); });
    if (!AddHolders(&victims, counts() && collections_ == 0 && !untold())) return;
    const ObjectId weak = CallOf(victims, &asked);
    if (weak == kNone) break;
    Call(weak);
  }
  for (const ObjectId id : victims) {
    Object& object = at(id);
    object.freed = true;
    if (DueFinalizer(object)) owed_.push_back({id, false});
    object.slots.clear();
    RemoveEntries(id);
    ClearWeakTo(id);
    observer_.On(Event::Free(id));
  }
}

// The next step of a death.
void Wild::Die(ObjectId id) {
  if (DueFinalizer(at(id)) && finalized_alive()) {
    Finalize(id);
  } else {
    Free({id});
  }
}

// Runs a callback or a finalizer that is owed; false if none has to, or will, run now.
bool Wild::PayOne() {
  std::erase_if(owed_, [this](const Owed& owed) {
    const Object& object = at(owed.id);
    return !object.due || (object.kind == OpCode::kWeak && (object.freed || !IsAlive(owed.id)));
  });
  std::vector<size_t> choice;
  for (size_t i = 0; i < owed_.size(); ++i) {
    if (!rules_.queued || owed_[i].now || OneIn(4)) choice.push_back(i);
  }
  if (choice.empty()) return false;
  const auto one = owed_.begin() + static_cast<ptrdiff_t>(choice[Roll() % choice.size()]);
  const ObjectId id = one->id;
  owed_.erase(one);
  if (at(id).kind == OpCode::kWeak) {
    Call(id);
  } else {
    Finalize(id);
  }
  return true;
}

// One death of something to which nothing refers, or a script that is owed; false if there is none.
bool Wild::Step() {
  if (!owed_.empty() && Coin() && PayOne()) return true;
  Ids dying;
  for (const ObjectId id : counts() ? Dead() : Ids()) {
    const bool waits = rules_.queued && DueFinalizer(at(id)) && finalized_alive();
    if (!Referenced(id) && !(waits && Coin())) dying.push_back(id);
  }
  if (dying.empty() || (rules_.prompt == Envelope::Prompt::kEither && Coin())) return PayOne();
  const ObjectId id = dying[Roll() % dying.size()];
  // As CPython's deaths clear weak references before they let go of what the object refers to.
  if (rules_.weak == Envelope::Weak::kEither && OneIn(4)) ClearWeakTo(id);
  Die(id);
  return true;
}

// Before an operation of main ends, all that has to die has died; within a script that can wait.
void Wild::Settle() {
  while (selves_.empty() || !OneIn(3)) {
    if (!Step()) return;
  }
}

// Trash may die whenever a collection that nobody tells of finds it, or counting, in any order.
void Wild::DieEarly() {
  for (const ObjectId id : Dead()) {
    const Marks alive = Alive();
    if (at(id).freed || alive[static_cast<size_t>(id)] || Awaited(id, alive) || Coin()) continue;
    if (untold() || DyingByCount()[static_cast<size_t>(id)]) Die(id);
  }
}

// A finalizer that a collection has put off.
void Wild::FinalizeQueued() {
  if (!finalized_alive()) return;
  for (const ObjectId id : Dead()) {
    const bool first = rules_.order == Envelope::Order::kHoldersFirst && Awaited(id, Alive());
    if (at(id).freed || !DueFinalizer(at(id)) || !at(id).deferred || IsAlive(id) || first) continue;
    Finalize(id);
    return;
  }
}

std::unique_ptr<Collector> MakeWild(Observer& observer, const Contract& contract, uint64_t seed) {
  CHECK(contract.bounds() != nullptr);
  return std::make_unique<Wild>(observer, *contract.bounds(), seed);
}

}  // namespace ouro
