// Storage is where the objects of a heap are: cells in pages, and tables that are indexed by name.
//
// Place: internal to heap.h; embedders need only Object and Allocator.
//
// An object is named by a 32-bit number instead of a pointer: page number, then place within the
// page. A page holds cells of one type, so that a cell is all payload, and what the heap itself
// needs to know of an object stands in dense tables beside the pages: for each name its count (4
// bytes), its place (4) and its state (1). A pass of the collector over the counts then reads 4
// bytes an object, in sequence, where counts within the objects would cost a cache miss each.
//
// Only Take and Watch allocate. Everything that any object may need later, an entry in each list
// that may come to name it included, grows along with the pages: so deaths and collections cannot
// run out of memory.

#ifndef COLLECTOR_HEAP_STORAGE_H_
#define COLLECTOR_HEAP_STORAGE_H_

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>

// With AddressSanitizer, cells without an object are poisoned: whoever uses an object that has died
// is told so.
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

// The name of an object. It stays the same for the object's life and is used again afterwards.
using Object = uint32_t;
inline constexpr Object kNull = 0;

// Ends the process, with a message, if `condition` does not hold: an error of ours, or of whoever
// broke a REQUIRES.
void Check(bool condition, const char* what);

// Calls a function of the embedder's that may not throw. If it does, ends the process by
// std::terminate, with a message; the handler finds the exception in std::current_exception.
[[noreturn]] void EndByException();
template <typename Call>
[[gnu::always_inline]] inline decltype(auto) MustReturn(const Call& call) {
  try {
    return call();
  } catch (...) {
    EndByException();
  }
}

// Where memory comes from. `allocate` answers memory aligned for any type, or nullptr, or throws
// std::bad_alloc, which is the same; `release` gets back what it answered, and the same size.
struct Allocator {
  void* (*allocate)(size_t bytes);
  void (*release)(void* memory, size_t bytes);
};
// malloc, and mmap for what is large, so that it is really given back.
extern const Allocator kDefaultAllocator;

// Where the references of a cell are.
struct Layout {
  enum class Slots : uint8_t {
    kNone,
    kRun,    // `count` of them, one behind the other, the first at byte `first`
    kMap,    // `count` of them, at the bytes map[0] ... map[count - 1]
    kVisit,  // only the type's own function knows
  };
  Slots slots = Slots::kNone;
  bool all_slots = true;  // a cell is a run of slots and nothing else: empty slots are a new cell
  uint32_t first = 0;
  uint32_t count = 0;
  const uint32_t* map = nullptr;
  uint32_t stride = 0;  // bytes from cell to cell
  bool tracked = true;  // whether the collector looks at its objects
  // Whether a death is but letting go of references: no user code, no other function of a type.
  bool plain = false;
  bool by_type = false;        // a function of the type's lets go of the references
  bool plain_run = false;      // plain, tracked, and its slots a run: the common case
  bool needs_nothing = false;  // and a cell that was freed is as good as new

  uint32_t open = 0;   // the first of the pages of this layout that have room, or 0
  uint32_t pages = 0;  // how many pages there are of it

  // Free cells at hand, a stack, so that most births and deaths do not touch their page's books:
  // these cells are taken as far as the page knows.
  static constexpr uint32_t kSpares = 1024;  // more than the young of a usual collection
  uint32_t spares = 0;
  Object spare[kSpares];

  // Whether the next cell is at hand, and needs nothing done to it.
  bool ready() const { return needs_nothing && spares != 0; }
};

// What a name's state says: the list that its object is in, and flags.
enum List : uint8_t {
  kGeneration0,
  kGeneration1,
  kGeneration2,
  kTrash,          // unreachable, to be cleared
  kUncollectable,  // unreachable, with finalizers, and what that reaches
  kToCall,         // weak references whose callbacks are to run
  kLists,
  kUntracked = kLists,  // alive, and none of the collector's business
  kDying,               // its count has fallen to zero
  kFree,                // there is no such object
};
inline constexpr uint8_t kListBits = 0x0f;
enum Flag : uint8_t {
  kFinalized = 0x10,  // the finalizer has run; kOnce rules only
  kReported = 0x20,   // it is gone for its embedder, but something still holds the empty object
  kWatched = 0x40,    // there are weak references to it
};

