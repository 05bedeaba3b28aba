// SPDX-License-Identifier: Apache-2.0

// Exact rules fix every step of a collector: which object dies at which moment, and in which order
// its finalizer and callbacks run. CPython's changed eight times; each change is a field.
//
// Place: one of the two things that a contract may be; envelope.h is the other. docs/contracts.md
// has the values of each contract and their sources; sections and experiments are those of
// docs/semantics.md.

#ifndef MODEL_EXACT_RULES_H_
#define MODEL_EXACT_RULES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ouro {

struct ExactRules {
  // How often the finalizer of one object may run: at every death, or once in its life (PEP 442).
  // Section 1, experiments R1, P2.
  enum class Finalizers : uint8_t { kEveryDeath, kOnce } finalizers;

  // Which weak references a death by reference count keeps alive until the last of its callbacks
  // has run, whoever lets go of them: all but the newest two, as long as these have no callback, or
  // all. Section 1, experiment W20.
  enum class Saves : uint8_t { kAllButNewest, kAll } saves;

  // What becomes of cyclic trash with finalizers: it is uncollectable, and the objects that have
  // one enter the garbage list; or the finalizers run and then the trash is cleared. Sections 5
  // and 6.
  enum class CyclicFinalizers : uint8_t { kUncollectable, kRun } cyclic_finalizers;

  // The order of a death by reference count: callbacks of its weak references, then its finalizer
  // (weak references made by the finalizer die silently), or the finalizer, then callbacks
  // (of those made by the finalizer too). Section 1, experiments R4 to R6.
  enum class DeathOrder : uint8_t { kCallbacksFirst, kFinalizerFirst } death_order;

  // What a finalizer of cyclic trash that resurrects an object spares: all the trash of that
  // collection, or only what is reachable again. Section 6, experiments P1, P7.
  enum class Resurrection : uint8_t { kSparesAll, kSparesReachable } resurrection;

  // What a collection returns when finalizers of its trash resurrected some of it, or made some die
  // by reference count: all the trash that it found, or what was left of it. Section 6,
  // experiments P1, P2, P5.
  enum class Answer : uint8_t { kFound, kLeft } answer;

  // Which weak references a collection clears, and when. Section 7, experiments W8, W16, W18.
  enum class Clears : uint8_t {
    kToTrash,        // before finalizers run, those to its trash
    kInTrash,        // ... and those that are trash themselves, whatever their target
    kTwice,          // ... and once the finalizers have run, those to or in what is left, silently
    kCallbacksFirst  // before, only those to its trash that have callbacks; after, as kTwice
  } clears;

  // Whether an automatic full collection waits until the objects that survived the middle
  // generation since the last one are a quarter of those that survived it: all but 2.6. Section 2.
  bool full_collection_waits;

  // Whether an interpreter that exits collects once more after its globals are gone. If not, the
  // finalizers of cycles that were alive never run. Section 11.
  bool collects_at_end;

  // Where a collection puts what survives it: into the next generation, or into the oldest, so that
  // the middle one is always empty and `collect 1` examines what `collect 0` does. Section 12.
  enum class Survivors : uint8_t { kNextGeneration, kOldestGeneration } survivors;

  bool ClearsAfterFinalizers() const {
    return clears == Clears::kTwice || clears == Clears::kCallbacksFirst;
  }
};

// What they say, one line for each field: for `ouro contracts`.
std::vector<std::string> Describe(const ExactRules& rules);

}  // namespace ouro

#endif  // MODEL_EXACT_RULES_H_
