// SPDX-License-Identifier: Apache-2.0

// A heap owns reference-counted objects. An object dies when its count reaches zero; a generational
// collector reclaims unreachable cycles. It follows CPython's rules event by event: whoever knows
// when `__del__` runs there knows it here.
//
// Place: a library of its own, which includes only the standard library and may be copied out and
// embedded. This header is all that an embedder needs; handle.h adds C++ types on top. "Section N"
// in its comments is a section of docs/semantics.md, which states the rules and the experiments
// behind them; the name of a function of gcmodule.c, typeobject.c or weakrefobject.c says where
// CPython has the same step.
//
// In short: describe your types (Type, in embedder.h), register them, make objects with New. An
// object is identified by a 32-bit handle, an Object; its payload, `size` zeroed bytes of your own
// layout, does not move. References between objects are Objects in payloads, changed by Store. Any
// other owner calls Retain and Release, or uses a Handle of handle.h.

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

#include "collector/heap/embedder.h"
#include "collector/heap/entries.h"
#include "collector/heap/storage.h"

namespace ouro::heap {

class Runs;

// REQUIRES, for every method: an Object argument is alive, the caller or something that the caller
// owns has a reference to it, and it is of the kind that the method names. Debug builds assert it
// where that is cheap.
//
// Threads: not thread-safe. Heaps are independent of each other.
//
// Stack: neither deaths nor collections use stack in proportion to the graph. A chain or cycle of
// 10^7 objects dies in the order in which unbounded recursion would free it. Only user code nests:
// a release from within a finalizer or callback.
//
// Memory: New and NewWeak allocate an object and everything that the heap may ever need for it;
// without memory they return kNull and have no effect. Deaths and collections, debug output
// included, allocate nothing and cannot fail. A heap that has shrunk and stays small from one full
// collection to the next returns memory at the end of that one; Trim does so at once.
//
// Exceptions: a method that says "Throws" throws std::bad_alloc when there is no memory, and then
// has had no effect; all others throw nothing. The embedder's functions (of a Type, weak reference,
// Listener, and the clock) must not throw: a death or a collection cannot stop halfway, so the heap
// prints a message and calls std::terminate. Three exceptions: the writer of debug output
// (SetDebugOutput) and the function that ForEachTracked calls may throw anything, and an Allocator
// may throw std::bad_alloc instead of returning nullptr.
class Heap {
 public:
  // `context` is for the embedder's functions. `listener` may be null; it must outlive the heap.
  // Throws.
  explicit Heap(const Rules& rules, void* context = nullptr, Listener* listener = nullptr,
                const Allocator& allocator = kDefaultAllocator);
  // Silent, as CPython does not guarantee destructors at exit (section 11): no finalizer, callback
  // or notification runs; but `destroy` runs for each remaining object, so that nothing leaks.
  // REQUIRES: no method of the heap is running. O(pages and objects).
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  void* context() const { return context_; }

  // Registers a type for the life of the heap. REQUIRES: the description is valid; aborts with a
  // message otherwise. Throws. O(size).
  TypeId Register(const Type& type);
  const Type& type(TypeId id) const { return types_[id]->type; }

  // --- Objects

  // A new object, zeroed, so that its references are empty; the caller owns one reference. Returns
  // kNull, without effect, when there is no memory or FailAllocation is due. Objects that are not
  // leaves are counted and tracked, so New may run an automatic collection, before the object
  // exists: section 2. Amortized O(size), apart from that collection.
  Object New(TypeId type) {
    Descriptor& descriptor = DescriptorAt(type);
    // The common case: a birth and nothing else.
    if (descriptor.ready() && counts_[0] < trigger_ && fail_in_ == 0) [[likely]] {
      const Object object = storage_.TakeReady(descriptor);
      ++counts_[0];
      Complete(object, /*tracked=*/true);
      return object;
    }
    return NewSlow(descriptor);
  }

