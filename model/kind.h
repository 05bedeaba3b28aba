// SPDX-License-Identifier: Apache-2.0

// A kind is a way in which an engine holds a reference, or what it makes of a node: a closure's
// variable, a suspended generator, a bound method; a subclass of a list; a thread's local variable.
// A collector's bugs seldom live where plain slots are followed; they live where a holder of the
// engine's own says what it holds. A kind has a name, a place in the language, and promises: in
// what it does less than a plain slot.
//
// Place: below program.h, whose operations name kinds (`r0.1 = r2 as closure`). A specimen offers a
// list of kinds; an operation with a kind that it does not offer is executed without it.
//
// Names are interned: operations hold numbers. A number is never part of a verdict, a report or a
// text; only the byte form of programs has it.
//
// Threads: everything here may be called from any thread. Exceptions: none but std::bad_alloc.

#ifndef MODEL_KIND_H_
#define MODEL_KIND_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ouro {

// The number of a kind's name in this process; kPlain is the absence of a kind.
using KindId = uint16_t;
inline constexpr KindId kPlain = 0;
inline constexpr int kMaxKinds = 4095;       // names in one process
inline constexpr size_t kMaxKindName = 48;   // characters of a name
inline constexpr int kMaxActions = 64;       // of one kind: `poke R.K P` has P below this
inline constexpr size_t kMaxReference = 80;  // characters of KindRow::leaks and crashes

// Whether the word is a kind's name: a letter, then letters, digits and dashes, all in lower case.
bool IsKindName(std::string_view word);

// The number of that name, which is the same for the rest of the process; kPlain if kMaxKinds names
// are known already. REQUIRES: IsKindName(name).
KindId InternKind(std::string_view name);

// The name of a number; "plain" for kPlain and for numbers that nobody has interned. It lives as
// long as the process.
std::string_view KindName(KindId kind);

// What a specimen says of a kind that it offers.
struct KindRow {
  // Where it may be named: in a store (how a slot holds), at the birth of a node (what it is), in a
  // copy (how a register holds).
  enum class Place : uint8_t { kEdge, kNode, kRoot };

  KindId id = kPlain;
  Place place = Place::kEdge;

  // Promises. Everything that is not promised away is demanded as of a plain slot: what it holds
  // lives, is what a load yields, and dies when it is let go.
  //
  // The holder knows itself, so what it held when it was let go may live until the next full
  // collection. Of a node: the node itself may.
  bool cyclic = false;
  // A collection that finds the holder in trash empties it, even if a finalizer resurrects what
  // refers to the holder: CPython closes generators, PHP destroys them.
  bool frail = false;
  // A collection that finds the holder in trash runs code of the holder's, which may make new
  // objects that refer to what it holds: that may live until the end of the next full collection.
  // CPython: a coroutine is closed, and its frame becomes an object.
  bool late = false;
  // The holder's end runs code that may collect: a generator's `finally`, a file that is closed.
  bool collects = false;
  // What it holds is held from outside as long as its node exists, as the value of a map whose weak
  // key is the node: so a cycle through it is never freed.
  bool rooted = false;
  // Of a node: it cannot have a finalizer. `del S` makes the node plain.
  bool no_finalizer = false;
  int actions = 0;  // how many actions `poke` has for it; at most kMaxActions

  // Known bugs of this version of the engine, with their references; "" if there is none. The
  // generator leaves such kinds alone; `ouro kinds` expects them to fail.
  std::string leaks = {};
  std::string crashes = {};

  bool known_bad() const { return !leaks.empty() || !crashes.empty(); }
};

// Reads what an adapter says of a kind: "list-item edge frail pokes=3". Returns "" and sets *kind,
// or returns what is wrong with it.
std::string ReadKind(std::string_view text, KindRow* kind);

// The same text again.
std::string Print(const KindRow& kind);

// The kinds that a specimen offers, by number and in its order.
class KindTable {
 public:
  KindTable() = default;
  // Of two with the same name the first counts.
  explicit KindTable(std::vector<KindRow> kinds);

  const std::vector<KindRow>& kinds() const { return kinds_; }
  bool empty() const { return kinds_.empty(); }
  // The kind of that number, or null if it is not offered. O(1).
  const KindRow* Find(KindId id) const {
    const size_t at = id < places_.size() ? places_[id] : 0;
    return at == 0 ? nullptr : &kinds_[at - 1];
  }

 private:
  std::vector<KindRow> kinds_;
  std::vector<uint16_t> places_;  // by number: one more than the place in kinds_
};

// Reads what an adapter offers, a line for each kind. Returns "" and sets *kinds, or returns what
// is wrong with one.
std::string ReadKinds(const std::vector<std::string>& lines, KindTable* kinds);

}  // namespace ouro

#endif  // MODEL_KIND_H_
