#include "model/judge/judge.h"

#include <fmt/format.h>

#include <string>

#include "model/judge/envelope_judge.h"
#include "model/judge/exact_judge.h"

namespace ouro {
namespace {

std::string NameOf(Ref ref) { return ref == kSelf ? "self" : fmt::format("r{}", ref); }

}  // namespace

std::unique_ptr<Judge> MakeJudge(const Contract& contract, uint32_t abilities) {
  if (contract.envelope != nullptr) return std::make_unique<EnvelopeJudge>(contract, abilities);
  return std::make_unique<ExactJudge>(contract, abilities);
}

// Asked before each operation that is executed: words are made of it only when they are wanted.
Judge::Reason Judge::ReasonOf(const Op& op) const {
  using Kind = Operand::Kind;
  static constexpr Reason kNone = {};
  const auto lacks = [this](uint32_t ability) {
    return (abilities_ & ability) != 0 ? kNone : Reason{Reason::Kind::kLacks, 0, ability};
  };
  const auto is_no = [this](Ref ref, Kind kind) {
    const Operand operand = Look(ref);
    if (operand.kind == kind) return kNone;
    const bool empty = operand.kind == Kind::kNothing;
    return Reason{empty ? Reason::Kind::kEmpty : Reason::Kind::kWrongKind, ref, 0};
  };
  const auto empty = [this](Ref ref) {
    return Look(ref).kind != Kind::kNothing ? kNone : Reason{Reason::Kind::kEmpty, ref, 0};
  };
  const auto no_slot = [this](Ref ref, size_t slot) {
    const Operand operand = Look(ref);
    if (slot < operand.slots) return kNone;
    const bool nothing = operand.kind == Kind::kNothing;
    return Reason{nothing ? Reason::Kind::kEmpty : Reason::Kind::kNoSlot, ref, 0};
  };
  const auto or_else = [](Reason first, auto second) { return first ? first : second(); };
  switch (op.code) {
    case OpCode::kNode:
      return op.script == kNoScript ? kNone : lacks(kFinalizers);
    case OpCode::kWeak: {
      const uint32_t calls = op.script == kNoScript ? uint32_t{kWeakReferences} : kCallbacks;
      if ((abilities_ & kWeakReferences) == 0) return lacks(kWeakReferences);
      return or_else(lacks(calls), [&] { return is_no(op.ref, Kind::kNode); });
    }
    case OpCode::kCopy:
      return empty(op.ref);
    case OpCode::kLoad:
    case OpCode::kEmptySlot:
      return no_slot(op.ref, op.slot);
    case OpCode::kDeref:
      return or_else(lacks(kWeakReferences), [&] { return is_no(op.ref, Kind::kWeak); });
    case OpCode::kStore:
      return or_else(no_slot(op.ref, op.slot), [&] { return empty(op.value); });
    case OpCode::kTakeGarbage:
      if ((abilities_ & kGarbageList) == 0) return lacks(kGarbageList);
      return static_cast<size_t>(op.count) < garbage_size() ? kNone
                                                            : Reason{Reason::Kind::kGarbage, 0, 0};
    case OpCode::kClearGarbage:
      return lacks(kGarbageList);
    case OpCode::kThreshold:
    case OpCode::kEnable:
    case OpCode::kDisable:
      return lacks(kThresholds);
    case OpCode::kSaveallOn:
    case OpCode::kSaveallOff:
      return lacks(kSaveall);
    case OpCode::kCensus:
      return lacks(kCensusTaking);
    case OpCode::kFail:
      return lacks(kFailures);
    case OpCode::kRaise:
      return in_script() ? kNone : Reason{Reason::Kind::kNoScript, 0, 0};
    case OpCode::kLeaf:
    case OpCode::kEmptyRegister:
    case OpCode::kCollect:
      break;
  }
  return kNone;
}

std::string Judge::WhyVoid(const Op& op) const {
  const Reason reason = ReasonOf(op);
  switch (reason.kind) {
    case Reason::Kind::kNone:
      break;
    case Reason::Kind::kLacks:
      return "the collector does not claim: " + ListAbilities(reason.ability);
    case Reason::Kind::kEmpty:
      return NameOf(reason.ref) + " is empty";
    case Reason::Kind::kWrongKind:
      return fmt::format("{} is no {}", NameOf(reason.ref),
                         op.code == OpCode::kDeref ? "weak reference" : "node");
    case Reason::Kind::kNoSlot:
      return fmt::format("{} has no slot {}", NameOf(reason.ref), op.slot);
    case Reason::Kind::kGarbage:
      return fmt::format("the garbage list has {} objects", garbage_size());
    case Reason::Kind::kNoScript:
      return "no script is running";
  }
  return "";
}

const char* WordOf(OpCode code) {
  switch (code) {
    case OpCode::kNode:
      return "node";
    case OpCode::kLeaf:
      return "leaf";
    case OpCode::kWeak:
      return "weak";
    case OpCode::kCopy:
    case OpCode::kEmptyRegister:
      return "assignment";
    case OpCode::kLoad:
      return "load";
    case OpCode::kDeref:
      return "dereference";
    case OpCode::kStore:
    case OpCode::kEmptySlot:
      return "store";
    case OpCode::kCollect:
      return "collect";
    case OpCode::kTakeGarbage:
    case OpCode::kClearGarbage:
      return "garbage";
    case OpCode::kCensus:
      return "census";
    default:
      return "setting";
  }
}

}  // namespace ouro
