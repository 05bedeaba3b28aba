// SPDX-License-Identifier: Apache-2.0

// A library is a collector in a shared object, loaded on demand by the name `lib:PATH`. So a
// collector can be tested without being linked into anything, and a hundred mutants need not be in
// one program.
//
// Place: a kind of specimen. A library in C++ includes this header too, and must be compiled by the
// same compiler as the program that loads it; one in C includes ouroboros.h instead.

#ifndef COLLECTOR_LIBRARY_H_
#define COLLECTOR_LIBRARY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "model/collector.h"

namespace ouro {

// What a library exports.
struct LibraryEntry {
  uint32_t version = kVersion;
  uint32_t abilities = kAllAbilities;
  const char* summary = "";
  const char* contract = "";  // as ReadContract takes it
  std::unique_ptr<Collector> (*make)(Observer& observer) = nullptr;
  // The kinds that it offers, and null: "closure edge pokes=3", as ReadKind takes them. Operations
  // name them by InternKind.
  const char* const* kinds = nullptr;

  // Changes whenever the rest of the interface does: Observer, Collector, Event, Op.
  static constexpr uint32_t kVersion = 2;
};

// Loads the library at `path`, which exports `ouro_library` (below) or `ouro_collector` of
// ouroboros.h, for the rest of the process's life. Tries it in a child process first, because its
// constructors may exit, crash or hang. `options` are handed to collectors in C. Returns "" and
// sets *specimen, or returns a sentence that says why it cannot be loaded. REQUIRES: no other
// thread is running (it forks).
std::string LoadLibrary(const std::string& path, Specimen* specimen,
                        const std::string& options = "");

}  // namespace ouro

// The one symbol of a library in C++.
extern "C" __attribute__((visibility("default"))) const ouro::LibraryEntry ouro_library;

#endif  // COLLECTOR_LIBRARY_H_
