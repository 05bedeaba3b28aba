// SPDX-License-Identifier: Apache-2.0

// Optimized adapts heap::Heap to the Collector interface. It owns the registers, numbers objects in
// order of birth and turns the heap's notifications into events; it has no rules of its own.
//
// Place: a specimen, under three sets of rules. It knows model/collector.h and
// collector/heap/heap.h.

#ifndef COLLECTOR_OPTIMIZED_H_
#define COLLECTOR_OPTIMIZED_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "collector/heap/handle.h"
#include "collector/heap/heap.h"
#include "model/collector.h"

namespace ouro {

// The heap's rules for each contract that it meets.
inline constexpr heap::Rules kRules26 = {.finalizers = heap::Rules::Finalizers::kUncollectable,
                                         .full_collection_waits = false,
                                         .text_of_26 = true};
inline constexpr heap::Rules kRules27 = {.finalizers = heap::Rules::Finalizers::kUncollectable};
inline constexpr heap::Rules kRulesPep442 = {};  // 3.9 to 3.13

// Threads and exceptions: as heap::Heap. Throws std::bad_alloc only from the constructor, and from
// Execute when the table of object ids, or the stack, cannot grow.
class Optimized final : public Collector, private heap::Listener {
 public:
  // `observer` must outlive it.
  Optimized(Observer& observer, const heap::Rules& rules);
  // Silent, as ~Heap: a program that was broken off leaves objects, and no finalizer runs for them.
  ~Optimized() override;

  void Execute(const Op& op) override;

  // Reuses the heap's storage: O(its pages), no allocation.
  void Reset() override;

  // See heap::Heap::Verify.
  std::string Verify() const override;

  // The number of objects that have storage. O(1).
  int64_t size() const { return heap_.size(); }

 private:
  void CollectionStarted(int generation, bool automatic) override;
  void CollectionStopped(const heap::Collection& collection) override;
  void Freed(heap::Object object) override;
  void GarbageAppended(heap::Object object) override;

  heap::Object At(Ref ref) const { return ref == kSelf ? self_ : registers_[ref]; }
  ObjectId IdOf(heap::Object object) const { return object == heap::kNull ? kNone : ids_[object]; }
  heap::Object& Slot(heap::Object node, int slot);
  int SlotsOf(heap::Object node) const;
  heap::TypeId TypeOf(const Op& op) const;
  void Birth(const Op& op);
  void Fill(heap::Object node, heap::Object from);
  void Set(const Op& op);
  void Census();
  void Fetched(int dest, heap::Object value);
  void Assign(int dest, heap::Object held);
  void AssignHandle(int dest, heap::Object value);
  bool Unhandle(int dest);
  void DetachHandles();
  void PopPushed();
  void RunScript(const Event& event, heap::Object self);

  Observer& observer_;
  heap::Heap heap_;
  // The ways in which a type can declare its references; kinds of nodes, too: `layout-run` ...
  enum class Layout : uint8_t { kRun, kMap, kFunctions };
  static constexpr int kLayouts = 3;
  static Layout UsualLayout(int slots, bool finalizer);

  heap::TypeId nodes_[kLayouts][2][kMaxSlots + 1];  // without a finalizer and with one, by slots
  heap::TypeId leaf_;
  struct AnyPayload {};                           // handles do not look into it
  heap::Object registers_[kRegisters] = {};       // each owns a reference, or the handle below does
  heap::Handle<AnyPayload> handles_[kRegisters];  // of registers of the kind `handle`
  uint32_t handled_ = 0;                          // these registers, a bit each
  std::vector<heap::Handle<AnyPayload>> pushed_;  // main's stack, and those of scripts on top of it
  heap::Object self_ = heap::kNull;               // of the innermost script; borrowed from the heap
  std::vector<ObjectId> ids_;                     // by heap::Object; stale where there is no object
  ObjectId next_id_ = 0;
};

std::unique_ptr<Collector> MakeOptimized(Observer& observer, const heap::Rules& rules);

}  // namespace ouro

#endif  // COLLECTOR_OPTIMIZED_H_
