#include "model/judge.h"

#include <fmt/format.h>

#include <string>

#include "model/envelope_judge.h"
#include "model/exact_judge.h"

namespace ouro {
namespace {

std::string NameOf(Ref ref) { return ref == kSelf ? "self" : fmt::format("r{}", ref); }

}  // namespace

std::unique_ptr<Judge> MakeJudge(const Contract& contract, uint32_t abilities) {
  if (contract.envelope != nullptr) return std::make_unique<EnvelopeJudge>(contract, abilities);
  return std::make_unique<ExactJudge>(contract, abilities);
}

std::string Judge::WhyVoid(const Op& op) const {
  std::string why;
  WhyVoid(op, &why);
  return why;
}

// Asked before each operation that is executed, so words cost nothing until they are wanted.
bool Judge::WhyVoid(const Op& op, std::string* why) const {
  using Kind = Operand::Kind;
  const auto say = [why](auto words) {
    if (why != nullptr) *why = words();
    return true;
  };
  const auto lacks = [&](uint32_t ability) {
    if ((abilities_ & ability) != 0) return false;
    return say([&] { return "the collector does not claim: " + ListAbilities(ability); });
  };
  const auto empty = [&](Ref ref) {
    if (Look(ref).kind != Kind::kNothing) return false;
    return say([&] { return NameOf(ref) + " is empty"; });
  };
  const auto is_no = [&](Ref ref, Kind kind, const char* name) {
    if (empty(ref)) return true;
    if (Look(ref).kind == kind) return false;
    return say([&] { return fmt::format("{} is no {}", NameOf(ref), name); });
  };
  const auto has_no_slot = [&](Ref ref, size_t slot) {
    if (empty(ref)) return true;
    if (slot < Look(ref).slots) return false;
    return say([&] { return fmt::format("{} has no slot {}", NameOf(ref), slot); });
  };
  switch (op.code) {
    case OpCode::kNode:
      return op.script != kNoScript && lacks(kFinalizers);
    case OpCode::kWeak:
      return lacks(kWeakReferences) || (op.script != kNoScript && lacks(kCallbacks)) ||
             is_no(op.ref, Kind::kNode, "node");
    case OpCode::kCopy:
      return empty(op.ref);
    case OpCode::kLoad:
    case OpCode::kEmptySlot:
      return has_no_slot(op.ref, op.slot);
    case OpCode::kDeref:
      return lacks(kWeakReferences) || is_no(op.ref, Kind::kWeak, "weak reference");
    case OpCode::kStore:
      return has_no_slot(op.ref, op.slot) || empty(op.value);
    case OpCode::kTakeGarbage:
      if (lacks(kGarbageList)) return true;
      if (static_cast<size_t>(op.count) < garbage_size()) return false;
      return say([&] { return fmt::format("the garbage list has {} objects", garbage_size()); });
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
      if (in_script()) return false;
      return say([] { return std::string("no script is running"); });
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
