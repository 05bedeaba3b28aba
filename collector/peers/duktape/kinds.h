// SPDX-License-Identifier: Apache-2.0

// The heap with kinds, `duktape?kinds`, is Duktape whose slots and registers have holders, and
// whose nodes are objects of every sort.
//
// Place: an adapter, over heap.h; snippets.h has the functions that make, read, fill and empty.
//
// What a slot held stays on the coroutine's stack while its holder is filled, emptied or replaced:
// it dies when the operation holds nothing else. So a script that its death runs sees what the
// program sees.

#ifndef COLLECTOR_PEERS_DUKTAPE_KINDS_H_
#define COLLECTOR_PEERS_DUKTAPE_KINDS_H_

#include <duktape.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "collector/peers/duktape/heap.h"
#include "collector/peers/duktape/snippets.h"

namespace ouro {

class DuktapeKinds final : public DuktapeHeap {
 public:
  // `retains`: no content dies while an action runs.
  DuktapeKinds(Observer& observer, const std::vector<KindId>& kinds, bool retains)
      : DuktapeHeap(observer, kinds), retains_(retains) {}

  void Reset() override {
    roots_ = {};
    nodes_.clear();
    finalizers_ = 0;
    functions_.clear();
    DuktapeHeap::Reset();
  }

 private:
  struct Hold {
    int kind = -1;  // -1: plain
    ObjectId content = kNone;
  };
  struct Node {
    int kind = -1;
    void* where = nullptr;   // null: it died
    bool finalizer = false;  // it is alive and has one
    std::array<Hold, kMaxSlots> slots = {};
  };

  // ---- Operations ----

  void NewNodeAs(int dest, int slots, bool finalizer, ObjectId id, int kind) override {
    duk_push_undefined(main());
    duk_push_undefined(main());
    if (!Call(kind, JsKind::kMake, 2)) {
      duk_pop(main());
      return NewNode(dest, slots, finalizer, id);
    }
    if (finalizer) SetFinalizer();
    NodeOf(id).kind = kind;
    Count(id, finalizer);
    Born(dest, id);
  }

  void NewNode(int dest, int slots, bool finalizer, ObjectId id) override {
    Count(id, finalizer);
    DuktapeHeap::NewNode(dest, slots, finalizer, id);
  }

  void Load(int dest, int from, int slot) override {
    Push(from);
    PushContent(slot);
    Got(IdOnTop());
    Pop(dest);
  }

  void Store(int into, int slot, int from) override {
    HoldOf(into, slot) = {};
    DuktapeHeap::Store(into, slot, from);
  }

  void StoreAs(int into, int slot, int from, int kind) override {
    Retain(HoldOf(into, slot).content);
    if (!Refill(into, slot, from, kind)) {
      Push(into);
      PushSlot(slot);
      duk_xmove_top(registers(), main(), 1);
      Push(from);
      const Hold hold = MakeHolder(kind, slot);
      HoldOf(into, slot) = hold;
      PutSlot(slot);
      duk_pop(registers());
    }
    duk_pop(registers());
  }

  void EmptySlot(int into, int slot) override {
    Hold& hold = HoldOf(into, slot);
    Retain(hold.content);
    if (hold.kind < 0 || !Take(hold, into, slot)) {
      HoldOf(into, slot) = {};
      DuktapeHeap::EmptySlot(into, slot);
    }
    duk_pop(registers());
  }

  void CopyAs(int dest, int from, int kind) override {
    Push(from);
    LetGo(dest);
    const Hold hold = MakeHolder(kind, dest);
    roots_[static_cast<size_t>(dest)] = hold;
    DuktapeHeap::Pop(dest);
    duk_pop(registers());
  }

  // The action holds the node until it has said what the slot holds. Scripts may change everything
  // else meanwhile.
  void Poke(int from, int slot, int action) override {
    const ObjectId node = IdOf(from);
    const int kind = NodeOf(node).slots[static_cast<size_t>(slot)].kind;
    const int actions = kind < 0 ? 0 : KindOf(kind).actions();
    const Hold held = NodeOf(node).slots[static_cast<size_t>(slot)];
    // What dies while a coroutine runs is freed without its finalizer (README.md).
    Retain(retains_ ? held.content : kNone);
    Retain(node);
    if (actions != 0) {
      PushRetained();
      PushSlot(slot);
      duk_remove(main(), -2);
      duk_push_int(main(), slot);
      Call(kind, JsKind::kActions + action % actions, 2);
      duk_pop(main());
    }
    Got(AfterAction(node, slot, actions != 0 ? kind : -1));
    duk_pop(registers());
    duk_pop(registers());
  }

