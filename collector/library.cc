#include "collector/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "collector/c_library.h"
#include "collector/ouroboros.h"

namespace ouro {
namespace {

// As the user who ran `bazel run` means it: dlopen would look for a bare name in the system.
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
  *specimen = {.name = "",
               .summary = entry.summary,
               .contract = contract,
               .abilities = entry.abilities,
               .make = entry.make};
  return "";
}

}  // namespace

std::string LoadLibrary(const std::string& path, Specimen* specimen) {
  void* const library = dlopen(Absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return fmt::format("lib:{}: {}", path, dlerror());
  const auto* entry = static_cast<const LibraryEntry*>(dlsym(library, "ouro_library"));
  const auto* table = static_cast<const ouro_collector_table*>(dlsym(library, "ouro_collector"));
  if (entry == nullptr && table == nullptr) {
    return fmt::format(
        "lib:{}: it has neither the symbol `ouro_collector` (C) nor `ouro_library` (C++)", path);
  }
  const std::string error =
      entry != nullptr ? ReadEntry(*entry, specimen) : ReadCTable(*table, specimen);
  if (!error.empty()) return fmt::format("lib:{}: {}", path, error);
  specimen->name = "lib:" + path;
  return "";
}

}  // namespace ouro
