// SPDX-License-Identifier: Apache-2.0

// encode: writes programs in byte form into a folder, one file each, for fuzzers to start from.
//
//   encode --out FOLDER FILE.gct...
//
// Place: a tool of the build; see fuzz_test.bzl.

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/files.h"

int main(int argc, char** argv) {
  std::string out;
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--out" && i + 1 < argc) {
      out = argv[++i];
    } else {
      paths.push_back(argv[i]);
    }
  }
  std::vector<ouro::ProgramFile> programs;
  std::string error = ouro::ReadPrograms(paths, &programs);
  if (error.empty()) error = ouro::WriteEncoded(programs, out);
  if (!error.empty()) std::fprintf(stderr, "encode: %s\n", error.c_str());
  return error.empty() ? 0 : 2;
}
