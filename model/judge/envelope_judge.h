// SPDX-License-Identifier: Apache-2.0

// The envelope judge knows what every object of a program can reach, and checks a collector against
// the bounds of its envelope: what must be alive, what must be dead, what a finalizer may see.
//
// Place: the judge of contracts of bounds, beside the exact judge.
//
// Reachability is counted, not searched: an object has as many holds as registers, stacks, running
// scripts and slots of reachable objects refer to it. All changes of holds go through Hold and
// Release (envelope_judge_reach.cc), which note at that moment what became reachable or
// unreachable, whatever caused it: an operation, its result, a birth, the end of a script.
//
// An entry of a map refers to its value from both its map and its key, and counts among the holds
// of the value while both are reachable.
//
// Kinds of edges promise less than plain slots (model/kind.h). What a slot surely holds is counted;
// what it may hold, because its holder may have been emptied, is a doubt: such an object may live
// and may die. A load settles a doubt.
//
// The class has nine sources: envelope_judge.cc (operations), envelope_judge_events.cc (single
// events), envelope_judge_collection.cc, envelope_judge_reach.cc (holds and reachability),
// envelope_judge_counts.cc (deaths by count), envelope_judge_kinds.cc (what kinds promise away),
// envelope_judge_steps.cc (collections in steps), envelope_judge_end.cc (the end), and
// envelope_judge_view.cc (what it shows of all that).

#ifndef MODEL_JUDGE_ENVELOPE_JUDGE_H_
#define MODEL_JUDGE_ENVELOPE_JUDGE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "model/judge/entries.h"
#include "model/judge/judge.h"

namespace ouro {

class EnvelopeJudge final : public Judge {
 public:
  // REQUIRES: `bounds` outlives the judge.
  EnvelopeJudge(const Envelope& bounds, uint32_t abilities, const KindTable& kinds);

  // Complexity: amortized O(1) a call of Judge, except: a collection is linear in the heap; so is
  // the first free or finalize event, or operation of a script within a collection, after the
  // release of a reference to an object that may be in a cycle; and a script that does anything is
  // linear in what only its object reaches. A collection is also linear in the slots that hold by a
  // kind.
  int8_t script_of(ObjectId id) const override { return at(id).script; }

 private:
  struct Object {
    enum class Kind : uint8_t { kNode, kLeaf, kWeak, kMap };
    // Whether a finalizer or callback has yet to run. kMaybe, of a finalizer: it ran, and then the
    // script of another object resurrected this one, which not every collector can tell from a
    // death; of a callback: its weak reference was unreachable, so it may have been dropped.
    enum class Due : uint8_t { kNo, kYes, kMaybe };
    // Whether a weak reference yields its target.
    enum class Bond : uint8_t { kNone, kAttached, kMaybe };

    Kind kind = Kind::kNode;
    Due due = Due::kNo;
    Bond bond = Bond::kNone;
    Due call = Due::kNo;  // whether the callback of a weak reference has yet to run
    bool freed = false;
    // Of the open operation of main, and reset when it ends.
    bool unreachable_at_begin = false;  // when one of its collections began
    // ... or while one ran, or may have: PHP traces again after finalizers.
    bool became_unreachable = false;
    // As the outermost collection began: unreachable, with a finalizer that was due.
    bool finalizer_was_pending = false;
    bool finalizer_may_wait = false;  // ... or may run again; where that can be put off
    // As the innermost collection began: such an object could reach this one.
    bool behind_pending_finalizer = false;
    bool ever_behind = false;          // behind_pending_finalizer, for any of these collections
    bool script_reachable = false;     // a script of the running collection has reached it
    bool finalizer_reachable = false;  // ... or could have, but did nothing
    bool stray = false;                // it outlived its collections, within the bounds
    bool needed_by_finalizer = false;  // a finalizer that is due can reach it; a cache
    bool awaited = false;              // it is unreachable, and its finalizer counts for that
    bool dies_by_count = false;        // envelope_judge_counts.cc
    bool uncertain = false;            // in uncertain_
    bool maybe_held = false;           // scratch, of MarkMaybeHeld
    bool root = false;                 // scratch, of Spread
    bool cyclic = false;               // its kind is
    bool queued = false;               // its finalizer may wait in a queue
    // An automatic collection found it and did not run its finalizer: an emergency, say. So it
    // waits for the next full one, which runs it in the end.
    bool passed_over = false;
    bool behind_passed_over = false;  // such an object could reach it as the last one began
    bool deferred = false;            // a full collection has put off its finalizer
    bool saved = false;               // it is in the garbage list
    int8_t script = kNoScript;
    int survived = 0;          // full collections while it was unreachable to all scripts, too
    int ends = 0;              // of collections in steps, likewise
    int holds = 0;             // registers, stacks, running scripts, slots of reachable objects
    int references = 0;        // slots of objects that exist, those in doubt included, and entries
    int dying_references = 0;  // of these, from objects that die by count
    int outside = -1;          // scratch, of Recount
    int lingers = 0;           // holders that were let go and may hold it until the next collection
    ObjectId target = kNone;
    std::vector<ObjectId> slots;
    std::vector<ObjectId> weaks;  // weak references that may yield it

