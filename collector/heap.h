// A heap is a set of objects that hold each other by counted references, and that lets go of what
// nothing holds: at once when a count falls to zero, and by a generational collector when only a
// cycle keeps it. It obeys CPython's rules, event by event, so that whoever knows when `__del__`
// runs there knows it here.
//
// Place: a library of its own. It includes the standard library and nothing else, and may be taken
// away and embedded. "Section N" in its comments is a section of semantics.md, which states the
// rules; the name of a function in gcmodule.c, typeobject.c or weakrefobject.c says where CPython
// has the same step.
//
// Layout. An object is named by a 32-bit number, not by a pointer: page number, then place within
// the page. All cells of a page have the same size, so that numbers are dense and an array indexed
// by them is a compact side table: `shadow_`, where a collection counts, is one, and an embedder
// can keep its own. Generations are plain arrays of numbers; there are no linked lists.

#ifndef COLLECTOR_HEAP_H_
#define COLLECTOR_HEAP_H_

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ouro::heap {

// The name of an object. It stays the same for the object's life and is used again afterwards.
// Never above Heap::name_limit().
using Object = uint32_t;
inline constexpr Object kNull = 0;

inline constexpr int kGenerations = 3;
inline constexpr int kMaxSlots = 65535;  // of one node

// In what embedders may choose to differ.
struct Rules {
  enum class Finalizers : uint8_t {
    // CPython 2: a finalizer runs at every death by reference count, after the callbacks of the
    // object's weak references. Cyclic trash that has finalizers, and what it reaches, is
    // uncollectable: it lives on, and the objects with finalizers are put in the garbage list.
    kUncollectable,
    // PEP 442 as of 3.9: a finalizer runs once in an object's life, before the callbacks.
    // Finalizers
    // of cyclic trash run, and then what is still unreachable is cleared.
    kOnce,
  };
  Finalizers finalizers = Finalizers::kOnce;

  // An automatic full collection waits until the objects that survived the middle generation since
  // the last one are a quarter of those that survived it. Not in CPython 2.6. Section 2.
  bool full_collection_waits = true;
};

// What the heap tells its embedder. Everything is called in the thread that called the heap.
class Hooks {
 public:
  virtual ~Hooks() = default;

  // User code. It may call any method of the heap but Reset, to any depth, and let go of anything.

  // The finalizer of `object` is to run now. The heap holds the object until this returns.
  virtual void Finalize(Object object) = 0;
  // The callback of `weak` is to run now; its target is gone already. The heap holds the weak
  // reference until this returns.
  virtual void Callback(Object weak) = 0;

  // Notifications. They may only read from the heap.

  // `object` is gone: its slots are empty, no finalizer or slot will ever show it again, and its
  // name may be used again at any time from now. Called once in the life of an object.
  virtual void Freed(Object object) = 0;
  // Collect or an allocation (`automatic`) begins to collect generations 0 ... `generation`.
  virtual void CollectionStarted(int generation, bool automatic) = 0;
  // ... and has ended with this answer: see Heap::Collect. The two calls nest like brackets.
  virtual void CollectionDone(int64_t unreachable) = 0;
  // A collection appended `object` to the garbage list.
  virtual void GarbageAppended(Object object) = 0;
};

// REQUIRES, for every method: an Object that is passed in is held by the caller or by something
// that the caller holds, and is of the kind that the method names. Debug builds assert it where
// that is cheap. Not thread safe.
//
// Neither deaths nor collections use stack in proportion to the graph: a chain or a cycle of 10^7
// objects dies in the order in which unbounded recursion would have it die, without recursion.
// Only user code that lets go of something from within a hook nests.
//
// Running out of memory for objects is reported by the New methods; running out of memory for the
// heap's own tables ends the process.
class Heap {
 public:
  // `hooks` must outlive the heap.
  Heap(const Rules& rules, Hooks& hooks);
  ~Heap();  // silent: no finalizer, no notification
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // --- Objects

  // A new object, held once, by the caller; or kNull, without any effect, when there is no memory
  // or FailAllocation said so. Nodes and weak references are counted and tracked by the collector,
  // so that making one may run an automatic collection, before the object exists: section 2.
  // Amortized O(1), apart from the collection and from emptying the slots.

  // A node: `slots` references, all kNull. 0 <= slots <= kMaxSlots.
  Object NewNode(int slots, bool has_finalizer);
  // An object without references, which the collector never looks at.
  Object NewLeaf();
  // A weak reference to node `target`. REQUIRES: the caller holds the target until this returns,
  // whatever user code may do meanwhile.
  Object NewWeak(Object target, bool has_callback);

  // Holds `object` once more. At most 2^31 - 1 times in all. O(1).
  void Retain(Object object) {
    assert(At(object).refs < kMember - 1);
    ++At(object).refs;
  }
  // Holds it once less; if that was the last time, completes its death, and the deaths which that
  // causes, before it returns. O(1) and O(slots) for each object that dies.
  void Release(Object object) {
    assert(At(object).refs > 0);
    if (--At(object).refs == 0) Die(object);
  }

  // Lets go of both before either dies: user code that runs in the death of `first` finds nothing
  // of `second` alive that only the caller held.
  void ReleaseBoth(Object first, Object second);

  // What is in slot `slot`, or kNull. The caller does not hold it.
  Object Load(Object node, int slot) const {
    assert(IsNode(node) && slot >= 0 && slot < slots(node));
    return At(node).slots()[slot];
  }
  // Puts `value`, which may be kNull, into a slot. The new value is held and stored first, and the
  // old one let go of last: section 1, experiment O4.
  void Store(Object node, int slot, Object value) {
    assert(IsNode(node) && slot >= 0 && slot < slots(node));
    if (value != kNull) Retain(value);
    Object& place = At(node).slots()[slot];
    const Object old = place;
    place = value;
    if (old != kNull) Release(old);
  }

  // The target of a weak reference, which the caller does not hold; or kNull if it is dead, dying,
  // or trash of which a collection has begun to clear the slots.
  Object Target(Object weak) const;

  bool IsNode(Object object) const { return At(object).kind == Kind::kNode; }
  bool IsWeak(Object object) const { return At(object).kind == Kind::kWeak; }
  int slots(Object node) const { return At(node).slot_count; }

  // --- Collections

  // Collects generations 0 ... `generation` now. Answers how many unreachable objects it found, as
  // gc.collect() does: those that it cleared, those uncollectable ones that are alive at its end,
  // and weak references outside the trash that died of their own callback: section 5. Within a
  // collection it does nothing and answers 0: section 8.
  // O(objects of those generations and their slots); O(1) stack.
  int64_t Collect(int generation);

  // Automatic collection happens in the allocation that makes count 0 exceed `first`, of the oldest
  // generation whose count exceeds its threshold; not at all if `first` is 0. Section 2.
  // At the start: 700, 10, 10, and enabled.
  void SetThresholds(int first, int second, int third);
  void SetEnabled(bool enabled) { enabled_ = enabled; }
  // Keep every unreachable object in the garbage list instead of clearing it (DEBUG_SAVEALL). A
  // collection asks once, when it is about to clear.
  void SetSaveAll(bool save_all) { save_all_ = save_all; }
  // The `nth` allocation from now (1 is the next) fails; 0 calls that off. It fails as one for
  // which there is no memory: it is not counted and does not collect.
  void FailAllocation(int nth) { fail_in_ = nth; }

  // The garbage list. It holds what is in it. Element k, or kNull; the caller does not hold it.
  Object Garbage(size_t k) const { return k < garbage_.size() ? garbage_[k] : kNull; }
  size_t garbage_size() const { return garbage_.size(); }
  // Empties it, then lets go of the elements, the last one first.
  void ClearGarbage();

  // --- Introspection

  // Calls `visit` for every object that is in a generation, generation 0 first. Objects that are
  // dying, and those on which a running collection is working, are in none. `visit` may only read.
  void ForEachTracked(const std::function<void(Object, int generation)>& visit) const;

  // How many objects have storage; above every name that was ever handed out. O(1).
  int64_t size() const { return live_; }
  Object name_limit() const { return static_cast<Object>(pages_.size()) << kPageBits; }

  // Forgets every object, setting and count, silently. Keeps the storage for the next objects.
  // REQUIRES: no method of the heap is running. O(pages).
  void Reset();

  // Recomputes all counts and memberships from the graph and answers "" or what is wrong. `held`
  // lists the references that the embedder holds, each as often as it holds it. Within a hook the
  // heap holds more than the graph shows, so that counts may then be greater. O(objects).
  std::string Verify(const std::vector<Object>& held) const;

 private:
  enum class Kind : uint8_t { kFree, kLeaf, kNode, kWeak };

  // Where a tracked object is: in a generation, or in a list of the collection that runs. An object
  // is in one list at most. Members leave a generation by swapping with the last one; they leave
  // the other lists by leaving a hole, kNull, so that these can be walked while user code runs.
  enum List : uint8_t {
    kGeneration0,
    kGeneration1,
    kGeneration2,
    kTrash,          // unreachable, to be cleared
    kUncollectable,  // unreachable, with finalizers, and what that reaches; kUncollectable rules
    kToCall,         // weak references whose callbacks are to run
    kLists,
    kNoList = kLists,  // untracked
  };

  enum Flag : uint8_t {
    kHook = 1,       // a node that has a finalizer, a weak reference that has a callback
    kFinalized = 2,  // the finalizer has run; kOnce rules only
    kReported = 4,   // Freed was called, but something still holds the empty object
  };

  // An object, followed in memory by its slots. A weak reference has no slots, so that no traversal
  // sees an edge, but two words in their place: Older and Newer, its neighbours among the weak
  // references of its target.
  struct Cell {
    uint32_t refs;   // counted references
    uint32_t weak;   // node: its newest weak reference; weak reference: its target
    uint32_t place;  // tracked: index in its list; free: the next free cell of its size
    uint16_t slot_count;
    Kind kind;
    uint8_t list : 4;
    uint8_t flags : 4;

    Object* slots() { return reinterpret_cast<Object*>(this + 1); }
    const Object* slots() const { return reinterpret_cast<const Object*>(this + 1); }
    Object& Older() { return slots()[0]; }
    Object& Newer() { return slots()[1]; }
  };
  static_assert(sizeof(Cell) == 16);

  static constexpr int kPageBits = 12;
  static constexpr uint32_t kPageCells = 1u << kPageBits;
  static constexpr size_t kPageBytes = 1 << 20;  // at most, unless one cell is larger
  static constexpr uint32_t kMaxPages = 1u << (32 - kPageBits);

  // Cells of one size, for ever.
  struct Page {
    std::unique_ptr<std::byte[]> cells;
    uint32_t stride;    // bytes of a cell
    uint16_t used;      // cells handed out so far; the ones behind were never written to
    uint16_t capacity;  // cells
  };

  static constexpr int kExactSizes = 16;  // slot counts that have a size of their own
  static constexpr int kSizes = 29;       // and powers of two up to kMaxSlots + 1

  struct Size {
    Object free = kNull;          // cells that were freed, a stack linked by `place`
    size_t open = 0;              // index in `pages` of the page that still has unused cells
    std::vector<uint32_t> pages;  // page numbers
  };

  // A node whose slots are being let go of: those before `next` are empty.
  struct Death {
    Object object;
    uint32_t next;
  };

  // In the shadow table: a member of the set that is being split, plus the references to it that
  // have not been accounted for. All others are 0. So a decrement of `entry >> 31` counts an edge
  // without a branch, and whatever the edge leads to.
  static constexpr uint32_t kMember = 1u << 31;

  Cell& At(Object object) const {
    assert(object >> kPageBits < pages_.size());
    const Page& page = pages_[object >> kPageBits];
    std::byte* cell = page.cells.get() + size_t{object & (kPageCells - 1)} * page.stride;
    return *reinterpret_cast<Cell*>(cell);
  }

  // Storage: heap.cc.
  static int SizeOf(uint32_t slots);
  static uint32_t CapacityOf(int size);
  Object Allocate(Kind kind, uint32_t words);
  Object TakeCell(int size);
  bool AddPage(int size);
  void FreeCell(Object object);

  // Membership.
  void Append(Object object, List list);
  void Untrack(Object object);

  // Deaths by reference count.
  void Die(Object object);
  bool StartDeath(Object object);
  bool Resurrects(Object object);
  void FinishDeath(Object object);
  void Report(Object object);
  void Detach(Object weak);
  void ForgetWeaks(Object node);
  void CallWeaks(Object node);
  void CallHook(void (Hooks::*hook)(Object), Object object);

  // Collections: heap_collect.cc.
  void CollectEligible();
  int64_t Run(int generation, bool automatic);
  int64_t Reclaim(int generation);
  void CountCollection(int generation);
  void MergeYounger(int generation);
  void FindUnreachable(const std::vector<Object>& set);
  void SplitOffTrash(int generation, List old);
  void SetUncollectableApart();
  int64_t CallBack(List old);
  void FinalizeTrash();
  void SpareResurrected(List old);
  void ClearTrash(List old, bool save_all);
  void Clear(Object object, List old);
  void KeepUncollectable(List old, bool save_all);
  void AppendGarbage(Object object);
  int64_t Count(List list) const;

  // Verification: heap_verify.cc.
  bool idle() const;
  std::vector<Object> Objects() const;
  std::string VerifyObject(Object object, uint32_t counted) const;
  std::string VerifyWeaks(Object object) const;
  std::string VerifyLists() const;

  const Rules rules_;
  Hooks& hooks_;

  std::vector<Page> pages_;  // page 0 is empty, so that kNull names nothing
  Size sizes_[kSizes];
  std::vector<uint32_t> shadow_;  // by name; all 0 but within FindUnreachable and its caller
  std::vector<Object> lists_[kLists];
  std::vector<Object> garbage_;
  int64_t live_ = 0;

  std::vector<Death> deaths_;    // a stack, shared by all calls of Die that are running
  std::vector<Object> pending_;  // a stack, shared by all calls of CallWeaks that are running
  std::vector<Object> reached_;  // worklist of FindUnreachable

  int counts_[kGenerations];
  int thresholds_[kGenerations];
  int64_t long_lived_total_;    // survivors of the last full collection
  int64_t long_lived_pending_;  // survivors of middle collections since
  int fail_in_;
  bool enabled_;
  bool save_all_;
  int hooks_running_ = 0;
  bool collecting_ = false;
  bool clearing_ = false;  // ClearTrash is running: what is in kTrash is as good as dead
};

// Ends the process, with a message, if `condition` does not hold: an error of ours.
void Check(bool condition, const char* what);

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_H_
