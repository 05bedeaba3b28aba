// SPDX-License-Identifier: Apache-2.0

// `ouro generate`: random programs, as text.

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "fuzz/ouro/commands.h"
#include "properties/generator/generator.h"

namespace ouro {

std::string GenerateCommand(const GenerateArguments& arguments, int* exit_code) {
  GeneratorOptions options;
  options.operations = arguments.operations;
  options.clusters = !arguments.uniform;
  for (int i = 0; i < arguments.count; ++i) {
    if (i > 0) fmt::print("---\n");
    fmt::print("{}", Print(Generate(SeedOf(arguments.seed, static_cast<uint64_t>(i)), options)));
  }
  *exit_code = 0;
  return "";
}

}  // namespace ouro
