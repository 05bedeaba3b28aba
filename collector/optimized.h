// The optimized collector is heap as a Collector: translation only. It keeps the registers, numbers
// objects in order of birth and turns the heap's hooks into events.
//
// Place: a specimen, under three sets of rules. It knows model/collector.h and
// collector/heap/heap.h.

#ifndef COLLECTOR_OPTIMIZED_H_
#define COLLECTOR_OPTIMIZED_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "collector/heap/heap.h"
#include "model/collector.h"

namespace ouro {

// Rules of the heap, one for each contract that it keeps.
inline constexpr heap::Rules kRules26 = {.finalizers = heap::Rules::Finalizers::kUncollectable,
                                         .full_collection_waits = false,
                                         .text_of_26 = true};
inline constexpr heap::Rules kRules27 = {.finalizers = heap::Rules::Finalizers::kUncollectable};
inline constexpr heap::Rules kRulesPep442 = {};  // 3.9 to 3.13

class Optimized final : public Collector, private heap::Listener {
 public:
  // `observer` must outlive it.
  Optimized(Observer& observer, const heap::Rules& rules);

  void Execute(const Op& op) override;

  // The same heap is used again: O(its pages), no allocation.
  void Reset() override;

  // See heap::Heap::Verify.
  std::string Verify() const override;

  // How many objects have storage.
  int64_t size() const { return heap_.size(); }

 private:
  void CollectionStarted(int generation, bool automatic) override;
  void CollectionStopped(const heap::Collection& collection) override;
  void Freed(heap::Object object) override;
  void GarbageAppended(heap::Object object) override;

  heap::Object At(Ref ref) const { return ref == kSelf ? self_ : registers_[ref]; }
  ObjectId IdOf(heap::Object object) const { return object == heap::kNull ? kNone : ids_[object]; }
  heap::Object& Slot(heap::Object node, int slot);
  void Birth(const Op& op);
  void Fetched(int dest, heap::Object value);
  void Assign(int dest, heap::Object held);
  void RunScript(const Event& event, heap::Object self);

  Observer& observer_;
  heap::Heap heap_;
  heap::TypeId nodes_[2][kMaxSlots + 1];  // without a finalizer and with one, by slots
  heap::TypeId leaf_;
  heap::Object registers_[kRegisters] = {};  // each holds its object
  heap::Object self_ = heap::kNull;          // of the innermost script; the heap holds it
  std::vector<ObjectId> ids_;                // by heap::Object; stale where there is no object
  ObjectId next_id_ = 0;
};

std::unique_ptr<Collector> MakeOptimized(Observer& observer, const heap::Rules& rules);

}  // namespace ouro

#endif  // COLLECTOR_OPTIMIZED_H_
