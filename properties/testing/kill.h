// SPDX-License-Identifier: Apache-2.0

// A killing: what it takes to convict a mutant, a library with a known bug, and what is left of the
// program that does.
//
// Place: for the tests of mutants. Mutants run in child processes, which they may crash or hang.

#ifndef PROPERTIES_TESTING_KILL_H_
#define PROPERTIES_TESTING_KILL_H_

#include <cstddef>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/program.h"

namespace ouro {

// The names of the libraries lib-NAME.so in a folder of the test's data, sorted.
std::vector<std::string> Libraries(const std::string& folder);

// One of them. Fails the test if it cannot be loaded.
Specimen Library(const std::string& folder, const std::string& name);

// A name for gtest: without hyphens.
std::string TestName(std::string name);

// The random program of that index, with maps if the specimen has them. Every fiftieth is long:
// some bugs need many objects.
Program ProgramOf(size_t index, const Specimen& specimen);

// The corpus, but for what is only a report.
std::vector<Program> CorpusPrograms();

struct Death {
  size_t programs = 0;    // random ones that it survived
  double seconds = 0;     // until a random one convicted it
  std::string signature;  // "" if it lives
  size_t operations = 0;  // of the shrunk program; 0 if it takes several programs
  bool by_corpus = false;
};

// Runs the corpus, then up to `limit` random programs.
Death Kill(const Specimen& mutant, size_t limit);

// The line of a table: name, signature, random programs, seconds, operations, whether by corpus.
void PrintRow(const std::string& name, const Death& death);

}  // namespace ouro

#endif  // PROPERTIES_TESTING_KILL_H_
