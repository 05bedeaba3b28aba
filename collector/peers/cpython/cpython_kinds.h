// SPDX-License-Identifier: Apache-2.0

// The adapter of CPython through its C API, with kinds: holders in slots and registers are those of
// the tables of the line protocol (kinds_*.py), which the embedded interpreter executes; nodes are
// of types in C that are derived from the tables' bases.
//
// Place: beside cpython_api.h, whose entry offers it. What the fine points are for is said in
// kinds.py, which does the same in Python: old values are released last; the content of a holder is
// what it yields, if that is an object of the program; a generator that is being executed cannot be
// asked, and a kind that cannot be read is remembered.

#ifndef COLLECTOR_PEERS_CPYTHON_CPYTHON_KINDS_H_
#define COLLECTOR_PEERS_CPYTHON_CPYTHON_KINDS_H_

#include "collector/library.h"
#include "collector/peers/cpython/cpython_types.h"

#if OURO_TRIED

namespace ouro {

extern const LibraryKinds kCPythonKindsHere;

}  // namespace ouro

#endif  // OURO_TRIED

#endif  // COLLECTOR_PEERS_CPYTHON_CPYTHON_KINDS_H_
