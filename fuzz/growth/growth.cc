// SPDX-License-Identifier: Apache-2.0

#include "fuzz/growth/growth.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace ouro {
namespace {

// ---- Workloads ---------------------------------------------------------------------------------

// Registers: the path to what is made is in r0, r1, ...; the others are beyond that.
constexpr uint8_t kRoot = 0;  // of a tree, or the first of a list
constexpr uint8_t kSubject = 10;
constexpr uint8_t kOther = 11;
constexpr uint8_t kLink = 12;

Op Drop(uint8_t reg) { return {.code = OpCode::kEmptyRegister, .dest = reg}; }
Op CollectAll() { return {.code = OpCode::kCollect, .count = kGenerations - 1}; }
Op Node(uint8_t dest, int slots, int8_t script = kNoScript) {
  return {.code = OpCode::kNode, .dest = dest, .script = script, .count = slots};
}
Op Store(uint8_t into, uint8_t slot, uint8_t from) {
  return {.code = OpCode::kStore, .ref = into, .value = from, .slot = slot};
}
Op Copy(uint8_t dest, uint8_t from) { return {.code = OpCode::kCopy, .dest = dest, .ref = from}; }

// A list, each of which holds the one that was made before; the first that was made is in the
// subject.
void List(int size, Script* heap, int8_t script = kNoScript) {
  for (int i = 0; i < size; ++i) {
    heap->push_back(Node(kLink, 1, script));
    heap->push_back(i == 0 ? Copy(kSubject, kLink) : Store(kLink, 0, kRoot));
    heap->push_back(Copy(kRoot, kLink));
    heap->push_back(Drop(kLink));
  }
}

// A tree whose leaves are made by `item`: in it nothing is deep.
struct Tree {
  Script* heap;
  int left;  // leaves to be made
  std::function<void(uint8_t dest)> item;

  void Make(int depth, uint8_t dest) {
    if (depth == 0) {
      --left;
      return item(dest);
    }
    heap->push_back(Node(dest, kMaxSlots));
    const auto child = static_cast<uint8_t>(dest + 1);
    for (uint8_t slot = 0; slot < kMaxSlots && left > 0; ++slot) {
      Make(depth - 1, child);
      heap->push_back(Store(dest, slot, child));
      heap->push_back(Drop(child));
    }
  }
};

void MakeTree(int size, Script* heap, std::function<void(uint8_t dest)> item) {
  int depth = 1;
  for (int leaves = kMaxSlots; leaves < size; leaves *= kMaxSlots) ++depth;
  Tree{heap, size, std::move(item)}.Make(depth, kRoot);
}

void PlainTree(int size, Script* heap) {
  MakeTree(size, heap, [heap](uint8_t dest) { heap->push_back(Node(dest, 0)); });
}

void Dies(Script* timed, uint8_t reg = kRoot) {
  timed->push_back(Drop(reg));
  timed->push_back(CollectAll());
}

void TreeDies(int size, Script* heap, Script* timed) {
  PlainTree(size, heap);
  Dies(timed);
}

void ListDies(int size, Script* heap, Script* timed) {
  List(size, heap);
  heap->push_back(Drop(kSubject));
  Dies(timed);
}

void RingDies(int size, Script* heap, Script* timed) {
  List(size, heap);
  heap->push_back(Store(kSubject, 0, kRoot));
  heap->push_back(Drop(kSubject));
  Dies(timed);
}

void NothingDies(int size, Script* heap, Script* timed) {
  PlainTree(size, heap);
  timed->push_back(CollectAll());
}

void YoungCollections(int size, Script* heap, Script* timed) {
  PlainTree(size, heap);
  for (int i = 0; i < kGenerations; ++i) heap->push_back(CollectAll());
  for (int i = 0; i < 10; ++i) timed->push_back({.code = OpCode::kCollect, .count = 0});
}

void FinalizersRun(int size, Script* heap, Script* timed) {
  MakeTree(size, heap, [heap](uint8_t dest) { heap->push_back(Node(dest, 0, /*script=*/0)); });
  Dies(timed);
  timed->push_back(CollectAll());
}

// Weak references to the subject.
void Watch(int size, Script* heap) {
  heap->push_back(Node(kSubject, 0));
  MakeTree(size, heap, [heap](uint8_t dest) {
    heap->push_back({.code = OpCode::kWeak, .dest = dest, .ref = kSubject});
  });
}

void WatchedDies(int size, Script* heap, Script* timed) {
  Watch(size, heap);
  Dies(timed, kSubject);
}

void WatchersDie(int size, Script* heap, Script* timed) {
  Watch(size, heap);
  Dies(timed);
}

// A map in the subject with an entry for each leaf of the tree.
void KeysDie(int size, Script* heap, Script* timed) {
  heap->push_back({.code = OpCode::kMap, .dest = kSubject});
  heap->push_back({.code = OpCode::kLeaf, .dest = kOther});
  MakeTree(size, heap, [heap](uint8_t dest) {
    heap->push_back(Node(dest, 0));
    heap->push_back({.code = OpCode::kMapPut, .ref = kSubject, .value = kOther, .key = dest});
  });
  Dies(timed);
}

// Each key is the value of the one before it: only the map holds them.
void KeysHoldKeys(int size, Script* heap, Script* timed) {
  heap->push_back({.code = OpCode::kMap, .dest = kSubject});
  heap->push_back(Node(kRoot, 0));
  heap->push_back(Copy(kOther, kRoot));
  for (int i = 0; i < size; ++i) {
    heap->push_back(Node(kLink, 0));
    heap->push_back({.code = OpCode::kMapPut, .ref = kSubject, .value = kLink, .key = kOther});
    heap->push_back(Copy(kOther, kLink));
    heap->push_back(Drop(kLink));
  }
  heap->push_back(Drop(kOther));
  timed->push_back(CollectAll());
}

void StackIsPopped(int size, Script* heap, Script* timed) {
  size = std::min(size, kMaxPushed);
  for (int i = 0; i < size; ++i) {
    heap->push_back(Node(kLink, 0));
    heap->push_back({.code = OpCode::kPush, .ref = kLink});
    heap->push_back(Drop(kLink));
  }
  timed->push_back(CollectAll());
  for (int i = 0; i < size; ++i) timed->push_back({.code = OpCode::kPop});
}

void End(int size, Script* heap, Script* timed) {
  PlainTree(size, heap);
  timed->push_back({.code = OpCode::kEnd});
}

constexpr Workload kWorkloads[] = {
    {"a tree dies", 0, TreeDies},
    {"a list dies", 0, ListDies},
    {"a ring dies", 0, RingDies},
    {"a collection finds nothing", 0, NothingDies},
    {"young collections of an old heap", kGenerations3, YoungCollections},
    {"finalizers run", kFinalizers, FinalizersRun},
    {"an object dies that weak references watch", kWeakReferences, WatchedDies},
    {"weak references die before their target", kWeakReferences, WatchersDie},
    {"keys of a map die", kMaps, KeysDie},
    {"a collection follows keys that are values", kMaps, KeysHoldKeys},
    {"a stack is popped", kScopes, StackIsPopped},
    {"the end", kEnding, End},
};

// ---- Measuring ---------------------------------------------------------------------------------

// Lets scripts do nothing.
class Bystander final : public Observer {
 public:
  ScriptEnd On(const Event&) override { return ScriptEnd::kReturned; }
  void Broken(const std::string& why) override { why_ = why; }
  const std::string& why() const { return why_; }

