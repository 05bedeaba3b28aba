// SPDX-License-Identifier: Apache-2.0

// A workload is a typical use of a heap that costs a collector time.
//
// Place: templates over a peer, instantiated by each peer's file. Each says what it measures; the
// graphs are the same for every peer.
//
// A peer is a class with
//
//   static constexpr const char* kName;
//   static constexpr int64_t kSlack;    // dead nodes that Live may count
//   explicit Peer(size_t places);       // places: empty roots outside the heap
//
//   using Node = ...;                   // an owned reference to a node with slots 0 and 1
//   Node New();
//   void Release(Node);
//   void Set(Node, int slot, Node);
//   bool Refers(Node, int slot, Node);  // whether the slot refers to the second node
//   Node SetAndRelease(Node, int slot, Node);  // both in one; returns the new reference to the
//                                              // first node
//
//   void Keep(size_t place, Node);      // moves the reference into the place
//   Node Borrow(size_t place);          // the node in the place, until Return
//   void Return(Node);
//   void Drop(size_t place);            // empties it
//
//   void SetAutomatic(bool);            // automatic collection; initially off
//   void Collect();                     // a full collection
//   int64_t Live();                     // the number of nodes; up to kSlack more, after Collect
//
// Nodes are released and returned in the reverse order of their acquisition, so that a peer may
// keep them on a stack.

#ifndef COLLECTOR_BENCHMARK_WORKLOADS_H_
#define COLLECTOR_BENCHMARK_WORKLOADS_H_

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "collector/benchmark/measure.h"
#include "collector/benchmark/suite.h"

namespace ouro::benchmarks {

inline constexpr size_t kRing = 5000;  // in W4b a pair outlives this many younger ones
inline constexpr int kChain = 10;      // nodes in a chain of W3

template <typename Peer>
void Link(Peer& peer, size_t from, int slot, size_t to) {
  const auto holder = peer.Borrow(from);
  const auto held = peer.Borrow(to);
  peer.Set(holder, slot, held);
  peer.Return(held);
  peer.Return(holder);
}

template <typename Peer>
bool Linked(Peer& peer, size_t from, int slot, size_t to) {
  const auto holder = peer.Borrow(from);
  const auto held = peer.Borrow(to);
  const bool linked = peer.Refers(holder, slot, held);
  peer.Return(held);
  peer.Return(holder);
  return linked;
}

template <typename Peer>
void ExpectLive(Peer& peer, size_t n) {
  const int64_t live = peer.Live();
  const auto held = static_cast<int64_t>(n);
  Expect(live >= held, "nothing is freed that is held");
  Expect(live <= held + Peer::kSlack, "all that is dead is freed");
}

// The graph of W1, W4 and W4b: n nodes, each in its place, both slots referring to random ones.
template <typename Peer>
void MakeRandomGraph(Peer& peer, size_t n) {
  for (size_t i = 0; i < n; ++i) peer.Keep(i, peer.New());
  Random random;
  for (size_t i = 0; i < n; ++i) {
    for (int slot = 0; slot < 2; ++slot) Link(peer, i, slot, random(n));
  }
}

template <typename Peer>
void ExpectRandomGraph(Peer& peer, size_t n) {
  Random random;
  for (size_t i = 0; i < n; ++i) {
    for (int slot = 0; slot < 2; ++slot) {
      Expect(Linked(peer, i, slot, random(n)), "what is live is what it was");
    }
  }
}

// Full collections of a heap without garbage.
template <typename Peer>
double TimeCollections(Peer& peer, const Scale& scale) {
  peer.Collect();  // the first one may move the young to the old
  std::vector<double> times;
  for (int run = 0; run < scale.runs; ++run) times.push_back(TimeOf([&] { peer.Collect(); }));
  ExpectLive(peer, scale.n);
  return Median(times) / static_cast<double>(scale.n);
}

// W1: all nodes are referenced from outside.
template <typename Peer>
Result HeldFromOutside(const Scale& scale) {
  Peer peer(scale.n);
  MakeRandomGraph(peer, scale.n);
  const double time = TimeCollections(peer, scale);
  ExpectRandomGraph(peer, scale.n);
  return {.ns_per_object = time};
}

// W1s: one node is referenced from outside; slot 0 leads from there through all nodes in random
// order, slot 1 to a random one: so every node must be reached by tracing.
template <typename Peer>
Result HeldFromOneRoot(const Scale& scale) {
  const size_t n = scale.n;
  Peer peer(n);
  for (size_t i = 0; i < n; ++i) peer.Keep(i, peer.New());
  Random random;
  std::vector<uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = n - 1; i > 0; --i) std::swap(order[i], order[random(i + 1)]);
  for (size_t i = 0; i < n; ++i) {
    Link(peer, order[i], 0, order[(i + 1) % n]);
    Link(peer, order[i], 1, random(n));
  }
  for (size_t i = 1; i < n; ++i) peer.Drop(i);
  return {.ns_per_object = TimeCollections(peer, scale)};
}

