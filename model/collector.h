// A collector is whatever decides when objects die: it executes the operations of a program and
// reports, as events, everything that it does about memory. A contract says how lawful collectors
// may differ. A specimen is a collector under test: a name, a contract and a way to make one.
//
// Place: the only interface between collectors and their judge. Collectors include this header and
// model/program.h, and nothing else of model/.

#ifndef MODEL_COLLECTOR_H_
#define MODEL_COLLECTOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/envelope.h"
#include "model/program.h"

namespace ouro {

// Objects are numbered from 0 in order of birth, that is, in the order of their kNew events.
using ObjectId = int32_t;
inline constexpr ObjectId kNone = -1;

// What a collector reports. `id` is the object, `number` a generation or a count.
struct Event {
  enum class Kind : uint8_t {
    kNew,       // object `id` is born
    kGot,       // a load, a dereference or `garbage K` yielded `id`, or kNone
    kFinalize,  // the finalizer of `id` is to run now
    kCallback,  // the callback of weak reference `id` is to run now
    kEnd,       // that script is over; `flag`: it raised. Traces only: see Observer::On
    kFree,      // `id` is gone: released, or, in a cycle being broken, its slots cleared for good
    kCollect,   // a collection of generations 0 ... `number` begins; `flag`: it is automatic
    kDone,      // that collection is over and answers `number`
    kGarbage,   // `id` was appended to the garbage list
    kTracked,   // in a census: tracked object `id` is in generation `number`
    kFailed,    // the allocation failed; the operation had no effect
  };

  Kind kind = Kind::kNew;
  bool flag = false;
  ObjectId id = kNone;
  int32_t number = 0;

  friend bool operator==(const Event&, const Event&) = default;

  static Event New(ObjectId id) { return {Kind::kNew, false, id, 0}; }
  static Event Got(ObjectId id) { return {Kind::kGot, false, id, 0}; }
  static Event Finalize(ObjectId id) { return {Kind::kFinalize, false, id, 0}; }
  static Event Callback(ObjectId id) { return {Kind::kCallback, false, id, 0}; }
  static Event End(ObjectId id, bool raised) { return {Kind::kEnd, raised, id, 0}; }
  static Event Free(ObjectId id) { return {Kind::kFree, false, id, 0}; }
  static Event Collect(int generation, bool automatic) {
    return {Kind::kCollect, automatic, kNone, generation};
  }
  static Event Done(int32_t count) { return {Kind::kDone, false, kNone, count}; }
  static Event Garbage(ObjectId id) { return {Kind::kGarbage, false, id, 0}; }
  static Event Tracked(ObjectId id, int generation) {
    return {Kind::kTracked, false, id, generation};
  }
  static Event Failed() { return {Kind::kFailed, false, kNone, 0}; }
};

// How a script ended.
enum class ScriptEnd : uint8_t { kReturned, kRaised };

// Who listens to a collector.
class Observer {
 public:
  virtual ~Observer() = default;

  // Called for every event, at the moment when it happens. For kFinalize and kCallback the script
  // runs inside this call: it re-enters Collector::Execute for each of its operations, and the
  // result says how it ended; kEnd is therefore never reported in-process. For other events the
  // result is kReturned.
  virtual ScriptEnd On(const Event& event) = 0;

  // The collector cannot go on: its process died, hung or spoke nonsense. `why` is one sentence.
  // Whatever is executed afterwards has no effect and no events, until Reset.
  virtual void Broken(const std::string& why) = 0;
};

// A collector, seen from outside. It need not check anything: every operation that it is given
// makes sense in the present state, and operations that allocate find their register empty.
class Collector {
 public:
  virtual ~Collector() = default;

  // Executes `op` and reports all that it causes before it returns. May be re-entered from
  // Observer::On; then `self` in `op` is the object of the innermost script that runs.
  // Assignments take the new value first and let the old one go last.
  virtual void Execute(const Op& op) = 0;

  // Checks whatever invariants the collector can check of itself: "" or what is wrong. Within a
  // script too. One that can check nothing finds nothing wrong.
  virtual std::string Verify() const { return ""; }

  // Forgets everything, silently: no object, garbage, weak reference, count or setting of an
  // earlier program may have any effect on the next one, whose first object is #0 again.
  // REQUIRES: no Execute is running.
  virtual void Reset() = 0;
};

// All in which lawful collectors differ. docs/contracts.md has the values of each contract, and
// their sources; sections and experiments are those of docs/semantics.md.
struct Contract {
  const char* name;
  const char* summary;  // one line, for `ouro contracts`

