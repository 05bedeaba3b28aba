// Reachability: which objects of a set can be reached from outside of it. The set is the
// generations that are collected, or what is left of the trash after its finalizers have run.
//
// Each pass goes through the set in order, which for objects that were made together is the order
// of memory, and through one table. Only what a pass looks up by reference is anywhere: for the
// count, that is `place`, 4 bytes an object and hot; for the traversal, cells, which it prefetches.

#include "collector/heap/heap.h"
#include "collector/heap/references.h"

namespace ouro::heap {

namespace {

constexpr uint32_t kMemberBit = 1u << 31;  // Heap::kMember
constexpr uint32_t kRoot = 1;              // in `place`: held from outside, not yet looked at
constexpr uint32_t kReached = 0;           // and: nothing is left to do for it

// Marks what can be reached, depth first, with two queues between the steps of each object, so that
// what the next step reads has time to arrive from memory:
//
//   Show       a reference leads to an object; its entry is being fetched
//   Examine    if it is a member not yet reached, now it is; it goes on the stack
//   Advance    it leaves the stack; its cell is being fetched
//   Scan       its references are shown
class Tracer {
 public:
  Tracer(Storage& storage, size_t unreached) : storage_(storage), unreached_(unreached) {}

  void Show(Object object) {
    __builtin_prefetch(&storage_.place[object], 1);
    shown_[shown_in_++ % kShown] = object;
    if (shown_in_ - shown_out_ == kShown) Examine(shown_[shown_out_++ % kShown]);
  }

  template <typename Heap>
  void Finish(const Heap& scan) {
    while (unreached_ > 0) {
      if (top_ > 0) {
        Advance(storage_.reached.names[--top_]);
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

  size_t unreached() const { return unreached_; }

 private:
  static constexpr uint32_t kShown = 32;
  static constexpr uint32_t kCells = 16;

  // Without a branch, as which way it goes is anybody's guess.
  void Examine(Object object) {
    uint32_t& entry = storage_.place[object];
    const uint32_t member = entry >> 31;
    entry &= member - 1;  // kReached, or as it was
    storage_.reached.names[top_] = object;
    top_ += member;
    unreached_ -= member;
  }

  void Advance(Object object) {
    __builtin_prefetch(CellIn(storage_.PageOf(object), object));
    cells_[cells_in_++ % kCells] = object;
  }

  Storage& storage_;
  size_t unreached_;
  size_t top_ = 0;  // of the stack, storage_.reached
  Object shown_[kShown];
  Object cells_[kCells];
  uint32_t shown_in_ = 0;
  uint32_t shown_out_ = 0;
  uint32_t cells_in_ = 0;
  uint32_t cells_out_ = 0;
};

// Accounts for the references of one run of objects that have `N` slots each, or `count`.
template <uint32_t N>
void CountRun(uint32_t* place, const Storage::Page& page, const Object* run, const Object* end) {
  const uint32_t count = N != 0 ? N : page.count;
  for (; run != end; ++run) {
    const Object* slots = reinterpret_cast<const Object*>(CellIn(page, *run) + page.first);
    for (uint32_t i = 0; i < count; ++i) place[slots[i]] -= place[slots[i]] >> 31;
  }
}

}  // namespace

// update_refs, subtract_refs and the decision of move_unreachable. Afterwards the entries in
// `place` of those members of `set` that cannot be reached from outside of it have the bit kMember,
// and the others are numbers of no meaning: the caller gives each a place. Answers how many have
// the bit. Whatever a traversal cannot see (an embedder, user code that runs, the references of an
// object that is dying) is outside. `set` loses its holes.
size_t Heap::FindUnreachable(NameList& set) {
  static_assert(kMember == kMemberBit);
  uint32_t* const place = storage_.place;
  size_t kept = 0;
  for (size_t i = 0; i < set.size; ++i) {
    const Object object = set.names[i];
    place[object] = kMember + storage_.refs[object];
    set.names[kept] = object;
    kept += object != kNull ? 1 : 0;
  }
  place[kNull] = 0;
  set.size = kept;
  set.holes = 0;

  Count(set);
  const size_t roots = MarkRoots(set);
  const size_t unreached = set.size - roots;
  return roots == 0 || unreached == 0 ? unreached : Reach(set, unreached);
}

// For each edge within the set, with multiplicity, one reference is accounted for. Edges to objects
// outside of it, and empty slots, find an entry without the bit and change nothing.
void Heap::Count(const NameList& set) {
  uint32_t* const place = storage_.place;
  const auto account = [place](Object object) { place[object] -= place[object] >> 31; };
  ForEachRun(storage_, set, [&](const Storage::Page& page, const Object* run, const Object* end) {
    if (page.slots == Layout::Slots::kNone) return;
    if (page.slots == Layout::Slots::kRun) {
      if (page.count == 1) return CountRun<1>(place, page, run, end);
      if (page.count == 2) return CountRun<2>(place, page, run, end);
      return CountRun<0>(place, page, run, end);
    }
    for (; run != end; ++run) ForEachReference(*run, account);
  });
}

// What is left over comes from outside. Answers how many members have any.
size_t Heap::MarkRoots(const NameList& set) {
  uint32_t* const place = storage_.place;
  size_t roots = 0;
  for (size_t i = 0; i < set.size; ++i) {
    uint32_t& entry = place[set.names[i]];
    const bool root = entry > kMember;
    entry = root ? kRoot : entry;
    roots += root ? 1 : 0;
  }
  return roots;
}

// What the roots lead to. Answers how many members are still not reached.
size_t Heap::Reach(const NameList& set, size_t unreached) {
  Tracer tracer(storage_, unreached);
  const auto show = [&tracer](Object object) { tracer.Show(object); };
  const auto scan = [&](Object object) { ForEachReference(object, show); };
  for (size_t i = 0; i < set.size && tracer.unreached() > 0; ++i) {
    const Object object = set.names[i];
    if (storage_.place[object] != kRoot) continue;
    storage_.place[object] = kReached;
    scan(object);
  }
  tracer.Finish(scan);
  return tracer.unreached();
}

}  // namespace ouro::heap