// Makes two nodes that reference each other by `make`. Returns a reference to one of them.
template <typename Peer, typename Make>
typename Peer::Node MakePair(Peer& peer, Make make) {
  const auto first = make();
  const auto second = make();
  peer.Set(first, 0, second);
  peer.Set(second, 0, first);
  peer.Release(second);
  return first;
}

// W2: n/2 unreferenced pairs that reference each other; one full collection.
template <typename Peer>
Result Garbage(const Scale& scale) {
  Peer peer(0);
  const size_t n = scale.n / 2 * 2;
  std::vector<double> times;
  for (int run = 0; run < scale.runs; ++run) {
    for (size_t pair = 0; pair < n / 2; ++pair) {
      peer.Release(MakePair(peer, [&] { return peer.New(); }));
    }
    if constexpr (Peer::kSlack == 0) {
      Expect(peer.Live() == static_cast<int64_t>(n), "there is garbage");
    }
    times.push_back(TimeOf([&] { peer.Collect(); }));
    ExpectLive(peer, 0);
  }
  return {.ns_per_object = Median(times) / static_cast<double>(n)};
}

// W3: chains, made and released, with automatic collection on.
template <typename Peer>
Result Chains(const Scale& scale) {
  Peer peer(0);
  peer.SetAutomatic(true);
  const size_t chains = std::max<size_t>(scale.n / kChain, 1);
  std::vector<double> times;
  for (int run = 0; run < scale.runs; ++run) {
    times.push_back(TimeOf([&] {
      for (size_t chain = 0; chain < chains; ++chain) {
        auto top = peer.New();
        for (int i = 1; i < kChain; ++i) top = peer.SetAndRelease(peer.New(), 0, top);
        benchmark::DoNotOptimize(top);
        peer.Release(top);
      }
    }));
  }
  peer.Collect();
  ExpectLive(peer, 0);
  return {.ns_per_object = Median(times) / static_cast<double>(chains * kChain)};
}

// `count` pairs; with kLate each is kept until kRing younger ones are made, in the places from
// `ring` on.
template <bool kLate, typename Peer, typename Make>
void MakePairs(Peer& peer, size_t count, size_t ring, Make make) {
  size_t at = 0;
  for (size_t pair = 0; pair < count; ++pair) {
    const auto first = MakePair(peer, make);
    if constexpr (kLate) {
      peer.Keep(ring + at, first);
      at = at + 1 < kRing ? at + 1 : 0;
    } else {
      peer.Release(first);
    }
  }
}

