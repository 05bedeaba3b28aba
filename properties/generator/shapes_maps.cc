// SPDX-License-Identifier: Apache-2.0

// Shapes around maps with weak keys.

#include <array>
#include <cstddef>
#include <cstdint>

#include "properties/generator/shape_builders.h"

namespace ouro {

// The value leads to the key, and nothing else does: a collection frees both.
void Ephemeron(Builder& b) {
  const auto [map, key, value] = b.Registers<3>();
  b.Emit(MakeMap(map));
  MaybePromote(b, 30);  // the map is old then
  b.Emit(b.AnyNode(key));
  if (b.random().Percent(30)) Watch(b, key);
  MaybePromote(b, 20);
  b.Emit(MakeNode(value, 2, b.random().Percent(40) ? b.AnyScript() : kNoScript));
  b.Emit(Put(map, key, value));
  b.Emit(Store(value, 0, b.random().Percent(85) ? key : map));
  if (b.random().Percent(20)) b.Emit(Store(value, 1, map));
  DropAll(b, {key, value});
  if (b.random().Percent(25)) b.Emit(Drop(map));
  b.Emit(Collect(b.AnyGeneration()));
}

// The value of each key is the next key; cycles keep some of them from dying by count.
void Lineage(Builder& b) {
  const auto registers = b.Registers<5>();
  const uint8_t map = registers[4];
  const bool cycles = b.random().Percent(60);
  b.Emit(MakeMap(map));
  const int keys = b.random().Between(2, 4);
  for (int i = 0; i < keys; ++i) {
    const uint8_t key = registers[static_cast<size_t>(i)];
    Op node = b.AnyNode(key);
    node.count = b.random().Between(1, 2);
    b.Emit(node);
    if (cycles && b.random().Percent(70)) b.Emit(Store(key, 0, key));
    if (i > 0) b.Emit(Put(map, registers[static_cast<size_t>(i) - 1], key));
    MaybePromote(b, 10);
  }
  for (int i = keys; i-- > 0;) b.Emit(Drop(registers[static_cast<size_t>(i)]));
  if (b.random().Percent(20)) b.Emit(Drop(map));
  b.Emit(Collect(b.AnyGeneration()));
}

// The finalizer of a value, which dies with its key, finds that key, or changes maps.
void Heir(Builder& b) {
  const auto [map, other, key, value, weak] = b.Registers<5>();
  const std::array<Script, 6> deeds = {{
      {Dereference(value, weak), Put(other, value, kSelf)},
      {Dereference(value, weak), Put(map, value, kSelf)},
      {Dereference(value, weak), Lookup(key, map, value)},
      {Put(map, kSelf, other)},
      {Put(other, kSelf, kSelf)},
      {MakeNode(value, 1, b.AnyScript()), Put(map, value, kSelf)},
  }};
  b.Emit(MakeMap(map));
  b.Emit(MakeMap(other));
  b.Emit(b.AnyNode(key));
  const bool before = b.random().Percent(30);
  if (before) b.Emit(b.AnyWeak(weak, key));
  b.Emit(MakeNode(value, 1, b.NewScript(b.random().Of(deeds))));
  b.Emit(Put(map, key, value));
  if (!before) b.Emit(b.AnyWeak(weak, key));
  if (b.random().Percent(40)) b.Emit(Store(b.random().Percent(50) ? key : value, 0, key));
  DropAll(b, {value, key});
  if (b.random().Percent(60)) b.Emit(Collect(b.AnyGeneration()));
}

// The finalizer of a key looks itself up, or another key of the trash, and may keep the value.
void Inquiry(Builder& b) {
  const auto [map, key, sibling, value, found] = b.Registers<5>();
  const std::array<Script, 5> deeds = {{
      {Lookup(found, map, kSelf)},
      {Lookup(found, map, kSelf), Copy(key, kSelf)},
      {Load(sibling, kSelf, 1), Lookup(found, map, sibling), Drop(sibling)},
      {RemoveEntry(map, kSelf)},
      {Lookup(found, map, kSelf), Put(map, kSelf, kSelf), Drop(found)},
  }};
  b.Emit(MakeMap(map));
  b.Emit(MakeNode(key, 2, b.NewScript(b.random().Of(deeds))));
  b.Emit(b.AnyNode(sibling));
  b.Emit(Store(key, 1, sibling));
  b.Emit(b.AnyNode(value));
  b.Emit(Put(map, key, value));
  b.Emit(Put(map, sibling, value));
  const bool cyclic = b.random().Percent(60);
  if (cyclic) b.Emit(Store(key, 0, key));
  DropAll(b, {value, sibling});
  b.Emit(Drop(key));
  if (cyclic || b.random().Percent(30)) b.Emit(Collect(b.AnyGeneration()));
}

}  // namespace ouro
