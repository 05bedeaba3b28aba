// SPDX-License-Identifier: Apache-2.0

#include "fuzz/reach/scout.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/observed_heap.h"

namespace ouro {
namespace {

using Frame = ObservedHeap::Frame;

constexpr int kSoon = 4;  // operations, within which what comes is "next"
constexpr size_t kFewWide = 3;

template <typename Enum>
constexpr size_t At(Enum value) {
  return static_cast<size_t>(value);
}

// An amount, and the number from which on it is reached.
struct Bound {
  Amount amount;
  int least;
};
constexpr Bound kAliveBounds[] = {
    {Amount::k100Alive, 100}, {Amount::k300Alive, 300}, {Amount::k1000Alive, 1000}};
constexpr Bound kGarbageBounds[] = {{Amount::k10Garbage, 10}, {Amount::k30Garbage, 30}};
constexpr Bound kWatcherBounds[] = {{Amount::k8Watchers, 8}, {Amount::k14Watchers, 14}};
constexpr Bound kDeathBounds[] = {{Amount::k20Die, 20}, {Amount::k100Die, 100}};
constexpr Bound kScriptBounds[] = {{Amount::k10Scripts, 10}, {Amount::k30Scripts, 30}};
constexpr Bound kBirthBounds[] = {{Amount::k10Born, 10}, {Amount::k40Born, 40}};
constexpr Bound kEntryBounds[] = {{Amount::k10Entries, 10}};
constexpr Bound kPushedBounds[] = {{Amount::k20Pushed, 20}};
constexpr Bound kWideBounds[] = {{Amount::k3FullWide, kFewWide}};
constexpr Bound kFinalizerBounds[] = {{Amount::k8Finalizers, 8}};
constexpr Bound kDepthBounds[] = {{Amount::k5Deep, 5}};

class Scout final : public Collector, private Observer {
 public:
  Scout(const Specimen& specimen, Observer& observer, Reached& reached)
      : observer_(observer), reached_(reached), inner_(specimen.make(*this)) {}

  void Execute(const Op& op) override {
    if (heap_.frames().empty()) course_ = Course();
    ++time_;
    NoteSetting(op);
    NoteNumber(op);
    if (op.code == OpCode::kPop) Popped();
    NoteDeed(op);
    NoteOperands(op);
    heap_.Begin(op);
    inner_->Execute(op);
    heap_.End();
    if (heap_.frames().empty()) EndOfMain();
  }

  std::string Verify() const override { return inner_->Verify(); }
  void SetNotes(bool on) override { inner_->SetNotes(on); }

  void Reset() override {
    inner_->Reset();
    heap_ = ObservedHeap();
    pasts_.clear();
    garbage_.clear();
    pushed_.clear();
    alive_ = net_ = time_ = 0;
    failed_ = false;
  }

 private:
  // What is known of an object beside what the heap shows.
  struct Past {
    uint32_t marks = 0;  // of which the newest was made at that time
    int marked = 0;
    int8_t generation = 0;
    bool key = false;
    int watchers = 0;
    int entries = 0;
  };
  // What an operation of main caused.
  struct Course {
    int deaths = 0;
    int scripts = 0;
    int finalizers = 0;
    int births = 0;
    int full_wide = 0;
    std::array<uint32_t, 2> traits = {};  // by count, in a collection: a bit for each Trait
    std::vector<std::pair<ObjectId, bool>> finalized = {};  // whether in a collection
  };

  ScriptEnd On(const Event& event) override;
  void Broken(const std::string& why) override { observer_.Broken(why); }
  void Note(const std::string& text) override { observer_.Note(text); }

  void Set(Group group, size_t row, size_t column) {
    reached_.set(ConjunctionOf(group, row, column));
  }
  template <size_t kCount>
  void Count(const Bound (&bounds)[kCount], int number) {
    for (const Bound& bound : bounds) {
      if (number >= bound.least) Set(Group::kSize, At(bound.amount), 0);
    }
  }
  Past& past(ObjectId id) { return pasts_.at(static_cast<size_t>(id)); }

