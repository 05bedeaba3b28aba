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
#include <vector>

#include "model/collector.h"

namespace ouro {

// What a library is if its specimen has the option `kinds` (docs/kinds.md).
struct LibraryKinds {
  const char* contract = nullptr;  // null: that of the entry
  // The kinds that it offers under these options, `kinds=closure&gc=1`, a line each as ReadKinds
  // takes them: "closure edge pokes=3". Asked in a process of its own: it may start the engine.
  std::vector<std::string> (*list)(const std::string& options) = nullptr;
  // As LibraryEntry::make. `kinds` are the numbers by which operations name those of `list`, in its
  // order: the library may have a table of names of its own.
  std::unique_ptr<Collector> (*make)(Observer& observer, const std::string& options,
                                     const std::vector<KindId>& kinds) = nullptr;
  // For `ouro native`, as in Specimen.
  const char* language = "";
  std::string (*prelude)(const std::vector<std::string>& notes) = nullptr;
};

// What a library exports.
struct LibraryEntry {
  uint32_t version = kVersion;
  uint32_t abilities = kAllAbilities;
  const char* summary = "";
  const char* contract = "";  // as ReadContract takes it
  std::unique_ptr<Collector> (*make)(Observer& observer) = nullptr;
  const LibraryKinds* kinds = nullptr;  // null: it offers none
  // If only the engine itself can say: the contract, in the place of that above. Asked in a process
  // of its own, as LibraryKinds::list.
  std::string (*probe)() = nullptr;

  // Changes whenever the rest of the interface does: Observer, Collector, Event, Op.
  static constexpr uint32_t kVersion = 4;
};

// Loads the library at `path`, which exports `ouro_library` (below) or `ouro_collector` of
// ouroboros.h, for the rest of the process's life. Tries it in a child process first, because its
// constructors may exit, crash or hang. `options` are those of the name. Returns "" and
// sets *specimen, or returns a sentence that says why it cannot be loaded. REQUIRES: no other
// thread is running (it forks).
std::string LoadLibrary(const std::string& path, Specimen* specimen,
                        const std::string& options = "");

// The collector that is a part of this program, by the same two symbols, as in a fuzz target that
// has to be one file: a specimen `linked`, without kinds. Returns "" and sets *specimen, or says
// why there is none.
std::string FindLinked(Specimen* specimen);

}  // namespace ouro

// The one symbol of a library in C++.
extern "C" __attribute__((visibility("default"))) const ouro::LibraryEntry ouro_library;

#endif  // COLLECTOR_LIBRARY_H_
