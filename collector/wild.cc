// SPDX-License-Identifier: Apache-2.0

// See wild.h. Read Execute and Settle first: they are reference counting with choices; then
// Collect.

#include "collector/wild.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "model/check.h"

namespace ouro {
namespace {

using Ids = std::vector<ObjectId>;

class Wild final : public Collector {
 public:
  Wild(Observer& observer, const Envelope& rules, uint64_t seed)
      : observer_(observer), rules_(rules), seed_(seed) {
    Reset();
  }

  void Execute(const Op& op) override;

  void Reset() override {
    objects_.clear();
    registers_.fill(kNone);
    selves_.clear();
    owed_.clear();
    collections_ = strays_ = 0;
    dice_ = seed_;
  }

 private:
  struct Object {
    OpCode kind = OpCode::kLeaf;  // kNode, kLeaf or kWeak
    Ids slots;
    int8_t script = kNoScript;
    ObjectId target = kNone;  // of a weak reference
    bool yields = false;      // it yields its target
    bool due = false;         // its finalizer has yet to run
    bool freed = false;
    bool touched = false;  // a script of the running collection could reach it
    int survived = 0;      // full collections that found it, and might have freed it
  };

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

  // What registers and running scripts reach.
  Marks Alive() {
    Marks marks(objects_.size());
    Reach(Ids(registers_.begin(), registers_.end()), &marks);
    Reach(selves_, &marks);
    return marks;
  }
  bool IsAlive(ObjectId id) { return Alive()[static_cast<size_t>(id)]; }

  // Whether a register, a running script or a slot of an existing object refers to it.
  bool Referenced(ObjectId id) {
    const auto has = [id](const auto& ids) {
      return std::find(ids.begin(), ids.end(), id) != ids.end();
    };
    return has(registers_) || has(selves_) ||
           std::any_of(objects_.begin(), objects_.end(),
                       [&](const Object& o) { return !o.freed && has(o.slots); });
  }

