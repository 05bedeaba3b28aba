// SPDX-License-Identifier: Apache-2.0

// The shadow heap is the heap that a lawful collector must have at this moment: every object, what
// it refers to, and what refers to it. It follows operations and events; it convicts of nothing.
//
// Place: the lower half of the exact judge. It knows what a reference is and how a death spreads;
// the judge above it knows the laws.
//
// Firm and loose references. Registers, the garbage list, running scripts (their `self`), callbacks
// that are due, and slots of objects that are not dying are *firm* references. An object with a
// firm reference is *held*; without one it is *unheld*: its finalizer or callbacks may be due, and
// until they have run its slots are intact. Once nothing is due, it is *releasing*: its slots
// become *loose* references, and what has loose references only is unheld in turn. So a death
// spreads at once over all objects that it will take, while the collector reports it piece by
// piece, in an order of its own:
//
//                           nothing due                  an event about it, or about
//             last firm     (any more)                   what it refers to
//   held  ------------> unheld  ----------->  releasing  ----------->  doomed  ------>  freed
//    ^   reference goes    |                      |         proved               free
//    |                     |                      |
//    +---------------------+----------------------+
//     a script dereferences a weak reference to it: its slots are firm again
//
// Rescue. Until an event proves otherwise, the collector may not have begun with an unheld object,
// and a script may rescue it by dereferencing a weak reference to it. Then UndoReleasing makes the
// slots of all releasing objects that it reaches firm again.
//
// Proof. An event that only a death explains *dooms* the object: ProveDying. It also proves that
// every object that referred to it loosely has released that reference, so that object is dying as
// well, and so on upwards. An object releases its slots in ascending order (section 1, experiment
// O2), so its lower slots are released, too, and what they referred to is gone, unless something
// else still refers to it: ReleaseThrough, downwards. A release that is not proved still counts as
// a reference in a collection (architecture, fact 6). When an operation ends, all releases that it
// began are over: ReleaseSince.
//
// Entries. An entry of a map is a firm reference to its value. Once the map or the key is freed, or
// a collection clears it, the entry is gone, and its value one of a list of loose references
// (section 14).
//
// Complexity: each reference becomes loose once a death and is proved released once, so all of this
// is amortized O(1) for each store. Memory is reused by Reset.

#ifndef MODEL_JUDGE_SHADOW_HEAP_H_
#define MODEL_JUDGE_SHADOW_HEAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/collector.h"
#include "model/judge/entries.h"

namespace ouro {

// An object, a garbage list that was cleared, or the values of entries that are gone. The judge
// reads and sets the fields that concern laws and collections; those of references change through
// ShadowHeap only.
struct ShadowObject {
  enum class Kind : uint8_t { kNode, kLeaf, kWeak, kMap, kList };

  // Whether a weak reference is still bound to its target.
  enum class Bond : uint8_t {
    kNone,      // it yields nothing
    kAttached,  // it yields its target, whose death runs its callback
    kMaybe,     // the contract leaves open whether a collection has cleared it
  };

  Kind kind = Kind::kNode;
  bool freed = false;
  bool releasing = false;    // unheld, nothing due: its slots are loose references
  bool doomed = false;       // its death is proved: untracked, weak references detached
  bool finalized = false;    // the finalizer ran: in this death, or ever, as the contract says
  bool resurrected = false;  // it has survived its own finalizer
  bool listed = false;       // in ShadowHeap::dying
  // Of the running collection; the judge sets these.
  bool found = false;        // trash that the collection still has in its list
  bool kept = false;         // ... in its uncollectable set instead
  bool saved = false;        // put into the garbage list
  bool cleared = false;      // trash that it clears
  bool moving = false;       // a weak reference whose callback it runs
  bool called_back = false;  // a weak reference that was trash, and that its callback may resurrect
  // Of weak references and the garbage list.
  bool called = false;      // the callback ran
  bool in_garbage = false;  // it has been in the garbage list
  Bond bond = Bond::kNone;
  int8_t script = kNoScript;
  int8_t generation = -1;  // -1: untracked
  int32_t released = 0;    // releasing: the slots below this one are proved to be released
  uint32_t proof = 0;      // the number of the last ProveDying that concerned it
  uint32_t proved = 0;     // ... that proves its death
  uint32_t began = 0;      // releasing: since that release (ShadowHeap::release_)
  uint32_t unheld = 0;     // the release in which it lost its last firm reference
  int32_t tracked_at = 0;  // place in ShadowHeap's list of its generation
  int32_t outside = -1;    // references from outside the set that FindTrash examines; -1: not in it
  int32_t firm = 0;
  int32_t loose = 0;
  ObjectId target = kNone;         // of a weak reference, also after it was detached
  std::vector<ObjectId> slots;     // of a node, or the one of a weak reference that has it
  std::vector<ObjectId> weaks;     // weak references bound to it, oldest first
  std::vector<ObjectId> calls;     // weak references whose callbacks are due, next one first; held
  std::vector<ObjectId> detained;  // weak references that its death holds: MakeCallsDue
  std::vector<ObjectId> loose_holders;  // the objects that refer to it loosely, once a reference

