// SPDX-License-Identifier: Apache-2.0

// See naive.h. "Section N" is a section of docs/semantics.md. Read Retain, Release and Die first:
// they are all of reference counting; then Collect: sections 5, 6 and 7. No function recurses along
// a chain of objects: a chain may be as long as a program.

#include "collector/naive.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/naive_reach.h"
#include "collector/naive_schedule.h"

namespace ouro {
namespace {

class Naive : public OpenNaive, private NaiveReach {
 public:
  Naive(Observer& observer, const ExactRules& rules) : observer_(&observer), rules_(&rules) {}

  void Execute(const Op& op) override;
  std::string Verify() const override;
  void Reset() override { *this = Naive(*observer_, *rules_); }
  ObjectId reg(int index) const override { return registers_[static_cast<size_t>(index)]; }
  void ListContents(NaiveContents* contents) const override;

 private:
  void Report(const Event& event) { observer_->On(event); }

  // Runs the script of that finalizer or callback; it owns a reference to its `self` meanwhile.
  void Run(const Event& event) {
    Retain(event.id);
    running_.push_back(event.id);
    Report(event);
    running_.pop_back();
    --heap_.at(event.id).references;
  }

  // The finalizer of a living object, called by name, as `x.__del__()`.
  void Dispose(ObjectId id) {
    Retain(id);
    Run(Event::Finalize(id));
    Release(id);
  }

  // ---- mutation

  ObjectId At(Ref ref) const { return ref == kSelf ? running_.back() : registers_[ref]; }
  ObjectId& Slot(const Op& op) { return heap_.at(At(op.ref)).slots.at(op.slot); }

  // Section 1: the old value is released last, so that its finalizer sees the new one in the slot.
  void Assign(ObjectId& slot, ObjectId value) {
    Retain(value);
    Release(std::exchange(slot, value));
  }

  void Fetch(const Op& op, ObjectId value) {
    Report(Event::Got(value));
    Assign(registers_[op.dest], value);
  }

  // Section 2: a collection triggered by an allocation runs before the new object exists; the
  // object is tracked after it, in the youngest generation. The allocation owns a reference to its
  // arguments, the target of a weak reference and what is born with it: scripts of that collection
  // may empty their registers.
  void Allocate(const Op& op) {
    if (fail_ > 0 && --fail_ == 0) return Report(Event::Failed());
    const bool filled = op.code == OpCode::kNodeWith;
    const bool holds = op.code == OpCode::kWeakWith;
    const ObjectId target = holds || op.code == OpCode::kWeak ? At(op.ref) : kNone;
    const ObjectId even = filled && op.count > 0 ? At(op.ref) : holds ? At(op.value) : kNone;
    const ObjectId odd = filled && op.count > 1 ? At(op.value) : kNone;
    for (ObjectId id : {target, even, odd}) Retain(id);
    if (op.code != OpCode::kLeaf && schedule_.CountBirth() && !collecting_) {
      if (const int due = schedule_.Due(); due >= 0) Collect(due, /*automatic=*/true);
    }
    const ObjectId id = next_id_++;
    Add(id, op, target, even, odd);
    for (ObjectId stored : {even, odd}) Release(stored);  // the slots hold it now
    if (op.code != OpCode::kLeaf) lists_.Move(id, kYoung);
    Report(Event::New(id));
    Assign(registers_[op.dest], id);
    Release(target);
  }

  // Weak references to trash are cleared before the trash, except those that its own finalizers
  // made (section 6): they must not return an object that is being cleared.
  ObjectId Dereference(ObjectId weak) const {
    const ObjectId target = heap_.at(weak).target;
    return condemned_.count(target) > 0 ? kNone : target;
  }

  void AppendGarbage(ObjectId id) {
    garbage_.push_back(id);
    Retain(id);
    Report(Event::Garbage(id));
  }

  // Section 1: a list is emptied first, then its elements are released, the last one first. So is a
  // node of which all slots are written at once.
  void ReleaseAll(const std::vector<ObjectId>& elements) {
    for (auto id = elements.rbegin(); id != elements.rend(); ++id) Release(*id);
  }

