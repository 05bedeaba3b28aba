// SPDX-License-Identifier: Apache-2.0

// A judge follows the operations and events of one collector. It convicts the first event that no
// lawful collector could have reported, or, when an operation has ended, the first event that had
// to be reported and was not.
//
// Place: the heart of model/. A judge sees programs, events and a contract, never a collector.
//
// Judge itself knows what is the same under every contract: what is open, and which events may come
// in it; which operations make sense; that births are numbered, that a result is what was put
// there, that an allocation fails when told to. The laws of a contract are its virtual functions:
// exact_judge.h for contracts that fix every step, envelope_judge.h for contracts of bounds.
//
// Complexity: amortized O(1) a call, with the exceptions that exact_judge.h and envelope_judge.h
// list; memory is linear in the objects born since Reset. Threads: one thread uses a judge.
// Exceptions: none but std::bad_alloc. Any sequence of events is valid input.

#ifndef MODEL_JUDGE_JUDGE_H_
#define MODEL_JUDGE_JUDGE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/collector.h"
#include "model/judge/feature.h"
#include "model/judge/heap_view.h"
#include "model/judge/law.h"
#include "model/judge/situation.h"
#include "model/kind.h"

namespace ouro {

namespace table {
enum class Operand : uint8_t;  // model/program_table.h
}  // namespace table

// A broken law. A value, not an error.
struct Violation {
  Law law = Law::kEventInPlace;
  ObjectId object = kNone;  // the object that it is about, or kNone
  std::string what;         // "#0 was freed while referenced: r2 -> #1 slot 0 -> #0"
  std::string lawful;       // what would have been lawful: "nothing; #0 lives on", "finalize 3"
  // Law, operation and phase, without numbers: what must stay the same while a program is shrunk.
  std::string signature;
};

class Judge {
 public:
  virtual ~Judge() = default;

  // Discards everything: the next operation starts a new program.
  void Reset();

  // The operation that is executed for `op`: the same, but plain if it names a kind that the
  // specimen does not offer at that place, or that cannot have the finalizer that it names. O(1).
  Op Offered(const Op& op) const { return op.kind == kPlain ? op : OfferedOf(op); }

  // Whether `op` makes no sense in the present state, so that it must not be executed;
  // program_table.h says when. If a script is running, `op` is taken as an operation of the
  // innermost one. O(1). REQUIRES: the fields of `op` are within the bounds of the language.
  bool IsVoid(const Op& op) const { return static_cast<bool>(ReasonOf(op)); }
  // Why it is void, in a few words: "r1 is empty"; "" if it is not.
  std::string WhyVoid(const Op& op) const;

  // The course of a program. Calls nest as events do: Begin, Observe ..., End. A finalize or
  // callback event opens a script; its operations follow, and ScriptEnded closes it. A call out of
  // place breaks the law event-in-place; it is not an error of the caller. Begin accepts void
  // operations, as traces recorded elsewhere have them, and gives them no effect. Once a law is
  // broken, these calls have no effect until Reset.
  void Begin(const Op& op);
  // The same for an operation that the caller has found to be none. REQUIRES: !IsVoid(op).
  void BeginFit(const Op& op);
  void Observe(const Event& event);
  void ScriptEnded(bool raised);
  void End();

  // The program has ended: no operation may be open.
  void Finish();

  // The heap as the judge believes it to be at this moment. Linear in the objects born since Reset.
  HeapView View() const;
  // What may come now of events, in words: "finalize 3, free 5"; "nothing". Those about `object`,
  // if it is not kNone, the deaths that are due, and what the open operation has to report; there
  // may be others. Linear in the heap for each event that it tries.
  std::string Lawful(ObjectId object = kNone) const;

  // The broken law, if there is one.
  const std::optional<Violation>& violation() const { return violation_; }

  // The situations reached since Reset: a bit for each.
  uint64_t situations() const { return situations_; }

