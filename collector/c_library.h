// A C library is a collector whose shared object exports the table of ouroboros.h instead of a C++
// symbol.
//
// Place: below library.h, which loads it; the bridge from ouroboros.h to model/collector.h.

#ifndef COLLECTOR_C_LIBRARY_H_
#define COLLECTOR_C_LIBRARY_H_

#include <string>

#include "collector/ouroboros.h"
#include "model/collector.h"

namespace ouro {

// The specimen that `table`, which outlives it, describes; its name is left empty. Returns "" and
// sets *specimen, or returns what is wrong with the table, in a sentence. Of a table of another
// version nothing but the version is read.
std::string ReadCTable(const ouro_collector_table& table, Specimen* specimen);

}  // namespace ouro

#endif  // COLLECTOR_C_LIBRARY_H_
