// SPDX-License-Identifier: Apache-2.0

// Counts do not wrap: an object whose count is saturated is immortal.

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

// Takes some seconds, and with AddressSanitizer a minute.
TEST(Saturation, SaturatedObjectsAreImmortal) {
  if (kPoison) GTEST_SKIP() << "no counting to 2^31 there";
  Heap heap(Rules{});
  std::vector<TypeId> types;
  for (const Kind kind : kContainers) types.push_back(heap.Register(Describe(kind)));
  const Object object = Make(heap, types[0]);
  const Object part = Make(heap, types[0]);
  const Object weak = heap.NewWeak(object);
  TransferReference(heap, object, part);

  constexpr int64_t kTimes = (int64_t{1} << 31) + 10;
  for (int64_t i = 2; i < kMaxReferences; ++i) heap.Retain(object);
  EXPECT_EQ(heap.References(object), kMaxReferences - 1);
  heap.Release(object);  // not there yet
  EXPECT_EQ(heap.References(object), kMaxReferences - 2);
  for (int64_t i = kMaxReferences - 2; i < kTimes; ++i) heap.Retain(object);
  EXPECT_EQ(heap.References(object), kMaxReferences);

  // Released in every way: Store, ReleaseBoth, deaths, collections of all kinds of objects.
  for (const TypeId type : types) {
    const Object holder = Make(heap, type);
    AddReference(heap, holder, object);
    ClearReferences(heap, holder);
    AddReference(heap, holder, object);
    heap.Release(holder);
    EXPECT_EQ(heap.References(object), kMaxReferences);
    AddReference(heap, MakeTrash(heap, type), object);
    EXPECT_EQ(heap.Collect(), 1);
    EXPECT_EQ(heap.References(object), kMaxReferences);
  }
  heap.ReleaseBoth(object, object);
  for (int64_t i = 2; i < kTimes; ++i) heap.Release(object);

  EXPECT_EQ(heap.References(object), kMaxReferences);
  EXPECT_EQ(heap.Collect(), 0);
  EXPECT_EQ(heap.Target(weak), object);
  EXPECT_EQ(heap.GetReferents(object), std::vector<Object>{part});
  EXPECT_EQ(heap.References(part), 1u);
  EXPECT_EQ(heap.size(), 3);
  EXPECT_EQ(heap.Verify({weak}), "");
}

}  // namespace
}  // namespace ouro::heap
