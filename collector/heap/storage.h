// SPDX-License-Identifier: Apache-2.0

// Storage is the memory of a heap: cells in pages, and tables indexed by handle.
//
// Place: internal to heap.h; embedders need only Object and Allocator.
//
// An object is identified by a 32-bit handle, not a pointer: page number, then index within the
// page. A page holds cells of one type, so a cell is all payload; the heap's own metadata lives in
// dense tables beside the pages. A pass of the collector over the counts reads 4 bytes an object,
// sequentially; counts stored in the objects would cost a cache miss each.
//
//   handle             0         1 ...  4095   4096      4097      4098  ...
//                      kNull     page 0 has    page 1: one type's cells
//                                nothing else
//   page.cells                               | payload | payload | payload | ...
//   refs        4 B    0                     | count   | count   | count   |
//   list_index  4 B    0                     | where it is in its list     |
//   state       1 B    kTrash                | list and flags              |
//   left        1 B    anything              | scratch of a traversal      |
//   free_       1 bit  0                     | 1: freed, and not in a pool's cache
//
//   lists[...]         handles in order: | 4097 | 4098 | 4099 | 8200 | 4100 | ...
//                                        '------ a run ------'
//
// Objects that are made one after the other have handles that follow each other, and so do their
// cells and their elements of every table. Such a run (runs.h) is passed over at once, without
// looking up pages, by loops over arrays.
//
// Only Take and ReserveWeakTable allocate. Whatever an object may need later, including an entry in
// every list it may join, is reserved when its page is added, so deaths and collections never
// allocate and cannot run out of memory.
//
// Threads: none of this is thread-safe. Exceptions: only the constructor throws.

#ifndef COLLECTOR_HEAP_STORAGE_H_
#define COLLECTOR_HEAP_STORAGE_H_

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>

// Under AddressSanitizer, cells without an object are poisoned, so that a use after free is
// reported.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OURO_HEAP_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define OURO_HEAP_ASAN 1
#endif

namespace ouro::heap {

#if defined(OURO_HEAP_ASAN)
inline constexpr bool kPoison = true;
#else
inline constexpr bool kPoison = false;
#endif

// The handle of an object. Stable for the object's life; reused afterwards.
using Object = uint32_t;
inline constexpr Object kNull = 0;

// Aborts with a message unless `condition` holds: a bug in the heap, or a broken REQUIRES.
void Check(bool condition, const char* what);

// Calls an embedder's function, which must not throw. If it does, prints a message and calls
// std::terminate; std::current_exception in its handler is what was thrown.
[[noreturn]] void EndByException();
template <typename Call>
[[gnu::always_inline]] inline decltype(auto) MustReturn(const Call& call) {
  try {
    return call();
  } catch (...) {
    EndByException();
  }
}

// Where memory comes from. `allocate` returns memory aligned for any type, or nullptr, or throws
// std::bad_alloc, which means the same; `release` receives what it returned, and the same size.
struct Allocator {
  void* (*allocate)(size_t bytes);
  void (*release)(void* memory, size_t bytes);
};
// malloc; mmap for large blocks, so that releasing them returns memory to the system.
extern const Allocator kDefaultAllocator;

// What the heap needs to know of the objects of one type to trace and free them. Each page has a
// copy, so that the hot paths read only the page.
struct Shape {
  enum class Slots : uint8_t {
    kNone,
    kRun,    // `count` of them, contiguous, the first at byte `first`
    kMap,    // `count` of them, at bytes Pool::map[0] ... map[count - 1]
    kVisit,  // known only to the type's own function
  };
  // How much of a death the heap may skip. Ordered: each has the properties of those before it.
  enum class Lifecycle : uint8_t {
    kGeneral,     // has a finalizer, `clear` or `destroy`, or is a weak reference
    kTrivial,     // a death only releases references: it calls no function of the type
    kTrivialRun,  // ... which are a run; tracked: the common case
    kReusable,    // ... and nothing else is in the cell: a freed cell is as good as a new one
  };
  uint32_t stride = 0;  // bytes from cell to cell
  uint32_t first = 0;
  uint32_t count = 0;
  Slots slots = Slots::kNone;
  Lifecycle lifecycle = Lifecycle::kGeneral;
  bool tracked = true;     // by the cycle collector
  bool has_clear = false;  // the type's own function releases the references
  bool slots_only = true;  // the payload is a run of slots: a cell with empty slots is zeroed

