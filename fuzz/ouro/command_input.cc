// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/command_input.h"

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "collector/specimens.h"
#include "corpus/head.h"
#include "fuzz/terminal.h"

namespace ouro {
namespace {

// Whether looking up that specimen executes code that its name designates.
bool ExecutesCode(const std::string& name) {
  for (const SpecimenForm& form : SpecimenForms()) {
    const std::string text = form.form;  // "lib:PATH"
    const bool built_in = text == "liar:LAW" || text == "planted:NAME";
    const size_t colon = text.find(':');
    if (!built_in && colon != text.npos && name.compare(0, colon + 1, text, 0, colon + 1) == 0) {
      return true;
    }
  }
  return false;
}

void WarnOfUnknownAbilities(const Specimen& specimen) {
  if (specimen.unknown.empty()) return;
  std::string words;
  for (const std::string& word : specimen.unknown) {
    words += fmt::format("{}\"{}\"", words.empty() ? "" : ", ", OneLine(word, 100));
  }
  std::fflush(stdout);
  fmt::print(
      stderr,
      "ouro: warning: {} claims unknown abilities, which are not tested: {}. Known ones: {}\n",
      OneLine(specimen.name), words, ListAbilities(kAllAbilities));
}

// Assigns specimens to programs, one after the other.
class Assigner {
 public:
  Assigner(const SpecimenChoice& choice, const std::string& otherwise, Assignment* assignment)
      : choice_(choice), otherwise_(otherwise), assignment_(*assignment) {}

  // Before any file is read, so that a wrong --specimen is what the user hears of first.
  std::string FindChosenOne() { return choice_.specimen.empty() ? "" : Find(choice_.specimen, ""); }

  std::string Add(ProgramFile program) {
    std::string name = choice_.specimen;
    if (name.empty()) name = HeadSpecimen(program.head);
    const bool named_by_file = choice_.specimen.empty() && !name.empty();
    if (name.empty()) name = otherwise_;
    if (std::string error = Find(name, named_by_file ? program.file : ""); !error.empty()) {
      return error;
    }
    assignment_.specimen_of.push_back(indices_[name]);
    if (named_by_file && choice_.contract.empty()) CompareContracts(name, program);
    assignment_.programs.push_back(std::move(program));
    return "";
  }

 private:
  // `file`: the one that names it, or "".
  std::string Find(const std::string& name, const std::string& file) {
    const auto [it, fresh] = indices_.emplace(name, assignment_.specimens.size());
    if (!fresh) return "";
    if (!file.empty() && ExecutesCode(name)) {
      std::fflush(stdout);
      fmt::print(stderr, "on {}, as {} says\n", OneLine(name), file);
    }
    Specimen specimen;
    std::string error = FindChosen({name, choice_.contract}, &specimen);
    if (error.empty()) assignment_.specimens.push_back(specimen);
    if (error.empty() || file.empty()) return error;
    return fmt::format("{}: {}; --specimen names another", file, error);
  }

  void CompareContracts(const std::string& name, const ProgramFile& program) {
    const std::string then = HeadContract(program.head);
    const std::string now = assignment_.specimens[indices_[name]].contract->name;
    if (then.empty() || then == now || !compared_.insert(name).second) return;
    std::fflush(stdout);
    fmt::print(stderr, "on {}: the contract is {} now; {} was found under {}: --contract '{}'\n",
               OneLine(name), now, program.file, OneLine(then), OneLine(then));
  }

  const SpecimenChoice& choice_;
  const std::string& otherwise_;
  Assignment& assignment_;
  std::map<std::string, size_t> indices_;  // of specimens, by name
  std::set<std::string> compared_;         // specimens whose other contract was reported
};

}  // namespace

std::string ReadWeightsFile(const std::string& file, Weights* weights) {
  if (file.empty()) return "";
  std::string text;
  std::string why = ReadText(file, &text);
  if (why.empty()) why = ReadWeights(text, weights);
  return why.empty() ? "" : fmt::format("{}: {}", file, why);
}

std::string FindChosen(const SpecimenChoice& choice, Specimen* specimen) {
  std::string error = FindSpecimen(choice.specimen, specimen, choice.contract);
  if (error.empty()) WarnOfUnknownAbilities(*specimen);
  return error;
}

std::string Assign(const std::vector<std::string>& paths, const SpecimenChoice& choice,
                   const std::string& otherwise, Assignment* assignment) {
  Assigner assigner(choice, otherwise, assignment);
  if (std::string error = assigner.FindChosenOne(); !error.empty()) return error;
  std::vector<ProgramFile> programs;
  if (std::string error = ReadPrograms(paths, &programs); !error.empty()) return error;
  for (ProgramFile& program : programs) {
    if (std::string error = assigner.Add(std::move(program)); !error.empty()) return error;
  }
  return "";
}

std::vector<Specimen> AvailableSpecimens(const std::vector<ProgramFile>& programs,
                                         const SpecimenChoice& choice,
                                         std::vector<std::string>* absent) {
  std::vector<Specimen> all = PresentSpecimens(absent);
  for (Specimen& peer : PresentPeers(absent)) all.push_back(std::move(peer));
  // Names that need not be looked up: present ones, and those that *absent already mentions.
  std::set<std::string> known = {"", "cpython"};
  for (const Specimen& specimen : all) known.insert(specimen.name);
  for (const PeerName& peer : PeerNames()) known.insert(peer.name);
  const auto add = [&](const std::string& name, const std::string& named_by) {
    if (!known.insert(name).second) return;
    Specimen found;
    const std::string error = FindSpecimen(name, &found, choice.contract);
    if (error.empty()) all.push_back(found);
    if (!error.empty()) absent->push_back(fmt::format("{}: {}", named_by, error));
  };
  add(choice.specimen, "--specimen");
  for (const ProgramFile& program : programs) add(HeadSpecimen(program.head), program.file);
  return all;
}

}  // namespace ouro
