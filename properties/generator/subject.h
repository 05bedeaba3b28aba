// SPDX-License-Identifier: Apache-2.0

// A subject is what most operations of a program are about.
//
// Place: an option of the generator; its weights are in columns by it.

#ifndef PROPERTIES_GENERATOR_SUBJECT_H_
#define PROPERTIES_GENERATOR_SUBJECT_H_

#include <cstdint>

namespace ouro {

enum class Subject : uint8_t {
  kEverything,
  kFreedObjects,         // deaths by reference count and of cyclic trash
  kUncollectableCycles,  // cycles with finalizers, the garbage list, saveall
  kDestructorCalls,      // finalizers: resurrection, nesting, exceptions
  kWeakReferences,       // callbacks and dereferences
  kCollections,          // generations, thresholds, nesting
};
inline constexpr int kSubjects = static_cast<int>(Subject::kCollections) + 1;

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_SUBJECT_H_
