// A Boehm is a collector under test: conservative mark and sweep for C, with disappearing links and
// with finalizers, which are ordered (what another one's finalizer may still use waits, and cycles
// wait for ever) or not.
//
// Place: a peer (peer.h), a shared object of its own. OURO_UNORDERED chooses the finalizers.
//
// A node is an object with its slots in it, one that is searched for pointers or one whose layout
// the collector knows. Which one it is depends on the register of its birth, so that random
// programs have both, and shorter ones keep them. A leaf and a weak reference are objects that are
// not searched; the latter hides its target and is a disappearing link to it.
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
// more; a disappearing link is cleared before finalizers run.)
//
// Then the library calls finalizers, on demand, in an order that depends on addresses. They put
// their objects into a queue that is a root. When the library has returned, as what it knows of a
// finalizer that runs is on the stack alone, the scripts run in order of birth. Since C calls the
// finalizers, `raise` only ends the script: no exception leaves one.

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
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ouro {
namespace {

// Every object of ours; of its slots only those exist that it has. Numbers are no addresses.
struct Object {
  ObjectId id;
  int32_t slots;          // of a node, else 0
  void* slot[kMaxSlots];  // objects; of a weak reference the first is its target, hidden
};

size_t SizeOf(int slots) {
  return offsetof(Object, slot) + static_cast<size_t>(slots) * sizeof(void*);
}

// The collector's blocks, in which all objects have one size.
constexpr uintptr_t kBlock = 4096;

// An object that is not the first one of its block. A frame of the collector's own has the stale
// address of a block in it, which is that of its first object: of 10^4 programs some ten had an
// object that survived everything, each of them such a one, and without them there are none.
template <typename Allocate>
void* NotFirst(Allocate allocate) {
  while (true) {
    void* const made = allocate();
    if (made == nullptr) std::abort();
    if (reinterpret_cast<uintptr_t>(made) % kBlock != 0) return made;
  }
}

// The roots. Static, as static roots are what most clients have.
Object* roots[kSelf + 1];

void Check(bool good) {
  if (!good) std::abort();
}

void* Hide(const void* object) { return reinterpret_cast<void*>(GC_HIDE_POINTER(object)); }

Object* Reveal(void* hidden) { return static_cast<Object*>(GC_REVEAL_POINTER(hidden)); }

// Says where the stack of this thread begins, and returns what was said before.
void* SetStackBottom(void* bottom) {
  GC_stack_base usual;
  struct Call {
    void* thread;
    GC_stack_base base;
  } call = {GC_get_my_stackbottom(&usual), {.mem_base = bottom}};
  GC_call_with_alloc_lock(
      [](void* data) -> void* {
        const Call& call = *static_cast<Call*>(data);
        GC_set_stackbottom(call.thread, &call.base);
        return nullptr;
      },
      &call);
  return usual.mem_base;
}

// The stack on which the collector runs, all that it sees of stacks.
class CollectorStack {
 public:
  // The machine registers at the start of a collection are always those that they are now.
  CollectorStack() { getcontext(&fresh_); }

  void Collect() {
    stack_.fill(0);
    ucontext_t inside = fresh_;
    inside.uc_stack.ss_sp = stack_.data();
    inside.uc_stack.ss_size = stack_.size();
    inside.uc_link = &outside_;
    void* const usual = SetStackBottom(stack_.data() + stack_.size());
    GC_enable();
    makecontext(&inside, GC_gcollect, 0);
    Check(swapcontext(&outside_, &inside) == 0);
    GC_disable();
    SetStackBottom(usual);
  }

 private:
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
    // Else what an unordered finalizer refers to is reclaimed before it runs. It is
    // on in Debian's build, but that is an option of the build.
    GC_set_java_finalization(1);
#endif
    for (size_t slots = 0; slots <= kMaxSlots; ++slots) {
      GC_word pointers = 0;
      for (size_t i = 0; i < slots; ++i) {
        GC_set_bit(&pointers, offsetof(Object, slot) / sizeof(GC_word) + i);
      }
      layouts[slots] = GC_make_descriptor(&pointers, GC_WORD_LEN(Object));
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
      for (int i = 0; i < object->slots; ++i) object->slot[i] = nullptr;
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
    const size_t size = SizeOf(slots);
    void* const made = NotFirst([&] {
      return dest % 2 == 0 ? GC_MALLOC(size)
                           : GC_MALLOC_EXPLICITLY_TYPED(size, library_.layouts[slots]);
    });
    Born(dest, made, id, slots);
    if (!finalizer) return;
#ifdef OURO_UNORDERED
    GC_register_finalizer_no_order(made, BecomeDue, this, nullptr, nullptr);
#else
    GC_register_finalizer(made, BecomeDue, this, nullptr, nullptr);
#endif
  }

  void NewLeaf(int dest, ObjectId id) override {
    Born(dest, NotFirst([] { return GC_MALLOC_ATOMIC(SizeOf(0)); }), id, 0);
  }

  void NewWeak(int dest, int target, bool, ObjectId id) override {
    Born(dest, NotFirst([] { return GC_MALLOC_ATOMIC(SizeOf(1)); }), id, 0);
    void** const link = &roots[dest]->slot[0];
    *link = Hide(roots[target]);
    Check(GC_general_register_disappearing_link(link, roots[target]) == GC_SUCCESS);
  }

  void Copy(int dest, int from) override { roots[dest] = roots[from]; }

  void Load(int dest, int from, int slot) override {
    Fetched(dest, static_cast<Object*>(roots[from]->slot[slot]));
  }

  void Dereference(int dest, int weak) override {
    void* const target = roots[weak]->slot[0];
    Fetched(dest, target == nullptr ? nullptr : Reveal(target));
  }

  void Store(int into, int slot, int from) override { roots[into]->slot[slot] = roots[from]; }

  void EmptySlot(int into, int slot) override { roots[into]->slot[slot] = nullptr; }

  void EmptyRegister(int dest) override { roots[dest] = nullptr; }

  int Collect(int) override {
    library_.stack.Collect();
    FindFreed();
    if (roots[kSelf] != nullptr) return 0;  // in a finalizer: when this is over
    while (GC_should_invoke_finalizers()) RunFinalizers();
    return 0;
  }

  void Born(int dest, void* made, ObjectId id, int slots) {
    roots[dest] = static_cast<Object*>(made);
    roots[dest]->id = id;
    roots[dest]->slots = slots;
    links_.push_back(Hide(made));
    alive_.push_back(id);
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

  static void GC_CALLBACK BecomeDue(void* object, void* peer) {
    static_cast<Boehm*>(peer)->due_.push_back(static_cast<Object*>(object));
  }

  // All that are due, in order of birth.
  void RunFinalizers() {
    GC_invoke_finalizers();
    std::sort(due_.begin(), due_.end(), [](Object* a, Object* b) { return a->id < b->id; });
    const size_t size = due_.size() * sizeof(Object*);
    auto** const queue = static_cast<Object**>(GC_MALLOC_UNCOLLECTABLE(size));
    Check(queue != nullptr);
    std::copy(due_.begin(), due_.end(), queue);
    const size_t count = due_.size();
    due_.clear();
    for (size_t i = 0; i < count; ++i) {
      roots[kSelf] = std::exchange(queue[i], nullptr);
      Finalize(roots[kSelf]->id);
      roots[kSelf] = nullptr;
    }
    GC_FREE(queue);
  }

  Library& library_;
  std::deque<void*> links_;      // the long links, by number; they never move
  std::vector<ObjectId> alive_;  // in order of birth
  std::vector<Object*> due_;     // while the library calls finalizers
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
