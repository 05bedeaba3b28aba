// Reachability: which objects of a set can be reached from outside of it. The set is the
// generations that are collected, or what is left of the trash after its finalizers have run.
//
// Each pass goes through the set in order, which for objects that were made together is the order
// of memory, and through one table. Only what a pass looks up by reference is anywhere: for the
// count, that is `place`, 4 bytes an object and hot; for the traversal, cells, which it prefetches.

#include <cstddef>
#include <cstdint>

#include "collector/heap/heap.h"
#include "collector/heap/heap_inl.h"

namespace ouro::heap {

namespace {

// Marks what can be reached, depth first. `Scan` shows the references of an object.
class Tracer {
 public:
  // So many members are not reached; those on the stack from `bottom` on are reached, but have not
  // been scanned.
  Tracer(Storage& storage, size_t bottom, size_t unreached)
      : place_(storage.place),
        stack_(storage.reached.names),
        storage_(storage),
        bottom_(bottom),
        top_(bottom),
        unreached_(unreached) {}

  // A reference leads to an object. If that is a member not yet reached, now it is, and goes on the
  // stack. Without a branch, as which way it goes is anybody's guess.
  void Examine(Object object) {
    const uint32_t entry = place_[object];
    const uint32_t member = entry >> 31;
    place_[object] = entry & (member - 1);  // 0, or as it was
    stack_[top_] = object;
    top_ += member;
    unreached_ -= member;
  }

  // Two queues are between the steps for each object, so that what the next one reads has time to
  // arrive from memory:
  //
  //   Advance    an object leaves the stack; its cell is being fetched
  //   (scan)     its references are shown
  //   Show       a reference leads to an object; its entry is being fetched
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
    __builtin_prefetch(&place_[object], 1);
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

  uint32_t* const place_;
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

// update_refs, subtract_refs and the decision of move_unreachable. Answers how many members of
// `set` cannot be reached from outside of it, be it by an embedder, by user code that runs, by the
// references of an object that is dying, or by whatever else a traversal cannot see. If there are
// any, their entries in `place`, and no others, have the bit kMember afterwards; if there are none,
// the bit means nothing. In any case the caller gives each member a place. `set` loses its holes.
size_t Heap::FindUnreachable(NameList& set) {
  static_assert(kMember == 1u << 31, "Examine and Count shift it down");
  uint32_t* const place = storage_.place;
  const uint32_t* const refs = storage_.refs;
  if (set.holes != 0) storage_.Compact(set);
  for (size_t i = 0; i < set.size; ++i) place[set.names[i]] = kMember + refs[set.names[i]];
  Count(set);
  size_t unreached = 0;
  for (size_t i = 0; i < set.size; ++i) unreached += place[set.names[i]] == kMember ? 1 : 0;
  return unreached == 0 || unreached == set.size ? unreached : Reach(set, unreached);
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

// What is left over comes from outside: marks those members that have any, and all that they lead
// to. Answers how many members are not reached.
size_t Heap::Reach(const NameList& set, size_t unreached) {
  uint32_t* const place = storage_.place;
  Object* const roots = storage_.reached.names;
  size_t count = 0;
  for (size_t i = 0; i < set.size; ++i) {
    const Object object = set.names[i];
    const bool root = place[object] > kMember;
    place[object] = root ? 0 : place[object];
    roots[count] = object;
    count += root ? 1 : 0;
  }
  // The roots in order, which is mostly the order of memory; then what they have put on the stack.
  Tracer tracer(storage_, count, unreached);
  const auto examine = [&tracer](Object object) { tracer.Examine(object); };
  for (size_t i = 0; i < count; ++i) ForEachReference(roots[i], examine);
  const auto show = [&tracer](Object object) { tracer.Show(object); };
  tracer.Finish([&](Object object) { ForEachReference(object, show); });
  return tracer.unreached();
}

}  // namespace ouro::heap
