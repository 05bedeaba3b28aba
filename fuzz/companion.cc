// SPDX-License-Identifier: Apache-2.0

#include "fuzz/companion.h"

#include <filesystem>
#include <system_error>

namespace ouro {

std::string FindCompanion(const std::string& built, const std::string& packed) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  const std::string runfiles = self.string() + ".runfiles/";
  for (const std::string& path :
       {runfiles + "ouroboros/" + built,
        runfiles + "_main/" + built,                      // of Bazel with modules
        (self.parent_path() / "../.." / built).string(),  // `ouro` is in fuzz/ouro
        (self.parent_path() / "../lib/ouroboros" / packed).string(),
        (self.parent_path() / fs::path(built).filename()).string()}) {
    if (fs::exists(path, error)) return path;
  }
  return "";
}

}  // namespace ouro
