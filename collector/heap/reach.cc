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

// Marks what can be reached, depth first, with two queues between the steps of each object, so that
// what the next step reads has time to arrive from memory:
//
//   Show       a reference leads to an object; its entry is being fetched
//   Examine    if it is a member not yet reached, now it is; it goes on the stack
//   Advance    it leaves the stack; its cell is being fetched
//   Scan       its references are shown
class Tracer {
 public:
  // `roots` members are marked and on the stack already, and so many are not.
  Tracer(Storage& storage, size_t roots, size_t unreached)
      : storage_(storage), unreached_(unreached), top_(roots) {}

  void Show(Object object) {
    __builtin_prefetch(&storage_.place[object], 1);
    shown_[shown_in_++ % kShown] = object;
    if (shown_in_ - shown_out_ == kShown) Examine(shown_[shown_out_++ % kShown]);
  }

  template <typename Scan>
  void Finish(const Scan& scan) {
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
    entry &= member - 1;  // 0, or as it was
    storage_.reached.names[top_] = object;
    top_ += member;
    unreached_ -= member;
  }

  void Advance(Object object) {
    __builtin_prefetch(storage_.CellOf(object));
    cells_[cells_in_++ % kCells] = object;
  }

  Storage& storage_;
  size_t unreached_;
  size_t top_;  // of the stack, storage_.reached
  Object shown_[kShown];
  Object cells_[kCells];
  uint32_t shown_in_ = 0;
  uint32_t shown_out_ = 0;
  uint32_t cells_in_ = 0;
  uint32_t cells_out_ = 0;
};

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
  return roots == 0 || unreached == 0 ? unreached : Reach(roots, unreached);
}

// For each edge within the set, with multiplicity, one reference is accounted for. Edges to objects
// outside of it, and empty slots, find an entry without the bit and change nothing.
void Heap::Count(const NameList& set) {
  uint32_t* const place = storage_.place;
  const auto account = [place](Object object) { place[object] -= place[object] >> 31; };
  for (size_t i = 0; i < set.size; ++i) {
    const Object object = set.names[i];
    const Storage::Page& page = storage_.PageOf(object);
    if (page.slots == Layout::Slots::kRun) {
      const Object* const slots = SlotsIn(page, object);
      for (uint32_t k = 0, n = page.count; k < n; ++k) account(slots[k]);
    } else if (page.slots != Layout::Slots::kNone) {
      ForEachReference(object, account);
    }
  }
}

// What is left over comes from outside. Marks those members that have any, and puts them on the
// stack. Answers how many.
size_t Heap::MarkRoots(const NameList& set) {
  uint32_t* const place = storage_.place;
  Object* const stack = storage_.reached.names;
  size_t roots = 0;
  for (size_t i = 0; i < set.size; ++i) {
    const Object object = set.names[i];
    const bool root = place[object] > kMember;
    place[object] = root ? 0 : place[object];
    stack[roots] = object;
    roots += root ? 1 : 0;
  }
  return roots;
}

// What the roots lead to. Answers how many members are still not reached.
size_t Heap::Reach(size_t roots, size_t unreached) {
  Tracer tracer(storage_, roots, unreached);
  const auto show = [&tracer](Object object) { tracer.Show(object); };
  tracer.Finish([&](Object object) { ForEachReference(object, show); });
  return tracer.unreached();
}

}  // namespace ouro::heap
