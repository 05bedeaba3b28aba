// SPDX-License-Identifier: Apache-2.0

// The embedder's side of a heap: the types that it describes, the rules that it chooses, and the
// functions of its own that the heap calls.
//
// Place: the first half of heap.h, which includes it; embedders include only that.

#ifndef COLLECTOR_HEAP_EMBEDDER_H_
#define COLLECTOR_HEAP_EMBEDDER_H_

#include <cstdint>
#include <vector>

#include "collector/heap/storage.h"

namespace ouro::heap {

class Heap;

inline constexpr int kGenerations = 3;
inline constexpr uint32_t kMaxSize = 1 << 20;  // bytes of one object's payload
inline constexpr uint32_t kMaxTypes = 1 << 16;
// A count that reaches this value is saturated; the object is immortal.
inline constexpr uint32_t kMaxReferences = (1u << 31) - 1;

// Receives the references of an object, one call each.
class Visitor {
 public:
  Visitor(void (*visit)(void*, Object), void* context) : visit_(visit), context_(context) {}
  void operator()(Object held) const {
    if (held != kNull) visit_(context_, held);
  }

 private:
  void (*const visit_)(void*, Object);
  void* const context_;
};

// What all objects of one kind have in common. In every function, `heap` is the caller,
// heap.context() is what it was made with, and the heap keeps a reference to `object` until the
// function returns. No function may throw: see "Exceptions" in heap.h.
struct Type {
  const char* name = "object";       // for debug output; must outlive the heap
  uint32_t size = 0;                 // bytes of payload; 0 <= size <= kMaxSize
  uint32_t alignment = sizeof(int);  // of the payload: a power of two up to 16

  // A leaf has no references, and the cycle collector does not track it.
  bool leaf = false;
  // Debug output shows it as an old-style instance of Python 2: see kDebugInstances.
  bool instance = false;

  // Where the references are: byte offsets in the payload, in the order in which a death releases
  // them (section 1, experiment O2). Each is an aligned Object.
  std::vector<uint32_t> references = {};

  // Or, for layouts that offsets cannot describe, tp_traverse: calls `visitor` for each reference,
  // once per reference. REQUIRES: it only reads, and its result changes only by a Store or by the
  // type's own code. With `visit`, `clear` is required and `references` must be empty.
  void (*visit)(const Heap& heap, Object object, const Visitor& visitor) = nullptr;

  // tp_clear: releases every reference, when the object dies and when it is cyclic trash. REQUIRES:
  // it takes each reference out of the payload before it Releases it, and does nothing else to the
  // heap. Objects that lose their last reference live until `clear` has returned, then die in the
  // same order and without recursion. Without `clear` the heap empties `references` one by one.
  void (*clear)(Heap& heap, Object object) = nullptr;

  // The finalizer, `__del__`. User code: it may do anything but Reset, and may resurrect `object`
  // by storing a reference to it. Rules say when and how often it runs.
  void (*finalize)(Heap& heap, Object object) = nullptr;

  // tp_free: releases what the payload owns outside the heap. Called once, when the object is
  // unreachable and its references are gone. It may only read from the heap.
  void (*destroy)(Heap& heap, Object object) = nullptr;
};
using TypeId = uint32_t;

// The callback of weak reference `weak`, whose target is already cleared. User code.
using WeakCallback = void (*)(Heap& heap, Object weak);

// The choices that an embedder has.
struct Rules {
  enum class Finalizers : uint8_t {
    // CPython 2: a finalizer runs at every death by reference count, after the callbacks of the
    // object's weak references. Cyclic trash with finalizers, and what it reaches, is
    // uncollectable: it stays alive, and the objects with finalizers join the garbage list.
    kUncollectable,
    // PEP 442 as of 3.9: a finalizer runs once in an object's life, before the callbacks.
    // Finalizers of cyclic trash run, and what is still unreachable afterwards is cleared.
    kOnce,
  };
  Finalizers finalizers = Finalizers::kOnce;

  // An automatic full collection waits until the objects that have survived a middle collection
  // since the last full one are a quarter of those that survived that. Not in CPython 2.6.
  // Section 2.
  bool full_collection_waits = true;

  // Debug output as in 2.6.1 instead of 2.7: section 9, experiments D2, D3.
  bool text_of_26 = false;
};

// What debug output includes: the argument of gc.set_debug. Section 9.
enum DebugFlags : uint32_t {
  kDebugStats = 1,          // each collection, the sizes of the generations, and its result
  kDebugCollectable = 2,    // trash that is cleared, if selected by kDebugInstances/Objects
  kDebugUncollectable = 4,  // trash that is not, likewise
  kDebugInstances = 8,      // selects objects whose type is an `instance`
  kDebugObjects = 16,       // selects all others; instances too, if kDebugInstances is not set
  kDebugSaveAll = 32,       // all trash is kept in the garbage list instead of being cleared
  kDebugLeak = 62,          // all but stats
};

// What a collection did.
struct Collection {
  int generation = 0;  // generations 0 ... `generation` were collected
  bool automatic = false;
  int64_t unreachable = 0;    // the result of Heap::Collect
  int64_t collected = 0;      // ... of which this many were cleared, or saved by kDebugSaveAll
  int64_t uncollectable = 0;  // ... and this many stay alive
};

// Totals of one generation's collections, as gc.get_stats().
struct GenerationStats {
  int64_t collections = 0;
  int64_t collected = 0;
  int64_t uncollectable = 0;
};

// Notifications from the heap to its embedder. Override what you need. No function may throw.
class Listener {
 public:
  virtual ~Listener() = default;

  // gc.callbacks: a collection starts, and has stopped. Calls nest like brackets: a collection
  // within a collection does nothing, but is announced. User code: may do what a finalizer may.
  virtual void CollectionStarted(int /*generation*/, bool /*automatic*/) {}
  virtual void CollectionStopped(const Collection&) {}

  // `object` is dead: its references are released, no finalizer or slot will see it again, and its
  // handle may be reused from now on. Once in an object's life. It may only read from the heap.
  virtual void Freed(Object /*object*/) {}
  // A collection appended `object` to the garbage list. It may only read from the heap.
  virtual void GarbageAppended(Object /*object*/) {}
};

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_EMBEDDER_H_
