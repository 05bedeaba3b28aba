// The shadow heap is what a lawful collector's heap must look like: every object, what it refers
// to, and who holds it. It follows events; it convicts nobody.
//
// Place: the lower half of the judge. It knows what a reference is and how a death spreads; the
// judge above it knows the laws.
//
// Holding. An object is *held* by a register, the garbage list, a running script (its `self`), a
// callback that is due, or a slot of an object that is not dying: these are firm references. What
// nothing holds firmly is *unheld*: a finalizer or callbacks may be due, which it awaits with its
// slots intact. When nothing is due (any more), it *lets go*: its references become loose, and what
// has only loose references is unheld in turn. So a death spreads at once over all that it will
// take, while the collector reports it piece by piece, in its own order.
//
// Until the collector shows otherwise, an unheld object may still be rescued by a script that
// dereferences a weak reference to it: letting go is undone. An event that only a death explains
// *dooms* the object and proves that whoever held it loosely has released it. Slots are released in
// ascending order (section 1, experiment O2), so lower slots are proved to be released as well.
// What is not released still counts as a reference in a collection (fact 6).

#ifndef MODEL_JUDGE_SHADOW_HEAP_H_
#define MODEL_JUDGE_SHADOW_HEAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/collector.h"

namespace ouro {

struct ShadowObject {
  enum class Kind : uint8_t { kNode, kLeaf, kWeak, kList };

  // How far a weak reference is still bound to its target.
  enum class Bond : uint8_t {
    kNone,      // it has no target (any more)
    kAttached,  // it yields its target, whose death calls it
    kMaybe,     // the contract leaves open whether a collection detached it
  };

  Kind kind = Kind::kNode;
  bool freed = false;
  bool releasing = false;    // unheld, nothing due: its references are loose
  bool doomed = false;       // its death is proved; untracked, weak references detached
  bool finalized = false;    // the finalizer ran: in this death, or ever, as the contract says
  bool resurrected = false;  // it has survived its own finalizer
  bool listed = false;       // in ShadowHeap::dying
  bool found = false;        // trash of the running collection that is still in its hands
  bool kept = false;         // ... of its uncollectable set instead
  bool saved = false;        // the running collection put it into the garbage list
  bool called = false;       // a weak reference whose callback ran
  bool called_back = false;  // trash whose callback ran, and may have brought it back (2.x)
  bool cleared = false;      // trash that the running collection clears
  bool in_garbage = false;   // it has been in the garbage list
  bool moving = false;       // a weak reference in the hands of the running collection
  bool maybe_held = false;   // a weak reference that its dying target may hold: see MakeCallsDue
  Bond bond = Bond::kNone;
  int8_t script = kNoScript;
  int8_t generation = -1;  // -1: untracked
  int32_t released = 0;    // letting go: the slots below are proved to be released
  uint32_t proof = 0;      // the last ProveDying that was about its death
  int32_t tracked_at = 0;  // place in ShadowHeap's list of its generation
  int32_t outside = -1;    // references from outside of a set that is examined; -1: not in it
  int32_t firm = 0;
  int32_t loose = 0;
  ObjectId target = kNone;              // of a weak reference, also after it was detached
  std::vector<ObjectId> slots;          // of a node
  std::vector<ObjectId> weaks;          // bound weak references, oldest first
  std::vector<ObjectId> calls;          // callbacks that are due, next one first; they are held
  std::vector<ObjectId> detained;       // weak references that the death holds: MakeCallsDue
  std::vector<ObjectId> loose_holders;  // who refers to it loosely, once a reference

  bool has_finalizer() const { return kind == Kind::kNode && script != kNoScript; }
};

class ShadowHeap {
 public:
  explicit ShadowHeap(const Contract& contract) : contract_(&contract) {}

  void Reset();

  // Births and the registers, slots and garbage list that hold objects. Old values go last.
  ObjectId NewNode(int slots, int8_t script);
  ObjectId NewLeaf();
  ObjectId NewWeak(ObjectId target, int8_t script);
  void SetRegister(int index, ObjectId value);
  void SetSlot(ObjectId node, int index, ObjectId value);
  void AppendGarbage(ObjectId id);
  // All elements are let go, last first (section 1: lists release from the end).
  void ClearGarbage();