  void Census() {
    for (List generation : {kYoung, kMiddle, kOld}) {
      for (ObjectId id : lists_.of(generation)) Report(Event::Tracked(id, generation));
    }
  }

  // ---- reference counting

  // Drops a reference. If it was the last one, the object dies now.
  void Release(ObjectId id) {
    if (id != kNone && --heap_.at(id).references == 0) Die(id);
  }

  // Death by reference count, section 1. Slots are released in ascending order; each is emptied
  // before its value is released, and all deaths that this causes complete before the next slot.
  // Values of entries, section 14, are released when the rest is dead, in the order in which the
  // entries went.
  void Die(ObjectId first) {
    struct Dying {
      ObjectId id;
      size_t slot = 0;  // the next one
    };
    std::vector<Dying> dying;
    const auto begin = [&](ObjectId id) {
      if (RunDeathHooks(id)) dying.push_back({id});
    };
    std::deque<ObjectId> values;
    begin(first);
    while (!dying.empty() || !values.empty()) {
      if (dying.empty()) {
        const ObjectId value = values.front();
        values.pop_front();
        if (--heap_.at(value).references == 0) begin(value);
        continue;
      }
      Dying& innermost = dying.back();
      std::vector<ObjectId>& slots = heap_.at(innermost.id).slots;
      if (innermost.slot < slots.size()) {
        const ObjectId value = std::exchange(slots[innermost.slot++], kNone);
        if (value != kNone && --heap_.at(value).references == 0) begin(value);
        continue;
      }
      ReportFree(innermost.id);
      while (!heap_.at(innermost.id).partners.empty()) {
        values.push_back(TakeFirstEntry(innermost.id));
      }
      heap_.erase(innermost.id);
      dying.pop_back();
    }
  }

  // Runs the scripts of a dying object. It is untracked, so a collection that one of them starts
  // does not examine it, and what it references is reachable. Returns false if it is resurrected.
  bool RunDeathHooks(ObjectId id) {
    lists_.Untrack(id);
    if (rules_->death_order == ExactRules::DeathOrder::kFinalizerFirst) {
      if (Resurrects(id)) return false;
      CallWeakRefs(id);
    } else {
      CallWeakRefs(id);
      if (Resurrects(id)) return false;
      for (ObjectId weak : WeakRefsTo(id))
        heap_.at(weak).target = kNone;  // silently: experiment R6
    }
    return true;
  }

  // Runs the finalizer of a dying object, if it is due. Meanwhile the object is tracked, in the
  // youngest generation; if resurrected, it stays wherever collections have moved it.
  bool Resurrects(ObjectId id) {
    Object& object = heap_.at(id);
    const bool once = rules_->finalizers == ExactRules::Finalizers::kOnce;
    if (!HasFinalizer(id) || (once && object.finalized)) return false;
    lists_.Move(id, kYoung);
    Run(Event::Finalize(id));
    object.finalized = true;
    if (Referenced(id)) return true;
    lists_.Untrack(id);
    return false;
  }

  // Clears all weak references to a dying object, then runs their callbacks. They are kept alive
  // until the last one has run, so that none is skipped because another script dropped it
  // (experiment W13). PyObject_ClearWeakRefs keeps a tuple of all of them, those without a callback
  // included, except those that are dying (X6) and, up to 3.12, the newest two if they have none.
  void CallWeakRefs(ObjectId id) {
    std::vector<ObjectId> saved;
    int unsaved = rules_->saves == ExactRules::Saves::kAll ? 0 : 2;
    for (ObjectId weak : WeakRefsTo(id)) {
      heap_.at(weak).target = kNone;
      if (heap_.at(weak).script != kNoScript) unsaved = 0;
      if (unsaved-- > 0 || !Referenced(weak)) continue;
      saved.push_back(weak);
      Retain(weak);
    }
    for (ObjectId weak : saved) {
      if (heap_.at(weak).script != kNoScript) Run(Event::Callback(weak));
    }
    // A tuple lets go of its last element first: experiment X7.
    for (auto weak = saved.rbegin(); weak != saved.rend(); ++weak) Release(*weak);
  }

