// See naive.h; sections are those of docs/semantics.md. Read Hold, LetGo and Die first, they are
// the whole of reference counting; then Collect, which is sections 5, 6 and 7.
//
// Nothing here calls itself once for each object of a chain: a chain may be as long as a program.

#include "collector/naive.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/naive_lists.h"

namespace ouro {
namespace {

struct Object {
  OpCode kind = OpCode::kLeaf;  // kNode, kLeaf or kWeak
  std::vector<ObjectId> slots;  // of a node
  ObjectId target = kNone;      // of a weak reference: the node it watches, which is no reference
  int8_t script = kNoScript;    // finalizer of a node, callback of a weak reference
  bool finalized = false;       // the finalizer has run
  bool freed = false;           // kFree was reported: trash that other trash still refers to

  // Registers, slots, the garbage list, scripts that run, and we, while we work. What dies but has
  // not yet let go of its slots still refers to what they hold (fact 6). Weak
  // references are no references.
  int references = 0;
  std::vector<ObjectId> watchers;  // weak references to it, the newest last; some may be gone
};

class Naive : public Collector {
 public:
  Naive(Observer& observer, NaiveRules rules) : observer_(&observer), rules_(rules) {}

  void Execute(const Op& op) override;
  std::string Verify() const override;
  void Reset() override { *this = Naive(*observer_, rules_); }

 private:
  void Report(const Event& event) { observer_->On(event); }

  // Runs the script of that finalizer or callback; it refers to its `self` meanwhile.
  void Run(const Event& event) {
    Hold(event.id);
    running_.push_back(event.id);
    Report(event);
    running_.pop_back();
    --heap_.at(event.id).references;
  }

  // ---- mutation

  ObjectId Find(Ref ref) const { return ref == kSelf ? running_.back() : registers_[ref]; }
  ObjectId& Slot(const Op& op) { return heap_.at(Find(op.ref)).slots.at(op.slot); }

  // Section 1: the old value goes last, so that its finalizer sees the new one in its place.
  void Assign(ObjectId& place, ObjectId value) {
    Hold(value);
    LetGo(std::exchange(place, value));
  }

  void Take(const Op& op, ObjectId value) {
    Report(Event::Got(value));
    Assign(registers_[op.dest], value);
  }

  // Section 2: the collection that an allocation triggers comes before the new object exists, and
  // the object is tracked, young, after it. The target of a weak reference is an argument of the
  // allocation, which therefore refers to it: scripts of that collection may empty its register.
  void Allocate(const Op& op) {
    if (fail_ > 0 && --fail_ == 0) return Report(Event::Failed());
    const ObjectId target = op.code == OpCode::kWeak ? Find(op.ref) : kNone;
    Hold(target);
    if (op.code != OpCode::kLeaf) {
      ++count_[0];
      if (count_[0] > threshold_[0] && enabled_ && threshold_[0] != 0 && !collecting_) {
        CollectAutomatically();
      }
    }
    const ObjectId id = born_++;
    const size_t slots = op.code == OpCode::kNode ? op.count : 0;
    Object& object = heap_[id];
    object.kind = op.code;
    object.slots.assign(slots, kNone);
    object.target = target;
    object.script = op.script;
    if (target != kNone) heap_.at(target).watchers.push_back(id);
    if (op.code != OpCode::kLeaf) lists_.Move(id, kYoung);
    Report(Event::New(id));
    Assign(registers_[op.dest], id);
    LetGo(target);
  }

  // Weak references to trash were cleared before the trash is, but for those that its own
  // finalizers made (section 6): they must not hand out what is being cleared.
  ObjectId Dereference(ObjectId weak) const {
    const ObjectId target = heap_.at(weak).target;
    return condemned_.count(target) > 0 ? kNone : target;
  }

  void AppendToGarbage(ObjectId id) {
    garbage_.push_back(id);
    Hold(id);
    Report(Event::Garbage(id));
  }

  // Section 1: a list is emptied first, and then lets go of its elements, the last one first.
  void ClearGarbage() {
    const std::vector<ObjectId> elements = std::exchange(garbage_, {});
    for (auto id = elements.rbegin(); id != elements.rend(); ++id) LetGo(*id);
  }

  void Census() {
    for (List generation : {kYoung, kMiddle, kOld}) {
      for (ObjectId id : lists_.of(generation)) Report(Event::Tracked(id, generation));
    }
  }

  // ---- reference counting

  void Hold(ObjectId id) {
    if (id != kNone) ++heap_.at(id).references;
  }

  bool Held(ObjectId id) const { return heap_.at(id).references > 0; }

