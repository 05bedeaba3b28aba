// SPDX-License-Identifier: Apache-2.0

// A wild collector (wild.h) on its heap (wild_heap.h): what it may do, and when.
//
// Place: for wild.cc, which has operations and deaths, and wild_collection.cc, which has
// collections and the end. Read Execute and Settle first: they are reference counting with choices;
// then Collect.

#ifndef COLLECTOR_WILD_COLLECTOR_H_
#define COLLECTOR_WILD_COLLECTOR_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "collector/wild_heap.h"
#include "model/collector.h"
#include "model/envelope.h"
#include "model/program.h"

namespace ouro {

class Wild final : public Collector, private WildHeap {
 public:
  Wild(Observer& observer, const Envelope& rules, uint64_t seed)
      : WildHeap(rules, seed), observer_(observer) {}

  void Execute(const Op& op) override;

  void Reset() override {
    WildHeap::Reset();
    owed_.clear();
    collections_ = strays_ = fail_in_ = 0;
    enabled_ = true;
    saveall_ = false;
  }

 private:
  // A callback of a weak reference that was cleared, or a finalizer of an object that was freed.
  struct Owed {
    ObjectId id;
    bool now;  // it can be put off no longer
  };

  // ---- Deaths ----------------------------------------------------------------------------------

  bool untold() const { return enabled_ && rules_.automatic == Envelope::Automatic::kUntold; }
  void Clear(ObjectId weak) {
    if (std::exchange(at(weak).yields, false) && at(weak).due) owed_.push_back({weak, false});
  }
  void ClearWeakTo(ObjectId target) {
    for (size_t id = 0; id < objects_.size(); ++id) {
      if (objects_[id].yields && objects_[id].target == target) Clear(static_cast<ObjectId>(id));
    }
  }

  bool Finalize(ObjectId id);
  void Call(ObjectId weak);
  ObjectId CallOf(const Ids& victims, std::set<ObjectId>* asked);
  bool MayDie(ObjectId id);
  void Free(Ids victims);
  void Die(ObjectId id);
  void Settle();
  bool PayOne();
  bool Step();
  void DieEarly();
  void FinalizeQueued();

  // ---- Collections -----------------------------------------------------------------------------

  void Collect(bool must, bool told = true);
  void CollectUnasked();
  void CollectInSteps();
  void ClearWeakIn(const Ids& trash);
  void FinalizeIn(const Ids& trash, bool must);
  void FreeIn(const Ids& trash, const Marks& behind, bool must, bool saves, bool told);
  void Save(ObjectId id);
  void Touch();

  void Born(const Op& op);
  void Census();
  void Apply(const Op& op);
  void ApplyToMap(const Op& op);
  void Fill(const Op& op);
  void Set(const Op& op);
  void Dispose(ObjectId id);
  void End();

  Observer& observer_;
  std::vector<Owed> owed_;
  int collections_ = 0;
  int strays_ = 0;
  int fail_in_ = 0;
  bool enabled_ = true;
  bool saveall_ = false;
};

}  // namespace ouro

#endif  // COLLECTOR_WILD_COLLECTOR_H_