  // From now on, counts features in FeatureCounter::kSize bytes that the caller owns and clears,
  // and which outlive their use; null: nowhere.
  void CountFeatures(uint8_t* counters) { features_.CountInto(counters); }

  // For callers that run programs: the object in a register, or kNone, and the script of an object,
  // or kNoScript. O(1). REQUIRES: 0 <= index < kRegisters; `id` was born since Reset.
  ObjectId reg(int index) const { return registers_[static_cast<size_t>(index)]; }
  virtual int8_t script_of(ObjectId id) const = 0;
  // What precedes `end`: where exact rules hold, a full collection perhaps, and then the registers
  // are emptied, one after another (section 11 of docs/semantics.md).
  virtual bool CollectsBeforeEnd() const { return false; }
  virtual bool EmptiesRegistersForEnd() const { return false; }
  // Whether the innermost open frame is an operation or a collection: an event or End may follow,
  // but not an operation.
  bool in_operation() const {
    return !frames_.empty() && frames_.back().type != Frame::Type::kScript;
  }
  // No operation, script or collection is open.
  bool idle() const { return frames_.empty(); }

 protected:
  // What is open: an operation, a script or a collection. On a stack, innermost last.
  struct Frame {
    enum class Type : uint8_t { kOp, kScript, kCollection } type = Type::kOp;
    Op op = {};
    bool answered = false;     // kOp: kNew, kFailed or kGot was seen, or the finalizer of `dispose`
    bool collected = false;    // kOp: its collection was seen
    bool failing = false;      // kOp: this allocation must fail
    bool is_callback = false;  // kScript
    bool asked_for = false;    // kScript: by `dispose`
    bool raised = false;       // kScript: ... as it ended
    bool no_self = false;      // kScript: its object cannot be reached, whether it is freed or not
    int32_t census = 0;        // kOp: where its part of seen_in_census_ begins
    int32_t scope = 0;         // kScript: where its part of pushed_ begins
    // kScript: its self. kOp: what it yields, the target of `weak`, the node of `poke` or
    // `dispose`, or the first object that is born after a census began.
    ObjectId object = kNone;
    // kOp: a birth that holds has two operands; this is the second. Of `deref`: what its register
    // held before.
    ObjectId other = kNone;
    bool open_answer = false;  // kOp: it may yield `object` or nothing

    // Of exact contracts.
    bool in_collection = false;  // kScript: called by a collection's own phases
    bool nested = false;         // kCollection: inside another one, so it does nothing
    int8_t automatic = -1;       // kOp: the generation of the collection due before the birth; -1
    bool full = false;           // kOp: ... a full collection is lawful instead
    size_t loose_mark = 0;       // kOp: ShadowHeap::LooseMark as it began
    ObjectId queue = 0;          // kOp, kCollection: of ShadowHeap::Free

    // Of contracts of bounds.
    bool judged = false;       // kCollection: full, and in no script or other collection
    bool interrupted = false;  // kCollection: judged, and an automatic one came within it
    bool saves = false;        // kCollection: saveall was on as it began
    bool step = false;         // kCollection: a piece of one, which the program asked for
    bool finalizes = false;    // kCollection: it has run a finalizer
    bool by_count = false;     // kScript: its object died by reference count
    bool holds = false;        // it counts among the holds of `object`
  };

  // What an operation has to yield: `id`, or nothing if `none_too`.
  struct Answer {
    ObjectId id = kNone;
    bool none_too = false;
  };

  // What a reference leads to.
  struct Referent {
    enum class Kind : uint8_t { kNothing, kNode, kLeaf, kWeak, kMap } kind = Kind::kNothing;
    uint8_t slots = 0;  // kMaxSlots at most; one register holds a whole Referent
    ObjectId id = kNone;
  };

  Judge(uint32_t abilities, const KindTable& kinds) : abilities_(abilities), kinds_(kinds) {
    registers_.fill(kNone);
  }
  Judge(const Judge&) = default;  // for Copy

  // ---- The laws of a contract ----
  // Each is called when the event or operation is in place; it convicts, or follows. `frame` is the
  // innermost one, and valid until another is opened.

