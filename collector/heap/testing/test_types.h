// SPDX-License-Identifier: Apache-2.0

// Kinds are types for tests, one for each way in which a type can declare its references, with one
// set of functions that works for all of them.
//
// Place: tests of this folder only.

#ifndef COLLECTOR_HEAP_TESTING_TEST_TYPES_H_
#define COLLECTOR_HEAP_TESTING_TEST_TYPES_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <ostream>
#include <utility>
#include <vector>

#include "collector/heap/heap.h"

namespace ouro::heap {

enum class Kind { kSlots, kRun, kMap, kBag, kCleared, kLeaf };
inline constexpr Kind kContainers[] = {Kind::kSlots, Kind::kRun, Kind::kMap, Kind::kBag,
                                       Kind::kCleared};
inline constexpr Rules::Finalizers kBothRules[] = {Rules::Finalizers::kUncollectable,
                                                   Rules::Finalizers::kOnce};

// Contiguous references, behind other data.
struct Row {
  uint32_t number;
  Object held[3];
};

// References with gaps between them, out of order.
struct Map {
  Object third;
  uint32_t number;
  Object first;
  double other;
  Object second;
};

// References in a C++ container. `alive` is the number of bags made by Make and not destroyed.
struct Bag {
  std::vector<Object> held;
  uint32_t number = 0;
  inline static int alive = 0;
};

inline Bag& BagOf(const Heap& heap, Object object) {
  return *static_cast<Bag*>(heap.Payload(object));
}

inline Type DescribeBag() {
  return {
      .name = "bag",
      .size = sizeof(Bag),
      .alignment = alignof(Bag),
      .visit =
          [](const Heap& heap, Object object, const Visitor& visitor) {
            for (const Object held : BagOf(heap, object).held) visitor(held);
          },
      .clear =
          [](Heap& heap, Object object) {
            const auto held = std::exchange(BagOf(heap, object).held, {});
            for (const Object one : held) heap.Release(one);
          },
      .destroy =
          [](Heap& heap, Object object) {
            BagOf(heap, object).~Bag();
            --Bag::alive;
          },
  };
}

inline Type Describe(Kind kind) {
  const std::vector<uint32_t> run = {4, 8, 12};
  switch (kind) {
    case Kind::kSlots:  // nothing else
      return {.name = "slots", .size = 3 * sizeof(Object), .references = {0, 4, 8}};
    case Kind::kRun:
      return {.name = "run", .size = sizeof(Row), .references = run};
    case Kind::kMap:
      return {.name = "map",
              .size = sizeof(Map),
              .alignment = alignof(Map),
              .references = {offsetof(Map, first), offsetof(Map, second), offsetof(Map, third)}};
    case Kind::kBag:
      return DescribeBag();
    case Kind::kCleared:  // declared by offsets, released by a function of its own
      return {.name = "cleared",
              .size = sizeof(Row),
              .references = run,
              .clear = [](Heap& heap, Object object) {
                for (Object& slot : static_cast<Row*>(heap.Payload(object))->held) {
                  heap.Store(slot, kNull);
                }
              }};
    case Kind::kLeaf:
      break;
  }
  return {.name = "leaf", .size = sizeof(uint32_t), .leaf = true};
}

inline std::ostream& operator<<(std::ostream& out, Kind kind) { return out << Describe(kind).name; }

// A new object of a type of this file; or kNull.
inline Object Make(Heap& heap, TypeId type) {
  const Object object = heap.New(type);
  if (object != kNull && heap.type(type).visit != nullptr) {
    new (heap.Payload(object)) Bag;
    ++Bag::alive;
  }
  return object;
}

// Adds a reference from `holder` to `value`. False if `holder` is full.
inline bool AddReference(Heap& heap, Object holder, Object value) {
  const Type& type = heap.type(heap.TypeOf(holder));
  if (type.visit != nullptr) {
    heap.Retain(value);
    BagOf(heap, holder).held.push_back(value);
    return true;
  }
  for (uint32_t k = 0; k < type.references.size(); ++k) {
    if (heap.Slot(holder, k) != kNull) continue;
    heap.Store(heap.Slot(holder, k), value);
    return true;
  }
  return false;
}

// The same with the caller's reference to `value`, which it gives up.
inline void TransferReference(Heap& heap, Object holder, Object value) {
  EXPECT_TRUE(AddReference(heap, holder, value));
  heap.Release(value);
}

// Releases the references of `holder`, one after the other.
inline void ClearReferences(Heap& heap, Object holder) {
  const Type& type = heap.type(heap.TypeOf(holder));
  if (type.visit != nullptr) {
    const auto held = std::exchange(BagOf(heap, holder).held, {});
    for (const Object one : held) heap.Release(one);
  }
  for (uint32_t k = 0; k < type.references.size(); ++k) {
    heap.Store(heap.Slot(holder, k), kNull);
  }
}

// A new object that only references itself.
inline Object MakeTrash(Heap& heap, TypeId type) {
  const Object object = Make(heap, type);
  AddReference(heap, object, object);
  heap.Release(object);
  return object;
}

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_TESTING_TEST_TYPES_H_