  void Make(ObjectId id, Mark mark) {
    if (id == kNone) return;
    Past& object = past(id);
    if (time_ - object.marked > kSoon) object.marks = 0;
    object.marks |= 1u << At(mark);
    object.marked = time_;
  }
  void LookAt(ObjectId id, Look look) {
    if (id == kNone) return;
    const Past& object = past(id);
    if (object.marks == 0 || time_ - object.marked > kSoon) return;
    for (size_t mark = 0; mark < kMarks; ++mark) {
      if ((object.marks >> mark & 1) != 0) Set(Group::kMarked, mark, At(look));
    }
  }

  const Frame* InnermostScript() const {
    const auto found =
        std::find_if(heap_.frames().rbegin(), heap_.frames().rend(),
                     [](const Frame& frame) { return frame.type == Frame::Type::kScript; });
    return found == heap_.frames().rend() ? nullptr : &*found;
  }
  bool IsCallback(const Frame& script) const {
    return heap_.at(script.object).kind == OpCode::kWeak;
  }
  const Op* Hosting() const;
  void Do(Deed deed);

  // Whether the event is about an object that there is. If not, the judge is about to say so.
  bool Sound(const Event& event) const {
    if (event.kind == Event::Kind::kNew) return event.id == static_cast<ObjectId>(pasts_.size());
    return event.id == kNone || heap_.known(event.id);
  }

  void NoteSetting(const Op& op);
  void NoteNumber(const Op& op);
  void NoteDeed(const Op& op);
  void NoteOperands(const Op& op);
  void Hold(ObjectId holder, ObjectId value);
  void Popped();
  void Born(const Event& event);
  void Got(const Event& event);
  void Collecting(int generation);
  void Collected();
  void Freeing(ObjectId id);
  void EndOfMain();