 private:
  std::string why_;
};

double Seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

}  // namespace

std::span<const Workload> Workloads() { return kWorkloads; }

double TimeOf(const Specimen& specimen, const Workload& workload, int size, std::string* broken) {
  Script heap;
  Script timed;
  workload.build(size, &heap, &timed);
  Bystander bystander;
  const std::unique_ptr<Collector> collector = specimen.make(bystander);
  for (const Op& op : heap) collector->Execute(op);
  const auto begin = std::chrono::steady_clock::now();
  for (const Op& op : timed) collector->Execute(op);
  const double seconds = Seconds(begin);
  *broken = bystander.why();
  return seconds;
}

Growth Grow(const std::function<double(int size)>& measure) {
  constexpr int kSmallest = 1000;
  constexpr int kLargest = 64'000;       // the smaller heap of the two
  constexpr double kMeasurable = 0.004;  // seconds
  constexpr int kRounds = 3;
  constexpr int kRepeats = 3;
  // 4 n log 4n / (n log n) is below 5; caches that the larger heap has outgrown may double it.
  constexpr double kExcessive = 11;
  int size = kSmallest;
  while (true) {
    const double seconds = measure(size);
    if (seconds < 0) return {};
    if (seconds >= kMeasurable || size >= kLargest) break;
    size *= 2;
  }
  const auto least = [&measure](int of) {
    double seconds = measure(of);
    for (int i = 1; i < kRepeats && seconds >= 0; ++i) seconds = std::min(seconds, measure(of));
    return seconds;
  };
  Growth growth = {.size = 4 * size};
  for (int round = 0; round < kRounds; ++round) {
    const double small = least(size);
    const double large = least(4 * size);
    if (small < 0 || large < 0) return {};
    const double factor = small > 0 ? large / small : 0;
    if (round == 0 || factor < growth.factor) {
      growth.factor = factor;
      growth.small_ms = 1000 * small;
      growth.large_ms = 1000 * large;
    }
    if (growth.factor <= kExcessive) break;  // one round that is not suffices
  }
  growth.excessive = growth.factor > kExcessive && growth.large_ms > 1000 * kMeasurable;
  return growth;
}

}  // namespace ouro