  // What the slot of the retained node holds; a holder that is empty is dropped.
  ObjectId AfterAction(ObjectId node, int slot, int poked) {
    Hold& hold = NodeOf(node).slots[static_cast<size_t>(slot)];
    // Nothing tells whether a kind that cannot be read still holds it.
    const bool unknown = poked >= 0 && !KindOf(poked).has(JsKind::kGet);
    if (unknown && hold.kind == poked) hold.content = kNone;
    PushRetained();
    PushContent(slot);
    const ObjectId id = IdOnTop();
    duk_pop(main());
    hold.content = id;
    if (id == kNone && hold.kind >= 0) {
      hold = {};
      PushRetained();
      duk_push_undefined(main());
      PutSlot(slot);
    }
    return id;
  }

  // Pushes what was retained last.
  void PushRetained() {
    duk_dup_top(registers());
    duk_xmove_top(main(), registers(), 1);
  }

  // ---- Holders ----

  // Pushes what a holder is made of the value on top, and pops that; leaves the value, plain, if
  // this kind cannot hold it.
  Hold MakeHolder(int kind, int key) {
    const ObjectId id = IdOnTop();
    const Hold hold = {kind, id};
    duk_dup_top(main());
    duk_push_int(main(), key);
    bool holds = Call(kind, JsKind::kMake, 2) && !duk_is_undefined(main(), -1);
    if (holds && KindOf(kind).has(JsKind::kGet)) {
      duk_dup_top(main());
      GetContent(hold, key);
      holds = IdOnTop() == id;
      duk_pop(main());
    }
    duk_remove(main(), holds ? -2 : -1);
    return holds ? hold : Hold{};
  }

  // Puts a register into the holder that is there already. Returns whether it could.
  bool Refill(int into, int slot, int from, int kind) {
    Hold hold = HoldOf(into, slot);
    if (hold.kind != kind || !KindOf(kind).has(JsKind::kPut)) return false;
    PushHolder(into, slot);
    duk_dup_top(main());
    Push(from);
    const ObjectId id = IdOnTop();
    bool done = Call(kind, JsKind::kPut, 2);
    duk_pop(main());
    hold.content = id;
    GetContent(hold, slot);
    done = done && IdOnTop() == id;
    duk_pop(main());
    if (done) HoldOf(into, slot) = hold;
    return done;
  }

  // Empties the holder of a slot. Returns whether it could.
  bool Take(Hold hold, int into, int slot) {
    if (!KindOf(hold.kind).has(JsKind::kTake)) return false;
    PushHolder(into, slot);
    duk_dup_top(main());
    duk_push_int(main(), slot);
    bool done = Call(hold.kind, JsKind::kTake, 2);
    duk_pop(main());
    hold.content = kNone;
    GetContent(hold, slot);
    done = done && IdOnTop() == kNone;
    duk_pop(main());
    if (done) HoldOf(into, slot) = hold;
    return done;
  }

  // Empties the holder of a register, if that needs to be told. What it held is retained.
  void LetGo(int ref) {
    const Hold hold = std::exchange(roots_[static_cast<size_t>(ref)], {});
    Retain(hold.content);
    if (hold.kind < 0 || !KindOf(hold.kind).has(JsKind::kTake)) return;
    DuktapeHeap::Push(ref);
    duk_push_int(main(), ref);
    Call(hold.kind, JsKind::kTake, 2);
    duk_pop(main());
  }

  // Pushes onto the stack of registers what must not die before the operation ends.
  void Retain(ObjectId id) {
    void* const where = id == kNone ? nullptr : NodeOf(id).where;
    if (where == nullptr) return duk_push_undefined(registers());
    // duk_push_heapptr takes an object that waits for its finalizer out of the queue, as a rescue
    // would that no program has asked for. The flag tells it which objects wait.
    constexpr uint32_t kWaits = 1U << 4U;  // DUK_HEAPHDR_FLAG_FINALIZABLE
    static_assert(DUK_VERSION >= 20100L && DUK_VERSION < 30000L);
    auto* const flags = static_cast<uint32_t*>(where);  // the first field of each heap header
    const uint32_t waits = *flags & kWaits;
    *flags &= ~kWaits;
    duk_push_heapptr(registers(), where);
    *flags |= waits;
  }

  // Replaces the holder on top by its content.
  void GetContent(Hold hold, int key) {
    if (hold.kind < 0) return;
    if (KindOf(hold.kind).has(JsKind::kGet)) {
      duk_push_int(main(), key);
      Call(hold.kind, JsKind::kGet, 2);
    } else {
      duk_pop(main());
      Retain(hold.content);
      duk_xmove_top(main(), registers(), 1);
    }
    if (IdOnTop() != kNone) return;
    duk_pop(main());
    duk_push_undefined(main());
  }

  // Replaces the node on top by what its slot holds.
  void PushContent(int slot) {
    const Hold hold = NodeOf(IdOnTop()).slots[static_cast<size_t>(slot)];
    PushSlot(slot);
    duk_remove(main(), -2);
    GetContent(hold, slot);
  }

