// SPDX-License-Identifier: Apache-2.0

#include "collector/optimized.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

namespace ouro {

using heap::kNull;
using heap::Object;

namespace {

// A type of nodes with that many slots. `spread`: with a gap after each, so that it has a map
// instead of a run.
heap::Type Node(int slots, bool spread, bool functions) {
  const uint32_t stride = (spread ? 2 : 1) * sizeof(Object);
  heap::Type node = {.name = "node", .size = static_cast<uint32_t>(slots) * stride};
  if (functions) {
    node.visit = [](const heap::Heap& heap, Object object, const heap::Visitor& visitor) {
      visitor(*static_cast<const Object*>(heap.Payload(object)));
    };
    node.clear = [](heap::Heap& heap, Object object) {
      heap.Store(*static_cast<Object*>(heap.Payload(object)), kNull);
    };
  } else {
    for (int i = 0; i < slots; ++i) node.references.push_back(static_cast<uint32_t>(i) * stride);
  }
  return node;
}

}  // namespace

Optimized::Optimized(Observer& observer, const heap::Rules& rules)
    : observer_(observer), heap_(rules, this, this) {
  for (int layout = 0; layout < kLayouts; ++layout) {
    for (int slots = 0; slots <= kMaxSlots; ++slots) {
      const bool spread = layout == static_cast<int>(Layout::kMap);
      // A type's `clear` releases all its references at once, but the contract wants them released
      // one after the other: so only nodes of one slot have it.
      const bool functions = layout == static_cast<int>(Layout::kFunctions) && slots == 1;
      heap::Type node = Node(slots, spread, functions);
      nodes_[layout][0][slots] = heap_.Register(node);
      node.finalize = [](heap::Heap& heap, Object object) {
        Optimized& self = *static_cast<Optimized*>(heap.context());
        self.RunScript(Event::Finalize(self.IdOf(object)), object);
      };
      nodes_[layout][1][slots] = heap_.Register(node);
    }
  }
  leaf_ = heap_.Register({.name = "leaf", .leaf = true});
}

// Each layout is used by nodes of some sizes, with or without a finalizer, so that the judge sees
// them all in plain programs, too.
Optimized::Layout Optimized::UsualLayout(int slots, bool finalizer) {
  if (!finalizer) return slots == 5 ? Layout::kMap : Layout::kRun;  // trivial, as most objects are
  if (slots == 1) return Layout::kFunctions;
  return slots % 2 == 0 ? Layout::kMap : Layout::kRun;
}

heap::TypeId Optimized::TypeOf(const Op& op) const {
  static const KindId kKinds[kLayouts] = {InternKind("layout-run"), InternKind("layout-map"),
                                          InternKind("layout-functions")};
  const bool finalizer = op.script != kNoScript;
  auto layout = static_cast<size_t>(UsualLayout(op.count, finalizer));
  for (size_t i = 0; i < kLayouts && op.kind != kPlain; ++i) {
    if (op.kind == kKinds[i]) layout = i;
  }
  return nodes_[layout][finalizer ? 1 : 0][op.count];
}

// A slot of a node, whatever its layout.
Object& Optimized::Slot(Object node, int slot) {
  if (heap_.type(heap_.TypeOf(node)).visit == nullptr) {
    return heap_.Slot(node, static_cast<uint32_t>(slot));
  }
  return static_cast<Object*>(heap_.Payload(node))[slot];
}

int Optimized::SlotsOf(Object node) const {
  const heap::Type& type = heap_.type(heap_.TypeOf(node));
  return type.visit != nullptr ? 1 : static_cast<int>(type.references.size());
}

// Releasing what the handles own would run finalizers while members are destroyed.
Optimized::~Optimized() { DetachHandles(); }

void Optimized::DetachHandles() {
  for (heap::Handle<AnyPayload>& handle : handles_) handle.Detach();
  for (heap::Handle<AnyPayload>& handle : pushed_) handle.Detach();
}

void Optimized::Execute(const Op& op) {
  switch (op.code) {
    case OpCode::kNode:
    case OpCode::kLeaf:
    case OpCode::kWeak:
    case OpCode::kWeakWith:
    case OpCode::kMap:
    case OpCode::kNodeWith:
      return Birth(op);
    case OpCode::kCopy:
      if (op.kind != kPlain) return AssignHandle(op.dest, At(op.ref));
      heap_.Retain(At(op.ref));
      return Assign(op.dest, At(op.ref));
    case OpCode::kLoad:
      return Fetched(op.dest, Slot(At(op.ref), op.slot));
    case OpCode::kDeref:
      return Fetched(op.dest, heap_.Target(At(op.ref)));
    case OpCode::kDispose:
      return heap_.Dispose(At(op.ref));
    case OpCode::kClear:
      return Fill(At(op.ref), kNull);
    case OpCode::kCopySlots:
      return Fill(At(op.ref), At(op.value));
    case OpCode::kPush:
      pushed_.emplace_back(heap_, At(op.ref));
      return;
    case OpCode::kPop:
      return PopPushed();
    case OpCode::kMapGet:
      return Fetched(op.dest, heap_.Lookup(At(op.ref), At(op.key)));
    case OpCode::kMapPut:
      if (heap_.Put(At(op.ref), At(op.key), At(op.value))) return;
      return observer_.Broken("no memory for an entry");
    case OpCode::kMapRemove:
      return heap_.Remove(At(op.ref), At(op.key));
    case OpCode::kStore:
      return heap_.Store(Slot(At(op.ref), op.slot), At(op.value));
    case OpCode::kEmptySlot:
      return heap_.Store(Slot(At(op.ref), op.slot), kNull);
    case OpCode::kEmptyRegister:
      return Assign(op.dest, kNull);
    case OpCode::kCollect:
      heap_.Collect(op.count);
      return;
    case OpCode::kEnd:
      heap_.Exit();
      return;
    case OpCode::kTakeGarbage:
      return Fetched(op.dest, heap_.Garbage(static_cast<size_t>(op.count)));
    case OpCode::kClearGarbage:
      return heap_.ClearGarbage();
    case OpCode::kCensus:
      return Census();
    case OpCode::kThreshold:
    case OpCode::kEnable:
    case OpCode::kDisable:
    case OpCode::kSaveallOn:
    case OpCode::kSaveallOff:
    case OpCode::kFail:
      return Set(op);
    case OpCode::kRaise:  // the harness ends the script
    case OpCode::kPoke:   // of kinds that are not offered
    case OpCode::kChain:  // executed as other operations
    case OpCode::kStep:   // of contracts of bounds
      return;
  }
}

void Optimized::Census() {
  heap_.ForEachTracked([this](Object object, int generation) {
    observer_.On(Event::Tracked(IdOf(object), generation));
  });
}

void Optimized::Set(const Op& op) {
  switch (op.code) {
    case OpCode::kThreshold:
      return heap_.SetThresholds(op.count, op.count1, op.count2);
    case OpCode::kEnable:
    case OpCode::kDisable:
      return heap_.SetEnabled(op.code == OpCode::kEnable);
    case OpCode::kSaveallOn:
    case OpCode::kSaveallOff:
      return heap_.SetDebug(op.code == OpCode::kSaveallOn ? heap::kDebugSaveAll : 0);
    case OpCode::kFail:
      return heap_.FailAllocation(op.count);
    default:
      return;
  }
}

// The id is assigned after the allocation: an automatic collection within it may run scripts, whose
// objects are born first. The operation owns a reference to the target of a weak reference, which
// such a script may overwrite in its register, until the weak reference is in its own; likewise to
// what that will hold.
void Optimized::Birth(const Op& op) {
  const bool holds = op.code == OpCode::kWeakWith;
  const bool hook = op.script != kNoScript;
  const Object target = holds || op.code == OpCode::kWeak ? At(op.ref) : kNull;
  if (target != kNull) heap_.Retain(target);
  const bool filled = op.code == OpCode::kNodeWith;
  const Object contents[2] = {filled && op.count > 0 ? At(op.ref)
                              : holds                ? At(op.value)
                                                     : kNull,
                              filled && op.count > 1 ? At(op.value) : kNull};
  for (const Object content : contents) {
    if (content != kNull) heap_.Retain(content);
  }
  const heap::WeakCallback callback = [](heap::Heap& heap, Object weak) {
    Optimized& self = *static_cast<Optimized*>(heap.context());
    self.RunScript(Event::Callback(self.IdOf(weak)), weak);
  };
  const heap::WeakCallback call = hook ? callback : nullptr;
  const Object born = filled || op.code == OpCode::kNode ? heap_.New(TypeOf(op))
                      : op.code == OpCode::kLeaf         ? heap_.New(leaf_)
                      : op.code == OpCode::kMap          ? heap_.NewMap()
                      : holds ? heap_.NewHoldingWeak(target, contents[0], call)
                              : heap_.NewWeak(target, call);
  Object old = kNull;
  if (born == kNull) {
    observer_.On(Event::Failed());
  } else {
    if (born >= ids_.size()) ids_.resize(heap_.handle_limit(), kNone);
    ids_[born] = next_id_++;
    for (int slot = 0; filled && slot < op.count; ++slot) {
      heap_.Store(Slot(born, slot), contents[slot % 2]);
    }
    observer_.On(Event::New(ids_[born]));
    old = std::exchange(registers_[op.dest], born);
    if (Unhandle(op.dest)) handles_[op.dest].Detach();
  }
  for (const Object content : contents) {
    if (content != kNull) heap_.Release(content);  // a slot holds it, or, if it failed, a register
  }
  // Released together: neither the target, nor what a script stored in the register meanwhile, may
  // be seen alive by user code that runs in the death of the other.
  if (target != kNull && old != kNull) return heap_.ReleaseBoth(target, old);
  if (target != kNull) heap_.Release(target);
  if (old != kNull) heap_.Release(old);
}

// Stores into the first slots of `node` what those of `from` hold, or empties all if it is kNull.
// Old values are released when every slot is written, the last one first: list_ass_slice and
// list_clear.
void Optimized::Fill(Object node, Object from) {
  Object old[kMaxSlots];
  int slots = SlotsOf(node);
  if (from != kNull) slots = std::min(slots, SlotsOf(from));
  for (int slot = 0; slot < slots; ++slot) {
    const Object value = from == kNull ? kNull : Slot(from, slot);
    if (value != kNull) heap_.Retain(value);
    old[slot] = std::exchange(Slot(node, slot), value);
  }
  while (slots-- > 0) {
    if (old[slots] != kNull) heap_.Release(old[slots]);
  }
}

void Optimized::Fetched(int dest, Object value) {
  if (value != kNull) heap_.Retain(value);
  observer_.On(Event::Got(IdOf(value)));
  Assign(dest, value);
}

// Moves a reference into a register, then releases the old one.
void Optimized::Assign(int dest, Object held) {
  const Object old = std::exchange(registers_[dest], held);
  if (Unhandle(dest)) return handles_[dest].Reset();
  if (old != kNull) heap_.Release(old);
}

// As Assign, and the register holds by a handle of its own.
void Optimized::AssignHandle(int dest, Object value) {
  heap::Handle<AnyPayload> handle(heap_, value);
  const Object old = std::exchange(registers_[dest], value);
  const bool handled = Unhandle(dest);
  handled_ |= 1u << dest;
  handles_[dest] = std::move(handle);
  if (!handled && old != kNull) heap_.Release(old);
}

// Whether the register held by its handle; from now on it does not.
bool Optimized::Unhandle(int dest) {
  const uint32_t bit = 1u << dest;
  if ((handled_ & bit) == 0) [[likely]]
    return false;
  handled_ ^= bit;
  return true;
}

// The scripts of its death find it gone, and may push: they move the stack.
void Optimized::PopPushed() {
  const heap::Handle<AnyPayload> popped = std::move(pushed_.back());
  pushed_.pop_back();
}

void Optimized::Reset() {
  DetachHandles();
  pushed_.clear();
  handled_ = 0;
  heap_.Reset();
  std::fill(std::begin(registers_), std::end(registers_), kNull);
  heap::Check(self_ == kNull && heap_.size() == 0 && heap_.garbage_size() == 0,
              "the heap is not empty after Reset");
  next_id_ = 0;
}

std::string Optimized::Verify() const {
  std::vector<Object> held;
  std::copy_if(std::begin(registers_), std::end(registers_), std::back_inserter(held),
               [](Object object) { return object != kNull; });
  for (const heap::Handle<AnyPayload>& handle : pushed_) held.push_back(handle.object());
  return heap_.Verify(held);
}

void Optimized::RunScript(const Event& event, Object self) {
  const Object outer = self_;
  self_ = self;
  observer_.On(event);  // an exception in it changes nothing: section 1, experiments R8 and R9
  self_ = outer;
}

void Optimized::Freed(Object object) { observer_.On(Event::Free(IdOf(object))); }

void Optimized::CollectionStarted(int generation, bool automatic) {
  observer_.On(Event::Collect(generation, automatic));
}

void Optimized::CollectionStopped(const heap::Collection& collection) {
  observer_.On(Event::Done(static_cast<int32_t>(collection.unreachable)));
}

void Optimized::GarbageAppended(Object object) { observer_.On(Event::Garbage(IdOf(object))); }

std::unique_ptr<Collector> MakeOptimized(Observer& observer, const heap::Rules& rules) {
  return std::make_unique<Optimized>(observer, rules);
}

}  // namespace ouro
