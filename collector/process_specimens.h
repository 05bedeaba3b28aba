// SPDX-License-Identifier: Apache-2.0

// A process specimen is a collector in another process: an interpreter that executes an adapter
// which is embedded here, `php:PATH`, or a command that speaks the line protocol, `process:...`.
//
// Place: a part of the registry of specimens, which asks it for the names that are of these forms.

#ifndef COLLECTOR_PROCESS_SPECIMENS_H_
#define COLLECTOR_PROCESS_SPECIMENS_H_

#include <string>

#include "collector/specimen_name.h"
#include "model/collector.h"

namespace ouro {

// Whether the name has one of these forms. If so, sets *error to "" and *specimen, without its
// options' choice of kinds; or *error to a sentence. If `contract` is null, it follows from the
// greeting. Starts a process.
bool FindProcessSpecimen(const SpecimenName& name, const Contract* contract, Specimen* specimen,
                         std::string* error);

}  // namespace ouro

#endif  // COLLECTOR_PROCESS_SPECIMENS_H_
