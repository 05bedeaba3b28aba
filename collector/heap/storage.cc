// SPDX-License-Identifier: Apache-2.0

// Storage: its tables, pages and cells, and the check of its invariants.

#include "collector/heap/storage.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <numeric>

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

// Under AddressSanitizer all memory is malloc's, so that LeakSanitizer scans it for pointers.
#if defined(__linux__) && !defined(OURO_HEAP_ASAN)

constexpr size_t kMapped = 128 << 10;  // blocks of at least this many bytes are mapped

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

// An array of elements of `element` bytes: `factor` per handle, or per page, and `extra` more. The
// first `used` are in use.
struct Storage::Table {
  void** data;
  size_t element;
  bool by_page;
  size_t factor;
  size_t extra;
  size_t used;
  bool by_cell = false;  // has an element for each cell, and none worth copying for a fresh one

  size_t Bytes(size_t pages) const {
    return element * (factor * (by_page ? pages : pages << kPageBits) + extra);
  }
};

Storage::Storage(const Allocator& allocator) : allocator_(allocator) {
  if (!Resize(1)) throw std::bad_alloc();  // 240 KB
  pages_[0] = Page{};
  refs[kNull] = 0;
  list_index[kNull] = 0;
  Set(kNull, kTrash);
  left[kNull] = 0;
  std::fill_n(free_, kPageWords, 0);
}

Storage::~Storage() {
  for (uint32_t number = 1; number < page_count_; ++number) {
    if (pages_[number].pool != nullptr) ReleasePage(number);
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
  const size_t names = handle_limit();
  Table* next = tables;
  *next++ = {reinterpret_cast<void**>(&pages_), sizeof(Page), true, 1, 0, page_count_};
  *next++ = {reinterpret_cast<void**>(&refs), sizeof(uint32_t), false, 1, 0, names, true};
  *next++ = {reinterpret_cast<void**>(&list_index), sizeof(uint32_t), false, 1, 0, names, true};
  *next++ = {reinterpret_cast<void**>(&state), sizeof(State), false, 1, 0, names};
  *next++ = {reinterpret_cast<void**>(&left), sizeof(uint8_t), false, 1, 0, names, true};
  *next++ = {reinterpret_cast<void**>(&free_), sizeof(uint64_t), true, kPageWords, 0, names / 64};
  // A generation has at most 2 * kSlack + 1 more holes than members: see Remove.
  for (int list = 0; list < kLists; ++list) {
    const bool holes = list <= kGeneration2;
    *next++ = {reinterpret_cast<void**>(&lists[list].objects),
               sizeof(Object),
               false,
               holes ? size_t{2} : size_t{1},
               holes ? 2 * kSlack + 2 : 0,
               lists[list].size};
  }
  // An object is at most once in each of these: the two that own references make it reachable.
  for (ObjectList* list : {&garbage, &pending_releases, &reached}) {
    *next++ = {reinterpret_cast<void**>(&list->objects), sizeof(Object), false, 1, 0, list->size};
  }
}

// Gives all tables room for that many pages; none of them if memory runs out.
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
      if (table.by_cell) {
        CopyCells(*table.data, fresh[i], table.element);
      } else {
        std::memcpy(fresh[i], *table.data, table.element * table.used);
      }
      Release(*table.data, table.Bytes(page_capacity_));
    }
    *table.data = fresh[i];
  }
  page_capacity_ = pages;
  return true;
}

// Of each page, the cells that were ever taken: most pages are almost empty, and what nobody has
// touched of a table, new or old, costs no memory. Page 0 has kNull.
void Storage::CopyCells(const void* from, void* to, size_t element) const {
  for (uint32_t number = 0; number < page_count_; ++number) {
    const size_t begin = element * (size_t{number} << kPageBits);
    const size_t cells = number == 0 ? 1 : pages_[number].used;
    std::memcpy(static_cast<std::byte*>(to) + begin, static_cast<const std::byte*>(from) + begin,
                element * cells);
  }
}

