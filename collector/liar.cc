// SPDX-License-Identifier: Apache-2.0

// See liar.h. The lies are functions, in the order of the table at the end.
//
// A lie that is not detected at once makes the heaps of the liar and of its observer differ, and
// then the observer may detect anything first. So every lie is shaped to be the first violation;
// where that is not obvious, its comment says why.

#include "collector/liar.h"

#include <algorithm>
#include <cstddef>

#include "collector/observed_heap.h"

namespace ouro {
namespace {

using Kind = Event::Kind;

class Liar;

// How a lie is told; a null function means that the liar is honest there.
struct Telling {
  Lie lie;
  // Receives an event of the honest collector, and reports anything or nothing.
  ScriptEnd (*on)(Liar& liar, const Event& event);
  // Executes an operation.
  void (*execute)(Liar& liar, const Op& op);
};

class Liar final : public Collector, private Observer {
 public:
  Liar(const Telling& telling, Observer& observer, const HonestMaker& honest, bool only_kinds)
      : telling_(telling),
        observer_(observer),
        only_kinds_(only_kinds),
        lies_(!only_kinds),
        honest_(honest(*this)) {}

  void Execute(const Op& op) override;
  void Reset() override;

  // ---- for lies

  const ObservedHeap& shadow() const { return shadow_; }
  ScriptEnd Tell(const Event& event) { return observer_.On(event); }
  // Reports an event that did not happen. If it makes the observer run a script, the operations of
  // that are dropped: the honest collector has no `self` for them.
  void Invent(const Event& event);
  // Reports nothing until the operation of main has ended.
  void Hush() { hushed_ = true; }
  void Perform(const Op& op) { honest_->Execute(op); }

 private:
  ScriptEnd On(const Event& event) override;
  void Broken(const std::string& why) override { observer_.Broken(why); }

