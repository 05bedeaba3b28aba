// SPDX-License-Identifier: Apache-2.0

// Any in-process collector, by name; by default, ours.

#include <string>

#include "collector/specimens.h"
#include "fuzz/libfuzzer/fuzzed_specimen.h"

namespace ouro {

std::string FindFuzzed(const std::string& name, Specimen* specimen) {
  return FindSpecimen(name.empty() ? "optimized" : name, specimen);
}

}  // namespace ouro
