// SPDX-License-Identifier: Apache-2.0

// A loaded object is an ELF file in the memory of this process: the program itself, or a shared
// object. Its sections are found by the names that its file has for them.
//
// Place: below edge_counters.h, for counters of code that does not say where they are.

#ifndef COLLECTOR_LOADED_OBJECT_H_
#define COLLECTOR_LOADED_OBJECT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ouro {

// Bytes of memory.
struct MemoryRange {
  uintptr_t begin = 0;
  size_t size = 0;

  bool Contains(const MemoryRange& inner) const {
    return inner.begin >= begin && inner.begin - begin <= size &&
           inner.size <= size - (inner.begin - begin);
  }
};

struct LoadedObject {
  std::string path;      // of its file
  bool program = false;  // and no library
  uintptr_t base = 0;
  MemoryRange whole;                  // from its first segment to its last
  std::vector<MemoryRange> segments;  // that are loaded
};

// All that are loaded now, in the order in which they were; the program is the first.
std::vector<LoadedObject> LoadedObjects();

// What the file of an object says about it. Empty where it says nothing, as a file without section
// headers, or where it contradicts the memory, as a file that was replaced after it was loaded.
struct ObjectSections {
  MemoryRange counters;    // __sancov_cntrs: a byte an edge
  MemoryRange pcs;         // __sancov_pcs: two words an edge, its address and flags
  bool traces_pc = false;  // it calls __sanitizer_cov_trace_pc
};
ObjectSections SectionsOf(const LoadedObject& object);

}  // namespace ouro

#endif  // COLLECTOR_LOADED_OBJECT_H_
