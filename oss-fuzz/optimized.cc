// SPDX-License-Identifier: Apache-2.0

// The optimized collector, under the rules of CPython 3.9 to 3.12, for a fuzz target of its own.
//
// Place: what build.sh links with build_target.sh; in Bazel, collector_fuzzer has it by name.

#include "collector/optimized.h"

#include <memory>

#include "collector/library.h"

extern "C" const ouro::LibraryEntry ouro_library = {
    .abilities = ouro::kExactAbilities,
    .summary = "the generational collector, under the rules of CPython 3.9 to 3.12",
    .contract = "cpython39",
    .make = [](ouro::Observer& observer) -> std::unique_ptr<ouro::Collector> {
      return std::make_unique<ouro::Optimized>(observer, ouro::kRulesPep442);
    }};
