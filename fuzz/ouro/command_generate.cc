// SPDX-License-Identifier: Apache-2.0

// `ouro generate`: random programs, as text, or as files like those of a corpus.

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "fuzz/files.h"
#include "fuzz/hash.h"
#include "fuzz/ouro/commands.h"
#include "properties/generator/generator.h"
#include "properties/generator/weights.h"

namespace ouro {

std::string GenerateCommand(const GenerateArguments& arguments, int* exit_code) {
  *exit_code = 0;
  if (arguments.weights) {
    fmt::print("{}", Print(kTunedWeights));
    return "";
  }
  GeneratorOptions options;
  options.operations = arguments.operations;
  options.clusters = !arguments.uniform;
  for (int i = 0; i < arguments.count; ++i) {
    const std::string text =
        Print(Generate(SeedOf(arguments.seed, static_cast<uint64_t>(i)), options));
    if (arguments.out.empty()) {
      fmt::print("{}{}", i > 0 ? "---\n" : "", text);
      continue;
    }
    const std::string file = fmt::format("{}/{:016x}.gct", arguments.out, HashOf(text));
    if (std::string why = WriteText(file, text); !why.empty()) return why;
  }
  return "";
}

}  // namespace ouro
