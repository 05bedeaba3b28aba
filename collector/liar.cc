// See liar.h. The table of lies is at the end, the lies are before it, one function each, in the
// same order. Above them: what a liar knows, and what it can do.
//
// A lie that is not noticed at once makes the liar's heap and its listener's differ. So each lie is
// shaped to be the first thing that is wrong; where that is not plain, its comment says why.

#include "collector/liar.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace ouro {
namespace {

using Kind = Event::Kind;

// What anybody can know who overhears a collector: what was born, what is in the registers and in
// the slots, and what is going on. References that a collection cleared are still in the slots.
class Shadow {
 public:
  struct Object {
    OpCode kind = OpCode::kLeaf;  // kNode, kLeaf or kWeak
    int8_t script = kNoScript;    // finalizer or callback
    bool called = false;          // that callback has run
    bool freed = false;
    ObjectId target = kNone;      // of a weak reference
    std::vector<ObjectId> slots;  // of a node
  };

  // What is going on, the innermost last.
  struct Frame {
    enum class Type : uint8_t { kOperation, kScript, kCollection } type = Type::kOperation;
    Op op = {};               // kOperation
    ObjectId object = kNone;  // kScript: its self. kOperation: what is loaded from or watched
    ObjectId let_go = kNone;  // kOperation: what the register held that it empties
    int saved = 0;            // kCollection: how many objects it put into the garbage list
  };

  Shadow() { registers_.fill(kNone); }

  void Begin(const Op& op);
  void End() { frames_.pop_back(); }
  // Before and after a lie about `event` can be told.
  void Before(const Event& event);
  void After(const Event& event);

  const Object& at(ObjectId id) const { return objects_.at(static_cast<size_t>(id)); }
  bool has_finalizer(ObjectId id) const {
    return at(id).kind == OpCode::kNode && at(id).script != kNoScript;
  }
  ObjectId reg(int index) const { return registers_.at(static_cast<size_t>(index)); }
  bool InRegister(ObjectId id) const {
    return std::find(registers_.begin(), registers_.end(), id) != registers_.end();
  }
  ObjectId last_freed() const { return last_freed_; }

  const std::vector<Frame>& frames() const { return frames_; }
  const Frame& top() const { return frames_.back(); }
  // How many collections are going on: more than one if one is nested in another.
  int collections() const {
    return static_cast<int>(std::count_if(frames_.begin(), frames_.end(), [](const Frame& frame) {
      return frame.type == Frame::Type::kCollection;
    }));
  }
  // A collection is the innermost thing that is going on: the event is its own, or that of a death
  // that it caused.
  bool collecting() const { return !frames_.empty() && top().type == Frame::Type::kCollection; }

 private:
  ObjectId Find(Ref ref) const;

  std::vector<Object> objects_;
  std::array<ObjectId, kRegisters> registers_;
  std::vector<Frame> frames_;
  ObjectId last_freed_ = kNone;
};

ObjectId Shadow::Find(Ref ref) const {
  if (ref != kSelf) return reg(ref);
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    if (frame->type == Frame::Type::kScript) return frame->object;
  }
  return kNone;
}

void Shadow::Begin(const Op& op) {
  Frame frame{.op = op};
  switch (op.code) {
    case OpCode::kWeak:
    case OpCode::kLoad:
    case OpCode::kDeref:
      frame.object = Find(op.ref);
      break;
    case OpCode::kCopy:
      registers_.at(op.dest) = Find(op.ref);
      break;
    case OpCode::kEmptyRegister:
      frame.let_go = std::exchange(registers_.at(op.dest), kNone);
      break;
    case OpCode::kStore:
      objects_.at(static_cast<size_t>(Find(op.ref))).slots.at(op.slot) = Find(op.value);
      break;
    case OpCode::kEmptySlot:
      objects_.at(static_cast<size_t>(Find(op.ref))).slots.at(op.slot) = kNone;
      break;
    default:
      break;
  }
  frames_.push_back(frame);
}

