// SPDX-License-Identifier: Apache-2.0

// A judge follows the operations and events of one collector. It convicts the first event that no
// lawful collector could have reported, or, when an operation has ended, the first event that had
// to be reported and was not.
//
// Place: the heart of model/. A judge sees programs, events and a contract, never a collector.
//
// Complexity: amortized O(1) a call, with the exceptions that exact_judge.h and envelope_judge.h
// list; memory is linear in the objects born since Reset. Threads: one thread uses a judge.
// Exceptions: none but std::bad_alloc. Any sequence of events is valid input.

#ifndef MODEL_JUDGE_JUDGE_H_
#define MODEL_JUDGE_JUDGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "model/collector.h"
#include "model/judge/feature.h"
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
  virtual void Reset() = 0;

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
  virtual void Begin(const Op& op) = 0;
  virtual void Observe(const Event& event) = 0;
  virtual void ScriptEnded(bool raised) = 0;
  virtual void End() = 0;

  // The program has ended: no operation may be open.
  virtual void Finish() = 0;

  // The broken law, if there is one.
  const std::optional<Violation>& violation() const { return violation_; }

  // The situations reached since Reset: a bit for each.
  uint64_t situations() const { return situations_; }

  // From now on, counts features in FeatureCounter::kSize bytes that the caller owns and clears,
  // and which outlive their use; null: nowhere.
  void CountFeatures(uint8_t* counters) { features_.CountInto(counters); }

  // For callers that run programs: the object in a register, or kNone, and the script of an object,
  // or kNoScript. O(1). REQUIRES: 0 <= index < kRegisters; `id` was born since Reset.
  virtual ObjectId reg(int index) const = 0;
  virtual int8_t script_of(ObjectId id) const = 0;
  // Whether the innermost open frame is an operation or a collection: an event or End may follow,
  // but not an operation.
  virtual bool in_operation() const = 0;

 protected:
  // What a reference leads to.
  struct Referent {
    enum class Kind : uint8_t { kNothing, kNode, kLeaf, kWeak } kind = Kind::kNothing;
    uint8_t slots = 0;  // kMaxSlots at most; one register holds a whole Referent
    ObjectId id = kNone;
  };

  Judge(uint32_t abilities, const KindTable& kinds) : abilities_(abilities), kinds_(kinds) {}

  // The kind by which a slot holds, or null if it is plain, and a change of it.
  const KindRow* edge(ObjectId node, size_t slot) const {
    if (edges_.empty()) return nullptr;
    const auto found = edges_.find(Edge(node, slot));
    return found == edges_.end() ? nullptr : found->second;
  }
  void SetEdge(ObjectId node, size_t slot, KindId kind) {
    if (kind != kPlain || !edges_.empty()) PutEdge(node, slot, kind);
  }
  void ForgetEdges() { edges_.clear(); }
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
      kWrongKind,  // `ref` leads to an object of another kind
      kNoSlot,     // `ref` leads to an object that has no such slot
      kGarbage,    // the garbage list is shorter
      kNoScript,   // no script is running
      kNoAction,   // the slot is plain, or its kind has no actions
    } kind = Kind::kNone;
    Ref ref = 0;
    uint32_t ability = 0;

    explicit operator bool() const { return kind != Kind::kNone; }
  };
  Reason ReasonOf(const Op& op) const;
  Reason WhyUnfit(Ref ref, size_t slot, table::Operand wanted) const;

  virtual Referent Look(Ref ref) const = 0;
  virtual size_t garbage_size() const { return 0; }
  virtual bool in_script() const = 0;

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
  std::optional<Violation> violation_;
  uint64_t situations_ = 0;
  FeatureCounter features_;
};

// The judge for the contract: an EnvelopeJudge if it has an envelope, else an ExactJudge.
// Operations that need more than `abilities` are void, and kinds that are not in `kinds` plain.
// Never null. `contract` must outlive the judge. REQUIRES: a contract without an envelope has kinds
// without promises only.
std::unique_ptr<Judge> MakeJudge(const Contract& contract, uint32_t abilities = kAllAbilities,
                                 const KindTable& kinds = {});

}  // namespace ouro

#endif  // MODEL_JUDGE_JUDGE_H_
