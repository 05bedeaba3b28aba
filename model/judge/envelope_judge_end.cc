// SPDX-License-Identifier: Apache-2.0

// The envelope judge on the end: a collector is torn down while registers still refer to objects.
//
// It has two parts. First finalizers run, of whatever the contract says, and in between what is
// unreachable may die as in a collection that nobody tells of. Then everything is freed, and no
// script runs any more: it would see what is gone. The first free of an object that something could
// still reach begins the second part.

#include <fmt/format.h>

#include "model/judge/envelope_judge.h"

namespace ouro {

void EnvelopeJudge::BeginEnd() {
  MayCollectFromNowOn();
  if (bounds_.end == Envelope::End::kNothing || bounds_.end == Envelope::End::kAny) {
    NeedNoFinalizers();
  }
}

// From now on those that are due may run, or not.
void EnvelopeJudge::NeedNoFinalizers() {
  for (const auto* some : {&living_, &owed_}) {
    for (const ObjectId id : *some) {
      if (at(id).due == Object::Due::kYes) at(id).due = Object::Due::kMaybe;
    }
  }
  needed_known_ = false;
}

// Whether the object, which is freed, cannot be trash that dies as always.
bool EnvelopeJudge::TearsDown(ObjectId id) {
  if (!ending() || in_script()) return false;
  const bool awaits =
      at(id).due == Object::Due::kYes && bounds_.finalizers != Envelope::Finalizers::kAfterDeath;
  return torn_ != kNone || awaits || Reachable(id) || NeededByFinalizer(id) ||
         UncalledBefore(id) != kNone;
}

void EnvelopeJudge::TearDown(ObjectId id) {
  if (torn_ == kNone) CheckFinalizedAtEnd(fmt::format(", before #{} was freed", id));
  if (violation_) return;  // what would have been lawful was so before anything changes
  if (torn_ == kNone) torn_ = id;
  at(id).freed = true;
  ++freed_;
}

// Everything is about to be freed, or has been: no finalizer may be left that had to run.
void EnvelopeJudge::CheckFinalizedAtEnd(const std::string& when) {
  for (const auto* some : {&living_, &owed_}) {
    for (const ObjectId id : *some) {
      if (!HasFinalizer(at(id)) || at(id).due != Object::Due::kYes) continue;
      return Convict(Law::kEnd, id,
                     fmt::format("the finalizer of #{} did not run at the end{}", id, when));
    }
  }
}

void EnvelopeJudge::CheckEnded() {
  if (torn_ == kNone) CheckFinalizedAtEnd("");
  for (const ObjectId id : living_) {
    if (!at(id).freed) Stray(Law::kEnd, id, fmt::format("#{} was not freed by the end", id));
  }
}

void EnvelopeJudge::ConvictAfterTearDown(ObjectId id, const char* what) {
  Convict(Law::kEnd, id,
          fmt::format("#{} was {}, after #{} was freed for the end", id, what, torn_));
}

}  // namespace ouro