  // Takes back one Hold. If it was the last one, the object dies, now.
  void LetGo(ObjectId id) {
    if (id != kNone && --heap_.at(id).references == 0) Die(id);
  }

  // Death by reference count, section 1. Slots are let go of in ascending order; each is empty
  // before its value goes, and all deaths that this causes are over before the next slot.
  void Die(ObjectId first) {
    struct Dying {
      ObjectId id;
      size_t slot = 0;  // the next one
    };
    std::vector<Dying> dying;
    const auto begin = [&](ObjectId id) {
      if (LastWords(id)) dying.push_back({id});
    };
    begin(first);
    while (!dying.empty()) {
      Dying& innermost = dying.back();
      std::vector<ObjectId>& slots = heap_.at(innermost.id).slots;
      if (innermost.slot < slots.size()) {
        const ObjectId value = std::exchange(slots[innermost.slot++], kNone);
        if (value != kNone && --heap_.at(value).references == 0) begin(value);
        continue;
      }
      ReportFree(innermost.id);
      heap_.erase(innermost.id);
      dying.pop_back();
    }
  }

  // The scripts of a dying object. An object that is not tracked cannot be found by a collection
  // that one of the scripts starts; what it refers to is reachable for that collection. Returns
  // whether it goes on dying.
  bool LastWords(ObjectId id) {
    lists_.Untrack(id);
    if (rules_.pep442) {
      if (Resurrects(id)) return false;
      CallWatchers(id);
    } else {
      CallWatchers(id);
      if (Resurrects(id)) return false;
      for (ObjectId weak : Watchers(id)) heap_.at(weak).target = kNone;  // silently: experiment R6
    }
    return true;
  }

  // Runs the finalizer of a dying object, if it has one that may run. During it the object is
  // tracked again, and young; brought back, it stays wherever collections have moved it.
  bool Resurrects(ObjectId id) {
    Object& object = heap_.at(id);
    if (!HasFinalizer(id) || (rules_.pep442 && object.finalized)) return false;
    lists_.Move(id, kYoung);
    Run(Event::Finalize(id));
    object.finalized = true;
    if (Held(id)) return true;
    lists_.Untrack(id);
    return false;
  }

  // Clears all weak references to a dying object, then runs their callbacks. They are held until
  // the last one has run, so that none loses its turn because another one's script dropped it
  // (experiment W13). PyObject_ClearWeakRefs keeps a tuple of all of them, also of those without
  // callback, except of the newest two as long as they have none.
  void CallWatchers(ObjectId id) {
    std::vector<ObjectId> saved;
    int unsaved = 2;
    for (ObjectId weak : Watchers(id)) {
      heap_.at(weak).target = kNone;
      if (heap_.at(weak).script != kNoScript) unsaved = 0;
      if (unsaved-- > 0) continue;
      saved.push_back(weak);
      Hold(weak);
    }
    for (ObjectId weak : saved) {
      if (heap_.at(weak).script != kNoScript) Run(Event::Callback(weak));
    }
    for (ObjectId weak : saved) LetGo(weak);
  }

  // Section 2: a death lowers the count of the youngest generation, however old the object was.
  void ReportFree(ObjectId id) {
    Object& object = heap_.at(id);
    if (std::exchange(object.freed, true)) return;
    Report(Event::Free(id));
    if (object.kind != OpCode::kLeaf && count_[0] > 0) --count_[0];
  }

  // The weak references to `id`, the newest first.
  std::vector<ObjectId> Watchers(ObjectId id) const {
    std::vector<ObjectId> watchers = heap_.at(id).watchers;
    std::erase_if(watchers, [&](ObjectId weak) {
      const auto found = heap_.find(weak);
      return found == heap_.end() || found->second.target != id;
    });
    std::reverse(watchers.begin(), watchers.end());
    return watchers;
  }

  bool HasFinalizer(ObjectId id) const {
    const Object& object = heap_.at(id);
    return object.kind == OpCode::kNode && object.script != kNoScript;
  }

  // ---- reachability

  // Moves `first`, and what it leads to within `from`, if it is there.
  void MoveReachable(ObjectId first, List from, List to) {
    std::vector<ObjectId> work = {first};
    while (!work.empty()) {
      const ObjectId id = work.back();
      work.pop_back();
      if (!lists_.In(from, id)) continue;
      lists_.Move(id, to);
      const std::vector<ObjectId>& slots = heap_.at(id).slots;
      work.insert(work.end(), slots.rbegin(), slots.rend());
    }
  }