void Shadow::Before(const Event& event) {
  switch (event.kind) {
    case Kind::kNew: {
      const Op& op = top().op;
      const size_t slots = op.code == OpCode::kNode ? static_cast<size_t>(op.count) : 0;
      objects_.push_back({.kind = op.code,
                          .script = op.script,
                          .target = top().object,
                          .slots = std::vector<ObjectId>(slots, kNone)});
      registers_.at(op.dest) = event.id;
      return;
    }
    case Kind::kGot:
      registers_.at(top().op.dest) = event.id;
      return;
    case Kind::kCallback:
      objects_.at(static_cast<size_t>(event.id)).called = true;
      [[fallthrough]];
    case Kind::kFinalize:
      return frames_.push_back({.type = Frame::Type::kScript, .object = event.id});
    case Kind::kCollect:
      return frames_.push_back({.type = Frame::Type::kCollection});
    default:
      return;
  }
}

void Shadow::After(const Event& event) {
  switch (event.kind) {
    case Kind::kFinalize:
    case Kind::kCallback:
    case Kind::kDone:
      return frames_.pop_back();
    case Kind::kFree:
      objects_.at(static_cast<size_t>(event.id)).freed = true;
      last_freed_ = event.id;
      return;
    case Kind::kGarbage:
      ++frames_.back().saved;
      return;
    default:
      return;
  }
}

class Liar;

// How a lie is told; null where the liar is honest.
struct Telling {
  Lie lie;
  // Hears an event of the honest collector, and tells what it likes.
  ScriptEnd (*on)(Liar& liar, const Event& event);
  // Executes an operation.
  void (*execute)(Liar& liar, const Op& op);
};

class Liar final : public Collector, private Observer {
 public:
  Liar(const Telling& telling, Observer& observer, const HonestMaker& honest)
      : telling_(telling), observer_(observer), honest_(honest(*this)) {}

  void Execute(const Op& op) override;
  void Reset() override;

  // ---- for lies

  const Shadow& shadow() const { return shadow_; }
  ScriptEnd Tell(const Event& event) { return observer_.On(event); }
  // Tells what never happened. Should that be believed and a script run, the honest collector must
  // not hear of it: it has no `self` for it.
  void Invent(const Event& event);
  // Tells nothing any more until the operation of main has ended.
  void Hush() { hushed_ = true; }
  void Perform(const Op& op) { honest_->Execute(op); }

 private:
  ScriptEnd On(const Event& event) override;
  void Broken(const std::string& why) override { observer_.Broken(why); }

  const Telling& telling_;
  Observer& observer_;
  Shadow shadow_;
  bool hushed_ = false;
  bool inventing_ = false;
  const std::unique_ptr<Collector> honest_;  // last: it may speak as soon as it exists
};

void Liar::Execute(const Op& op) {
  if (inventing_) return;
  shadow_.Begin(op);
  if (telling_.execute != nullptr) {
    telling_.execute(*this, op);
  } else {
    Perform(op);
  }
  shadow_.End();
  if (shadow_.frames().empty()) hushed_ = false;
}

void Liar::Reset() {
  honest_->Reset();
  shadow_ = Shadow();
  hushed_ = false;
}

ScriptEnd Liar::On(const Event& event) {
  shadow_.Before(event);
  ScriptEnd end = ScriptEnd::kReturned;
  if (!hushed_) end = telling_.on != nullptr ? telling_.on(*this, event) : Tell(event);
  shadow_.After(event);
  return end;
}

void Liar::Invent(const Event& event) {
  inventing_ = true;
  Tell(event);
  inventing_ = false;
}

// ---- deaths

// As if a copy were not counted. Not within a collection: for what a finalizer of its trash has
// just brought back, other laws come first.
void FreeWhatACopyHolds(Liar& liar, const Op& op) {
  const ObjectId id = liar.shadow().top().let_go;
  liar.Perform(op);
  const bool held = id != kNone && liar.shadow().InRegister(id);
  if (held && liar.shadow().collections() == 0) liar.Invent(Event::Free(id));
}

// As if the way that runs the finalizer and the ordinary way both ended in releasing the storage.
ScriptEnd FreeTwiceAfterFinalizer(Liar& liar, const Event& event) {
  const ScriptEnd end = liar.Tell(event);
  const bool twice = event.kind == Kind::kFree && liar.shadow().has_finalizer(event.id);
  if (twice) liar.Invent(event);
  return end;
}