  void PushHolder(int ref, int slot) {
    Push(ref);
    PushSlot(slot);
    duk_remove(main(), -2);
  }

  // ---- What the heap without kinds is asked for ----

  void Born(int dest, ObjectId id) override {
    NodeOf(id).where = duk_get_heapptr(main(), -1);
    DuktapeHeap::Born(dest, id);
  }
  void Died(ObjectId id) override {
    if (!silent()) {
      NodeOf(id).where = nullptr;
      Count(id, false);
    }
    DuktapeHeap::Died(id);
  }

  void Push(int ref) override {
    DuktapeHeap::Push(ref);
    if (ref != kSelf) GetContent(roots_[static_cast<size_t>(ref)], ref);
  }
  void Pop(int ref) override {
    LetGo(ref);
    DuktapeHeap::Pop(ref);
    duk_pop(registers());
  }

  void PushSlot(int slot) override {
    const int kind = NodeOf(IdOnTop()).kind;
    if (kind < 0) return DuktapeHeap::PushSlot(slot);
    duk_dup_top(main());
    duk_push_int(main(), slot);
    Call(kind, JsKind::kGet, 2);
  }
  void PutSlot(int slot) override {
    duk_swap_top(main(), -2);
    const int kind = NodeOf(IdOnTop()).kind;
    duk_swap_top(main(), -2);
    if (kind < 0) return DuktapeHeap::PutSlot(slot);
    duk_push_int(main(), slot);
    duk_swap_top(main(), -2);
    Call(kind, JsKind::kPut, 3);
    duk_pop(main());
  }

  // ---- State ----

  // Calls a function of a kind with the arguments on top, and replaces them by its value, undefined
  // if it throws. Returns whether it did not.
  bool Call(int kind, int part, int arguments) {
    duk_push_heapptr(main(), FunctionsOf(kind));
    duk_get_prop_index(main(), -1, static_cast<duk_uarridx_t>(part));
    duk_remove(main(), -2);
    duk_insert(main(), -1 - arguments);
    if (duk_pcall(main(), arguments) == DUK_EXEC_SUCCESS) return true;
    duk_pop(main());
    duk_push_undefined(main());
    return false;
  }

  // The array of a kind's functions. The first time it is loaded, and kept in the stash.
  void* FunctionsOf(int kind) {
    if (functions_.empty()) {
      functions_.resize(Snippets::Get().kinds().size(), nullptr);
      if (!Snippets::Get().PushHelpers(main())) Broken("the helpers of kinds do not run");
      duk_pop(main());
      duk_push_c_function(main(), CollectWithin, 0);
      duk_put_global_string(main(), "gc");
    }
    void*& functions = functions_[static_cast<size_t>(kind)];
    if (functions != nullptr) return functions;
    duk_push_heap_stash(main());
    if (!Snippets::Get().PushFunctions(main(), kind)) Broken("a kind does not load");
    functions = duk_get_heapptr(main(), -1);
    duk_put_prop_index(main(), -2, static_cast<duk_uarridx_t>(kind));
    duk_pop(main());
    return functions;
  }

  // A collection within an action, `gc()`. No program has asked for it, so it must not find
  // finalizers: it would run them all, also of what the first ones have resurrected.
  static duk_ret_t CollectWithin(duk_context* context) {
    duk_memory_functions functions;
    duk_get_memory_functions(context, &functions);
    auto& heap = *static_cast<DuktapeKinds*>(static_cast<DuktapeHeap*>(functions.udata));
    if (heap.finalizers_ == 0) duk_gc(context, 0);
    return 0;
  }

  void Count(ObjectId id, bool finalizer) {
    finalizers_ += finalizer ? 1 : NodeOf(id).finalizer ? -1 : 0;
    NodeOf(id).finalizer = finalizer;
  }

  static const JsKind& KindOf(int kind) {
    return Snippets::Get().kinds()[static_cast<size_t>(kind)];
  }

  ObjectId IdOf(int ref) {
    Push(ref);
    const ObjectId id = IdOnTop();
    duk_pop(main());
    return id;
  }

  Node& NodeOf(ObjectId id) {
    const auto at = static_cast<size_t>(id);
    if (at >= nodes_.size()) nodes_.resize(at + 1);
    return nodes_[at];
  }
  Hold& HoldOf(int ref, int slot) { return NodeOf(IdOf(ref)).slots[static_cast<size_t>(slot)]; }

  const bool retains_;
  int finalizers_ = 0;  // of objects that are alive
  std::array<Hold, kRegisters> roots_ = {};
  std::vector<Node> nodes_;       // by id
  std::vector<void*> functions_;  // by kind; null: not loaded yet
};

}  // namespace ouro

#endif  // COLLECTOR_PEERS_DUKTAPE_KINDS_H_
