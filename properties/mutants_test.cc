// SPDX-License-Identifier: Apache-2.0

// Mutants: random programs kill each of them within seconds, or else the corpus does. A table shows
// which law convicted it, after how many programs and how much time, how small the counterexample
// is, and whether the corpus alone would have sufficed.
//
// Place: measures the generator and the judge by known bugs. small_test.cc does it for contracts of
// bounds.

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "model/collector.h"
#include "properties/testing/kill.h"

namespace ouro {
namespace {

constexpr size_t kSurvives = 50'000;  // programs; all but two mutants take a tenth of that
constexpr char kFolder[] = "properties/mutants";

class MutantTest : public testing::TestWithParam<std::string> {};

TEST_P(MutantTest, IsKilled) {
  const Specimen mutant = Library(kFolder, GetParam());
  if (HasFailure()) return;
  const Death death = Kill(mutant, kSurvives);
  ASSERT_NE(death.signature, "") << mutant.summary << ": it survived " << death.programs;
  PrintRow(GetParam(), death);
}

INSTANTIATE_TEST_SUITE_P(All, MutantTest, testing::ValuesIn(Libraries(kFolder)),
                         [](const auto& info) { return TestName(info.param); });

}  // namespace
}  // namespace ouro
