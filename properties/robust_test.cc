// SPDX-License-Identifier: Apache-2.0

// Bad input, whatever the text, is an error that names its line, never a crash.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

#include "model/event_text.h"
#include "model/trace.h"
#include "model/trial.h"
#include "properties/generator/random.h"
#include "properties/testing/arbitrary.h"
#include "properties/testing/fixture.h"
#include "properties/testing/recording.h"

namespace ouro {
namespace {

using Kind = Event::Kind;

// ---- bad input ----

// The error is "", or "line N: ..." in printable characters, and the text has a line N.
void AssertErrorNamesItsLine(const std::string& error, const std::string& text) {
  if (error.empty()) return;
  RC_ASSERT(error.rfind("line ", 0) == 0);
  const size_t colon = error.find(": ");
  RC_ASSERT(colon != std::string::npos);
  const long line = std::stol(error.substr(5, colon - 5));
  RC_ASSERT(line >= 1 && line <= 1 + std::count(text.begin(), text.end(), '\n'));
  RC_ASSERT(error.size() > colon + 2 && error.size() < 1000u);
  for (const char c : error) RC_ASSERT(c >= ' ' && c <= '~');
}

void ReadAsBoth(const std::string& text) {
  std::vector<Program> programs;
  AssertErrorNamesItsLine(Parse(text, &programs), text);
  for (const Contract* const* contract = kContracts; *contract != nullptr; ++contract) {
    std::vector<TraceVerdict> verdicts;
    const std::string error = JudgeTraces(text, **contract, &verdicts);
    AssertErrorNamesItsLine(error, text);
    const auto lines = static_cast<size_t>(1 + std::count(text.begin(), text.end(), '\n'));
    for (const TraceVerdict& verdict : verdicts) RC_ASSERT(verdict.line <= lines);
  }
}

void Corrupt(Random& random, std::string* text) {
  const char* const kTokens[] = {"\n",   "self", "r1",     "99999999999999999999",
                                 "---",  "#",    "def 0:", "> free 0",
                                 "> ",   "none", "-1",     "> end 0",
                                 "\xff", "\r",   "=",      "> collect 2 auto"};
  const auto size = static_cast<int>(text->size());
  const auto at = static_cast<size_t>(random.Below(size + 1));
  const auto length = static_cast<size_t>(random.Below(6));
  switch (random.Below(4)) {
    case 0:
      text->replace(at, length, 1, static_cast<char>(random.Below(256)));
      break;
    case 1:
      text->replace(at, length, kTokens[random.Below(std::size(kTokens))]);
      break;
    case 2:
      text->erase(at, length);
      break;
    default:  // duplicates a piece elsewhere
      text->insert(static_cast<size_t>(random.Below(size + 1)), text->substr(at, 40));
      break;
  }
}

std::string TraceOf(const Specimen& specimen, const Program& program) {
  Trial trial(specimen);
  std::string trace;
  trial.Run(program, &trace);
  return trace;
}

TEST(BadInputTest, EveryPrefixIsReadOrRefused) {
  const Specimen specimen = Named("optimized-pep442");
  CheckProperty(10, [&] {
    const Program program = *ArbitraryProgram();
    const std::string text = Print(program);
    for (size_t i = 0; i <= text.size(); ++i) ReadAsBoth(text.substr(0, i));
    const std::string trace = TraceOf(specimen, program);
    for (size_t i = 0; i <= trace.size(); ++i) ReadAsBoth(trace.substr(0, i));
  });
}

TEST(BadInputTest, CorruptedTextsAreReadOrRefused) {
  const Specimen specimen = Named("optimized");
  Random random(Seed());
  CheckProperty(3000, [&] {
    const Program program = *ArbitraryProgram();
    std::string text = Print(program);
    std::string trace = TraceOf(specimen, program);
    for (int i = random.Between(1, 4); i > 0; --i) {
      Corrupt(random, &text);
      Corrupt(random, &trace);
      ReadAsBoth(text);
      ReadAsBoth(trace);
    }
  });
}

}  // namespace
}  // namespace ouro
