// SPDX-License-Identifier: Apache-2.0

// The adapter of Boehm's collector (libgc): conservative mark and sweep for C, with disappearing
// links and with finalizers, either ordered (an object that another one's finalizer may still use
// waits, and a cycle waits forever) or not.
//
// Place: a peer (peer.h), a shared object of its own. OURO_UNORDERED selects the finalizers.
//
// A node is an object with its slots in it: either scanned for pointers, or with a layout known to
// the collector. The register of its birth selects which, so random programs contain both, and
// shrinking keeps the kind. Leaves and weak references are objects that are not scanned; the latter
// hides its target and is a disappearing link to it.
//
// A collector that takes words for pointers must not find stale ones, nor those of the harness. So
// its only static roots are our registers, all other references are hidden, and it runs on a stack
// of its own, which is wiped before and is the only stack or machine register that it scans. What
// an operation left on the usual stack then keeps nothing alive.
//
// A death is observed by a *long link*, which the collector clears when an object is about to be
// reclaimed, after it has decided which ones finalizers may still use. It is hidden, outside the
// collector's heap, and examined after each collection: it neither prolongs a life nor adds a
// finalizer. (A finalizer of our own would keep what the object references alive for one more
// collection; a disappearing link is cleared before finalizers run.)
//
// Then the library calls finalizers, on demand, in an order that depends on addresses. They append
// their objects to a queue that is a root. When the library has returned (its own record of a
// running finalizer is only on the stack), the scripts run in order of birth. C calls the
// finalizers, so `raise` only ends the script: no exception leaves it.

#include "collector/peers/peer.h"

#ifdef OURO_HAVE_BOEHM

// For GC_set_markers_count and stack bottoms; no thread is started here.
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

#include "collector/peers/boehm/kinds_table.h"

namespace ouro {
namespace {

// An object of a program, allocated with only the slots that it has. An id never looks like an
// address.
struct Object {
  ObjectId id;
  int32_t slots;          // of a node, else 0
  void* slot[kMaxSlots];  // objects; of a weak reference the first is its target, hidden
};

size_t SizeOf(int slots) {
  return offsetof(Object, slot) + static_cast<size_t>(slots) * sizeof(void*);
}

// The roots: static, as in most clients.
Object* roots[kSelf + 1];

// Other roots: a range of its own, and what a callback pushes. Registers may be held there.
enum RootKind : int { kRange, kPushed, kUncollectable, kRootKinds };
constexpr const char* kRootNames[kRootKinds] = {"root-range", "root-pushed", "root-uncollectable"};
void* range[kRegisters];
void** pushed;
void** uncollectable;

// What programs push: a stack beside that of this thread, as a coroutine's is.
std::vector<void*> scopes;

// The word by which a kind of root holds a register.
void** RootCell(int kind, int from) {
  return (kind == kRange ? range : kind == kPushed ? pushed : uncollectable) + from;
}

void Check(bool good) {
  if (!good) std::abort();
}

void* Hide(const void* object) { return reinterpret_cast<void*>(GC_HIDE_POINTER(object)); }

Object* Reveal(void* hidden) { return static_cast<Object*>(GC_REVEAL_POINTER(hidden)); }

// Sets where the stack of this thread begins. Returns the previous value.
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

// The stack on which the collector runs, the only one that it scans.
class CollectorStack {
 public:
  // Every collection starts with the machine registers as they are now.
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

// The state of the library, one per process.
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
    GC_add_roots(range, range + kRegisters);
    pushed = static_cast<void**>(calloc(kRegisters, sizeof(void*)));
    uncollectable = static_cast<void**>(GC_MALLOC_UNCOLLECTABLE(kRegisters * sizeof(void*)));
    GC_set_push_other_roots([] {
      GC_push_all(pushed, pushed + kRegisters);
      GC_push_all(scopes.data(), scopes.data() + scopes.size());
    });
    GC_init_gcj_malloc(GC_GCJ_RESERVED_MARK_PROC_INDEX, nullptr);
    GC_set_warn_proc(GC_ignore_warn_proc);  // it warns of every cycle with ordered finalizers
    GC_set_finalize_on_demand(1);
#ifdef OURO_UNORDERED
    // Otherwise objects that an unordered finalizer references are reclaimed before it
    // runs. Debian's build has it on, but that is a build option.
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
  explicit Boehm(Observer& observer, const std::vector<KindId>* ids = nullptr)
      : Peer(observer, ids == nullptr ? std::vector<KindId>() : *ids), library_(TheLibrary()) {
    root_kinds_.fill(kNoKind);
  }
  ~Boehm() override { Drop(); }

