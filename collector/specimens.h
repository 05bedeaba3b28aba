// The register of specimens: every collector that can be tested, by name.
//
// Place: on top of collector/. Who tests looks a specimen up here and needs no other header.

#ifndef COLLECTOR_SPECIMENS_H_
#define COLLECTOR_SPECIMENS_H_

#include <string>
#include <vector>

#include "model/collector.h"

namespace ouro {

// The collectors of this repository, in a fixed order: lawful ones, without the liars.
const std::vector<Specimen>& OwnSpecimens();

// A kind of name that FindSpecimen takes beside those of OwnSpecimens: `cpython:PATH`.
struct SpecimenForm {
  const char* form;
  const char* summary;
};
const std::vector<SpecimenForm>& SpecimenForms();

// The name of a peer in this process and what has to be installed for it.
struct PeerName {
  const char* name;
  const char* folder;    // in PeersFolder()
  const char* packages;  // Debian's
};
const std::vector<PeerName>& PeerNames();

// The folder of the peers' libraries: what the environment says, OURO_PEERS, or collector/peers
// beside this program or above it, as Bazel and its runfiles have it. "" if there is none.
std::string PeersFolder();

// The specimen of that name: one of OwnSpecimens, or
//   php, lua, boehm, ...        one of PeerNames: somebody else's collector, in this process
//   liar:LAW                    a collector that breaks that law
//   planted:NAME                the optimized collector with a bug: see planted/planted.h
//   lib:PATH                    the collector in that shared object: see library.h
//   cpython                     the python3 on PATH, under the contract of its version
//   cpython:PATH                any CPython, 2.7 and 3.x
//   lua:PATH, php:PATH, ruby:PATH   that interpreter, under the contract of its language
//   process:CONTRACT:COMMAND    whatever speaks the line protocol; COMMAND is for the shell
// `contract`, as ReadContract takes it, is put in the place of the one that the specimen, its
// version or its library names; "" leaves that alone. Returns "" and sets *specimen, or returns a
// sentence that says what is wrong and what to do: an unknown name; an interpreter that is not
// there, does not answer, or whose version no contract is known to hold for; abilities that its
// contract cannot judge (JudgedAbilities). Starts the process that it asks.
std::string FindSpecimen(const std::string& name, Specimen* specimen,
                         const std::string& contract = "");

// Whether that specimen's code is part of this program: ours, with liars and planted bugs.
bool IsBuiltIn(const std::string& name);

// OwnSpecimens, the python3 on PATH, and a CPython 2.7, if there is one on PATH or among the
// versions of a pyenv whose shims are on PATH. *absent says of those that are missing why, a line
// each.
std::vector<Specimen> PresentSpecimens(std::vector<std::string>* absent);

// Those of PeerNames that are here. Their libraries are loaded, and none is started: whoever makes
// one should have a process for it, as some install signal handlers, and most never end.
std::vector<Specimen> PresentPeers(std::vector<std::string>* absent);

}  // namespace ouro

#endif  // COLLECTOR_SPECIMENS_H_
