// A heap is a set of objects that hold each other by counted references, and that lets go of what
// nothing holds: at once when a count falls to zero, and by a generational collector when only a
// cycle keeps it. It obeys CPython's rules, event by event, so that whoever knows when `__del__`
// runs there knows it here.
//
// Place: a library of its own. It includes the standard library and nothing else of ours, and may
// be taken away and embedded. This header is all that an embedder needs; handle.h adds C++ types to
// it. "Section N" in its comments is a section of docs/semantics.md, which states the rules and the
// experiments behind them; the name of a function in gcmodule.c, typeobject.c or weakrefobject.c
// says where CPython has the same step.
//
// In short: describe your types (Type), register them, make objects with New. An object is named
// by an Object, 32 bits; its payload, `size` zeroed bytes of your own layout, stays where it is
// for the object's life. References between objects are Objects in payloads, and change by Store.
// Whatever else holds an object says so by Retain and Release, or is a Handle of handle.h.

#ifndef COLLECTOR_HEAP_HEAP_H_
#define COLLECTOR_HEAP_HEAP_H_

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collector/heap/storage.h"

namespace ouro::heap {

class Heap;

inline constexpr int kGenerations = 3;
inline constexpr uint32_t kMaxSize = 1 << 20;  // bytes of one object's payload
inline constexpr uint32_t kMaxTypes = 1 << 16;
// An object that is held this often stays for ever: its count no longer moves.
inline constexpr uint32_t kMaxReferences = (1u << 31) - 1;

// Who is shown the references of an object.
class Visitor {
 public:
  Visitor(void (*visit)(void*, Object), void* context) : visit_(visit), context_(context) {}
  void operator()(Object held) const {
    if (held != kNull) visit_(context_, held);
  }

 private:
  void (*const visit_)(void*, Object);
  void* const context_;
};

// What all objects of one kind have in common. In every function, `heap` is the one that calls,
// heap.context() what it was made with, and the heap holds `object` until the function returns.
// No function throws: see "Exceptions" below.
struct Type {
  const char* name = "object";       // for debug output; must outlive the heap
  uint32_t size = 0;                 // bytes of payload; 0 <= size <= kMaxSize
  uint32_t alignment = sizeof(int);  // of the payload: a power of two up to 16

  // Whether the collector tracks objects of this type. An atom, which it does not look at, has
  // no references.
  bool container = true;
  // Debug output shows it as an old-style instance of Python 2: see kDebugInstances.
  bool instance = false;

  // Where the references are: at these bytes of the payload, in the order in which a death lets
  // go of them (section 1, experiment O2). Each is an Object, aligned as one.
  std::vector<uint32_t> references = {};

  // Or, for layouts that offsets cannot describe: shows each reference to `visitor`, as often as
  // the object holds it, tp_traverse. REQUIRES: it only reads, and shows the same until a Store or
  // the type's own code changes it. With `visit`, `clear` is required and `references` empty.
  void (*visit)(const Heap& heap, Object object, const Visitor& visitor) = nullptr;

  // Lets go of every reference, tp_clear: when the object dies and when it is cyclic trash. First
  // take it out of the payload, then Release it: what that was the last reference of lives until
  // `clear` has returned, and then dies, in the same order and without recursion. It may do nothing
  // else to the heap. Without `clear` the heap empties `references` itself, one after the other.
  void (*clear)(Heap& heap, Object object) = nullptr;

  // The destructor that user code sees, `__del__`: user code, which may do anything but Reset, and
  // bring `object` back to life by having it held. When it runs, and how often, Rules say.
  void (*finalize)(Heap& heap, Object object) = nullptr;

  // Releases what the payload owns outside of the heap, tp_free: once, when nothing can reach the
  // object any more and its references are gone. It may only read from the heap.
  void (*destroy)(Heap& heap, Object object) = nullptr;
};
using TypeId = uint32_t;

// The callback of weak reference `weak`, whose target is gone already: user code.
using WeakCallback = void (*)(Heap& heap, Object weak);

// In what embedders may choose to differ.
struct Rules {
  enum class Finalizers : uint8_t {
    // CPython 2: a finalizer runs at every death by reference count, after the callbacks of the
    // object's weak references. Cyclic trash that has finalizers, and what it reaches, is
    // uncollectable: it lives on, and the objects with finalizers are put in the garbage list.
    kUncollectable,
    // PEP 442 as of 3.9: a finalizer runs once in an object's life, before the callbacks.
    // Finalizers of cyclic trash run, and then what is still unreachable is cleared.
    kOnce,
  };
  Finalizers finalizers = Finalizers::kOnce;