  // Edges, then nodes, then roots.
  static std::vector<std::string> ListKinds(const std::string&) {
    std::vector<std::string> lines;
    for (const BoehmKind& kind : BoehmEdges()) {
      const std::string pokes = " pokes=" + std::to_string(kind.actions.size());
      lines.push_back(kind.name + std::string(" edge") + (kind.actions.empty() ? "" : pokes));
    }
    for (const BoehmNode& kind : kBoehmNodes) lines.push_back(std::string(kind.name) + " node");
    for (const char* const name : kRootNames) lines.push_back(std::string(name) + " root");
    return lines;
  }

  void Reset() override {
    const size_t left = Drop();
    if (left != 0) Broken(std::to_string(left) + " objects survive a reset");
    ForgetIds();
  }

 private:
  // Returns how many objects survive.
  size_t Drop() {
    set_silent(true);
    for (int i = 0; i < kRegisters; ++i) Write(i, nullptr, kNoKind);
    roots[kSelf] = nullptr;
    scopes.clear();
    // Cycles with finalizers are uncollectable.
    for (const ObjectId id : alive_) {
      Object* const object = Reveal(links_[static_cast<size_t>(id)]);
      for (int i = 0; i < object->slots; ++i) object->slot[i] = nullptr;
      GC_register_finalizer_no_order(object, nullptr, nullptr, nullptr, nullptr);
    }
    library_.stack.Collect();
    FindFreed();
    const size_t left = alive_.size();
    // These no longer belong to this adapter.
    for (const ObjectId id : alive_) GC_unregister_long_link(&links_[static_cast<size_t>(id)]);
    alive_.clear();
    links_.clear();
    edges_.clear();
    set_silent(false);
    return left;
  }

  void NewNode(int dest, int slots, bool finalizer, ObjectId id) override {
    const size_t size = SizeOf(slots);
    void* const made = NotFirst([&] {
      return dest % 2 == 0 ? GC_MALLOC(size)
                           : GC_MALLOC_EXPLICITLY_TYPED(size, library_.layouts[slots]);
    });
    Finish(dest, made, id, slots, finalizer);
  }

  void NewNodeAs(int dest, int slots, bool finalizer, ObjectId id, int kind) override {
    const BoehmNode& row = kBoehmNodes[static_cast<size_t>(kind) - BoehmEdges().size()];
    Finish(dest, row.make(SizeOf(slots)), id, slots, finalizer);
  }

  void Finish(int dest, void* made, ObjectId id, int slots, bool finalizer) {
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
    *link = Hide(Read(target));
    Check(GC_general_register_disappearing_link(link, Read(target)) == GC_SUCCESS);
  }

  void Copy(int dest, int from) override { Write(dest, Read(from), kNoKind); }

  void CopyAs(int dest, int from, int kind) override {
    const size_t before = BoehmEdges().size() + std::size(kBoehmNodes);
    Write(dest, Read(from), kind - static_cast<int>(before));
  }

  void Load(int dest, int from, int slot) override { Fetched(dest, Content(Read(from), slot)); }

  void Dereference(int dest, int weak) override {
    void* const target = Read(weak)->slot[0];
    Fetched(dest, target == nullptr ? nullptr : Reveal(target));
  }

  void Store(int into, int slot, int from) override {
    Read(into)->slot[slot] = Read(from);
    EdgeOf(Read(into), slot) = kNoKind;
  }

  void StoreAs(int into, int slot, int from, int kind) override {
    Object* const node = Read(into);
    const BoehmKind& row = BoehmEdges()[static_cast<size_t>(kind)];
    if (EdgeOf(node, slot) != kind) {
      void* const holder = row.make();
      GC_PTR_STORE_AND_DIRTY(&node->slot[slot], holder);
      EdgeOf(node, slot) = kind;
    }
    void** const cell = row.cell(node->slot[slot]);
    *cell = row.hidden ? Hide(Read(from)) : Read(from);
    GC_END_STUBBORN_CHANGE(GC_base(cell));
  }