  // At most once in an object's life.
  void ReportFree(ObjectId id) {
    Object& object = heap_.at(id);
    if (std::exchange(object.freed, true)) return;
    Report(Event::Free(id));
    if (object.kind != OpCode::kLeaf) schedule_.CountDeath();
  }

  // ---- collection

  // Section 5. References from anything not examined, such as objects of older generations, count
  // as references from outside.
  void Collect(int generation, bool automatic) {
    Report(Event::Collect(generation, automatic));
    if (collecting_) return Report(Event::Done(0));  // section 8
    collecting_ = true;

    const List examined = static_cast<List>(generation);
    const bool next = rules_->survivors == ExactRules::Survivors::kNextGeneration;
    const List older = next ? std::min(static_cast<List>(generation + 1), kOld) : kOld;
    schedule_.CountCollection(generation);
    for (int i = 0; i < generation; ++i) lists_.Merge(static_cast<List>(i), examined);
    MoveUnreachable(examined, kTrash);
    schedule_.CountSurvivors(generation, lists_.Size(examined));
    lists_.Merge(examined, older);

    const bool runs = rules_->cyclic_finalizers == ExactRules::CyclicFinalizers::kRun;
    const int unreachable = runs ? ReclaimTrash442(older) : ReclaimTrash26(older);
    collecting_ = false;
    Report(Event::Done(unreachable));
  }

  // Section 5, 2.x. Uncollectable objects are counted after clearing: by then some may have died by
  // reference count. Returns the number of unreachable objects.
  int ReclaimTrash26(List older) {
    MoveUncollectable();
    int unreachable = lists_.Size(kTrash) + HandleWeakRefs(older);
    const bool save = saveall_;
    DeleteTrash(save, older);
    unreachable += lists_.Size(kUncollectable);
    for (ObjectId id : lists_.of(kUncollectable)) {
      if (save || HasFinalizer(id)) AppendGarbage(id);
    }
    lists_.Merge(kUncollectable, older);
    return unreachable;
  }

  // Section 6: resurrected objects are promoted, with all that they reach or with all the trash,
  // and the rest is cleared.
  int ReclaimTrash442(List older) {
    const int found = lists_.Size(kTrash);
    const int died = HandleWeakRefs(older);
    FinalizeTrash();
    MoveUnreachable(kFinalized, kTrash);
    const bool all = rules_->resurrection == ExactRules::Resurrection::kSparesAll;
    if (all && lists_.Size(kFinalized) > 0) lists_.Merge(kTrash, kFinalized);
    lists_.Merge(kFinalized, older);
    const int left = lists_.Size(kTrash);
    if (rules_->ClearsAfterFinalizers()) ClearWeakRefsAgain();
    DeleteTrash(saveall_, older);
    return died + (rules_->answer == ExactRules::Answer::kFound ? found : left);
  }

  // Section 7: all weak references to trash are cleared before the first callback runs, and the
  // callbacks of weak references that are trash themselves never run. Weak references that are
  // called are promoted, even from the uncollectable set, or die of their own callback: returns how
  // many did.
  int HandleWeakRefs(List older) {
    using Clears = ExactRules::Clears;
    const bool in_trash = rules_->clears == Clears::kInTrash || rules_->clears == Clears::kTwice;
    for (ObjectId id : lists_.of(kTrash)) {
      if (in_trash) heap_.at(id).target = kNone;
      for (ObjectId weak : WeakRefsTo(id)) {
        const bool later = rules_->clears == Clears::kCallbacksFirst;
        if (later && heap_.at(weak).script == kNoScript) continue;
        heap_.at(weak).target = kNone;
        const bool spared = lists_.In(kTrash, weak) || !Referenced(weak);
        if (heap_.at(weak).script == kNoScript || spared) continue;
        Retain(weak);
        lists_.Move(weak, kCalled);
      }
    }
    int freed = 0;
    while (!lists_.of(kCalled).empty()) {
      const ObjectId weak = lists_.of(kCalled).front();
      Run(Event::Callback(weak));
      Release(weak);
      if (!lists_.In(kCalled, weak)) ++freed;
      if (lists_.In(kCalled, weak)) lists_.Move(weak, older);
    }
    return freed;
  }

