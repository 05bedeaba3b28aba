// SPDX-License-Identifier: Apache-2.0

// A heap view is the heap as the judge believes it to be at one moment: what is in the registers,
// every object, what it refers to, and what will become of it.
//
// Place: what explains and shows runs sees of a judge (`ouro run --state`, `why`, `explain`,
// `report`). Both judges fill it (Judge::View); nothing is judged by it.

#ifndef MODEL_JUDGE_HEAP_VIEW_H_
#define MODEL_JUDGE_HEAP_VIEW_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "model/collector.h"

namespace ouro {

struct ObjectView {
  enum class Kind : uint8_t { kNode, kLeaf, kWeak, kMap };
  enum class State : uint8_t {
    kLiving,
    kTrash,          // no root reaches it, but something in the heap refers to it
    kDying,          // nothing refers to it firmly: its death is on its way
    kUncollectable,  // it is in the garbage list, or about to be
    kFreed,
  };
  // Of a finalizer, or of the callback of a weak reference.
  enum class Script : uint8_t { kNone, kDue, kRan };
  enum class Bond : uint8_t { kNo, kYes, kMaybe };

  Kind kind = Kind::kNode;
  State state = State::kLiving;
  Script call = Script::kNone;
  Bond bond = Bond::kNo;  // of a weak reference: whether it yields its target
  bool clearing = false;  // the running collection clears it
  int8_t script = kNoScript;
  int8_t generation = -1;  // -1: untracked, or not known
  int32_t references = 0;  // from registers, stacks, scripts, slots and entries
  ObjectId target = kNone;
  std::vector<ObjectId> slots;  // empty once it is freed
  std::vector<KindId> kinds;    // by which these hold; empty: all plain

  friend bool operator==(const ObjectView&, const ObjectView&) = default;
};

struct EntryView {
  ObjectId map = kNone;
  ObjectId key = kNone;
  ObjectId value = kNone;

  friend bool operator==(const EntryView&, const EntryView&) = default;
};

// What is open: an operation, a collection or a script.
struct OpenView {
  enum class Type : uint8_t { kOperation, kCollection, kFinalizer, kCallback };
  Type type = Type::kOperation;
  Op op = {};               // kOperation
  ObjectId object = kNone;  // of a script

  friend bool operator==(const OpenView&, const OpenView&) = default;
};

struct HeapView {
  std::array<ObjectId, kRegisters> registers = {};
  std::vector<ObjectId> pushed;
  std::vector<ObjectId> garbage;
  std::vector<ObjectView> objects;  // by number; those of the freed, too
  std::vector<EntryView> entries;   // by map, then key
  std::vector<OpenView> open;       // outermost first
  // Where the contract fixes a schedule: objects allocated, or collections made, since the last
  // collection of that generation, and the thresholds of these counts.
  bool scheduled = false;
  bool enabled = true;
  std::array<int32_t, kGenerations> counts = {};
  std::array<int32_t, kGenerations> thresholds = {};
  bool saveall = false;

  friend bool operator==(const HeapView&, const HeapView&) = default;
};

// A reference to an object, from a root or from another object.
struct Holder {
  ObjectId from = kNone;  // kNone: a root
  std::string words =
      {};  // of a root: "r0", "self of a running script"; else "slot 1", "entry of #3"
  ObjectId key = kNone;  // of an entry: `from` is the map, and this has to live as well
};

// All references in a heap: by number of the object that is referred to, and in a fixed order. What
// is freed refers to nothing; weak references do not refer to their targets. Linear.
std::vector<std::vector<Holder>> Holders(const HeapView& view);

// For judges: which objects are trash, given those that are freed, dying or uncollectable, and the
// number of references to each. Linear.
void FindTrash(HeapView* view);

}  // namespace ouro

#endif  // MODEL_JUDGE_HEAP_VIEW_H_
