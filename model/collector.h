// SPDX-License-Identifier: Apache-2.0

// A collector decides when objects die: it executes the operations of a program and reports, as
// events, everything that it does about memory. A contract says how lawful collectors may differ. A
// specimen is a collector under test: a name, a contract and a factory.
//
// Place: the only interface between collectors and their judge. Collectors include this header and
// model/program.h, and nothing else of model/.
//
// Threads. A collector and its observer are used by one thread, the one that created them.
// Different collectors may be used by different threads at the same time. Collectors that start
// threads of their own report events from the calling thread only, and before Execute returns.
//
// Exceptions. None may leave a method of a collector or an observer. A collector that cannot go on
// calls Observer::Broken instead. One that runs in a process of its own may do anything: what it
// does to its process becomes a verdict.

#ifndef MODEL_COLLECTOR_H_
#define MODEL_COLLECTOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "model/envelope.h"
#include "model/exact_rules.h"
#include "model/kind.h"
#include "model/program.h"

namespace ouro {

// Objects are numbered from 0 in order of birth: the order of their kNew events.
using ObjectId = int32_t;
inline constexpr ObjectId kNone = -1;

// What a collector reports. A value; fields that a kind does not use have their defaults.
struct Event {
  enum class Kind : uint8_t {
    kNew,       // object `id` is born
    kGot,       // a load, a dereference or `garbage K` yielded `id`, or kNone
    kFinalize,  // the finalizer of `id` has to run now
    kCallback,  // the callback of weak reference `id` has to run now
    kEnd,       // that script has ended; `flag`: it raised. In traces only: see Observer::On
    kFree,     // `id` is dead: its memory is released, or, as part of a cycle that is being broken,
               // its slots are cleared for good
    kCollect,  // a collection of generations 0 ... `number` begins; `flag`: it is automatic
    kDone,     // that collection has ended and returns `number`
    kGarbage,  // `id` was appended to the garbage list
    kTracked,  // in a census: tracked object `id` is in generation `number`
    kFailed,   // the allocation failed; the operation had no effect
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

// How a script ended: kRaised is an exception, which the collector drops, as CPython does.
enum class ScriptEnd : uint8_t { kReturned, kRaised };

// Receives the events of a collector. It outlives every collector that reports to it.
class Observer {
 public:
  virtual ~Observer() = default;

  // Called for every event at the moment when it happens, from within Execute. For kFinalize and
  // kCallback the script runs inside this call: it re-enters Collector::Execute for each of its
  // operations, and the result says how it ended. So kEnd is never passed to it. For other events
  // the result is kReturned.
  virtual ScriptEnd On(const Event& event) = 0;

  // The collector cannot go on: its process died, hung or sent a malformed line. `why` is one
  // sentence. May be called at any time, also from a constructor. From then on, until Reset,
  // Execute has no effect and reports nothing; further calls of Broken are ignored.
  virtual void Broken(const std::string& why) = 0;

  // What the operation in progress is in the engine's own words: "r0.f = [r2].__iter__()". One
  // line, for transcripts. Called from within Execute, if Collector::SetNotes asked for it.
  virtual void Note(const std::string& /*text*/) {}
};

// A collector as the harness sees it. It need not check its input: no operation that it receives is
// void, and the register into which an operation allocates is empty.
class Collector {
 public:
  virtual ~Collector() = default;

  // Executes `op` and reports all that it causes before it returns. Re-entered from Observer::On
  // for the operations of scripts; then `self` in `op` is the object of the innermost running
  // script. An assignment stores the new value before it releases the old one. REQUIRES: `op` is
  // not void in the present state, and needs no ability that the specimen lacks.
  virtual void Execute(const Op& op) = 0;

  // Checks the collector's own invariants: "" or what is wrong, in a sentence. May be called
  // between any two operations, also within a script. The default has nothing to check.
  virtual std::string Verify() const { return ""; }

  // Asks for notes, or no longer. The default has none to give.
  virtual void SetNotes(bool /*on*/) {}

