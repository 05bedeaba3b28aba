// SPDX-License-Identifier: Apache-2.0

// The kinds of Boehm's collector: what a holder of a pointer can be allocated as, and where in it,
// or to what part of it, the collector must find it.
//
// Place: the table of boehm.cc, a part of it. To add a kind, add a row. A holder is a pointer that
// is stored in a slot; `make` allocates it, `cell` says which word of it is the content. A null
// `cell` is of the kind that has no word of its own. No holder is the first of its block, as no
// object is (NotFirst); large ones always are.

#ifndef COLLECTOR_PEERS_BOEHM_KINDS_TABLE_H_
#define COLLECTOR_PEERS_BOEHM_KINDS_TABLE_H_

#include <gc/gc.h>
#include <gc/gc_disclaim.h>
#include <gc/gc_gcj.h>
#include <gc/gc_mark.h>
#include <gc/gc_typed.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace ouro {

// The collector's blocks; all objects of a block have the same size.
constexpr uintptr_t kBlock = 4096;

// Allocates an object that is not the first of its block. A stack frame of the collector contains
// the stale address of a block, which is that of its first object: of 10^4 programs about ten had
// an object that survived everything, always such a first one; without them there are none.
template <typename Allocate>
void* NotFirst(Allocate allocate) {
  while (true) {
    void* const made = allocate();
    if (made == nullptr) std::abort();
    // An aligned one may begin inside of what was allocated.
    if (reinterpret_cast<uintptr_t>(GC_base(made)) % kBlock != 0) return made;
  }
}

struct BoehmKind {
  const char* name;
  void* (*make)();
  void** (*cell)(void* h);
  // Each may replace the holder in the slot.
  std::vector<void (*)(void** slot)> actions = {};
  bool hidden = false;  // the cell has the content's complement, which only a procedure can reveal
};

constexpr size_t kWord = sizeof(void*);
constexpr size_t kLarge = 4 * kBlock;

inline void** Word(void* h, size_t index) { return static_cast<void**>(h) + index; }

template <size_t kIndex>
void** At(void* h) {
  return Word(h, kIndex);
}

template <size_t kWords>
void* Plain() {
  return NotFirst([] { return GC_MALLOC(kWords * kWord); });
}

// A descriptor of that many words of which one is a pointer.
inline GC_descr DescribeOne(size_t words, size_t pointer) {
  std::vector<GC_word> bits(words / 64 + 1);
  GC_set_bit(bits.data(), pointer);
  return GC_make_descriptor(bits.data(), words);
}

template <size_t kWords, size_t kPointer>
void* Typed() {
  static const GC_descr descriptor = DescribeOne(kWords, kPointer);
  return NotFirst([] { return GC_MALLOC_EXPLICITLY_TYPED(kWords * kWord, descriptor); });
}

template <size_t kCount, size_t kWords, size_t kPointer>
void* TypedArray() {
  static const GC_descr descriptor = DescribeOne(kWords, kPointer);
  return NotFirst([] { return GC_CALLOC_EXPLICITLY_TYPED(kCount, kWords * kWord, descriptor); });
}

// A copy where the descriptor has no pointer must keep nothing alive.
template <size_t kFrom, size_t kTo>
void Decoy(void** slot) {
  *Word(*slot, kTo) = *Word(*slot, kFrom);
}

// Reallocates a holder whose content is its first word: a larger one, or a small one again.
template <size_t kBytes>
void Grow(void** slot) {
  const size_t size = GC_size(*slot) + kBytes;
  const size_t wanted = size < kBlock / 4 ? size : 3 * kWord;
  void* const content = *Word(*slot, 0);
  void* made = GC_REALLOC(*slot, wanted);
  if (reinterpret_cast<uintptr_t>(made) % kBlock == 0) {
    *Word(made, 0) = nullptr;  // it may be found once more
    made = NotFirst([wanted] { return GC_MALLOC(wanted); });
    *Word(made, 0) = content;
  }
  *slot = made;
}

// A class of gcj: the first word of an object refers to it, and it has the object's descriptor.
struct JavaClass {
  void* unused;
  size_t descriptor;
};

inline void* Java(const JavaClass* type, size_t bytes) {
  return NotFirst([type, bytes] { return GC_GCJ_MALLOC(bytes, const_cast<JavaClass*>(type)); });
}

inline void* JavaLength() {
  static const JavaClass type = {nullptr, 4 * kWord};
  return Java(&type, 4 * kWord);
}

inline void* JavaBitmap() {
  // The descriptor's bits are from the top: word 2 of the object.
  static const JavaClass type = {nullptr, (size_t{1} << (8 * kWord - 1 - 2)) | GC_DS_BITMAP};
  return Java(&type, 4 * kWord);
}

// Marks the object whose complement is in word 1.
inline GC_ms_entry* GC_CALLBACK MarkHidden(GC_word* object, GC_ms_entry* top, GC_ms_entry* limit,
                                           GC_word) {
  const GC_word hidden = object[1];
  if (hidden == 0) return top;
  return GC_MARK_AND_PUSH(GC_REVEAL_POINTER(hidden), top, limit,
                          reinterpret_cast<void**>(object + 1));
}

inline void* OwnKind() {
  static const unsigned kind =
      GC_new_kind(GC_new_free_list(), GC_MAKE_PROC(GC_new_proc(MarkHidden), 0), 0, 1);
  return NotFirst([] { return GC_generic_malloc(3 * kWord, static_cast<int>(kind)); });
}