void Storage::Trim() {
  for (uint32_t number = 1; number < page_count_; ++number) {
    Page& page = pages_[number];
    if (page.pool == nullptr) continue;
    Flush(*page.pool, page.pool->cached);
    if (page.taken == 0) ReleasePage(number);
  }
  while (page_count_ > 1 && pages_[page_count_ - 1].pool == nullptr) --page_count_;
  vacant_ = 0;
  for (uint32_t number = page_count_; number-- > 1;) {
    if (pages_[number].pool != nullptr) continue;
    pages_[number].next = vacant_;
    vacant_ = number;
  }
  for (int list = kGeneration0; list <= kGeneration2; ++list) Compact(lists[list]);
  // Half as much again is kept as room to grow. If there is no memory for that: next time.
  if (page_capacity_ / 4 >= page_count_) Resize(page_count_ + page_count_ / 2);
}

// --- Pages

bool Storage::AddPage(Pool& pool) {
  uint32_t number = vacant_;
  if (number == 0) {
    if (page_count_ == kMaxPages) return false;
    if (page_count_ == page_capacity_ && !Resize(2 * page_capacity_)) return false;
    number = page_count_;
  }
  const size_t stride = std::max<size_t>(pool.shape.stride, 1);
  const size_t capacity = std::clamp<size_t>(kPageBytes / stride, 1, kPageCells);
  void* cells = nullptr;
  if (pool.shape.stride != 0) {
    cells = Allocate(pool.shape.stride * capacity);
    if (cells == nullptr) return false;
    ASAN_POISON_MEMORY_REGION(cells, pool.shape.stride * capacity);
  }
  if (number == vacant_) {
    vacant_ = pages_[number].next;
  } else {
    ++page_count_;
    std::fill_n(state + (size_t{number} << kPageBits), kPageCells, static_cast<State>(kFree));
    std::fill_n(free_ + size_t{number} * kPageWords, kPageWords, 0);
  }
  Page& page = *new (&pages_[number]) Page{};
  page.cells = static_cast<std::byte*>(cells);
  page.shape = pool.shape;
  page.capacity = static_cast<uint16_t>(capacity);
  page.pool = &pool;
  pools_ += pool.pages++ == 0 ? 1 : 0;
  LinkOpen(number);
  return true;
}

void Storage::ReleasePage(uint32_t number) {
  Page& page = pages_[number];
  if (page.taken < page.capacity) UnlinkOpen(number);
  if (page.cells != nullptr) {
    ASAN_UNPOISON_MEMORY_REGION(page.cells, size_t{page.shape.stride} * page.capacity);
    Release(page.cells, size_t{page.shape.stride} * page.capacity);
  }
  if (page.weaks != nullptr) Release(page.weaks, page.capacity * sizeof(Object));
  std::fill_n(free_ + size_t{number} * kPageWords, kPageWords, 0);
  pools_ -= --page.pool->pages == 0 ? 1 : 0;
  page = Page{};
  page.next = vacant_;
  vacant_ = number;
}

void Storage::LinkOpen(uint32_t number) {
  Page& page = pages_[number];
  page.previous = 0;
  page.next = page.pool->open;
  if (page.next != 0) pages_[page.next].previous = number;
  page.pool->open = number;
}

void Storage::UnlinkOpen(uint32_t number) {
  Page& page = pages_[number];
  if (page.next != 0) pages_[page.next].previous = page.previous;
  if (page.previous != 0) {
    pages_[page.previous].next = page.next;
  } else {
    page.pool->open = page.next;
  }
  page.previous = page.next = 0;
}

// --- Cells

void Storage::Wipe(Object object) {
  const Page& page = PageOf(object);
  if (page.cells == nullptr) return;
  ASAN_UNPOISON_MEMORY_REGION(CellOf(object), page.shape.stride);
  std::memset(CellOf(object), 0, page.shape.stride);
}

void Storage::Poison(Object object) {
  const Page& page = PageOf(object);
  if (page.cells != nullptr) ASAN_POISON_MEMORY_REGION(CellOf(object), page.shape.stride);
}

