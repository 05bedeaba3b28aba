// SPDX-License-Identifier: Apache-2.0

#include "properties/generator/shapes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "properties/generator/shape_builders.h"

namespace ouro {

using Guess = Builder::Guess;

void DropAll(Builder& b, const std::vector<uint8_t>& registers) {
  for (const uint8_t reg : registers) b.Emit(Drop(reg));
}

void MaybePromote(Builder& b, int percent) {
  if (b.random().Percent(percent)) b.Emit(Collect(b.random().Below(2)));
}

void Watch(Builder& b, uint8_t target) {
  const uint8_t reg = b.AnyRegister();
  if (reg == target || b.held(reg) == Guess::kNode) return;
  b.Emit(b.AnyWeak(reg, target));
  if (b.random().Percent(45)) return;
  const Ref holder = b.random().Percent(60) ? target : b.Some(Guess::kNode);
  b.Emit(Store(holder, b.AnySlot(holder), reg));
  b.Emit(Drop(reg));
}

namespace {

// ---- the ring ----

std::vector<uint8_t> RingMembers(Builder& b) {
  constexpr std::array<int, 8> kSizes = {1, 1, 2, 2, 2, 3, 4, 5};
  const auto registers = b.Registers<5>();
  const int size = b.random().Of(kSizes);
  const bool pure = b.random().Percent(25);  // without finalizers
  for (int i = 0; i < size; ++i) {
    Op node = b.AnyNode(registers[static_cast<size_t>(i)]);
    node.count = b.random().Between(1, 4);
    if (pure) node.script = kNoScript;
    b.Emit(node);
    MaybePromote(b, 8);
  }
  return {registers.begin(), registers.begin() + size};
}

void Ring(Builder& b) {
  Random& random = b.random();
  const std::vector<uint8_t> ring = RingMembers(b);
  for (size_t i = 0; i < ring.size(); ++i) {
    if (random.Percent(92)) b.Emit(Store(ring[i], 0, ring[(i + 1) % ring.size()]));
  }
  for (int extra = random.Below(static_cast<int>(ring.size()) + 2); extra > 0; --extra) {
    const uint8_t from = random.Of(ring);
    const uint8_t to = random.Percent(25) ? from : random.Percent(80) ? random.Of(ring) : b.Full();
    b.Emit(Store(from, b.AnySlot(from), to));
  }
  for (int weak = random.Below(4); weak > 0; --weak) Watch(b, random.Of(ring));
  MaybePromote(b, 25);
  const uint8_t kept = random.Percent(20) ? random.Of(ring) : kRegisters;
  for (const uint8_t reg : ring) {
    if (reg != kept) b.Emit(Drop(reg));
  }
  if (random.Percent(60)) b.Emit(Collect(b.AnyGeneration()));
}

// ---- deaths by reference count ----

void Tree(Builder& b) {
  const auto nodes = b.Registers<5>();
  const int size = b.random().Between(3, 5);
  for (int i = 0; i < size; ++i) {
    Op node = b.AnyNode(nodes[static_cast<size_t>(i)]);
    node.count = 3;
    b.Emit(node);
    if (i == 0) continue;
    const uint8_t parent = nodes[static_cast<size_t>(b.random().Below(i))];
    b.Emit(Store(parent, b.random().Below(3), node.dest));
  }
  MaybePromote(b, 20);
  for (int i = size; i-- > 0;) b.Emit(Drop(nodes[static_cast<size_t>(i)]));
}

void Audience(Builder& b) {
  const auto [node, first, second, third] = b.Registers<4>();
  b.Emit(b.AnyNode(node));
  for (const uint8_t weak : {first, second, third}) {
    b.Emit(MakeWeak(weak, node, b.AnyScript()));
  }
  if (b.random().Percent(50)) b.Emit(Store(node, 0, second));
  if (b.random().Percent(50)) b.Emit(Store(node, 0, node));
  b.Emit(Drop(b.random().Percent(50) ? second : third));
  b.Emit(Drop(node));
  if (b.random().Percent(50)) b.Emit(Collect(b.AnyGeneration()));
}

void Rescue(Builder& b) {
  const auto [parent, first, second, weak, saved] = b.Registers<5>();
  b.Emit(b.AnyNode(second));
  b.Emit(b.AnyWeak(weak, second));
  b.Emit(MakeNode(first, 1, b.NewScript({Dereference(saved, weak)})));
  b.Emit(MakeNode(parent, 3));
  b.Emit(Store(parent, 0, first));
  b.Emit(Store(parent, 1, second));
  DropAll(b, {first, second});
  b.Emit(Drop(parent));
}

void Phoenix(Builder& b) {
  const auto [node, other] = b.Registers<2>();
  const std::array<Script, 4> lives = {{
      {Copy(other, kSelf)},
      {Store(kSelf, 0, kSelf)},
      {Store(other, 0, kSelf)},
      {Copy(other, kSelf), Store(kSelf, 0, kSelf)},
  }};
  b.Emit(MakeNode(other, 1));
  b.Emit(MakeNode(node, 2, b.NewScript(b.random().Of(lives))));
  if (b.random().Percent(40)) Watch(b, node);
  MaybePromote(b, 30);
  DropAll(b, {node, other});
  if (b.random().Percent(50)) b.Emit(Collect(b.AnyGeneration()));
}

// ---- trash ----

void Hanging(Builder& b) {
  const auto [ring, hanging] = b.Registers<2>();
  b.Emit(MakeNode(hanging, b.random().Below(2), b.AnyScript()));
  MaybePromote(b, 40);  // if it is older than the trash, it is not even examined
  b.Emit(MakeNode(ring, 2));
  b.Emit(Store(ring, 0, ring));
  b.Emit(Store(ring, 1, hanging));
  DropAll(b, {ring, hanging});
  b.Emit(Collect(b.AnyGeneration()));
}

void OldTrash(Builder& b) {
  const auto [old, young] = b.Registers<2>();
  b.Emit(MakeNode(old, 2));
  b.Emit(Store(old, 0, old));
  b.Emit(Collect(b.random().Below(2)));
  b.Emit(b.AnyNode(young));
  b.Emit(Store(old, 1, young));
  DropAll(b, {old, young});
  b.Emit(Collect(0));
  if (b.random().Percent(50)) b.Emit(Collect(2));
}

void Meddler(Builder& b) {
  const auto [first, second, third] = b.Registers<3>();
  // What the finalizer makes, a watcher or a node with a finalizer, is called while the trash is
  // cleared, and that is when it has to look.
  const int8_t late =
      b.random().Percent(40) ? b.NewScript({Dereference(first, third)}) : b.AnyScript();
  const std::array<Script, 7> deeds = {{
      {EmptySlot(kSelf, 0)},
      {MakeWeak(third, kSelf, late)},
      {Load(third, kSelf, 0), MakeWeak(third, third, late)},
      {MakeNode(third, 1, late), Store(kSelf, 1, third), Drop(third)},
      {MakeNode(third, 0, late), Store(kSelf, 1, third), Drop(third), MakeWeak(third, kSelf)},
      {Load(third, kSelf, 1)},
      {Load(third, kSelf, 0), EmptySlot(third, 0), Drop(third)},
  }};
  b.Emit(MakeNode(first, 2, b.NewScript(b.random().Of(deeds))));
  b.Emit(b.AnyNode(second));
  b.Emit(Store(first, 0, second));
  b.Emit(Store(second, 0, first));
  b.Emit(b.AnyNode(third));
  b.Emit(Store(first, 1, third));
  DropAll(b, {first, second, third});
  b.Emit(Collect(b.AnyGeneration()));
}

// ---- uncollectable trash and the garbage list ----

void Release(Builder& b) {
  const auto [node, other] = b.Registers<2>();
  b.Emit({.code = OpCode::kClearGarbage});
  b.Emit(MakeNode(node, 2, b.AnyScript()));
  b.Emit(Store(node, 0, node));
  if (b.random().Percent(50)) Watch(b, node);
  b.Emit(Drop(node));
  b.Emit(Collect(2));
  const Op take = {.code = OpCode::kTakeGarbage, .dest = other};
  if (b.random().Percent(30)) {  // by a finalizer
    b.Emit(MakeNode(node, 0, b.NewScript({take})));
    b.Emit(Drop(node));
  } else {
    b.Emit(take);
  }
  if (b.random().Percent(15)) {
    const Ref holder = b.Some(Guess::kNode);
    b.Emit(Store(holder, b.AnySlot(holder), other));
  }
  b.Emit(EmptySlot(other, 0));
  const bool last = b.random().Percent(50);
  if (!last) b.Emit({.code = OpCode::kClearGarbage});
  b.Emit(Drop(other));
  if (last) b.Emit({.code = OpCode::kClearGarbage});
}

void ReleaseSaved(Builder& b) {
  b.Emit({.code = OpCode::kSaveallOn});
  Release(b);
  b.Emit({.code = OpCode::kSaveallOff});
}

void Witness(Builder& b) {
  const auto [keeper, target, weak] = b.Registers<3>();
  b.Emit(MakeNode(target, 1));
  b.Emit(Store(target, 0, target));
  b.Emit(MakeNode(keeper, 2, b.AnyScript()));
  b.Emit(Store(keeper, 0, keeper));
  b.Emit(b.AnyWeak(weak, target));
  b.Emit(Store(keeper, 1, weak));
  DropAll(b, {keeper, target, weak});
  b.Emit(Collect(b.AnyGeneration()));
}

// ---- weak references and generations ----

void Fading(Builder& b) {
  const auto [target, weak] = b.Registers<2>();
  b.Emit(MakeNode(target, 2));
  b.Emit(Store(target, 0, target));
  b.Emit(MakeWeak(weak, target, b.NewScript({Drop(weak)})));
  b.Emit(Drop(target));
  b.Emit(Collect(b.AnyGeneration()));
}

void Crowd(Builder& b) {
  const auto registers = b.Registers<6>();
  for (size_t i = 0; i < 4; ++i) b.Emit(MakeNode(registers[i], 1));
  b.Emit(Collect(2));
  if (b.random().Percent(80)) b.Emit(Collect(1));
  b.Emit(Threshold(1, b.random().Below(4), 0));
  b.Emit(b.AnyNode(registers[4]));
  b.Emit(b.AnyNode(registers[5]));
}

// Creating the last weak reference causes a collection. Its callback empties the target's register,
// and puts another weak reference where the new one should go, so that only the pending operation
// references both (CPython issue 3100).
void Borrow(Builder& b) {
  const auto [target, weak, trash, watcher] = b.Registers<4>();
  b.Emit(Collect(2));
  b.Emit(Threshold(3, b.random().Below(3), 0));
  b.Emit(b.AnyNode(target));
  b.Emit(MakeNode(trash, 1));
  b.Emit(Store(trash, 0, trash));
  const Script deed = {MakeWeak(weak, target, b.AnyScript()), Drop(target)};
  b.Emit(MakeWeak(watcher, trash, b.NewScript(deed)));
  b.Emit(Drop(trash));
  b.Emit(b.AnyWeak(weak, target));
}

}  // namespace

// clang-format off
const std::array<Shape, kShapes> kShapeTable = {{
    {"ring",          Ring,         Shape::kNothing,
     "a ring, watched, partly promoted, dropped, collected"},
    {"tree",          Tree,         Shape::kNothing,
     "a tree dies at once"},
    {"audience",      Audience,     Shape::kNothing,
     "several weak references watch one node"},
    {"rescue",        Rescue,       Shape::kNothing,
     "a finalizer saves a sibling by a weak reference"},
    {"phoenix",       Phoenix,      Shape::kNothing,
     "a finalizer resurrects its object"},
    {"hanging",       Hanging,      Shape::kNothing,
     "an object with a finalizer hangs off a ring"},
    {"old-trash",     OldTrash,     Shape::kNothing,
     "old trash references a young object"},
    {"meddler",       Meddler,      Shape::kNothing,
     "the finalizer of a ring changes the ring"},
    {"release",       Release,      Shape::kNothing,
     "an uncollectable cycle is broken and released"},
    {"release-saved", ReleaseSaved, Shape::kSettings,
     "a cycle that saveall kept is broken and released"},
    {"witness",       Witness,      Shape::kNothing,
     "an uncollectable ring has a weak reference to trash"},
    {"fading",        Fading,       Shape::kNothing,
     "a weak reference dies of its own callback"},
    {"crowd",         Crowd,        Shape::kSettings,
     "many survivors make a full collection wait"},
    {"borrow",        Borrow,       Shape::kSettings,
     "a collection comes while a weak reference is made"},
    {"ephemeron",     Ephemeron,     Shape::kMaps,
     "the value of an entry leads to its key"},
    {"lineage",       Lineage,       Shape::kMaps,
     "the value of a key is the next key"},
    {"heir",          Heir,          Shape::kMaps,
     "the finalizer of a value finds the dying key"},
    {"inquiry",       Inquiry,       Shape::kMaps,
     "the finalizer of a key looks itself up"},
    {"company",       Company,       Shape::kNothing,
     "things of many sorts hang off trash, in any order"},
    {"ages",          Ages,          Shape::kNothing,
     "old objects watch young ones, and the reverse"},
    {"displaced",     Displaced,     Shape::kNothing,
     "an operation holds a second object while a finalizer runs"},
    {"orchard",       Orchard,       Shape::kNothing,
     "nodes all of whose slots are full die at once"},
    {"stadium",       Stadium,       Shape::kNothing,
     "a dozen weak references watch one node"},
    {"herd",          Herd,          Shape::kNothing,
     "dozens of cycles are the trash of one collection"},
    {"flood",         Flood,         Shape::kNothing,
     "a long chain hangs off what dies"},
    {"hoard",         Hoard,         Shape::kNothing,
     "the garbage list gets long"},
    {"burst",         Burst,         Shape::kNothing,
     "user code makes many objects, of the sizes that are dying"},
    {"late-settings", LateSettings,  Shape::kSettings,
     "user code changes a setting"},
}};
// clang-format on

}  // namespace ouro
