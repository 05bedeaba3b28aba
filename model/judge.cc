#include "model/judge.h"

#include "model/envelope_judge.h"
#include "model/exact_judge.h"

namespace ouro {

std::unique_ptr<Judge> MakeJudge(const Contract& contract, uint32_t abilities) {
  if (contract.envelope != nullptr) return std::make_unique<EnvelopeJudge>(contract, abilities);
  return std::make_unique<ExactJudge>(contract, abilities);
}

bool Judge::IsVoid(const Op& op) const {
  using Kind = Operand::Kind;
  const auto lacks = [this](uint32_t ability) { return (abilities_ & ability) == 0; };
  const auto is = [this](Ref ref, Kind kind) { return Look(ref).kind == kind; };
  switch (op.code) {
    case OpCode::kNode:
      return op.script != kNoScript && lacks(kFinalizers);
    case OpCode::kWeak:
      return lacks(kWeakReferences) || (op.script != kNoScript && lacks(kCallbacks)) ||
             !is(op.ref, Kind::kNode);
    case OpCode::kCopy:
      return is(op.ref, Kind::kNothing);
    case OpCode::kLoad:
    case OpCode::kEmptySlot:
      return op.slot >= Look(op.ref).slots;
    case OpCode::kDeref:
      return lacks(kWeakReferences) || !is(op.ref, Kind::kWeak);
    case OpCode::kStore:
      return op.slot >= Look(op.ref).slots || is(op.value, Kind::kNothing);
    case OpCode::kTakeGarbage:
      return lacks(kGarbageList) || static_cast<size_t>(op.count) >= garbage_size();
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
      return !in_script();
    case OpCode::kLeaf:
    case OpCode::kEmptyRegister:
    case OpCode::kCollect:
      return false;
  }
  return true;
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