// A List and Flags. An enumeration of its own, since a store to a plain uint8_t might alias
// anything, and would make the compiler read everything again.
enum class State : uint8_t {};

// A member of the set that a traversal splits, and not reached so far, has this bit in its `place`,
// plus the references to it that have not been accounted for. Places and links have it clear. So a
// decrement of `entry >> 31` counts an edge without a branch, and whatever the edge leads to.
inline constexpr uint32_t kMember = 1u << 31;

// Names in order. One leaves a list by leaving a hole, kNull, at its place, so that order is kept
// and lists can be walked while user code runs.
struct NameList {
  Object* names = nullptr;
  size_t size = 0;
  size_t holes = 0;  // of a generation

  size_t members() const { return size - holes; }
};

class Storage {
 public:
  static constexpr int kPageBits = 12;
  static constexpr uint32_t kPageCells = 1u << kPageBits;
  static constexpr size_t kPageBytes = 1 << 20;  // at most, unless one cell is larger
  static constexpr uint32_t kMaxPages = 1u << (31 - kPageBits);  // names keep their top bit clear

  static constexpr uint32_t kSmallPages = 8;  // for each layout; so many are kept anyway

  // A generation is compacted when more than half of it is holes, and this many.
  static constexpr size_t kSlack = 512;

  struct alignas(16) Page {
    // What a traversal reads is in front.
    std::byte* cells = nullptr;
    uint32_t stride = 0;
    uint32_t first = 0;  // copies of the layout's
    uint32_t count = 0;
    Layout::Slots slots = Layout::Slots::kNone;
    bool tracked = false;
    bool plain = false;
    bool by_type = false;
    bool plain_run = false;
    uint32_t free = 0;  // cells that were freed, as a stack linked by their counts
    uint16_t used = 0;  // cells handed out so far; those behind were never written to
    uint16_t capacity = 0;
    uint16_t taken = 0;       // cells that are objects now, or about to be
    Object* weaks = nullptr;  // by cell: its newest weak reference; null before there is one
    Layout* layout = nullptr;
    uint32_t previous = 0;  // neighbours among the pages of the layout that have room
    uint32_t next = 0;
  };
  static_assert(sizeof(Page) == 64);

  explicit Storage(const Allocator& allocator);  // throws std::bad_alloc
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  // A cell for an object of that layout, whose bytes are 0; or kNull, without effect, when there is
  // no memory. Its state stays kFree until the caller sets it. Amortized O(1).
  Object Take(Layout& layout) {
    if (layout.spares == 0 && !Stock(layout)) [[unlikely]]
      return kNull;
    const Object object = layout.spare[--layout.spares];
    if (kPoison || !layout.all_slots) Wipe(object);
    return object;
  }
  // The same for a layout that is ready().
  Object TakeReady(Layout& layout) { return layout.spare[--layout.spares]; }
  // The reverse. REQUIRES: all of its slots are empty, there are no weak references to it.
  void Free(Layout& layout, Object object) {
    if (kPoison) Poison(object);
    Set(object, kFree);
    if (layout.spares == Layout::kSpares) [[unlikely]]
      Unstock(layout, Layout::kSpares / 2);
    layout.spare[layout.spares++] = object;
  }
  // The same, one of many: what does not fit at hand goes to its page.
  void FreeOfMany(Layout& layout, Object object) {
    if (kPoison) Poison(object);
    Set(object, kFree);
    if (layout.spares < Layout::kSpares) {
      layout.spare[layout.spares++] = object;
    } else {
      GiveBack(object);
    }
  }
  // Makes room for weak references to `object`. False if there is no memory.
  bool Watch(Object object);
  // Every cell is free. O(pages and the cells used in them).
  void Reset();
  // Gives back empty pages, and tables that have become much too large. REQUIRES: no list is being
  // walked. O(pages and members of generations).
  void Trim();
  // After a full collection: looks whether that is worth it. It is, if at no time since the last
  // call the heap has used a quarter of what its tables have room for, and it does not grow: so a
  // heap that fills and empties again and again keeps its storage, whether it is collected when it
  // is empty or while it fills. O(1) otherwise.
  void ConsiderTrim() {
    const bool grows = busy_pages_ > considered_pages_;
    const uint32_t peak = peak_pages_;
    peak_pages_ = considered_pages_ = busy_pages_;
    if (grows || peak >= page_capacity_ / 4) return;
    if (page_capacity_ > kSmallPages * (1 + layouts_)) Trim();
  }