  // An automatic full collection waits until the objects that survived the middle generation since
  // the last one are a quarter of those that survived it. Not in CPython 2.6. Section 2.
  bool full_collection_waits = true;

  // Debug output as 2.6.1 writes it, instead of 2.7: section 9, experiments D2, D3.
  bool text_of_26 = false;
};

// What the debug output shows, as the argument of gc.set_debug. Section 9.
enum DebugFlags : uint32_t {
  kDebugStats = 1,          // each collection, its generations and its result
  kDebugCollectable = 2,    // trash that is cleared, if one of the next two allows it
  kDebugUncollectable = 4,  // and trash that is not
  kDebugInstances = 8,      // shows objects whose type is an `instance`
  kDebugObjects = 16,       // shows all others; and instances too, if the flag above is not set
  kDebugSaveAll = 32,       // all trash is kept in the garbage list instead of being cleared
  kDebugLeak = 62,          // all but stats
};

// What a collection did.
struct Collection {
  int generation = 0;  // generations 0 ... `generation` were collected
  bool automatic = false;
  int64_t unreachable = 0;    // the answer: see Heap::Collect
  int64_t collected = 0;      // ... of which this many were cleared, or saved by kDebugSaveAll
  int64_t uncollectable = 0;  // ... and this many live on
};

// Collections of one generation so far, as gc.get_stats().
struct GenerationStats {
  int64_t collections = 0;
  int64_t collected = 0;
  int64_t uncollectable = 0;
};

// What the heap tells its embedder as it happens. Override what you need.
class Listener {
 public:
  virtual ~Listener() = default;

  // gc.callbacks: a collection starts, and has stopped. The two nest like brackets: a collection
  // within a collection does nothing, but is announced. User code, as in a finalizer.
  virtual void CollectionStarted(int /*generation*/, bool /*automatic*/) {}
  virtual void CollectionStopped(const Collection&) {}

  // `object` is gone: its references are let go of, no finalizer or slot will ever show it again,
  // and its name may be used again at any time from now. Once in the life of an object. It may only
  // read from the heap.
  virtual void Freed(Object /*object*/) {}
  // A collection appended `object` to the garbage list. It may only read from the heap.
  virtual void GarbageAppended(Object /*object*/) {}
};

// REQUIRES, for every method: an Object that is passed in is held by the caller or by something
// that the caller holds, and is of the kind that the method names. Debug builds assert it where
// that is cheap. Not thread safe; several heaps in one process know nothing of each other.
//
// Neither deaths nor collections use stack in proportion to the graph: a chain or a cycle of 10^7
// objects dies in the order in which unbounded recursion would have it die, without recursion.
// Only user code that lets go of something from within a finalizer or callback nests.
//
// Memory. Objects and all that the heap may ever need to know of them are allocated by New and
// NewWeak, which report that there is no memory by kNull, without any effect. So deaths and
// collections, debug output included, need none and cannot fail. A heap that has shrunk, and stayed
// small from one full collection to the next, gives memory back at the end of that; Trim at once.
//
// Exceptions. A method that says "Throws" throws std::bad_alloc when there is no memory, and has
// had no effect then; all others throw nothing. The embedder's functions (of a Type, weak
// reference, Listener, and the clock) must not throw: if one does, the heap says so on standard
// error and calls std::terminate, as a death or a collection cannot be left halfway. Three may:
// what writes debug output (SetDebugOutput), what ForEachTracked calls, and an Allocator, whose
// std::bad_alloc is as good as its nullptr.
class Heap {
 public:
  // `context` is for the embedder's functions. `listener` may be null; it must outlive the heap.
  // Throws.
  explicit Heap(const Rules& rules, void* context = nullptr, Listener* listener = nullptr,
                const Allocator& allocator = kDefaultAllocator);
  // Silent, as destructors are not guaranteed at exit (section 11): no finalizer, callback or
  // notification; but `destroy` runs for each object that is left, so that nothing leaks.
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  void* context() const { return context_; }

  // Checks the description, and ends the process if it is wrong: an error of the embedder's. Types
  // stay for the life of the heap. Throws. O(size).
  TypeId Register(const Type& type);
  const Type& type(TypeId id) const { return types_[id]->type; }

