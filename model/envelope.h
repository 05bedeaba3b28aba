// An envelope is a contract of bounds: what must be alive, what must be dead, when a finalizer must
// have run; in between a collector may do what it likes. It is for collectors whose every step is
// not known, as those of CPython are: a bound that is too wide misses bugs, but none convicts
// lawful collectors.
//
// Place: a part of Contract (collector.h).

#ifndef MODEL_ENVELOPE_H_
#define MODEL_ENVELOPE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ouro {

// Always: nothing that registers or running scripts can reach is freed, and nothing that a
// finalizer which has yet to run will be able to reach.
struct Envelope {
  // Reference counting: what no register and no slot of an object that exists refers to is freed
  // before the operation ends. Otherwise only collections free.
  bool prompt;

  // Unreachable objects that a full collection need not free: all (there is no collector), those
  // that an object with a finalizer which has not run can reach, itself included if it is in a
  // cycle (they are uncollectable while that is so), or none.
  enum class Spares : uint8_t { kAll, kBehindFinalizers, kNothing } spares;

  // How often the finalizer of one object runs: once in its life; at each of its deaths; or once,
  // when the object is gone, so that it has no self.
  enum class Finalizers : uint8_t { kOnce, kEachDeath, kAfterDeath } finalizers;

  // When a collection runs finalizers of trash: in any order, or only of what no other finalizer
  // that has yet to run can reach: a chain takes as many collections as it has finalizers.
  enum class Order : uint8_t { kAny, kHoldersFirst } order;

  // Trash that a script could have reached during the collection that found it (the object of a
  // finalizer and what it refers to): freed by that collection unless the script did anything, or
  // by the next full collection.
  enum class Touched : uint8_t { kFreedAtOnce, kFreedByNext } touched;

  // After how many full collections trash that no script could reach must be gone.
  int collections;

  // When weak references to an object yield nothing any more: before its finalizer runs, even if
  // that brings it back (and those to what it refers to, too, if a collection found all of it), or
  // when it is freed. kEither: both are lawful, as they always are where the weak reference is
  // trash of the same collection.
  enum class Weak : uint8_t { kBeforeFinalizer, kWhenFreed, kEither } weak;

  // Objects a program that may outlive their collections, because a word on the stack or in a
  // register of the machine looks like a pointer to them: a conservative collector.
  int strays;

  // Whether the same program has the same events in every process. Where not, a finding need not
  // happen again.
  bool repeatable;
};

// What the envelope says, a line a field: "prompt=no: only collections free".
std::vector<std::string> Describe(const Envelope& envelope);

}  // namespace ouro

#endif  // MODEL_ENVELOPE_H_