    bool reachable() const { return holds > 0; }
  };

  // What a holder that was let go may hold until the end of the next full collection; if it is
  // `late`, which that collection may put off, until the end of the one after.
  struct Lingering {
    ObjectId id;
    bool late;
  };

  void Clear() override;
  void Prepare() override {
    if (!maybe_frail_.empty()) DoubtFrail();
  }
  void Enter(Frame& frame) override;
  void Apply(Frame& frame) override;
  void OnBorn(Frame& frame) override;
  void OnFailed(Frame& frame) override;
  Answer Expected(const Frame& frame) const override;
  void OnGot(Frame& frame, ObjectId id) override;
  void OnFinalize(ObjectId id) override;
  void OnCallback(ObjectId id) override;
  void OnScriptEnded(Frame frame) override;
  void OnFree(ObjectId id) override;
  void OnCollect(const Event& event) override;
  void OnDone(const Event& event) override;
  void OnGarbage(ObjectId id) override;
  bool MayCollect() const override;
  void OnTracked(const Event& event) override;
  void EndCensus(std::span<const ObjectId> seen) override;
  void Leave(const Frame& frame) override;
  Referent Describe(ObjectId id) const override;
  bool Freed(ObjectId id) const override { return at(id).freed; }
  bool Held(ObjectId id) const override { return at(id).reachable(); }
  std::unique_ptr<Judge> Copy() const override { return std::make_unique<EnvelopeJudge>(*this); }
  void ListCandidates(ObjectId object, std::vector<Event>* events) const override;
  void Show(HeapView* view) const override;

  // Holds and reachability; envelope_judge_reach.cc.
  void Hold(ObjectId id);
  void Release(ObjectId id);
  void SetRegister(int index, ObjectId id, KindId kind = kPlain);
  void AddObject(Object object, int dest);
  void SetSlot(ObjectId node, size_t slot, ObjectId id, KindId kind = kPlain);
  void SetEntry(ObjectId map, ObjectId key, ObjectId value);
  void RemoveEntry(Entries::Id entry);
  void ClearEntries(ObjectId id);
  template <typename Inside, typename F>
  void ForEachHeldBy(ObjectId id, const Inside& inside, F each) const;
  void Follow(Frame& frame);
  void FollowMap(Frame& frame);
  void FollowScope(const Op& op);
  void HoldOperands(Frame& frame);
  void FollowSetting(const Op& op);
  void Fill(const Op& op);
  void ClearGarbage();
  void LoseReference(ObjectId id);
  void SetFrameHold(Frame& frame, bool holds);
  void ClearSlots(ObjectId id);
  void BecameReachable(ObjectId id);
  void BecameUnreachable(ObjectId id);
  void Recount();
  bool Reachable(ObjectId id);
  bool NeededByFinalizer(ObjectId id);
  void FindNeeded();
  void SpreadNeed(ObjectId id);
  bool InRegister(ObjectId id) const;
  void Spread(bool Object::*mark);
  void MarkScriptReachable();
  void SpareThroughEntries();
  void MarkFinalizerReachable(ObjectId id);
  void StartNewLives();
  void BeginToCollect();
  void NoteUnreachable(ObjectId id);
  void ForgetFreed();
  void SeeEntriesOfOld(ObjectId old, ObjectId result);
  void Unbind(ObjectId target, Object::Bond bond);
  void MayClearWeaks(ObjectId target);
  void AllowAnotherFinalizer(Object* object) const;

  // What kinds promise away; envelope_judge_kinds.cc.
  ObjectId Doubted(ObjectId node, size_t slot) const;
  void Doubt(ObjectId node, size_t slot);
  void CopyDoubt(ObjectId node, size_t slot, ObjectId id);
  void Settle(ObjectId node, size_t slot);
  void ForgetDoubt(ObjectId node, size_t slot);
  void Meet(const KindRow* kind);
  void MayCollectFromNowOn();
  bool MayKnowItself(const KindRow* kind, ObjectId node, size_t slot) const;
  void LetGo(const KindRow* kind, ObjectId node, size_t slot, ObjectId old);
  void Root(ObjectId node, size_t slot, ObjectId id);
  void Linger(ObjectId id, bool late = false);
  void EndLingering();
  void DoubtFrail();
  void DoubtFrailOf(ObjectId id);
  void LingerLateOf(ObjectId id, bool found);
  void DoubtRootedOfTrash(ObjectId id);
  bool BeingPoked(ObjectId node, size_t slot) const;
  bool MayBeEmptied(ObjectId node, size_t slot) const;
  void BeginPoke(Frame& frame);
  Answer ExpectedOfPoke(const Frame& frame) const;
  void OnPoked(Frame& frame, ObjectId id);
  void OnLoadedInDoubt(Frame& frame, ObjectId id);
  void MarkMaybeHeld(bool lingering);
  void SpareMaybeHeld();
  void SpareLingering(size_t first);