  // Section 5: of the objects of a list, those with more references than the list itself has to
  // them are reachable, and so is what they lead to. The others move.
  void MoveUnreachable(List from, List to) {
    std::map<ObjectId, int> outside;
    for (ObjectId id : lists_.of(from)) {
      outside[id] += heap_.at(id).references;
      for (ObjectId next : heap_.at(id).slots) --outside[next];
    }
    const std::vector<ObjectId> members = lists_.Members(from);
    lists_.Merge(from, to);
    for (ObjectId id : members) {
      if (outside[id] > 0) MoveReachable(id, to, from);
    }
  }

  // ---- collection

  // Section 2, collect_generations: the oldest generation that is due.
  void CollectAutomatically() {
    for (int generation = kGenerations - 1; generation >= 0; --generation) {
      if (count_[generation] <= threshold_[generation]) continue;
      const bool waits = generation == 2 && rules_.full_collection_waits;
      if (waits && long_lived_pending_ < long_lived_total_ / 4) continue;
      return Collect(generation, /*automatic=*/true);
    }
  }

  // Section 5. References from anything that is not examined, such as objects of older generations,
  // are references from outside.
  void Collect(int generation, bool automatic) {
    Report(Event::Collect(generation, automatic));
    if (collecting_) return Report(Event::Done(0));  // section 8
    collecting_ = true;

    const List examined = static_cast<List>(generation);
    const List older = std::min(static_cast<List>(generation + 1), kOld);
    if (generation < 2) ++count_[generation + 1];
    for (int i = 0; i <= generation; ++i) count_[i] = 0;
    for (int i = 0; i < generation; ++i) lists_.Merge(static_cast<List>(i), examined);
    MoveUnreachable(examined, kTrash);
    if (generation == 1) long_lived_pending_ += lists_.Size(examined);
    if (generation == 2) long_lived_pending_ = 0;
    if (generation == 2) long_lived_total_ = lists_.Size(examined);
    lists_.Merge(examined, older);

    const int answer = rules_.pep442 ? Dispose442(older) : Dispose26(older);
    collecting_ = false;
    Report(Event::Done(answer));
  }

  // Section 5, 2.x. What is uncollectable is counted when clearing is over: by then some of it may
  // have died by reference count.
  int Dispose26(List older) {
    SetUncollectableAside();
    int answer = lists_.Size(kTrash);
    answer += CallWatchersOfTrash(older);
    const bool save = saveall_;
    DeleteTrash(save, older);
    answer += lists_.Size(kUncollectable);
    for (ObjectId id : lists_.of(kUncollectable)) {
      if (save || HasFinalizer(id)) AppendToGarbage(id);
    }
    lists_.Merge(kUncollectable, older);
    return answer;
  }

  // Section 6, 3.9 to 3.13.0: what the finalizers brought back is promoted, the rest is cleared,
  // and only the rest is counted.
  int Dispose442(List older) {
    int answer = CallWatchersOfTrash(older);
    FinalizeTrash();
    MoveUnreachable(kFinalized, kTrash);
    lists_.Merge(kFinalized, older);
    answer += lists_.Size(kTrash);
    DeleteTrash(saveall_, older);
    return answer;
  }

  // Section 5: first the objects with finalizers, then what these lead to.
  void SetUncollectableAside() {
    for (ObjectId id : lists_.Members(kTrash)) {
      if (HasFinalizer(id)) lists_.Move(id, kUncollectable);
    }
    for (ObjectId id : lists_.Members(kUncollectable)) {
      for (ObjectId next : heap_.at(id).slots) MoveReachable(next, kTrash, kUncollectable);
    }
  }

  // Section 7: all weak references to trash are cleared before the first callback runs, and the
  // callbacks of weak references that are trash themselves never run. Those that run are promoted,
  // even from among the uncollectable, or die of their own callback: returns how many did.
  int CallWatchersOfTrash(List older) {
    for (ObjectId id : lists_.of(kTrash)) {
      if (rules_.pep442) heap_.at(id).target = kNone;  // trash watches nothing: 3.7.5 and later
      for (ObjectId weak : Watchers(id)) {
        heap_.at(weak).target = kNone;
        if (heap_.at(weak).script == kNoScript || lists_.In(kTrash, weak)) continue;
        Hold(weak);
        lists_.Move(weak, kCalled);
      }
    }
    int freed = 0;
    while (!lists_.of(kCalled).empty()) {
      const ObjectId weak = lists_.of(kCalled).front();
      Run(Event::Callback(weak));
      LetGo(weak);
      if (!lists_.In(kCalled, weak)) ++freed;
      if (lists_.In(kCalled, weak)) lists_.Move(weak, older);
    }
    return freed;
  }