  // A firm reference appears or goes, from a script, a pending callback or the above.
  void Hold(ObjectId id);
  void Release(ObjectId id);

  // What must happen before `id` may be freed.
  bool FinalizerDue(const ShadowObject& object) const;
  bool CallbacksDue(const ShadowObject& object) const;

  // Whether `id` is held at this moment, if only by what is about to release it. Slots are released
  // in ascending order, so that is certain, unless trash that is being cleared holds it: in which
  // order that is done is the collector's choice.
  bool HeldForNow(ObjectId id) const;

  // An event showed that unheld `id` is dying: whoever held it loosely has released it.
  void ProveDying(ObjectId id);
  // The death proper begins: untracked, weak references detached. Those with callbacks that must
  // run are in `calls` before.
  void Doom(ObjectId id);
  // All bound weak references of `id` are detached, and those with callbacks become its due calls,
  // newest first. A death by reference count holds all of them until the last callback has run,
  // except the newest two as long as they have none: PyObject_ClearWeakRefs clears those before it
  // saves the rest in a tuple, but 3.13 saves all, so these are `maybe_held`. A collection
  // (`by_collection`) holds each until its own has, and does not call those that are its trash
  // themselves (handle_weakrefs).
  void MakeCallsDue(ObjectId id, bool by_collection);
  // A call of `id` is over.
  void CallMade(ObjectId id);
  // No callback of `id` is due any more, or its finalizer is not: it lets go if it can.
  void Settle(ObjectId id);
  void Free(ObjectId id);
  // `id` is cleared by a collection, whatever holds it within the trash.
  void Clear(ObjectId id);
  // A weak reference loses its target; nothing is called.
  void Detach(ObjectId weak);

  // What an operation let go is released for certain when it ends: nothing that began to let go
  // after `mark` counts as a reference any more.
  size_t LooseMark() const { return loose_log_.size(); }
  void ReleaseSince(size_t mark);

  void SetGeneration(ObjectId id, int generation);
  // Objects of generations 0 ... `generation`, youngest generation first; else in no fixed order.
  void ListTracked(int generation, std::vector<ObjectId>* ids) const;
  // Those objects are untracked, until SetGeneration moves them, one by one.
  void ForgetTracked(int generation);

  ShadowObject& at(ObjectId id) {
    return id >= 0 ? objects_[static_cast<size_t>(id)] : lists_[static_cast<size_t>(-2 - id)];
  }
  const ShadowObject& at(ObjectId id) const { return const_cast<ShadowHeap*>(this)->at(id); }
  bool exists(ObjectId id) const { return id >= 0 && id < count_; }
  ObjectId count() const { return count_; }
  ObjectId reg(int index) const { return registers_[static_cast<size_t>(index)]; }
  const std::vector<ObjectId>& garbage() const { return garbage_; }

  // Objects that became unheld since the judge last emptied it; some are held again.
  std::vector<ObjectId> dying;

 private:
  ObjectId New(ShadowObject::Kind kind);
  void BeginReleasing(ObjectId id);
  void UndoReleasing(ObjectId id);
  void ForgetMaybeHeld(ObjectId target);
  void DropLoose(ObjectId id, ObjectId holder);
  void ReleaseThrough(ObjectId holder, size_t slot);
  void Unheld(ObjectId id);
  void Spread();

  const Contract* contract_;
  std::vector<ShadowObject> objects_;  // records are reused by Reset; the first count_ count
  ObjectId count_ = 0;
  std::vector<ShadowObject> lists_;  // garbage lists that were cleared: holders -2, -3, ...
  std::array<ObjectId, kRegisters> registers_{};
  std::vector<ObjectId> garbage_;
  std::array<std::vector<ObjectId>, kGenerations> tracked_;
  std::vector<ObjectId> loose_log_;   // who let go, in order
  std::vector<ObjectId> unheld_;      // worklist of Spread
  std::vector<ObjectId> proving_;     // worklist of ProveDying
  std::vector<ObjectId> gone_;        // worklist of ReleaseThrough
  std::vector<ObjectId> maybe_held_;  // all that are
  uint32_t proofs_ = 0;               // counts ProveDying
  bool spreading_ = false;
};

}  // namespace ouro

#endif  // MODEL_JUDGE_SHADOW_HEAP_H_
