// SPDX-License-Identifier: Apache-2.0

// The adapter of Duktape, a JavaScript engine: reference counts, with mark and sweep for cycles,
// and finalizers that run at every death and may resurrect the object.
//
// Place: a peer (peer.h), a shared object of its own.
//
// A node is a bare object or an array, selected by the register of its birth, so random programs
// contain both, and shrinking keeps the kind; a leaf is a buffer. Duktape has no weak references.
//
// The registers are the value stack of a coroutine that never runs, so a finalizer is free to use
// the main value stack. When the old value of an assignment is released, which runs its finalizer
// at once, no other reference of the operation is left on any value stack: a script that collects
// must see exactly the references of the program.
//
// Every program has its own heap, whose allocator observes each released block: that is `free`.
// Duktape starts mark and sweep by itself after some 1,000 allocations, and 50 more for each object
// of its heap, its own thousand included: no program of 400 operations gets there.

#include "collector/peers/peer.h"

#ifdef OURO_HAVE_DUKTAPE

#include <duktape.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "collector/peers/peer_alloc.h"

namespace ouro {
namespace {

// Indices in the value stack of registers, behind these and self; temporaries are above.
constexpr duk_idx_t kFinalizer = kSelf + 1;  // the function shared by all finalizers
constexpr duk_idx_t kPlaces = kFinalizer + 1;

class Duktape final : public Peer {
 public:
  explicit Duktape(Observer& observer) : Peer(observer) { Open(); }
  ~Duktape() override { Close(); }

  void Reset() override {
    Close();
    if (memory_.TakeBytes() != 0) Broken("Duktape leaked memory: duk_destroy_heap did not free it");
    ForgetIds();
    Open();
  }

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

  void NewNode(int dest, int, bool finalizer, ObjectId id) override {
    if (dest % 2 == 0) {
      duk_push_bare_object(main_);
    } else {
      duk_push_array(main_);
    }
    if (finalizer) {
      Push(kFinalizer);
      duk_set_finalizer(main_, -2);
    }
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
    Got(duk_is_undefined(main_, -1) ? kNone : PeerMemory::HeaderOf(duk_get_heapptr(main_, -1))->id);
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

  // The first call runs finalizers, the second frees what they left unreachable.
  int Collect(int) override {
    duk_gc(main_, 0);
    duk_gc(main_, 0);
    return 0;
  }

  // Moves a new object from the main value stack into a register.
  void Born(int dest, ObjectId id) {
    PeerMemory::HeaderOf(duk_get_heapptr(main_, -1))->id = id;
    Pop(dest);
  }

  // Registers and self. duk_replace releases the old value after it has stored the new one.
  void Push(int ref) {
    duk_dup(registers_, ref);
    duk_xmove_top(main_, registers_, 1);
  }
  void Pop(int ref) {
    duk_xmove_top(registers_, main_, 1);
    duk_replace(registers_, ref);
  }

  // Pushes the value of a slot of the node on top.
  void PushSlot(int slot) { duk_get_prop_index(main_, -1, static_cast<duk_uarridx_t>(slot)); }

  // Pops a value into a slot of the node below it, and the node.
  void PutSlot(int slot) {
    duk_put_prop_index(main_, -2, static_cast<duk_uarridx_t>(slot));
    duk_pop(main_);
  }

  // The arguments are the object and whether the heap is being destroyed.
  static duk_ret_t RunFinalizer(duk_context* context) {
    duk_memory_functions functions;
    duk_get_memory_functions(context, &functions);
    Duktape& peer = *static_cast<Duktape*>(functions.udata);
    if (peer.silent()) return 0;
    peer.Push(kSelf);  // the outer one
    duk_dup(context, 0);
    peer.Pop(kSelf);
    const bool raised = peer.Finalize(PeerMemory::HeaderOf(duk_get_heapptr(context, 0))->id);
    peer.Pop(kSelf);
    if (!raised) return 0;
    duk_push_null(context);
    return duk_throw(context);
  }

  static void* Allocate(void* context, size_t size) { return Reallocate(context, nullptr, size); }

  static void* Reallocate(void* context, void* block, size_t size) {
    if (size != 0) return static_cast<Duktape*>(context)->memory_.Resize(block, size);
    Free(context, block);
    return nullptr;
  }

  static void Free(void* context, void* block) {
    Duktape& peer = *static_cast<Duktape*>(context);
    const ObjectId id = peer.memory_.Free(block);
    if (id != kNone) peer.Freed(id);
  }

  duk_context* main_ = nullptr;
  duk_context* registers_ = nullptr;
  PeerMemory memory_;
};

}  // namespace
}  // namespace ouro

extern "C" const ouro::LibraryEntry ouro_library = ouro::PeerEntry<ouro::Duktape>(
    ouro::kFinalizers, "Duktape, reference counts with mark and sweep", "duktape");

#else

extern "C" const ouro::LibraryEntry ouro_library = ouro::AbsentPeer("Debian's duktape-dev");

#endif  // OURO_HAVE_DUKTAPE