// W4: n live nodes, while garbage pairs are made, with automatic collection on. W4b (kLate): each
// pair outlives kRing others, so that it dies old. Pauses are measured in separate runs, as reading
// the clock at every allocation costs more than most allocations.
template <typename Peer, bool kLate>
Result SteadyState(const Scale& scale) {
  Peer peer(scale.n + kRing);
  MakeRandomGraph(peer, scale.n);
  peer.Collect();
  peer.SetAutomatic(true);
  std::vector<double> times;
  for (int run = 0; run < scale.runs; ++run) {
    times.push_back(TimeOf(
        [&] { MakePairs<kLate>(peer, scale.garbage / 2, scale.n, [&] { return peer.New(); }); }));
  }
  std::vector<double> pauses;
  for (int run = 0; run < 3; ++run) {
    Longest longest;
    MakePairs<kLate>(peer, scale.garbage / 2, scale.n,
                     [&] { return longest.Time([&] { return peer.New(); }); });
    pauses.push_back(longest.nanoseconds());
  }
  for (size_t i = 0; i < kRing; ++i) peer.Drop(scale.n + i);
  peer.Collect();
  ExpectLive(peer, scale.n);
  ExpectRandomGraph(peer, scale.n);
  return {.ns_per_object = Median(times) / static_cast<double>(scale.garbage - scale.garbage % 2),
          .max_pause_us = Median(pauses) / 1000};
}

// Half of W5, in a process of its own: n nodes, each with one reference to a random older one.
template <typename Peer>
Result Grow(size_t n, bool automatic) {
  Peer peer(n);
  peer.SetAutomatic(automatic);
  Random random;
  const double time = TimeOf([&] {
    for (size_t i = 0; i < n; ++i) {
      const auto node = peer.New();
      if (i > 0) {
        const auto older = peer.Borrow(random(i));
        peer.Set(node, 0, older);
        peer.Return(older);
      }
      peer.Keep(i, node);
    }
  });
  peer.Collect();
  ExpectLive(peer, n);
  return {.ns_per_object = time / static_cast<double>(n)};
}

// W5: what automatic collection adds to the time in which a heap grows. May be negative where that
// is almost nothing. Compares minima, not medians: most of both is the kernel providing memory,
// whose time varies by a factor of two.
template <typename Peer>
Result Growth(const Scale& scale) {
  double without = std::numeric_limits<double>::infinity();
  double with = without;
  for (int run = 0; run < std::clamp(scale.runs, 9, 15); ++run) {
    const auto grow = [&](bool on) { return InChild([&] { return Grow<Peer>(scale.n, on); }); };
    without = std::min(without, grow(false).ns_per_object);
    with = std::min(with, grow(true).ns_per_object);
  }
  return {.ns_per_object = with - without};
}

// memory: the growth of the process when it makes the nodes of W1 and collects, without the places
// that reference them.
template <typename Peer>
Result Memory(const Scale& scale) {
  UseSmallPages();
  Peer peer(scale.n);
  const size_t before = ResidentBytes();
  MakeRandomGraph(peer, scale.n);
  peer.Collect();
  const size_t after = ResidentBytes();
  ExpectLive(peer, scale.n);
  return {.bytes_per_object = static_cast<double>(after - before) / static_cast<double>(scale.n)};
}

template <typename Peer>
void AddPeer(Suite& suite) {
  suite.peers.push_back(Peer::kName);
  suite.cases.insert(suite.cases.end(), {{"W1", Peer::kName, HeldFromOutside<Peer>},
                                         {"W1s", Peer::kName, HeldFromOneRoot<Peer>},
                                         {"W2", Peer::kName, Garbage<Peer>},
                                         {"W3", Peer::kName, Chains<Peer>},
                                         {"W4", Peer::kName, SteadyState<Peer, false>},
                                         {"W4b", Peer::kName, SteadyState<Peer, true>},
                                         {"W5", Peer::kName, Growth<Peer>},
                                         {"memory", Peer::kName, Memory<Peer>}});
}

}  // namespace ouro::benchmarks

#endif  // COLLECTOR_BENCHMARK_WORKLOADS_H_
