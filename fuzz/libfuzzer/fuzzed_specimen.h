// SPDX-License-Identifier: Apache-2.0

// A fuzzed specimen is what a fuzz target runs programs on. There are two kinds of target, and each
// links one definition: any_specimen.cc, in ours, knows all collectors by name;
// linked_specimen.cc knows the one that somebody has linked in, and nothing else, so that all of it
// compiles in a minute.
//
// Place: below the session.

#ifndef FUZZ_LIBFUZZER_FUZZED_SPECIMEN_H_
#define FUZZ_LIBFUZZER_FUZZED_SPECIMEN_H_

#include <string>

#include "model/collector.h"

namespace ouro {

// The specimen of that name; "": the one that the target is for. Returns "" and sets *specimen, or
// a sentence that says what is wrong.
std::string FindFuzzed(const std::string& name, Specimen* specimen);

}  // namespace ouro

#endif  // FUZZ_LIBFUZZER_FUZZED_SPECIMEN_H_
