// SPDX-License-Identifier: Apache-2.0

// The heap of Duktape, a JavaScript engine, executes programs without kinds: reference counts, with
// mark and sweep for cycles, and finalizers that run at every death and may resurrect the object.
//
// Place: the base of the adapters in duktape.cc.
//
// A node is a bare object or an array, selected by the register of its birth, so random programs
// contain both, and shrinking keeps the kind; a leaf is a buffer. Duktape has no weak references.
//
// The registers are the value stack of a coroutine that never runs, so a finalizer is free to use
// the main value stack. There is what a program pushes: what main does at its bottom, what a
// finalizer does in the frame of its own call. When the old value of an assignment is released,
// which runs its finalizer at once, no other reference of the operation is left on any value stack:
// a script that collects must see exactly the references of the program.
//
// Every program has its own heap, whose allocator observes each released block: that is `free`.
// Duktape starts mark and sweep by itself after some 1,000 allocations, and 50 more for each object
// of its heap, its own thousand included: no program of 400 operations gets there.

#ifndef COLLECTOR_PEERS_DUKTAPE_HEAP_H_
#define COLLECTOR_PEERS_DUKTAPE_HEAP_H_

#include <duktape.h>

#include <cstddef>
#include <cstdlib>
#include <utility>
#include <vector>

#include "collector/peers/peer.h"
#include "collector/peers/peer_alloc.h"

namespace ouro {

// Indices in the value stack of registers, behind these and self; temporaries are above.
inline constexpr duk_idx_t kFinalizer = kSelf + 1;  // the function shared by all finalizers
inline constexpr duk_idx_t kPlaces = kFinalizer + 1;

// What Duktape guarantees a function in C, which an operation here does not exceed.
inline constexpr duk_idx_t kRoom = DUK_API_ENTRY_STACK;

class DuktapeHeap : public Peer {
 public:
  explicit DuktapeHeap(Observer& observer, const std::vector<KindId>& kinds = {})
      : Peer(observer, kinds) {
    Open();
  }
  ~DuktapeHeap() override { Close(); }

  void Reset() override {
    Close();
    if (memory_.TakeBytes() != 0) Broken("Duktape leaked memory: duk_destroy_heap did not free it");
    ForgetIds();
    Open();
  }

 protected:
  void NewNode(int dest, int, bool finalizer, ObjectId id) override {
    if (dest % 2 == 0) {
      duk_push_bare_object(main_);
    } else {
      duk_push_array(main_);
    }
    if (finalizer) SetFinalizer();
    Born(dest, id);
  }

  void NewLeaf(int dest, ObjectId id) override {
    duk_push_fixed_buffer(main_, sizeof id);
    Born(dest, id);
  }

  // Never called, as the ability is not claimed.
  void NewWeak(int, int, bool, ObjectId) override { std::abort(); }
  void Dereference(int, int) override { std::abort(); }

  void Copy(int dest, int from) override {
    Push(from);
    Pop(dest);
  }

  void Load(int dest, int from, int slot) override {
    Push(from);
    PushSlot(slot);
    duk_remove(main_, -2);
    Got(IdOnTop());
    Pop(dest);
  }

  void Store(int into, int slot, int from) override {
    Push(into);
    PushSlot(slot);
    duk_xmove_top(registers_, main_, 1);  // the old value
    Push(from);
    PutSlot(slot);
    duk_pop(registers_);
  }

  void EmptySlot(int into, int slot) override {
    Push(into);
    PushSlot(slot);
    duk_xmove_top(registers_, main_, 1);
    duk_push_undefined(main_);
    PutSlot(slot);
    duk_pop(registers_);
  }

  void EmptyRegister(int dest) override {
    duk_push_undefined(main_);
    Pop(dest);
  }

  // duk_destroy_heap: finalizers run, of reachable objects, too, and then everything is freed.
  void End() override {
    duk_destroy_heap(main_);
    ForgetIds();
    Open();
  }

  // The room is for the temporaries above, too.
  void PushScope(int from) override {
    if (!duk_check_stack(main_, kRoom)) return Broken("Duktape has no room on its value stack");
    Push(from);
  }

  void PopScope() override { duk_pop(main_); }

