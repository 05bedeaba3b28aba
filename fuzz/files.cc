// SPDX-License-Identifier: Apache-2.0

#include "fuzz/files.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "model/check.h"

namespace ouro {

namespace fs = std::filesystem;

std::string UserPath(const std::string& path) {
  const char* where = std::getenv("BUILD_WORKING_DIRECTORY");
  if (path == "-" || where == nullptr || fs::path(path).is_absolute()) return path;
  return (fs::path(where) / path).lexically_normal().string();
}

std::string ReadText(const std::string& path, std::string* text) {
  std::error_code error;
  if (path != "-" && fs::is_directory(UserPath(path), error)) {
    return fmt::format("{}: is a folder", path);
  }
  std::FILE* file = path == "-" ? stdin : std::fopen(UserPath(path).c_str(), "rb");
  if (file == nullptr) return fmt::format("{}: {}", path, std::strerror(errno));
  text->clear();
  char chunk[1 << 16];
  for (size_t size; (size = std::fread(chunk, 1, sizeof(chunk), file)) > 0;) {
    if (text->size() + size > kMaxInput) {
      if (file != stdin) std::fclose(file);
      return fmt::format("{}: is longer than {} MiB, the limit", path, kMaxInput >> 20);
    }
    text->append(chunk, size);
  }
  const int why = std::ferror(file) != 0 ? errno : 0;
  if (file != stdin) std::fclose(file);
  return why == 0 ? "" : fmt::format("{}: {}", path, std::strerror(why));
}

std::string WriteText(const std::string& path, const std::string& text) {
  const fs::path target = UserPath(path);
  const fs::path aside = target.string() + fmt::format(".{}.tmp", getpid());
  std::error_code error;
  if (target.has_parent_path()) fs::create_directories(target.parent_path(), error);
  if (error) return fmt::format("{}: {}", path, error.message());
  errno = 0;
  std::ofstream file(aside, std::ios::binary);
  file << text;
  file.close();
  if (!file) {
    const int why = errno;
    fs::remove(aside, error);
    return fmt::format("{}: {}", path, std::strerror(why));
  }
  fs::rename(aside, target, error);
  return error ? fmt::format("{}: {}", path, error.message()) : "";
}

std::string ProbeText(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(UserPath(path), error);
  if (path == "-" || (fs::exists(status) && !fs::is_regular_file(status))) {
    return fmt::format("{}: is no regular file, so it cannot be replaced", path);
  }
  const std::string probe = path + ".probe";
  // A full disk still takes empty files.
  std::string why = WriteText(probe, std::string(4096, '\n'));
  fs::remove(UserPath(probe), error);
  if (!why.empty()) why.replace(0, probe.size(), path);
  return why;
}

void RemoveStale(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> stale;
  for (fs::directory_iterator it(UserPath(folder), error), end; !error && it != end;
       it.increment(error)) {
    // NAME.PID.tmp
    const fs::path path = it->path();
    if (path.extension() != ".tmp") continue;
    const std::string number = path.stem().extension().string();
    const int pid = number.size() < 2 ? 0 : std::atoi(number.c_str() + 1);
    if (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH) stale.push_back(path);
  }
  for (const fs::path& path : stale) fs::remove(path, error);
}

namespace {

// Adds the `.gct` files in and below a folder.
std::string Walk(const std::string& path, std::vector<std::string>* found) {
  std::error_code error;
  std::vector<std::string> folders;
  for (fs::directory_iterator it(UserPath(path), error), end; !error && it != end;
       it.increment(error)) {
    const std::string inner = (fs::path(path) / it->path().filename()).string();
    std::error_code ignored;
    if (!it->is_symlink(ignored) && it->is_directory(ignored)) {
      folders.push_back(inner);
    } else if (it->path().extension() == ".gct") {
      found->push_back(inner);
    }
  }
  if (error) return fmt::format("{}: {}", path, error.message());
  for (const std::string& folder : folders) {
    if (std::string why = Walk(folder, found); !why.empty()) return why;
  }
  return "";
}

}  // namespace

std::string ListFiles(const std::vector<std::string>& paths, std::vector<std::string>* files) {
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-" || !fs::is_directory(UserPath(path), error)) {
      files->push_back(path);
      continue;
    }
    std::vector<std::string> found;
    if (std::string why = Walk(path, &found); !why.empty()) return why;
    if (found.empty()) return fmt::format("{}: holds no .gct files", path);
    std::sort(found.begin(), found.end());
    files->insert(files->end(), found.begin(), found.end());
  }
  return "";
}

std::string ProgramFile::Label() const {
  return number <= 1 ? file : fmt::format("{} program {}", file, number);
}

std::string ReadPrograms(const std::vector<std::string>& paths,
                         std::vector<ProgramFile>* programs) {
  std::vector<std::string> files;
  if (std::string error = ListFiles(paths, &files); !error.empty()) return error;
  for (const std::string& file : files) {
    std::string text;
    if (std::string error = ReadText(file, &text); !error.empty()) return error;
    std::vector<Program> read;
    if (std::string error = Parse(text, &read); !error.empty()) {
      return fmt::format("{}: {}", file, error);
    }
    const std::string head = HeadOf(text);
    if (read.empty()) {
      const bool returns = text.find('\r') != text.npos && text.find('\n') == text.npos;
      return fmt::format("{}: holds no program{}", file,
                         returns ? ": its lines end with CR instead of LF" : "");
    }
    std::vector<ProgramLines> lines = LinesOf(text);
    CHECK(lines.size() == read.size());
    for (size_t i = 0; i < read.size(); ++i) {
      const size_t number = read.size() > 1 ? i + 1 : 0;
      programs->push_back({file, number, std::move(read[i]), head, std::move(lines[i])});
    }
  }
  return "";
}

std::string WriteEncoded(const std::vector<ProgramFile>& programs, const std::string& folder) {
  for (const ProgramFile& program : programs) {
    const std::vector<uint8_t> bytes = Encode(program.program);
    const std::string text(bytes.begin(), bytes.end());
    const std::string file = fmt::format("{}/{:016x}", folder, HashOf(text));
    if (std::string error = WriteText(file, text); !error.empty()) return error;
  }
  return "";
}

std::string WriteFirstSeed(const std::string& folder) {
  // A birth and a death: libFuzzer gives up if its first inputs reach nothing.
  constexpr char kBytes[] = {static_cast<char>(OpCode::kNode),          0, 0, 0,
                             static_cast<char>(OpCode::kEmptyRegister), 0, 0, 0};
  const std::string file = folder + "/first-seed";
  return WriteText(file, std::string(kBytes, sizeof(kBytes))).empty() ? file : "";
}

constexpr size_t kMaxName = 60;  // bytes; file systems allow 255, specimens may be command lines

std::string FileName(const std::string& name) {
  std::string safe;
  for (const char c : name.substr(0, kMaxName)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
    safe += plain ? c : '-';
  }
  return name.size() > kMaxName ? fmt::format("{}-{:016x}", safe, HashOf(name)) : safe;
}

std::string UniqueFileName(const std::string& name) {
  const std::string safe = FileName(name);
  return safe == name || name.size() > kMaxName ? safe
                                                : fmt::format("{}-{:016x}", safe, HashOf(name));
}

}  // namespace ouro
