// Boehm's conservative collector as a peer of the benchmark.
//
// Place: beside the other peers. The nodes that the caller holds are on the machine's stack, and
// what is held from outside is in an array that the collector takes for roots.

#include "collector/benchmark/suite.h"

#if OURO_HAVE_BOEHM

// For GC_set_markers_count; nothing here starts a thread.
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
  static constexpr double kSlack = 0.05;  // what looks like a pointer holds
  using Node = BoehmNode*;

  explicit Boehm(size_t places) {
    // One thread, as the CPU time of its helpers would not be seen; and no search of the data of
    // shared libraries, which have no pointers to nodes but count for more than 10^4 of them.
    GC_set_markers_count(1);
    GC_set_no_dls(1);
    GC_INIT();
    GC_disable();
    const size_t bytes = (places + 1) * sizeof(Node);
    places_ = static_cast<Node*>(GC_MALLOC_UNCOLLECTABLE(bytes));
    std::memset(places_, 0, bytes);
    node_bytes_ = GC_size(New());
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
    SetAutomatic(true);  // it collects nothing while it is disabled
    GC_gcollect();
    SetAutomatic(automatic);
  }
  // What the last collection marked, and what was made since.
  int64_t Live() {
    live_ = 0;
    GC_call_with_alloc_lock(
        [](void* self) -> void* {
          GC_enumerate_reachable_objects_inner(Count, self);
          return nullptr;
        },
        this);
    return live_;
  }

 private:
  static void Count(void*, size_t bytes, void* self) {
    auto* peer = static_cast<Boehm*>(self);
    if (bytes == peer->node_bytes_) ++peer->live_;
  }

  Node* places_ = nullptr;
  size_t node_bytes_ = 0;
  int64_t live_ = 0;
  bool automatic_ = false;
};

}  // namespace

void AddBoehm(Suite& suite) { AddPeer<Boehm>(suite); }

#else

void AddBoehm(Suite& suite) { suite.absent.push_back("boehm (libgc-dev)"); }

#endif

}  // namespace ouro::benchmarks
