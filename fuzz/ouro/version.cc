#include "fuzz/ouro/version.h"

#include <fmt/format.h>

#include "fuzz/build_name.h"

// In version_stamp.cc.
extern const char ouro_commit[];

namespace ouro {

std::string VersionLine() {
  const std::string commit = ouro_commit;
  return fmt::format("ouro {}, commit {}, {}", kVersion, commit == "0" ? "unknown" : commit,
                     BuildName());
}

}  // namespace ouro