  // Discards everything without events: no object, garbage, weak reference, count or setting of an
  // earlier program may affect the next one, whose first object is #0 again. Also ends the effect
  // of Broken, if the collector can start anew. REQUIRES: no Execute is running.
  virtual void Reset() = 0;
};

// Everything in which lawful collectors differ: rules that fix every step, or bounds. Contracts
// live as long as the process. docs/contracts.md has the values of each, and their sources.
struct Contract {
  const char* name;
  const char* summary;  // one line, for `ouro contracts`
  std::variant<ExactRules, Envelope> rules;

  // One of these is null.
  const ExactRules* exact() const { return std::get_if<ExactRules>(&rules); }
  const Envelope* bounds() const { return std::get_if<Envelope>(&rules); }
};

// The contracts of CPython: every step is fixed.
extern const Contract kCPython26;    // 2.6
extern const Contract kCPython27;    // 2.7: 2.6, and full collections wait
extern const Contract kCPython34;    // 3.4 to 3.7.4
extern const Contract kCPython37;    // 3.7.5 to 3.7.17
extern const Contract kCPython38;    // 3.8
extern const Contract kCPython39;    // 3.9 to 3.12
extern const Contract kCPython313;   // 3.13, up to 3.13.5 at least
extern const Contract kCPython3140;  // 3.14.0 to 3.14.4
extern const Contract kCPython314;   // 3.14.5 and later 3.14
extern const Contract kCPython315;   // 3.15

// The contracts of other people's collectors, and of CPython with kinds: bounds.
extern const Contract kCPython;
extern const Contract kBoehm;
extern const Contract kBoehmUnordered;
extern const Contract kDuktape;
extern const Contract kGObject;
extern const Contract kLua;
extern const Contract kPerl;
extern const Contract kPhp;
extern const Contract kRuby;

// All of these, in this order, then nullptr.
extern const Contract* const kContracts[];

// What the contract says, one line for each field: for `ouro contracts`.
std::vector<std::string> Describe(const Contract& contract);

// The contract of that name, or nullptr.
const Contract* FindContract(const std::string& name);

// Reads a contract: a name, or the name of a contract of bounds and the fields that differ from it,
// as Describe prints them: "lua,touched=freed-at-once". The text is the new contract's name, so a
// collector that is not listed here can have a contract of its own. Returns "" and sets *contract,
// which lives as long as the process, or returns what is wrong. Any thread may call it.
std::string ReadContract(const std::string& text, const Contract** contract);

// A collector under test. A value: copies make collectors of the same kind.
struct Specimen {
  std::string name;
  std::string summary = {};            // one line, for `ouro specimens`
  const Contract* contract = nullptr;  // never null in a specimen that is run
  uint32_t abilities = kAllAbilities;
  // Whether the collector runs in the process that makes it, so that its crash is a crash of ours
  // unless the trial is isolated.
  bool in_process = true;
  // How many objects of a program with scripts may live at a time; births beyond it are void. 0:
  // any number. For collectors whose deaths nest only so deep: what is deeper dies later than any
  // rule says, which only scripts can see.
  int living = 0;
  // Words that it claims as abilities and that are none: misspelt, or with a CR at the end.
  std::vector<std::string> unknown = {};
  // The kinds that it offers; under an exact contract, without promises.
  KindTable kinds = {};
  // For `ouro native`: the language of notes, "python", and the definitions that such notes need.
  // "" and empty: it takes no notes.
  std::string language = {};
  std::string environment = {};  // in which it runs, for readers: "PYTHONMALLOC=debug"
  std::function<std::string(const std::vector<std::string>& notes)> prelude = {};
  // Makes a collector that reports to `observer`, which must outlive it. Returns no null; a
  // collector that cannot start calls Observer::Broken. Any thread may call it.
  std::function<std::unique_ptr<Collector>(Observer& observer)> make;
};

}  // namespace ouro

#endif  // MODEL_COLLECTOR_H_