  // A weak reference to `target`, an object of any registered type. It is itself a tracked object,
  // without references; the caller owns one reference to it. `callback`, which may be null, runs
  // when the target dies, if the weak reference is alive then. Returns kNull as New does. May run
  // an automatic collection. REQUIRES: the caller owns a reference to the target until this
  // returns, whatever user code does meanwhile. Amortized O(1), apart from that collection.
  Object NewWeak(Object target, WeakCallback callback = nullptr, void* context = nullptr);
  // The same, of one that holds: it has one reference, Slot(weak, 0), and is born with `held` in
  // it, to which the caller owns a reference until this returns. It keeps that as long as it lives,
  // whatever becomes of its target, and may be part of a cycle. Weak references that hold nothing
  // stay as small as they are: these are a type of their own.
  Object NewHoldingWeak(Object target, Object held, WeakCallback callback = nullptr,
                        void* context = nullptr);
  // The `context` given to NewWeak or NewHoldingWeak. O(1).
  void* WeakContext(Object weak) const { return WeakOf(weak).context; }
  // The target of a weak reference, borrowed: the caller gets no reference to it. kNull if it is
  // dead, dying, or trash whose references a collection has begun to clear. O(1).
  Object Target(Object weak) const;

  // Runs the finalizer of a living object, as a program that calls it by name does: `x.__del__()`.
  // That counts for nothing: it runs at the object's death as if it had not been called. REQUIRES:
  // the type has a finalizer.
  void Dispose(Object object);

  // Maps, section 14. A map has entries; an entry has a key and a value. The value is held while
  // both the map and the key live; neither holds the other. Whichever dies first takes the entry
  // with it: its value is released once that death, and all that its references caused, is
  // complete. A map is itself a tracked object; NewMap is as New.
  Object NewMap();
  // Makes an entry, or changes its value, as Store does. False, without effect, if there is no
  // memory. REQUIRES: the key, an object of any registered type, and the value are not kNull.
  // Expected amortized O(1 + maps that have the key), plus deaths.
  bool Put(Object map, Object key, Object value);
  // The value of that key, borrowed, or kNull. Expected O(1 + maps that have the key).
  Object Lookup(Object map, Object key) const;
  // Removes the entry of that key, if there is one. As Put.
  void Remove(Object map, Object key);
  bool IsMap(Object object) const { return DescriptorOf(object).id == kMapType; }

  // O(1), all three.
  void* Payload(Object object) const { return storage_.CellOf(object); }
  TypeId TypeOf(Object object) const { return DescriptorOf(object).id; }  // of a registered type
  bool IsWeak(Object object) const { return DescriptorOf(object).id <= kHoldingWeakType; }

  // Adds a reference. O(1).
  void Retain(Object object) {
    uint32_t& refs = storage_.refs[object];
    assert(refs > 0);
    if (refs < kMaxReferences) ++refs;
  }
  // Drops a reference that the caller owns. If it was the last one, completes the death, and all
  // deaths that it causes, before it returns. O(1), plus O(references) for each object that dies.
  void Release(Object object) {
    uint32_t& refs = storage_.refs[object];
    assert(refs > 0);
    // Zero or saturated, in one comparison.
    if (--refs - 1 >= kMaxReferences - 2) ReleaseSlow(object);
  }
  // Releases both before either dies: if the caller has the last reference to `second`, user code
  // that runs in the death of `first` cannot see it alive. O(1), plus deaths.
  void ReleaseBoth(Object first, Object second);

  // Stores `value`, which may be kNull, in `slot`, a reference in the payload of an object. Order:
  // retains and stores the new value, then releases the old one (section 1, experiment O4). O(1),
  // plus deaths.
  void Store(Object& slot, Object value) {
    if (value != kNull) Retain(value);
    const Object old = slot;
    slot = value;
    if (old != kNull) Release(old);
  }
  // The k-th of the references that its type lists. REQUIRES: k is less than their number. O(1).
  Object& Slot(Object object, uint32_t k) const {
    const Storage::Page& page = storage_.PageOf(object);
    assert(k < page.shape.count);
    std::byte* cell = page.cells + size_t{object & (Storage::kPageCells - 1)} * page.shape.stride;
    const bool run = page.shape.slots == Shape::Slots::kRun;
    return *reinterpret_cast<Object*>(
        cell + (run ? page.shape.first + k * sizeof(Object) : page.pool->map[k]));
  }