// Leaves are never trash, so each of these deaths is one by reference count, and nothing else
// follows from it.
ScriptEnd LeakLeaves(Liar& liar, const Event& event) {
  const bool leaf = event.kind == Kind::kFree && liar.shadow().at(event.id).kind == OpCode::kLeaf;
  return leaf ? ScriptEnd::kReturned : liar.Tell(event);
}

// ---- finalizers

// As if r0 were no root. The lie comes first in the collection, when what r0 holds cannot be in the
// hands of a finalizer that brings it back.
ScriptEnd FinalizeWhatR0Holds(Liar& liar, const Event& event) {
  const ScriptEnd end = liar.Tell(event);
  const ObjectId id = liar.shadow().reg(0);
  if (event.kind == Kind::kCollect && liar.shadow().collections() == 1 && id != kNone &&
      liar.shadow().has_finalizer(id)) {
    liar.Invent(Event::Finalize(id));
  }
  return end;
}

// As if releasing the storage ran what is registered for the object, whether or not it had run.
// When an object is freed, nothing can hold it, and nothing else is due.
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

// As if there were a thread for finalizers. Only for what a register of main has just let go: it is
// the first to die then, and all that follows, about which the liar is silent, follows from it.
ScriptEnd QueueFinalizer(Liar& liar, const Event& event) {
  const auto& frames = liar.shadow().frames();
  const bool first = frames.size() == 2 && frames[0].let_go == event.id;
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

// As if the callback were told of a death that is over. A target with a finalizer is left alone:
// that one would be due before the death, too.
ScriptEnd FreeBeforeCallback(Liar& liar, const Event& event) {
  if (event.kind == Kind::kCallback) {
    const ObjectId target = liar.shadow().at(event.id).target;
    const bool first = !liar.shadow().at(target).freed && !liar.shadow().has_finalizer(target);
    if (first) liar.Invent(Event::Free(target));
  }
  return liar.Tell(event);
}

// The honest collector calls the newest first, so an older one is due, too; unless it is trash, or
// was before a finalizer brought it back: what is in a register hardly ever is.
ScriptEnd CallOldestFirst(Liar& liar, const Event& event) {
  if (event.kind == Kind::kCallback) {
    const ObjectId target = liar.shadow().at(event.id).target;
    for (ObjectId id = 0; id < event.id; ++id) {
      const Shadow::Object& older = liar.shadow().at(id);
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
  const Shadow::Frame& frame = liar.shadow().top();
  if (event.kind != Kind::kGot || frame.op.code != OpCode::kDeref) return liar.Tell(event);
  const ObjectId target = liar.shadow().at(frame.object).target;
  return liar.Tell(liar.shadow().at(target).freed ? Event::Got(target) : event);
}

// As if slots were counted from 1 when they are read.
ScriptEnd YieldNeighbour(Liar& liar, const Event& event) {
  const Shadow::Frame& frame = liar.shadow().top();
  if (event.kind != Kind::kGot || frame.op.code != OpCode::kLoad) return liar.Tell(event);
  const std::vector<ObjectId>& slots = liar.shadow().at(frame.object).slots;
  const size_t neighbour = size_t{frame.op.slot} + 1;
  return liar.Tell(neighbour < slots.size() ? Event::Got(slots[neighbour]) : event);
}

// ---- collections

// Only what a collection itself frees, which is when garbage may be reported. It cannot belong into
// the list: what does is not freed, with saveall either.
ScriptEnd SaveWhatIsFreed(Liar& liar, const Event& event) {
  const bool trash = event.kind == Kind::kFree && liar.shadow().collecting() &&
                     liar.shadow().at(event.id).kind == OpCode::kNode;
  if (trash) liar.Invent(Event::Garbage(event.id));
  return liar.Tell(event);
}

// As if the objects were kept alive, which is enough for the collector, and never shown.
ScriptEnd ForgetGarbage(Liar& liar, const Event& event) {
  return event.kind == Kind::kGarbage ? ScriptEnd::kReturned : liar.Tell(event);
}

// What holds itself does not die by reference count, so a collection owed its death.
ScriptEnd OverlookSelfEdges(Liar& liar, const Event& event) {
  if (event.kind == Kind::kFree && liar.shadow().collecting()) {
    const std::vector<ObjectId>& slots = liar.shadow().at(event.id).slots;
    const bool own = std::find(slots.begin(), slots.end(), event.id) != slots.end();
    if (own) return ScriptEnd::kReturned;
  }
  return liar.Tell(event);
}

// As if what is not freed had not been found.
ScriptEnd AnswerWithoutGarbage(Liar& liar, const Event& event) {
  if (event.kind != Kind::kDone) return liar.Tell(event);
  return liar.Tell(Event::Done(event.number - liar.shadow().top().saved));
}

// As if the first count were compared before it is raised.
void CollectOneLate(Liar& liar, const Op& op) {
  Op late = op;
  if (op.code == OpCode::kThreshold && op.count > 0) ++late.count;
  liar.Perform(late);
}

// As if the answer of a collection that was refused were an error code.
ScriptEnd AnswerNested(Liar& liar, const Event& event) {
  const bool nested = event.kind == Kind::kDone && liar.shadow().collections() > 1;
  return liar.Tell(nested ? Event::Done(1) : event);
}

// ---- censuses, births and everything else

// As if there were one list.
ScriptEnd CallAllYoung(Liar& liar, const Event& event) {
  return liar.Tell(event.kind == Kind::kTracked ? Event::Tracked(event.id, 0) : event);
}

// As if only what has slots were worth tracking.
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

// As if nobody looked at what the allocator returned.
ScriptEnd FailSilently(Liar& liar, const Event& event) {
  return event.kind == Kind::kFailed ? ScriptEnd::kReturned : liar.Tell(event);
}

// As if every assignment to a register were a load.
void YieldCopies(Liar& liar, const Op& op) {
  if (op.code == OpCode::kCopy) liar.Invent(Event::Got(liar.shadow().reg(op.dest)));
  liar.Perform(op);
}

const Telling kTellings[] = {
    {{"no-free-while-held", "frees what a register lets go, though another register holds it"},
     nullptr,
     FreeWhatACopyHolds},
    {{"free-once", "frees an object that has a finalizer twice"}, FreeTwiceAfterFinalizer, nullptr},
    {{"free-at-once", "never frees a leaf"}, LeakLeaves, nullptr},
    {{"no-finalize-while-held", "finalizes what r0 holds whenever a collection begins"},
     FinalizeWhatR0Holds,
     nullptr},
    {{"finalize-as-often", "runs a finalizer once more before it frees the object"},
     FinalizeAgainBeforeFree,
     nullptr},
    {{"finalize-before-free", "frees an object before it runs the finalizer"},
     FreeBeforeFinalizer,
     nullptr},
    {{"finalize-at-once", "leaves the finalizer of what a register lets go for later"},
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
    {{"garbage-uncollectable", "puts a node into the garbage list before a collection frees it"},
     SaveWhatIsFreed,
     nullptr},
    {{"garbage-complete", "puts nothing into the garbage list"}, ForgetGarbage, nullptr},
    {{"trash-freed", "does not free trash that holds itself"}, OverlookSelfEdges, nullptr},
    {{"collection-count", "does not count what it puts into the garbage list"},
     AnswerWithoutGarbage,
     nullptr},
    {{"collection-schedule", "collects one allocation too late, once thresholds are set"},
     nullptr,
     CollectOneLate},
    {{"no-nested-collection", "answers 1 to a collection inside a collection"},
     AnswerNested,
     nullptr},
    {{"census-generation", "says of all objects that they are in generation 0"},
     CallAllYoung,
     nullptr},
    {{"census-complete", "leaves weak references out of a census"}, OmitWeakReferences, nullptr},
    {{"identity", "gives a new object the number of the last one that died"}, ReuseNumber, nullptr},
    {{"failed-allocation", "does not say that an allocation failed"}, FailSilently, nullptr},
    {{"event-in-place", "says what a copy yields, as if it were a load"}, nullptr, YieldCopies},
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
                                    const HonestMaker& honest) {
  for (const Telling& telling : kTellings) {
    if (law == telling.lie.law) return std::make_unique<Liar>(telling, observer, honest);
  }
  return nullptr;
}

}  // namespace ouro
