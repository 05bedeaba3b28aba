// SPDX-License-Identifier: Apache-2.0

// The heap of collector/heap as a peer of the benchmark: the one that the others are compared with.
//
// Place: beside the other peers; it uses only heap.h, as any embedder would.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "collector/benchmark/suite.h"
#include "collector/benchmark/workloads.h"
#include "collector/heap/heap.h"

namespace ouro::benchmarks {
namespace {

class Optimized {
 public:
  static constexpr const char* kName = "optimized";
  static constexpr int64_t kSlack = 0;
  using Node = heap::Object;

  explicit Optimized(size_t places) : heap_(heap::Rules()), places_(places, heap::kNull) {
    type_ = heap_.Register({.name = "node", .size = 8, .references = {0, 4}});
    heap_.SetEnabled(false);
  }

  Node New() { return heap_.New(type_); }
  void Release(Node node) { heap_.Release(node); }
  void Set(Node node, int slot, Node value) { heap_.Store(Slot(node, slot), value); }
  bool Refers(Node node, int slot, Node value) { return Slot(node, slot) == value; }
  Node SetAndRelease(Node node, int slot, Node value) {
    Slot(node, slot) = value;
    return node;
  }

  void Keep(size_t place, Node node) {
    const Node old = places_[place];
    places_[place] = node;
    if (old != heap::kNull) heap_.Release(old);
  }
  Node Borrow(size_t place) { return places_[place]; }
  void Return(Node) {}
  void Drop(size_t place) { Keep(place, heap::kNull); }

  void SetAutomatic(bool automatic) { heap_.SetEnabled(automatic); }
  void Collect() { benchmark::DoNotOptimize(heap_.Collect()); }
  int64_t Live() { return heap_.size(); }

 private:
  heap::Object& Slot(Node node, int slot) { return heap_.Slot(node, static_cast<uint32_t>(slot)); }

  heap::Heap heap_;
  heap::TypeId type_;
  std::vector<Node> places_;
};

}  // namespace

void AddOptimized(Suite& suite) { AddPeer<Optimized>(suite); }

}  // namespace ouro::benchmarks
