// SPDX-License-Identifier: Apache-2.0

#include "corpus/built_in.h"

#include <utility>

#include "model/check.h"

namespace ouro {
namespace {

constexpr struct {
  const char* file;
  const char* text;
} kFiles[] = {
#include "corpus/built_in_text.inc"
};

}  // namespace

std::vector<BuiltInProgram> BuiltInCorpus() {
  std::vector<BuiltInProgram> all;
  for (const auto& file : kFiles) {
    std::vector<Program> programs;
    CHECK(Parse(file.text, &programs).empty());  // corpus_test parses every file
    for (Program& program : programs) all.push_back({file.file, std::move(program)});
  }
  return all;
}

}  // namespace ouro
