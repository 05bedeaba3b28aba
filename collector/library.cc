#include "collector/library.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

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

constexpr int kLoaded = 113;  // exit code of a rehearsal: none that constructors are likely to have
constexpr int kNotLoaded = 114;
constexpr std::chrono::seconds kLoadTime{10};  // far more than the largest interpreter takes

// In the child: loads the library, with what it prints out of the way, and ends.
[[noreturn]] void LoadAndEnd(const std::string& path) {
  setpgid(0, 0);  // what it starts ends with it
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (const int null = open("/dev/null", O_RDWR); null >= 0) {
    for (int fd = 0; fd <= 2; ++fd) dup2(null, fd);
  }
  _exit(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr ? kNotLoaded : kLoaded);
}

// Waits for the child, but not for ever. Returns whether it has ended, with *status.
bool Await(pid_t child, int* status) {
  const auto end = std::chrono::steady_clock::now() + kLoadTime;
  for (auto pause = std::chrono::microseconds(100); std::chrono::steady_clock::now() < end;
       pause = std::min(pause * 2, std::chrono::microseconds(20'000))) {
    if (waitpid(child, status, WNOHANG) == child) return true;
    std::this_thread::sleep_for(pause);
  }
  return false;
}

// Loads the library in a child first: its constructors run, and may exit, crash, or hang. Returns
// "" or what they did. That it cannot be loaded is for the parent to say.
std::string Rehearse(const std::string& path) {
  const pid_t child = fork();
  if (child < 0) return fmt::format("no process to load it in: {}", std::strerror(errno));
  if (child == 0) LoadAndEnd(path);
  int status = 0;
  const bool ended = Await(child, &status);
  kill(-child, SIGKILL);
  if (!ended) {
    kill(child, SIGKILL);  // it may not have its group yet
    waitpid(child, &status, 0);
    return fmt::format("it hung for {} s while it was loaded, in a constructor", kLoadTime.count());
  }
  if (WIFSIGNALED(status)) {
    return fmt::format("it crashed with signal {} ({}) while it was loaded, in a constructor",
                       WTERMSIG(status), strsignal(WTERMSIG(status)));
  }
  const int code = WEXITSTATUS(status);
  if (code == kLoaded || code == kNotLoaded) return "";
  return fmt::format("it ended the process with exit code {} while it was loaded, in a constructor",
                     code);
}

}  // namespace

std::string LoadLibrary(const std::string& path, Specimen* specimen) {
  if (std::string error = Rehearse(Absolute(path)); !error.empty()) {
    return fmt::format("lib:{}: {}", path, error);
  }
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
