// SPDX-License-Identifier: Apache-2.0

#include "collector/library.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <vector>

#include "collector/c_library.h"
#include "collector/edge_counters.h"
#include "collector/loaded_object.h"
#include "collector/ouroboros.h"
#include "collector/specimen_name.h"
#include "model/last_words.h"
#include "model/subprocess.h"

// What may be linked into this program. Whoever links it asks for the symbol (defs.bzl).
extern "C" {
extern const ouro_collector_table ouro_collector __attribute__((weak));
extern const ouro::LibraryEntry ouro_library __attribute__((weak));
}

namespace ouro {
namespace {

// What peers claim when they are asked for kinds: their settings, censuses and garbage lists would
// show the holders, too.
constexpr uint32_t kAbilitiesOfKinds = kWeakReferences | kCallbacks | kFinalizers | kGenerations3;

// Relative to the user's folder, also under `bazel run`. Never a bare name, for which dlopen would
// search the system.
std::string Absolute(const std::string& path) {
  namespace fs = std::filesystem;
  const char* where = std::getenv("BUILD_WORKING_DIRECTORY");
  const fs::path base = where != nullptr ? fs::path(where) : fs::current_path();
  return (base / path).lexically_normal().string();
}

// What a library said in a process of its own.
struct Rehearsed {
  std::string contract;            // of LibraryEntry::probe, or ""
  std::vector<std::string> kinds;  // that it offers, a line each
};

std::string ReadEntry(const LibraryEntry& entry, const std::string& options, bool with_kinds,
                      const Rehearsed& said, Specimen* specimen) {
  if (entry.version != LibraryEntry::kVersion) {
    return fmt::format("built for version {} of the interface, this is {}", entry.version,
                       LibraryEntry::kVersion);
  }
  if (entry.make == nullptr) return fmt::format("it was built without {}", entry.summary);
  *specimen = {
      .name = "", .summary = entry.summary, .abilities = entry.abilities, .make = entry.make};
  const LibraryKinds* const kinds = with_kinds ? entry.kinds : nullptr;
  const bool other = kinds != nullptr && kinds->contract != nullptr;
  const std::string own = said.contract.empty() ? entry.contract : said.contract;
  const std::string error = ReadContract(other ? kinds->contract : own, &specimen->contract);
  if (!error.empty() || kinds == nullptr) return error;
  specimen->abilities &= kAbilitiesOfKinds;
  specimen->language = kinds->language;
  if (kinds->prelude != nullptr) specimen->prelude = kinds->prelude;
  if (std::string wrong = ReadKinds(said.kinds, &specimen->kinds); !wrong.empty()) return wrong;
  std::vector<KindId> ids;
  for (const KindRow& kind : specimen->kinds.kinds()) ids.push_back(kind.id);
  specimen->make = [make = kinds->make, options, ids](Observer& observer) {
    return make(observer, options, ids);
  };
  return "";
}

constexpr std::chrono::seconds kLoadTime{10};  // far more than the largest interpreter takes

// Whether that name of options asks for kinds.
bool WantsKinds(const std::string& options) { return SpecimenName("x?" + options).Has("kinds"); }

// In the subprocess: the contract of a library in C++, then its kinds, a line each.
std::string Ask(void* library, const std::string& options) {
  if (library == nullptr) return "\n";
  const auto* entry = static_cast<const LibraryEntry*>(dlsym(library, "ouro_library"));
  const bool known = entry != nullptr && entry->version == LibraryEntry::kVersion;
  if (!known || entry->make == nullptr) return "\n";
  std::string lines = (entry->probe == nullptr ? "" : entry->probe()) + "\n";
  if (entry->kinds == nullptr || !WantsKinds(options)) return lines;
  for (const std::string& line : entry->kinds->list(options)) lines += line + "\n";
  return lines;
}

constexpr char kLoaded[] = "loaded\n";  // the last line that the subprocess writes

// Loads the library in a subprocess, where its constructors may exit, crash or hang. Returns "" and
// sets *said, or returns what they did. A failing dlopen is left to the caller.
std::string Rehearse(const std::string& path, const std::string& options, Rehearsed* said) {
  Subprocess process;
  const std::string error = process.Start({.run = [&path, &options](int channel) {
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    WriteAll(channel, Ask(library, options) + kLoaded);
  }});
  if (!error.empty()) return "no process to load it in: " + error;
  const auto end = std::chrono::steady_clock::now() + kLoadTime;
  bool ended = false;
  const auto loaded = [&process] { return process.inbox().ends_with(kLoaded); };
  while (!ended && !loaded() && std::chrono::steady_clock::now() < end) {
    std::vector<pollfd> polled;
    process.Await(&polled);
    poll(polled.data(), polled.size(), 100);
    ended = process.Ended();
    process.Read();
  }
  const int status = process.Kill();
  if (loaded()) {
    std::istringstream lines(process.inbox());
    std::getline(lines, said->contract);
    for (std::string line; std::getline(lines, line);) said->kinds.push_back(line);
    said->kinds.pop_back();
    return "";
  }
  std::string when = "while it was loaded, in a constructor";
  // "ASan runtime does not come first ...": GUIDE.md says what to do.
  const std::string gist = process.words().Gist(/*any=*/true);
  if (!gist.empty()) when += ": " + gist;
  if (!ended) return fmt::format("it hung for {} s {}", kLoadTime.count(), when);
  if (WIFEXITED(status)) {
    return fmt::format("it ended the process with exit code {} {}", WEXITSTATUS(status), when);
  }
  return fmt::format("it crashed with signal {} ({}) {}", WTERMSIG(status),
                     strsignal(WTERMSIG(status)), when);
}

// Paths appear in one-line reports and in headers of findings: others are refused.
bool OnOneLine(const std::string& path) {
  return std::all_of(path.begin(), path.end(),
                     [](char c) { return c < 0 || (c >= 32 && c < 127); });
}

}  // namespace

std::string LoadLibrary(const std::string& path, Specimen* specimen, const std::string& options) {
  if (!OnOneLine(path)) {
    return fmt::format("lib:{}: its path has control characters", Printable(path));
  }
  const std::string absolute = Absolute(path);
  Rehearsed said;
  if (std::string error = Rehearse(absolute, options, &said); !error.empty()) {
    return fmt::format("lib:{}: {}", path, error);
  }
  const std::vector<LoadedObject> before = LoadedObjects();
  void* const library = dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return fmt::format("lib:{}: {}", path, dlerror());
  const auto* entry = static_cast<const LibraryEntry*>(dlsym(library, "ouro_library"));
  const auto* table = static_cast<const ouro_collector_table*>(dlsym(library, "ouro_collector"));
  if (entry == nullptr && table == nullptr) {
    return fmt::format(
        "lib:{}: it has neither the symbol `ouro_collector` (C) nor `ouro_library` (C++)", path);
  }
  const std::string error = entry == nullptr
                                ? ReadCTable(*table, specimen, options)
                                : ReadEntry(*entry, options, WantsKinds(options), said, specimen);
  if (!error.empty()) return fmt::format("lib:{}: {}", path, error);
  RegisterEdges(absolute, before);
  specimen->name = "lib:" + absolute;  // findings are replayed from other folders
  specimen->summary = Printable(specimen->summary);
  return "";
}

std::string FindLinked(Specimen* specimen) {
  if (&ouro_library == nullptr && &ouro_collector == nullptr) {
    return "linked: no collector is linked into this program: neither the symbol `ouro_collector` "
           "(C) nor `ouro_library` (C++)";
  }
  Rehearsed said;
  if (&ouro_library != nullptr && ouro_library.probe != nullptr) {
    said.contract = ouro_library.probe();
  }
  const std::string error = &ouro_library != nullptr
                                ? ReadEntry(ouro_library, "", false, said, specimen)
                                : ReadCTable(ouro_collector, specimen, "");
  if (!error.empty()) return "linked: " + error;
  specimen->name = "linked";
  specimen->summary = Printable(specimen->summary);
  return "";
}

}  // namespace ouro
