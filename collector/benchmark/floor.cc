// SPDX-License-Identifier: Apache-2.0

// A floor is the plainest code that does a workload's job: a few lines that know the only layout of
// a node and do nothing else. Only one that does it in another way is faster: see runs.h.
//
// Place: beside the peers. Only for workloads with a well-defined floor: the cost of a steady state
// or of growth is a matter of policy.

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "collector/benchmark/measure.h"
#include "collector/benchmark/suite.h"
#include "collector/benchmark/workloads.h"

namespace ouro::benchmarks {
namespace {

constexpr const char* kFloor = "floor";

using Name = uint32_t;

// Nodes in an arena; beside it their reference counts and the table that a collection counts in: 4
// bytes a node, sequential.
struct Arena {
  explicit Arena(size_t n) : nodes(n), refs(n, 0), left(n) {}

  // Subtracts the references within the arena: the rest come from outside.
  void Count() {
    left = refs;
    for (const auto& node : nodes) {
      for (const Name held : node) --left[held];
    }
  }

  void Link(Name from, size_t slot, Name to) {
    nodes[from][slot] = to;
    ++refs[to];
  }

  std::vector<std::array<Name, 2>> nodes;
  std::vector<uint32_t> refs;
  std::vector<uint32_t> left;
};

template <typename Collect>
double MedianOf(const Scale& scale, Collect collect) {
  std::vector<double> times;
  for (int run = 0; run < scale.runs; ++run) times.push_back(TimeOf(collect));
  return Median(times) / static_cast<double>(scale.n);
}

// W1: one pass over the references, one over the table.
Result HeldFromOutsideFloor(const Scale& scale) {
  Arena arena(scale.n);
  Random random;
  for (Name i = 0; i < scale.n; ++i) {
    ++arena.refs[i];
    for (size_t slot = 0; slot < 2; ++slot) {
      arena.Link(i, slot, static_cast<Name>(random(scale.n)));
    }
  }
  size_t reachable = 0;
  const double time = MedianOf(scale, [&] {
    arena.Count();
    reachable = 0;
    for (const uint32_t left : arena.left) reachable += left > 0;
    benchmark::DoNotOptimize(reachable);
  });
  Expect(reachable == scale.n, "the floor of W1 reaches all");
  return {.ns_per_object = time};
}

// Marks the reachable nodes of an arena after counting. Prefetched nodes wait in a queue of 16.
// Returns the number of nodes reached.
size_t Trace(Arena& arena, std::vector<Name>& stack) {
  constexpr uint32_t kReached = 1u << 31;
  constexpr size_t kQueue = 16;
  std::array<Name, kQueue> queue = {};  // indices plus 1; 0 is empty
  size_t at = 0;
  size_t waiting = 0;
  size_t reached = 0;
  const auto push = [&](Name name) { stack.push_back(name); };
  for (Name i = 0; i < arena.left.size(); ++i) {
    if (arena.left[i] > 0) push(i);
  }
  while (!stack.empty() || waiting > 0) {
    const Name oldest = queue[at];
    queue[at] = 0;
    if (!stack.empty()) {
      const Name next = stack.back();
      stack.pop_back();
      __builtin_prefetch(&arena.left[next]);
      __builtin_prefetch(&arena.nodes[next]);
      queue[at] = next + 1;
      ++waiting;
    }
    at = (at + 1) % kQueue;
    if (oldest == 0) continue;
    --waiting;
    const Name name = oldest - 1;
    if (arena.left[name] == kReached) continue;
    arena.left[name] = kReached;
    ++reached;
    for (const Name held : arena.nodes[name]) push(held);
  }
  return reached;
}

// W1s: a count, and a trace from the one root.
Result HeldFromOneRootFloor(const Scale& scale) {
  const auto n = static_cast<Name>(scale.n);
  Arena arena(n);
  Random random;
  std::vector<Name> order(n);
  std::iota(order.begin(), order.end(), 0);
  for (Name i = n - 1; i > 0; --i) std::swap(order[i], order[random(i + 1)]);
  for (Name i = 0; i < n; ++i) {
    arena.Link(order[i], 0, order[(i + 1) % n]);
    arena.Link(order[i], 1, static_cast<Name>(random(n)));
  }
  ++arena.refs[0];
  std::vector<Name> stack;
  stack.reserve(2 * scale.n + 1);
  size_t reachable = 0;
  const double time = MedianOf(scale, [&] {
    arena.Count();
    reachable = Trace(arena, stack);
    benchmark::DoNotOptimize(reachable);
  });
  Expect(reachable == scale.n, "the floor of W1s reaches all");
  return {.ns_per_object = time};
}

// W2: a count, after which nothing is reachable, and everything joins a free list.
Result GarbageFloor(const Scale& scale) {
  const auto n = static_cast<Name>(scale.n / 2 * 2);
  Arena arena(n);
  std::vector<double> times;
  for (int run = 0; run < scale.runs; ++run) {
    for (Name i = 0; i < n; i += 2) {
      arena.Link(i, 0, i + 1);
      arena.Link(i, 1, i);  // so that there are two references a node to count
      arena.Link(i + 1, 0, i);
      arena.Link(i + 1, 1, i + 1);
    }
    Name free = n;  // ends the list
    size_t freed = 0;
    times.push_back(TimeOf([&] {
      arena.Count();
      for (Name i = 0; i < n; ++i) {
        if (arena.left[i] > 0) continue;
        arena.refs[i] = 0;
        arena.nodes[i][0] = free;
        free = i;
        ++freed;
      }
      benchmark::DoNotOptimize(free);
    }));
    Expect(freed == n, "the floor of W2 frees all");
  }
  return {.ns_per_object = Median(times) / static_cast<double>(n)};
}

// What reference counting needs: a pool with a free list, and the list of young nodes.
class Pool {
 public:
  static constexpr Name kNone = 0;  // indices start at 1

