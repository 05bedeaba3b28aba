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
#include <vector>

#include "collector/c_library.h"
#include "collector/ouroboros.h"
#include "model/last_words.h"
#include "model/subprocess.h"

namespace ouro {
namespace {

// Relative to the user's folder, also under `bazel run`. Never a bare name, for which dlopen would
// search the system.
std::string Absolute(const std::string& path) {
  namespace fs = std::filesystem;
  const char* where = std::getenv("BUILD_WORKING_DIRECTORY");
  const fs::path base = where != nullptr ? fs::path(where) : fs::current_path();
  return (base / path).lexically_normal().string();
}

std::string ReadEntry(const LibraryEntry& entry, Specimen* specimen) {
  if (entry.version != LibraryEntry::kVersion) {
    return fmt::format("built for version {} of the interface, this is {}", entry.version,
                       LibraryEntry::kVersion);
  }
  if (entry.make == nullptr) return fmt::format("it was built without {}", entry.summary);
  const Contract* contract = nullptr;
  if (std::string error = ReadContract(entry.contract, &contract); !error.empty()) return error;
  std::vector<KindRow> kinds;
  for (const char* const* line = entry.kinds; line != nullptr && *line != nullptr; ++line) {
    kinds.emplace_back();
    if (std::string error = ReadKind(*line, &kinds.back()); !error.empty()) return error;
  }
  *specimen = {.name = "",
               .summary = entry.summary,
               .contract = contract,
               .abilities = entry.abilities,
               .kinds = KindTable(kinds),
               .make = entry.make};
  return "";
}

constexpr std::chrono::seconds kLoadTime{10};  // far more than the largest interpreter takes

// Loads the library in a subprocess, where its constructors may exit, crash or hang. Returns "" or
// what they did. A failing dlopen is left to the caller.
std::string Rehearse(const std::string& path) {
  Subprocess process;
  const std::string error = process.Start({.run = [&path](int channel) {
    dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    WriteAll(channel, "done");
  }});
  if (!error.empty()) return "no process to load it in: " + error;
  const auto end = std::chrono::steady_clock::now() + kLoadTime;
  bool ended = false;
  while (!ended && process.inbox().empty() && std::chrono::steady_clock::now() < end) {
    std::vector<pollfd> polled;
    process.Await(&polled);
    poll(polled.data(), polled.size(), 100);
    ended = process.Ended();
    process.Read();
  }
  const int status = process.Kill();
  if (!process.inbox().empty()) return "";
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
  if (std::string error = Rehearse(absolute); !error.empty()) {
    return fmt::format("lib:{}: {}", path, error);
  }
  void* const library = dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return fmt::format("lib:{}: {}", path, dlerror());
  const auto* entry = static_cast<const LibraryEntry*>(dlsym(library, "ouro_library"));
  const auto* table = static_cast<const ouro_collector_table*>(dlsym(library, "ouro_collector"));
  if (entry == nullptr && table == nullptr) {
    return fmt::format(
        "lib:{}: it has neither the symbol `ouro_collector` (C) nor `ouro_library` (C++)", path);
  }
  const std::string error =
      entry != nullptr ? ReadEntry(*entry, specimen) : ReadCTable(*table, specimen, options);
  if (!error.empty()) return fmt::format("lib:{}: {}", path, error);
  specimen->name = "lib:" + absolute;  // findings are replayed from other folders
  specimen->summary = Printable(specimen->summary);
  return "";
}

}  // namespace ouro