  // --- Objects

  // A new object, held once, by the caller; or kNull, without any effect, when there is no memory
  // or FailAllocation said so. Its payload is zeroed, so that its references are empty. Containers
  // are counted and tracked, so that making one may run an automatic collection, before the object
  // exists: section 2. Amortized O(size), apart from that collection.
  Object New(TypeId type) {
    Descriptor& descriptor = *types_[type];
    // The common case, in which nothing happens but a birth.
    if (descriptor.ready() && counts_[0] < trigger_ && fail_in_ == 0) [[likely]] {
      const Object object = storage_.TakeReady(descriptor);
      ++counts_[0];
      Complete(object, /*tracked=*/true);
      return object;
    }
    return NewAnyway(descriptor);
  }

  // A weak reference to `target`, an object of any registered type. It is a tracked object itself,
  // with no references: its target is not one. `callback`, which may be null, runs when the target
  // dies, if the weak reference is alive then. REQUIRES: the caller holds the target until this
  // returns, whatever user code may do meanwhile.
  Object NewWeak(Object target, WeakCallback callback = nullptr, void* context = nullptr);
  // What NewWeak was given.
  void* WeakContext(Object weak) const { return WeakOf(weak).context; }
  // The target of a weak reference, which the caller does not hold; or kNull if it is dead, dying,
  // or trash of which a collection has begun to clear the references.
  Object Target(Object weak) const;

  void* Payload(Object object) const { return storage_.CellOf(object); }
  TypeId TypeOf(Object object) const { return DescriptorOf(object).id; }  // not of a weak reference
  bool IsWeak(Object object) const { return DescriptorOf(object).id == kWeakType; }

  // Holds `object` once more. O(1).
  void Retain(Object object) {
    uint32_t& refs = storage_.refs[object];
    assert(refs > 0);
    if (refs < kMaxReferences) ++refs;
  }
  // Holds it once less; if that was the last time, completes its death, and the deaths which that
  // causes, before it returns. O(1), and O(references) for each object that dies.
  void Release(Object object) {
    uint32_t& refs = storage_.refs[object];
    assert(refs > 0);
    // 0 or saturated, in one comparison.
    if (--refs - 1 >= kMaxReferences - 2) ReleasedLast(object);
  }
  // Lets go of both before either dies: user code that runs in the death of `first` finds nothing
  // of `second` alive that only the caller held.
  void ReleaseBoth(Object first, Object second);

  // `slot` is a reference in the payload of an object. Puts `value`, which may be kNull, there. The
  // new value is held and stored first, the old one let go of last: section 1, experiment O4.
  void Store(Object& slot, Object value) {
    if (value != kNull) Retain(value);
    const Object old = slot;
    slot = value;
    if (old != kNull) Release(old);
  }
  // The k-th of the references that its type lists.
  Object& Slot(Object object, uint32_t k) const {
    const Storage::Page& page = storage_.PageOf(object);
    assert(k < page.count);
    std::byte* cell = page.cells + size_t{object & (Storage::kPageCells - 1)} * page.stride;
    const bool run = page.slots == Layout::Slots::kRun;
    return *reinterpret_cast<Object*>(
        cell + (run ? page.first + k * sizeof(Object) : page.layout->map[k]));
  }

  // --- Collections

  // Collects generations 0 ... `generation` now. Answers how many unreachable objects it found, as
  // gc.collect() does: those that it cleared, those uncollectable ones that are alive at its end,
  // and weak references outside the trash that died of their own callback: section 5. Within a
  // collection it does nothing and answers 0: section 8.
  // O(objects of those generations and their references); O(1) stack.
  int64_t Collect(int generation = kGenerations - 1);

  // Automatic collection happens in the allocation that makes count 0 exceed `first`, of the oldest
  // generation whose count exceeds its threshold; not at all if `first` is 0. Section 2.
  // At the start: 700, 10, 10, and enabled.
  void SetThresholds(int first, int second, int third);
  int threshold(int generation) const { return thresholds_[generation]; }
  void SetEnabled(bool enabled);
  bool enabled() const { return enabled_; }
  // Containers made and not yet freed since the last collection; collections of the youngest
  // generation since the last one of the middle generation; and so on: gc.get_count().
  int64_t count(int generation) const { return counts_[generation]; }
  const GenerationStats& stats(int generation) const { return stats_[generation]; }

