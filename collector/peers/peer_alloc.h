// SPDX-License-Identifier: Apache-2.0

// PeerMemory is the allocator of a peer whose library takes one. It knows which object begins in a
// block, so that the release of a block is the death of that object, and it overwrites freed
// blocks, so that the library cannot read stale data unnoticed.
//
// Place: beside peer.h, for the adapters of Lua and Duktape.

#ifndef COLLECTOR_PEERS_PEER_ALLOC_H_
#define COLLECTOR_PEERS_PEER_ALLOC_H_

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "model/collector.h"

namespace ouro {

class PeerMemory {
 public:
  // Precedes each block.
  struct alignas(std::max_align_t) Header {
    size_t size;
    ObjectId id;  // of the object that begins in the block, or kNone
  };

  // REQUIRES: `block` is not null and came from Resize.
  static Header* HeaderOf(void* block) { return static_cast<Header*>(block) - 1; }

  // realloc: allocates if `block` is null, with id kNone. REQUIRES: size > 0. Aborts without
  // memory.
  void* Resize(void* block, size_t size) {
    Header* const old = block == nullptr ? nullptr : HeaderOf(block);
    if (old != nullptr) bytes_ -= old->size;
    auto* const made = static_cast<Header*>(std::realloc(old, sizeof(Header) + size));
    if (made == nullptr) std::abort();
    bytes_ += size;
    made->size = size;
    if (old == nullptr) made->id = kNone;
    return made + 1;
  }

  // Frees a block, which may be null. Returns the id of its object, or kNone.
  ObjectId Free(void* block) {
    if (block == nullptr) return kNone;
    Header* const old = HeaderOf(block);
    const ObjectId id = old->id;
    bytes_ -= old->size;
    std::memset(static_cast<void*>(old), 0xdd, sizeof(Header) + old->size);
    std::free(old);
    return id;
  }

  // Bytes in use, headers excluded. A second call returns 0 unless there were allocations: what the
  // library leaked is counted once.
  size_t TakeBytes() {
    const size_t bytes = bytes_;
    bytes_ = 0;
    return bytes;
  }

 private:
  size_t bytes_ = 0;
};

}  // namespace ouro

#endif  // COLLECTOR_PEERS_PEER_ALLOC_H_