  bool trivial() const { return lifecycle >= Lifecycle::kTrivial; }
  bool trivial_run() const { return lifecycle >= Lifecycle::kTrivialRun; }
  bool reusable_as_is() const { return lifecycle == Lifecycle::kReusable; }
  bool operator==(const Shape&) const = default;
};

// The cells of one type: pages with room, and a cache of free cells in front of them.
struct Pool {
  Shape shape;
  const uint32_t* map = nullptr;  // for Slots::kMap

  uint32_t open = 0;   // the first of its pages with room, or 0
  uint32_t pages = 0;  // how many pages it has

  // Cache of free cells, LIFO: most births and deaths never touch page metadata, in which cached
  // cells count as taken.
  static constexpr uint32_t kCacheCells = 1024;  // more than the young of a usual collection
  uint32_t cached = 0;
  Object cache[kCacheCells];

  // The next birth needs no page and no zeroing.
  bool ready() const { return shape.reusable_as_is() && cached != 0; }
};

// An object's state: the list that it is in, and flags. No list but kFree, which no reference leads
// to, has the top bit: see kUnreached.
enum List : uint8_t {
  kGeneration0,
  kGeneration1,
  kGeneration2,
  kTrash,          // unreachable, to be cleared
  kUncollectable,  // unreachable; has a finalizer, or is reachable from an object that has one
  kCallbacks,      // weak references whose callbacks are due
  kLists,
  kUntracked = kLists,  // alive, not tracked by the cycle collector
  kDying,               // its count has reached zero
  kFree = 0x87,         // no object
};
inline constexpr uint8_t kListBits = 0x87;
enum Flag : uint8_t {
  kFinalized = 0x08,    // the finalizer has run; kOnce rules only
  kReported = 0x10,     // reported as freed; something still references the emptied object
  kHasWeakRefs = 0x20,  // weak references to it exist
  kHasEntries = 0x40,   // it is a map with entries, or a key
  kUnreached = 0x80,    // during a traversal: a member of its set that is not reached so far
};

// A List and Flags. A type of its own: a store to a plain uint8_t may alias anything, so the
// compiler would have to reload everything after it.
enum class State : uint8_t {};

// Objects in order. Removal leaves a hole, kNull, which keeps the order and lets user code run
// while a list is being walked.
struct ObjectList {
  Object* objects = nullptr;
  size_t size = 0;
  size_t holes = 0;  // generations only

  size_t members() const { return size - holes; }
};

class Storage {
 public:
  static constexpr int kPageBits = 12;
  static constexpr uint32_t kPageCells = 1u << kPageBits;
  static constexpr size_t kPageBytes = 1 << 20;  // at most, unless one cell is larger
  static constexpr uint32_t kMaxPages = 1u << (31 - kPageBits);  // the top bit of a handle is clear

  static constexpr uint32_t kSmallPages = 8;  // per pool; Trim is not worth it below that

  // A generation is compacted when more than half of it, plus this many entries, are holes.
  static constexpr size_t kSlack = 512;

  struct alignas(16) Page {
    // What a traversal reads comes first.
    std::byte* cells = nullptr;
    Shape shape;              // of its pool
    uint16_t used = 0;        // cells handed out so far; those after them were never written
    uint16_t capacity = 0;    // cells
    uint16_t taken = 0;       // cells that are objects or cached
    Object* weaks = nullptr;  // per cell its newest weak reference; null until there is one
    Pool* pool = nullptr;
    uint32_t previous = 0;  // neighbours among the pages of the pool with room
    uint32_t next = 0;
  };
  static_assert(sizeof(Page) == 64, "indexed by a shift");

