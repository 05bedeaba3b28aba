// A shape is a small arrangement of objects, built and let go, that the rules of memory treat in a
// way of their own and that single random operations hardly ever form.
//
// Place: the generator's vocabulary, above its letters, the operations.

#ifndef PROPERTIES_GENERATOR_SHAPES_H_
#define PROPERTIES_GENERATOR_SHAPES_H_

#include <array>
#include <cstddef>

#include "properties/generator/builder.h"
#include "properties/generator/generator.h"

namespace ouro {

struct Shape {
  const char* name;
  void (*build)(Builder& builder);     // appends to main
  bool settings;                       // needs thresholds or saveall
  std::array<int, kSubjects> weights;  // how often it is built, by Subject
  const char* sentence;
};

inline constexpr size_t kShapes = 14;
extern const std::array<Shape, kShapes> kShapeTable;

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_SHAPES_H_
