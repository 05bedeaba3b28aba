// SPDX-License-Identifier: Apache-2.0

// The shapes of other files than shapes.cc, and what builders of shapes share.
//
// Place: a part of the table in shapes.cc, which says what each shape is for.

#ifndef PROPERTIES_GENERATOR_SHAPE_BUILDERS_H_
#define PROPERTIES_GENERATOR_SHAPE_BUILDERS_H_

#include <cstdint>
#include <vector>

#include "properties/generator/builder.h"

namespace ouro {

void DropAll(Builder& b, const std::vector<uint8_t>& registers);
// Collects a young generation now and then, so that some objects are promoted before others.
void MaybePromote(Builder& b, int percent);
// Makes a weak reference to the node in `target`; it stays in a register or moves to a node's slot.
void Watch(Builder& b, uint8_t target);

// shapes_maps.cc
void Ephemeron(Builder& b);
void Lineage(Builder& b);
void Heir(Builder& b);
void Inquiry(Builder& b);

// shapes_crowds.cc
void Company(Builder& b);
void Ages(Builder& b);
void Displaced(Builder& b);
void Orchard(Builder& b);
void Stadium(Builder& b);
void Herd(Builder& b);
void Flood(Builder& b);
void Hoard(Builder& b);
void Burst(Builder& b);
void LateSettings(Builder& b);

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_SHAPE_BUILDERS_H_
