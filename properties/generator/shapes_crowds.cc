// SPDX-License-Identifier: Apache-2.0

// Shapes in which much comes together: objects of many sorts that die at once, two objects that one
// operation holds while user code runs, many of one sort, and settings that change meanwhile.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "properties/generator/shape_builders.h"

namespace ouro {
namespace {

using Guess = Builder::Guess;

constexpr size_t kRoomy = 150;  // room that only long programs have

// kCount registers that are not among `taken`.
template <size_t kCount, size_t kTaken>
std::array<uint8_t, kCount> RegistersBeside(Builder& b, const std::array<uint8_t, kTaken>& taken) {
  std::array<uint8_t, kCount> result{};
  size_t found = 0;
  for (const uint8_t reg : b.Registers<kCount + kTaken>()) {
    const bool free = std::find(taken.begin(), taken.end(), reg) == taken.end();
    if (free && found < kCount) result[found++] = reg;
  }
  return result;
}

int AtMost(int most, size_t room, int operations_each) {
  return std::clamp(static_cast<int>(room) / operations_each, 1, most);
}

// A new object of any sort in `reg`. `other` leads to a node that a weak reference may watch.
void Anything(Builder& b, uint8_t reg, uint8_t other) {
  switch (b.random().Below(7)) {
    case 0:
      return b.Emit({.code = OpCode::kLeaf, .dest = reg});
    case 1:
      return b.Emit(MakeNode(reg, b.random().Between(0, 2), b.AnyScript()));
    case 2:
      return b.Emit(b.AnyWeak(reg, other));
    case 3:
      b.Emit(b.AnyNode(reg));
      return Watch(b, reg);
    case 4:
      b.Emit(MakeNode(reg, b.random().Between(1, 2)));
      return b.Emit(Store(reg, 0, reg));
    case 5:
      if (b.words().maps) return b.Emit(MakeMap(reg));
      return b.Emit(b.AnyNode(reg));
    default:
      return b.Emit(b.AnyNode(reg));
  }
}

// Tables and counters change their ways at powers of two, so that many, and one more.
int Crowd(Builder& b, int most, int operations_each) {
  constexpr std::array<int, 9> kCrowds = {8, 9, 12, 16, 17, 32, 33, 64, 65};
  const int room = AtMost(most, b.room(), operations_each);
  const int crowd = b.random().Of(kCrowds);
  return crowd <= room ? crowd : std::min(room, b.random().Between(6, 18));
}

}  // namespace

// The parts may be older than what they hang off: then they are made in a cradle, promoted, and
// moved.
void Company(Builder& b) {
  Random& random = b.random();
  const auto [root, part, cradle, map] = b.Registers<4>();
  const int parts = std::min(random.Between(2, kMaxSlots), AtMost(kMaxSlots, b.room(), 6));
  const bool older = random.Percent(40);
  const bool keys = b.words().maps && random.Percent(40);
  if (keys) b.Emit(MakeMap(map));
  b.Emit(MakeNode(root, kMaxSlots, random.Percent(30) ? b.AnyScript() : kNoScript));
  b.Emit(MakeNode(cradle, kMaxSlots));
  for (int i = 0; i < parts; ++i) {
    Anything(b, part, cradle);
    if (keys && random.Percent(40)) b.Emit(Put(map, part, random.Percent(50) ? part : cradle));
    b.Emit(Store(older ? cradle : root, i, part));
    MaybePromote(b, 8);
  }
  b.Emit(Drop(part));
  if (older) {
    b.Emit(Collect(random.Below(2)));
    b.Emit(MakeNode(root, kMaxSlots));
    for (int i = 0; i < parts; ++i) {
      b.Emit(Load(part, cradle, i));
      b.Emit(Store(root, (i + 1) % kMaxSlots, part));
    }
    b.Emit(Drop(part));
  }
  const bool cyclic = random.Percent(65);
  if (cyclic) b.Emit(Store(root, random.Below(kMaxSlots), root));
  b.Emit(Drop(random.Percent(50) ? cradle : root));
  b.Emit(Drop(root));
  b.Emit(Drop(cradle));
  if (cyclic) b.Emit(Collect(b.AnyGeneration()));
}

// The weak reference is in an old object and its target is young, or the reverse; one of both dies
// in a collection that may not look at the other.
void Ages(Builder& b) {
  Random& random = b.random();
  const auto [old, young, weak, found] = b.Registers<4>();
  b.Emit(MakeNode(old, 2, random.Percent(20) ? b.AnyScript() : kNoScript));
  if (random.Percent(50)) b.Emit(Store(old, 0, old));
  b.Emit(Collect(random.Percent(70) ? 1 : 0));
  b.Emit(MakeNode(young, 2, random.Percent(30) ? b.AnyScript() : kNoScript));
  if (random.Percent(60)) b.Emit(Store(young, 0, young));
  const bool old_watches = random.Percent(50);
  b.Emit(b.AnyWeak(weak, old_watches ? young : old));
  if (random.Percent(60)) {
    b.Emit(Store(old_watches ? old : young, 1, weak));
    if (random.Percent(60)) b.Emit(Drop(weak));
  }
  if (random.Percent(30)) b.Emit(Store(young, 1, old));
  b.Emit(Drop(old_watches ? young : old));
  b.Emit(Collect(random.Below(3)));
  switch (random.Below(3)) {
    case 0:
      b.Emit({.code = OpCode::kCensus});
      break;
    case 1:
      b.Emit(Dereference(found, weak));
      break;
    default:
      b.Emit(Drop(old_watches ? old : young));
      b.Emit(Collect(random.Below(2)));
  }
}

namespace {

// What the finalizer does: mostly to the second object, which is in `second` and maybe in slot 0 of
// `holder`, or by a weak reference to it.
Script Deeds(Builder& b, uint8_t holder, uint8_t second, uint8_t weak) {
  Random& random = b.random();
  Script script;
  for (int deeds = random.Between(1, 3); deeds > 0; --deeds) {
    const auto any = static_cast<uint8_t>(random.Below(kRegisters));
    switch (random.Below(8)) {
      case 0:
        script.push_back(Collect(b.AnyGeneration()));
        break;
      case 1:
        script.push_back(Dereference(any, weak));
        break;
      case 2:
        script.push_back({.code = OpCode::kCensus});
        break;
      case 3:
      case 4:
        script.push_back(Drop(second));
        break;
      case 5:
        script.push_back(EmptySlot(holder, 0));
        break;
      case 6:
        script.push_back(random.Percent(50) ? b.AnyWeak(any, second) : Copy(any, kSelf));
        break;
      default:
        script.push_back({.code = OpCode::kTakeGarbage, .dest = any, .count = random.Below(3)});
    }
  }
  return script;
}

// The first object is in `first` alone, or in slot 0 of `holder` alone, and the operation releases
// it while it holds the second.
void Displace(Builder& b, uint8_t first, uint8_t holder, uint8_t second, uint8_t weak) {
  Random& random = b.random();
  const int ways = b.words().fills ? 7 : b.words().maps ? 5 : 4;
  const int way = random.Below(ways);
  const bool by_slot = way == 0 || way >= 5;
  if (by_slot) {
    b.Emit(Store(holder, 0, first));
    b.Emit(Drop(first));
  } else if (way == 2) {
    b.Emit(Store(holder, 0, second));
    if (random.Percent(50)) b.Emit(Drop(second));
  }
  switch (way) {
    case 0:
      return b.Emit(Store(holder, 0, second));
    case 1:
      return b.Emit(Copy(first, second));
    case 2:
      return b.Emit(Load(first, holder, 0));
    case 3:
      return b.Emit(Dereference(first, weak));
    case 4: {
      const uint8_t map = b.AnyRegister();
      if (!b.words().maps || map == first || map == second || map == holder) {
        return b.Emit(b.AnyWeak(first, second));  // into a full register
      }
      b.Emit(MakeMap(map));
      b.Emit(Put(map, holder, first));
      b.Emit(Drop(first));
      return b.Emit(random.Percent(60) ? Put(map, holder, second) : RemoveEntry(map, holder));
    }
    case 5:
      return b.Emit(CopySlots(holder, random.Percent(50) ? second : holder));
    default:
      return b.Emit(Clear(holder));
  }
}

}  // namespace

void Displaced(Builder& b) {
  Random& random = b.random();
  const auto [first, holder, second, weak, trash] = b.Registers<5>();
  b.Emit(MakeNode(holder, 2));
  if (random.Percent(50)) {  // what becomes trash before the finalizer runs, and is watched
    b.Emit(MakeNode(trash, 1));
    b.Emit(Store(trash, 0, trash));
    b.Emit(b.AnyWeak(weak, trash));
    Anything(b, second, trash);
    b.Emit(Drop(trash));
  } else {
    b.Emit(random.Percent(60) ? b.AnyNode(second) : MakeNode(second, 1));
    b.Emit(b.AnyWeak(weak, second));
  }
  if (random.Percent(30)) b.Emit(Store(second, 0, weak));
  b.Emit(MakeNode(first, random.Below(3), b.NewScript(Deeds(b, holder, second, weak))));
  MaybePromote(b, 15);
  Displace(b, first, holder, second, weak);
  if (random.Percent(40)) b.Emit(Dereference(trash, weak));
}

// Nodes of eight slots, all of them full with what nothing else holds.
void Orchard(Builder& b) {
  Random& random = b.random();
  const auto [tree, fruit, next] = b.Registers<3>();
  const int trees = std::min(random.Between(1, 4), AtMost(4, b.room(), 2 * kMaxSlots + 4));
  const bool cyclic = random.Percent(40);
  for (int i = 0; i < trees; ++i) {
    if (i > 0) b.Emit(Copy(next, tree));
    b.Emit(MakeNode(tree, kMaxSlots, random.Percent(15) ? b.AnyScript() : kNoScript));
    if (i > 0) b.Emit(Store(tree, 0, next));
    for (int slot = i > 0 ? 1 : 0; slot < kMaxSlots; ++slot) {
      if (random.Percent(15)) {
        b.Emit({.code = OpCode::kLeaf, .dest = fruit});
      } else {
        b.Emit(b.AnyNode(fruit));
      }
      b.Emit(Store(tree, slot, fruit));
    }
    b.Emit(Drop(fruit));
    MaybePromote(b, 10);
  }
  if (cyclic) b.Emit(Store(tree, random.Below(kMaxSlots), tree));
  b.Emit(Drop(next));
  b.Emit(Drop(tree));
  if (cyclic) b.Emit(Collect(b.AnyGeneration()));
}

// Watchers live in the slots of holders, and some die first.
void Stadium(Builder& b) {
  Random& random = b.random();
  constexpr size_t kStands = 5;
  const auto stands = b.Registers<kStands>();
  const auto [node, weak] = RegistersBeside<2>(b, stands);
  const int watchers = Crowd(b, static_cast<int>(kStands) * kMaxSlots, 2);
  b.Emit(b.AnyNode(node));
  if (random.Percent(30)) b.Emit(Store(node, 0, node));
  for (int i = 0; i < watchers; ++i) {
    const uint8_t stand = stands[static_cast<size_t>(i / kMaxSlots)];
    if (i % kMaxSlots == 0) b.Emit(MakeNode(stand, kMaxSlots));
    b.Emit(b.AnyWeak(weak, node));
    b.Emit(Store(stand, i % kMaxSlots, weak));
  }
  b.Emit(Drop(weak));
  for (int dead = random.Below(4); dead > 0; --dead) {
    b.Emit(EmptySlot(stands[0], random.Below(kMaxSlots)));
  }
  if (random.Percent(25)) b.Emit(Drop(stands[0]));
  b.Emit(Drop(node));
  if (random.Percent(60)) b.Emit(Collect(b.AnyGeneration()));
}

// Many cycles, alike or of any sort, become trash of one collection; a few of them are kept.
void Herd(Builder& b) {
  Random& random = b.random();
  const auto [animal, keeper, other] = b.Registers<3>();
  const bool alike = random.Percent(50);
  const int slots = random.Between(1, kMaxSlots);
  const int8_t script = random.Percent(30) ? b.AnyScript() : kNoScript;
  constexpr int kMost = 150;
  const int animals = random.Percent(50) ? Crowd(b, kMost, 3) : AtMost(kMost, b.room(), 3);
  if (random.Percent(50)) b.Emit(MakeNode(keeper, kMaxSlots));
  b.Emit(b.AnyNode(other));
  for (int i = 0; i < animals; ++i) {
    if (alike) {
      b.Emit(MakeNode(animal, slots, script));
    } else {
      Anything(b, animal, other);
    }
    b.Emit(Store(animal, 0, animal));
    if (random.Percent(6)) b.Emit(Store(keeper, random.Below(kMaxSlots), animal));
    MaybePromote(b, 1);
  }
  b.Emit(Drop(animal));
  b.Emit(Collect(b.AnyGeneration()));
  if (random.Percent(50)) b.Emit(Drop(keeper));
  if (random.Percent(50)) b.Emit(Collect(b.AnyGeneration()));
}

// A chain hangs off something that dies, or is the trash.
void Flood(Builder& b) {
  Random& random = b.random();
  // Deep enough for tables to grow, and not for adapters to recurse too deeply: that is --scale's.
  constexpr std::array<int, 5> kLengths = {9, 17, 33, 64, 65};
  const int length = std::min(random.Of(kLengths), AtMost(65, b.room(), 1));
  const auto [chain, root, next] = b.Registers<3>();
  b.Emit(Chain(chain, length));
  MaybePromote(b, 20);
  Op node = b.AnyNode(root);
  node.count = random.Between(2, kMaxSlots);
  b.Emit(node);
  b.Emit(Store(root, 1, chain));
  if (random.Percent(30)) Watch(b, chain);
  b.Emit(Drop(chain));
  const bool cyclic = random.Percent(60);
  if (cyclic) b.Emit(Store(root, 0, root));
  if (random.Percent(20)) b.Emit(Load(next, root, 1));  // the chain lives on
  b.Emit(Drop(root));
  if (cyclic) b.Emit(Collect(b.AnyGeneration()));
  b.Emit(Drop(next));
}

namespace {

// Hundreds of objects at once: a chain hangs off trash, and saveall keeps all of it.
void HoardOfHundreds(Builder& b) {
  Random& random = b.random();
  constexpr std::array<int, 5> kLengths = {127, 130, 260, 350, 1000};
  const auto [chain, ring, taken] = b.Registers<3>();
  const int length = random.Of(kLengths);
  const bool saveall = random.Percent(80);
  if (saveall) b.Emit({.code = OpCode::kSaveallOn});
  b.Emit(Chain(chain, length));
  b.Emit(MakeNode(ring, 2, random.Percent(40) ? b.AnyScript() : kNoScript));
  b.Emit(Store(ring, 0, ring));
  b.Emit(Store(ring, 1, chain));
  DropAll(b, {chain, ring});
  b.Emit(Collect(b.AnyGeneration()));
  for (const int index : {128 + random.Between(-1, 1), 256 + random.Between(-1, 1), length}) {
    const Op take = {.code = OpCode::kTakeGarbage, .dest = taken, .count = index};
    if (random.Percent(40)) {  // in a finalizer
      b.Emit(MakeNode(chain, 0, b.NewScript({take})));
      b.Emit(Drop(chain));
    } else {
      b.Emit(take);
    }
    if (random.Percent(30)) b.Emit(EmptySlot(taken, 0));
  }
  b.Emit({.code = OpCode::kClearGarbage});
  if (saveall) b.Emit({.code = OpCode::kSaveallOff});
}

}  // namespace

void Hoard(Builder& b) {
  Random& random = b.random();
  const bool hundreds = b.words().saveall && b.room() > kRoomy;
  if (hundreds && random.Percent(15)) return HoardOfHundreds(b);
  const auto [node, taken] = b.Registers<2>();
  const int hoarded = Crowd(b, 70, 4);
  const bool saveall = random.Percent(50);
  if (saveall) b.Emit({.code = OpCode::kSaveallOn});
  const int8_t script = b.AnyScript();
  for (int i = 0; i < hoarded; ++i) {
    b.Emit(MakeNode(node, random.Between(1, 2), random.Percent(80) ? script : kNoScript));
    b.Emit(Store(node, 0, node));
  }
  b.Emit(Drop(node));
  b.Emit(Collect(b.AnyGeneration()));
  for (int looks = random.Between(1, 3); looks > 0; --looks) {
    const int index = random.Percent(40) ? hoarded - 1 : random.Below(hoarded);
    b.Emit({.code = OpCode::kTakeGarbage, .dest = taken, .count = index});
    if (random.Percent(50)) b.Emit(EmptySlot(taken, 0));
    if (random.Percent(40)) {  // an old object comes to hold it, while it is listed or no more
      if (random.Percent(40)) b.Emit({.code = OpCode::kClearGarbage});
      const Ref holder = b.Some(Builder::Guess::kNode);
      b.Emit(Store(holder, b.AnySlot(holder), taken));
    }
  }
  if (random.Percent(70)) b.Emit({.code = OpCode::kClearGarbage});
  if (random.Percent(50)) b.Emit(Drop(taken));
  if (saveall && random.Percent(70)) b.Emit({.code = OpCode::kSaveallOff});
}

// User code makes many objects while others of their sizes die: storage grows, or is reused, in the
// middle of a death or a collection.
void Burst(Builder& b) {
  Random& random = b.random();
  const auto [root, sibling, kept, more] = b.Registers<4>();
  const int size = random.Between(1, 4);
  Script script;
  if (random.Percent(50)) {
    script.push_back(Chain(kept, random.Between(10, 60)));
  } else {
    for (int births = random.Between(2, 10); births > 0; --births) {
      script.push_back(MakeNode(random.Percent(50) ? kept : more, size));
      if (random.Percent(30)) script.push_back(Store(more, 0, kept));
    }
  }
  if (random.Percent(30)) script.push_back(Copy(more, kSelf));
  if (random.Percent(30)) script.push_back(Collect(b.AnyGeneration()));
  if (random.Percent(20)) script.push_back({.code = OpCode::kCensus});
  const int8_t number = b.NewScript(std::move(script));
  const bool by_callback = random.Percent(30);
  b.Emit(MakeNode(root, 4, by_callback ? kNoScript : number));
  if (by_callback) b.Emit(MakeWeak(more, root, number));
  for (int i = 0; i < 3; ++i) {
    b.Emit(MakeNode(sibling, size));
    b.Emit(Store(root, i, sibling));
  }
  b.Emit(Drop(sibling));
  const bool cyclic = random.Percent(50);
  if (cyclic) b.Emit(Store(root, 3, root));
  b.Emit(Drop(root));
  if (cyclic) b.Emit(Collect(b.AnyGeneration()));
  if (random.Percent(40)) b.Emit({.code = OpCode::kCensus});
}

void LateSettings(Builder& b) {
  Random& random = b.random();
  const auto [node, weak, other] = b.Registers<3>();
  Script script;
  for (int settings = random.Between(1, 2); settings > 0; --settings) {
    switch (random.Below(5)) {
      case 0:
      case 1:
        script.push_back(Threshold(random.Between(0, 3), random.Below(3), random.Below(2)));
        break;
      case 2:
        script.push_back({.code = OpCode::kDisable});
        break;
      case 3:
        script.push_back({.code = OpCode::kEnable});
        break;
      default:
        script.push_back({.code = OpCode::kClearGarbage});
    }
    if (random.Percent(60)) script.push_back(b.AnyNode(other));
  }
  const int8_t number = b.NewScript(std::move(script));
  const bool by_callback = random.Percent(50);
  if (random.Percent(50)) b.Emit(Threshold(random.Between(1, 4), random.Below(3), 1));
  if (random.Percent(30)) b.Emit({.code = OpCode::kDisable});
  b.Emit(MakeNode(node, 1, by_callback ? kNoScript : number));
  if (by_callback) b.Emit(MakeWeak(weak, node, number));
  const bool cyclic = random.Percent(60);
  if (cyclic) b.Emit(Store(node, 0, node));
  b.Emit(Drop(node));
  if (cyclic) b.Emit(Collect(b.AnyGeneration()));
  for (int births = random.Between(1, 4); births > 0; --births) b.Emit(b.AnyNode(other));
}

}  // namespace ouro