  explicit Storage(const Allocator& allocator);  // throws std::bad_alloc
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  // A zeroed cell of that pool; or kNull, without effect, when there is no memory. Its state stays
  // kFree until the caller sets it. Amortized O(size of the cell).
  Object Take(Pool& pool) {
    if (pool.cached == 0 && !Refill(pool)) [[unlikely]]
      return kNull;
    const Object object = pool.cache[--pool.cached];
    if (kPoison || !pool.shape.slots_only) Wipe(object);
    return object;
  }
  // The same. REQUIRES: pool.ready(). O(1).
  Object TakeReady(Pool& pool) { return pool.cache[--pool.cached]; }
  // Frees a cell. REQUIRES: its slots are empty, and no weak references to it exist. Amortized
  // O(1).
  void Free(Pool& pool, Object object) {
    if (kPoison) Poison(object);
    Set(object, kFree);
    if (pool.cached == Pool::kCacheCells) [[unlikely]]
      Flush(pool, Pool::kCacheCells / 2);
    pool.cache[pool.cached++] = object;
  }
  // The same, for many of one pool, the last one first. O(objects).
  void FreeLastFirst(const Object* objects, const Object* end);
  // The same, for one of many that a collection frees. It goes to its page, which hands out cells
  // in the order of handles, so that what is made of them is a run; the cache would keep disorder.
  void FreeOfMany(Object object) {
    if (kPoison) Poison(object);
    Set(object, kFree);
    GiveBack(object);
  }
  // The same, for the cells of `count` handles from `first` on, all of them on `page`; their slots
  // need not be empty. O(size of the cells).
  void FreeRun(Page& page, Object first, uint32_t count);
  // Allocates the table of weak references for the page of `object`. False if there is no memory.
  bool ReserveWeakTable(Object object);
  // Frees every cell. O(pages and the cells used in them).
  void Reset();
  // Releases empty pages, and tables that have become much too large. REQUIRES: no list is being
  // walked. O(pages and members of generations).
  void Trim();
  // Called after a full collection: trims if, since the last call, the heap has never used a
  // quarter of its tables' capacity and is not growing. So a heap that repeatedly fills and empties
  // keeps its storage, whether it is collected when empty or while it fills. O(1) unless it trims.
  void ConsiderTrim() {
    const bool grows = busy_pages_ > considered_pages_;
    const uint32_t peak = peak_pages_;
    peak_pages_ = considered_pages_ = busy_pages_;
    if (grows || peak >= page_capacity_ / 4) return;
    if (page_capacity_ > kSmallPages * (1 + pools_)) Trim();
  }

  Page& PageOf(Object object) const {
    assert(object >> kPageBits < page_count_);
    return pages_[object >> kPageBits];
  }
  std::byte* CellOf(Object object) const {
    const Page& page = PageOf(object);
    return page.cells + size_t{object & (kPageCells - 1)} * page.shape.stride;
  }
  Object& NewestWeak(Object object) const {
    return PageOf(object).weaks[object & (kPageCells - 1)];
  }
  uint8_t Bits(Object object) const { return static_cast<uint8_t>(state[object]); }
  List ListOf(Object object) const { return static_cast<List>(Bits(object) & kListBits); }
  // Set clears the flags, SetList keeps them.
  void Set(Object object, List list) { state[object] = static_cast<State>(list); }
  bool Has(Object object, Flag flag) const { return (Bits(object) & flag) != 0; }
  void SetFlag(Object object, Flag flag) {
    state[object] = static_cast<State>(Bits(object) | flag);
  }
  void ClearFlag(Object object, Flag flag) {
    state[object] = static_cast<State>(Bits(object) & ~flag);
  }
  void SetList(Object object, List list) {
    state[object] = static_cast<State>((Bits(object) & ~kListBits) | list);
  }

  // Adds `object` to the end of a list. REQUIRES: it is in none.
  void Append(Object object, List list) {
    SetList(object, list);
    Join(object, lists[list]);
  }
  // The same. REQUIRES: its state says so already.
  void Join(Object object, ObjectList& list) {
    list_index[object] = static_cast<uint32_t>(list.size);
    list.objects[list.size++] = object;
  }
  // Appends `count` objects, of the handles from `first` on. REQUIRES: they are in no list.
  void AppendRun(Object first, uint32_t count, List list);
  // Removes `object` from its list.
  void Remove(Object object) { Remove(object, ListOf(object)); }
  void Remove(Object object, List from) {
    ObjectList& list = lists[from];
    if (list_index[object] + 1 == list.size) {
      --list.size;
    } else {
      list.objects[list_index[object]] = kNull;
      ++list.holes;
      if (list.holes > list.size / 2 + kSlack) [[unlikely]]
        CompactGeneration(list);
    }
  }
  void Compact(ObjectList& list);
  void CompactGeneration(ObjectList& list);  // no-op for other lists, which may be being walked