  // Deaths by count; envelope_judge_counts.cc.
  void MayDieByCount(ObjectId id);
  void LiveAgain(ObjectId id);
  bool NeedsCollection(ObjectId id) const;
  bool NeedsCollectionToDie(ObjectId id) const;
  void ConvictOfNoCollection(ObjectId id, const char* what);

  // Collections in steps; envelope_judge_steps.cc.
  void LeaveToNextStep();
  void StepsEnded();
  int EndsUntilDue(const Object& object) const;

  // The end; envelope_judge_end.cc.
  void BeginEnd();
  void NeedNoFinalizers();
  bool TearsDown(ObjectId id);
  void TearDown(ObjectId id);
  void CheckFinalizedAtEnd(const std::string& when);
  void CheckEnded();
  void ConvictAfterTearDown(ObjectId id, const char* what);

  void CheckUnreferenced();
  void CheckScriptsRan();
  void Owe(ObjectId id);
  void CheckCollected();
  ObjectId UncalledBefore(ObjectId id);
  Object::Due CallOfNew(ObjectId target) const;
  void OnAutomatic();
  void Stray(Law law, ObjectId id, std::string what);
  void FindTrash(bool sure);
  void MarkUnreachable();
  void NoteTrash();

  std::string PathTo(ObjectId wanted) const;

  bool collecting() const { return collections_ > 0; }
  Object& at(ObjectId id) { return objects_[static_cast<size_t>(id)]; }
  const Object& at(ObjectId id) const { return objects_[static_cast<size_t>(id)]; }
  // Whether an unreachable object counts as there for a finalizer that is due: it, or another such
  // object, can reach it.
  bool Awaited(ObjectId id) const { return at(id).needed_by_finalizer || at(id).awaited; }
  bool HasFinalizer(const Object& object) const {
    return object.kind == Object::Kind::kNode && object.script != kNoScript;
  }

  const Envelope& bounds_;
  std::vector<Object> objects_;
  std::vector<ObjectId> living_;  // all objects that are not freed, and some that are; ascending
  size_t freed_ = 0;              // how many of living_ are freed
  Entries entries_;
  std::vector<ObjectId> work_;  // worklist of Hold, Release, Recount and Spread; empty in between

  // A release may cut off a cycle, whose objects keep each other's holds above zero although they
  // are unreachable. Until Recount() has counted anew, holds are upper bounds.
  std::vector<ObjectId> uncertain_;  // released, and held by something else

  bool needed_known_ = false;       // Object::needed_by_finalizer is up to date
  std::vector<ObjectId> awaiting_;  // became unreachable since it was
  std::vector<ObjectId> waiting_;   // `awaited`: their finalizers are due; and some that were
  std::vector<ObjectId> needed_;    // marked as needed

  // Of the open operation of main.
  std::vector<ObjectId> became_reachable_;
  size_t marked_reachable_ = 0;         // how many of these MarkScriptReachable has seen
  std::vector<ObjectId> unreferenced_;  // lost the last reference; or freed, with a finalizer due
  bool collected_ = false;              // a collection began
  std::vector<ObjectId> marked_;        // became_unreachable outside of a collection

  ObjectId dangling_ = kNone;  // was freed, and is referred to by what became reachable

  ObjectId torn_ = kNone;  // the first object that was freed because the collector is torn down

  int collections_ = 0;  // running, one within another
  int strays_ = 0;

  bool enabled_ = true;  // automatic collections are
  // A script has disabled them: one that runs may go on until the operation of main ends.
  bool disabling_ = false;
  bool saveall_ = false;
  bool calls_ = false;  // some weak reference has a callback
  // Callbacks of weak references that were cleared, and finalizers of objects that were freed: they
  // have yet to run.
  std::vector<ObjectId> owed_;
  size_t owed_before_ = 0;  // how many of these must have run once this operation of main ends

  // Of kinds; all empty as long as the program names none.
  bool may_collect_ = false;             // the end of some holder may collect: so any operation may
  std::map<uint64_t, ObjectId> doubts_;  // by Edge: what a slot may hold
  std::map<uint64_t, ObjectId> rooted_;  // by Edge: what is held from outside for it
  std::set<uint64_t> put_off_;           // by Edge: late holders whose finalization is over
  std::set<uint64_t> poked_;             // by Edge: their holders may know themselves now
  std::vector<Lingering> lingering_;     // one for each holder that was let go
  size_t lingered_before_ = 0;           // how many of these the running collection must end
  std::vector<ObjectId> maybe_frail_;    // became unreachable while a collection ran
  std::array<const KindRow*, kRegisters> root_kinds_{};
};

}  // namespace ouro

#endif  // MODEL_JUDGE_ENVELOPE_JUDGE_H_
