// Storage, weak references and deaths by reference count. Collections are in heap_collect.cc.

#include "collector/heap.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace ouro::heap {

namespace {

constexpr int kThresholds[kGenerations] = {700, 10, 10};  // gcmodule.c: generations[]
constexpr uint32_t kWeakWords = 2;                        // Cell::Older and Cell::Newer

}  // namespace

void Check(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "heap: %s\n", what);
  std::abort();
}

Heap::Heap(const Rules& rules, Hooks& hooks) : rules_(rules), hooks_(hooks) {
  pages_.emplace_back();
  shadow_.resize(kPageCells);
  Reset();
}

Heap::~Heap() = default;

void Heap::Reset() {
  Check(idle(), "Reset within a call of the heap");
  for (Page& page : pages_) page.used = 0;
  for (Size& size : sizes_) {
    size.free = kNull;
    size.open = 0;
  }
  for (std::vector<Object>& list : lists_) list.clear();
  garbage_.clear();
  live_ = 0;
  std::copy(std::begin(kThresholds), std::end(kThresholds), thresholds_);
  std::fill(std::begin(counts_), std::end(counts_), 0);
  long_lived_total_ = 0;
  long_lived_pending_ = 0;
  fail_in_ = 0;
  enabled_ = true;
  save_all_ = false;
}

// --- Storage

int Heap::SizeOf(uint32_t slots) {
  if (slots <= kExactSizes) return static_cast<int>(slots);
  return kExactSizes - 4 + std::bit_width(slots - 1);  // 17 ... 32 slots have size 17
}

uint32_t Heap::CapacityOf(int size) {
  return size <= kExactSizes ? static_cast<uint32_t>(size) : 1u << (size - (kExactSizes - 4));
}

bool Heap::AddPage(int size) {
  if (pages_.size() == kMaxPages) return false;
  const size_t stride = sizeof(Cell) + CapacityOf(size) * sizeof(Object);
  const size_t capacity = std::clamp<size_t>(kPageBytes / stride, 1, kPageCells);
  std::unique_ptr<std::byte[]> cells(new (std::nothrow) std::byte[stride * capacity]);
  if (cells == nullptr) return false;
  sizes_[size].pages.push_back(static_cast<uint32_t>(pages_.size()));
  pages_.push_back(
      {std::move(cells), static_cast<uint32_t>(stride), 0, static_cast<uint16_t>(capacity)});
  shadow_.resize(pages_.size() << kPageBits);
  return true;
}

Object Heap::TakeCell(int size_index) {
  Size& size = sizes_[size_index];
  if (size.free != kNull) {
    const Object object = size.free;
    size.free = At(object).place;
    return object;
  }
  for (;; ++size.open) {
    if (size.open == size.pages.size() && !AddPage(size_index)) return kNull;
    Page& page = pages_[size.pages[size.open]];
    if (page.used == page.capacity) continue;
    const Object object = (size.pages[size.open] << kPageBits) + page.used;
    new (page.cells.get() + size_t{page.used} * page.stride) Cell{};
    ++page.used;
    return object;
  }
}

void Heap::FreeCell(Object object) {
  Cell& cell = At(object);
  const uint32_t words = cell.kind == Kind::kWeak ? kWeakWords : cell.slot_count;
  Size& size = sizes_[SizeOf(words)];
  cell.kind = Kind::kFree;
  cell.place = size.free;
  size.free = object;
  --live_;
}

// _PyObject_GC_Alloc, section 2. The storage comes first, so that a failure has no effect; then the
// count and perhaps a collection, for which the new object does not exist: its cell is still free,
// and in no list.
Object Heap::Allocate(Kind kind, uint32_t words) {
  if (fail_in_ > 0 && --fail_in_ == 0) return kNull;
  const Object object = TakeCell(SizeOf(words));
  if (object == kNull) return kNull;
  if (kind != Kind::kLeaf) {
    ++counts_[0];
    if (counts_[0] > thresholds_[0] && thresholds_[0] != 0 && enabled_ && !collecting_) {
      CollectEligible();
    }
  }
  Cell& cell = At(object);
  cell.refs = 1;
  cell.weak = kNull;
  cell.slot_count = 0;
  cell.kind = kind;
  cell.list = kNoList;
  cell.flags = 0;
  ++live_;
  return object;
}

