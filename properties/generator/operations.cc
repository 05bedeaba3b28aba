// SPDX-License-Identifier: Apache-2.0

#include "properties/generator/operations.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace ouro {

using Guess = Builder::Guess;

Operations::Operations(Builder& builder, const GeneratorOptions& options, const Weights& weights,
                       const Words& words)
    : builder_(builder),
      random_(builder.random()),
      options_(options),
      weights_(weights),
      words_(words) {
  const auto possible = [this](size_t choice) {
    switch (choice) {
      case kMapInScript:
        return words_.maps;
      case kDisposeInScript:
        return words_.disposals;
      case kScopeInScript:
        return words_.scopes;
      case kFillInScript:
        return words_.fills;
      case kHoldInScript:
        return words_.held;
      case kStepInScript:
        return words_.steps;
      case kSetInScript:
        return options_.settings;
      case kFailInScript:
        return options_.failures;
      case kCensusInScript:
        return options_.censuses;
      default:
        return true;
    }
  };
  for (size_t i = 0; i < kScriptChoices; ++i) {
    script_weights_[i] = possible(i) ? Luck(random_, weights_.scripts[i].value) : 0;
  }
  script_weights_[kKeepSelf] = std::max(script_weights_[kKeepSelf], 1);
}

Ref Operations::SomeHolder() {
  return builder_.Some(words_.held && random_.Percent(20) ? Guess::kWeak : Guess::kNode);
}

Op Operations::Single(Choice choice) {
  switch (choice) {
    case kNodeStep:
      return builder_.AnyNode(builder_.AnyRegister());
    case kLeafStep:
      return {.code = OpCode::kLeaf, .dest = builder_.AnyRegister()};
    case kWeakStep:
      return builder_.AnyWeak(builder_.AnyRegister(), builder_.Some(Guess::kNode));
    case kCopyStep:
      return Copy(builder_.AnyRegister(), builder_.Full());
    case kLoadStep: {
      const Ref ref = SomeHolder();
      return Load(builder_.AnyRegister(), ref, builder_.AnySlot(ref));
    }
    case kDerefStep:
      return Dereference(builder_.AnyRegister(), builder_.Some(Guess::kWeak));
    case kStoreStep: {
      const Ref ref = SomeHolder();
      return Store(ref, builder_.AnySlot(ref), builder_.Full());
    }
    case kEmptySlotStep: {
      const Ref ref = SomeHolder();
      return EmptySlot(ref, builder_.AnySlot(ref));
    }
    case kMapStep:
      return MakeMap(builder_.AnyRegister());
    case kPutStep:
      return Put(builder_.Some(Guess::kMap), builder_.Some(Guess::kNode), builder_.Full());
    case kLookupStep:
      return Lookup(builder_.AnyRegister(), builder_.Some(Guess::kMap),
                    builder_.Some(Guess::kNode));
    case kDisposeStep:
      return Dispose(builder_.Some(Guess::kNode));
    case kPushStep:
      return Push(builder_.Full());
    case kPopStep:
      return Pop();
    case kNodeWithStep:
      return Fill(builder_.AnyNode(builder_.AnyRegister()), builder_.Full(), builder_.Full());
    case kClearStep:
      return Clear(builder_.Some(Guess::kNode));
    case kCopySlotsStep:
      return CopySlots(builder_.Some(Guess::kNode), builder_.Some(Guess::kNode));
    case kWeakWithStep:
      return builder_.AnyWeakWith(
          builder_.AnyRegister(), builder_.Some(Guess::kNode),
          random_.Percent(50) ? builder_.Some(Guess::kNode) : builder_.Full());
    case kStepStep:
      return PieceOfCollection();
    case kRemoveStep:
      return RemoveEntry(builder_.Some(Guess::kMap), builder_.Some(Guess::kNode));
    case kDropStep:
      return Drop(builder_.Full());
    case kCollectStep:
      return Collect(builder_.AnyGeneration());
    default:
      return Setting(choice);
  }
}

// Mostly so little that several operations run in the middle of a collection.
Op Operations::PieceOfCollection() {
  constexpr std::array<int, 8> kWork = {1, 1, 1, 2, 4, 16, 64, kMaxStep};
  return StepOf(random_.Of(kWork));
}

// Where a counter is narrowed, a table grows, or a comparison meets its bound: beside a power of
// two, the largest number there is, or as many as there are.
int Operations::Unusual(int as_many) {
  constexpr std::array<int, 6> kPowers = {1 << 5, 1 << 7, 1 << 8, 1 << 15, 1 << 16, 1 << 29};
  if (random_.Percent(50)) return std::max(as_many + random_.Between(-1, 1), 1);
  if (random_.Percent(20)) return kMaxArgument;
  return random_.Of(kPowers) + random_.Between(-1, 1);
}