  // The first call runs finalizers, the second frees what they left unreachable.
  int Collect(int) override {
    duk_gc(main_, 0);
    duk_gc(main_, 0);
    return 0;
  }

  // Moves a new object from the top into a register.
  virtual void Born(int dest, ObjectId id) {
    PeerMemory::HeaderOf(duk_get_heapptr(main_, -1))->id = id;
    Pop(dest);
  }
  virtual void Died(ObjectId id) { Freed(id); }

  // Of the object on top.
  void SetFinalizer() {
    duk_dup(registers_, kFinalizer);
    duk_xmove_top(main_, registers_, 1);
    duk_set_finalizer(main_, -2);
  }

  // Registers and self. duk_replace releases the old value after it has stored the new one.
  virtual void Push(int ref) {
    duk_dup(registers_, ref);
    duk_xmove_top(main_, registers_, 1);
  }
  virtual void Pop(int ref) {
    duk_xmove_top(registers_, main_, 1);
    duk_replace(registers_, ref);
  }

  // Pushes the value of a slot of the node on top.
  virtual void PushSlot(int slot) {
    duk_get_prop_index(main_, -1, static_cast<duk_uarridx_t>(slot));
  }

  // Pops a value into a slot of the node below it, and the node.
  virtual void PutSlot(int slot) {
    duk_put_prop_index(main_, -2, static_cast<duk_uarridx_t>(slot));
    duk_pop(main_);
  }

  // The object of the program on top; kNone for all other values.
  ObjectId IdOnTop() const {
    void* const block = duk_get_heapptr(main_, -1);
    return block == nullptr ? kNone : PeerMemory::HeaderOf(block)->id;
  }

  duk_context* main() const { return main_; }
  duk_context* registers() const { return registers_; }

 private:
  void Open() {
    main_ = duk_create_heap(Allocate, Reallocate, Free, this, nullptr);
    duk_push_thread(main_);  // stays at the bottom of the main value stack
    registers_ = duk_get_context(main_, -1);
    duk_set_top(registers_, kPlaces);
    duk_push_c_function(registers_, RunFinalizer, 1);
    duk_replace(registers_, kFinalizer);
  }

  // duk_destroy_heap calls all finalizers and frees everything.
  void Close() {
    set_silent(true);
    duk_destroy_heap(main_);
    set_silent(false);
  }

  // The arguments are the object and whether the heap is being destroyed. What inherits from a node
  // inherits its finalizer.
  static duk_ret_t RunFinalizer(duk_context* context) {
    duk_memory_functions functions;
    duk_get_memory_functions(context, &functions);
    DuktapeHeap& peer = *static_cast<DuktapeHeap*>(functions.udata);
    const ObjectId id = PeerMemory::HeaderOf(duk_get_heapptr(context, 0))->id;
    if (peer.silent() || id == kNone) return 0;
    // A coroutine may be running, and then only its own value stack can call functions.
    duk_context* const outer = std::exchange(peer.main_, context);
    duk_dup(peer.registers_, kSelf);  // the outer one
    duk_dup(context, 0);
    duk_xmove_top(peer.registers_, context, 1);
    duk_replace(peer.registers_, kSelf);
    const bool raised = peer.Finalize(id);
    duk_replace(peer.registers_, kSelf);
    peer.main_ = outer;
    if (!raised) return 0;
    duk_push_null(context);
    return duk_throw(context);
  }

  static void* Allocate(void* context, size_t size) { return Reallocate(context, nullptr, size); }

  static void* Reallocate(void* context, void* block, size_t size) {
    if (size != 0) return static_cast<DuktapeHeap*>(context)->memory_.Resize(block, size);
    Free(context, block);
    return nullptr;
  }

  static void Free(void* context, void* block) {
    DuktapeHeap& peer = *static_cast<DuktapeHeap*>(context);
    const ObjectId id = peer.memory_.Free(block);
    if (id != kNone) peer.Died(id);
  }

  duk_context* main_ = nullptr;  // where calls are made
  duk_context* registers_ = nullptr;
  PeerMemory memory_;
};

}  // namespace ouro

#endif  // COLLECTOR_PEERS_DUKTAPE_HEAP_H_
