// SPDX-License-Identifier: Apache-2.0

// Random programs on the naive collector, against a shadow of its heap.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/naive.h"
#include "collector/testing/ops.h"
#include "model/event_text.h"

namespace ouro {
namespace {

// Generates operations, in scripts too, and applies each to a shadow heap. After an operation
// exactly the objects are alive that a root or a live object references.
class ShadowHeap : public Observer {
 public:
  ShadowHeap(const ExactRules& rules, unsigned seed) : rules_(rules), random_(seed) {}

  ScriptEnd On(const Event& event) override {
    if (event.kind == Event::Kind::kNew) {
      const bool filled = op_.code == OpCode::kNodeWith;
      const bool holds = op_.code == OpCode::kWeakWith;
      kind_[event.id] = filled ? OpCode::kNode : holds ? OpCode::kWeak : op_.code;
      slots_[event.id].assign(kind_[event.id] == OpCode::kNode ? op_.count : 0, kNone);
      for (size_t slot = 0; filled && slot < slots_[event.id].size(); ++slot) {
        slots_[event.id][slot] = contents_[slot % 2];
      }
      if (holds) slots_[event.id].push_back(held_);
    }
    if (event.id != kNone) EXPECT_EQ(slots_.count(event.id), 1u) << Print(event);
    if (event.kind == Event::Kind::kNew || event.kind == Event::Kind::kGot)
      registers_[op_.dest] = event.id;
    if (event.kind == Event::Kind::kGarbage) garbage_.push_back(event.id);
    if (event.kind == Event::Kind::kFree) {
      slots_.erase(event.id);
      entries_gone_ += std::erase_if(entries_, [&event](const auto& entry) {
        return entry.first.first == event.id || entry.first.second == event.id;
      });
    }
    const bool again = event.kind == Event::Kind::kFinalize && !finalized_.insert(event.id).second;
    EXPECT_FALSE(again && rules_.finalizers == ExactRules::Finalizers::kOnce) << event.id;
    if (IsScript(event)) RunScript(event.id);
    return ScriptEnd::kReturned;
  }
  void Broken(const std::string& why) override { ADD_FAILURE() << why; }

  void Run(int operations) {
    for (; operations > 0 && !testing::Test::HasFailure(); --operations) {
      Step();
      std::set<ObjectId> referenced(registers_.begin(), registers_.end()), alive;
      referenced.insert(garbage_.begin(), garbage_.end());
      for (const auto& [id, slots] : slots_) referenced.insert(slots.begin(), slots.end());
      for (const auto& [pair, value] : entries_) referenced.insert(value);
      for (const auto& [id, slots] : slots_) alive.insert(id);
      referenced.erase(kNone);
      EXPECT_EQ(referenced, alive);
    }
    budget_ = 0;  // scripts are empty from now on, so that everything must be freed
    Do({.code = OpCode::kSaveallOn});  // an entry may hold what no garbage refers to
    for (int round = 0; round < 3; ++round) {
      for (uint8_t r = 0; r < kRegisters; ++r) Do(Empty(r));
      Do(Collect(2));
      for (size_t i = 0; i < garbage_.size(); ++i) {
        Do(TakeGarbage(0, static_cast<int32_t>(i)));
        for (size_t k = slots_[registers_[0]].size(); k > 0; --k) Do(EmptySlot(0, k - 1));
      }
      Do(Empty(0));
      Do(kClearGarbageOp);
    }
    EXPECT_TRUE(slots_.empty());
  }

  // Entries that went with a map or a key.
  size_t entries_gone() const { return entries_gone_; }

 private:
  uint8_t Below(int n) { return static_cast<uint8_t>(random_() % n); }

  void RunScript(ObjectId self) {
    const Op outer = op_;
    running_.push_back(self);
    for (int n = running_.size() > 5 ? 0 : Below(4); n > 0 && budget_ > 0; --n, --budget_) Step();
    running_.pop_back();
    op_ = outer;
  }

  ObjectId Find(Ref ref) const { return ref == kSelf ? running_.back() : registers_[ref]; }

  static bool OnMap(const Op& op) {
    return op.code == OpCode::kMapGet || op.code == OpCode::kMapPut ||
           op.code == OpCode::kMapRemove;
  }

  // A register that contains such an object, if there is one.
  Ref Some(OpCode kind) {
    const Ref first = Below(6);
    for (int i = 0; i < 6; ++i) {
      const Ref ref = static_cast<Ref>((first + i) % 6);
      if (Find(ref) != kNone && kind_.at(Find(ref)) == kind) return ref;
    }
    return first;
  }

