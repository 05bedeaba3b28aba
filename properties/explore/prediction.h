// SPDX-License-Identifier: Apache-2.0

// A prediction is what a program leaves in a lawful heap, by the naive collector: its contents, and
// a digest of them that is the same for contents that differ in names alone.
//
// Place: below explore.h, which merges programs that leave the same. It runs programs as a trial
// does, without a judge: the operations of an alphabet are never void.

#ifndef PROPERTIES_EXPLORE_PREDICTION_H_
#define PROPERTIES_EXPLORE_PREDICTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "collector/naive.h"
#include "model/collector.h"
#include "model/exact_rules.h"
#include "model/program.h"

namespace ouro {

// How much of what has happened a digest remembers besides the contents: a collector with a bug has
// more in it than the lawful one, and what left the same in the latter may differ in the former.
struct Memory {
  bool deeds = true;   // which rare events there were: see Deeds
  int pasts = 1;       // of each object: 1: what has befallen it, 2: and what was done with it
  int operations = 0;  // the codes of that many last operations
};

// Whether an operation that a predictor executes reads its `ref`.
bool ReadsRef(OpCode code);

// One thread uses it. Throws what the collector does: std::bad_alloc.
class Predictor : private Observer {
 public:
  // Both must outlive it.
  Predictor(const ExactRules& rules, const std::vector<Script>& scripts);

  void Reset();

  // REQUIRES: `op` is not void now, and none of those that need maps, kinds, steps or the stack.
  void Execute(const Op& op);

  // Of this moment; valid until the next call of a method.
  const NaiveContents& Contents();
  // The number of births since Reset.
  int births() const { return static_cast<int>(born_.size()); }
  // All since Reset.
  const std::vector<Event>& events() const { return events_; }

  // Two moments with equal digests have the same future, up to the names of objects and of the
  // registers 0 ... `alike` - 1: the same events will follow the same operations. (A hash: 64
  // bits.) The number of births is not part of it. `memory` makes it finer.
  uint64_t Digest(int alike, const Memory& memory);

 private:
  // Rare events: a finalizer, a callback, the death of a node or of a weak reference, that came of
  // an operation of main, of a collection or of a script; a collection within another; a garbage
  // list that grew.
  using Deeds = uint32_t;

  // What the digest remembers of an object.
  struct Past {
    Op birth;
    ObjectId target = kNone;  // of a weak reference, whatever became of it
    // Bits: a weak reference to it has died; its finalizer has run; it was stored where it was
    // already; it was fetched into a register that led to it.
    int befallen = 0;
    int done = 0;  // a bit for each code of an operation that has named it
  };

  ScriptEnd On(const Event& event) override;
  void Broken(const std::string& why) override;
  void ExecuteOne(const Op& op);
  bool MayBear(const Op& op) const;
  void ExecuteWhole(const Op& op);
  void RememberOperands(const Op& op);
  void RememberDeath(ObjectId id, int place);
  void Remember(const Event& event);
  void RunScript(const Script& script);

  const std::vector<Script>& scripts_;
  const std::unique_ptr<OpenNaive> collector_;
  NaiveContents contents_;
  std::vector<Past> born_;    // by number
  std::vector<OpCode> past_;  // the operations of main
  Op op_;                     // the last one that began
  int depth_ = 0;             // running scripts
  int script_operations_ = 0;
  int collections_ = 0;  // running ones
  Deeds deeds_ = 0;
  std::vector<Event> events_;
};

}  // namespace ouro

#endif  // PROPERTIES_EXPLORE_PREDICTION_H_
