// SPDX-License-Identifier: Apache-2.0

// Types, births and weak references. Deaths are in death.cc, collections in collect.cc.

#include "collector/heap/heap.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <utility>

#include "collector/heap/heap_inl.h"

namespace ouro::heap {

namespace {

constexpr int kThresholds[kGenerations] = {700, 10, 10};  // gcmodule.c: generations[]

// `own`: one of the heap's own types. `run`: the references of the type are contiguous.
Shape ShapeOf(const Type& type, bool own, bool run) {
  using enum Shape::Lifecycle;
  const auto count = static_cast<uint32_t>(type.references.size());
  Shape shape;
  shape.stride = (type.size + type.alignment - 1) & ~(type.alignment - 1);
  shape.count = count;
  shape.tracked = !type.leaf;
  shape.has_clear = type.clear != nullptr;
  shape.slots_only = run && type.visit == nullptr && count * sizeof(Object) == shape.stride;
  const bool trivial =
      !own && type.finalize == nullptr && type.destroy == nullptr && type.clear == nullptr;
  shape.lifecycle = trivial ? kTrivial : kGeneral;
  if (type.visit != nullptr) {
    shape.slots = Shape::Slots::kVisit;
  } else if (count != 0) {
    shape.slots = run ? Shape::Slots::kRun : Shape::Slots::kMap;
    shape.first = type.references[0];
    if (trivial && run) shape.lifecycle = shape.slots_only && !kPoison ? kReusable : kTrivialRun;
  }
  return shape;
}

}  // namespace

void Check(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "heap: %s\n", what);
  std::abort();
}

// The message names the culprit; the terminate handler usually prints what was thrown.
void EndByException() {
  std::fputs("heap: a function of the embedder's threw an exception, which it must not\n", stderr);
  std::terminate();
}

Heap::Heap(const Rules& rules, void* context, Listener* listener, const Allocator& allocator)
    : rules_(rules),
      context_(context),
      listener_(listener),
      storage_(allocator),
      entries_(allocator) {
  SetDebugOutput(nullptr);
  SetDebugClock(nullptr);
  const TypeId weak =
      Register({.name = "weakref", .size = sizeof(Weak), .alignment = alignof(Weak)});
  Check(weak == kWeakType, "weak references are not the first type");
  const TypeId holding = Register({.name = "weakref",
                                   .size = sizeof(HoldingWeak),
                                   .alignment = alignof(HoldingWeak),
                                   .references = {offsetof(HoldingWeak, held)}});
  Check(holding == kHoldingWeakType, "weak references that hold are not the second type");
  const TypeId map =
      Register({.name = "map", .size = sizeof(MapCell), .alignment = alignof(MapCell)});
  Check(map == kMapType, "maps are not the third type");
  Reset();
}

Heap::~Heap() {
  Check(idle(), "destroyed within a call of the heap");
  DestroyAll();
}

// Calls `destroy` for every object.
void Heap::DestroyAll() {
  for (uint32_t number = 1; number < storage_.page_count(); ++number) {
    const Storage::Page& page = storage_.page(number);
    if (page.shape.trivial() || page.pool == nullptr) continue;
    const Type& type = static_cast<Descriptor*>(page.pool)->type;
    if (type.destroy == nullptr) continue;
    for (uint32_t i = 0; i < page.used; ++i) {
      const Object object = (number << Storage::kPageBits) + i;
      if (storage_.ListOf(object) == kFree) continue;
      MustReturn([&] { type.destroy(*this, object); });
    }
  }
}

void Heap::Reset() {
  Check(idle(), "Reset within a call of the heap");
  DestroyAll();
  storage_.Reset();
  entries_.Clear();
  size_ = 0;
  std::copy(std::begin(kThresholds), std::end(kThresholds), thresholds_);
  std::fill(std::begin(counts_), std::end(counts_), 0);
  std::fill(std::begin(stats_), std::end(stats_), GenerationStats{});
  long_lived_total_ = 0;
  long_lived_pending_ = 0;
  fail_in_ = 0;
  enabled_ = true;
  debug_ = 0;
  debug_lost_ = 0;
  UpdateTrigger();
}

TypeId Heap::Register(const Type& type) {
  Check(types_.size() < kMaxTypes, "too many types");
  Check(type.size <= kMaxSize, "a type is too large");
  Check(std::has_single_bit(type.alignment) && type.alignment <= 16, "a type's alignment is wrong");
  Check(!type.leaf || (type.references.empty() && type.visit == nullptr), "a leaf has references");
  Check(type.visit == nullptr || (type.clear != nullptr && type.references.empty()),
        "a type with `visit` needs `clear`, and no `references`");
  Check(type.references.empty() || type.alignment >= alignof(Object),
        "a type's references are not aligned");
  std::vector<bool> taken(type.size / sizeof(Object));
  bool run = true;
  for (size_t i = 0; i < type.references.size(); ++i) {
    const uint32_t at = type.references[i];
    Check(at % alignof(Object) == 0 && at + sizeof(Object) <= type.size,
          "a type has a reference outside of its objects");
    Check(!taken[at / sizeof(Object)], "a type has a reference twice");
    taken[at / sizeof(Object)] = true;
    run = run && at == type.references[0] + i * sizeof(Object);
  }

  // Without values for the cache of cells, four kilobytes that most types of most heaps never use.
  auto descriptor = std::make_unique_for_overwrite<Descriptor>();
  descriptor->type = type;
  descriptor->id = static_cast<TypeId>(types_.size());
  descriptor->shape = ShapeOf(type, /*own=*/descriptor->id <= kMapType, run);
  if (!run) descriptor->map = descriptor->type.references.data();
  types_.push_back(std::move(descriptor));
  return types_.back()->id;
}

