// SPDX-License-Identifier: Apache-2.0

// The naive collector is the smallest lawful one: docs/semantics.md written in C++, and nothing
// else. It counts references where they are made and dropped, keeps each object in a list, and
// performs a collection step by step as that document does: no flag packed into a count, no
// intrusive list, no trick. So it is a witness that shares little, and few mistakes, with the
// optimized collector. Verify recounts all references.
//
// Place: one of the collectors; it sees the interface in model/collector.h and no judge.
//
// Costs: O(log n) for an operation, plus deaths; O(k log n) for a collection that examines k
// objects and references. No recursion over the graph: a chain of 100,000 objects needs no stack.

#ifndef COLLECTOR_NAIVE_H_
#define COLLECTOR_NAIVE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "model/collector.h"
#include "model/exact_rules.h"
#include "model/program.h"

namespace ouro {

// What is in a naive collector between two operations: all that its next steps depend on, but for
// counters, thresholds, maps and the stack.
struct NaiveContents {
  struct Object {
    ObjectId id = kNone;
    OpCode kind = OpCode::kLeaf;  // kNode, kLeaf, kWeak or kMap
    int8_t script = kNoScript;
    int8_t generation = -1;  // -1: untracked
    bool finalized = false;
    bool freed = false;       // reported as freed, and still referenced by other trash
    ObjectId target = kNone;  // of a weak reference that yields it
    std::vector<ObjectId> slots;
    std::vector<ObjectId> weak_refs;  // the live ones to it, the newest first
  };

  std::array<ObjectId, kRegisters> registers = {};
  std::vector<ObjectId> garbage;
  // The tracked ones first: the youngest generation, in the order of its list, and so on. Then the
  // others, in the order of birth.
  std::vector<Object> objects;

  // The place of that object, or objects.size(). O(objects.size()).
  size_t IndexOf(ObjectId id) const;
};

// A naive collector into which one can look.
class OpenNaive : public Collector {
 public:
  virtual ObjectId reg(int index) const = 0;
  // O(n log n). Memory of *contents is reused. REQUIRES: no operation is in progress.
  virtual void ListContents(NaiveContents* contents) const = 0;
};

// Makes a naive collector that follows `rules` and reports to `observer`; both must outlive it.
// Throws std::bad_alloc, as its operations do; not thread-safe.
std::unique_ptr<Collector> MakeNaive(Observer& observer, const ExactRules& rules);
std::unique_ptr<OpenNaive> MakeOpenNaive(Observer& observer, const ExactRules& rules);

}  // namespace ouro

#endif  // COLLECTOR_NAIVE_H_
