// SPDX-License-Identifier: Apache-2.0

// `ouro encode` and `ouro decode`: programs in the byte form of fuzzers, and back.

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/files.h"
#include "fuzz/ouro/commands.h"
#include "model/program.h"

namespace ouro {

std::string EncodeCommand(const EncodeArguments& arguments, int* exit_code) {
  std::vector<ProgramFile> programs;
  if (std::string error = ReadPrograms(arguments.files, &programs); !error.empty()) {
    return error;
  }
  if (std::string error = WriteEncoded(programs, arguments.out); !error.empty()) {
    return error;
  }
  fmt::print("{}: {} programs\n", arguments.out, programs.size());
  *exit_code = 0;
  return "";
}

std::string DecodeCommand(const DecodeArguments& arguments, int* exit_code) {
  for (size_t i = 0; i < arguments.files.size(); ++i) {
    std::string bytes;
    if (std::string error = ReadText(arguments.files[i], &bytes); !error.empty()) {
      return error;
    }
    if (i > 0) fmt::print("---\n");
    fmt::print("{}", Print(Decode(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size())));
  }
  *exit_code = 0;
  return "";
}

}  // namespace ouro