  // The `nth` allocation from now (1 is the next) fails; 0 calls that off. It fails as one for
  // which there is no memory: it is not counted and does not collect.
  void FailAllocation(int nth) { fail_in_ = nth; }

  // The garbage list. It holds what is in it. Element k, or kNull; the caller does not hold it.
  Object Garbage(size_t k) const {
    return k < storage_.garbage.size ? storage_.garbage.names[k] : kNull;
  }
  size_t garbage_size() const { return storage_.garbage.size; }
  // Empties it, then lets go of the elements, the last one first.
  void ClearGarbage();

  // --- Debugging

  // DebugFlags, or-ed. A collection asks for kDebugSaveAll once, when it is about to clear.
  void SetDebug(uint32_t flags) { debug_ = flags; }
  uint32_t debug() const { return debug_; }
  // Where debug output goes, in whole lines with their ends: standard error at first, and if empty.
  // `write` may read from the heap and set what this section sets, itself included; nothing else,
  // as a collection is running. What it throws is dropped: that line is lost. Throws.
  void SetDebugOutput(std::function<void(std::string_view)> write);
  int64_t debug_lost() const { return debug_lost_; }  // lines lost since the last Reset
  // The clock for times in it, in seconds: a monotonic one at first, and if empty. `clock` may do
  // what `write` may, but not throw. Throws.
  void SetDebugClock(std::function<double()> clock);
  // "<name 0x...>", as debug output shows an object. Throws.
  std::string Show(Object object) const;

  // --- Introspection: section 10. O(tracked objects), unless a comment says otherwise. What
  // answers a vector or a string throws.

  // Calls `visit` for every object that is in a generation, generation 0 first. Objects that are
  // dying, and those on which a running collection is working, are in none. `visit` may only read;
  // what it throws ends the walk and comes out.
  void ForEachTracked(const std::function<void(Object, int generation)>& visit) const;
  // gc.get_objects(generation).
  std::vector<Object> GetObjects(int generation) const;
  // Tracked objects that have a reference to `object`, each once: gc.get_referrers. Never weak
  // references.
  std::vector<Object> GetReferrers(Object object) const;
  // What `object` refers to, as often as it does: gc.get_referents. O(references).
  std::vector<Object> GetReferents(Object object) const;
  // gc.is_tracked; gc.is_finalized, which is never true under kUncollectable rules. O(1).
  bool IsTracked(Object object) const { return storage_.ListOf(object) < kLists; }
  bool IsFinalized(Object object) const { return storage_.Has(object, kFinalized); }
  uint32_t References(Object object) const { return storage_.refs[object]; }  // O(1)

  // How many objects there are. O(1).
  int64_t size() const { return size_; }
  // How many bytes the allocator has given. O(1).
  size_t bytes() const { return storage_.bytes(); }
  // Above every name that was ever handed out and may be in use: for tables of the embedder's.
  Object name_limit() const { return storage_.name_limit(); }

  // Gives back now what memory can be given back, instead of waiting for full collections to show
  // that it is not needed. REQUIRES: no method of the heap is running. O(pages and tracked
  // objects).
  void Trim();
  // Forgets every object, setting and count, as silently as ~Heap, after `destroy`. Keeps the
  // types, where debug output goes and its clock, and the storage for the next objects. REQUIRES:
  // no method of the heap is running. O(pages and objects).
  void Reset();

  // Recomputes all counts and memberships from the graph and answers "" or what is wrong. `held`
  // lists the references that the embedder holds, each as often as it holds it. Within user code
  // the heap holds more than the graph shows, so that counts may then be greater.
  // O(n log n) for n references.
  std::string Verify(const std::vector<Object>& held) const;

 private:
  // A registered type. Its layout is that of its pages.
  struct Descriptor : Layout {
    Type type;
    TypeId id = 0;
  };
  static constexpr TypeId kWeakType = 0;

  // The payload of a weak reference. The weak references of one target are a list.
  struct Weak {
    Object target;
    Object older;
    Object newer;
    WeakCallback callback;
    void* context;
  };

  Descriptor& DescriptorOf(Object object) const {
    return *static_cast<Descriptor*>(storage_.PageOf(object).layout);
  }
  Weak& WeakOf(Object weak) const {
    assert(IsWeak(weak));
    return *reinterpret_cast<Weak*>(storage_.CellOf(weak));
  }
  template <typename F>
  void ForEachReference(Object object, F each) const;

