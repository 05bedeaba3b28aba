// SPDX-License-Identifier: Apache-2.0

#include "collector/specimens.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "collector/interpreter_paths.h"
#include "collector/liar.h"
#include "collector/library.h"
#include "collector/naive.h"
#include "collector/optimized.h"
#include "collector/planted/planted.h"
#include "collector/process_specimens.h"
#include "collector/specimen_name.h"
#include "collector/wild.h"
#include "model/check.h"
#include "model/last_words.h"

namespace ouro {
namespace {

Specimen Own(const char* name, const char* summary, const Contract& contract,
             std::function<std::unique_ptr<Collector>(Observer&)> make) {
  const uint32_t abilities = contract.exact() != nullptr ? kExactAbilities : kAllAbilities;
  return {.name = name,
          .summary = summary,
          .contract = &contract,
          .abilities = abilities,
          .make = std::move(make)};
}

Specimen OptimizedUnder(const char* name, const char* summary, const Contract& contract,
                        const heap::Rules& rules) {
  return Own(name, summary, contract, [rules](Observer& observer) -> std::unique_ptr<Collector> {
    return std::make_unique<Optimized>(observer, rules);
  });
}

Specimen NaiveUnder(const char* name, const char* summary, const Contract& contract) {
  return Own(name, summary, contract, [rules = contract.exact()](Observer& observer) {
    return MakeNaive(observer, *rules);
  });
}

// The kinds of that text, a line each. REQUIRES: it is well formed.
KindTable KindsOf(const std::vector<std::string>& lines) {
  KindTable kinds;
  CHECK(ReadKinds(lines, &kinds).empty());
  return kinds;
}

// With `only_kinds` it offers a kind for each place, and lies once a program has named one.
std::string FindLiar(const std::string& law, bool only_kinds, Specimen* specimen) {
  for (const Lie& lie : Lies()) {
    if (law != lie.law) continue;
    *specimen = Own("", lie.lie, kCPython26, [law, only_kinds](Observer& observer) {
      const HonestMaker honest = [](Observer& inner) {
        return MakeNaive(inner, *kCPython26.exact());
      };
      return MakeLiar(law, observer, honest, only_kinds);
    });
    specimen->name = "liar:" + law;
    if (only_kinds)
      specimen->kinds = KindsOf({"liar-edge edge", "liar-node node", "liar-root root"});
    return "";
  }
  std::string known;
  for (const Lie& lie : Lies()) known += std::string(" ") + lie.law;
  return fmt::format("there is no liar \"{}\"; there are:{}", law, known);
}

// `wild:CONTRACT`, with the option `seed=N`.
std::string FindWild(const SpecimenName& name, Specimen* specimen) {
  const Contract* contract = nullptr;
  std::string error = ReadContract(name.base.substr(5), &contract);
  if (!error.empty()) return error;
  if (contract->bounds() == nullptr) {
    return fmt::format("{}: {} fixes every step; `wild:` is for contracts of bounds", name.base,
                       contract->name);
  }
  uint64_t seed = 0;
  if (name.Has("seed") && !name.Number("seed", &seed)) return name.text + ": no such seed";
  *specimen =
      Own(name.base.c_str(), "lawful, with every freedom that the contract gives", *contract,
          [contract, seed](Observer& observer) { return MakeWild(observer, *contract, seed); });
  return "";
}

// The ways in which a type of the heap declares its references, and its smart pointer.
std::vector<std::string> OptimizedKinds(const std::string& name) {
  if (name.substr(0, 9) != "optimized") return {};
  return {"layout-run node", "layout-map node", "layout-functions node", "handle root"};
}

std::string FindPlanted(const std::string& name, Specimen* specimen) {
  std::string known;
  for (const Specimen& bug : PlantedBugs()) {
    if (bug.name == name) {
      *specimen = bug;
      return "";
    }
    known += " " + bug.name;
  }
  return fmt::format("there is no \"{}\"; there are:{}", name, known);
}

// CPython up to 3.12 lets deaths nest 50 deep, and puts off what is deeper, which no contract
// follows (semantics.md, section 3). No more can nest than live.
constexpr int kLivingOfCPython = 45;

int LivingOf(const Specimen& specimen) {
  if (specimen.name.substr(0, 7) != "cpython") return 0;
  for (const Contract* old :
       {&kCPython26, &kCPython27, &kCPython34, &kCPython37, &kCPython38, &kCPython39}) {
    if (specimen.contract == old) return kLivingOfCPython;
  }
  return 0;
}

// An adapter that was built without its library names the package.
std::string FindLibraryPeer(const PeerName& peer, const std::string& options, Specimen* specimen) {
  const std::string folder = PeersFolder();
  if (folder.empty()) {
    return fmt::format(
        "{} is not available: there is no folder collector/peers beside this program", peer.name);
  }
  const std::string path = fmt::format("{}/{}/{}.so", folder, peer.folder, peer.name);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return fmt::format("{} is not available: there is no {}", peer.name, path);
  }
  const std::string wrong = LoadLibrary(path, specimen, options);
  specimen->name = peer.name;
  if (wrong.empty()) return "";
  return fmt::format("{} is not here: {}", peer.name, wrong.substr(("lib:" + path + ": ").size()));
}

// Leaves the specimen those kinds that the option `kinds` names, or whose families it names: all,
// if it has no value. Returns "" or which are not there.
std::string Choose(const std::string& wanted, Specimen* specimen) {
  if (wanted.empty() || wanted == "all") return "";
  std::vector<KindRow> chosen;
  std::istringstream words(wanted);
  for (std::string word; std::getline(words, word, ',');) {
    const size_t before = chosen.size();
    for (const KindRow& kind : specimen->kinds.kinds()) {
      const std::string_view name = KindName(kind.id);
      if (name == word || name.substr(0, word.size() + 1) == word + "-") chosen.push_back(kind);
    }
    if (chosen.size() > before) continue;
    return fmt::format("{}: it has no kind or family \"{}\"; `ouro kinds` lists them",
                       specimen->name, Printable(word));
  }
  specimen->kinds = KindTable(std::move(chosen));
  return "";
}

// "", or which of its kinds the contract cannot judge.
std::string Judgeable(const Specimen& specimen) {
  for (const KindRow& kind : specimen.kinds.kinds()) {
    if (specimen.contract->bounds() != nullptr) break;
    if (!kind.cyclic && !kind.frail && !kind.late && !kind.collects && !kind.rooted) continue;
    return fmt::format("{}: {}, an exact contract, cannot judge the kind {}", specimen.name,
                       specimen.contract->name, KindName(kind.id));
  }
  return "";
}

// FindSpecimen without the check of abilities. If `contract` is null, it follows from the specimen.
std::string FindNamed(const SpecimenName& whole, const Contract* contract, Specimen* specimen) {
  const std::string& name = whole.base;
  for (const Specimen& own : OwnSpecimens()) {
    if (own.name != name) continue;
    *specimen = own;
    if (whole.Has("kinds")) specimen->kinds = KindsOf(OptimizedKinds(name));
    return "";
  }
  for (const PeerName& peer : PeerNames()) {
    if (peer.name == name) return FindLibraryPeer(peer, whole.options, specimen);
  }
  const auto starts = [&name](std::string_view prefix) {
    return name.compare(0, prefix.size(), prefix) == 0;
  };
  if (starts("liar:")) return FindLiar(name.substr(5), whole.Has("kinds"), specimen);
  if (starts("wild:")) return FindWild(whole, specimen);
  if (starts("lib:")) return LoadLibrary(name.substr(4), specimen, whole.options);
  if (starts("planted:")) return FindPlanted(name, specimen);
  if (std::string error; FindProcessSpecimen(whole, contract, specimen, &error)) return error;
  return fmt::format("there is no specimen \"{}\"; `ouro specimens` lists them", name);
}

}  // namespace