  // Where it is not null, bounds are all that is promised, and the fields below say nothing.
  const Envelope* envelope;

  // How often the finalizer of one object may run: at every death, or once in its life (PEP 442).
  // Section 1, experiments R1, P2.
  enum class Finalizers : uint8_t { kEveryDeath, kOnce } finalizers;

  // What becomes of cyclic trash that has finalizers: it is uncollectable and the objects that have
  // one end in the garbage list, or the finalizers run and then it is cleared. Sections 5 and 6.
  enum class CyclicFinalizers : uint8_t { kUncollectable, kRun } cyclic_finalizers;

  // The order of a death by reference count: callbacks of its weak references, then its finalizer
  // (weak references made by the finalizer die silently), or the finalizer, then callbacks
  // (of those made by the finalizer too). Section 1, experiments R4 to R6.
  enum class DeathOrder : uint8_t { kCallbacksFirst, kFinalizerFirst } death_order;

  // What one resurrection by a finalizer of cyclic trash spares: all the trash of that collection,
  // or only what can be reached again. Section 6, experiments P1, P7.
  enum class Resurrection : uint8_t { kSparesAll, kSparesReachable } resurrection;

  // What a collection answers when kSparesAll spared its trash, and whether trash that the
  // finalizers themselves made die by reference count is counted: 3.4 to 3.7.4 count all the
  // trash that they found; later ones count what is left. An envelope takes both.
  enum class Answer : uint8_t { kFound, kLeft, kEither } answer;

  // Whether a collection clears weak references that are trash themselves, so that a finalizer that
  // brings one back finds it empty: 3.8 and later do. An envelope takes both. Section 7,
  // experiment W18.
  enum class TrashWeak : uint8_t { kKept, kCleared, kEither } trash_weak;

  // Whether an automatic full collection waits until the objects that survived the middle
  // generation since the last one are a quarter of those that survived it: all but 2.6. Section 2.
  bool full_collection_waits;
};

// The contracts of CPython.
extern const Contract kCPython26;  // 2.6
extern const Contract kCPython27;  // 2.7: 2.6, and full collections wait
extern const Contract kCPython34;  // 3.4 to 3.8
extern const Contract kCPython39;  // 3.9 to 3.13

// Those of other people's collectors: envelopes.
extern const Contract kBoehm;
extern const Contract kBoehmUnordered;
extern const Contract kDuktape;
extern const Contract kGObject;
extern const Contract kLua;
extern const Contract kPerl;
extern const Contract kPhp;
extern const Contract kRuby;

// All of them, in the order above; nullptr at the end.
extern const Contract* const kContracts[];

// The abilities whose events the contract says anything about. What a specimen claims beyond them
// is refused where specimens are made. A contract of bounds judges no callback, garbage list,
// failure, setting or census, and no collection that nobody asked for.
uint32_t JudgedAbilities(const Contract& contract);

// What the contract says, a line a field: for `ouro contracts`.
std::vector<std::string> Describe(const Contract& contract);

// The contract of that name, or nullptr.
const Contract* FindContract(const std::string& name);

// The contract that `text` spells: a name, or the name of a contract that has an envelope and what
// differs from it, a field each, as Describe prints them: "lua,touched=freed-at-once". A collector
// that nobody knows has one of its own this way; its name is the text. Returns "" and sets
// *contract, which lives as long as the process, or returns what is wrong in a sentence.
std::string ReadContract(const std::string& text, const Contract** contract);

// A collector that is to be tested.
struct Specimen {
  std::string name;
  std::string summary = {};  // one line, for `ouro specimens`
  const Contract* contract = nullptr;
  uint32_t abilities = kAllAbilities;
  // Whether a crash of the collector is a crash of ours, so that trials need a child process.
  bool in_process = true;
  // Abilities that it claims and nobody knows: misspelt, or with the CR of a line's end.
  std::vector<std::string> unknown = {};
  // Makes one that reports to `observer`, which outlives it. Never null; a specimen that cannot
  // start says so through Observer::Broken.
  std::function<std::unique_ptr<Collector>(Observer& observer)> make;
};

}  // namespace ouro

#endif  // MODEL_COLLECTOR_H_