// Fills the empty cache from a page with room: with about as many cells as it has taken, so that a
// type with few objects costs little, and at most a quarter of the cache. In a heap that has shrunk
// a new page in front is preferred to an open one at the end: the tables can shrink once that is
// empty.
bool Storage::Refill(Pool& pool) {
  const bool high = vacant_ != 0 && vacant_ < pool.open / 4;
  if ((pool.open == 0 || high) && !AddPage(pool) && pool.open == 0) return false;
  const uint32_t number = pool.open;
  Page& page = pages_[number];
  const uint32_t room = static_cast<uint32_t>(page.capacity - page.taken);
  const uint32_t cells = std::min({room, uint32_t{page.taken} + 4, Pool::kCacheCells / 4});
  // Those that were freed, in the order of handles; then new ones. The first is on top.
  const uint32_t freed = std::min<uint32_t>(cells, static_cast<uint32_t>(page.used - page.taken));
  Object* top = pool.cache + cells;
  if (freed != 0) top = TakeFreed(number, freed, top);
  const Object fresh = (number << kPageBits) + page.used;
  for (Object object = fresh; top != pool.cache; ++object) *--top = object;
  if (page.cells != nullptr && freed < cells && !kPoison) {
    std::memset(CellOf(fresh), 0, size_t{page.shape.stride} * (cells - freed));
  }
  std::fill_n(left + fresh, cells - freed, 0);  // tested by a traversal, though it means nothing
  page.used = static_cast<uint16_t>(page.used + cells - freed);
  pool.cached = cells;
  if (page.taken == 0) peak_pages_ = std::max(peak_pages_, ++busy_pages_);
  page.taken = static_cast<uint16_t>(page.taken + cells);
  if (page.taken == page.capacity) UnlinkOpen(number);
  return true;
}

// Writes that many freed cells of a page below `top`, the one of the least handle first. Returns
// the new top. REQUIRES: it has as many.
Object* Storage::TakeFreed(uint32_t number, uint32_t cells, Object* top) {
  for (uint32_t i = number * kPageWords; cells > 0; ++i) {
    uint64_t& word = free_[i];
    while (word != 0 && cells > 0) {
      const auto bit = static_cast<uint32_t>(std::countr_zero(word));
      const auto ones = static_cast<uint32_t>(std::countr_one(word >> bit));
      const uint32_t run = std::min(ones, cells);
      for (uint32_t k = 0; k < run; ++k) *--top = i * 64 + bit + k;
      word &= ~(~uint64_t{0} >> (64 - run) << bit);
      cells -= run;
    }
  }
  return top;
}

void Storage::FreeRun(Page& page, Object first, uint32_t count) {
  const uint32_t number = first >> kPageBits;
  const size_t bytes = size_t{page.shape.stride} * count;
  if (page.cells != nullptr) {
    if (page.shape.slots_only) std::memset(CellOf(first), 0, bytes);
    ASAN_POISON_MEMORY_REGION(CellOf(first), bytes);
  }
  std::fill_n(state + first, count, static_cast<State>(kFree));
  for (Object object = first; object != first + count;) {
    const uint32_t bit = object % 64;
    const uint32_t bits = std::min(64 - bit, first + count - object);
    free_[object / 64] |= ~uint64_t{0} >> (64 - bits) << bit;
    object += bits;
  }
  GiveRoom(number, count);
}

// Returns the oldest cached cells to their pages.
void Storage::Flush(Pool& pool, uint32_t cells) {
  for (uint32_t i = 0; i < cells; ++i) GiveBack(pool.cache[i]);
  std::copy(pool.cache + cells, pool.cache + pool.cached, pool.cache);
  pool.cached -= cells;
}

void Storage::FreeLastFirst(const Object* objects, const Object* end) {
  Pool& pool = *PageOf(*objects).pool;
  const auto count = static_cast<uint32_t>(end - objects);
  if (kPoison || count > Pool::kCacheCells - pool.cached) {
    for (; end != objects; --end) Free(pool, end[-1]);
    return;
  }
  Object* cached = pool.cache + pool.cached;
  for (; end != objects; --end) {
    Set(end[-1], kFree);
    *cached++ = end[-1];
  }
  pool.cached += count;
}

