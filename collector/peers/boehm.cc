// A Boehm is a collector under test: conservative mark and sweep for C, with disappearing links and
// with finalizers, which are ordered (what another one's finalizer may still use waits, and cycles
// wait for ever) or not.
//
// Place: a peer (peer.h), a shared object of its own. OURO_UNORDERED chooses the finalizers.
//
// A node is an object with its slots in it: a small one that is searched for pointers, a small one
// whose layout the collector knows, or one of more than a page. Which one it is depends on the
// register of its birth, so that random programs have all of them, and shorter ones keep them. A
// leaf and a weak reference are objects that are not searched; the latter hides its target and is a
// disappearing link to it.
//
// A collector that takes words for pointers must not find any that are stale, nor those of the
// harness. So its only static roots are our registers, all other references are hidden, and it runs
// on a stack of its own, which is wiped before and is all that it sees of stacks and machine
// registers. What an operation has left on the usual stack then holds nothing.
//
// A death is observed by a *long link*, which the collector clears when an object is about to be
// reclaimed, after it has decided which ones finalizers may still use. It is hidden, outside of
// the collector's heap, and examined after each collection: no object lives longer for it or has
// another finalizer. (A finalizer of our own would keep what the object refers to for a collection
// more; a disappearing link is cleared before finalizers run.) Finalizers run after that, on
// demand. Since they are called from C, `raise` only ends the script: no exception leaves one.

#include "collector/peers/peer.h"

#ifdef OURO_HAVE_BOEHM

// For GC_set_markers_count and stack bottoms; nothing here starts a thread.
#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <gc/gc_typed.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace ouro {
namespace {

// What every object of ours begins with. No number is ever an address in the heap.
struct Object {
  ObjectId id;
  int32_t slots;
};

struct Node : Object {
  Object* slot[kMaxSlots];  // the first `slots` of them exist
};

struct Weak : Object {
  void* target;  // hidden
};

// More than half of a page is large to the collector, which then gives it whole pages.
constexpr size_t kLarge = 3000;

// The roots. Static, as static roots are what most clients have.
Object* roots[kSelf + 1];

void Check(bool good) {
  if (!good) std::abort();
}

void* Hide(const void* object) { return reinterpret_cast<void*>(GC_HIDE_POINTER(object)); }

Object* Reveal(void* hidden) { return static_cast<Object*>(GC_REVEAL_POINTER(hidden)); }

// The stack on which the collector runs, and nothing else.
class CollectorStack {
 public:
  // The machine registers in a collection are always those that they are now.
  CollectorStack() { getcontext(&fresh_); }

  void Collect() {
    stack_.fill(0);
    ucontext_t inside = fresh_;
    inside.uc_stack.ss_sp = stack_.data();
    inside.uc_stack.ss_size = stack_.size();
    inside.uc_link = &outside_;
    GC_stack_base usual;
    void* const thread = GC_get_my_stackbottom(&usual);
    SetBottom(thread, {.mem_base = stack_.data() + stack_.size()});
    GC_enable();
    makecontext(&inside, GC_gcollect, 0);
    Check(swapcontext(&outside_, &inside) == 0);
    GC_disable();
    SetBottom(thread, usual);
  }

 private:
  static void SetBottom(void* thread, GC_stack_base bottom) {
    struct Call {
      void* thread;
      GC_stack_base bottom;
    } call = {thread, bottom};
    GC_call_with_alloc_lock(
        [](void* data) -> void* {
          const Call& call = *static_cast<Call*>(data);
          GC_set_stackbottom(call.thread, &call.bottom);
          return nullptr;
        },
        &call);
  }

  ucontext_t fresh_;
  ucontext_t outside_;
  alignas(64) std::array<char, 1 << 16> stack_;
};

// The library's own state, once a process.
struct Library {
  CollectorStack stack;
  GC_descr layouts[kMaxSlots + 1];  // by number of slots

  Library() {
    GC_set_markers_count(1);
    GC_set_no_dls(1);
    GC_INIT();
    GC_disable();
    GC_clear_roots();
    GC_add_roots(roots, roots + kSelf + 1);
    GC_set_warn_proc(GC_ignore_warn_proc);  // it warns of each cycle with ordered finalizers
    GC_set_finalize_on_demand(1);
#ifdef OURO_UNORDERED
    // Else what an unordered finalizer refers to is reclaimed before it runs.
    GC_set_java_finalization(1);
#endif
    for (size_t slots = 0; slots <= kMaxSlots; ++slots) {
      GC_word pointers = 0;
      for (size_t i = 0; i < slots; ++i) {
        GC_set_bit(&pointers, offsetof(Node, slot) / sizeof(GC_word) + i);
      }
      layouts[slots] = GC_make_descriptor(&pointers, GC_WORD_LEN(Node));
    }
  }
};

Library& TheLibrary() {
  static Library& library = *new Library;
  return library;
}

class Boehm final : public Peer {
 public:
  explicit Boehm(Observer& observer) : Peer(observer), library_(TheLibrary()) {}
  ~Boehm() override { Drop(); }

  void Reset() override {
    const size_t left = Drop();
    if (left != 0) Broken(std::to_string(left) + " objects survive a reset");
    ForgetIds();
  }