  const Telling& telling_;
  Observer& observer_;
  ObservedHeap shadow_;
  const bool only_kinds_;
  bool lies_;  // false: honest so far
  bool hushed_ = false;
  bool inventing_ = false;
  bool lost_ = false;
  const std::unique_ptr<Collector> honest_;  // last: its constructor may report events
};

void Liar::Execute(const Op& op) {
  // After an invented script, which bounds may allow, the honest collector does not know what the
  // observer knows: nothing is asked of it any more.
  lost_ |= inventing_;
  if (lost_) return;
  shadow_.Begin(op);
  lies_ = lies_ || op.kind != kPlain;
  if (telling_.execute != nullptr && lies_) {
    telling_.execute(*this, op);
  } else {
    Perform(op);
  }
  shadow_.End();
  if (shadow_.frames().empty()) hushed_ = false;
}

void Liar::Reset() {
  honest_->Reset();
  shadow_ = ObservedHeap();
  hushed_ = lost_ = false;
  lies_ = !only_kinds_;
}

ScriptEnd Liar::On(const Event& event) {
  shadow_.Before(event);
  ScriptEnd end = ScriptEnd::kReturned;
  const bool lie = lies_ && telling_.on != nullptr;
  if (!hushed_) end = lie ? telling_.on(*this, event) : Tell(event);
  shadow_.After(event);
  return end;
}

void Liar::Invent(const Event& event) {
  inventing_ = true;
  Tell(event);
  inventing_ = false;
}

// ---- deaths

// As if a copy were not counted. Not within a collection: there the object may be trash that a
// finalizer has just resurrected, for which other laws come first.
void FreeDespiteCopy(Liar& liar, const Op& op) {
  const ObjectId id = liar.shadow().top().released;
  liar.Perform(op);
  const bool held = id != kNone && liar.shadow().InRegister(id);
  if (held && liar.shadow().collections() == 0) liar.Invent(Event::Free(id));
}

// As if the path with a finalizer and the ordinary path both released the storage.
ScriptEnd FreeTwiceAfterFinalizer(Liar& liar, const Event& event) {
  const ScriptEnd end = liar.Tell(event);
  const bool twice = event.kind == Kind::kFree && liar.shadow().has_finalizer(event.id);
  if (twice) liar.Invent(event);
  return end;
}

// Leaves are never trash, so each of these deaths is by reference count and has no consequences.
ScriptEnd LeakLeaves(Liar& liar, const Event& event) {
  const bool leaf = event.kind == Kind::kFree && liar.shadow().at(event.id).kind == OpCode::kLeaf;
  return leaf ? ScriptEnd::kReturned : liar.Tell(event);
}

// ---- finalizers

// As if r0 were not a root. The lie comes first in the collection, before a finalizer can have
// resurrected the object.
ScriptEnd FinalizeR0(Liar& liar, const Event& event) {
  const ScriptEnd end = liar.Tell(event);
  const ObjectId id = liar.shadow().reg(0);
  if (event.kind == Kind::kCollect && liar.shadow().collections() == 1 && id != kNone &&
      liar.shadow().has_finalizer(id)) {
    liar.Invent(Event::Finalize(id));
  }
  return end;
}

// As if releasing the storage ran the finalizer, whether or not it had run. When an object is
// freed, it has no references, and nothing else is due.
ScriptEnd FinalizeAgainBeforeFree(Liar& liar, const Event& event) {
  const bool again = event.kind == Kind::kFree && liar.shadow().has_finalizer(event.id);
  if (again) liar.Invent(Event::Finalize(event.id));
  return liar.Tell(event);
}

// As if the finalizer got a copy of the object.
ScriptEnd FreeBeforeFinalizer(Liar& liar, const Event& event) {
  if (event.kind == Kind::kFinalize) liar.Invent(Event::Free(event.id));
  return liar.Tell(event);
}

// As if finalizers had a thread of their own. Only for an object that a register of main has just
// released: it is the first to die, and everything that the liar then conceals follows from that.
ScriptEnd QueueFinalizer(Liar& liar, const Event& event) {
  const auto& frames = liar.shadow().frames();
  const bool first = frames.size() == 2 && frames[0].released == event.id;
  if (event.kind != Kind::kFinalize || !first) return liar.Tell(event);
  liar.Hush();
  return ScriptEnd::kReturned;
}

// ---- callbacks and weak references

// As if the weak reference were not cleared before its callback.
ScriptEnd CallTwice(Liar& liar, const Event& event) {
  const ScriptEnd end = liar.Tell(event);
  if (event.kind == Kind::kCallback) liar.Invent(event);
  return end;
}

// As if the callback ran after the death. Not for a target with a finalizer, which would be due
// before the death, too.
ScriptEnd FreeBeforeCallback(Liar& liar, const Event& event) {
  if (event.kind == Kind::kCallback) {
    const ObjectId target = liar.shadow().at(event.id).target;
    const bool first =
        target != kNone && !liar.shadow().at(target).freed && !liar.shadow().has_finalizer(target);
    if (first) liar.Invent(Event::Free(target));
  }
  return liar.Tell(event);
}

// The honest collector calls the newest first, so an older one is due, too; unless it is trash, or
// was before a finalizer resurrected it, which is unlikely for one in a register.
ScriptEnd CallOldestFirst(Liar& liar, const Event& event) {
  if (event.kind == Kind::kCallback) {
    const ObjectId target = liar.shadow().at(event.id).target;
    for (ObjectId id = 0; id < event.id; ++id) {
      const ObservedHeap::Object& older = liar.shadow().at(id);
      const bool watches = older.kind == OpCode::kWeak && older.script != kNoScript &&
                           older.target == target && !older.called;
      if (!watches || !liar.shadow().InRegister(id)) continue;
      liar.Invent(Event::Callback(id));
      break;
    }
  }
  return liar.Tell(event);
}

// As if a weak reference were an address.
ScriptEnd YieldTheDead(Liar& liar, const Event& event) {
  const ObservedHeap::Frame& frame = liar.shadow().top();
  if (event.kind != Kind::kGot || frame.op.code != OpCode::kDeref) return liar.Tell(event);
  const ObjectId target = frame.object == kNone ? kNone : liar.shadow().at(frame.object).target;
  return liar.Tell(target != kNone && liar.shadow().at(target).freed ? Event::Got(target) : event);
}

// As if slots were counted from 1 when they are read.
ScriptEnd YieldNeighbour(Liar& liar, const Event& event) {
  const ObservedHeap::Frame& frame = liar.shadow().top();
  const bool loads = event.kind == Kind::kGot && frame.op.code == OpCode::kLoad;
  if (!loads || frame.object == kNone) return liar.Tell(event);
  const std::vector<ObjectId>& slots = liar.shadow().at(frame.object).slots;
  const size_t neighbour = size_t{frame.op.slot} + 1;
  return liar.Tell(neighbour < slots.size() ? Event::Got(slots[neighbour]) : event);
}

// As if a map had one entry.
ScriptEnd YieldLastStored(Liar& liar, const Event& event) {
  const ObservedHeap::Frame& frame = liar.shadow().top();
  const bool looks = event.kind == Kind::kGot && frame.op.code == OpCode::kMapGet;
  if (!looks || frame.object == kNone) return liar.Tell(event);
  const ObjectId stored = liar.shadow().at(frame.object).stored;
  return liar.Tell(stored == kNone ? event : Event::Got(stored));
}

// ---- collections

// Only for objects freed by the collection itself, which is when garbage may be reported. They do
// not belong in the list: objects that do are not freed, nor with saveall.
ScriptEnd SaveWhatIsFreed(Liar& liar, const Event& event) {
  const bool trash = event.kind == Kind::kFree && liar.shadow().collecting() &&
                     liar.shadow().at(event.id).kind == OpCode::kNode;
  if (trash) liar.Invent(Event::Garbage(event.id));
  return liar.Tell(event);
}

// As if uncollectable objects were kept alive but never listed.
ScriptEnd ForgetGarbage(Liar& liar, const Event& event) {
  return event.kind == Kind::kGarbage ? ScriptEnd::kReturned : liar.Tell(event);
}

// An object that references itself does not die by reference count, so a collection must free it.
ScriptEnd OverlookSelfEdges(Liar& liar, const Event& event) {
  if (event.kind == Kind::kFree && liar.shadow().collecting()) {
    const std::vector<ObjectId>& slots = liar.shadow().at(event.id).slots;
    const bool own = std::find(slots.begin(), slots.end(), event.id) != slots.end();
    if (own) return ScriptEnd::kReturned;
  }
  return liar.Tell(event);
}

// As if objects that are not freed had not been found.
ScriptEnd AnswerWithoutGarbage(Liar& liar, const Event& event) {
  if (event.kind != Kind::kDone) return liar.Tell(event);
  return liar.Tell(Event::Done(event.number - liar.shadow().top().saved));
}

// As if count 0 were compared before it is incremented.
void CollectOneLate(Liar& liar, const Op& op) {
  Op late = op;
  if (op.code == OpCode::kThreshold && op.count > 0) ++late.count;
  liar.Perform(late);
}

// As if a refused collection returned an error code.
ScriptEnd AnswerNested(Liar& liar, const Event& event) {
  const bool nested = event.kind == Kind::kDone && liar.shadow().collections() > 1;
  return liar.Tell(nested ? Event::Done(1) : event);
}

// As if the last collection were one of the middle generation.
void EndHalfway(Liar& liar, const Op& op) {
  if (op.code == OpCode::kEnd) liar.Invent(Event::Collect(1, false));
  liar.Perform(op);
}

// ---- censuses, births and everything else

// As if there were one generation.
ScriptEnd CallAllYoung(Liar& liar, const Event& event) {
  return liar.Tell(event.kind == Kind::kTracked ? Event::Tracked(event.id, 0) : event);
}

// As if only objects with slots were tracked.
ScriptEnd OmitWeakReferences(Liar& liar, const Event& event) {
  const bool omit =
      event.kind == Kind::kTracked && liar.shadow().at(event.id).kind == OpCode::kWeak;
  return omit ? ScriptEnd::kReturned : liar.Tell(event);
}

// As if addresses were identities.
ScriptEnd ReuseNumber(Liar& liar, const Event& event) {
  const ObjectId reused = liar.shadow().last_freed();
  const bool reuse = event.kind == Kind::kNew && reused != kNone;
  return liar.Tell(reuse ? Event::New(reused) : event);
}

// As if the result of the allocator were not checked.
ScriptEnd FailSilently(Liar& liar, const Event& event) {
  return event.kind == Kind::kFailed ? ScriptEnd::kReturned : liar.Tell(event);
}

// As if every assignment to a register were a load.
void YieldCopies(Liar& liar, const Op& op) {
  if (op.code == OpCode::kCopy) liar.Invent(Event::Got(liar.shadow().reg(op.dest)));
  liar.Perform(op);
}

const Telling kTellings[] = {
    {{"no-free-while-held",
      "frees what a register releases, though another register references it"},
     nullptr,
     FreeDespiteCopy},
    {{"free-once", "frees an object that has a finalizer twice"}, FreeTwiceAfterFinalizer, nullptr},
    {{"free-at-once", "never frees a leaf"}, LeakLeaves, nullptr},
    {{"no-finalize-while-held", "finalizes the object in r0 whenever a collection begins"},
     FinalizeR0,
     nullptr},
    {{"finalize-as-often", "runs a finalizer once more before it frees the object"},
     FinalizeAgainBeforeFree,
     nullptr},
    {{"finalize-before-free", "frees an object before it runs the finalizer"},
     FreeBeforeFinalizer,
     nullptr},
    {{"finalize-at-once", "postpones the finalizer of what a register releases"},
     QueueFinalizer,
     nullptr},
    {{"callback-when-cleared", "calls every callback twice"}, CallTwice, nullptr},
    {{"callback-before-free", "frees an object before the callbacks of its weak references"},
     FreeBeforeCallback,
     nullptr},
    {{"callback-order", "calls an older weak reference that is in a register first"},
     CallOldestFirst,
     nullptr},
    {{"dereference", "yields the target of a weak reference after its death"},
     YieldTheDead,
     nullptr},
    {{"load", "yields the slot after the one that is loaded"}, YieldNeighbour, nullptr},
    {{"lookup", "yields what was last stored in the map, whatever the key"},
     YieldLastStored,
     nullptr},
    {{"garbage-uncollectable", "appends a node to the garbage list before a collection frees it"},
     SaveWhatIsFreed,
     nullptr},
    {{"garbage-complete", "appends nothing to the garbage list"}, ForgetGarbage, nullptr},
    {{"trash-freed", "does not free trash that references itself"}, OverlookSelfEdges, nullptr},
    {{"collection-count", "does not count what it appends to the garbage list"},
     AnswerWithoutGarbage,
     nullptr},
    {{"collection-schedule", "collects one allocation too late, once thresholds are set"},
     nullptr,
     CollectOneLate},
    {{"no-nested-collection", "returns 1 from a collection inside a collection"},
     AnswerNested,
     nullptr},
    {{"end", "collects the middle generation at the end"}, nullptr, EndHalfway},
    {{"census-generation", "reports all objects as in generation 0"}, CallAllYoung, nullptr},
    {{"census-complete", "leaves weak references out of a census"}, OmitWeakReferences, nullptr},
    {{"identity", "gives a new object the id of the last one that died"}, ReuseNumber, nullptr},
    {{"failed-allocation", "does not report that an allocation failed"}, FailSilently, nullptr},
    {{"event-in-place", "reports what a copy yields, as if it were a load"}, nullptr, YieldCopies},
};

}  // namespace

const std::vector<Lie>& Lies() {
  static const std::vector<Lie>& lies = *[] {
    auto* all = new std::vector<Lie>;
    for (const Telling& telling : kTellings) all->push_back(telling.lie);
    return all;
  }();
  return lies;
}

std::unique_ptr<Collector> MakeLiar(const std::string& law, Observer& observer,
                                    const HonestMaker& honest, bool only_kinds) {
  for (const Telling& telling : kTellings) {
    if (law != telling.lie.law) continue;
    return std::make_unique<Liar>(telling, observer, honest, only_kinds);
  }
  return nullptr;
}

}  // namespace ouro
