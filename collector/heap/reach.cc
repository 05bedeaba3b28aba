// SPDX-License-Identifier: Apache-2.0

// Reachability: which objects of a set can be reached from outside it. The set is the collected
// generations, or what is left of the trash after its finalizers have run.
//
// Each pass scans the set in order, which is memory order for objects that were made together, and
// one or two tables; runs (runs.h) at once. The only random accesses are those through references:
// for the counting pass to `left`, a byte an object and hot; for the traversal to states, also a
// byte, and to cells, which it prefetches.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "collector/heap/heap.h"
#include "collector/heap/heap_inl.h"
#include "collector/heap/runs.h"

namespace ouro::heap {

namespace {

// Marks what can be reached, depth first. A `Scan` calls Show for the references of an object.
class Tracer {
 public:
  // `unreached` members are not reached yet.
  Tracer(Storage& storage, size_t unreached)
      : state_(storage.state),
        stack_(storage.reached.objects),
        storage_(storage),
        unreached_(unreached) {}

  // Follows a reference: a member not yet reached becomes reached and is pushed. Branch-free,
  // because the branch would be unpredictable.
  void Examine(Object object) {
    static_assert(kUnreached == 1u << 7, "shifted down below");
    const uint8_t bits = static_cast<uint8_t>(state_[object]);
    const size_t member = bits >> 7;
    state_[object] = static_cast<State>(bits & ~kUnreached);
    stack_[top_] = object;
    top_ += member;
    unreached_ -= member;
  }

