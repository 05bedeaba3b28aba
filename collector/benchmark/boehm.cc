// SPDX-License-Identifier: Apache-2.0

// Boehm's conservative collector as a peer of the benchmark.
//
// Place: beside the other peers. Nodes owned by the caller are on the machine stack; references
// from outside are in an array that is registered as roots.

#include "collector/benchmark/suite.h"

#if OURO_HAVE_BOEHM

// For GC_set_markers_count; no thread is started here.
#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <gc/gc_mark.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "collector/benchmark/measure.h"
#include "collector/benchmark/workloads.h"

#endif

namespace ouro::benchmarks {

#if OURO_HAVE_BOEHM

namespace {

struct BoehmNode {
  BoehmNode* slots[2];
};

class Boehm {
 public:
  static constexpr const char* kName = "boehm";
  // Stale words on the stack look like pointers and keep nodes alive; and free cells in a thread's
  // cache count.
  static constexpr int64_t kSlack = 500;
  using Node = BoehmNode*;

  explicit Boehm(size_t places) {
    // One thread, because the CPU time of others would not be measured; and no scan of the data of
    // shared libraries, which have no pointers to nodes but cost more than 10^4 nodes do.
    GC_set_markers_count(1);
    GC_set_no_dls(1);
    GC_INIT();
    GC_disable();
    const size_t bytes = (places + 1) * sizeof(Node);
    places_ = static_cast<Node*>(GC_MALLOC_UNCOLLECTABLE(bytes));
    std::memset(places_, 0, bytes);
    Collect();
    before_ = Reachable();
  }

  Node New() { return static_cast<Node>(GC_MALLOC(sizeof(BoehmNode))); }
  void Release(Node) {}
  void Set(Node node, int slot, Node value) { node->slots[slot] = value; }
  bool Refers(Node node, int slot, Node value) { return node->slots[slot] == value; }
  Node SetAndRelease(Node node, int slot, Node value) {
    node->slots[slot] = value;
    return node;
  }

  void Keep(size_t place, Node node) { places_[place] = node; }
  Node Borrow(size_t place) { return places_[place]; }
  void Return(Node) {}
  void Drop(size_t place) { places_[place] = nullptr; }

  void SetAutomatic(bool automatic) {
    if (automatic == automatic_) return;  // its calls nest
    automatic_ = automatic;
    if (automatic) {
      GC_enable();
    } else {
      GC_disable();
    }
  }
  void Collect() {
    const bool automatic = automatic_;
    SetAutomatic(true);  // it collects nothing while disabled
    GC_gcollect();
    SetAutomatic(automatic);
  }
  int64_t Live() { return Reachable() - before_; }

 private:
  // It gives the first nodes cells of other sizes than later ones, and allocates objects of that
  // size itself before the first node.
  static constexpr size_t kMaxNodeBytes = 4 * sizeof(BoehmNode);

  // The number of objects of a node's size that the last collection marked.
  static int64_t Reachable() {
    int64_t found = 0;
    GC_call_with_alloc_lock(
        [](void* count) -> void* {
          GC_enumerate_reachable_objects_inner(Count, count);
          return nullptr;
        },
        &found);
    return found;
  }
  static void Count(void*, size_t bytes, void* count) {
    *static_cast<int64_t*>(count) += bytes <= kMaxNodeBytes;
  }

  Node* places_ = nullptr;
  int64_t before_ = 0;
  bool automatic_ = false;
};

}  // namespace

void AddBoehm(Suite& suite) { AddPeer<Boehm>(suite); }

#else

void AddBoehm(Suite& suite) { suite.absent.push_back("boehm (libgc-dev)"); }

#endif

}  // namespace ouro::benchmarks
