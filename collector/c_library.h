// SPDX-License-Identifier: Apache-2.0

// A C library is a shared object that exports the table of ouroboros.h instead of a C++ symbol.
//
// Place: below library.h, which loads it; the bridge from ouroboros.h to model/collector.h.

#ifndef COLLECTOR_C_LIBRARY_H_
#define COLLECTOR_C_LIBRARY_H_

#include <string>

#include "collector/ouroboros.h"
#include "model/collector.h"

namespace ouro {

// Makes the specimen that `table` describes, with an empty name; what the table points to must
// outlive it. `options` are handed to each collector. Returns "" and sets *specimen, or returns a
// sentence that says what is wrong with the table. Of a table of a later version only the version
// is read.
std::string ReadCTable(const ouro_collector_table& table, Specimen* specimen,
                       const std::string& options = "");

}  // namespace ouro

#endif  // COLLECTOR_C_LIBRARY_H_