  bool has_finalizer() const { return kind == Kind::kNode && script != kNoScript; }
  bool has_content() const {
    return kind == Kind::kNode || kind == Kind::kMap || (kind == Kind::kWeak && !slots.empty());
  }
  // A collection empties it, whatever refers to it.
  bool clearing() const { return cleared || called_back; }
};

// REQUIRES, for every method: the object exists; Free, Clear, Doom: it is not freed.
class ShadowHeap {
 public:
  // `rules` must outlive it.
  explicit ShadowHeap(const ExactRules& rules) : rules_(rules) {}

  void Reset();

  // Births, and slots, which refer firmly. The new value is held before the old one is released.
  ObjectId NewNode(int slots, int8_t script);
  ObjectId NewLeaf() { return New(ShadowObject::Kind::kLeaf); }
  ObjectId NewWeak(ObjectId target, int8_t script, int slots);
  ObjectId NewMap();
  void SetSlot(ObjectId node, int index, ObjectId value);
  // The same for the first slots at once: all are written before the first old value is released.
  void SetSlots(ObjectId node, const std::vector<ObjectId>& values);
  // The value of an entry, or kNone; makes an entry or changes its value; removes one, if there is
  // one.
  ObjectId ValueOf(ObjectId map, ObjectId key) const;
  void SetEntry(ObjectId map, ObjectId key, ObjectId value);
  void RemoveEntry(ObjectId map, ObjectId key);
  // Whether it is a map with an entry, or a key.
  bool HasEntries(ObjectId id) const { return !entries_.of(id).empty(); }
  // Calls each(value, other) for the entries of `id`, a map or a key; `other` is the key or the
  // map.
  template <typename F>
  void ForEachEntry(ObjectId id, F each) const {
    entries_.ForEach(id, each);
  }
  // Releases the elements of a list, last first (section 1: lists release from the end), and clears
  // it. REQUIRES: each is held for it.
  void ReleaseList(std::vector<ObjectId>* ids);
  // No operation is in progress, so that the lists above are released.
  void ForgetLists() { lists_.clear(); }

  // Adds or removes a firm reference, that of a script, a pending callback or one of the above.
  // REQUIRES of Release: there is one.
  void Hold(ObjectId id);
  void Release(ObjectId id);

  // Whether a finalizer, or callbacks, have to run before `object` may be freed.
  bool FinalizerDue(const ShadowObject& object) const;
  bool CallbacksDue(const ShadowObject& object) const;

  // Whether something certainly refers to `id` at this moment, if only an object that is about to
  // release it. Not certain if trash that is being cleared refers to it: a collection clears in any
  // order.
  bool HeldForNow(ObjectId id) const;

