// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/version.h"

#include "fuzz/build_name.h"

// In version_stamp.cc.
extern const char ouro_commit[];

namespace ouro {

std::string VersionLine() {
  const std::string commit = ouro_commit;
  return BuildName(commit == "0" ? "unknown" : commit);
}

}  // namespace ouro
