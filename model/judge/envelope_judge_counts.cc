// SPDX-License-Identifier: Apache-2.0

// The envelope judge on deaths by count: which unreachable objects die without a collection.
//
// Invariant: an object dies by count if it is unreachable and all references to it come from
// objects that die by count: for an entry of a map, from either the map or the key.
// Object::dying_references counts these; a cycle has others, so only a collection may finalize or
// free it.

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "model/judge/envelope_judge.h"

namespace ouro {

// The object has become unreachable, or has lost a reference.
void EnvelopeJudge::MayDieByCount(ObjectId id) {
  std::vector<ObjectId> work = {id};
  while (!work.empty()) {
    const ObjectId next = work.back();
    work.pop_back();
    Object& object = at(next);
    if (object.freed || object.reachable() || object.dies_by_count) continue;
    if (object.references > object.dying_references) continue;
    object.dies_by_count = true;
    for (const ObjectId child : object.slots) {
      if (child == kNone) continue;
      ++at(child).dying_references;
      work.push_back(child);
    }
    entries_.ForEach(next, [&](ObjectId value, ObjectId other) {
      if (at(other).dies_by_count) return;
      ++at(value).dying_references;
      work.push_back(value);
    });
  }
}

// The object is reachable again, and with it what it refers to.
void EnvelopeJudge::LiveAgain(ObjectId id) {
  std::vector<ObjectId> work = {id};
  while (!work.empty()) {
    const ObjectId next = work.back();
    Object& object = at(next);
    work.pop_back();
    if (!std::exchange(object.dies_by_count, false)) continue;
    for (const ObjectId child : object.slots) {
      if (child == kNone) continue;
      --at(child).dying_references;
      work.push_back(child);
    }
    entries_.ForEach(next, [&](ObjectId value, ObjectId other) {
      if (at(other).dies_by_count) return;
      --at(value).dying_references;
      work.push_back(value);
    });
  }
}

// Whether only a collection frees the unreachable object, and none is running.
bool EnvelopeJudge::NeedsCollectionToDie(ObjectId id) const {
  if (collecting() || MayCollect()) return false;
  return bounds_.prompt == Envelope::Prompt::kNo || NeedsCollection(id);
}

// Whether only a collection finds it, and none has begun within this operation: one that has may
// finalize after it has ended. Says nothing of kinds, whose holders may be in between, nor where
// finalizers are put off.
bool EnvelopeJudge::NeedsCollection(ObjectId id) const {
  if (collecting() || MayCollect() || collected_) return false;
  if (bounds_.queued || !kinds_.kinds().empty()) return false;
  return bounds_.prompt == Envelope::Prompt::kNo || !at(id).dies_by_count;
}

void EnvelopeJudge::ConvictOfNoCollection(ObjectId id, const char* what) {
  const bool counts = bounds_.prompt != Envelope::Prompt::kNo;
  Convict(Law::kEventInPlace, id,
          fmt::format("#{} was {}, but no collection was running{}", id, what,
                      counts ? ", and its count is not zero" : ""));
}

}  // namespace ouro
