// SPDX-License-Identifier: Apache-2.0

// Dressing gives kinds to a plain program: its nodes, stores and copies name them, and actions on
// holders are put in, most of them in scripts. A program gets few kinds, so that what they do to
// each other happens often, and often a family of them, which share the start of their names. At
// its end it lets go of all and collects, so that what a holder keeps for good is seen.
//
// Place: between the generator and its users. Pure; any thread may call it.

#ifndef PROPERTIES_GENERATOR_DRESS_H_
#define PROPERTIES_GENERATOR_DRESS_H_

#include <cstdint>
#include <vector>

#include "model/kind.h"
#include "model/program.h"

namespace ouro {

// The kinds of one program, by place. Kinds that are known to be bad are never among them.
struct Wardrobe {
  std::vector<KindRow> edges;
  std::vector<KindRow> nodes;
  std::vector<KindRow> roots;

  bool empty() const { return edges.empty() && nodes.empty() && roots.empty(); }
};

// The kinds of the program of that seed: 1 to 6, plain ones apart; none for some seeds. The first
// one goes round with the seed, so that of n kinds each has its turn in n programs.
Wardrobe ChooseKinds(uint64_t seed, const std::vector<KindRow>& kinds);

// Dresses the program; its main has as many operations after as before, of which the last ones make
// room. Does nothing if the wardrobe is empty.
void Dress(uint64_t seed, const Wardrobe& wardrobe, Program* program);

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_DRESS_H_