  void EmptySlot(int into, int slot) override {
    Object* const node = Read(into);
    const int kind = EdgeOf(node, slot);
    if (kind == kNoKind) {
      node->slot[slot] = nullptr;
    } else {
      *BoehmEdges()[static_cast<size_t>(kind)].cell(node->slot[slot]) = nullptr;
    }
  }

  void EmptyRegister(int dest) override { Write(dest, nullptr, kNoKind); }

  void PushScope(int from) override { scopes.push_back(Read(from)); }
  void PopScope() override { scopes.pop_back(); }

  void Poke(int from, int slot, int action) override {
    Object* const node = Read(from);
    const int kind = EdgeOf(node, slot);
    if (kind != kNoKind) {
      const auto& actions = BoehmEdges()[static_cast<size_t>(kind)].actions;
      if (!actions.empty()) {
        actions[static_cast<size_t>(action) % actions.size()](&node->slot[slot]);
      }
    }
    Object* const now = Content(node, slot);
    Got(now == nullptr ? kNone : now->id);
  }

  int Collect(int) override {
    library_.stack.Collect();
    FindFreed();
    if (roots[kSelf] != nullptr) return 0;  // in a finalizer: after it
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
    edges_.emplace_back();
    edges_.back().fill(kNoKind);
  }

  int& EdgeOf(const Object* node, int slot) {
    return edges_[static_cast<size_t>(node->id)][static_cast<size_t>(slot)];
  }

  Object* Content(Object* node, int slot) {
    const int kind = EdgeOf(node, slot);
    if (kind == kNoKind) return static_cast<Object*>(node->slot[slot]);
    const BoehmKind& row = BoehmEdges()[static_cast<size_t>(kind)];
    void* const found = *row.cell(node->slot[slot]);
    return found != nullptr && row.hidden ? Reveal(found) : static_cast<Object*>(found);
  }

  Object* Read(int from) const {
    if (from == kSelf || root_kinds_[static_cast<size_t>(from)] == kNoKind) return roots[from];
    return static_cast<Object*>(*RootCell(root_kinds_[static_cast<size_t>(from)], from));
  }

  void Write(int dest, Object* object, int kind) {
    int& old = root_kinds_[static_cast<size_t>(dest)];
    if (old != kNoKind) *RootCell(old, dest) = nullptr;
    old = kind;
    roots[dest] = kind == kNoKind ? object : nullptr;
    if (kind != kNoKind) *RootCell(kind, dest) = object;
  }

  void Fetched(int dest, Object* object) {
    Got(object == nullptr ? kNone : object->id);
    Write(dest, object, kNoKind);
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

  static constexpr int kNoKind = -1;

  Library& library_;
  std::array<int, kRegisters> root_kinds_;         // by what kind a register holds
  std::vector<std::array<int, kMaxSlots>> edges_;  // by id: by what kind a slot holds
  std::deque<void*> links_;                        // the long links, by number; they never move
  std::vector<ObjectId> alive_;                    // in order of birth
  std::vector<Object*> due_;                       // while the library calls finalizers
};

constexpr LibraryKinds kKinds = {
    .list = Boehm::ListKinds,
    .make = [](Observer& observer, const std::string&, const std::vector<KindId>& ids)
        -> std::unique_ptr<Collector> { return std::make_unique<Boehm>(observer, &ids); }};

}  // namespace
}  // namespace ouro

#ifdef OURO_UNORDERED
extern "C" const ouro::LibraryEntry ouro_library = ouro::PeerEntry<ouro::Boehm>(
    ouro::kPeerAbilities | ouro::kScopes, "Boehm's collector, finalizers without an order",
    "boehm-unordered", &ouro::kKinds);
#else
extern "C" const ouro::LibraryEntry ouro_library =
    ouro::PeerEntry<ouro::Boehm>(ouro::kPeerAbilities | ouro::kScopes,
                                 "Boehm's collector, ordered finalizers", "boehm", &ouro::kKinds);
#endif

#else

extern "C" const ouro::LibraryEntry ouro_library = ouro::AbsentPeer("Debian's libgc-dev");

#endif  // OURO_HAVE_BOEHM
