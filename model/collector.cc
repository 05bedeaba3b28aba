// SPDX-License-Identifier: Apache-2.0

#include "model/collector.h"

namespace ouro {
namespace {

using F = Contract::Finalizers;
using C = Contract::CyclicFinalizers;
using D = Contract::DeathOrder;
using R = Contract::Resurrection;
using A = Contract::Answer;
using W = Contract::TrashWeak;

}  // namespace

const Contract kCPython26 = {
    .name = "cpython26",
    .summary = "CPython 2.6: cyclic trash with finalizers is uncollectable",
    .envelope = nullptr,
    .finalizers = F::kEveryDeath,
    .cyclic_finalizers = C::kUncollectable,
    .death_order = D::kCallbacksFirst,
    .resurrection = R::kSparesReachable,  // its collections call no finalizer of their trash
    .answer = A::kLeft,
    .trash_weak = W::kKept,
    .full_collection_waits = false,
};

const Contract kCPython27 = {
    .name = "cpython27",
    .summary = "CPython 2.7: as 2.6, and automatic full collections wait for a quarter",
    .envelope = nullptr,
    .finalizers = F::kEveryDeath,
    .cyclic_finalizers = C::kUncollectable,
    .death_order = D::kCallbacksFirst,
    .resurrection = R::kSparesReachable,
    .answer = A::kLeft,
    .trash_weak = W::kKept,
    .full_collection_waits = true,
};

const Contract kCPython34 = {
    .name = "cpython34",
    .summary = "CPython 3.4 to 3.8: finalizers run once; a resurrection spares all the trash",
    .envelope = nullptr,
    .finalizers = F::kOnce,
    .cyclic_finalizers = C::kRun,
    .death_order = D::kFinalizerFirst,
    .resurrection = R::kSparesAll,
    .answer = A::kEither,
    .trash_weak = W::kEither,
    .full_collection_waits = true,
};

const Contract kCPython39 = {
    .name = "cpython39",
    .summary = "CPython 3.9 to 3.13: a resurrection spares what can be reached again",
    .envelope = nullptr,
    .finalizers = F::kOnce,
    .cyclic_finalizers = C::kRun,
    .death_order = D::kFinalizerFirst,
    .resurrection = R::kSparesReachable,
    .answer = A::kLeft,
    .trash_weak = W::kCleared,
    .full_collection_waits = true,
};

const Contract* const kContracts[] = {
    &kCPython26, &kCPython27, &kCPython34, &kCPython39, &kCPython, &kBoehm, &kBoehmUnordered,
    &kDuktape,   &kGObject,   &kLua,       &kPerl,      &kPhp,     &kRuby,  nullptr};

std::vector<std::string> Describe(const Contract& c) {
  if (c.envelope != nullptr) return Describe(*c.envelope);
  return {
      c.finalizers == F::kEveryDeath ? "an object's finalizer runs at each of its deaths"
                                     : "an object's finalizer runs once in its life",
      c.cyclic_finalizers == C::kUncollectable
          ? "cyclic trash with finalizers is uncollectable and goes to the garbage list"
          : "the finalizers of cyclic trash run, then it is cleared",
      c.death_order == D::kCallbacksFirst
          ? "at a death by reference count callbacks run first, then the finalizer"
          : "at a death by reference count the finalizer runs first, then callbacks",
      c.cyclic_finalizers == C::kUncollectable ? "no finalizer of trash can resurrect it"
      : c.resurrection == R::kSparesAll ? "one resurrection spares all the trash of that collection"
                                        : "a resurrection spares what can be reached again",
      c.answer == A::kEither
          ? "a collection returns how many unreachable objects it found, or how many were left"
      : c.answer == A::kFound ? "a collection returns how many unreachable objects it found"
                              : "a collection returns how many unreachable objects were left",
      c.trash_weak == W::kEither ? "weak references in trash may be cleared before finalizers run"
      : c.trash_weak == W::kCleared ? "weak references in trash are cleared before finalizers run"
                                    : "weak references in trash are left alone until it is cleared",
      c.full_collection_waits
          ? "an automatic full collection waits until a quarter of what it keeps is new"
          : "an automatic full collection comes whenever its threshold is passed",
  };
}

const Contract* FindContract(const std::string& name) {
  for (const Contract* const* c = kContracts; *c != nullptr; ++c) {
    if (name == (*c)->name) return *c;
  }
  return nullptr;
}

}  // namespace ouro