  bool Void(const Op& op) const {
    const ObjectId id = Find(op.ref);
    const bool node = id != kNone && kind_.at(id) == OpCode::kNode;
    const auto slots = slots_.find(id);
    const bool slot = slots != slots_.end() && op.slot < slots->second.size();
    if (Allocates(op.code) && registers_[op.dest] != kNone) return true;
    if (OnMap(op)) {
      const ObjectId key = Find(op.key);
      const bool map = id != kNone && kind_.at(id) == OpCode::kMap;
      if (!map || key == kNone || kind_.at(key) != OpCode::kNode) return true;
      return op.code == OpCode::kMapPut && Find(op.value) == kNone;
    }
    if (op.code == OpCode::kDispose || op.code == OpCode::kChain) return true;
    if (op.code == OpCode::kPush || op.code == OpCode::kPop) return true;
    if (op.code == OpCode::kWeakWith && Find(op.value) == kNone) return true;
    if (op.code == OpCode::kWeak || op.code == OpCode::kWeakWith) return !node;
    if (op.code == OpCode::kClear) return !node;
    if (op.code == OpCode::kNodeWith) return id == kNone || Find(op.value) == kNone;
    if (op.code == OpCode::kCopySlots) {
      return !node || Find(op.value) == kNone || kind_.at(Find(op.value)) != OpCode::kNode;
    }
    if (op.code == OpCode::kCopy) return id == kNone;
    if (op.code == OpCode::kDeref) return id == kNone || kind_.at(id) != OpCode::kWeak;
    if (op.code == OpCode::kStore) return !slot || Find(op.value) == kNone;
    if (op.code == OpCode::kLoad || op.code == OpCode::kEmptySlot) return !slot;
    if (op.code == OpCode::kTakeGarbage) return garbage_.size() <= static_cast<size_t>(op.count);
    return false;
  }

  void Step() {
    Op op = {.code = static_cast<OpCode>(Below(kOpCodes)), .dest = Below(6), .slot = Below(3)};
    op.ref = !running_.empty() && Below(3) == 0 ? kSelf : Below(6);
    op.value = !running_.empty() && Below(3) == 0 ? kSelf : Below(6);
    if (OnMap(op)) {
      op.key = op.ref == kSelf ? kSelf : Some(OpCode::kNode);
      op.ref = Some(OpCode::kMap);
    }
    op.script = static_cast<int8_t>(Below(3) - 1);
    op.count = Below(op.code == OpCode::kThreshold || op.code == OpCode::kFail ? 9 : 3);
    op.count1 = op.count2 = Below(3);
    if (!Void(op)) Do(op);
  }

  void Do(const Op& op) {
    op_ = op;
    if (op.code == OpCode::kWeakWith) held_ = Find(op.value);
    if (op.code == OpCode::kCopy) registers_[op.dest] = Find(op.ref);
    if (op.code == OpCode::kStore) slots_[Find(op.ref)][op.slot] = Find(op.value);
    if (op.code == OpCode::kNodeWith) contents_ = {Find(op.ref), Find(op.value)};
    if (op.code == OpCode::kClear) {
      std::vector<ObjectId>& slots = slots_[Find(op.ref)];
      std::fill(slots.begin(), slots.end(), kNone);
    }
    if (op.code == OpCode::kCopySlots) {
      const std::vector<ObjectId> from = slots_[Find(op.value)];
      std::vector<ObjectId>& slots = slots_[Find(op.ref)];
      std::copy_n(from.begin(), std::min(from.size(), slots.size()), slots.begin());
    }
    if (op.code == OpCode::kMapPut) entries_[{Find(op.ref), Find(op.key)}] = Find(op.value);
    if (op.code == OpCode::kMapRemove) entries_.erase({Find(op.ref), Find(op.key)});
    if (op.code == OpCode::kEmptySlot) slots_[Find(op.ref)][op.slot] = kNone;
    if (op.code == OpCode::kEmptyRegister) registers_[op.dest] = kNone;
    if (op.code == OpCode::kClearGarbage) garbage_.clear();
    collector_->Execute(op);
  }

  const ExactRules& rules_;
  std::mt19937 random_;
  int budget_ = 5000;  // operations of scripts
  Op op_;
  ObjectId held_ = kNone;                  // of the weak reference that is being made
  std::array<ObjectId, 2> contents_ = {};  // of the last birth that has some
  std::map<ObjectId, OpCode> kind_;
  std::map<ObjectId, std::vector<ObjectId>> slots_;            // of all live objects
  std::map<std::pair<ObjectId, ObjectId>, ObjectId> entries_;  // by map and key
  size_t entries_gone_ = 0;
  std::set<ObjectId> finalized_;
  std::vector<ObjectId> registers_ = std::vector<ObjectId>(kRegisters, kNone);
  std::vector<ObjectId> garbage_, running_;
  std::unique_ptr<Collector> collector_ = MakeNaive(*this, rules_);
};

class NaiveRandom : public testing::TestWithParam<const Contract*> {};
INSTANTIATE_TEST_SUITE_P(Rules, NaiveRandom,
                         testing::Values(&kCPython26, &kCPython27, &kCPython39));

TEST_P(NaiveRandom, ExactlyTheReferencedObjectsAreAlive) {
  size_t entries_gone = 0;
  for (unsigned seed = 0; seed < 300 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    ShadowHeap heap(*GetParam()->exact(), seed);
    heap.Run(300);
    entries_gone += heap.entries_gone();
  }
  EXPECT_GT(entries_gone, 200u);
}

}  // namespace
}  // namespace ouro
