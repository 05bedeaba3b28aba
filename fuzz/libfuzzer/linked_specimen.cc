// SPDX-License-Identifier: Apache-2.0

// The collector that is a part of this program: collector_fuzz_test of defs.bzl, oss-fuzz/.

#include <string>

#include "collector/library.h"
#include "fuzz/libfuzzer/fuzzed_specimen.h"

namespace ouro {

std::string FindFuzzed(const std::string& name, Specimen* specimen) {
  if (name.empty() || name == "linked") return FindLinked(specimen);
  return name + ": this program has one collector, `linked`";
}

}  // namespace ouro
