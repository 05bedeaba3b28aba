// Programs and the specimens that they are meant for: what the command line names, or else what the
// head of a program's file does (corpus/head.h). So a finding runs again on what it was found in.
//
// Place: between files and the commands that run programs.

#ifndef FUZZ_OURO_ASSIGNED_H_
#define FUZZ_OURO_ASSIGNED_H_

#include <cstddef>
#include <string>
#include <vector>

#include "fuzz/files.h"
#include "model/collector.h"

namespace ouro {

struct Assigned {
  std::vector<ProgramFile> programs;
  std::vector<Specimen> specimens;  // in the order in which the programs first ask for them
  std::vector<size_t> of;           // of[i]: which of them is program i's

  const Specimen& specimen(size_t program) const { return specimens[of[program]]; }
};

// The programs of all files, each with the specimen `wanted` or, if that is "", with the one that
// its file names, or else `otherwise`. A name may be a command, which is started here: where a file
// names it, standard error says so first. It also says where a program was found under another
// contract than its specimen has now. Returns "" or what is wrong, and with which file. `contract`,
// if not "", is put in the place of each specimen's own.
std::string Assign(const std::vector<std::string>& paths, const std::string& wanted,
                   const std::string& contract, const std::string& otherwise, Assigned* assigned);

// Warns on standard error of abilities that the specimen claims and nobody knows, as what it does
// not claim is never tested.
void WarnOfUnknownAbilities(const Specimen& specimen);

}  // namespace ouro

#endif  // FUZZ_OURO_ASSIGNED_H_