 private:
  // Returns how many objects survive it.
  size_t Drop() {
    set_silent(true);
    std::fill(std::begin(roots), std::end(roots), nullptr);
    // Cycles with finalizers are uncollectable.
    for (const ObjectId id : alive_) {
      Object* const object = Reveal(links_[static_cast<size_t>(id)]);
      for (int i = 0; i < object->slots; ++i) static_cast<Node*>(object)->slot[i] = nullptr;
      GC_register_finalizer_no_order(object, nullptr, nullptr, nullptr, nullptr);
    }
    library_.stack.Collect();
    FindFreed();
    const size_t left = alive_.size();
    // These are not ours any more.
    for (const ObjectId id : alive_) GC_unregister_long_link(&links_[static_cast<size_t>(id)]);
    alive_.clear();
    links_.clear();
    set_silent(false);
    return left;
  }

  void NewNode(int dest, int slots, bool finalizer, ObjectId id) override {
    const size_t size = offsetof(Node, slot) + static_cast<size_t>(slots) * sizeof(Object*);
    void* const made = dest % 3 == 0   ? GC_MALLOC(size)
                       : dest % 3 == 1 ? GC_MALLOC_EXPLICITLY_TYPED(size, library_.layouts[slots])
                                       : GC_MALLOC(kLarge);
    Born(dest, made, {id, slots});
    if (!finalizer) return;
#ifdef OURO_UNORDERED
    GC_register_finalizer_no_order(made, RunFinalizer, this, nullptr, nullptr);
#else
    GC_register_finalizer(made, RunFinalizer, this, nullptr, nullptr);
#endif
  }

  void NewLeaf(int dest, ObjectId id) override {
    Born(dest, GC_MALLOC_ATOMIC(sizeof(Object)), {id, 0});
  }

  void NewWeak(int dest, int target, bool, ObjectId id) override {
    auto* const weak = static_cast<Weak*>(GC_MALLOC_ATOMIC(sizeof(Weak)));
    Born(dest, weak, {id, 0});
    weak->target = Hide(roots[target]);
    Check(GC_general_register_disappearing_link(&weak->target, roots[target]) == GC_SUCCESS);
  }

  void Copy(int dest, int from) override { roots[dest] = roots[from]; }

  void Load(int dest, int from, int slot) override {
    Fetched(dest, static_cast<Node*>(roots[from])->slot[slot]);
  }

  void Dereference(int dest, int weak) override {
    void* const target = static_cast<Weak*>(roots[weak])->target;
    Fetched(dest, target == nullptr ? nullptr : Reveal(target));
  }

  void Store(int into, int slot, int from) override {
    static_cast<Node*>(roots[into])->slot[slot] = roots[from];
  }

  void EmptySlot(int into, int slot) override {
    static_cast<Node*>(roots[into])->slot[slot] = nullptr;
  }

  void EmptyRegister(int dest) override { roots[dest] = nullptr; }

  // Finalizers that are due within a finalizer run when it is over.
  int Collect(int) override {
    library_.stack.Collect();
    FindFreed();
    if (roots[kSelf] == nullptr) GC_invoke_finalizers();
    return 0;
  }

  void Born(int dest, void* made, Object head) {
    Check(made != nullptr);
    *static_cast<Object*>(made) = head;
    roots[dest] = static_cast<Object*>(made);
    links_.push_back(Hide(made));
    alive_.push_back(head.id);
    Check(GC_register_long_link(&links_.back(), made) == GC_SUCCESS);
  }

  void Fetched(int dest, Object* object) {
    Got(object == nullptr ? kNone : object->id);
    roots[dest] = object;
  }

  // Objects that the last collection reclaims, in order of birth.
  void FindFreed() {
    const auto freed = std::stable_partition(alive_.begin(), alive_.end(), [this](ObjectId id) {
      return links_[static_cast<size_t>(id)] != nullptr;
    });
    for (auto id = freed; id != alive_.end(); ++id) Freed(*id);
    alive_.erase(freed, alive_.end());
  }

  static void GC_CALLBACK RunFinalizer(void* object, void* peer) {
    Boehm& boehm = *static_cast<Boehm*>(peer);
    roots[kSelf] = static_cast<Object*>(object);
    boehm.Finalize(roots[kSelf]->id);
    roots[kSelf] = nullptr;
  }

  Library& library_;
  std::deque<void*> links_;      // the long links, by number; they never move
  std::vector<ObjectId> alive_;  // in order of birth
};

}  // namespace
}  // namespace ouro

extern "C" const ouro::LibraryEntry ouro_library = {
    .abilities = ouro::kPeerAbilities,
#ifdef OURO_UNORDERED
    .summary = "Boehm's collector, finalizers without an order",
    .contract = "boehm-unordered",
#else
    .summary = "Boehm's collector, ordered finalizers",
    .contract = "boehm",
#endif
    .make = [](ouro::Observer& observer) -> std::unique_ptr<ouro::Collector> {
      return std::make_unique<ouro::Boehm>(observer);
    }};

#else

extern "C" const ouro::LibraryEntry ouro_library = {.summary = "Debian's libgc-dev"};

#endif  // OURO_HAVE_BOEHM