  // Section 12, 3.14.5 on: before the trash is cleared, its weak references are, and those to it.
  void ClearWeakRefsAgain() {
    for (ObjectId id : lists_.of(kTrash)) {
      heap_.at(id).target = kNone;
      for (ObjectId weak : WeakRefsTo(id)) heap_.at(weak).target = kNone;
    }
  }

  // Section 6: every finalizer that has not run yet, before anything is cleared, even of objects
  // that an earlier one has resurrected. Objects that die meanwhile leave the lists.
  void FinalizeTrash() {
    while (!lists_.of(kTrash).empty()) {
      const ObjectId id = lists_.of(kTrash).front();
      lists_.Move(id, kFinalized);
      if (!HasFinalizer(id) || std::exchange(heap_.at(id).finalized, true)) continue;
      Run(Event::Finalize(id));
      if (!Referenced(id)) Die(id);
    }
  }

  // Section 5, delete_garbage. Whether to save is decided once, when clearing begins: a script that
  // turns saveall on while trash is being cleared is too late, as trash saved then could reference
  // objects that are gone. No script runs while trash is saved.
  void DeleteTrash(bool save, List older) {
    if (save) {
      for (ObjectId id : lists_.of(kTrash)) AppendGarbage(id);
      lists_.Merge(kTrash, older);
      return;
    }
    condemned_.insert(lists_.of(kTrash).begin(), lists_.of(kTrash).end());
    while (!lists_.of(kTrash).empty()) Clear(lists_.of(kTrash).front());
    condemned_.clear();
  }

  // Clears one piece of trash and reports it as freed; its storage goes with the last reference
  // from other trash. In 2.x a script may keep a cleared weak reference: when the target of a piece
  // of trash dies during this collection, its callback runs, with the trash as `self`.
  void Clear(ObjectId id) {
    Retain(id);
    lists_.Untrack(id);
    while (!heap_.at(id).partners.empty()) Release(TakeFirstEntry(id));
    for (ObjectId& slot : heap_.at(id).slots) Assign(slot, kNone);
    heap_.at(id).target = kNone;
    ReportFree(id);
    Release(id);
  }

  Observer* observer_;
  const ExactRules* rules_;

  ObjectId next_id_ = 0;
  std::vector<ObjectId> registers_ = std::vector<ObjectId>(kRegisters, kNone);
  std::vector<ObjectId> garbage_;
  std::vector<ObjectId> running_;  // `self` of each running script, the innermost last
  std::set<ObjectId> condemned_;   // the trash being cleared, which no weak reference may return