  // Above every page number in use.
  uint32_t page_count() const { return page_count_; }
  Page& page(uint32_t number) const { return pages_[number]; }
  Object handle_limit() const { return page_count_ << kPageBits; }
  // Allocated and not released.
  size_t bytes() const { return bytes_; }
  // "", or which invariant of pages and cached cells does not hold. O(handles).
  std::string Verify() const;

  // Tables by handle.
  //
  // `refs`: the reference count; of a dying object whose references are being released, a cursor
  // (death.cc).
  //
  // `list_index`: the index in the list that the state names; of an object on the stack of the
  // dying, the object below it.
  //
  // `state`: a List and Flags. That of kNull is kTrash: a reference that is empty neither leads out
  // of the trash nor to a member that a traversal has yet to reach.
  //
  // `left`: during a traversal, the low byte of the number of references to a member that are not
  // accounted for (reach.cc). A byte, so that those of a million objects fit into a cache of the
  // second level: the counting pass, which follows references, does nothing else at random.
  uint32_t* refs = nullptr;
  uint32_t* list_index = nullptr;
  State* state = nullptr;
  uint8_t* left = nullptr;

  // Scratch of a traversal, by handle and by run, in the place of lists that are empty then: weak
  // references are called, and uncollectable objects set apart, between two of them.
  uint32_t* left_high() const { return lists[kCallbacks].objects; }
  uint32_t* run_lengths() const { return lists[kUncollectable].objects; }

  ObjectList lists[kLists];
  ObjectList garbage;
  ObjectList pending_releases;  // references about to be released, a stack; it owns them
  // Objects whose slots a traversal has yet to scan, a stack; between traversals, the members of a
  // chain (death.cc).
  ObjectList reached;

 private:
  const char* VerifyPage(uint32_t number) const;  // "", or what is wrong

  struct Table;  // one of the arrays that are indexed by handle, or have room for all objects
  static constexpr int kTables = 6 + kLists + 3;
  static constexpr uint32_t kPageWords = kPageCells / 64;  // of free_

  void ListTables(Table (&tables)[kTables]);
  bool Resize(uint32_t pages);
  void CopyCells(const void* from, void* to, size_t element) const;
  bool AddPage(Pool& pool);
  bool Refill(Pool& pool);
  void Flush(Pool& pool, uint32_t cells);
  void GiveBack(Object object) {
    free_[object / 64] |= uint64_t{1} << (object % 64);
    GiveRoom(object >> kPageBits, 1);
  }
  // `cells` that were taken are free.
  void GiveRoom(uint32_t number, uint32_t cells) {
    Page& page = pages_[number];
    if (page.taken == page.capacity) [[unlikely]]
      LinkOpen(number);
    page.taken = static_cast<uint16_t>(page.taken - cells);
    if (page.taken == 0) [[unlikely]]
      --busy_pages_;
  }
  Object* TakeFreed(uint32_t number, uint32_t cells, Object* top);
  void ReleasePage(uint32_t number);
  void LinkOpen(uint32_t number);
  void UnlinkOpen(uint32_t number);
  void Wipe(Object object);
  void Poison(Object object);
  void* Allocate(size_t bytes);
  void Release(void* memory, size_t bytes);

  const Allocator allocator_;
  uint64_t* free_ = nullptr;  // a bit for each handle: a cell that was freed and is not cached
  Page* pages_ = nullptr;     // page 0 has no cells, so that kNull is no object
  uint32_t page_count_ = 1;
  uint32_t page_capacity_ = 0;
  uint32_t pools_ = 0;             // those that have pages
  uint32_t busy_pages_ = 0;        // those that are not empty
  uint32_t peak_pages_ = 0;        // their maximum since ConsiderTrim
  uint32_t considered_pages_ = 0;  // their number then
  uint32_t vacant_ = 0;            // page numbers without a page, a stack linked by `next`
  size_t bytes_ = 0;
};

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_STORAGE_H_