const std::vector<Specimen>& OwnSpecimens() {
  static const std::vector<Specimen> specimens = {
      OptimizedUnder("optimized", "the generational collector, under the rules of CPython 2.6",
                     kCPython26, kRules26),
      OptimizedUnder("optimized-27", "the same, under those of 2.7", kCPython27, kRules27),
      OptimizedUnder("optimized-pep442", "the same, under those of 3.9 to 3.12", kCPython39,
                     kRulesPep442),
      NaiveUnder("naive", "the smallest lawful collector, under the rules of CPython 2.6",
                 kCPython26),
      NaiveUnder("naive-27", "the same, under those of 2.7", kCPython27),
      NaiveUnder("naive-pep442", "the same, under those of 3.9 to 3.12", kCPython39),
      NaiveUnder("naive-34", "the same, under those of 3.4 to 3.7.4", kCPython34),
      NaiveUnder("naive-37", "the same, under those of 3.7.5 on", kCPython37),
      NaiveUnder("naive-38", "the same, under those of 3.8", kCPython38),
      NaiveUnder("naive-313", "the same, under those of 3.13", kCPython313),
      NaiveUnder("naive-3140", "the same, under those of 3.14.0 to 3.14.4", kCPython3140),
      NaiveUnder("naive-314", "the same, under those of 3.14.5 on", kCPython314),
      NaiveUnder("naive-315", "the same, under those of 3.15", kCPython315),
  };
  return specimens;
}