  // Whether another dead object that has yet to be finalized can reach it.
  bool Awaited(ObjectId id, const Marks& alive) {
    if (!finalized_alive()) return false;
    Marks marks(objects_.size());
    for (size_t other = 0; other < objects_.size(); ++other) {
      const Object& object = objects_[other];
      if (object.freed || !object.due || alive[other]) continue;
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

  // ---- Deaths ----------------------------------------------------------------------------------

  void ClearWeakTo(ObjectId target) {
    for (Object& object : objects_) object.yields = object.yields && object.target != target;
  }

  void Finalize(ObjectId id);
  void Free(ObjectId id);
  void Settle();
  void PayOne();
  bool Step();
  void FreeSomethingEarly();

  // ---- Collections -----------------------------------------------------------------------------

  void Collect(bool must);
  void ClearWeakIn(const Ids& trash);
  void FinalizeIn(const Ids& trash, bool must);
  void FreeIn(const Ids& trash, const Marks& behind, bool must);
  void Touch();

  void Born(const Op& op);
  void Apply(const Op& op);

  Observer& observer_;
  const Envelope& rules_;
  const uint64_t seed_;
  uint64_t dice_ = 0;
  std::vector<Object> objects_;
  std::array<ObjectId, kRegisters> registers_{};
  Ids selves_;  // of running scripts, the innermost last; kNone if its object is freed
  Ids owed_;    // freed, and their finalizers have yet to run
  int collections_ = 0;
  int strays_ = 0;
};

// ---- Operations --------------------------------------------------------------------------------

void Wild::Execute(const Op& op) {
  dice_ ^= (static_cast<uint64_t>(op.code) << 32) + op.dest * 64 + op.ref * 8 + op.slot;
  Touch();
  Apply(op);
  Touch();
  if (rules_.prompt && OneIn(8)) FreeSomethingEarly();
  Settle();
}

void Wild::Born(const Op& op) {
  const auto id = static_cast<ObjectId>(objects_.size());
  Object object;
  object.kind = op.code;
  if (op.code == OpCode::kNode) {
    object.slots.assign(static_cast<size_t>(op.count), kNone);
    object.script = op.script;
    object.due = op.script != kNoScript;
  } else if (op.code == OpCode::kWeak) {
    object.target = Resolve(op.ref);
    object.yields = true;
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
      return Born(op);
    case OpCode::kCopy:
      registers_[op.dest] = Resolve(op.ref);
      return;
    case OpCode::kLoad: {
      const ObjectId id = at(Resolve(op.ref)).slots[op.slot];
      registers_[op.dest] = id;
      if (rules_.prompt && OneIn(4)) Settle();  // the old value dies before the report
      observer_.On(Event::Got(id));
      return;
    }
    case OpCode::kDeref: {
      const Object& weak = at(Resolve(op.ref));
      const ObjectId id = weak.yields ? weak.target : kNone;
      observer_.On(Event::Got(id));
      registers_[op.dest] = id;
      return;
    }
    case OpCode::kStore:
      at(Resolve(op.ref)).slots[op.slot] = Resolve(op.value);
      return;
    case OpCode::kEmptySlot:
      at(Resolve(op.ref)).slots[op.slot] = kNone;
      return;
    case OpCode::kEmptyRegister:
      registers_[op.dest] = kNone;
      return;
    case OpCode::kCollect:
      observer_.On(Event::Collect(op.count, false));
      Collect(/*must=*/op.count == kGenerations - 1 && selves_.empty());
      observer_.On(Event::Done(static_cast<int32_t>(Roll() % 8)));  // bounds say nothing of it
      return;
    default:
      return;
  }
}

// ---- Deaths ------------------------------------------------------------------------------------

void Wild::Finalize(ObjectId id) {
  using W = Envelope::Weak;
  if (rules_.weak == W::kBeforeFinalizer || (rules_.weak == W::kEither && Coin())) ClearWeakTo(id);
  at(id).due = false;
  const bool by_count = collections_ == 0 && !at(id).freed && !Referenced(id);
  if (collections_ > 0 && rules_.touched == Envelope::Touched::kFreedByNext) {
    Marks marks(objects_.size());
    Reach({id}, &marks);
    for (size_t other = 0; other < marks.size(); ++other) {
      objects_[other].touched = objects_[other].touched || marks[other];
    }
  }
  selves_.push_back(at(id).freed ? kNone : id);
  observer_.On(Event::Finalize(id));
  selves_.pop_back();
  if (at(id).freed || rules_.finalizers != Envelope::Finalizers::kEachDeath) return;
  // Another death will come. Of what a collection found, not every collector can tell.
  if (by_count && Referenced(id)) at(id).due = true;
  if (!by_count && IsAlive(id)) at(id).due = Coin();
}

void Wild::Free(ObjectId id) {
  Object& object = at(id);
  object.freed = true;
  if (object.due) owed_.push_back(id);
  object.slots.clear();
  ClearWeakTo(id);
  observer_.On(Event::Free(id));
}

// Runs a finalizer that is owed. REQUIRES: there is one.
void Wild::PayOne() {
  std::swap(owed_[Roll() % owed_.size()], owed_.back());
  const ObjectId id = owed_.back();
  owed_.pop_back();
  Finalize(id);
}

// One death of something to which nothing refers, or a finalizer that is owed; false if there is
// none.
bool Wild::Step() {
  if (!owed_.empty() && (Coin() || !rules_.prompt)) {
    PayOne();
    return true;
  }
  if (!rules_.prompt) return false;
  Ids dying;
  for (const ObjectId id : Dead()) {
    if (!Referenced(id)) dying.push_back(id);
  }
  if (dying.empty()) return !owed_.empty();
  const ObjectId id = dying[Roll() % dying.size()];
  // As CPython's deaths clear weak references before they let go of what the object refers to.
  if (rules_.weak == Envelope::Weak::kEither && OneIn(4)) ClearWeakTo(id);
  if (at(id).due && finalized_alive()) {
    Finalize(id);
  } else {
    Free(id);
  }
  return true;
}

// Before an operation of main ends, all that has to die has died; within a script that can wait.
void Wild::Settle() {
  while (selves_.empty() || !OneIn(3)) {
    if (!Step()) return;
  }
}

// Trash may die whenever counting finds it: the bounds ask for a collection only where nothing
// counts.
void Wild::FreeSomethingEarly() {
  for (const ObjectId id : Dead()) {
    const Marks alive = Alive();
    if (at(id).freed || alive[static_cast<size_t>(id)] || Awaited(id, alive) || Coin()) continue;
    if (at(id).due && finalized_alive()) {
      Finalize(id);
    } else {
      Free(id);
    }
  }
}

// ---- Collections -------------------------------------------------------------------------------

// A script that does anything can reach what registers and its object reach.
void Wild::Touch() {
  if (collections_ == 0 || selves_.empty()) return;
  const Marks alive = Alive();
  for (size_t id = 0; id < objects_.size(); ++id) {
    objects_[id].touched = objects_[id].touched || alive[id];
  }
}

// `must`: it is full, and in no script, so that the bounds demand something of it.
void Wild::Collect(bool must) {
  if (!must && OneIn(3)) return;
  if (rules_.spares == Envelope::Spares::kAll) must = false;
  if (collections_ == 0) {
    for (Object& object : objects_) object.touched = false;
  }
  const Ids trash = Dead();
  Marks behind(objects_.size());
  for (const ObjectId id : trash) {
    if (at(id).due) Reach(at(id).slots, &behind);
  }
  ++collections_;
  ClearWeakIn(trash);
  FinalizeIn(trash, must);
  FreeIn(trash, behind, must);
  --collections_;
}

void Wild::ClearWeakIn(const Ids& trash) {
  using W = Envelope::Weak;
  const std::set<ObjectId> found(trash.begin(), trash.end());
  const bool spares_all = rules_.spares == Envelope::Spares::kAll;
  for (size_t id = 0; id < objects_.size(); ++id) {
    Object& weak = objects_[id];
    if (weak.kind != OpCode::kWeak || weak.freed) continue;
    const bool is_trash = found.contains(static_cast<ObjectId>(id));
    if (rules_.weak == W::kEither && is_trash && Coin()) weak.yields = false;
    if (!found.contains(weak.target) || spares_all) continue;
    if (rules_.weak == W::kWhenFreed) continue;
    // What is trash of the same collection may yield until its target is freed.
    const bool choice = rules_.weak == W::kEither || is_trash;
    if (!choice || Coin()) weak.yields = false;
  }
}

void Wild::FinalizeIn(const Ids& trash, bool must) {
  if (!finalized_alive()) return;
  Ids due;
  for (const ObjectId id : trash) {
    if (at(id).due) due.push_back(id);
  }
  if (rules_.order == Envelope::Order::kHoldersFirst) {
    Marks reached(objects_.size());
    for (const ObjectId id : due) Reach(at(id).slots, &reached);
    std::erase_if(due, [&](ObjectId id) { return reached[static_cast<size_t>(id)]; });
  }
  for (const ObjectId id : due) {
    if (at(id).freed || !at(id).due) continue;  // by count, in the script of another
    const bool free_choice = !must || at(id).touched || IsAlive(id);
    if (free_choice && Coin()) continue;
    if (!must && IsAlive(id)) continue;
    Finalize(id);
  }
}

void Wild::FreeIn(const Ids& trash, const Marks& behind, bool must) {
  for (const ObjectId id : trash) {
    const Marks alive = Alive();
    if (at(id).freed || alive[static_cast<size_t>(id)] || Awaited(id, alive)) continue;
    if (at(id).due && finalized_alive()) continue;
    const bool spared =
        rules_.spares == Envelope::Spares::kBehindFinalizers && behind[static_cast<size_t>(id)];
    if ((!must || at(id).touched || spared) && Coin()) continue;
    if (must && !at(id).touched && ++at(id).survived < rules_.collections && Coin()) continue;
    if (must && strays_ < rules_.strays && OneIn(16)) {
      ++strays_;
      continue;
    }
    Free(id);
    if (!owed_.empty() && OneIn(4)) PayOne();
  }
}

}  // namespace

std::unique_ptr<Collector> MakeWild(Observer& observer, const Contract& contract, uint64_t seed) {
  CHECK(contract.envelope != nullptr);
  return std::make_unique<Wild>(observer, *contract.envelope, seed);
}

}  // namespace ouro
