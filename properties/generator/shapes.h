// SPDX-License-Identifier: Apache-2.0

// A shape is a small arrangement of objects, built and then dropped, that the rules of collectors
// treat in a special way and that single random operations hardly ever form.
//
// Place: between the builder and the generator, which mixes shapes with single operations.

#ifndef PROPERTIES_GENERATOR_SHAPES_H_
#define PROPERTIES_GENERATOR_SHAPES_H_

#include <array>
#include <cstdint>

#include "properties/generator/builder.h"
#include "properties/generator/weights.h"

namespace ouro {

struct Shape {
  const char* name;
  void (*build)(Builder& builder);                            // appends to main
  enum Needs : uint8_t { kNothing, kSettings, kMaps } needs;  // settings: thresholds or saveall
  const char* sentence;                                       // what it is for
};

// In the order of Weights::shapes, which says how often each is built.
extern const std::array<Shape, kShapes> kShapeTable;

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_SHAPES_H_