  // An event proved that unheld `id` is dying: every loose reference to it has been released.
  void ProveDying(ObjectId id);
  // The death proper begins: `id` is untracked and its weak references are detached. Those with
  // callbacks that have to run must be in `calls` before.
  void Doom(ObjectId id);
  // Detaches all weak references bound to `id`; those with callbacks become its due calls, newest
  // first. A death by reference count holds all of them until the last callback has run, except the
  // newest two as long as they have no callback: PyObject_ClearWeakRefs clears those before it
  // saves the rest in a tuple; 3.13 saves all of them (experiment W20). A collection
  // (`by_collection`) holds each until its own callback has run, and does not call those that are
  // its trash themselves (handle_weakrefs).
  void MakeCallsDue(ObjectId id, bool by_collection);
  // A callback about `id` has run.
  void CallMade(ObjectId id);
  // A callback or the finalizer of `id` may be no longer due: if nothing is, it starts releasing.
  void Settle(ObjectId id);
  // The values of its entries are released once this death is complete, after those that *queue
  // already has, which is 0 or a list that this method has made.
  void Free(ObjectId id, ObjectId* queue);
  // A collection clears `id`, although other trash refers to it.
  void Clear(ObjectId id);
  // ... or a weak reference that is cleared although its callback has brought it back. EndClearing:
  // the collection is over, and what is left of that weak reference lives on, empty.
  void ClearCalled(ObjectId id);
  void EndClearing(ObjectId id);
  // A weak reference loses its target. Its callback does not become due.
  void Detach(ObjectId weak);

  // Releases that began after `mark`, a LooseMark taken when an operation began, are over: they no
  // longer count as references.
  size_t LooseMark() const { return loose_log_.size(); }
  void ReleaseSince(size_t mark);

  void SetGeneration(ObjectId id, int generation);
  // Appends the objects of generations 0 ... `generation`, youngest generation first; within one,
  // in an order that depends on history alone.
  void ListTracked(int generation, std::vector<ObjectId>* ids) const;
  // Makes these objects untracked: SetGeneration then moves them one by one.
  void ForgetTracked(int generation);

  ShadowObject& at(ObjectId id) {
    return id >= 0 ? objects_[static_cast<size_t>(id)] : lists_[static_cast<size_t>(-2 - id)];
  }
  const ShadowObject& at(ObjectId id) const { return const_cast<ShadowHeap*>(this)->at(id); }
  bool exists(ObjectId id) const { return id >= 0 && id < count_; }
  ObjectId count() const { return count_; }

  // Objects that became unheld since the judge last emptied this list; some are held again.
  std::vector<ObjectId> dying;

 private:
  // A death has let go of `detained`.
  struct Drop {
    ObjectId id;
    size_t mark;  // LooseMark at that moment
  };

  bool ReleasesFirst(ObjectId first, ObjectId last) const;
  ObjectId New(ShadowObject::Kind kind);
  void BeginReleasing(ObjectId id);
  void UndoReleasing(ObjectId id);
  void DropLoose(ObjectId id, ObjectId holder);
  ObjectId AddList(std::vector<ObjectId> elements);
  std::vector<ObjectId> TakeEntries(ObjectId id);
  void ReleaseThrough(ObjectId holder, size_t slot, ObjectId except);
  void EndDrops(ObjectId id);
  void MarkProved(ObjectId id);
  void Unheld(ObjectId id) {
    if (!spreading_) ++release_;
    at(id).unheld = release_;
    unheld_.push_back(id);
    Spread();
  }
  void Spread();

  const ExactRules& rules_;
  std::vector<ShadowObject> objects_;  // records are reused by Reset; the first count_ count
  ObjectId count_ = 0;
  std::vector<ShadowObject> lists_;  // Kind::kList: holders -2, -3, ...
  Entries entries_;
  std::array<std::vector<ObjectId>, kGenerations> tracked_;
  std::vector<ObjectId> loose_log_;  // objects that started releasing, in order
  std::vector<Drop> drops_;          // of deaths that may not have gone on yet; marks ascend
  std::vector<ObjectId> unheld_;     // worklist of Spread
  std::vector<ObjectId> proving_;    // worklist of MarkProved, then of ProveDying
  std::vector<ObjectId> gone_;       // worklist of ReleaseThrough
  uint32_t proofs_ = 0;              // calls of ProveDying and ReleaseSince
  uint32_t release_ = 0;             // the last reference that was let go of by no other's death
  bool spreading_ = false;
};

}  // namespace ouro

#endif  // MODEL_JUDGE_SHADOW_HEAP_H_