  // --- Collections

  // Collects generations 0 ... `generation` now. Returns the number of unreachable objects found,
  // as gc.collect() does: those cleared, the uncollectable ones alive at its end, and weak
  // references outside the trash that died of their own callback (section 5). Within a collection
  // it does nothing and returns 0 (section 8).
  // O(objects of those generations and their references), plus user code; O(1) stack.
  int64_t Collect(int generation = kGenerations - 1);

  // The last step of a program that ends, once the embedder has let its roots go: a full collection
  // if finalizers of trash run, none under kUncollectable (section 11). What is alive then is never
  // finalized. Returns as Collect does.
  int64_t Exit();

  // An automatic collection runs in the allocation that makes count 0 exceed `first`. It collects
  // the oldest generation whose count exceeds its threshold. `first` = 0 turns automatic
  // collections off. Section 2. Initially 700, 10, 10, and enabled.
  void SetThresholds(int first, int second, int third);
  int threshold(int generation) const { return thresholds_[generation]; }
  void SetEnabled(bool enabled);
  bool enabled() const { return enabled_; }
  // gc.get_count(): of generation 0, births minus deaths of tracked objects since the last
  // collection; of generation k, collections of generation k - 1 since the last one of k.
  int64_t count(int generation) const { return counts_[generation]; }
  const GenerationStats& stats(int generation) const { return stats_[generation]; }

  // Makes the `nth` allocation from now fail (1 is the next); 0 cancels. It fails as if there were
  // no memory: it is not counted and does not collect.
  void FailAllocation(int nth) { fail_in_ = nth; }

  // Element k of the garbage list, borrowed; or kNull past its end. The list owns its elements.
  Object Garbage(size_t k) const {
    return k < storage_.garbage.size ? storage_.garbage.objects[k] : kNull;
  }
  size_t garbage_size() const { return storage_.garbage.size; }
  // Empties the list, then releases its elements, the last one first.
  void ClearGarbage();

  // --- Debugging

  // DebugFlags, or-ed. A collection reads kDebugSaveAll once, when it is about to clear.
  void SetDebug(uint32_t flags) { debug_ = flags; }
  uint32_t debug() const { return debug_; }
  // Where debug output goes, in whole lines with their newlines; standard error initially and if
  // `write` is empty. `write` may read from the heap and call what this section declares, itself
  // included; nothing else, as a collection is running. If it throws, that line is lost. Throws.
  void SetDebugOutput(std::function<void(std::string_view)> write);
  int64_t debug_lost() const { return debug_lost_; }  // lines lost since the last Reset
  // The clock for times in debug output, in seconds; a monotonic one initially and if empty. It may
  // do what `write` may, but must not throw. Throws.
  void SetDebugClock(std::function<double()> clock);
  // "<name 0x...>", as debug output shows an object. Throws.
  std::string Show(Object object) const;

  // --- Introspection: section 10. O(tracked objects and their references), unless a comment says
  // otherwise. Functions that return a vector or a string throw.

  // Calls `visit` for every object in a generation, generation 0 first; not for dying objects, nor
  // for those that a running collection has taken out. `visit` may only read; an exception from it
  // ends the walk and propagates.
  void ForEachTracked(const std::function<void(Object, int generation)>& visit) const;
  // gc.get_objects(generation).
  std::vector<Object> GetObjects(int generation) const;
  // gc.get_referrers: tracked objects with a reference to `object`, each once. A map refers to the
  // values of its entries; a weak reference to what it holds, never to its target.
  std::vector<Object> GetReferrers(Object object) const;
  // gc.get_referents: what `object` refers to, once per reference. O(references).
  std::vector<Object> GetReferents(Object object) const;
  // gc.is_tracked; gc.is_finalized, which is never true under kUncollectable rules. O(1).
  bool IsTracked(Object object) const {
    return (storage_.Bits(object) & kListBits & ~kUnreached) < kLists;
  }
  bool IsFinalized(Object object) const { return storage_.Has(object, kFinalized); }
  uint32_t References(Object object) const { return storage_.refs[object]; }  // O(1)

