// The envelope judge knows what every program's objects can reach, and holds a collector to the
// bounds of its envelope: what must be alive, what must be dead, what a finalizer may see.
//
// Place: the judge of contracts with an envelope; beside the exact judge, and much smaller.
//
// It asks "who can reach this?" anew whenever something has changed, so each operation costs time
// linear in the heap. Programs are small.

#ifndef MODEL_ENVELOPE_JUDGE_H_
#define MODEL_ENVELOPE_JUDGE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "model/judge.h"

namespace ouro {

class EnvelopeJudge final : public Judge {
 public:
  // REQUIRES: contract.envelope is not null.
  EnvelopeJudge(const Contract& contract, uint32_t abilities);

  void Reset() override;
  void Begin(const Op& op) override;
  void Observe(const Event& event) override;
  void ScriptEnded(bool raised) override;
  void End() override;
  void Finish() override;

  ObjectId reg(int index) const override { return registers_[static_cast<size_t>(index)]; }
  int8_t script_of(ObjectId id) const override { return at(id).script; }
  bool in_operation() const override {
    return !frames_.empty() && frames_.back().type != Frame::Type::kScript;
  }

 private:
  struct Object {
    enum class Kind : uint8_t { kNode, kLeaf, kWeak };
    // Whether a finalizer has yet to run. kMaybe: it ran, and then the object was brought back by
    // somebody else's script, which not every collector can tell from a death.
    enum class Due : uint8_t { kNo, kYes, kMaybe };
    // Whether a weak reference yields its target.
    enum class Bond : uint8_t { kNone, kAttached, kMaybe };

    Kind kind = Kind::kNode;
    Due due = Due::kNo;
    Bond bond = Bond::kNone;
    bool freed = false;
    bool condemned = false;  // it was unreachable when the running collection began
    bool fell = false;       // ... or at some moment since: PHP traces again after finalizers
    bool was_due = false;    // ... and its finalizer was due
    bool behind = false;   // ... or when the innermost one did, and a due finalizer could reach it
    bool spared = false;   // it was so in any of them
    bool touched = false;  // a script of the running collection could reach it
    bool stray = false;    // it outlived its collections, within the bounds
    bool reached = false;  // Reach: by registers and running scripts
    bool awaited = false;  // Reach: by a finalizer that is due
    int8_t script = kNoScript;
    int survived = 0;  // full collections while it was unreachable and untouched
    ObjectId target = kNone;
    std::vector<ObjectId> slots;
  };

  // What is open: operations, scripts and collections, innermost last.
  struct Frame {
    enum class Type : uint8_t { kOp, kScript, kCollection } type = Type::kOp;
    Op op;
    bool answered = false;    // kOp: kNew or kGot was seen
    bool collected = false;   // kOp: its collection was seen
    bool judged = false;      // kCollection: full, and neither in a script nor in another one
    bool by_count = false;    // kScript: its object died by reference count
    ObjectId object = kNone;  // kOp: the answer, or the target of `weak`. kScript: its self
  };

  void Apply(Frame& frame);
  void OnNew(ObjectId id);
  void OnGot(ObjectId id);
  void OnFinalize(ObjectId id);
  void OnFree(ObjectId id);
  void OnCollect(const Event& event);
  void OnDone();
  bool Answers(OpCode code);
  bool Known(ObjectId id, Law law);
  void CheckCounts();
  void CheckCollected();
  void Stray(Law law, ObjectId id, std::string what);
  bool Referred(ObjectId id) const;
  void Unbind(ObjectId target, Object::Bond bond);
  void Touch();
  void MayClearWeaks();
  void MayLiveAgain(Object* object) const;
  void Condemn(bool first);
  void NoteTrash();
  void Changed() { known_ = false; }

  // Who can be reached, if that has changed.
  void Reach();
  template <typename Visit>
  void Spread(Visit visit);

  void Convict(Law law, ObjectId object, std::string what, std::string lawful);
  std::string HeldBy(ObjectId wanted) const;

  bool collecting() const { return collections_ > 0; }
  const Frame* InnermostScript() const;
  ObjectId Resolve(Ref ref) const;
  Operand Look(Ref ref) const override;
  bool in_script() const override { return InnermostScript() != nullptr; }
  bool exists(ObjectId id) const { return id >= 0 && static_cast<size_t>(id) < objects_.size(); }
  Object& at(ObjectId id) { return objects_[static_cast<size_t>(id)]; }
  const Object& at(ObjectId id) const { return objects_[static_cast<size_t>(id)]; }
  bool HasFinalizer(const Object& object) const {
    return object.kind == Object::Kind::kNode && object.script != kNoScript;
  }

  const Envelope& bounds_;
  std::vector<Object> objects_;
  std::array<ObjectId, kRegisters> registers_{};
  std::vector<Frame> frames_;
  std::vector<ObjectId> work_;  // worklist of Spread
  bool known_ = false;          // Reach has nothing to do
  int collections_ = 0;         // that are running, one in another
  int strays_ = 0;
};

}  // namespace ouro

#endif  // MODEL_ENVELOPE_JUDGE_H_