Op Operations::Setting(Choice choice) {
  switch (choice) {
    case kThresholdStep:
      return SmallThreshold();
    case kSwitchStep:
      return {.code = random_.Percent(70) ? OpCode::kEnable : OpCode::kDisable};
    case kSaveallStep:
      return {.code = random_.Percent(40) ? OpCode::kSaveallOn : OpCode::kSaveallOff};
    case kTakeGarbageStep:
      return {.code = OpCode::kTakeGarbage,
              .dest = builder_.AnyRegister(),
              .count = Number(random_.Below(3), random_.Below(16))};
    case kClearGarbageStep:
      return {.code = OpCode::kClearGarbage};
    case kFailStep:
      return {.code = OpCode::kFail,
              .count = Number(random_.Between(1, 4), random_.Between(5, 30))};
    default:
      return {.code = OpCode::kCensus};
  }
}

Op Operations::SmallThreshold() {
  const int first = Number(random_.Percent(10) ? 0 : random_.Between(1, 8), builder_.births());
  const int second = Number(random_.Between(0, 3), 4);
  return Threshold(first, second, Number(random_.Between(0, 2), 4));
}

Op Operations::OfScript() {
  const uint8_t reg = static_cast<uint8_t>(random_.Below(kRegisters));
  const int slot = random_.Below(3);
  switch (static_cast<ScriptChoice>(Draw(random_, script_weights_))) {
    case kKeepSelf:
      return Copy(reg, kSelf);
    case kStoreSelf:
      return Store(reg, slot, kSelf);
    case kStoreIntoSelf:
      return Store(kSelf, slot, random_.Percent(40) ? kSelf : reg);
    case kEmptySelf:
      return EmptySlot(kSelf, slot);
    case kLoadSelf:
      return Load(reg, kSelf, slot);
    case kWatchSelf:
      return builder_.AnyWeak(reg, kSelf);
    case kDerefSelf:
      return Dereference(reg, kSelf);
    case kCollectInScript:
      return Collect(builder_.AnyGeneration());
    case kRaiseInScript:
      return {.code = OpCode::kRaise};
    case kBear:
      return builder_.AnyNode(reg);
    case kBearMany:
      return Chain(reg, random_.Between(3, 12));
    case kCensusInScript:
      return {.code = OpCode::kCensus};
    case kDropInScript:
      return Drop(reg);
    case kDerefInScript:
      return Dereference(reg, random_.Percent(60) ? builder_.Some(Guess::kWeak)
                                                  : static_cast<Ref>(random_.Below(kRegisters)));
    case kTakeInScript:
      return Setting(kTakeGarbageStep);
    case kReleaseInScript:
      return Setting(kClearGarbageStep);
    case kSetInScript:
      return ScriptSetting();
    case kFailInScript:
      return Setting(kFailStep);
    case kMapInScript:
      return ScriptMap(reg);
    case kDisposeInScript:
      return Dispose(random_.Percent(50) ? kSelf : builder_.Some(Guess::kNode));
    case kScopeInScript:
      return ScriptScope(reg);
    case kFillInScript:
      return ScriptFill(reg);
    case kHoldInScript:
      return ScriptHold(reg);
    case kStepInScript:
      return PieceOfCollection();
    case kAnyInScript:
      break;
  }
  return Single(static_cast<Choice>(random_.Below(kThresholdStep)));
}

// Saveall only where the specimen reads it once a collection, as ours does: for others, whether it
// applies to the rest of a collection depends on the order within that.
Op Operations::ScriptSetting() {
  const int choice = random_.Below(options_.saveall_in_scripts ? 3 : 2);
  return Setting(static_cast<Choice>(kThresholdStep + choice));
}

Op Operations::ScriptScope(uint8_t reg) {
  return random_.Percent(40) ? Pop() : Push(random_.Percent(50) ? kSelf : reg);
}

Op Operations::ScriptHold(uint8_t reg) {
  const Ref value = random_.Percent(50) ? kSelf : builder_.Full();
  return builder_.AnyWeakWith(reg, builder_.Some(Guess::kNode), value);
}

Op Operations::ScriptFill(uint8_t reg) {
  const Ref node = random_.Percent(50) ? kSelf : builder_.Some(Guess::kNode);
  switch (random_.Below(4)) {
    case 0:
      return Fill(builder_.AnyNode(reg), kSelf, builder_.Full());
    case 1:
      return Clear(node);
    case 2:
      return CopySlots(node, builder_.Some(Guess::kNode));
    default:
      return CopySlots(builder_.Some(Guess::kNode), kSelf);
  }
}

Op Operations::ScriptMap(uint8_t reg) {
  const Ref map = builder_.Some(Guess::kMap);
  const Ref key = random_.Percent(50) ? kSelf : builder_.Some(Guess::kNode);
  switch (random_.Below(5)) {
    case 0:
      return MakeMap(reg);
    case 1:
      return Put(map, key, random_.Percent(50) ? kSelf : reg);
    case 2:
      return RemoveEntry(map, key);
    default:
      return Lookup(reg, map, key);
  }
}

}  // namespace ouro