  Observer& observer_;
  Reached& reached_;
  ObservedHeap heap_;
  std::vector<Past> pasts_;        // by ObjectId
  std::vector<ObjectId> garbage_;  // as if only `garbage clear` emptied the list
  std::vector<ObjectId> pushed_;
  Course course_;
  int alive_ = 0;
  int net_ = 0;          // births less deaths since a collection, as the first threshold counts
  int time_ = 0;         // operations
  int generation_ = 0;   // that is being collected
  bool failed_ = false;  // the last allocation did
  const std::unique_ptr<Collector> inner_;  // last: its constructor may report events
};

// ---- operations ----

bool Changed(const Op& op, Change* change) {
  switch (op.code) {
    case OpCode::kThreshold:
      *change = Change::kThreshold;
      return true;
    case OpCode::kEnable:
      *change = Change::kEnable;
      return true;
    case OpCode::kDisable:
      *change = Change::kDisable;
      return true;
    case OpCode::kSaveallOn:
      *change = Change::kSaveallOn;
      return true;
    case OpCode::kSaveallOff:
      *change = Change::kSaveallOff;
      return true;
    case OpCode::kFail:
      *change = Change::kFail;
      return true;
    case OpCode::kClearGarbage:
      *change = Change::kClearGarbage;
      return true;
    default:
      return false;
  }
}

void Scout::NoteSetting(const Op& op) {
  const Frame* script = InnermostScript();
  Change change = {};
  if (script == nullptr || !Changed(op, &change)) return;
  const bool collecting = heap_.collections() > 0;
  const Place place = IsCallback(*script)
                          ? collecting ? Place::kCallbackInCollection : Place::kCallback
                      : collecting ? Place::kFinalizerInCollection
                                   : Place::kFinalizer;
  Set(Group::kSetting, At(change), At(place));
}

void Scout::NoteNumber(const Op& op) {
  constexpr int kLarge = 1 << 29;
  constexpr std::array<int, 4> kPowers = {128, 256, 32768, 65536};
  const Group group = InnermostScript() != nullptr ? Group::kValueInScript : Group::kValueInMain;
  const auto note = [&](Argument argument, int number, int as_many) {
    for (size_t i = 0; i < kPowers.size(); ++i) {
      if (std::abs(number - kPowers[i]) <= 1) Set(group, At(argument), i);
    }
    if (number >= kLarge) Set(group, At(argument), At(Value::kLargest));
    if (as_many > 1 && std::abs(number - as_many) <= 1) {
      Set(group, At(argument), At(Value::kAsMany));
    }
  };
  if (op.code == OpCode::kThreshold) {
    note(Argument::kThreshold, op.count, net_);
    note(Argument::kLaterThreshold, op.count1, 0);
    note(Argument::kLaterThreshold, op.count2, 0);
  } else if (op.code == OpCode::kTakeGarbage) {
    note(Argument::kGarbage, op.count, static_cast<int>(garbage_.size()));
  } else if (op.code == OpCode::kFail) {
    note(Argument::kFailure, op.count, 0);
  }
}

bool HostOf(OpCode code, Host* host) {
  constexpr std::pair<OpCode, Host> kHostCodes[] = {
      {OpCode::kEmptyRegister, Host::kDrop},
      {OpCode::kStore, Host::kStore},
      {OpCode::kEmptySlot, Host::kEmptySlot},
      {OpCode::kCopy, Host::kCopy},
      {OpCode::kLoad, Host::kLoad},
      {OpCode::kDeref, Host::kDereference},
      {OpCode::kMapGet, Host::kLookup},
      {OpCode::kMapPut, Host::kPut},
      {OpCode::kMapRemove, Host::kRemove},
      {OpCode::kClear, Host::kClear},
      {OpCode::kCopySlots, Host::kCopySlots},
      {OpCode::kPop, Host::kPop},
      {OpCode::kClearGarbage, Host::kClearGarbage},
      {OpCode::kCollect, Host::kCollect},
  };
  for (const auto& [from, to] : kHostCodes) {
    if (from != code) continue;
    *host = to;
    return true;
  }
  *host = Host::kBirth;
  return Allocates(code);
}

// The operation within which the innermost script runs, or null.
const Op* Scout::Hosting() const {
  bool script = false;
  for (auto frame = heap_.frames().rbegin(); frame != heap_.frames().rend(); ++frame) {
    if (frame->type == Frame::Type::kScript) script = true;
    if (script && frame->type == Frame::Type::kOperation) return &frame->op;
  }
  return nullptr;
}

// User code does that within an operation; nothing, if no operation is a host.
void Scout::Do(Deed deed) {
  const Op* hosting = Hosting();
  Host host = {};
  if (hosting != nullptr && HostOf(hosting->code, &host)) {
    Set(Group::kUserCode, At(host), At(deed));
  }
}

bool WritesSlot(OpCode code) {
  return code == OpCode::kStore || code == OpCode::kEmptySlot || code == OpCode::kMapPut ||
         code == OpCode::kMapRemove || code == OpCode::kClear || code == OpCode::kCopySlots;
}

bool WritesThere(const Op& op, const Op& host) {
  if (WritesRegister(host.code)) return WritesRegister(op.code) && op.dest == host.dest;
  if (!WritesSlot(host.code) || !WritesSlot(op.code) || op.ref != host.ref) return false;
  const bool whole = op.code != OpCode::kStore && op.code != OpCode::kEmptySlot;
  return whole || op.slot == host.slot || host.code == OpCode::kClear ||
         host.code == OpCode::kCopySlots;
}

void Scout::NoteDeed(const Op& op) {
  const Op* host = Hosting();
  if (host != nullptr && WritesThere(op, *host)) Do(Deed::kUndoes);
  if (op.code == OpCode::kEmptyRegister) Do(Deed::kDrops);
  if (op.code == OpCode::kStore || op.code == OpCode::kEmptySlot) Do(Deed::kStores);
  if (op.code == OpCode::kTakeGarbage) Do(Deed::kTakes);
  if (op.code == OpCode::kCensus) Do(Deed::kLists);
  if (op.code == OpCode::kCollect) Do(Deed::kCollects);
}

// Before the operation has any effect.
void Scout::NoteOperands(const Op& op) {
  switch (op.code) {
    case OpCode::kStore:
      return Hold(heap_.Find(op.ref), heap_.Find(op.value));
    case OpCode::kMapPut: {
      const ObjectId key = heap_.Find(op.key);
      const ObjectId map = heap_.Find(op.ref);
      if (key == kNone || map == kNone) return;
      LookAt(key, Look::kKeyed);
      past(key).key = true;
      return Count(kEntryBounds, ++past(map).entries);
    }
    case OpCode::kMapRemove:
      return Make(heap_.Find(op.key), Mark::kUnkeyed);
    case OpCode::kDispose:
      return Make(heap_.Find(op.ref), Mark::kDisposed);
    case OpCode::kClear:
    case OpCode::kCopySlots:
      return Make(heap_.Find(op.ref), Mark::kFilled);
    case OpCode::kPush:
      pushed_.push_back(heap_.Find(op.ref));
      return Count(kPushedBounds, static_cast<int>(pushed_.size()));
    case OpCode::kClearGarbage:
      for (const ObjectId id : garbage_) Make(id, Mark::kReleased);
      return garbage_.clear();
    default:
      return;
  }
}

void Scout::Hold(ObjectId holder, ObjectId value) {
  if (holder == kNone || value == kNone) return;
  if (past(holder).generation > past(value).generation) LookAt(value, Look::kHeldByOlder);
}

void Scout::Popped() {
  if (pushed_.empty()) return;
  Make(pushed_.back(), Mark::kPopped);
  pushed_.pop_back();
}

void Scout::EndOfMain() {
  for (const auto& [id, collected] : course_.finalized) {
    if (heap_.at(id).freed) continue;
    Make(id, collected ? Mark::kResurrectedInCollection : Mark::kResurrectedByCount);
  }
  Count(kDeathBounds, course_.deaths);
  Count(kScriptBounds, course_.scripts);
  Count(kFinalizerBounds, course_.finalizers);
  Count(kBirthBounds, course_.births);
  Count(kWideBounds, course_.full_wide);
  for (const bool collected : {false, true}) {
    const uint32_t traits = course_.traits[collected ? 1 : 0];
    const Group group = collected ? Group::kDieTogetherCollection : Group::kDieTogether;
    for (size_t row = 0; row < kTraits; ++row) {
      for (size_t column = row + 1; column < kTraits; ++column) {
        if ((traits >> row & traits >> column & 1) != 0) Set(group, row, column);
      }
    }
  }
}

// ---- events ----

ScriptEnd Scout::On(const Event& event) {
  using Kind = Event::Kind;
  if (!Sound(event)) return observer_.On(event);
  const bool script = event.kind == Kind::kFinalize || event.kind == Kind::kCallback;
  if (event.kind == Kind::kFree) Freeing(event.id);
  if (event.kind == Kind::kCollect) Collecting(event.number);
  heap_.Before(event);
  if (event.kind == Kind::kNew) Born(event);
  if (event.kind == Kind::kGot) Got(event);
  if (event.kind == Kind::kTracked) LookAt(event.id, Look::kCensus);
  if (event.kind == Kind::kFailed) failed_ = true;
  if (event.kind == Kind::kGarbage) {
    garbage_.push_back(event.id);
    Make(event.id, Mark::kSaved);
    Count(kGarbageBounds, static_cast<int>(garbage_.size()));
  }
  if (script) {
    ++course_.scripts;
    const auto depth =
        std::count_if(heap_.frames().begin(), heap_.frames().end(),
                      [](const Frame& frame) { return frame.type == Frame::Type::kScript; });
    Count(kDepthBounds, static_cast<int>(depth));
  }
  const ScriptEnd end = observer_.On(event);
  heap_.After(event);
  if (event.kind == Kind::kFinalize) {
    ++course_.finalizers;
    course_.finalized.emplace_back(event.id, heap_.collections() > 0);
    if (end == ScriptEnd::kRaised) Make(event.id, Mark::kRaised);
  }
  if (event.kind == Kind::kDone) Collected();
  return end;
}

void Scout::Born(const Event& event) {
  pasts_.resize(static_cast<size_t>(event.id) + 1);
  Count(kAliveBounds, ++alive_);
  ++net_;
  const ObservedHeap::Object& object = heap_.at(event.id);
  if (object.target != kNone) {
    LookAt(object.target, Look::kWatched);
    Count(kWatcherBounds, ++past(object.target).watchers);
  }
  if (std::exchange(failed_, false)) Make(event.id, Mark::kBornAfterFailure);
  if (heap_.top().op.code == OpCode::kNodeWith) Make(event.id, Mark::kFilled);
  const Frame* script = InnermostScript();
  if (script == nullptr) return;
  ++course_.births;
  Make(event.id, IsCallback(*script) ? Mark::kBornInCallback : Mark::kBornInFinalizer);
  if (heap_.collections() > 0) Make(event.id, Mark::kBornInCollection);
  Do(Deed::kBears);
}

void Scout::Got(const Event& event) {
  const OpCode code = heap_.top().op.code;
  if (code == OpCode::kLoad) LookAt(event.id, Look::kLoaded);
  if (code != OpCode::kDeref) return;
  LookAt(event.id, Look::kDereferenced);
  if (InnermostScript() == nullptr) return;
  Make(event.id, Mark::kFoundByScript);
  Do(event.id == kNone ? Deed::kMisses : Deed::kFinds);
}

void Scout::Collecting(int generation) {
  net_ = 0;
  if (heap_.collections() == 0) generation_ = generation;
  const bool full = generation == kGenerations - 1;
  for (size_t id = 0; id < pasts_.size(); ++id) {
    if (pasts_[id].marks == 0 || heap_.at(static_cast<ObjectId>(id)).freed) continue;
    LookAt(static_cast<ObjectId>(id), full ? Look::kFullCollection : Look::kYoungCollection);
  }
}

// Survivors of a collection are as old as CPython makes them.
void Scout::Collected() {
  if (heap_.collections() > 0) return;  // it was nested, and did nothing
  const auto next = static_cast<int8_t>(std::min(generation_ + 1, kGenerations - 1));
  for (size_t id = 0; id < pasts_.size(); ++id) {
    Past& object = pasts_[id];
    if (object.generation >= next || heap_.at(static_cast<ObjectId>(id)).freed) continue;
    object.generation = next;
    Make(static_cast<ObjectId>(id), Mark::kPromoted);
  }
}

void Scout::Freeing(ObjectId id) {
  const ObservedHeap::Object& object = heap_.at(id);
  const bool collected = heap_.collections() > 0;
  LookAt(id, collected ? Look::kDiesInCollection : Look::kDiesByCount);
  --alive_;
  --net_;
  ++course_.deaths;
  const Past& its = past(id);
  const bool wide = object.slots.size() >= 6;
  const auto empty = std::count(object.slots.begin(), object.slots.end(), kNone);
  if (object.slots.size() == kMaxSlots && empty == 0) ++course_.full_wide;
  uint32_t traits = 0;
  const auto add = [&traits](Trait trait, bool has) { traits |= uint32_t{has} << At(trait); };
  add(Trait::kLeaf, object.kind == OpCode::kLeaf);
  add(Trait::kOld, object.kind == OpCode::kNode && its.generation > 0);
  add(Trait::kFinal, heap_.has_finalizer(id));
  add(Trait::kWatched, its.watchers > 0);
  add(Trait::kKey, its.key);
  add(Trait::kWide, wide);
  add(Trait::kWeak, object.kind == OpCode::kWeak);
  add(Trait::kMap, object.kind == OpCode::kMap);
  course_.traits[collected ? 1 : 0] |= traits;
  if (object.target != kNone && !heap_.at(object.target).freed) {
    --past(object.target).watchers;
    Make(object.target, Mark::kUnwatched);
  }
}

}  // namespace

Specimen Scouted(const Specimen& specimen, Reached* reached) {
  Specimen scouted = specimen;
  scouted.make = [specimen, reached](Observer& observer) -> std::unique_ptr<Collector> {
    return std::make_unique<Scout>(specimen, observer, *reached);
  };
  return scouted;
}

}  // namespace ouro