  // The number of objects. O(1).
  int64_t size() const { return size_; }
  // Bytes allocated and not released. O(1).
  size_t bytes() const { return storage_.bytes() + entries_.bytes(); }
  // Above every handle that may be in use: the size of an embedder's tables by handle. O(1).
  Object handle_limit() const { return storage_.handle_limit(); }

  // Returns memory to the allocator now, instead of waiting for full collections to show that it is
  // not needed. REQUIRES: no method of the heap is running. O(pages and tracked objects).
  void Trim();
  // Forgets every object, setting and count, as silently as ~Heap, after `destroy`. Keeps types,
  // debug output and clock, and the storage for reuse. REQUIRES: no method of the heap is running.
  // O(pages and objects).
  void Reset();

  // Recomputes all counts and memberships from the graph. Returns "" or the first discrepancy.
  // `held` lists the references that the embedder owns, once per reference. While user code runs
  // the heap owns references that the graph does not show, so counts may then be greater. REQUIRES:
  // not from within Freed, GarbageAppended, or a type's `visit`, `clear` or `destroy`, which see
  // the heap between two steps. Throws. O(n log n) for n references.
  std::string Verify(const std::vector<Object>& held) const;

 private:
  // A registered type, and the cells of its objects.
  struct Descriptor : Pool {
    Type type;
    TypeId id = 0;
  };
  static constexpr TypeId kWeakType = 0;
  static constexpr TypeId kHoldingWeakType = 1;
  static constexpr TypeId kMapType = 2;  // the last of the heap's own

  // The payload of a weak reference. The weak references of one target are a list.
  struct Weak {
    Object target;
    Object older;
    Object newer;
    WeakCallback callback;
    void* context;
  };
  struct HoldingWeak {
    Weak weak;
    Object held;
  };

  // For the common birth: without the checks of std::vector that -c opt leaves in.
  Descriptor& DescriptorAt(TypeId type) const {
    assert(type < types_.size());
    return *types_.data()[type].get();
  }
  Descriptor& DescriptorOf(Object object) const {
    return *static_cast<Descriptor*>(storage_.PageOf(object).pool);
  }
  Weak& WeakOf(Object weak) const {
    assert(IsWeak(weak));
    return *reinterpret_cast<Weak*>(storage_.CellOf(weak));
  }
  template <typename F>
  void ForEachReference(Object object, F each) const;