std::string PeersFolder() {
  namespace fs = std::filesystem;
  if (const char* folder = std::getenv("OURO_PEERS"); folder != nullptr) return folder;
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = self.parent_path().parent_path() / "lib/ouroboros/peers";
  if (fs::exists(installed, error)) return installed;
  for (fs::path folder = self.parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    if (fs::exists(folder / "collector/peers", error)) return folder / "collector/peers";
  }
  return "";
}

const std::vector<PeerName>& PeerNames() {
  static const std::vector<PeerName> names = {
      {"cpython-api", "cpython"},
      {"cpython-api-debug", "cpython"},
      {"php", "php"},
      {"lua", "lua"},
      {"lua-generational", "lua"},
      {"duktape", "duktape"},
      {"quickjs", "quickjs"},
      {"boehm", "boehm"},
      {"boehm-unordered", "boehm"},
      {"ruby", "ruby"},
      {"perl", "perl"},
      {"gobject", "gobject"},
  };
  return names;
}

const std::vector<SpecimenForm>& SpecimenForms() {
  static const std::vector<SpecimenForm> forms = {
      {"liar:LAW", "a collector that breaks that law; `ouro laws` lists them"},
      {"wild:CONTRACT", "lawful, with every freedom that a contract of bounds gives; `?seed=N`"},
      {"planted:NAME", "the optimized collector with a bug planted; `ouro specimens` lists them"},
      {"lib:PATH", "the collector in the shared object at PATH: see collector/library.h"},
      {"NAME?OPTIONS",
       "with options, `KEY=VALUE&...`: `kinds`, those of the adapter (docs/kinds.md)"},
      {"cpython", "the python3 on PATH, under the contract of its version"},
      {"cpython:PATH", "the CPython at PATH: 2.6, 2.7, 3.4 to 3.15; others with --contract"},
      {"lua:PATH", "the Lua at PATH, 5.4 or 5.5"},
      {"php:PATH", "the PHP at PATH, 8.1 or later"},
      {"ruby:PATH", "the Ruby at PATH, 3.0 or later"},
      {"php:8.5", "likewise, by version: on PATH, in a pyenv, or from npm (`tools/setup --npm`)"},
      {"process:CONTRACT:COMMAND", "a shell command that speaks the line protocol"},
  };
  return forms;
}

std::string FindSpecimen(const std::string& name, Specimen* specimen, const std::string& contract) {
  const Contract* chosen = nullptr;
  if (!contract.empty()) {
    if (std::string error = ReadContract(contract, &chosen); !error.empty()) return error;
  }
  Specimen found;
  const SpecimenName whole(name);
  if (std::string error = FindNamed(whole, chosen, &found); !error.empty()) return error;
  // Not `whole.text`: a library's name has become an absolute path.
  if (!whole.options.empty()) found.name += "?" + whole.options;
  if (std::string error = Choose(whole.Value("kinds"), &found); !error.empty()) return error;
  if (chosen != nullptr) found.contract = chosen;
  found.living = LivingOf(found);
  if (std::string error = Judgeable(found); !error.empty()) return error;
  *specimen = std::move(found);
  return "";
}

bool IsBuiltIn(const std::string& name) {
  for (const char* form : {"liar:", "wild:", "planted:"}) {
    if (name.rfind(form, 0) == 0) return true;
  }
  const std::vector<Specimen>& own = OwnSpecimens();
  return std::any_of(own.begin(), own.end(), [&name](const auto& s) { return s.name == name; });
}

std::vector<Specimen> PresentSpecimens(std::vector<std::string>* absent) {
  std::vector<Specimen> present = OwnSpecimens();
  Specimen found;
  std::string error = FindSpecimen("cpython", &found);
  if (error.empty()) present.push_back(found);
  if (!error.empty()) absent->push_back(error);
  error = "there is no python2.7 on PATH, nor in a pyenv whose shims are on PATH";
  for (const std::string& path : InterpretersOf("python", "2.7")) {
    error = FindSpecimen("cpython:" + path, &found);
    if (!error.empty()) continue;
    present.push_back(found);
    break;
  }
  if (!error.empty()) absent->push_back(error);
  return present;
}

std::vector<Specimen> PresentPeers(std::vector<std::string>* absent) {
  std::vector<Specimen> present;
  for (const PeerName& peer : PeerNames()) {
    Specimen found;
    const std::string error = FindSpecimen(peer.name, &found);
    if (error.empty()) present.push_back(found);
    if (!error.empty()) absent->push_back(error);
  }
  return present;
}

}  // namespace ouro