Object Heap::NewLeaf() { return Allocate(Kind::kLeaf, 0); }

Object Heap::NewNode(int slots, bool has_finalizer) {
  assert(slots >= 0 && slots <= kMaxSlots);
  const Object node = Allocate(Kind::kNode, static_cast<uint32_t>(slots));
  if (node == kNull) return kNull;
  Cell& cell = At(node);
  cell.slot_count = static_cast<uint16_t>(slots);
  cell.flags = has_finalizer ? kHook : 0;
  std::fill_n(cell.slots(), slots, kNull);
  Append(node, kGeneration0);
  return node;
}

Object Heap::NewWeak(Object target, bool has_callback) {
  assert(IsNode(target));
  const Object weak = Allocate(Kind::kWeak, kWeakWords);
  if (weak == kNull) return kNull;
  Cell& cell = At(weak);
  Cell& node = At(target);
  cell.flags = has_callback ? kHook : 0;
  cell.weak = target;
  cell.Older() = node.weak;
  cell.Newer() = kNull;
  if (node.weak != kNull) At(node.weak).Newer() = weak;
  node.weak = weak;
  Append(weak, kGeneration0);
  return weak;
}

void Heap::SetThresholds(int first, int second, int third) {
  thresholds_[0] = first;
  thresholds_[1] = second;
  thresholds_[2] = third;
}

void Heap::ClearGarbage() {
  // Emptied first: what dies of it may look at the list, or have it filled again.
  std::vector<Object> elements;
  elements.swap(garbage_);
  while (!elements.empty()) {
    const Object object = elements.back();
    elements.pop_back();
    Release(object);
  }
}

void Heap::ForEachTracked(const std::function<void(Object, int)>& visit) const {
  for (int generation = 0; generation < kGenerations; ++generation) {
    for (const Object object : lists_[generation]) visit(object, generation);
  }
}

// --- Membership

void Heap::Append(Object object, List list) {
  Cell& cell = At(object);
  cell.list = list;
  cell.place = static_cast<uint32_t>(lists_[list].size());
  lists_[list].push_back(object);
}

void Heap::Untrack(Object object) {
  Cell& cell = At(object);
  if (cell.list == kNoList) return;
  std::vector<Object>& list = lists_[cell.list];
  if (cell.list <= kGeneration2) {
    const Object last = list.back();
    list[cell.place] = last;
    At(last).place = cell.place;
    list.pop_back();
  } else {
    list[cell.place] = kNull;
  }
  cell.list = kNoList;
}

// --- Weak references

Object Heap::Target(Object weak) const {
  assert(IsWeak(weak));
  const Object target = At(weak).weak;
  if (target == kNull) return kNull;
  // A weak reference that a finalizer of trash made keeps its target until that dies, for the sake
  // of its callback (section 6, experiment W16), but must not show an object without its slots; nor
  // one that is already dying (issue 16602).
  const Cell& cell = At(target);
  if (cell.refs == 0 || (cell.flags & kReported) != 0) return kNull;
  if (clearing_ && cell.list == kTrash) return kNull;
  return target;
}

// clear_weakref: the weak reference has no target from now on.
void Heap::Detach(Object weak) {
  Cell& cell = At(weak);
  if (cell.weak == kNull) return;
  const Object older = cell.Older();
  const Object newer = cell.Newer();
  if (older != kNull) At(older).Newer() = newer;
  if (newer != kNull) {
    At(newer).Older() = older;
  } else {
    At(cell.weak).weak = older;
  }
  cell.weak = kNull;
}

void Heap::ForgetWeaks(Object node) {
  while (At(node).weak != kNull) Detach(At(node).weak);
}