  // Two queues separate the steps for each object, so that prefetches have time to complete:
  //
  //   Advance    pops an object and prefetches its cell
  //   (scan)     calls Show for its references
  //   Show       prefetches the state of the object referred to
  //   Examine
  template <typename Scan>
  void Finish(const Scan& scan) {
    while (unreached_ > 0) {
      if (top_ > 0) {
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
    __builtin_prefetch(&state_[object], 1);
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

  State* const state_;
  Object* const stack_;
  const Storage& storage_;
  size_t top_ = 0;
  size_t unreached_;
  Object shown_[kShown];
  Object cells_[kCells];
  uint32_t shown_in_ = 0;
  uint32_t shown_out_ = 0;
  uint32_t cells_in_ = 0;
  uint32_t cells_out_ = 0;
};

// Returns all counts, or-ed.
uint32_t CopyLowBytes(const uint32_t* __restrict counts, uint8_t* __restrict bytes, size_t count) {
  uint32_t all = 0;
  for (size_t k = 0; k < count; ++k) {
    all |= counts[k];
    bytes[k] = static_cast<uint8_t>(counts[k]);
  }
  return all;
}

// MarkUnreached for a run.
size_t MarkZeros(uint8_t* __restrict left, State* __restrict state, size_t count) {
  constexpr size_t kBlock = 128;  // whose sum fits into a byte: sixteen of them are added at once
  size_t marked = 0;
  for (size_t k = 0; k < count;) {
    uint8_t of_block = 0;
    for (const size_t end = std::min(k + kBlock, count); k < end; ++k) {
      const uint8_t mark = left[k] == 0 ? kUnreached : 0;
      left[k] = mark ^ kUnreached;
      state[k] = static_cast<State>(static_cast<uint8_t>(state[k]) | mark);
      of_block = static_cast<uint8_t>(of_block + mark / kUnreached);
    }
    marked += of_block;
  }
  return marked;
}

}  // namespace

// update_refs, subtract_refs and the decision of move_unreachable. Marks the members of `set` that
// cannot be reached from outside it as kUnreached, and no others: not those that are referenced by
// the embedder, by running user code, by dying objects, or by any others that a traversal cannot
// see. Returns how many it has marked. O(members and references).
size_t Heap::FindUnreachable(const Runs& set) {
  const bool high = CopyCounts(set);
  Count(set);
  if (high) JoinCounts(set);
  const size_t unreached = MarkUnreached(set);
  return unreached == 0 || unreached == set.size() ? unreached : Reach(set, unreached);
}

// Begins with all references to a member: the low byte of its count in `left`, the rest in
// `left_high`, which is up to date only for members whose rest is not 0. Returns whether there are
// any.
bool Heap::CopyCounts(const Runs& set) {
  const uint32_t* const refs = storage_.refs;
  uint8_t* const left = storage_.left;
  uint32_t* const left_high = storage_.left_high();
  uint32_t all = 0;
  const auto copy_run = [&](Object first, uint32_t count) {
    all |= CopyLowBytes(refs + first, left + first, count);
    return true;
  };
  const auto copy_one = [&](Object object) {
    left[object] = static_cast<uint8_t>(refs[object]);
    all |= refs[object];
  };
  set.ForEach(copy_run, copy_one);
  if (all >> 8 == 0) return false;
  set.ForEach([&](Object object) {
    if (refs[object] >> 8 != 0) left_high[object] = refs[object] >> 8;
  });
  return true;
}

// Accounts for one reference per edge from the set, parallel edges included; where the low byte is
// 0 it borrows one from the rest. Edges that leave the set, and empty slots, are accounted for as
// well, which costs nothing: what is left of objects that are no members is not looked at.
void Heap::Count(const Runs& set) {
  uint8_t* const left = storage_.left;
  uint32_t* const left_high = storage_.left_high();
  const auto account = [left, left_high](Object object) {
    if (__builtin_sub_overflow(left[object], uint8_t{1}, &left[object])) [[unlikely]]
      --left_high[object];
  };
  const auto count_run = [&](Object first, uint32_t count) {
    const Storage::Page& page = storage_.PageOf(first);
    if (!page.shape.slots_only) return false;
    ForEachOf(SlotsIn(page, first), count * page.shape.count, account);
    return true;
  };
  const auto count_one = [&](Object object) {
    const Storage::Page& page = storage_.PageOf(object);
    if (page.shape.slots == Shape::Slots::kRun) {
      const Object* const slots = SlotsIn(page, object);
      for (uint32_t k = 0, n = page.shape.count; k < n; ++k) account(slots[k]);
    } else if (page.shape.slots != Shape::Slots::kNone) {
      ForEachReference(object, account);
    }
  };
  set.ForEach(count_run, count_one);
  if (entries_.size() != 0) CountEntries(set);
}

// An entry is a reference from its map and from its key, if these are members: once, if both are.
// Meanwhile all members are marked.
void Heap::CountEntries(const Runs& set) {
  uint8_t* const left = storage_.left;
  set.ForEach([&](Object object) { storage_.SetFlag(object, kUnreached); });
  set.ForEach([&](Object object) {
    ForEachEntry(object, [&](Object value, Object other) {
      const bool of_map = storage_.Has(other, kUnreached) && !IsMap(object);
      if (!of_map && left[value]-- == 0) --storage_.left_high()[value];
    });
  });
  set.ForEach([&](Object object) { storage_.ClearFlag(object, kUnreached); });
}

// Makes the low bytes tell whether anything is left, for members with many references.
void Heap::JoinCounts(const Runs& set) {
  set.ForEach([&](Object object) {
    if (storage_.refs[object] >> 8 == 0 || storage_.left_high()[object] == 0) return;
    storage_.left[object] = 1;
  });
}

// Marks the members of which nothing is left: all references to them come from within the set.
// Returns how many they are. Of others, the roots, something is left; in runs it is kUnreached
// then, which EndOfStretch finds.
size_t Heap::MarkUnreached(const Runs& set) {
  uint8_t* const left = storage_.left;
  State* const state = storage_.state;
  size_t marked = 0;
  const auto mark_run = [&](Object first, uint32_t count) {
    marked += MarkZeros(left + first, state + first, count);
    return true;
  };
  const auto mark_one = [&](Object object) {
    if (left[object] != 0) return;
    storage_.SetFlag(object, kUnreached);
    ++marked;
  };
  set.ForEach(mark_run, mark_one);
  return marked;
}

// Calls each(value) for the entries of `object`, a member that is reached, or none, whose other
// side is so, too: whichever of the two is reached last finds the entry. So each entry is examined
// twice at most, however long a chain of entries is.
template <typename F>
void Heap::ForEachReachedEntry(Object object, F each) const {
  ForEachEntry(object, [&](Object value, Object other) {
    if (!storage_.Has(other, kUnreached)) each(value);
  });
}

// References not accounted for come from outside: removes the mark of all that the members with any
// reach. Returns how many members are not reached.
size_t Heap::Reach(const Runs& set, size_t unreached) {
  const uint8_t* const left = storage_.left;
  Tracer tracer(storage_, unreached);
  const auto examine = [&tracer](Object object) { tracer.Examine(object); };
  // The roots in order, mostly memory order; then what they have pushed. Marks come and go
  // meanwhile: who is a root is known from `left`.
  const auto examine_run = [&](Object first, uint32_t count) {
    const Storage::Page& page = storage_.PageOf(first);
    if (!page.shape.slots_only || entries_.size() != 0) return false;
    for (uint32_t k = EndOfStretch(left + first, 0, count, false); k < count;) {
      const uint32_t end = EndOfStretch(left + first, k, count, true);
      ForEachOf(SlotsIn(page, first + k), (end - k) * page.shape.count, examine);
      k = EndOfStretch(left + first, end, count, false);
    }
    return true;
  };
  const auto examine_one = [&](Object object) {
    if (left[object] == 0) return;
    ForEachReference(object, examine);
    ForEachReachedEntry(object, examine);
  };
  set.ForEach(examine_run, examine_one);
  const auto show = [&tracer](Object object) { tracer.Show(object); };
  tracer.Finish([&](Object object) {
    ForEachReference(object, show);
    ForEachReachedEntry(object, show);
  });
  return tracer.unreached();
}

}  // namespace ouro::heap
