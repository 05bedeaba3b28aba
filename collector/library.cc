#include "collector/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

namespace ouro {
namespace {

// As the user who ran `bazel run` means it: dlopen would look for a bare name in the system.
std::string Absolute(const std::string& path) {
  namespace fs = std::filesystem;
  const char* where = std::getenv("BUILD_WORKING_DIRECTORY");
  const fs::path base = where != nullptr ? fs::path(where) : fs::current_path();
  return (base / path).lexically_normal().string();
}

}  // namespace

std::string LoadLibrary(const std::string& path, Specimen* specimen) {
  void* const library = dlopen(Absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return fmt::format("lib:{}: {}", path, dlerror());
  const auto* entry = static_cast<const LibraryEntry*>(dlsym(library, "ouro_library"));
  if (entry == nullptr) return fmt::format("lib:{}: it has no symbol `ouro_library`", path);
  if (entry->version != LibraryEntry::kVersion) {
    return fmt::format("lib:{}: built for version {} of the interface, this is {}", path,
                       entry->version, LibraryEntry::kVersion);
  }
  if (entry->make == nullptr) {
    return fmt::format("lib:{}: it was built without {}", path, entry->summary);
  }
  const Contract* contract = FindContract(entry->contract);
  if (contract == nullptr) {
    return fmt::format("lib:{}: there is no contract \"{}\"; `ouro contracts` lists them", path,
                       entry->contract);
  }
  *specimen = {.name = "lib:" + path,
               .summary = entry->summary,
               .contract = contract,
               .abilities = entry->abilities,
               .make = entry->make};
  return "";
}

}  // namespace ouro