// PyObject_ClearWeakRefs: all are cleared before the first callback runs, and held until the last
// one has run: a callback may drop the others, theirs run all the same (section 1, experiment W13).
// That holds for those without callback too, except for the newest two as long as they have none:
// CPython up to 3.12 clears these before it saves the rest.
void Heap::CallWeaks(Object node) {
  const size_t base = pending_.size();
  int unsaved = 2;
  while (At(node).weak != kNull) {
    const Object weak = At(node).weak;
    Detach(weak);
    if (At(weak).refs == 0) continue;  // it is dying itself (issue 3100)
    if ((At(weak).flags & kHook) != 0) unsaved = 0;
    if (unsaved-- > 0) continue;
    Retain(weak);
    pending_.push_back(weak);
  }
  const size_t end = pending_.size();
  for (size_t i = base; i < end; ++i) {
    if ((At(pending_[i]).flags & kHook) != 0) CallHook(&Hooks::Callback, pending_[i]);
  }
  while (pending_.size() > base) {
    const Object weak = pending_.back();
    pending_.pop_back();
    Release(weak);
  }
}

// Runs user code.
void Heap::CallHook(void (Hooks::*hook)(Object), Object object) {
  ++hooks_running_;
  (hooks_.*hook)(object);
  --hooks_running_;
}

// --- Deaths

// Completes the death of an object whose count is zero, and all deaths that it causes, in the order
// of recursion (section 3): `deaths_` is its stack of calls. User code that runs within may get
// here again; it finds the stack as it leaves it.
void Heap::Die(Object object) {
  const size_t base = deaths_.size();
  if (StartDeath(object)) deaths_.push_back({object, 0});
  while (deaths_.size() > base) {
    Death& death = deaths_.back();
    Cell& cell = At(death.object);
    if (death.next == cell.slot_count) {
      const Object empty = death.object;
      deaths_.pop_back();
      FinishDeath(empty);
      continue;
    }
    Object& slot = cell.slots()[death.next++];
    const Object value = slot;
    slot = kNull;
    if (value == kNull || --At(value).refs != 0) continue;
    if (StartDeath(value)) deaths_.push_back({value, 0});
  }
}

// `second` awaits its death untracked and with a count of zero, so that no collection, callback or
// dereference meets it.
void Heap::ReleaseBoth(Object first, Object second) {
  --At(first).refs;
  const bool second_dies = --At(second).refs == 0 && second != first;
  if (second_dies) Untrack(second);
  if (At(first).refs == 0) Die(first);
  if (second_dies) Die(second);
}

// subtype_dealloc up to the slots, section 1. False if that was all, because the object has none or
// lives again. While callbacks run the object is in no generation and its count is zero; what it
// still holds is then held by something that no traversal sees, and so survives collections.
bool Heap::StartDeath(Object object) {
  Untrack(object);
  Cell& cell = At(object);
  if (cell.kind != Kind::kNode) {
    if (cell.kind == Kind::kWeak) Detach(object);
    FinishDeath(object);
    return false;
  }
  if (rules_.finalizers == Rules::Finalizers::kUncollectable) {
    CallWeaks(object);
    if (Resurrects(object)) return false;
    ForgetWeaks(object);  // those that the finalizer made: silently, experiment R6
  } else {
    if (Resurrects(object)) return false;
    CallWeaks(object);
  }
  return true;
}

// slot_tp_del, PyObject_CallFinalizerFromDealloc: runs the finalizer, if it has to run, and says
// whether the object is held again. If so it stays in the generation where it is then.
bool Heap::Resurrects(Object object) {
  Cell& cell = At(object);
  if ((cell.flags & kHook) == 0 || (cell.flags & kFinalized) != 0) return false;
  Append(object, kGeneration0);
  cell.refs = 1;
  CallHook(&Hooks::Finalize, object);
  if (rules_.finalizers == Rules::Finalizers::kOnce) cell.flags |= kFinalized;
  if (--cell.refs > 0) return true;
  Untrack(object);
  return false;
}

void Heap::FinishDeath(Object object) {
  if ((At(object).flags & kReported) == 0) Report(object);
  FreeCell(object);
}

// The count falls with the report, whatever still holds the empty object (PyObject_GC_Del).
void Heap::Report(Object object) {
  Cell& cell = At(object);
  cell.flags |= kReported;
  hooks_.Freed(object);
  if (cell.kind != Kind::kLeaf && counts_[0] > 0) --counts_[0];
}

}  // namespace ouro::heap
