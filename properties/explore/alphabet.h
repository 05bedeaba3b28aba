// SPDX-License-Identifier: Apache-2.0

// An alphabet is the operations within bounds, in a fixed order. In a state it says which of them
// make sense, one of each set that differ in names alone, and which two commute.
//
// Place: below explore.h. Pure functions of the bounds and of what a heap contains.

#ifndef PROPERTIES_EXPLORE_ALPHABET_H_
#define PROPERTIES_EXPLORE_ALPHABET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "collector/naive.h"
#include "model/program.h"
#include "properties/generator/enumerate.h"

namespace ouro {

// The place of an operation in an alphabet.
using Letter = uint16_t;

// What an operation reads and changes in a state.
struct Effect {
  // Registers, and above them the slots of objects: kRegisters + kMaxSlots * object + slot.
  static constexpr int kNowhere = -1;
  int writes = kNowhere;
  std::array<int, 3> reads = {kNowhere, kNowhere, kNowhere};
  uint64_t touches = 0;       // objects whose counts or lists it changes or whose state it reads
  uint64_t releases = 0;      // what may die of what it overwrites: 0 if that was empty
  bool runs_scripts = false;  // ... and one of these has a script
  bool yields = false;        // it reports what it has read
  bool births = false;
  bool global = false;  // a collection, or an operation on the garbage list

  // As the last one of a program it shows nothing: no object dies or is yielded, none is looked
  // for.
  bool quiet() const { return releases == 0 && !yields && !global; }
};

// Whether the two, of one state, may be exchanged: the state and the events are the same, but for
// the order of the latter. They write different places, neither reads what the other writes; at
// most one of them releases something, which runs no script and spreads over nothing that the other
// touches; at most one is a birth; and neither is global.
bool Commute(const Effect& a, const Effect& b);

class Alphabet {
 public:
  explicit Alphabet(const Bounds& bounds);

  const Op& op(Letter letter) const { return ops_[letter]; }
  size_t size() const { return ops_.size(); }
  // Registers 0 ... alike() - 1 differ in names alone; a script may name the others.
  int alike() const { return alike_; }

  // The letters that are not void in these contents after so many births, and that change
  // something, in ascending order. *left_out is increased by those that differ from one of them in
  // names alone.
  void List(const NaiveContents& contents, int births, std::vector<Letter>* letters,
            uint64_t* left_out) const;

  // REQUIRES: List lists it.
  Effect EffectOf(const NaiveContents& contents, Letter letter) const;

 private:
  enum class Sense : uint8_t { kVoid, kSameAsAnother, kOwn };
  struct View;

  Sense SenseOf(const View& view, const Op& op, bool may_bear) const;

  const Bounds bounds_;
  const int alike_;
  std::vector<Op> ops_;
};

}  // namespace ouro

#endif  // PROPERTIES_EXPLORE_ALPHABET_H_
