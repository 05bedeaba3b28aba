// SPDX-License-Identifier: Apache-2.0

#include "fuzz/work_folder.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace ouro {

namespace fs = std::filesystem;

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

std::string WorkFolder::Make(const std::string& name) {
  std::error_code error;
  std::string path;
  for (const fs::path& parent : {fs::path("/dev/shm"), fs::temp_directory_path(error)}) {
    path = (parent / (name + "-XXXXXX")).string();
    if (mkdtemp(path.data()) == nullptr) continue;
    path_ = path;
    return "";
  }
  return fmt::format("{}: {}", path, std::strerror(errno));
}

}  // namespace ouro