  Page& PageOf(Object object) const {
    assert(object >> kPageBits < page_count_);
    return pages_[object >> kPageBits];
  }
  std::byte* CellOf(Object object) const {
    const Page& page = PageOf(object);
    return page.cells + size_t{object & (kPageCells - 1)} * page.stride;
  }
  Object& NewestWeak(Object object) const {
    return PageOf(object).weaks[object & (kPageCells - 1)];
  }
  uint8_t Bits(Object object) const { return static_cast<uint8_t>(state[object]); }
  List ListOf(Object object) const { return static_cast<List>(Bits(object) & kListBits); }
  // Sets the state to a list without flags; the list only; a flag.
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

  // `object`, which is in no list, joins the end of that one.
  void Append(Object object, List list) {
    SetList(object, list);
    Join(object, lists[list]);
  }
  // The same, when its state says so already.
  void Join(Object object, NameList& list) {
    place[object] = static_cast<uint32_t>(list.size);
    list.names[list.size++] = object;
  }
  // It leaves the list that it is in.
  void Remove(Object object) { Remove(object, ListOf(object)); }
  void Remove(Object object, List from) {
    NameList& list = lists[from];
    if (place[object] + 1 == list.size) {
      --list.size;
    } else {
      list.names[place[object]] = kNull;
      ++list.holes;
      if (list.holes > list.size / 2 + kSlack) [[unlikely]]
        CompactGeneration(list);
    }
  }
  void Compact(NameList& list);
  void CompactGeneration(NameList& list);  // unless it is another list, which may be walked now

  // Above every page number in use.
  uint32_t page_count() const { return page_count_; }
  Page& page(uint32_t number) const { return pages_[number]; }
  Object name_limit() const { return page_count_ << kPageBits; }
  // Asked of the allocator and not given back.
  size_t bytes() const { return bytes_; }
  // "", or what is wrong with the books of pages and of cells at hand. O(names).
  std::string Verify() const;

  // By name. `refs` counts references; of a free cell it is the next free cell of its page, of an
  // object whose references are being let go of a cursor. `place` is the place in the list that the
  // state names; of an object in the stack of the dying it is the one below; and while a collection
  // counts, the members of the set that it splits have something else there: see
  // Heap::FindUnreachable.
  uint32_t* refs = nullptr;
  uint32_t* place = nullptr;
  State* state = nullptr;

  NameList lists[kLists];
  NameList garbage;
  NameList leaving;  // references that are about to be let go of, as a stack; it holds them
  NameList reached;  // objects whose slots a traversal has yet to look at, as a stack

 private:
  struct Table;  // one of the arrays that are indexed by name or have room for all names
  static constexpr int kTables = 4 + kLists + 3;

  void ListTables(Table (&tables)[kTables]);
  bool Resize(uint32_t pages);
  bool AddPage(Layout& layout);
  bool Stock(Layout& layout);
  void Unstock(Layout& layout, uint32_t cells);
  void GiveBack(Object object) {
    const uint32_t number = object >> kPageBits;
    Page& page = pages_[number];
    refs[object] = page.free;
    page.free = object;
    if (page.taken-- == page.capacity) [[unlikely]]
      LinkOpen(number);
    if (page.taken == 0) [[unlikely]]
      --busy_pages_;
  }
  void ReleasePage(uint32_t number);
  void LinkOpen(uint32_t number);
  void UnlinkOpen(uint32_t number);
  void Wipe(Object object);
  void Poison(Object object);
  void* Allocate(size_t bytes);
  void Release(void* memory, size_t bytes);

  const Allocator allocator_;
  Page* pages_ = nullptr;  // page 0 is empty, so that kNull names nothing
  uint32_t page_count_ = 1;
  uint32_t page_capacity_ = 0;
  uint32_t layouts_ = 0;           // those that have pages
  uint32_t busy_pages_ = 0;        // those that are not empty
  uint32_t peak_pages_ = 0;        // the most of them since ConsiderTrim
  uint32_t considered_pages_ = 0;  // how many there were then
  uint32_t vacant_ = 0;            // page numbers without a page, a stack linked by `next`
  size_t bytes_ = 0;
};

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_STORAGE_H_
