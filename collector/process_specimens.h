// SPDX-License-Identifier: Apache-2.0

// A process specimen is a collector in another process: an interpreter that executes an adapter
// which is embedded here, `php:PATH` or `php:8.5`, or a command that speaks the line protocol,
// `process:...`.
//
// Place: a part of the registry of specimens, which asks it for the names that are of these forms.

#ifndef COLLECTOR_PROCESS_SPECIMENS_H_
#define COLLECTOR_PROCESS_SPECIMENS_H_

#include <string>
#include <vector>

#include "collector/specimen_name.h"
#include "model/collector.h"

namespace ouro {

// Whether the name has one of these forms. If so, sets *error to "" and *specimen, without its
// options' choice of kinds; or *error to a sentence. If `contract` is null, it follows from the
// greeting. Starts a process.
bool FindProcessSpecimen(const SpecimenName& name, const Contract* contract, Specimen* specimen,
                         std::string* error);

// An interpreter of a certain version, such as npm has them.
struct RuntimeName {
  std::string name;   // of the specimen, "php:8.5"
  std::string where;  // its path, or that it is from npm
};

// Those that are on this machine, and that npm has or would have. Appends to *absent lines with the
// commands that bring the others. Starts nothing.
std::vector<RuntimeName> PresentRuntimes(std::vector<std::string>* absent);

// The specimens of all versions of that language's interpreter on this machine, the oldest first:
// `cpython:2.7`, `cpython:3.6` and so on for "cpython". Returns "" and sets *names, or returns a
// sentence if there is no such language, or none of its interpreters is here. Starts nothing.
std::string PresentVersions(const std::string& language, std::vector<std::string>* names);

}  // namespace ouro

#endif  // COLLECTOR_PROCESS_SPECIMENS_H_
