// SPDX-License-Identifier: Apache-2.0

// The registry of specimens: every collector that can be tested, by name.
//
// Place: on top of collector/. Code that tests collectors looks them up here and needs no other
// header. Thread-safe, except where stated. Errors are sentences; "" means success.

#ifndef COLLECTOR_SPECIMENS_H_
#define COLLECTOR_SPECIMENS_H_

#include <string>
#include <vector>

#include "model/collector.h"

namespace ouro {

// The collectors of this repository, in a fixed order: lawful ones, without the liars.
const std::vector<Specimen>& OwnSpecimens();

// A form of names that FindSpecimen accepts besides those of OwnSpecimens: `cpython:PATH`.
struct SpecimenForm {
  const char* form;
  const char* summary;
};
const std::vector<SpecimenForm>& SpecimenForms();

// A peer in this process, where it is installed.
struct PeerName {
  const char* name;
  const char* folder;  // in PeersFolder()
};
const std::vector<PeerName>& PeerNames();

// The folder of the peers' libraries: the environment variable OURO_PEERS, ../lib/ouroboros/peers
// beside this program's folder, where tools/dist puts it, or collector/peers in a folder above this
// program, as in Bazel's output and runfiles. "" if there is none.
std::string PeersFolder();

// The specimen of that name: one of OwnSpecimens, or
//   php, lua, boehm, ...        one of PeerNames: a third-party collector, in this process
//   liar:LAW                    a collector that breaks that law
//   planted:NAME                the optimized collector with a bug: see planted/planted.h
//   lib:PATH                    the collector in that shared object: see library.h
//   cpython                     the python3 on PATH, under the contract of its version
//   cpython:PATH                any CPython, 2.7 and 3.x
//   lua:PATH, php:PATH, ruby:PATH   that interpreter, under the contract of its language
//   php:8.5, ruby:head, ...     that version: on PATH, in a pyenv, or from npm (npm_runtimes.h)
//   process:CONTRACT:COMMAND    a shell command that speaks the line protocol
// and after each, where its adapter has any, ?KEY=VALUE&...: options. `kinds` alone, or with a list
// of kinds or families, asks for kinds; all options are handed to the adapter.
// `contract`, in the form of ReadContract, replaces the one named by the specimen, its version or
// its library; "" keeps that. Returns "" and sets *specimen, or returns a sentence that says what
// is wrong and what to do: an unknown name; an interpreter that is missing, does not respond, or
// has a version that no contract covers; kinds that its contract cannot judge. May start a process,
// or fork to load a library. REQUIRES: no other thread is running.
std::string FindSpecimen(const std::string& name, Specimen* specimen,
                         const std::string& contract = "");

// Whether that specimen's code is part of this program: our own, liars and planted bugs.
bool IsBuiltIn(const std::string& name);

// OwnSpecimens, the python3 on PATH, and a CPython 2.7 if there is one on PATH or among the
// versions of a pyenv whose shims are on PATH. Appends to *absent, for each one missing, a line
// that says why. REQUIRES as FindSpecimen.
std::vector<Specimen> PresentSpecimens(std::vector<std::string>* absent);

// Those of PeerNames that are available, likewise. Loads their libraries but starts none: make one
// only in a process of its own, as some install signal handlers, and most cannot be shut down.
std::vector<Specimen> PresentPeers(std::vector<std::string>* absent);

}  // namespace ouro

#endif  // COLLECTOR_SPECIMENS_H_
