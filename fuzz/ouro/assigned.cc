#include "fuzz/ouro/assigned.h"

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <set>

#include "collector/specimens.h"
#include "fuzz/terminal.h"

namespace ouro {
namespace {

// Whether who looks that specimen up executes something that the name says.
bool Executes(const std::string& name) {
  for (const SpecimenForm& form : SpecimenForms()) {
    const std::string text = form.form;  // "lib:PATH"
    const bool ours = text == "liar:LAW" || text == "planted:NAME";
    const size_t colon = text.find(':');
    if (!ours && colon != text.npos && name.compare(0, colon + 1, text, 0, colon + 1) == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string Assign(const std::vector<std::string>& paths, const std::string& wanted,
                   const std::string& contract, const std::string& otherwise, Assigned* assigned) {
  std::map<std::string, size_t> known;
  std::set<std::string> warned;  // of another contract
  const auto find = [&](const std::string& name, const std::string& file) -> std::string {
    const auto [it, fresh] = known.emplace(name, assigned->specimens.size());
    if (!fresh) return "";
    if (!file.empty() && Executes(name)) {
      std::fflush(stdout);
      fmt::print(stderr, "on {}, as {} says\n", OneLine(name), file);
    }
    Specimen specimen;
    std::string error = FindSpecimen(name, &specimen, contract);
    if (error.empty()) assigned->specimens.push_back(specimen);
    if (error.empty() || file.empty()) return error;
    return fmt::format("{}: {}; --specimen names another", file, error);
  };
  if (!wanted.empty()) {
    if (std::string error = find(wanted, ""); !error.empty()) return error;
  }
  if (std::string error = ReadPrograms(paths, &assigned->programs); !error.empty()) return error;
  for (const ProgramFile& program : assigned->programs) {
    std::string name = wanted;
    if (name.empty()) name = HeadSpecimen(program.head);
    const bool named = wanted.empty() && !name.empty();
    if (name.empty()) name = otherwise;
    if (std::string error = find(name, named ? program.file : ""); !error.empty()) return error;
    assigned->of.push_back(known[name]);
    const std::string was = named && contract.empty() ? HeadContract(program.head) : "";
    const std::string now = assigned->specimens[known[name]].contract->name;
    if (was.empty() || was == now || !warned.insert(name).second) continue;
    std::fflush(stdout);
    fmt::print(stderr, "on {}: the contract is {} now; {} was found under {}: --contract '{}'\n",
               OneLine(name), now, program.file, OneLine(was), OneLine(was));
  }
  return "";
}

void WarnOfUnknownAbilities(const Specimen& specimen) {
  if (specimen.unknown.empty()) return;
  std::string words;
  for (const std::string& word : specimen.unknown) {
    words += fmt::format("{}\"{}\"", words.empty() ? "" : ", ", OneLine(word, 100));
  }
  std::fflush(stdout);
  fmt::print(stderr,
             "ouro: warning: {} claims abilities that nobody knows, and is not asked for them: {}. "
             "There are: {}\n",
             OneLine(specimen.name), words, ListAbilities(kAllAbilities));
}

}  // namespace ouro
