// SPDX-License-Identifier: Apache-2.0

// The heap in bulk: nodes of all sizes, and random programs; its invariants are recomputed after
// every operation.

#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <utility>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/optimized.h"
#include "collector/testing/optimized_runner.h"
#include "model/kind.h"
#include "model/program.h"

namespace ouro {
namespace {

// --- The library alone: sizes

heap::TypeId NodeType(heap::Heap& heap, uint32_t slots) {
  heap::Type type = {.name = "node", .size = slots * static_cast<uint32_t>(sizeof(heap::Object))};
  for (uint32_t i = 0; i < slots; ++i) type.references.push_back(i * sizeof(heap::Object));
  return heap.Register(type);
}

TEST(Heap, NodesOfAllSizes) {
  heap::Heap heap(kRulesPep442);
  constexpr uint32_t kMost = heap::kMaxSize / sizeof(heap::Object);
  std::vector<std::pair<heap::TypeId, uint32_t>> types;
  for (uint32_t n = 0; n < kMost; n += 1 + n / 3) types.push_back({NodeType(heap, n), n});
  types.push_back({NodeType(heap, kMost), kMost});
  for (int round = 0; round < 2; ++round) {
    std::vector<heap::Object> held;
    for (const auto& [type, slots] : types) {
      held.push_back(heap.New(type));
      for (uint32_t i = 0; i < slots; ++i)
        heap.Store(heap.Slot(held.back(), i), held[i % held.size()]);
    }
    ASSERT_EQ(heap.Verify(held), "");
    for (const heap::Object object : held) heap.Release(object);
    heap.Collect(2);
    ASSERT_EQ(heap.Verify({}), "");
    EXPECT_EQ(heap.size(), 0);
    EXPECT_LT(heap.handle_limit(), 60u << 12);
  }
}

// --- Random programs

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  Program Make() {
    Program program;
    registers_ = 3 + Below(6);
    for (int i = 0; i < 4; ++i) program.scripts.push_back(Ops(Below(7), true));
    program.main = Ops(120, false);
    return program;
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
  uint8_t Register() { return static_cast<uint8_t>(Below(registers_)); }
  Ref Any(bool script) { return script && Below(3) == 0 ? kSelf : Register(); }
  int8_t AnyScript() { return static_cast<int8_t>(Below(5) - 1); }

  ouro::Script Ops(int n, bool script) {
    ouro::Script ops;
    for (int i = 0; i < n; ++i) ops.push_back(Next(script));
    return ops;
  }

  Op Next(bool script) {
    Op op{.dest = Register(), .ref = Any(script), .slot = static_cast<uint8_t>(Below(3))};
    op.key = Any(script);
    const int dice = Below(100);
    if (dice < 16) {
      op = {.code = OpCode::kNode, .dest = op.dest, .script = AnyScript(), .count = Below(4)};
    } else if (dice < 18) {
      op.code = OpCode::kLeaf;
    } else if (dice < 28) {
      op.code = Below(2) == 0 ? OpCode::kWeak : OpCode::kWeakWith;
      op.script = AnyScript();
      op.value = Any(script);
    } else if (dice < 50) {
      op.code = OpCode::kStore;
      op.value = Any(script);
    } else if (dice < 66) {
      op.code = OpCode::kEmptyRegister;
    } else if (dice < 70) {
      op.code = OpCode::kMap;
    } else if (dice < 80) {
      op.code = OpCode::kMapPut;
      op.value = Any(script);
    } else if (dice < 82) {
      op.code = Below(2) == 0 ? OpCode::kMapGet : OpCode::kMapRemove;
    } else {
      constexpr OpCode kOthers[] = {
          OpCode::kCopy,         OpCode::kLoad,       OpCode::kLoad,       OpCode::kDeref,
          OpCode::kDeref,        OpCode::kEmptySlot,  OpCode::kCollect,    OpCode::kCollect,
          OpCode::kCollect,      OpCode::kThreshold,  OpCode::kEnable,     OpCode::kDisable,
          OpCode::kSaveallOn,    OpCode::kSaveallOff, OpCode::kSaveallOff, OpCode::kTakeGarbage,
          OpCode::kClearGarbage, OpCode::kCensus,     OpCode::kFail,       OpCode::kRaise,
          OpCode::kPush,         OpCode::kPush,       OpCode::kPop,        OpCode::kNodeWith,
          OpCode::kNodeWith,     OpCode::kClear,      OpCode::kCopySlots};
      op.code = kOthers[Below(static_cast<int>(std::size(kOthers)))];
      op.count = Below(3);
      op.value = Any(script);
      if (op.code == OpCode::kCopy && Below(2) == 0) op.kind = InternKind("handle");
      if (op.code == OpCode::kThreshold) {
        op.count = Below(6);
        op.count1 = Below(3);
        op.count2 = Below(3);
      }
    }
    return op;
  }

  std::mt19937 random_;
  int registers_ = kRegisters;
};

void Smoke(const heap::Rules& rules, int programs) {
  Runner runner(rules);
  for (int seed = 0; seed < programs; ++seed) {
    SCOPED_TRACE(seed);
    runner.Reset();
    const Program program = Generator(static_cast<uint32_t>(seed)).Make();
    runner.Run(program, 600);
    runner.Empty();
    if (rules.finalizers == heap::Rules::Finalizers::kOnce) EXPECT_EQ(runner.size(), 0);
    if (::testing::Test::HasFailure()) return;
  }
}

constexpr int kSmokePrograms = 300;

TEST(Random, Rules26) { Smoke(kRules26, kSmokePrograms); }
TEST(Random, Rules27) { Smoke(kRules27, kSmokePrograms); }
TEST(Random, RulesPep442) { Smoke(kRulesPep442, kSmokePrograms); }

}  // namespace
}  // namespace ouro