// --- Births

// _PyObject_GC_Alloc, section 2. The cell is taken first, so that a failure has no effect; then
// comes the count and perhaps a collection, to which the new object does not exist: its state is
// still kFree, and it is in no list.
Object Heap::Begin(Descriptor& descriptor) {
  if (fail_in_ > 0 && --fail_in_ == 0) return kNull;
  const Object object = storage_.Take(descriptor);
  if (object != kNull && descriptor.shape.tracked && ++counts_[0] > trigger_) CollectEligible();
  return object;
}

Object Heap::NewSlow(Descriptor& descriptor) {
  const Object object = Begin(descriptor);
  if (object != kNull) Complete(object, descriptor.shape.tracked);
  return object;
}

Object Heap::NewWeak(Object target, WeakCallback callback, void* context) {
  return MakeWeak(kWeakType, target, callback, context);
}

Object Heap::NewHoldingWeak(Object target, Object held, WeakCallback callback, void* context) {
  const Object weak = MakeWeak(kHoldingWeakType, target, callback, context);
  if (weak != kNull) Store(Slot(weak, 0), held);
  return weak;
}

Object Heap::MakeWeak(TypeId type, Object target, WeakCallback callback, void* context) {
  assert(!IsWeak(target));
  Descriptor& descriptor = *types_[type];
  if (!storage_.ReserveWeakTable(target)) return kNull;
  const Object object = Begin(descriptor);
  if (object == kNull) return kNull;
  Complete(object, /*tracked=*/true);
  Object& newest = storage_.NewestWeak(target);
  WeakOf(object) = {target, newest, kNull, callback, context};
  if (newest != kNull) WeakOf(newest).newer = object;
  newest = object;
  storage_.SetFlag(target, kHasWeakRefs);
  return object;
}

void Heap::SetThresholds(int first, int second, int third) {
  thresholds_[0] = first;
  thresholds_[1] = second;
  thresholds_[2] = third;
  UpdateTrigger();
}

void Heap::SetEnabled(bool enabled) {
  enabled_ = enabled;
  UpdateTrigger();
}

void Heap::Trim() {
  Check(idle(), "Trim within a call of the heap");
  storage_.Trim();
  entries_.Trim();
}

void Heap::UpdateTrigger() {
  const bool never = !enabled_ || thresholds_[0] == 0;
  trigger_ = never ? std::numeric_limits<int64_t>::max() : thresholds_[0];
}

// Emptied first: user code that runs in these deaths may read the list or refill it.
void Heap::ClearGarbage() {
  ObjectList& garbage = storage_.garbage;
  ObjectList& pending_releases = storage_.pending_releases;
  const size_t base = pending_releases.size;
  std::copy_n(garbage.objects, garbage.size, pending_releases.objects + base);
  pending_releases.size += garbage.size;
  garbage.size = 0;
  ReleasePending(base);
}

// --- Weak references

Object Heap::Target(Object weak) const {
  const Object target = WeakOf(weak).target;
  if (target == kNull) return kNull;
  // A weak reference made by a finalizer of trash keeps its target until that dies, so that its
  // callback runs (section 6, experiment W16), but must not expose an object whose references are
  // cleared; nor one that is already dying (issue 16602).
  const List list = storage_.ListOf(target);
  if (list == kDying || storage_.Has(target, kReported)) return kNull;
  if (clearing_ && list == kTrash) return kNull;
  return target;
}

// clear_weakref: unlinks the weak reference from its target.
void Heap::Detach(Object weak) {
  Weak& cell = WeakOf(weak);
  if (cell.target == kNull) return;
  if (cell.older != kNull) WeakOf(cell.older).newer = cell.newer;
  if (cell.newer != kNull) {
    WeakOf(cell.newer).older = cell.older;
  } else {
    storage_.NewestWeak(cell.target) = cell.older;
    if (cell.older == kNull) storage_.ClearFlag(cell.target, kHasWeakRefs);
  }
  cell.target = cell.older = cell.newer = kNull;
}

void Heap::ClearWeaks(Object object) {
  while (storage_.Has(object, kHasWeakRefs)) Detach(storage_.NewestWeak(object));
}

// PyObject_ClearWeakRefs: all are cleared before the first callback runs, and kept alive until the
// last one has run: a callback may drop the others, and theirs still run (section 1, experiment
// W13). Those without a callback are kept alive too, except the newest two if they have none:
// CPython up to 3.12 clears these before it saves the rest.
//
// Those kept alive are linked through `newer`, in the order of their calls, and `older`, the
// reverse; being detached, they need neither for their target.
void Heap::ClearAndCallWeaks(Object object) {
  Object first = kNull;
  Object last = kNull;
  int unsaved = 2;
  while (storage_.Has(object, kHasWeakRefs)) {
    const Object weak = storage_.NewestWeak(object);
    Detach(weak);
    if (storage_.ListOf(weak) == kDying) continue;  // issue 3100
    if (WeakOf(weak).callback != nullptr) unsaved = 0;
    if (unsaved-- > 0) continue;
    Retain(weak);
    WeakOf(weak).older = last;
    (last == kNull ? first : WeakOf(last).newer) = weak;
    last = weak;
  }
  for (Object weak = first; weak != kNull; weak = WeakOf(weak).newer) {
    const WeakCallback callback = WeakOf(weak).callback;
    if (callback != nullptr) RunUserCode([&] { callback(*this, weak); });
  }
  while (last != kNull) {
    const Object weak = last;
    last = WeakOf(weak).older;
    WeakOf(weak).older = WeakOf(weak).newer = kNull;
    Release(weak);
  }
}

}  // namespace ouro::heap
