// SPDX-License-Identifier: Apache-2.0

// The schedule of the naive collector: when an automatic collection is due, and of which generation
// (docs/semantics.md, section 2).
//
// Place: a part of naive.cc.

#ifndef COLLECTOR_NAIVE_SCHEDULE_H_
#define COLLECTOR_NAIVE_SCHEDULE_H_

#include "model/collector.h"

namespace ouro {

class NaiveSchedule {
 public:
  explicit NaiveSchedule(bool full_collection_waits)
      : full_collection_waits_(full_collection_waits) {}

  void SetThresholds(int first, int second, int third) {
    threshold_[0] = first;
    threshold_[1] = second;
    threshold_[2] = third;
  }
  void SetEnabled(bool enabled) { enabled_ = enabled; }

  // Counts the birth of a tracked object. Returns whether it triggers a collection.
  bool CountBirth() {
    ++count_[0];
    return count_[0] > threshold_[0] && enabled_ && threshold_[0] != 0;
  }

  // A death lowers the count of the youngest generation, however old the object was.
  void CountDeath() {
    if (count_[0] > 0) --count_[0];
  }

  // collect_generations: the oldest generation whose count exceeds its threshold, or -1. A full
  // collection waits until survivors of middle collections are a quarter of the long-lived objects.
  int Due() const {
    for (int generation = kGenerations - 1; generation >= 0; --generation) {
      if (count_[generation] <= threshold_[generation]) continue;
      const bool waits = generation == 2 && full_collection_waits_;
      if (waits && long_lived_pending_ < long_lived_total_ / 4) continue;
      return generation;
    }
    return -1;
  }

  // A collection of generations 0 ... `generation` begins.
  void CountCollection(int generation) {
    if (generation < 2) ++count_[generation + 1];
    for (int i = 0; i <= generation; ++i) count_[i] = 0;
  }

  void CountSurvivors(int generation, int survivors) {
    if (generation == 1) long_lived_pending_ += survivors;
    if (generation == 2) long_lived_pending_ = 0;
    if (generation == 2) long_lived_total_ = survivors;
  }

 private:
  bool full_collection_waits_;
  int count_[kGenerations] = {0, 0, 0};
  int threshold_[kGenerations] = {700, 10, 10};
  bool enabled_ = true;
  int long_lived_total_ = 0;    // survivors of the last full collection
  int long_lived_pending_ = 0;  // survivors of middle collections since then
};

}  // namespace ouro

#endif  // COLLECTOR_NAIVE_SCHEDULE_H_
