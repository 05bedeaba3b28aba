// A judge follows the operations and events of one collector and convicts the first event that no
// lawful collector could have reported, or, when an operation has ended, what had to happen and did
// not. The contract says which judge it takes: see MakeJudge.
//
// Place: the heart of model/. A judge sees programs, events and a contract, never a collector.

#ifndef MODEL_JUDGE_JUDGE_H_
#define MODEL_JUDGE_JUDGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "model/collector.h"
#include "model/judge/feature.h"
#include "model/judge/law.h"
#include "model/judge/situation.h"

namespace ouro {

namespace table {
enum class Operand : uint8_t;  // model/program_table.h
}  // namespace table

// A broken law: a value, not an error.
struct Violation {
  Law law = Law::kEventInPlace;
  ObjectId object = kNone;  // the one that it is about, or kNone
  std::string what;         // "#0 was freed while r2 -> #1 slot 0 -> #0 holds it"
  std::string lawful;       // what would have been lawful: "nothing; #0 lives on", "finalize 3"
  // Law, operation and phase: what must stay the same while a program is shrunk.
  std::string signature;
};

class Judge {
 public:
  virtual ~Judge() = default;

  // The next operation starts a new program.
  virtual void Reset() = 0;

  // Whether `op` makes no sense in the present state: it has no effect and no events. Where a
  // script runs, `op` is thought to be in the innermost one.
  bool IsVoid(const Op& op) const { return static_cast<bool>(ReasonOf(op)); }
  // Why, in a few words: "r1 is empty"; "" if it makes sense.
  std::string WhyVoid(const Op& op) const;

  // The course of a program. Calls nest as the events do: Begin, Observe ..., End; a finalize or
  // callback event opens a script, whose operations follow and which ScriptEnded closes. A call
  // that does not fit is a broken law (event-in-place), as are all other surprises.
  // Once a law is broken, nothing has any effect until Reset.
  virtual void Begin(const Op& op) = 0;
  virtual void Observe(const Event& event) = 0;
  virtual void ScriptEnded(bool raised) = 0;
  virtual void End() = 0;

  // No operation follows: none may be open.
  virtual void Finish() = 0;

  const std::optional<Violation>& violation() const { return violation_; }

  // A bit for each Situation that was reached since Reset.
  uint64_t situations() const { return situations_; }

  // Features of programs are counted there from now on: FeatureCounter::kSize bytes, which are the
  // caller's to clear; null: nowhere.
  void CountFeatures(uint8_t* counters) { features_.CountInto(counters); }

  // For those who run programs: the object in that register, or kNone; the script of an object.
  virtual ObjectId reg(int index) const = 0;
  virtual int8_t script_of(ObjectId id) const = 0;
  // The innermost open thing is an operation or a collection: an event or End may follow, but no
  // operation.
  virtual bool in_operation() const = 0;

 protected:
  // What a reference leads to.
  struct Referent {
    enum class Kind : uint8_t { kNothing, kNode, kLeaf, kWeak } kind = Kind::kNothing;
    size_t slots = 0;
  };

  explicit Judge(uint32_t abilities) : abilities_(abilities) {}

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

  const uint32_t abilities_;
  std::optional<Violation> violation_;
  uint64_t situations_ = 0;
  FeatureCounter features_;
};

// The judge that the contract needs: an ExactJudge, or, where it has an envelope, an EnvelopeJudge.
// `abilities`: what the collector can do; the rest of the language is void.
std::unique_ptr<Judge> MakeJudge(const Contract& contract, uint32_t abilities = kAllAbilities);

}  // namespace ouro

#endif  // MODEL_JUDGE_JUDGE_H_
