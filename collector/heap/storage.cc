#include "collector/heap/storage.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#if defined(OURO_HEAP_ASAN)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

namespace ouro::heap {

namespace {

// With AddressSanitizer all memory is malloc's, so that LeakSanitizer looks into it for pointers.
#if defined(__linux__) && !defined(OURO_HEAP_ASAN)

constexpr size_t kMapped = 128 << 10;  // from this size on, memory is mapped

void* DefaultAllocate(size_t bytes) {
  if (bytes < kMapped) return std::malloc(bytes);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

void DefaultRelease(void* memory, size_t bytes) {
  if (bytes < kMapped) return std::free(memory);
  munmap(memory, bytes);
}

#else

void* DefaultAllocate(size_t bytes) { return std::malloc(bytes); }
void DefaultRelease(void* memory, size_t) { std::free(memory); }

#endif

}  // namespace

const Allocator kDefaultAllocator = {DefaultAllocate, DefaultRelease};

// An array of `element` bytes each: as many as there are names, or pages, times `factor`, and
// `extra` more. The first `used` of them mean something.
struct Storage::Table {
  void** data;
  size_t element;
  bool by_page;
  size_t factor;
  size_t extra;
  size_t used;

  size_t Bytes(size_t pages) const {
    return element * (factor * (by_page ? pages : pages << kPageBits) + extra);
  }
};

Storage::Storage(const Allocator& allocator) : allocator_(allocator) {
  if (!Resize(1)) throw std::bad_alloc();  // a few KB
  pages_[0] = Page{};
  refs[kNull] = 0;
  place[kNull] = 0;
  Set(kNull, kFree);
}

Storage::~Storage() {
  for (uint32_t number = 1; number < page_count_; ++number) {
    if (pages_[number].layout != nullptr) ReleasePage(number);
  }
  Table tables[kTables];
  ListTables(tables);
  for (const Table& table : tables) Release(*table.data, table.Bytes(page_capacity_));
}

void* Storage::Allocate(size_t bytes) {
  void* memory = MustReturn([&]() -> void* {
    try {
      return allocator_.allocate(bytes);
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  });
  if (memory != nullptr) bytes_ += bytes;
  return memory;
}

void Storage::Release(void* memory, size_t bytes) {
  bytes_ -= bytes;
  MustReturn([&] { allocator_.release(memory, bytes); });
}

// --- Tables

void Storage::ListTables(Table (&tables)[kTables]) {
  const size_t names = name_limit();
  Table* next = tables;
  *next++ = {reinterpret_cast<void**>(&pages_), sizeof(Page), true, 1, 0, page_count_};
  *next++ = {reinterpret_cast<void**>(&refs), sizeof(uint32_t), false, 1, 0, names};
  *next++ = {reinterpret_cast<void**>(&place), sizeof(uint32_t), false, 1, 0, names};
  *next++ = {reinterpret_cast<void**>(&state), sizeof(State), false, 1, 0, names};
  // A generation has at most as many holes as members, and 2 * kSlack + 1 more.
  for (int list = 0; list < kLists; ++list) {
    const bool holes = list <= kGeneration2;
    *next++ = {reinterpret_cast<void**>(&lists[list].names),
               sizeof(Object),
               false,
               holes ? size_t{2} : size_t{1},
               holes ? 2 * kSlack + 2 : 0,
               lists[list].size};
  }
  // An object can be once at most in each of these: the two that hold it make it reachable.
  for (NameList* list : {&garbage, &leaving, &reached}) {
    *next++ = {reinterpret_cast<void**>(&list->names), sizeof(Object), false, 1, 0, list->size};
  }
}

// All tables get room for that many pages, or, if memory runs out, none does.
bool Storage::Resize(uint32_t pages) {
  Table tables[kTables];
  ListTables(tables);
  void* fresh[kTables];
  for (int i = 0; i < kTables; ++i) {
    fresh[i] = Allocate(tables[i].Bytes(pages));
    if (fresh[i] != nullptr) continue;
    while (i-- > 0) Release(fresh[i], tables[i].Bytes(pages));
    return false;
  }
  for (int i = 0; i < kTables; ++i) {
    const Table& table = tables[i];
    if (*table.data != nullptr) {
      std::memcpy(fresh[i], *table.data, table.element * table.used);
      Release(*table.data, table.Bytes(page_capacity_));
    }
    *table.data = fresh[i];
  }
  page_capacity_ = pages;
  return true;
}

void Storage::Trim() {
  for (uint32_t number = 1; number < page_count_; ++number) {
    Page& page = pages_[number];
    if (page.layout == nullptr) continue;
    Unstock(*page.layout, page.layout->spares);
    if (page.taken == 0) ReleasePage(number);
  }
  while (page_count_ > 1 && pages_[page_count_ - 1].layout == nullptr) --page_count_;
  vacant_ = 0;
  for (uint32_t number = page_count_; number-- > 1;) {
    if (pages_[number].layout != nullptr) continue;
    pages_[number].next = vacant_;
    vacant_ = number;
  }
  for (int list = kGeneration0; list <= kGeneration2; ++list) Compact(lists[list]);
  // Half as much again remains as room to grow. No memory for that: next time.
  if (page_capacity_ / 4 >= page_count_) Resize(page_count_ + page_count_ / 2);
}

// --- Pages

bool Storage::AddPage(Layout& layout) {
  uint32_t number = vacant_;
  if (number == 0) {
    if (page_count_ == kMaxPages) return false;
    if (page_count_ == page_capacity_ && !Resize(2 * page_capacity_)) return false;
    number = page_count_;
  }
  const size_t stride = std::max<size_t>(layout.stride, 1);
  const size_t capacity = std::clamp<size_t>(kPageBytes / stride, 1, kPageCells);
  void* cells = nullptr;
  if (layout.stride != 0) {
    cells = Allocate(layout.stride * capacity);
    if (cells == nullptr) return false;
    ASAN_POISON_MEMORY_REGION(cells, layout.stride * capacity);
  }
  if (number == vacant_) {
    vacant_ = pages_[number].next;
  } else {
    ++page_count_;
    std::fill_n(state + (size_t{number} << kPageBits), kPageCells, static_cast<State>(kFree));
  }
  Page& page = *new (&pages_[number]) Page{};
  page.cells = static_cast<std::byte*>(cells);
  page.stride = layout.stride;
  page.first = layout.first;
  page.count = layout.count;
  page.slots = layout.slots;
  page.tracked = layout.tracked;
  page.plain = layout.plain;
  page.by_type = layout.by_type;
  page.plain_run = layout.plain_run;
  page.capacity = static_cast<uint16_t>(capacity);
  page.layout = &layout;
  layouts_ += layout.pages++ == 0 ? 1 : 0;
  LinkOpen(number);
  return true;
}

void Storage::ReleasePage(uint32_t number) {
  Page& page = pages_[number];
  if (page.taken < page.capacity) UnlinkOpen(number);
  if (page.cells != nullptr) {
    ASAN_UNPOISON_MEMORY_REGION(page.cells, size_t{page.stride} * page.capacity);
    Release(page.cells, size_t{page.stride} * page.capacity);
  }
  if (page.weaks != nullptr) Release(page.weaks, page.capacity * sizeof(Object));
  layouts_ -= --page.layout->pages == 0 ? 1 : 0;
  page = Page{};
  page.next = vacant_;
  vacant_ = number;
}

void Storage::LinkOpen(uint32_t number) {
  Page& page = pages_[number];
  page.previous = 0;
  page.next = page.layout->open;
  if (page.next != 0) pages_[page.next].previous = number;
  page.layout->open = number;
}

void Storage::UnlinkOpen(uint32_t number) {
  Page& page = pages_[number];
  if (page.next != 0) pages_[page.next].previous = page.previous;
  if (page.previous != 0) {
    pages_[page.previous].next = page.next;
  } else {
    page.layout->open = page.next;
  }
  page.previous = page.next = 0;
}

// --- Cells

void Storage::Wipe(Object object) {
  const Page& page = PageOf(object);
  if (page.cells == nullptr) return;
  ASAN_UNPOISON_MEMORY_REGION(CellOf(object), page.stride);
  std::memset(CellOf(object), 0, page.stride);
}

void Storage::Poison(Object object) {
  const Page& page = PageOf(object);
  if (page.cells != nullptr) ASAN_POISON_MEMORY_REGION(CellOf(object), page.stride);
}

// Takes cells from a page that has room: about as many as are taken already, so that a type with
// few objects costs little; at most a quarter of what can be at hand. Not from a page that is the
// last of a heap which has shrunk, if there is another way: the tables can shrink when it is empty.
bool Storage::Stock(Layout& layout) {
  const bool high = vacant_ != 0 && vacant_ < layout.open / 4;
  if ((layout.open == 0 || high) && !AddPage(layout) && layout.open == 0) return false;
  const uint32_t number = layout.open;
  Page& page = pages_[number];
  const uint32_t room = static_cast<uint32_t>(page.capacity - page.taken);
  const uint32_t cells = std::min({room, uint32_t{page.taken} + 4, Layout::kSpares / 4});
  for (uint32_t i = 0; i < cells; ++i) {
    Object object = page.free;
    if (object != kNull) {
      page.free = refs[object];
    } else {
      object = (number << kPageBits) + page.used++;
      if (page.cells != nullptr && !kPoison) std::memset(CellOf(object), 0, page.stride);
    }
    layout.spare[cells - 1 - i] = object;
  }
  layout.spares = cells;
  if (page.taken == 0) peak_pages_ = std::max(peak_pages_, ++busy_pages_);
  page.taken = static_cast<uint16_t>(page.taken + cells);
  if (page.taken == page.capacity) UnlinkOpen(number);
  return true;
}

// Gives the oldest of the cells at hand back to their pages.
void Storage::Unstock(Layout& layout, uint32_t cells) {
  for (uint32_t i = 0; i < cells; ++i) GiveBack(layout.spare[i]);
  std::copy(layout.spare + cells, layout.spare + layout.spares, layout.spare);
  layout.spares -= cells;
}

bool Storage::Watch(Object object) {
  Page& page = PageOf(object);
  if (page.weaks != nullptr) return true;
  page.weaks = static_cast<Object*>(Allocate(page.capacity * sizeof(Object)));
  if (page.weaks == nullptr) return false;
  std::fill_n(page.weaks, page.capacity, kNull);
  return true;
}

void Storage::Reset() {
  for (uint32_t number = 1; number < page_count_; ++number) {
    Page& page = pages_[number];
    if (page.layout == nullptr) continue;
    std::fill_n(state + (size_t{number} << kPageBits), page.used, static_cast<State>(kFree));
    if (page.cells != nullptr) {
      ASAN_POISON_MEMORY_REGION(page.cells, size_t{page.stride} * page.used);
    }
    if (page.weaks != nullptr) std::fill_n(page.weaks, page.used, kNull);
    if (page.taken == page.capacity) LinkOpen(number);
    page.used = 0;
    page.taken = 0;
    page.free = kNull;
    page.layout->spares = 0;
  }
  busy_pages_ = 0;
  for (NameList& list : lists) list = {list.names};
  for (NameList* list : {&garbage, &leaving, &reached}) *list = {list->names};
}

void Storage::CompactGeneration(NameList& list) {
  if (&list <= &lists[kGeneration2]) Compact(list);
}

void Storage::Compact(NameList& list) {
  if (list.holes == 0) return;
  size_t kept = 0;
  for (size_t i = 0; i < list.size; ++i) {
    const Object object = list.names[i];
    if (object == kNull) continue;
    place[object] = static_cast<uint32_t>(kept);
    list.names[kept++] = object;
  }
  list.size = kept;
  list.holes = 0;
}

}  // namespace ouro::heap
