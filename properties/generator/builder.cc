// SPDX-License-Identifier: Apache-2.0

#include "properties/generator/builder.h"

#include <algorithm>
#include <utility>

namespace ouro {

Op MakeNode(uint8_t dest, int slots, int8_t script) {
  return {.code = OpCode::kNode, .dest = dest, .script = script, .count = slots};
}
Op MakeWeak(uint8_t dest, Ref target, int8_t script) {
  return {.code = OpCode::kWeak, .dest = dest, .ref = target, .script = script};
}
Op MakeWeakWith(uint8_t dest, Ref target, Ref value, int8_t script) {
  return {.code = OpCode::kWeakWith, .dest = dest, .ref = target, .value = value, .script = script};
}
Op Copy(uint8_t dest, Ref ref) { return {.code = OpCode::kCopy, .dest = dest, .ref = ref}; }
Op Load(uint8_t dest, Ref ref, int slot) {
  return {.code = OpCode::kLoad, .dest = dest, .ref = ref, .slot = static_cast<uint8_t>(slot)};
}
Op Dereference(uint8_t dest, Ref ref) { return {.code = OpCode::kDeref, .dest = dest, .ref = ref}; }
Op Store(Ref ref, int slot, Ref value) {
  return {.code = OpCode::kStore, .ref = ref, .value = value, .slot = static_cast<uint8_t>(slot)};
}
Op EmptySlot(Ref ref, int slot) {
  return {.code = OpCode::kEmptySlot, .ref = ref, .slot = static_cast<uint8_t>(slot)};
}
Op Drop(uint8_t reg) { return {.code = OpCode::kEmptyRegister, .dest = reg}; }
Op Dispose(Ref ref) { return {.code = OpCode::kDispose, .ref = ref}; }
Op Push(Ref ref) { return {.code = OpCode::kPush, .ref = ref}; }
Op Pop() { return {.code = OpCode::kPop}; }
Op Fill(Op node, Ref even, Ref odd) {
  node.code = OpCode::kNodeWith;
  node.ref = even;
  node.value = odd;
  return node;
}
Op Clear(Ref ref) { return {.code = OpCode::kClear, .ref = ref}; }
Op CopySlots(Ref into, Ref from) {
  return {.code = OpCode::kCopySlots, .ref = into, .value = from};
}
Op StepOf(int work) { return {.code = OpCode::kStep, .count = work}; }
Op Chain(uint8_t dest, int length) {
  return {.code = OpCode::kChain, .dest = dest, .count = length};
}
Op MakeMap(uint8_t dest) { return {.code = OpCode::kMap, .dest = dest}; }
Op Put(Ref map, Ref key, Ref value) {
  return {.code = OpCode::kMapPut, .ref = map, .value = value, .key = key};
}
Op Lookup(uint8_t dest, Ref map, Ref key) {
  return {.code = OpCode::kMapGet, .dest = dest, .ref = map, .key = key};
}
Op RemoveEntry(Ref map, Ref key) { return {.code = OpCode::kMapRemove, .ref = map, .key = key}; }
Op Collect(int generation) { return {.code = OpCode::kCollect, .count = generation}; }
Op Threshold(int first, int second, int third) {
  return {.code = OpCode::kThreshold, .count = first, .count1 = second, .count2 = third};
}

Words AllWords(uint32_t abilities) {
  const auto has = [abilities](uint32_t ability) { return (abilities & ability) != 0; };
  Words words;
  words.maps = has(kMaps);
  words.disposals = has(kDisposal);
  words.ends = has(kEnding);
  words.scopes = has(kScopes);
  words.fills = has(kFills);
  words.held = has(kHeldValues);
  words.steps = has(kSteps);
  words.saveall = has(kSaveall);
  return words;
}

void Builder::Emit(const Op& op) {
  if (op.code == OpCode::kCensus && !words_.censuses) return;
  program_.main.push_back(op);
  if (Allocates(op.code)) ++births_;
  if (op.code == OpCode::kCollect) births_ = 0;
  Register& dest = guesses_[op.dest];
  switch (op.code) {
    case OpCode::kChain:
      dest = {Guess::kNode, 1};
      break;
    case OpCode::kNode:
    case OpCode::kNodeWith:
      dest = {Guess::kNode, op.count};
      break;
    case OpCode::kLeaf:
      dest = {Guess::kLeaf, 0};
      break;
    case OpCode::kWeak:
      dest = {Guess::kWeak, 0};
      break;
    case OpCode::kWeakWith:
      dest = {Guess::kWeak, 1};
      break;
    case OpCode::kMap:
      dest = {Guess::kMap, 0};
      break;
    case OpCode::kCopy:
      dest = guesses_[op.ref];
      break;
    case OpCode::kLoad:
    case OpCode::kDeref:
    case OpCode::kMapGet:
    case OpCode::kTakeGarbage:
      dest = {Guess::kNode, 2};
      break;
    case OpCode::kEmptyRegister:
      dest = {};
      break;
    default:
      break;
  }
}

void Builder::SetSizes(const std::array<Weights::Weight, kSizes>& sizes, bool few) {
  for (size_t i = 0; i < kSizes; ++i) late_[i] = sizes[i].value;
  early_ = late_;
  if (!few) return;
  const size_t first = Draw(random_, late_);
  const size_t second = Draw(random_, late_);
  for (size_t i = 0; i < kSizes; ++i) {
    if (i != first && i != second) early_[i] = 0;
  }
}

Op Builder::AnyNode(uint8_t dest) {
  const auto slots = static_cast<int>(Draw(random_, early_));
  return MakeNode(dest, slots, random_.Percent(finalizers_) ? AnyScript() : kNoScript);
}

Op Builder::AnyWeak(uint8_t dest, Ref target) {
  return MakeWeak(dest, target, random_.Percent(callbacks_) ? AnyScript() : kNoScript);
}

Op Builder::AnyWeakWith(uint8_t dest, Ref target, Ref value) {
  const int8_t script = random_.Percent(callbacks_) ? AnyScript() : kNoScript;
  return MakeWeakWith(dest, target, value, script);
}

int8_t Builder::AnyScript() {
  const int scripts = static_cast<int>(program_.scripts.size());
  return static_cast<int8_t>(random_.Below(std::min(scripts + 1, kMaxScripts)));
}

int8_t Builder::NewScript(Script script) {
  if (program_.scripts.size() == kMaxScripts) return AnyScript();
  if (!words_.censuses) {
    std::erase_if(script, [](const Op& op) { return op.code == OpCode::kCensus; });
  }
  program_.scripts.push_back(std::move(script));
  return static_cast<int8_t>(program_.scripts.size() - 1);
}

int Builder::AnyGeneration() { return random_.Percent(50) ? 2 : random_.Below(3); }

int Builder::AnySlot(Ref ref) {
  const int slots = ref == kSelf ? 2 : guesses_[ref].slots;
  return random_.Below(slots > 0 ? slots : 2);
}

uint8_t Builder::AnyRegister() { return RegisterBeside(nullptr, 0); }

uint8_t Builder::RegisterBeside(const uint8_t* taken, size_t count) {
  const auto draw = [&] {
    while (true) {
      const auto reg = static_cast<uint8_t>(random_.Below(kRegisters));
      if (std::find(taken, taken + count, reg) == taken + count) return reg;
    }
  };
  const uint8_t first = draw();
  return guesses_[first].kind == Guess::kEmpty ? first : draw();
}

Ref Builder::Some(Guess kind) {
  const int start = random_.Below(kRegisters);
  for (int i = 0; i < kRegisters; ++i) {
    const auto reg = static_cast<Ref>((start + i) % kRegisters);
    if (guesses_[reg].kind == kind) return reg;
  }
  return static_cast<Ref>(start);
}

Ref Builder::Full() {
  const int start = random_.Below(kRegisters);
  for (int i = 0; i < kRegisters; ++i) {
    const auto reg = static_cast<Ref>((start + i) % kRegisters);
    if (guesses_[reg].kind != Guess::kEmpty) return reg;
  }
  return static_cast<Ref>(start);
}

}  // namespace ouro