bool Storage::ReserveWeakTable(Object object) {
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
    if (page.used == 0) continue;
    std::fill_n(state + (size_t{number} << kPageBits), page.used, static_cast<State>(kFree));
    if (page.cells != nullptr) {
      ASAN_POISON_MEMORY_REGION(page.cells, size_t{page.shape.stride} * page.used);
    }
    if (page.weaks != nullptr) std::fill_n(page.weaks, page.used, kNull);
    if (page.taken == page.capacity) LinkOpen(number);
    std::fill_n(free_ + size_t{number} * kPageWords, (page.used + 63) / 64, 0);
    page.used = 0;
    page.taken = 0;
    page.pool->cached = 0;
  }
  busy_pages_ = 0;
  for (ObjectList& list : lists) list = {list.objects};
  for (ObjectList* list : {&garbage, &pending_releases, &reached}) *list = {list->objects};
}

void Storage::AppendRun(Object first, uint32_t count, List list) {
  ObjectList& to = lists[list];
  for (uint32_t k = 0; k < count; ++k) SetList(first + k, list);
  std::iota(list_index + first, list_index + first + count, static_cast<uint32_t>(to.size));
  std::iota(to.objects + to.size, to.objects + to.size + count, first);
  to.size += count;
}

void Storage::CompactGeneration(ObjectList& list) {
  if (&list <= &lists[kGeneration2]) Compact(list);
}

void Storage::Compact(ObjectList& list) {
  if (list.holes == 0) return;
  size_t kept = 0;
  for (size_t i = 0; i < list.size; ++i) {
    const Object object = list.objects[i];
    if (object == kNull) continue;
    list_index[object] = static_cast<uint32_t>(kept);
    list.objects[kept++] = object;
  }
  list.size = kept;
  list.holes = 0;
}

// --- Invariants

std::string Storage::Verify() const {
  uint32_t busy = 0;
  uint32_t vacant = 0;
  for (uint32_t number = 1; number < page_count_; ++number) {
    if (pages_[number].pool == nullptr) {
      ++vacant;
      continue;
    }
    busy += pages_[number].taken > 0 ? 1 : 0;
    if (const char* wrong = VerifyPage(number); *wrong != 0) {
      return "page " + std::to_string(number) + ": " + wrong;
    }
  }
  if (busy != busy_pages_ || busy > peak_pages_) return "busy pages are miscounted";
  for (uint32_t number = vacant_; number != 0; number = pages_[number].next) --vacant;
  return vacant == 0 ? "" : "vacant pages are miscounted";
}

// Every cell that was handed out is an object, cached, or marked in its page's bits of free_.
const char* Storage::VerifyPage(uint32_t number) const {
  const Page& page = pages_[number];
  const Pool& pool = *page.pool;
  if (page.shape != pool.shape) return "its shape differs from its pool's";
  if (pool.cached > Pool::kCacheCells) return "its pool's cache overflows";
  const auto here = [number](Object cell) { return cell >> kPageBits == number; };
  auto cells = static_cast<uint32_t>(std::count_if(pool.cache, pool.cache + pool.cached, here));
  for (uint32_t i = 0; i < page.used; ++i) {
    cells += ListOf((number << kPageBits) + i) != kFree ? 1 : 0;
  }
  if (cells != page.taken) return "the cells taken are miscounted";
  uint32_t free = 0;
  // Bits of words that no cell in use shares mean nothing yet.
  for (uint32_t word = 0; word * 64 < page.used; ++word) {
    for (uint64_t bits = free_[number * kPageWords + word]; bits != 0; bits &= bits - 1, ++free) {
      const uint32_t i = word * 64 + static_cast<uint32_t>(std::countr_zero(bits));
      if (i >= page.used) return "a cell that is marked free is new";
      if (ListOf((number << kPageBits) + i) != kFree) return "a cell that is marked free is not";
    }
  }
  if (cells + free != page.used) return "cells are lost";
  const bool open = page.previous != 0 || pool.open == number;
  if (open != (page.taken < page.capacity)) return "open without room, or not open with room";
  if (open && page.next != 0 && pages_[page.next].previous != number) return "its links are broken";
  return "";
}

}  // namespace ouro::heap