// The collector calls a procedure when it reclaims the holder. That of GC_finalized_malloc would
// keep the content for one more collection.
inline void* Disclaimed() {
  static const unsigned kind = [] {
    const unsigned made = GC_new_kind(GC_new_free_list(), 0 | GC_DS_LENGTH, 1, 1);
    GC_register_disclaim_proc(
        static_cast<int>(made), [](void*) { return 0; }, 0);
    return made;
  }();
  return NotFirst([] { return GC_generic_malloc(3 * kWord, static_cast<int>(kind)); });
}

// Boxes, each of which refers to the next.
template <int kLength>
void* Chain() {
  void* made = Plain<2>();
  for (int i = 1; i < kLength; ++i) {
    void* const next = Plain<2>();
    *Word(next, 0) = made;
    made = next;
  }
  return made;
}

template <int kLength>
void** EndOfChain(void* h) {
  for (int i = 1; i < kLength; ++i) h = *Word(h, 0);
  return Word(h, 0);
}

// A pointer to the inside of what it holds.
template <size_t kBytes>
void* Inside(void* h) {
  return static_cast<char*>(h) + kBytes;
}

// Another holder with the same content takes the place of that one.
template <void* (*kMake)(), void** (*kCell)(void*)>
void Renew(void** slot) {
  void* const made = kMake();
  *kCell(made) = *kCell(*slot);
  *slot = made;
}

template <void* (*kMake)(), void** (*kCell)(void*)>
BoehmKind Row(const char* name) {
  return {name, kMake, kCell, {Renew<kMake, kCell>}};
}

inline const std::vector<BoehmKind>& BoehmEdges() {
  static const std::vector<BoehmKind>& kinds = *new std::vector<BoehmKind>{
      Row<Plain<1>, At<0>>("box"),
      Row<Plain<8>, At<7>>("box-last-word"),
      {"box-grown",
       [] {
         void* h = Plain<1>();
         Grow<200>(&h);
         return h;
       },
       At<0>,
       {Grow<8>, Grow<600>}},
      {"box-shrunk", [] { return NotFirst([] { return GC_REALLOC(GC_MALLOC(400), 24); }); }, At<1>},
      {"box-aligned", [] { return NotFirst([] { return GC_memalign(64, 256); }); }, At<9>},
      {"box-many",
       [] {
         return NotFirst([] {
           void* const made = GC_malloc_many(4 * kWord);
           GC_NEXT(made) = nullptr;
           return made;
         });
       },
       At<2>},
      {"box-stubborn",
       [] { return NotFirst([] { return GC_MALLOC_STUBBORN(4 * kWord); }); },
       At<3>,
       {[](void** slot) { GC_end_stubborn_change(*slot); }}},
      {"interior", [] { return Inside<24>(Plain<8>()); }, At<0>, {[](void** slot) {
         *slot = GC_base(*slot);
         *slot = Inside<24>(*slot);
       }}},
      {"interior-end", [] { return Inside<8 * kWord - 1>(Plain<8>()); },
       [](void* h) { return Word(static_cast<char*>(h) - (8 * kWord - 1), 3); }},
      {"interior-past-end", [] { return Inside<7 * kWord>(Plain<7>()); },
       [](void* h) { return Word(h, 0) - 7; }},
      Row<Chain<2>, EndOfChain<2>>("chain"),
      Row<Chain<60>, EndOfChain<60>>("chain-long"),
      {"typed", Typed<6, 3>, At<3>, {Decoy<3, 2>, Renew<Typed<6, 3>, At<3>>}},
      {"typed-long", Typed<200, 150>, At<150>, {Decoy<150, 149>}},
      {"typed-array", TypedArray<5, 3, 1>, At<10>, {Decoy<10, 9>}},
      {"typed-array-long", TypedArray<60, 3, 2>, At<179>, {Decoy<179, 178>}},
      {"large", [] { return GC_MALLOC(kLarge); }, At<kLarge / kWord - 2>},
      {"large-start", [] { return GC_MALLOC(kLarge); }, At<1>},
      {"large-interior", [] { return Inside<3 * kBlock>(GC_MALLOC(kLarge)); }, At<5>},
      {"large-off-page", [] { return GC_MALLOC_IGNORE_OFF_PAGE(kLarge); }, At<3 * kBlock / kWord>},
      {"large-typed",
       [] {
         static const GC_descr descriptor = DescribeOne(1000, 999);
         return GC_malloc_explicitly_typed_ignore_off_page(1000 * kWord, descriptor);
       },
       At<999>,
       {Decoy<999, 998>}},
      Row<JavaLength, At<2>>("java-length"),
      {"java-bitmap", JavaBitmap, At<2>, {Decoy<2, 3>, Renew<JavaBitmap, At<2>>}},
      {.name = "own-kind", .make = OwnKind, .cell = At<1>, .hidden = true},
      Row<Disclaimed, At<1>>("disclaimed"),
  };
  return kinds;
}

// ---- Nodes --------------------------------------------------------------------------------------

struct BoehmNode {
  const char* name;
  void* (*make)(size_t bytes);
};

inline constexpr BoehmNode kBoehmNodes[] = {
    {"node-large", [](size_t) { return GC_MALLOC(kLarge); }},
    {"node-off-page", [](size_t) { return GC_MALLOC_IGNORE_OFF_PAGE(kLarge); }},
    {"node-stubborn",
     [](size_t bytes) { return NotFirst([bytes] { return GC_MALLOC_STUBBORN(bytes); }); }},
    {"node-grown",
     [](size_t bytes) { return NotFirst([bytes] { return GC_REALLOC(GC_MALLOC(8), bytes); }); }},
};

}  // namespace ouro

#endif  // COLLECTOR_PEERS_BOEHM_KINDS_TABLE_H_
