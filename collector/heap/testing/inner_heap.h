// SPDX-License-Identifier: Apache-2.0

// The inside of a heap, for tests that put it into a state that it never reaches, or only after
// billions of calls: broken tables for Verify, counts next to saturation.
//
// Place: tests of this folder only. An explicit instantiation may name private members; so heap.h
// need not know of its tests.

#ifndef COLLECTOR_HEAP_TESTING_INNER_HEAP_H_
#define COLLECTOR_HEAP_TESTING_INNER_HEAP_H_

#include <cstdint>

#include "collector/heap/entries.h"
#include "collector/heap/heap.h"
#include "collector/heap/storage.h"

namespace ouro::heap {

template <typename Tag, typename Tag::Member member>
struct Opened {
  friend typename Tag::Member MemberOf(Tag) { return member; }
};

struct StorageTag {
  using Member = Storage Heap::*;
  friend Member MemberOf(StorageTag);
};
template struct Opened<StorageTag, &Heap::storage_>;
inline Storage& StorageOf(Heap& heap) { return heap.*MemberOf(StorageTag()); }

struct EntriesTag {
  using Member = Entries Heap::*;
  friend Member MemberOf(EntriesTag);
};
template struct Opened<EntriesTag, &Heap::entries_>;
inline Entries& EntriesOf(Heap& heap) { return heap.*MemberOf(EntriesTag()); }

struct SizeTag {
  using Member = int64_t Heap::*;
  friend Member MemberOf(SizeTag);
};
template struct Opened<SizeTag, &Heap::size_>;
inline int64_t& SizeOf(Heap& heap) { return heap.*MemberOf(SizeTag()); }

struct BusyPagesTag {
  using Member = uint32_t Storage::*;
  friend Member MemberOf(BusyPagesTag);
};
template struct Opened<BusyPagesTag, &Storage::busy_pages_>;
inline uint32_t& BusyPagesOf(Storage& storage) { return storage.*MemberOf(BusyPagesTag()); }

struct VacantTag {
  using Member = uint32_t Storage::*;
  friend Member MemberOf(VacantTag);
};
template struct Opened<VacantTag, &Storage::vacant_>;
inline uint32_t& VacantOf(Storage& storage) { return storage.*MemberOf(VacantTag()); }

struct FreeBitsTag {
  using Member = uint64_t* Storage::*;
  friend Member MemberOf(FreeBitsTag);
};
template struct Opened<FreeBitsTag, &Storage::free_>;
inline uint64_t* FreeBitsOf(Storage& storage) { return storage.*MemberOf(FreeBitsTag()); }

// As if the embedder had called Retain until the count is `references`.
inline void SetReferences(Heap& heap, Object object, uint32_t references) {
  StorageOf(heap).refs[object] = references;
}

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_TESTING_INNER_HEAP_H_