  virtual void Clear() = 0;  // of Reset
  // An event or an end is about to happen.
  virtual void Prepare() {}
  // An operation begins, before anything changes. It may be void.
  virtual void Enter(Frame& frame) = 0;
  // The operation of the frame, which is not void, takes effect as far as no event tells of it.
  virtual void Apply(Frame& frame) = 0;
  // May convict, before the identity of the new object is judged.
  virtual void CheckBirth(const Frame& /*frame*/) {}
  virtual void OnBorn(Frame& frame) = 0;    // object number born_
  virtual void OnFailed(Frame& frame) = 0;  // the allocation had to fail
  virtual Answer Expected(const Frame& frame) const = 0;
  virtual void OnGot(Frame& frame, ObjectId id) = 0;  // as expected
  // The finalizer that the innermost operation asked for runs; its script is about to open.
  virtual void OnDispose(ObjectId /*id*/) {}
  virtual void OnFinalize(ObjectId id) = 0;  // any other
  virtual void OnCallback(ObjectId id) = 0;
  // The script of the frame, which is open no more, has ended.
  virtual void OnScriptEnded(Frame frame) = 0;
  virtual void OnFree(ObjectId id) = 0;
  virtual void OnCollect(const Event& event) = 0;
  virtual void OnDone(const Event& event) = 0;  // closes the frame
  virtual void OnGarbage(ObjectId id) = 0;      // of an object that exists, in a collection
  // Whether a collection may run now that was not reported.
  virtual bool MayCollect() const { return false; }
  virtual void OnTracked(const Event& event) = 0;
  // Convicts if the census, in which these were seen (sorted), was not complete.
  virtual void EndCensus(std::span<const ObjectId> seen) = 0;
  // The operation of the frame, which is still open, has ended: what was due must have happened.
  virtual void Leave(const Frame& frame) = 0;

  // What exists, or did, of `id`; kNothing if it is freed.
  virtual Referent Describe(ObjectId id) const = 0;
  virtual bool Freed(ObjectId id) const = 0;
  // Whether something refers to the object, so that nothing has to happen to it.
  virtual bool Held(ObjectId id) const = 0;

  // For explanations: a judge in the same state, and the events about the heap that may be lawful
  // in it, `object` being what was convicted, or kNone. Not all need be; the likeliest first.
  virtual std::unique_ptr<Judge> Copy() const = 0;
  virtual void ListCandidates(ObjectId object, std::vector<Event>* events) const = 0;
  // Of View: the objects, but not what is computed from them (FindTrash), entries, the schedule.
  virtual void Show(HeapView* view) const = 0;

  // ---- For these laws ----

  // Convicts, unless something has been convicted. What would have been lawful is found by trying
  // the candidates, so that it cannot differ from what is convicted.
  void Convict(Law law, ObjectId object, std::string what);
  bool exists(ObjectId id) const { return id >= 0 && id < born_; }
  // Whether the object exists and is not freed; if not, convicts of `law`.
  bool Known(ObjectId id, Law law);
  // The object to which `ref` leads, or kNone.
  ObjectId Resolve(Ref ref) const {
    return ref == kSelf ? Self() : registers_[static_cast<size_t>(ref)];
  }
  const Frame* InnermostScript() const;
  bool in_script() const { return InnermostScript() != nullptr; }
  bool ending() const { return !frames_.empty() && frames_.front().op.code == OpCode::kEnd; }
  // Opens a script, whose stack is empty.
  void Open(Frame script) {
    script.scope = static_cast<int32_t>(pushed_.size());
    frames_.push_back(script);
  }
  // Whether main, or the innermost script, has pushed something that it has not popped.
  bool HasPushed() const {
    const Frame* script = InnermostScript();
    return pushed_.size() > (script == nullptr ? 0 : static_cast<size_t>(script->scope));
  }

