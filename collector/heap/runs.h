// SPDX-License-Identifier: Apache-2.0

// Runs: the objects of a list whose handles follow each other, as those do that were made one after
// the other. Their cells and their elements of every table follow each other too, so a pass over a
// list takes a run at once, by a loop over arrays that compilers vectorize, and other objects one
// by one.
//
// Place: internal to collector/heap; the passes of reach.cc and collect.cc are written with it.

#ifndef COLLECTOR_HEAP_RUNS_H_
#define COLLECTOR_HEAP_RUNS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "collector/heap/storage.h"

namespace ouro::heap {

// The runs of a list without holes. It keeps their lengths in Storage::run_lengths, so there is one
// at a time. The list may change meanwhile, but only where ForEach has passed.
class Runs {
 public:
  // Fewer objects in a row are not worth it: one by one they cost less.
  static constexpr uint32_t kLeast = 8;

  Runs(const Storage& storage, const ObjectList& list)
      : objects_(list.objects), size_(list.size), lengths_(storage.run_lengths()) {
    Find();
  }

  // Calls run(first, count) for the objects first ... first + count - 1, which are on one page; or
  // one(object), also for the objects of a run for which `run` has returned false. In the order of
  // the list.
  template <typename Run, typename One>
  [[gnu::always_inline]] void ForEach(Run run, One one) const {
    const uint32_t* length = lengths_;
    for (size_t i = 0, end = 0;;) {
      for (end += *length++; i < end; ++i) one(objects_[i]);
      if (i == size_) return;
      const uint32_t count = *length++;
      end += count;
      if (run(objects_[i], count)) i = end;
    }
  }
  // Calls one(object) for every object.
  template <typename One>
  void ForEach(One one) const {
    for (size_t i = 0; i < size_; ++i) one(objects_[i]);
  }
  size_t size() const { return size_; }

 private:
  // The lengths of what is one by one and of runs, in turn, from the former on. At most one in four
  // objects has one, and two more.
  void Find() {
    uint32_t* length = lengths_;
    size_t singles = 0;  // since there
    for (size_t i = 0; i + kLeast <= size_;) {
      const uint32_t count = LengthAt(i);
      if (count >= kLeast) {
        *length++ = static_cast<uint32_t>(i - singles);
        *length++ = count;
        singles = i + count;
      }
      i += count;
    }
    *length = static_cast<uint32_t>(size_ - singles);
  }
  // Of the run that begins there, within its page; 1 if it is shorter than kLeast.
  uint32_t LengthAt(size_t i) const {
    const Object first = objects_[i];
    if (objects_[i + kLeast - 1] != first + kLeast - 1) return 1;
    const size_t room = Storage::kPageCells - (first & (Storage::kPageCells - 1));
    const auto limit = static_cast<uint32_t>(std::min(size_ - i, room));
    uint32_t count = 0;
    while (count + kStep <= limit && Follow<kStep>(objects_ + i + count, first + count)) {
      count += kStep;
    }
    if (count + kLeast <= limit && Follow<kLeast>(objects_ + i + count, first + count)) {
      count += kLeast;
    }
    if (count == 0) return 1;
    while (count < limit && objects_[i + count] == first + count) ++count;
    return count;
  }
  // Whether so many objects are those from `first` on. Without a branch, as vectors.
  static constexpr uint32_t kStep = 2 * kLeast;
  template <uint32_t kCount>
  static bool Follow(const Object* objects, Object first) {
    Object wrong = 0;
    for (Object k = 0; k < kCount; ++k) wrong |= objects[k] ^ (first + k);
    return wrong == 0;
  }

  const Object* const objects_;
  const size_t size_;
  uint32_t* const lengths_;
};

// Calls each(object) for objects in an array; unrolled, as `each` is a few instructions.
template <typename F>
[[gnu::always_inline]] inline void ForEachOf(const Object* objects, size_t count, F each) {
  constexpr size_t kUnrolled = 8;
  size_t i = 0;
  for (; i + kUnrolled <= count; i += kUnrolled) {
    for (size_t k = 0; k < kUnrolled; ++k) each(objects[i + k]);
  }
  for (; i < count; ++i) each(objects[i]);
}

// Where a stretch of bytes with the same top bit ends: the first index from `k` on, below `count`,
// at which it is not `bit`; `count` if there is none. Looks at eight bytes at once.
template <typename Byte>
inline uint32_t EndOfStretch(const Byte* bytes, uint32_t k, uint32_t count, bool bit) {
  static_assert(sizeof(Byte) == 1);
  constexpr uint64_t kTops = 0x8080808080808080;
  for (; k + 8 <= count; k += 8) {
    uint64_t word;
    std::memcpy(&word, bytes + k, sizeof(word));
    if ((word & kTops) != (bit ? kTops : 0)) break;
  }
  while (k < count && (static_cast<uint8_t>(bytes[k]) >> 7 != 0) == bit) ++k;
  return k;
}

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_RUNS_H_
