// SPDX-License-Identifier: Apache-2.0

// An envelope is a contract of bounds: what must be alive, what must be dead, when a finalizer must
// have run. Between the bounds a collector may do what it likes. It is for collectors whose
// individual steps, unlike CPython's, are unspecified. A bound that is too wide misses bugs; it
// never convicts a lawful collector.
//
// Place: a part of Contract (collector.h).

#ifndef MODEL_ENVELOPE_H_
#define MODEL_ENVELOPE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ouro {

// Every envelope demands: no object is freed that a register, a running script, or a finalizer that
// has yet to run can reach. "Full collection" is one of all generations.
struct Envelope {
  // Reference counting: whether an object to which no register and no slot of an existing object
  // refers is freed before the operation ends. kEither: counts are given back later, so it may be
  // freed by any operation, and is by the next full collection. kNo: only collections free. Cycles,
  // and what they hold, wait for a collection under all three.
  enum class Prompt : uint8_t { kNo, kYes, kEither } prompt;

  // Which unreachable objects a full collection need not free: all (there is no collector of
  // cycles); those that an object whose finalizer has not run can reach, itself included if it is
  // in a cycle (they are uncollectable until it has); or none.
  enum class Spares : uint8_t { kAll, kBehindFinalizers, kNothing } spares;

  // How often the finalizer of one object runs: once in its life; at each of its deaths; or once,
  // after the object was freed, so that the finalizer has no self.
  enum class Finalizers : uint8_t { kOnce, kEachDeath, kAfterDeath } finalizers;

  // In which order a collection runs the finalizers of trash: in any; or the finalizer of an object
  // only once no other object whose finalizer has yet to run can reach it. Then a chain takes as
  // many collections as it has finalizers.
  enum class Order : uint8_t { kAny, kHoldersFirst } order;

  // When trash is freed that a script could reach during the collection that found it (the object
  // of a finalizer and all that it can reach): by that collection unless the script did anything,
  // or by the next full collection.
  enum class Touched : uint8_t { kFreedAtOnce, kFreedByNext } touched;

  // After how many full collections trash that no script could reach must have been freed. >= 1.
  int collections;

  // When weak references to an object stop yielding it: before its finalizer runs, even if that
  // resurrects the object (if a collection found the trash, those to all objects that it reaches,
  // too; but one that is trash of the same collection may yield until its target is freed); or when
  // it is freed. kEither accepts both; and that one which is trash itself yields nothing any more,
  // whatever its target (CPython 3.8, bpo-38006: docs/semantics.md, section 7).
  enum class Weak : uint8_t { kBeforeFinalizer, kWhenFreed, kEither } weak;

  // When the callback of a weak reference runs, if that was cleared, and is no trash itself: before
  // its target is freed; or also after that.
  enum class Callbacks : uint8_t { kBeforeFree, kAnyTime } callbacks;

  // Whether finalizers and callbacks may be put off: they run within any later operation, and by
  // the end of the next full collection. If not, they run within the operation that found the death
  // of their object.
  bool queued;

  // Whether the collector collects unasked, unless collections are disabled: never; within any
  // operation, which it reports as a collection; or also without telling.
  enum class Automatic : uint8_t { kNever, kTold, kUntold } automatic;

  // Which finalizers run at the end, before everything is freed, whatever still refers to their
  // objects: none; any of those that are due; all of them; or all, until one raises. Those of
  // objects that are born meanwhile may run.
  enum class End : uint8_t { kNothing, kAny, kAll, kUntilRaise } end;

  // Per program, how many dead objects may survive their collections, because a word on the stack
  // or in a machine register looks like a pointer to them (conservative scanning). >= 0.
  int strays;

  // Whether the same program has the same events in every process. If not, a finding may fail to
  // reproduce.
  bool repeatable;
};

// What the envelope says, one line for each field: "prompt=no: only collections free".
std::vector<std::string> Describe(const Envelope& envelope);

}  // namespace ouro

#endif  // MODEL_ENVELOPE_H_