  NaiveSchedule schedule_{rules_->full_collection_waits};
  bool collecting_ = false;
  bool saveall_ = false;
  int fail_ = 0;  // the allocation that fails, from now on: 1 is the next; 0: none
};

void Naive::Execute(const Op& op) {
  switch (op.code) {
    case OpCode::kNode:
    case OpCode::kLeaf:
    case OpCode::kWeak:
    case OpCode::kWeakWith:
    case OpCode::kMap:
    case OpCode::kNodeWith:
      return Allocate(op);
    case OpCode::kCopy:
      return Assign(registers_[op.dest], At(op.ref));
    case OpCode::kLoad:
      return Fetch(op, Slot(op));
    case OpCode::kDeref:
      return Fetch(op, Dereference(At(op.ref)));
    case OpCode::kDispose:
      return Dispose(At(op.ref));
    case OpCode::kClear:
      return ReleaseAll(Fill(At(op.ref), std::vector<ObjectId>(kMaxSlots, kNone)));
    case OpCode::kCopySlots:
      return ReleaseAll(Fill(At(op.ref), heap_.at(At(op.value)).slots));
    case OpCode::kPush:
      return Push(At(op.ref));
    case OpCode::kPop:
      return Release(TakePushed());
    case OpCode::kMapGet:
      return Fetch(op, Lookup({At(op.ref), At(op.key)}));
    case OpCode::kMapPut:
      return Assign(EntryOf({At(op.ref), At(op.key)}), At(op.value));
    case OpCode::kMapRemove:
      return Release(TakeEntry({At(op.ref), At(op.key)}));
    case OpCode::kStore:
      return Assign(Slot(op), At(op.value));
    case OpCode::kEmptySlot:
      return Assign(Slot(op), kNone);
    case OpCode::kEmptyRegister:
      return Assign(registers_[op.dest], kNone);
    case OpCode::kCollect:
      return Collect(op.count, /*automatic=*/false);
    case OpCode::kEnd:
      if (rules_->collects_at_end) Collect(kGenerations - 1, /*automatic=*/false);
      return;
    case OpCode::kThreshold:
      return schedule_.SetThresholds(op.count, op.count1, op.count2);
    case OpCode::kEnable:
    case OpCode::kDisable:
      return schedule_.SetEnabled(op.code == OpCode::kEnable);
    case OpCode::kSaveallOn:
    case OpCode::kSaveallOff:
      saveall_ = op.code == OpCode::kSaveallOn;
      return;
    case OpCode::kTakeGarbage:
      return Fetch(op, garbage_.at(op.count));
    case OpCode::kClearGarbage:
      return ReleaseAll(std::exchange(garbage_, {}));
    case OpCode::kCensus:
      return Census();
    case OpCode::kFail:
      fail_ = op.count;
      return;
    case OpCode::kPoke:   // of kinds, which are not offered
    case OpCode::kChain:  // executed as other operations
    case OpCode::kStep:   // of contracts of bounds
    case OpCode::kRaise:  // the harness stops the script
      return;
  }
}

// Recounts every reference from the heap. Between operations the collector itself has none; while a
// script runs it may, so counts may then be greater.
std::string Naive::Verify() const {
  std::map<ObjectId, int> counted;
  for (const auto* holder : {&registers_, &pushed_, &garbage_, &running_}) {
    for (ObjectId id : *holder) ++counted[id];
  }
  return VerifyCounts(std::move(counted), /*exactly=*/running_.empty());
}

void Naive::ListContents(NaiveContents* contents) const {
  std::copy(registers_.begin(), registers_.end(), contents->registers.begin());
  contents->garbage = garbage_;
  contents->objects.resize(heap_.size());
  size_t at = 0;
  const auto list = [&](ObjectId id, const Object& object, int8_t generation) {
    NaiveContents::Object& listed = contents->objects[at++];
    listed.id = id;
    listed.kind = object.kind;
    listed.script = object.script;
    listed.generation = generation;
    listed.finalized = object.finalized;
    listed.freed = object.freed;
    listed.target = object.target;
    listed.slots = object.slots;
    listed.weak_refs.clear();
    if (!object.weak_refs.empty()) listed.weak_refs = WeakRefsTo(id);
  };
  for (const List generation : {kYoung, kMiddle, kOld}) {
    for (ObjectId id : lists_.of(generation)) list(id, heap_.at(id), generation);
  }
  if (at == heap_.size()) return;
  for (const auto& [id, object] : heap_) {
    const auto in = [this, id = id](List generation) { return lists_.In(generation, id); };
    if (!in(kYoung) && !in(kMiddle) && !in(kOld)) list(id, object, -1);
  }
}

}  // namespace

size_t NaiveContents::IndexOf(ObjectId id) const {
  size_t index = 0;
  while (index < objects.size() && objects[index].id != id) ++index;
  return index;
}

std::unique_ptr<Collector> MakeNaive(Observer& observer, const ExactRules& rules) {
  return MakeOpenNaive(observer, rules);
}

std::unique_ptr<OpenNaive> MakeOpenNaive(Observer& observer, const ExactRules& rules) {
  return std::make_unique<Naive>(observer, rules);
}

}  // namespace ouro