  // The kind by which a slot holds, or null if it is plain, and a change of it.
  const KindRow* edge(ObjectId node, size_t slot) const {
    if (edges_.empty()) return nullptr;
    const auto found = edges_.find(Edge(node, slot));
    return found == edges_.end() ? nullptr : found->second;
  }
  void SetEdge(ObjectId node, size_t slot, KindId kind) {
    if (kind != kPlain || !edges_.empty()) PutEdge(node, slot, kind);
  }
  static uint64_t Edge(ObjectId node, size_t slot) {
    return static_cast<uint64_t>(node) * kMaxSlots + slot;
  }

  Op OfferedOf(const Op& op) const;  // of one that names a kind
  void PutEdge(ObjectId node, size_t slot, KindId kind);

  // Why an operation is void. A value, as it is asked for before every operation: text is made of
  // it only for transcripts.
  struct Reason {
    enum class Kind : uint8_t {
      kNone,       // it is not void
      kLacks,      // the collector lacks `ability`
      kEmpty,      // `ref` leads to nothing
      kWrongKind,  // `ref` leads to an object of another kind than `wanted`
      kNoSlot,     // `ref` leads to an object that has no such slot
      kGarbage,    // the garbage list is shorter
      kNoScript,   // no script is running
      kInScript,   // one is
      kEnded,      // the collector has been torn down
      kNoRoom,     // as many objects are pushed as may be
      kNothingPushed,
      kNoAction,  // the slot is plain, or its kind has no actions
      kNoFinalizer,
    } kind = Kind::kNone;
    Ref ref = 0;
    uint32_t ability = 0;
    table::Operand wanted = {};

    explicit operator bool() const { return kind != Kind::kNone; }
  };
  Reason ReasonOf(const Op& op) const;
  Reason WhyUnfit(Ref ref, size_t slot, table::Operand wanted) const;
  ObjectId Self() const;
  Referent Look(Ref ref) const {
    const ObjectId id = Resolve(ref);
    return id == kNone ? Referent{} : Describe(id);
  }
  void ListAnswers(std::vector<Event>* events) const;
  bool Accepts(const Event& event) const;
  void Born(ObjectId id);
  void Failed();
  void Got(ObjectId id);
  void Finalized(ObjectId id);
  void Saved(ObjectId id);
  void Tracked(const Event& event);
  void CheckAnswered(const Frame& frame);
  void CheckCensus();
  std::string Signature(Law law) const;

  void Note(Situation situation) {
    situations_ |= uint64_t{1} << static_cast<int>(situation);
    features_.Count(situation);
  }

  void NoteKind(KindId kind) {
    if (features_.counting()) features_.Count(kind);
  }

  const uint32_t abilities_;
  const KindTable kinds_;
  // The slots that hold by a kind; looked up only, so its order has no influence.
  std::unordered_map<uint64_t, const KindRow*> edges_;
  std::vector<Frame> frames_;
  std::array<ObjectId, kRegisters> registers_;
  std::vector<ObjectId> garbage_;         // the garbage list
  std::vector<ObjectId> pushed_;          // main's stack, and those of scripts on top of it
  std::vector<ObjectId> seen_in_census_;  // of the running censuses, one within another
  ObjectId born_ = 0;                     // objects since Reset
  int32_t fail_in_ = 0;                   // the allocation that fails, counted down; 0: none
  bool ended_ = false;                    // `end` has been executed
  std::optional<Violation> violation_;
  bool explains_ = true;  // not a copy that tries an event
  uint64_t situations_ = 0;
  FeatureCounter features_;
};

// The judge for the contract: an EnvelopeJudge if it has bounds, else an ExactJudge.
// Operations that need more than `abilities` are void, and kinds that are not in `kinds` plain.
// Never null. `contract` must outlive the judge. REQUIRES: an exact contract has kinds
// without promises only.
std::unique_ptr<Judge> MakeJudge(const Contract& contract, uint32_t abilities = kAllAbilities,
                                 const KindTable& kinds = {});

}  // namespace ouro

#endif  // MODEL_JUDGE_JUDGE_H_