  // Maps: map.cc.
  MapCell& MapOf(Object map) const {
    assert(IsMap(map));
    return *reinterpret_cast<MapCell*>(storage_.CellOf(map));
  }
  template <typename F>
  void ForEachEntry(Object object, F each) const;
  template <typename F>
  void ForEachReferent(Object object, F each) const;
  void DetachEntry(uint32_t entry);
  uint32_t FirstEntry(Object object) const;
  void ReleaseEntries(Object object);
  void QueueEntries(Object dead);
  Object ReleaseGone();
  std::string VerifyEntries(Object object) const;

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
    }
  }
  Object NewSlow(Descriptor& descriptor);
  void UpdateTrigger();
  void DestroyAll();

  // Whether its death concerns more than its references: weak references to it, or entries.
  bool Attached(Object object) const {
    return (storage_.Bits(object) & (kHasWeakRefs | kHasEntries)) != 0;
  }

  // Weak references.
  Object MakeWeak(TypeId type, Object target, WeakCallback callback, void* context);
  void Detach(Object weak);
  void ClearWeaks(Object object);
  void ClearAndCallWeaks(Object object);
  template <typename Call>
  void RunUserCode(Call call);

  // Deaths by reference count: death.cc.
  void ReleaseSlow(Object object);
  void Die(Object object);
  bool StartTrivialDeath(Object object);
  bool StartDeath(Object object);
  bool RunDeathHooks(Object object);
  bool Resurrects(Object object);
  Object ReleaseReferences(Object dying, uint32_t next);
  bool Continues(Object object, Object dying, std::byte*& first);
  void PushChain(const Object* chain, const Object* end, uint32_t next);
  void FreeChain(const Object* chain, const Object* end);
  Object ReleaseReferencesSlow(Object dying, uint32_t next);
  size_t ClearByType(Object object);
  void ReleasePending(size_t base);
  void FinishDeath(const Storage::Page& page, Object object);
  void Report(const Storage::Page& page, Object object);
  void NotifyFreed(Object object);
  void Untrack(Object object);

  // Traversal: reach.cc.
  size_t FindUnreachable(const Runs& set);
  bool CopyCounts(const Runs& set);
  void Count(const Runs& set);
  void CountEntries(const Runs& set);
  void JoinCounts(const Runs& set);
  size_t MarkUnreached(const Runs& set);
  template <typename F>
  void ForEachReachedEntry(Object object, F each) const;
  size_t Reach(const Runs& set, size_t unreached);

  // Collections: collect.cc.
  void CollectEligible();
  int64_t Run(int generation, bool automatic);
  Collection Reclaim(int generation);
  void CountCollection(int generation);
  size_t MergeYounger(int generation);
  void SplitOffTrash(int generation, List old, size_t settled);
  bool AppendSplit(Object first, uint32_t count, List old, size_t settled);
  void MoveUncollectable();
  int64_t HandleWeakReferences(List old);
  void FinalizeTrash();
  void SpareResurrected(List old);
  void ClearTrash(List old, bool save_all);
  void Clear(Object object, List old);
  void ClearWeak(Object weak, List old);
  template <typename F>
  void ForEachOutside(F each) const;
  enum class Outside : uint8_t { kNothing, kLeaves, kOthers };  // what dies with the trash
  Outside ReleaseOutside();
  void FreeTrivialTrash();
  void FreeTrivialTrashAndLeaves();
  void KeepUncollectable(List old, bool save_all);
  void AppendGarbage(Object object);
  int64_t Members(List list) const;

  // Debug output: debug.cc.
  void Write(std::string_view line);
  double Time();
  void WriteStarted(int generation);
  void WriteStopped(const Collection& collection);
  void WriteList(List list, const char* what, DebugFlags flag);

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
  Entries entries_;
  int64_t size_ = 0;

  Entries::Queue gone_;      // of the innermost Die: entries whose values it has yet to release
  Object dying_ = kNull;     // objects whose references are being released, a stack by list_index
  bool clear_runs_ = false;  // deaths wait in Storage::pending_releases until `clear` returns

  int64_t counts_[kGenerations];
  int thresholds_[kGenerations];
  int64_t trigger_;  // an allocation that makes counts_[0] exceed it runs a collection
  GenerationStats stats_[kGenerations];
  int64_t long_lived_total_;    // survivors of the last full collection
  int64_t long_lived_pending_;  // survivors of middle collections since
  int fail_in_;
  bool enabled_;
  uint32_t debug_;
  // Shared with the running call, which may replace them.
  std::shared_ptr<const std::function<void(std::string_view)>> write_;
  std::shared_ptr<const std::function<double()>> clock_;
  int64_t debug_lost_;
  double started_ = 0;  // when the running collection started, by clock_; 0 if it did not print

  int user_code_ = 0;  // running functions of the embedder
  bool collecting_ = false;
  bool trivial_trash_ = false;  // all trash of the running collection is trivial, without weakrefs
  bool clearing_ = false;       // ClearTrash is running: kTrash objects count as dead
};

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_HEAP_H_