  explicit Pool(size_t cells) : cells_(cells + 1), young_(cells) {
    for (Name i = 1; i <= cells; ++i) cells_[i].slots[0] = i < cells ? i + 1 : kNone;
  }
  Name New() {
    const Name name = free_;
    Cell& cell = cells_[name];
    free_ = cell.slots[0];
    cell = {.slots = {kNone, kNone}, .refs = 1, .place = size_};
    young_[size_++] = name;
    return name;
  }
  void Set(Name name, int slot, Name value) { cells_[name].slots[slot] = value; }
  // Deaths along slot 0 need no stack, and the other is empty.
  void Release(Name name) {
    while (name != kNone && --cells_[name].refs == 0) {
      Cell& cell = cells_[name];
      const Name last = young_[--size_];
      young_[cell.place] = last;
      cells_[last].place = cell.place;
      const Name held = cell.slots[0];
      cell.slots[0] = free_;
      free_ = name;
      name = held;
    }
  }
  size_t size() const { return size_; }

 private:
  struct Cell {
    Name slots[2];
    uint32_t refs;
    uint32_t place;  // in young_
  };
  std::vector<Cell> cells_;
  std::vector<Name> young_;
  Name free_ = 1;
  uint32_t size_ = 0;
};

// W3: chains in such a pool.
Result ChainsFloor(const Scale& scale) {
  const size_t chains = scale.n / kChain;
  Pool pool(1000);
  const double time = MedianOf(scale, [&] {
    for (size_t chain = 0; chain < chains; ++chain) {
      Name top = Pool::kNone;
      for (int i = 0; i < kChain; ++i) {
        const Name next = pool.New();
        pool.Set(next, 0, top);
        top = next;
      }
      benchmark::DoNotOptimize(top);
      pool.Release(top);
    }
  });
  Expect(pool.size() == 0, "the floor of W3 frees all");
  return {.ns_per_object = time};
}

}  // namespace

void AddFloor(Suite& suite) {
  suite.peers.push_back(kFloor);
  suite.cases.insert(suite.cases.end(), {{"W1", kFloor, HeldFromOutsideFloor},
                                         {"W1s", kFloor, HeldFromOneRootFloor},
                                         {"W2", kFloor, GarbageFloor},
                                         {"W3", kFloor, ChainsFloor}});
}

}  // namespace ouro::benchmarks