  // Births: heap.cc.
  Object Begin(Descriptor& descriptor);
  void Complete(Object object, bool tracked) {
    ++size_;
    storage_.refs[object] = 1;
    if (tracked) {
      storage_.Set(object, kGeneration0);
      storage_.Join(object, storage_.lists[kGeneration0]);
    } else {
      storage_.Set(object, kUntracked);
      storage_.place[object] = 0;  // whatever a traversal makes of it, it is no kMember
    }
  }
  Object NewAnyway(Descriptor& descriptor);
  void UpdateTrigger();
  void DestroyAll();

  // Weak references.
  void Detach(Object weak);
  void ForgetWeaks(Object object);
  void CallWeaks(Object object);
  template <typename Call>
  void RunUserCode(Call call);

  // Deaths by reference count: death.cc.
  void ReleasedLast(Object object);
  void Die(Object object);
  bool StartDeath(Object object, Object top);
  bool Ceremony(Object object);
  bool Resurrects(Object object);
  Object LetGo(Object dying, uint32_t next, Object& top);
  Object LetGoOfOthers(Object dying, uint32_t next);
  size_t ClearByType(Object object);
  void ReleaseLeaving(size_t base);
  void FinishDeath(const Storage::Page& page, Object object);
  void Report(const Storage::Page& page, Object object);
  void TellFreed(Object object);
  void Untrack(Object object);

  // Traversal: reach.cc.
  size_t FindUnreachable(NameList& set);
  void Count(const NameList& set);
  size_t Reach(const NameList& set, size_t unreached);

  // Collections: collect.cc.
  void CollectEligible();
  int64_t Run(int generation, bool automatic);
  Collection Reclaim(int generation);
  void CountCollection(int generation);
  void MergeYounger(int generation);
  void SplitOffTrash(int generation, List old);
  void SetUncollectableApart();
  int64_t CallBack(List old);
  void FinalizeTrash();
  void SpareResurrected(List old);
  void ClearTrash(List old, bool save_all);
  void Clear(Object object, List old);
  template <typename F>
  void ForEachOutside(F each) const;
  enum class Outside : uint8_t { kNothing, kAtoms, kOthers };  // what dies because trash lets go
  Outside ReleaseOutside();
  void FreePlain(bool atoms);
  void KeepUncollectable(List old, bool save_all);
  void AppendGarbage(Object object);
  int64_t Members(List list) const;

  // Debug output: debug.cc.
  void Write(std::string_view line);
  double Time();
  void SayStarted(int generation);
  void SayStopped(const Collection& collection);
  void SayList(List list, const char* what, DebugFlags flag);

  // Verification: inspect.cc.
  bool idle() const;
  std::vector<Object> Objects() const;
  std::string VerifyObject(Object object, uint32_t counted) const;
  std::string VerifyWeaks(Object object) const;
  std::string VerifyLists() const;

  const Rules rules_;
  void* const context_;
  Listener* const listener_;

  std::vector<std::unique_ptr<Descriptor>> types_;
  Storage storage_;
  int64_t size_ = 0;

  Object dying_ = kNull;     // objects whose references are being let go of, a stack by `place`
  bool clear_runs_ = false;  // what is let go of for the last time goes to Storage::leaving

  int64_t counts_[kGenerations];
  int thresholds_[kGenerations];
  int64_t trigger_;  // an allocation that makes counts_[0] exceed it collects
  GenerationStats stats_[kGenerations];
  int64_t long_lived_total_;    // survivors of the last full collection
  int64_t long_lived_pending_;  // survivors of middle collections since
  int fail_in_;
  bool enabled_;
  uint32_t debug_;
  // Shared with the call that is running, which may set another.
  std::shared_ptr<const std::function<void(std::string_view)>> write_;
  std::shared_ptr<const std::function<double()>> clock_;
  int64_t debug_lost_;
  double started_ = 0;  // of the collection that runs, by clock_; 0 if that was not said

  int user_code_ = 0;  // functions of the embedder that are running
  bool collecting_ = false;
  bool plain_trash_ = false;  // of the collection that runs: all of it is plain and not watched
  bool clearing_ = false;     // ClearTrash is running: what is in kTrash is as good as dead
};

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_HEAP_H_
