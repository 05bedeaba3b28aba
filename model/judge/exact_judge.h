// SPDX-License-Identifier: Apache-2.0

// The exact judge is the executable specification of CPython's collectors, from 2.6 to 3.13: what
// dies at which step, what runs before, and in which order.
//
// Place: the judge of all contracts without an envelope. The heap's shape is in shadow_heap.h; this
// class has the laws.
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
  explicit ExactJudge(const Contract& contract, uint32_t abilities = kAllAbilities,
                      const KindTable& kinds = {});

  // Complexity: amortized O(1) a call, except: a collection is linear in the objects that it
  // examines, a census in the tracked objects, the death of a weak reference in the newer weak
  // references to the same target, and a conviction in the heap.
  void Reset() override;
  void Begin(const Op& op) override;
  void Observe(const Event& event) override;
  void ScriptEnded(bool raised) override;
  void End() override;
  void Finish() override;

  ObjectId reg(int index) const override { return heap_.reg(index); }
  int8_t script_of(ObjectId id) const override { return heap_.at(id).script; }
  bool in_operation() const override {
    return !frames_.empty() && frames_.back().type != Frame::Type::kScript;
  }
  // No operation, script or collection is open.
  bool idle() const { return frames_.empty(); }

 private:
  // A number that no law fixes, within bounds.
  struct Range {
    int32_t least = 0;
    int32_t most = 0;
  };

  // What is open: an operation, a script or a collection. On a stack, innermost last.
  struct Frame {
    enum class Type : uint8_t { kOp, kScript, kCollection } type = Type::kOp;
    Op op = {};
    bool answered = false;       // kOp: kNew, kFailed or kGot was seen
    bool collected = false;      // kOp: its collection was seen
    bool failing = false;        // kOp: this allocation must fail
    bool open_answer = false;    // kOp: a dereference that may yield `object` or nothing
    bool is_callback = false;    // kScript
    bool in_collection = false;  // kScript: called by a collection's own phases
    bool nested = false;         // kCollection: inside another one, so it does nothing
    int8_t automatic = -1;       // kOp: the generation of the collection due before the birth; -1
    bool full = false;           // kOp: ... a full collection is lawful instead
    ObjectId object = kNone;     // kScript: its self. kOp: the answer, or the target of `weak`
    size_t loose_mark = 0;       // kOp: ShadowHeap::LooseMark as it began
  };

  // The running collection. Semantics, sections 5 to 7.
  struct Collection {
    enum class Phase : uint8_t { kCallbacks, kFinalizers, kClearing } phase = Phase::kCallbacks;
    bool running = false;
    int generation = 0;
    size_t loose_mark = 0;        // releases that began since are its own
    int32_t collectable = 0;      // trash found, without the uncollectable set
    int32_t cleared = 0;          // trash that is cleared
    int32_t weaks_died = 0;       // weak references that died of their own callback
    int32_t calls_due = 0;        // callbacks of the first phase that have not run
    bool revived = false;         // a finalizer resurrected something
    bool saveall = false;         // the setting when clearing began
    std::vector<ObjectId> trash;  // what is cleared; before kClearing, what may be
    std::vector<ObjectId> kept;   // the uncollectable set
  };

  // Judging events; exact_judge_events.cc.
  void OnNew(const Event& event);
  void OnGot(const Event& event);
  void OnFinalize(ObjectId id);
  void OnCallback(ObjectId id);
  bool CallbackDue(const ShadowObject& weak, ObjectId id) const;
  void ProveTargetDying(ObjectId id);
  void CheckCallbackOrder(ObjectId id);
  void BeginCallback(ObjectId id);
  void OnFree(ObjectId id);
  void OnFailed();
  void OnTracked(const Event& event);
  void BeginAllocation(Frame& frame);
  void ApplyAtOnce(const Op& op);
  void EndCensus();
  void EndDeaths();
  void CheckAnswered(const Frame& frame);
  bool Known(ObjectId id, Law law);
  bool DecideDereference(const Op& op, Frame* frame);

  // Collections; exact_judge_collection.cc.
  void OnCollect(const Event& event);
  void OnDone(const Event& event);
  void OnGarbage(ObjectId id);
  void BeginCollection(int generation);
  void FindTrash(const std::vector<ObjectId>& among, std::vector<ObjectId>* trash);
  void NoteOldHolders(const std::vector<ObjectId>& among);
  void NoteTrash(const std::vector<ObjectId>& trash);
  void CountTrash(const std::vector<ObjectId>& trash, bool tangled);
  void CountScriptOp(OpCode code);
  void KeepUncollectable();
  void ClearWeakReferences();
  bool TrashFinalizersDue() const;
  bool AdvanceCollection();
  void SplitRevived();
  bool CheckCollectionComplete();
  int32_t DoubtfulTrash() const;
  int32_t KeptObjects() const;
  void EndCollection();
  int AutomaticGeneration(bool* full);
  int OlderGeneration() const;

  // Explaining; exact_judge_explain.cc.
  void Convict(Law law, ObjectId object, std::string what);
  std::string PathTo(ObjectId id) const;
  std::string Lawful(ObjectId object) const;
  void ListCallbacks(const ShadowObject& object, std::vector<std::string>* due) const;
  void ListDeaths(std::vector<std::string>* due) const;
  void ListOfCollection(std::vector<std::string>* due) const;
  void ListAnswers(ObjectId object, std::vector<std::string>* due) const;
  std::string Signature(Law law) const;

  // The object to which `ref` leads, or kNone.
  ObjectId Resolve(Ref ref) const;
  const Frame* InnermostScript() const;
  Referent Look(Ref ref) const override;
  size_t garbage_size() const override { return heap_.garbage().size(); }
  bool in_script() const override { return InnermostScript() != nullptr; }
  bool Uncollectable() const {
    return contract_->cyclic_finalizers == Contract::CyclicFinalizers::kUncollectable;
  }
  bool CallbacksFirst() const {
    return contract_->death_order == Contract::DeathOrder::kCallbacksFirst;
  }

  const Contract* contract_;
  ShadowHeap heap_;
  std::vector<Frame> frames_;
  Collection collection_;

  // Generations and the schedule; semantics, section 2.
  bool enabled_ = true;
  bool saveall_ = false;
  int32_t threshold_[kGenerations] = {};
  int32_t allocated_[kGenerations] = {};  // CPython's count[0 ... 2]
  Range survived_full_;                   // long_lived_total
  Range survived_middle_;                 // long_lived_pending
  int32_t fail_in_ = 0;                   // the allocation that fails, counted down; 0: none

  // Cleared objects with weak references that finalizers made: their callbacks run late.
  std::vector<ObjectId> late_;

  std::vector<ObjectId> scratch_;
  std::vector<ObjectId> seen_in_census_;
};

}  // namespace ouro

#endif  // MODEL_JUDGE_EXACT_JUDGE_H_