  // Section 6: every finalizer that has not yet run, before anything is cleared, even of what an
  // earlier one brought back. What dies by reference count meanwhile leaves the lists.
  void FinalizeTrash() {
    while (!lists_.of(kTrash).empty()) {
      const ObjectId id = lists_.of(kTrash).front();
      lists_.Move(id, kFinalized);
      if (!HasFinalizer(id) || std::exchange(heap_.at(id).finalized, true)) continue;
      Run(Event::Finalize(id));
      if (!Held(id)) Die(id);
    }
  }

  // Section 5, delete_garbage. Whether everything is saved is decided once, when clearing begins: a
  // script that asks for it while trash is cleared comes too late, for trash that was saved now
  // could lead to what is gone already. While trash is saved, no script runs.
  void DeleteTrash(bool save, List older) {
    if (save) {
      for (ObjectId id : lists_.of(kTrash)) AppendToGarbage(id);
      lists_.Merge(kTrash, older);
      return;
    }
    condemned_.insert(lists_.of(kTrash).begin(), lists_.of(kTrash).end());
    while (!lists_.of(kTrash).empty()) Clear(lists_.of(kTrash).front());
    condemned_.clear();
  }

  // Clears one piece of trash. It is gone then, and dies when the last other piece lets go of it.
  // In 2.x a script may hold on to an empty weak reference: when something that a piece of trash
  // watches dies during this collection, its callback runs, with the trash as `self`.
  void Clear(ObjectId id) {
    Hold(id);
    lists_.Untrack(id);
    heap_.at(id).target = kNone;
    for (ObjectId& slot : heap_.at(id).slots) Assign(slot, kNone);
    ReportFree(id);
    LetGo(id);
  }

  Observer* observer_;
  NaiveRules rules_;

  std::map<ObjectId, Object> heap_;
  ObjectId born_ = 0;
  std::vector<ObjectId> registers_ = std::vector<ObjectId>(kRegisters, kNone);
  std::vector<ObjectId> garbage_;
  std::vector<ObjectId> running_;  // `self` of each script that runs, the innermost last
  NaiveLists lists_;
  std::set<ObjectId> condemned_;  // the trash that is being cleared: nothing may reach it now

  // Section 2.
  int count_[kGenerations] = {0, 0, 0};
  int threshold_[kGenerations] = {700, 10, 10};
  bool enabled_ = true;
  bool collecting_ = false;
  bool saveall_ = false;
  int long_lived_total_ = 0;    // survivors of the last full collection
  int long_lived_pending_ = 0;  // survivors of middle collections since then
  int fail_ = 0;                // allocations until one fails; 0: none will
};

void Naive::Execute(const Op& op) {
  switch (op.code) {
    case OpCode::kNode:
    case OpCode::kLeaf:
    case OpCode::kWeak:
      return Allocate(op);
    case OpCode::kCopy:
      return Assign(registers_[op.dest], Find(op.ref));
    case OpCode::kLoad:
      return Take(op, Slot(op));
    case OpCode::kDeref:
      return Take(op, Dereference(Find(op.ref)));
    case OpCode::kStore:
      return Assign(Slot(op), Find(op.value));
    case OpCode::kEmptySlot:
      return Assign(Slot(op), kNone);
    case OpCode::kEmptyRegister:
      return Assign(registers_[op.dest], kNone);
    case OpCode::kCollect:
      return Collect(op.count, /*automatic=*/false);
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
    case OpCode::kTakeGarbage:
      return Take(op, garbage_.at(op.count));
    case OpCode::kClearGarbage:
      return ClearGarbage();
    case OpCode::kCensus:
      return Census();
    case OpCode::kFail:
      fail_ = op.count;
      return;
    case OpCode::kRaise:  // the harness stops the script
      return;
  }
}

// The counts are what is easily got wrong, so each can be had again from the heap: between
// operations nothing of ours refers to anything.
std::string Naive::Verify() const {
  std::map<ObjectId, int> counted;
  for (const auto* holder : {&registers_, &garbage_, &running_}) {
    for (ObjectId id : *holder) ++counted[id];
  }
  for (const auto& [id, object] : heap_) {
    for (ObjectId next : object.slots) ++counted[next];
  }
  for (const auto& [id, object] : heap_) {
    const bool less = object.references < counted[id];
    // Within a script we may be at work.
    if (less || (running_.empty() && object.references > counted[id])) {
      return "object " + std::to_string(id) + " is not referred to as often as its count says";
    }
  }
  return "";
}

}  // namespace

std::unique_ptr<Collector> MakeNaive(Observer& observer, NaiveRules rules) {
  return std::make_unique<Naive>(observer, rules);
}

}  // namespace ouro
