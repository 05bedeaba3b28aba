// SPDX-License-Identifier: Apache-2.0

// The exact judge is the executable specification of CPython's collectors, from 2.6 to 3.15: what
// dies at which step, what runs before, and in which order.
//
// Place: the judge of all exact contracts. The heap's shape is in shadow_heap.h; this class has
// the laws.
//
// Collectors report every nondeterministic choice as an event, so one state suffices, not a set of
// states. Safety is judged at every event; completeness only when no script is running, because in
// the middle of a death a lawful collector may still refer to objects that it is about to release.
//
// The class has four sources: exact_judge.cc (operations), exact_judge_events.cc (single
// events), exact_judge_collection.cc, and exact_judge_explain.cc (the text of a conviction).

#ifndef MODEL_JUDGE_EXACT_JUDGE_H_
#define MODEL_JUDGE_EXACT_JUDGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/judge/feature.h"
#include "model/judge/judge.h"
#include "model/judge/law.h"
#include "model/judge/shadow_heap.h"

namespace ouro {

class ExactJudge final : public Judge {
 public:
  explicit ExactJudge(const ExactRules& rules, uint32_t abilities = kAllAbilities,
                      const KindTable& kinds = {});

  // Complexity: amortized O(1) a call of Judge, except: a collection is linear in the objects that
  // it examines, a census in the tracked objects, the death of a weak reference in the newer weak
  // references to the same target, and a conviction in the heap.
  bool CollectsBeforeEnd() const override { return enabled_ || !rules_.collects_at_end; }
  bool EmptiesRegistersForEnd() const override { return true; }
  int8_t script_of(ObjectId id) const override { return heap_.at(id).script; }

 private:
  // A number that no law fixes, within bounds.
  struct Range {
    int32_t least = 0;
    int32_t most = 0;
  };

  // The running collection. Semantics, sections 5 to 7.
  struct Collection {
    enum class Phase : uint8_t { kCallbacks, kFinalizers, kClearing } phase = Phase::kCallbacks;
    bool running = false;
    int generation = 0;
    size_t loose_mark = 0;    // releases that began since are its own
    int32_t collectable = 0;  // trash found, without the uncollectable set
    int32_t cleared = 0;      // trash that is cleared
    int32_t weaks_died = 0;   // weak references that died of their own callback
    int32_t calls_due = 0;    // callbacks of the first phase that have not run
    bool revived = false;     // a finalizer resurrected something
    bool saveall = false;     // the setting when clearing began
    // Some of what it clears has an entry with what is no trash. A script may let that go, and with
    // it some of the trash, before the collection comes to it.
    bool shared = false;
    std::vector<ObjectId> trash;  // what is cleared; before kClearing, what may be
    std::vector<ObjectId> kept;   // the uncollectable set
  };

  void Clear() override;
  void Enter(Frame& frame) override;
  void Apply(Frame& frame) override;
  void CheckBirth(const Frame& frame) override;
  void OnBorn(Frame& frame) override;
  void OnFailed(Frame& frame) override;
  Answer Expected(const Frame& frame) const override { return {frame.object, frame.open_answer}; }
  void OnGot(Frame& frame, ObjectId id) override;
  void OnDispose(ObjectId id) override { heap_.Hold(id); }
  void OnFinalize(ObjectId id) override;
  void OnCallback(ObjectId id) override;
  void OnScriptEnded(Frame frame) override;
  void OnFree(ObjectId id) override;
  void OnCollect(const Event& event) override;
  void OnDone(const Event& event) override;
  void OnGarbage(ObjectId id) override;
  void OnTracked(const Event& event) override;
  void EndCensus(std::span<const ObjectId> seen) override;
  void Leave(const Frame& frame) override;
  Referent Describe(ObjectId id) const override;
  bool Freed(ObjectId id) const override { return heap_.at(id).freed; }
  bool Held(ObjectId id) const override { return heap_.at(id).firm > 0; }
  std::unique_ptr<Judge> Copy() const override { return std::make_unique<ExactJudge>(*this); }
  void ListCandidates(ObjectId object, std::vector<Event>* events) const override;
  void Show(HeapView* view) const override;

  // Operations; exact_judge.cc.
  void SetRegister(int index, ObjectId id);
  void PopPushed();
  void BeginAllocation(Frame& frame);
  void ReleaseOperands(const Frame& frame);
  void Fill(const Op& op);
  void Set(const Op& op);
  bool DecideDereference(const Op& op, Frame* frame);
  void CountScriptOp(OpCode code);
  void EndDeaths();

  // Single events; exact_judge_events.cc.
  bool CallbackDue(const ShadowObject& weak, ObjectId id) const;
  void ProveTargetDying(ObjectId id);
  void CheckCallbackOrder(ObjectId id);
  void BeginCallback(ObjectId id);
  void NoteEntries(ObjectId id);

  // Collections; exact_judge_collection.cc.
  bool Asks(const Op& op, int generation) const;
  void BeginCollection(int generation);
  void FindTrash(const std::vector<ObjectId>& among, std::vector<ObjectId>* trash);
  void NoteOldHolders(const std::vector<ObjectId>& among);
  void NoteTrash(const std::vector<ObjectId>& trash);
  void CountTrash(const std::vector<ObjectId>& trash, bool tangled);
  void KeepUncollectable();
  void ClearWeakReferences();
  void ClearWeakReferencesAgain();
  bool TrashFinalizersDue() const;
  bool AdvanceCollection();
  void SplitRevived();
  bool CheckCollectionComplete();
  int32_t KeptObjects() const;
  int32_t ResultOfCollection() const;
  void EndCollection();
  int AutomaticGeneration(bool* full);
  int OlderGeneration() const;

  // Explaining; exact_judge_explain.cc.
  std::string PathTo(ObjectId id) const;
  void ListEnd(ObjectId id, std::vector<Event>* events) const;
  bool Uncollectable() const {
    return rules_.cyclic_finalizers == ExactRules::CyclicFinalizers::kUncollectable;
  }
  bool CallbacksFirst() const {
    return rules_.death_order == ExactRules::DeathOrder::kCallbacksFirst;
  }

  const ExactRules& rules_;
  ShadowHeap heap_;
  Collection collection_;

  // Generations and the schedule; semantics, section 2.
  bool enabled_ = true;
  bool saveall_ = false;
  int32_t threshold_[kGenerations] = {};
  int32_t allocated_[kGenerations] = {};  // CPython's count[0 ... 2]
  Range survived_full_;                   // long_lived_total
  Range survived_middle_;                 // long_lived_pending

  // Cleared objects with weak references that finalizers made: their callbacks run late.
  std::vector<ObjectId> late_;

  std::vector<ObjectId> scratch_;
};

}  // namespace ouro

#endif  // MODEL_JUDGE_EXACT_JUDGE_H_
