// SPDX-License-Identifier: Apache-2.0

// The shadow heap on proofs: what an event that only a death explains says of other deaths.

#include <algorithm>
#include <cstddef>
#include <set>
#include <vector>

#include "model/judge/shadow_heap.h"

namespace ouro {

// Whether the death of `last`, which is unheld, proves that `first` has released what it holds.
bool ShadowHeap::ReleasesFirst(ObjectId first, ObjectId last) const {
  std::vector<ObjectId> work = {last};
  std::set<ObjectId> seen;
  while (!work.empty()) {
    const ObjectId id = work.back();
    work.pop_back();
    for (const ObjectId holder : at(id).loose_holders) {
      if (at(holder).clearing() || !seen.insert(holder).second) continue;
      if (holder == first) return true;
      work.push_back(holder);
    }
  }
  return false;
}

// The death of `id`, and those that it proves, have gone on: what they have let go of after their
// callbacks is released entirely.
void ShadowHeap::EndDrops(ObjectId id) {
  std::set<ObjectId> dying = {id};
  for (std::vector<ObjectId> work = {id}; !work.empty();) {
    const std::vector<ObjectId>& holders = at(work.back()).loose_holders;
    work.pop_back();
    for (const ObjectId holder : holders) {
      if (!at(holder).clearing() && dying.insert(holder).second) work.push_back(holder);
    }
  }
  for (size_t i = drops_.size(); i-- > 0;) {
    if (i >= drops_.size() || !dying.contains(drops_[i].id)) continue;
    const auto [dropper, mark] = drops_[i];
    // If nothing was due any more, it has begun to release its own slots; these are not over.
    const auto begin = loose_log_.begin() + static_cast<ptrdiff_t>(mark);
    const auto own = std::find(begin, loose_log_.end(), dropper);
    const std::vector<ObjectId> rest(own, loose_log_.end());
    loose_log_.erase(own, loose_log_.end());
    ReleaseSince(mark);
    loose_log_.insert(loose_log_.end(), rest.begin(), rest.end());
  }
}

// Marks the deaths that the death of `id` proves: those of all that have let go of it, and so on.
// REQUIRES: proofs_ is its number.
void ShadowHeap::MarkProved(ObjectId id) {
  at(id).proved = proofs_;
  proving_.push_back(id);
  while (!proving_.empty()) {
    const std::vector<ObjectId>& holders = at(proving_.back()).loose_holders;
    proving_.pop_back();
    for (const ObjectId holder : holders) {
      ShadowObject& object = at(holder);
      if (object.proved == proofs_ || object.clearing() || !object.has_content()) continue;
      object.proved = proofs_;
      proving_.push_back(holder);
    }
  }
}

void ShadowHeap::ProveDying(ObjectId id) {
  if (!drops_.empty()) EndDrops(id);
  ++proofs_;
  MarkProved(id);
  at(id).proof = proofs_;
  proving_.push_back(id);
  while (!proving_.empty()) {
    const ObjectId dying_id = proving_.back();
    proving_.pop_back();
    while (!at(dying_id).loose_holders.empty()) {
      const ObjectId holder = at(dying_id).loose_holders.back();
      const auto& slots = at(holder).slots;
      size_t slot = slots.size() - 1;
      while (slots[slot] != dying_id) --slot;
      Doom(holder);
      ReleaseThrough(holder, slot, dying_id);
      // A cleared object releases although it may be referenced: that proves nothing about its
      // holders.
      if (!at(holder).clearing() && at(holder).has_content()) {
        at(holder).proof = proofs_;
        proving_.push_back(holder);
      }
    }
  }
}

// `holder` has released its slots up to `last`. What they referred to is gone for certain, but for
// `except`, which is about to die.
void ShadowHeap::ReleaseThrough(ObjectId holder, size_t last, ObjectId except) {
  gone_.clear();
  const auto gone = [this, except](ObjectId child, ObjectId from) {
    if (child == kNone || child == except) return;
    const ShadowObject& object = at(child);
    // The deaths that this event proves are still in progress, whatever released them before.
    if (object.proof == proofs_ && !object.freed) return;
    // Where the last reference went after `from` had let go, it is not `from` that ends the death:
    // one that this event proves, or of which an earlier event has proved a part, goes on.
    const bool later = object.unheld > at(from).began;
    const bool partly = object.doomed && object.released > 0 &&
                        static_cast<size_t>(object.released) < object.slots.size();
    if (later && !object.freed && (object.proved == proofs_ || partly)) return;
    if (object.firm == 0 && object.loose == 0) gone_.push_back(child);
  };
  const auto release = [&](ObjectId from, size_t until) {
    const auto& slots = at(from).slots;
    const auto released = static_cast<size_t>(at(from).released);
    // The object that was about to die when `from` was last examined is gone by now.
    if (released > 0) gone(slots[released - 1], from);
    for (size_t slot = released; slot < until; ++slot) {
      if (slots[slot] == kNone) continue;
      DropLoose(slots[slot], from);
      gone(slots[slot], from);
    }
    at(from).released = static_cast<int32_t>(until);
  };
  release(holder, last + 1);
  while (!gone_.empty()) {
    const ObjectId id = gone_.back();
    gone_.pop_back();
    const ShadowObject& object = at(id);
    if (object.kind == ShadowObject::Kind::kWeak && object.bond != ShadowObject::Bond::kNone) {
      Detach(id);
      Settle(object.target);
    }
    // Trash that is cleared is held meanwhile.
    if (object.releasing && !object.clearing()) {
      if (!object.doomed) Doom(id);
      release(id, object.slots.size());
    }
  }
}

void ShadowHeap::ReleaseSince(size_t mark) {
  ++proofs_;
  // These deaths have gone on, or what they were within has.
  while (!drops_.empty() && drops_.back().mark >= mark) drops_.pop_back();
  if (loose_log_.size() == mark) return Spread();  // as most operations: nothing was released
  // Objects that are releasing, but have loose references themselves, may still be rescued.
  std::vector<ObjectId> undecided;
  for (size_t i = mark; i < loose_log_.size(); ++i) {
    const ObjectId id = loose_log_[i];
    ShadowObject& object = at(id);
    if (!object.releasing) continue;
    if (static_cast<size_t>(object.released) == object.slots.size()) continue;
    if (object.loose > 0 && !object.doomed && mark > 0) {
      undecided.push_back(id);
      continue;
    }
    if (!object.doomed) Doom(id);
    if (!object.slots.empty()) {
      const ObjectId last = object.slots.back();
      ReleaseThrough(id, object.slots.size() - 1, last);
      if (last != kNone && at(last).firm == 0 && at(last).loose == 0) unheld_.push_back(last);
    }
  }
  Spread();
  loose_log_.resize(mark);
  loose_log_.insert(loose_log_.end(), undecided.begin(), undecided.end());
}

}  // namespace ouro
