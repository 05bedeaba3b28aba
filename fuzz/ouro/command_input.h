// SPDX-License-Identifier: Apache-2.0

// The input that commands share: programs, and the specimens that run them. A program runs on the
// specimen that the command line names; otherwise on the one that the head of its file names
// (corpus/head.h), so that a finding runs again on the collector in which it was found.
//
// Place: between files and the commands. Every function returns "" or a sentence that says what is
// wrong with the input, for standard error; then what it should have set is unspecified.

#ifndef FUZZ_OURO_COMMAND_INPUT_H_
#define FUZZ_OURO_COMMAND_INPUT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "fuzz/files.h"
#include "model/collector.h"
#include "properties/generator/weights.h"

namespace ouro {

// The specimen of programs for which neither the command line nor their file names one.
inline constexpr char kDefaultSpecimen[] = "optimized";

// The options --specimen and --contract.
struct SpecimenChoice {
  std::string specimen;       // a name for FindSpecimen; "": what each file names
  std::string contract = {};  // replaces the specimen's own; "": does not
};

// Finds the specimen of that choice, which names one. Warns on standard error of claimed abilities
// that Ouroboros does not know: they are never tested. Starts the specimen's process, if it has
// one.
std::string FindChosen(const SpecimenChoice& choice, Specimen* specimen);

// Programs, each with its specimen.
struct Assignment {
  std::vector<ProgramFile> programs;
  std::vector<Specimen> specimens;  // different ones, in the order in which programs ask for them
  std::vector<size_t> specimen_of;  // specimen_of[i] is the index of the specimen of programs[i]

  const Specimen& specimen(size_t program) const { return specimens[specimen_of[program]]; }
};

// Reads all programs of the files and folders and finds the specimen of each: the chosen one, the
// one that its file names, or `otherwise`, in this order. A name may be a command or a library,
// whose code is executed here: if a file names it, standard error says so first. Standard error
// also says where a program was found under another contract than its specimen has now. Warns like
// FindChosen. Errors name the file.
std::string Assign(const std::vector<std::string>& paths, const SpecimenChoice& choice,
                   const std::string& otherwise, Assignment* assignment);

// Every specimen available on this machine, then the chosen one, then those that the heads of the
// programs' files name; each once. *absent explains, a line each, which ones are missing and why.
std::vector<Specimen> AvailableSpecimens(const std::vector<ProgramFile>& programs,
                                         const SpecimenChoice& choice,
                                         std::vector<std::string>* absent);

// Changes the weights that the file names; "" is no file. Returns "" or what is wrong.
std::string ReadWeightsFile(const std::string& file, Weights* weights);

}  // namespace ouro

#endif  // FUZZ_OURO_COMMAND_INPUT_H_
