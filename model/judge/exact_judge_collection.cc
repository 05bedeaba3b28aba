// SPDX-License-Identifier: Apache-2.0

// The exact judge on collections: when they start, what is trash, what has to happen to it and in
// which phase. Semantics, sections 2 and 5 to 8.

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "model/judge/exact_judge.h"

namespace ouro {

using Kind = ShadowObject::Kind;
using Bond = ShadowObject::Bond;

int ExactJudge::OlderGeneration() const {
  if (rules_.survivors == ExactRules::Survivors::kOldestGeneration) return kGenerations - 1;
  return std::min(collection_.generation + 1, kGenerations - 1);
}

// CPython's collect_generations(): the oldest generation whose count exceeds its threshold, or -1
// if no collection is due. *full becomes whether a full collection is lawful instead.
int ExactJudge::AutomaticGeneration(bool* full) {
  *full = false;
  if ((abilities_ & kThresholds) == 0 || !enabled_ || collection_.running) return -1;
  if (threshold_[0] == 0 || allocated_[0] <= threshold_[0]) return -1;
  for (int g = kGenerations - 1; g > 0; --g) {
    if (allocated_[g] <= threshold_[g]) continue;
    if (g == 2 && rules_.full_collection_waits &&
        survived_middle_.least < survived_full_.most / 4) {
      *full = survived_middle_.most >= survived_full_.least / 4;
      Note(Situation::kFullCollectionWaited);
      continue;
    }
    return g;
  }
  return 0;
}

// Whether the operation collects that generation. The end does so in its own way.
bool ExactJudge::Asks(const Op& op, int generation) const {
  if (op.code == OpCode::kEnd) return rules_.collects_at_end && generation == kGenerations - 1;
  return op.code == OpCode::kCollect && op.count == generation;
}

void ExactJudge::OnCollect(const Event& event) {
  Frame& frame = frames_.back();
  const bool fits =
      frame.type == Frame::Type::kOp && !frame.collected && !frame.answered &&
      (event.flag ? frame.automatic == event.number || (frame.full && event.number == 2)
                  : Asks(frame.op, event.number));
  if (!fits) {
    return Convict(event.flag                      ? Law::kCollectionSchedule
                   : frame.op.code == OpCode::kEnd ? Law::kEnd
                                                   : Law::kEventInPlace,
                   kNone,
                   fmt::format("no {}collection of generation {} was due",
                               event.flag ? "automatic " : "", event.number));
  }
  frame.collected = true;
  Frame opened{.type = Frame::Type::kCollection, .nested = collection_.running};
  if (const Frame* script = InnermostScript(); script != nullptr) {
    Note(script->is_callback ? Situation::kCollectInCallback : Situation::kCollectInFinalizer);
  }
  if (event.flag) {
    Note(Situation::kAutomaticCollection);
    if (event.number == 1) Note(Situation::kAutomaticMiddle);
    if (event.number == 2) Note(Situation::kAutomaticFull);
  }
  if (opened.nested) Note(Situation::kNestedCollect);
  frames_.push_back(opened);
  if (!opened.nested) BeginCollection(event.number);
}

void ExactJudge::BeginCollection(int generation) {
  Collection& c = collection_;
  c.running = true;
  c.phase = Collection::Phase::kCallbacks;
  c.generation = generation;
  c.loose_mark = heap_.LooseMark();
  c.cleared = c.weaks_died = c.calls_due = 0;
  c.revived = c.saveall = c.shared = false;
  c.trash.clear();
  c.kept.clear();
  if (generation + 1 < kGenerations) ++allocated_[generation + 1];
  std::fill(allocated_, allocated_ + generation + 1, 0);

  scratch_.clear();
  heap_.ListTracked(generation, &scratch_);
  FindTrash(scratch_, &c.trash);
  for (const ObjectId id : c.trash) heap_.at(id).found = true;
  NoteTrash(c.trash);
  heap_.ForgetTracked(generation);
  Range survivors;
  for (const ObjectId id : scratch_) {
    const ShadowObject& object = heap_.at(id);
    // An object that an operation has released together with another, which dies first, may be
    // untracked already.
    const bool unheld = object.firm == 0 && object.loose == 0;
    survivors.least += object.found || unheld ? 0 : 1;
    survivors.most += object.found ? 0 : 1;
    heap_.SetGeneration(id, object.found ? -1 : OlderGeneration());
  }
  if (survivors.most > 0 && generation < 2) Note(Situation::kSurvivorPromoted);
  if (generation == 1) {
    survived_middle_.least += survivors.least;
    survived_middle_.most += survivors.most;
  }
  if (generation == 2) {
    survived_middle_ = {};
    survived_full_ = survivors;
  }
  if (Uncollectable()) KeepUncollectable();
  c.collectable = static_cast<int32_t>(c.trash.size());
  ClearWeakReferences();
}

// Appends to *trash what cannot be reached from outside `among` (CPython's subtract_refs and
// move_unreachable). Unheld objects count as reached: they die by reference count. An entry is a
// reference from its map and from its key, if these are among: it reaches once both are reached.
void ExactJudge::FindTrash(const std::vector<ObjectId>& among, std::vector<ObjectId>* trash) {
  constexpr int32_t kReached = -2;
  for (const ObjectId id : among) {
    ShadowObject& object = heap_.at(id);
    object.outside =
        object.firm == 0 ? std::numeric_limits<int32_t>::max() : object.firm + object.loose;
  }
  for (const ObjectId id : among) {
    for (const ObjectId child : heap_.at(id).slots) {
      if (child != kNone && heap_.at(child).outside > 0) --heap_.at(child).outside;
    }
    heap_.ForEachEntry(id, [&](ObjectId value, ObjectId other) {
      // Once: if both are among, from the map.
      if (heap_.at(id).kind == Kind::kNode && heap_.at(other).outside >= 0) return;
      if (heap_.at(value).outside > 0) --heap_.at(value).outside;
    });
  }
  if (collection_.phase == Collection::Phase::kCallbacks) NoteOldHolders(among);
  std::vector<ObjectId> reached;
  const auto reach = [&](ObjectId id) {
    heap_.at(id).outside = kReached;
    reached.push_back(id);
  };
  for (const ObjectId root : among) {
    if (heap_.at(root).outside > 0) reach(root);
    while (!reached.empty()) {
      const ObjectId id = reached.back();
      reached.pop_back();
      for (const ObjectId child : heap_.at(id).slots) {
        if (child != kNone && heap_.at(child).outside >= 0) reach(child);
      }
      heap_.ForEachEntry(id, [&](ObjectId value, ObjectId other) {
        if (heap_.at(other).outside < 0 && heap_.at(value).outside >= 0) reach(value);
      });
    }
  }
  for (const ObjectId id : among) {
    if (heap_.at(id).outside >= 0) trash->push_back(id);
  }
  for (const ObjectId id : among) heap_.at(id).outside = -1;
}

// An object that is referenced from outside a young collection, but by no root, is referenced by an
// older object. Only if no script is running, in which dying objects and pending callbacks refer to
// objects, and if nothing is pushed.
void ExactJudge::NoteOldHolders(const std::vector<ObjectId>& among) {
  if (collection_.generation == kGenerations - 1 || in_script() || !pushed_.empty()) return;
  for (const ObjectId id : among) {
    const ShadowObject& object = heap_.at(id);
    if (object.firm == 0 || object.outside <= 0 || object.in_garbage) continue;
    bool in_register = false;
    for (const ObjectId held : registers_) in_register |= held == id;
    if (!in_register) return Note(Situation::kOldHoldsYoung);
  }
}

void ExactJudge::NoteTrash(const std::vector<ObjectId>& trash) {
  if (trash.empty()) return;
  Note(Situation::kTrashFound);
  bool tangled = false;
  const auto note = [&](Situation situation) {
    tangled = true;
    Note(situation);
  };
  for (const ObjectId id : trash) {
    const ShadowObject& object = heap_.at(id);
    if (object.generation != heap_.at(trash.front()).generation) {
      Note(Situation::kTrashSpansGenerations);
    }
    for (size_t i = 0; i < object.slots.size(); ++i) {
      if (object.slots[i] == kNone) continue;
      if (object.kind == Kind::kWeak && heap_.at(object.slots[i]).found) {
        note(Situation::kTrashThroughWeak);
      }
      if (object.slots[i] == id) note(Situation::kSelfEdge);
      const auto begin = object.slots.begin();
      const auto end = begin + static_cast<ptrdiff_t>(i);
      if (std::find(begin, end, object.slots[i]) != end) note(Situation::kParallelEdges);
    }
  }
  for (const ObjectId id : trash) {
    heap_.ForEachEntry(id, [&](ObjectId value, ObjectId other) {
      const bool lives = heap_.at(id).kind == Kind::kNode && !heap_.at(other).found;
      if (lives && heap_.at(value).found) note(Situation::kTrashThroughEntry);
    });
  }
  if (features_.counting()) CountTrash(trash, tangled);
}

// REQUIRES: the trash is marked as `found`; features are being counted.
void ExactJudge::CountTrash(const std::vector<ObjectId>& trash, bool tangled) {
  TrashShape shape = {.objects = trash.size(), .generation = collection_.generation};
  shape.tangled = tangled;
  for (const ObjectId id : trash) {
    const ShadowObject& object = heap_.at(id);
    shape.finalizer |= object.has_finalizer();
    shape.spans |= object.generation != heap_.at(trash.front()).generation;
    for (const ObjectId weak : object.weaks) {
      (heap_.at(weak).found ? shape.weak_inside : shape.weak_outside) = true;
    }
  }
  features_.Count(shape);
}

// Moves trash with finalizers, and all that it reaches, to the uncollectable set (move_finalizers
// and move_finalizer_reachable).
void ExactJudge::KeepUncollectable() {
  Collection& c = collection_;
  const auto keep = [&](ObjectId id) {
    heap_.at(id).found = false;
    heap_.at(id).kept = true;
    c.kept.push_back(id);
  };
  for (const ObjectId id : c.trash) {
    if (heap_.at(id).has_finalizer()) keep(id);
  }
  for (size_t i = 0; i < c.kept.size(); ++i) {
    for (const ObjectId child : heap_.at(c.kept[i]).slots) {
      if (child == kNone || !heap_.at(child).found) continue;
      keep(child);
      Note(Situation::kUncollectableWithout);
    }
    heap_.ForEachEntry(c.kept[i], [&](ObjectId value, ObjectId other) {
      if (!heap_.at(other).found && heap_.at(value).found) keep(value);
    });
  }
  std::erase_if(c.trash, [this](ObjectId id) { return heap_.at(id).kept; });
}

// Clears all weak references to the trash before the first callback runs (handle_weakrefs).
void ExactJudge::ClearWeakReferences() {
  Collection& c = collection_;
  for (const ObjectId id : c.trash) {
    ShadowObject& object = heap_.at(id);
    if (object.kind == Kind::kWeak) continue;
    for (const ObjectId weak : object.weaks) {
      Note(heap_.at(weak).found ? Situation::kWeakInsideTrash : Situation::kWeakOutsideTrash);
      if (heap_.at(weak).kept) Note(Situation::kWeakInUncollectable);
    }
    heap_.MakeCallsDue(id, /*by_collection=*/true);
    for (const ObjectId weak : object.calls) heap_.at(weak).moving = true;
    c.calls_due += static_cast<int32_t>(object.calls.size());
  }
  const bool own =
      rules_.clears == ExactRules::Clears::kInTrash || rules_.clears == ExactRules::Clears::kTwice;
  for (const ObjectId id : c.trash) {
    if (own && heap_.at(id).kind == Kind::kWeak) heap_.Detach(id);
  }
}

// After the finalizers: what is left is cleared of weak references, and none is called.
void ExactJudge::ClearWeakReferencesAgain() {
  if (!rules_.ClearsAfterFinalizers()) return;
  for (const ObjectId id : collection_.trash) {
    if (heap_.at(id).kind == Kind::kWeak) heap_.Detach(id);
    while (!heap_.at(id).weaks.empty()) heap_.Detach(heap_.at(id).weaks.back());
  }
}

bool ExactJudge::TrashFinalizersDue() const {
  return std::any_of(collection_.trash.begin(), collection_.trash.end(), [this](ObjectId id) {
    const ShadowObject& object = heap_.at(id);
    return object.found && heap_.FinalizerDue(object);
  });
}

// Advances to the clearing of the trash if nothing is due before. Returns whether it is being
// cleared.
bool ExactJudge::AdvanceCollection() {
  Collection& c = collection_;
  if (!c.running) return false;
  if (c.phase == Collection::Phase::kClearing) return true;
  if (frames_.back().type != Frame::Type::kCollection || c.calls_due > 0) return false;
  if (!Uncollectable()) {
    if (TrashFinalizersDue()) return false;
    SplitRevived();
    ClearWeakReferencesAgain();
  } else {
    // A callback has let a map go, and with it trash that only an entry held.
    std::erase_if(c.trash, [this](ObjectId id) { return heap_.at(id).freed; });
  }
  c.phase = Collection::Phase::kClearing;
  c.saveall = saveall_;
  c.cleared = static_cast<int32_t>(c.trash.size());
  if (c.saveall) return true;
  for (const ObjectId id : c.trash) {
    heap_.ForEachEntry(id, [&](ObjectId, ObjectId other) { c.shared |= !heap_.at(other).found; });
  }
  for (const ObjectId id : c.trash) {
    if (!heap_.at(id).found) {  // a weak reference whose callback ran after all
      if (heap_.at(id).called_back && !heap_.at(id).freed) heap_.ClearCalled(id);
      continue;
    }
    if (!heap_.at(id).weaks.empty()) late_.push_back(id);
    heap_.Clear(id);
  }
  return true;
}

// After the finalizers: spares what is reachable again (handle_resurrected_objects), or everything.
void ExactJudge::SplitRevived() {
  Collection& c = collection_;
  // Trash that finalizers made die by reference count is gone by now, with all that it referred to.
  heap_.ReleaseSince(c.loose_mark);
  std::vector<ObjectId> left;
  for (const ObjectId id : c.trash) {
    ShadowObject& object = heap_.at(id);
    object.found = object.found && object.firm > 0 && !object.freed;
    if (object.found) left.push_back(id);
  }
  c.trash.clear();
  FindTrash(left, &c.trash);
  if (c.trash.size() == left.size()) return;
  Note(Situation::kTrashResurrected);
  if (!c.trash.empty()) Note(Situation::kTrashPartlyResurrected);
  c.revived = true;
  if (rules_.resurrection == ExactRules::Resurrection::kSparesAll) c.trash.clear();
  for (const ObjectId id : left) heap_.at(id).found = false;
  for (const ObjectId id : c.trash) heap_.at(id).found = true;
  for (const ObjectId id : left) {
    if (!heap_.at(id).found) heap_.SetGeneration(id, OlderGeneration());
  }
}

void ExactJudge::OnGarbage(ObjectId id) {
  ShadowObject& object = heap_.at(id);
  const bool clearing = AdvanceCollection();
  const bool belongs =
      collection_.saveall ? object.found || object.kept : object.kept && object.has_finalizer();
  if (!clearing || !belongs || object.saved || object.firm == 0) {
    const char* why = !clearing      ? "callbacks or finalizers were due first"
                      : object.saved ? "it was already there"
                      : !object.kept ? "it is not uncollectable"
                      : !belongs     ? "it has no finalizer"
                                     : "it dies by reference count";
    return Convict(Law::kGarbageUncollectable, id,
                   fmt::format("#{} was put into the garbage list, but {}", id, why));
  }
  Note(collection_.saveall ? Situation::kSaveallTrash : Situation::kUncollectable);
  object.saved = true;
  object.in_garbage = true;
  garbage_.push_back(id);
  heap_.Hold(id);
}

// Whether the running collection may end now; if not, convicts.
bool ExactJudge::CheckCollectionComplete() {
  const Collection& c = collection_;
  if (!AdvanceCollection()) {
    Convict(c.calls_due > 0 ? Law::kCallbackBeforeFree : Law::kFinalizeAtOnce, kNone,
            c.calls_due > 0 ? "the collection ended before all its callbacks had run"
                            : "the collection ended before all finalizers of its trash had run");
    return false;
  }
  for (const ObjectId id : c.trash) {
    const ShadowObject& object = heap_.at(id);
    if (c.saveall ? object.saved : object.freed || !object.found) continue;
    Convict(c.saveall ? Law::kGarbageComplete : Law::kTrashFreed, id,
            fmt::format("#{} is trash of generation {} or younger, but was not {}", id,
                        c.generation, c.saveall ? "put into the garbage list" : "freed"));
    return false;
  }
  for (const ObjectId id : c.kept) {
    const ShadowObject& object = heap_.at(id);
    if (!object.kept || object.saved || object.firm == 0) continue;
    if (!object.has_finalizer() && !c.saveall) continue;
    Convict(Law::kGarbageComplete, id,
            fmt::format("#{} is uncollectable, but was not put into the garbage list", id));
    return false;
  }
  return true;
}

// The size of the uncollectable set, without what callbacks have taken out of it.
int32_t ExactJudge::KeptObjects() const {
  return static_cast<int32_t>(std::count_if(collection_.kept.begin(), collection_.kept.end(),
                                            [this](ObjectId id) { return heap_.at(id).kept; }));
}

// REQUIRES: the trash is being cleared.
int32_t ExactJudge::ResultOfCollection() const {
  const bool all = rules_.answer == ExactRules::Answer::kFound;
  return (all ? collection_.collectable : collection_.cleared) + collection_.weaks_died +
         KeptObjects();
}

void ExactJudge::OnDone(const Event& event) {
  const Frame frame = frames_.back();
  if (frame.nested) {
    if (event.number == 0) return frames_.pop_back();
    return Convict(Law::kNoNestedCollection, kNone,
                   fmt::format("a collection inside a collection returned {}", event.number));
  }
  if (!CheckCollectionComplete()) return;
  const int32_t count = ResultOfCollection();
  // Nobody sees what the last one returns.
  const bool seen = !ending() || frames_.size() > 2;
  if (seen && event.number != count) {
    return Convict(Law::kCollectionCount, kNone,
                   fmt::format("the collection returned {} instead of {}", event.number, count));
  }
  EndCollection();
}

void ExactJudge::EndCollection() {
  Collection& c = collection_;
  for (const auto* set : {&c.trash, &c.kept}) {
    for (const ObjectId id : *set) {
      ShadowObject& object = heap_.at(id);
      if (!object.freed && (object.found || object.kept)) {
        heap_.SetGeneration(id, OlderGeneration());
      }
      object.found = object.kept = object.saved = false;
    }
  }
  heap_.ReleaseSince(c.loose_mark);
  for (const ObjectId id : c.trash) {
    if (!heap_.at(id).called_back) continue;
    heap_.at(id).called_back = false;
    if (!c.saveall) heap_.EndClearing(id);  // saveall clears nothing
  }
  c.running = false;
  frames_.pop_back();
}

}  // namespace ouro
