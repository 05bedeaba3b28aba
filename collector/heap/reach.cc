// SPDX-License-Identifier: Apache-2.0

// Reachability: which objects of a set can be reached from outside it. The set is the collected
// generations, or what is left of the trash after its finalizers have run.
//
// Each pass scans the set in order, which is memory order for objects that were made together, and
// one table. The only random accesses are those through references: for the counting pass to
// `list_index`, 4 bytes an object and hot; for the traversal to cells, which it prefetches.

#include <cstddef>
#include <cstdint>

#include "collector/heap/heap.h"
#include "collector/heap/heap_inl.h"

namespace ouro::heap {

namespace {

// Marks what can be reached, depth first. A `Scan` calls Show for the references of an object.
class Tracer {
 public:
  // `unreached` members are not reached yet. The stack grows from index `bottom`.
  Tracer(Storage& storage, size_t bottom, size_t unreached)
      : list_index_(storage.list_index),
        stack_(storage.reached.objects),
        storage_(storage),
        bottom_(bottom),
        top_(bottom),
        unreached_(unreached) {}

  // Follows a reference: a member not yet reached becomes reached and is pushed. Branch-free,
  // because the branch would be unpredictable.
  void Examine(Object object) {
    const uint32_t entry = list_index_[object];
    const uint32_t member = entry >> 31;
    list_index_[object] = entry & (member - 1);  // 0, or as it was
    stack_[top_] = object;
    top_ += member;
    unreached_ -= member;
  }

  // Two queues separate the steps for each object, so that prefetches have time to complete:
  //
  //   Advance    pops an object and prefetches its cell
  //   (scan)     calls Show for its references
  //   Show       prefetches the entry of the object referred to
  //   Examine
  template <typename Scan>
  void Finish(const Scan& scan) {
    while (unreached_ > 0) {
      if (top_ > bottom_) {
        Advance(stack_[--top_]);
        if (cells_in_ - cells_out_ == kCells) scan(cells_[cells_out_++ % kCells]);
      } else if (shown_in_ != shown_out_) {
        Examine(shown_[shown_out_++ % kShown]);
      } else if (cells_in_ != cells_out_) {
        scan(cells_[cells_out_++ % kCells]);
      } else {
        break;
      }
    }
  }
  void Show(Object object) {
    __builtin_prefetch(&list_index_[object], 1);
    shown_[shown_in_++ % kShown] = object;
    if (shown_in_ - shown_out_ == kShown) Examine(shown_[shown_out_++ % kShown]);
  }

  size_t unreached() const { return unreached_; }

 private:
  static constexpr uint32_t kShown = 32;
  static constexpr uint32_t kCells = 16;

  void Advance(Object object) {
    __builtin_prefetch(storage_.CellOf(object));
    cells_[cells_in_++ % kCells] = object;
  }

  uint32_t* const list_index_;
  Object* const stack_;
  const Storage& storage_;
  const size_t bottom_;
  size_t top_;
  size_t unreached_;
  Object shown_[kShown];
  Object cells_[kCells];
  uint32_t shown_in_ = 0;
  uint32_t shown_out_ = 0;
  uint32_t cells_in_ = 0;
  uint32_t cells_out_ = 0;
};

}  // namespace

// update_refs, subtract_refs and the decision of move_unreachable. Returns how many members of
// `set` cannot be reached from outside it: by references of the embedder, of running user code, of
// dying objects, or any others that a traversal cannot see. If the result is positive, exactly
// their entries in `list_index` have the bit kMember afterwards; if it is 0, the bit means nothing.
// Either way the caller must set every member's list index. Compacts `set`. O(members and
// references).
size_t Heap::FindUnreachable(ObjectList& set) {
  static_assert(kMember == 1u << 31, "Examine and Count shift it down");
  uint32_t* const list_index = storage_.list_index;
  const uint32_t* const refs = storage_.refs;
  if (set.holes != 0) storage_.Compact(set);
  for (size_t i = 0; i < set.size; ++i) list_index[set.objects[i]] = kMember + refs[set.objects[i]];
  Count(set);
  size_t unreached = 0;
  for (size_t i = 0; i < set.size; ++i) unreached += list_index[set.objects[i]] == kMember ? 1 : 0;
  return unreached == 0 || unreached == set.size ? unreached : Reach(set, unreached);
}

// Accounts for one reference per edge within the set, parallel edges included. Edges that leave the
// set, and empty slots, find an entry without the bit and change nothing.
void Heap::Count(const ObjectList& set) {
  uint32_t* const list_index = storage_.list_index;
  const auto account = [list_index](Object object) {
    list_index[object] -= list_index[object] >> 31;
  };
  for (size_t i = 0; i < set.size; ++i) {
    const Object object = set.objects[i];
    const Storage::Page& page = storage_.PageOf(object);
    if (page.shape.slots == Shape::Slots::kRun) {
      const Object* const slots = SlotsIn(page, object);
      for (uint32_t k = 0, n = page.shape.count; k < n; ++k) account(slots[k]);
    } else if (page.shape.slots != Shape::Slots::kNone) {
      ForEachReference(object, account);
    }
  }
  if (entries_.size() != 0) CountEntries(set);
}

// An entry is a reference from its map and from its key, if these are members: once, if both are.
void Heap::CountEntries(const ObjectList& set) {
  uint32_t* const list_index = storage_.list_index;
  for (size_t i = 0; i < set.size; ++i) {
    const Object object = set.objects[i];
    ForEachEntry(object, [&](Object value, Object other) {
      const bool of_map = (list_index[other] & kMember) != 0 && !IsMap(object);
      if (!of_map) list_index[value] -= list_index[value] >> 31;
    });
  }
}

// Calls each(value) for the entries of `object`, a member that is reached, or none, whose other
// side is so, too: whichever of the two is reached last finds the entry. So each entry is examined
// twice at most, however long a chain of entries is.
template <typename F>
void Heap::ForEachReachedEntry(Object object, F each) const {
  ForEachEntry(object, [&](Object value, Object other) {
    if ((storage_.list_index[other] & kMember) == 0) each(value);
  });
}

// References not accounted for come from outside: marks the members that have any, and all that
// they reach. Returns how many members are not reached.
size_t Heap::Reach(const ObjectList& set, size_t unreached) {
  uint32_t* const list_index = storage_.list_index;
  Object* const roots = storage_.reached.objects;
  size_t count = 0;
  for (size_t i = 0; i < set.size; ++i) {
    const Object object = set.objects[i];
    const bool root = list_index[object] > kMember;
    list_index[object] = root ? 0 : list_index[object];
    roots[count] = object;
    count += root ? 1 : 0;
  }
  // The roots in order, mostly memory order; then what they have pushed.
  Tracer tracer(storage_, count, unreached);
  const auto examine = [&tracer](Object object) { tracer.Examine(object); };
  for (size_t i = 0; i < count; ++i) {
    ForEachReference(roots[i], examine);
    ForEachReachedEntry(roots[i], examine);
  }
  const auto show = [&tracer](Object object) { tracer.Show(object); };
  tracer.Finish([&](Object object) {
    ForEachReference(object, show);
    ForEachReachedEntry(object, show);
  });
  return tracer.unreached();
}

}  // namespace ouro::heap
