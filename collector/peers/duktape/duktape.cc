// A Duktape is a collector under test: reference counts, with mark and sweep for cycles, and
// finalizers that run at every death, after which the object may live on.
//
// Place: a peer (peer.h), a shared object of its own.
//
// A node is a bare object or an array, by the register of its birth, so that random programs have
// both, and shorter ones keep them; a leaf is a buffer. Duktape has no weak references.
//
// The registers are the value stack of a coroutine that never runs, so that what a finalizer does
// with the main value stack is its own affair. When the old value of an assignment goes, which runs
// its finalizer at once, no other reference of the operation is left on any value stack: a script
// that collects must see those references that the program has, and no others.
//
// Every program has a heap of its own, whose allocator sees each block that is given back: that is
// `free`. Freed blocks are overwritten, so that Duktape does not get by with what is in them. It
// starts mark and sweep by itself after some 1,000 allocations and 50 more for each object of its
// heap, its own thousand objects included: no program of 400 operations gets there.

#include "collector/peers/peer.h"

#ifdef OURO_HAVE_DUKTAPE

#include <duktape.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace ouro {
namespace {

// Places in the value stack of registers, after these and self. Above is what passes by.
constexpr duk_idx_t kFinalizer = kSelf + 1;  // the function that all finalizers are
constexpr duk_idx_t kPlaces = kFinalizer + 1;

// What stands before each block of Duktape's memory.
struct alignas(std::max_align_t) Header {
  size_t size;
  ObjectId id;  // of the object that begins there, or kNone
};

class Duktape final : public Peer {
 public:
  explicit Duktape(Observer& observer) : Peer(observer) { Open(); }
  ~Duktape() override { Close(); }

  void Reset() override {
    Close();
    if (bytes_ != 0) Broken("Duktape kept memory after duk_destroy_heap");
    bytes_ = 0;
    ForgetIds();
    Open();
  }

 private:
  void Open() {
    main_ = duk_create_heap(Allocate, Reallocate, Free, this, nullptr);
    duk_push_thread(main_);  // it stays at the bottom of the main value stack
    registers_ = duk_get_context(main_, -1);
    duk_set_top(registers_, kPlaces);
    duk_push_c_function(registers_, RunFinalizer, 1);
    duk_replace(registers_, kFinalizer);
  }

  // Duktape calls all finalizers then, and frees everything.
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

  // Never sent, as there is no such ability.
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
    Got(duk_is_undefined(main_, -1) ? kNone : HeaderOf(duk_get_heapptr(main_, -1))->id);
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

  // The first one runs finalizers, the second frees what they have left unreachable.
  int Collect(int) override {
    duk_gc(main_, 0);
    duk_gc(main_, 0);
    return 0;
  }

  // Moves a new object from the main value stack into a register.
  void Born(int dest, ObjectId id) {
    HeaderOf(duk_get_heapptr(main_, -1))->id = id;
    Pop(dest);
  }

  // Registers and self. Duktape lets the old value go when the new one is in its place.
  void Push(int ref) {
    duk_dup(registers_, ref);
    duk_xmove_top(main_, registers_, 1);
  }
  void Pop(int ref) {
    duk_xmove_top(registers_, main_, 1);
    duk_replace(registers_, ref);
  }

  // Pushes what a slot of the node on top holds.
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
    const bool raised = peer.Finalize(HeaderOf(duk_get_heapptr(context, 0))->id);
    peer.Pop(kSelf);
    if (!raised) return 0;
    duk_push_null(context);
    return duk_throw(context);
  }

  static Header* HeaderOf(void* block) { return static_cast<Header*>(block) - 1; }

  static void* Allocate(void* context, size_t size) { return Reallocate(context, nullptr, size); }

  static void* Reallocate(void* context, void* block, size_t size) {
    if (size == 0) {
      Free(context, block);
      return nullptr;
    }
    Duktape& peer = *static_cast<Duktape*>(context);
    Header* const old = block == nullptr ? nullptr : HeaderOf(block);
    if (old != nullptr) peer.bytes_ -= old->size;
    auto* const made = static_cast<Header*>(std::realloc(old, sizeof(Header) + size));
    if (made == nullptr) std::abort();
    peer.bytes_ += size;
    made->size = size;
    if (old == nullptr) made->id = kNone;
    return made + 1;
  }

  static void Free(void* context, void* block) {
    if (block == nullptr) return;
    Duktape& peer = *static_cast<Duktape*>(context);
    Header* const old = HeaderOf(block);
    peer.bytes_ -= old->size;
    if (old->id != kNone) peer.Freed(old->id);
    std::memset(static_cast<void*>(old), 0xdd, sizeof(Header) + old->size);
    std::free(old);
  }

  duk_context* main_ = nullptr;
  duk_context* registers_ = nullptr;
  size_t bytes_ = 0;  // that Duktape has of us
};

}  // namespace
}  // namespace ouro

extern "C" const ouro::LibraryEntry ouro_library = {
    .abilities = ouro::kFinalizers,
    .summary = "Duktape, reference counts with mark and sweep",
    .contract = "duktape",
    .make = [](ouro::Observer& observer) -> std::unique_ptr<ouro::Collector> {
      return std::make_unique<ouro::Duktape>(observer);
    }};

#else

extern "C" const ouro::LibraryEntry ouro_library = {.summary = "Debian's duktape-dev"};

#endif  // OURO_HAVE_DUKTAPE
