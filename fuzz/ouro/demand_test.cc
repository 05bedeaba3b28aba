// SPDX-License-Identifier: Apache-2.0

// What is demanded instead of what convicted a liar, and of a lawful run.

#include "fuzz/ouro/demand.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "collector/specimens.h"
#include "model/program.h"
#include "model/trial.h"

namespace ouro {
namespace {

struct Outcome {
  Specimen specimen;
  std::string trace;
  Verdict verdict;
};

Outcome RunOn(const std::string& name, const std::string& text) {
  Outcome run;
  EXPECT_EQ(FindSpecimen(name, &run.specimen), "");
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "");
  Trial trial(run.specimen);
  run.verdict = trial.Run(programs.at(0), &run.trace);
  return run;
}

std::string AtEnd(const Outcome& run) {
  Demands demands;
  const std::string error = FindDemands(run.trace, run.specimen, run.verdict, &demands);
  std::string words = error;
  for (const Demand& demand : demands.at_end) words += (words.empty() ? "" : ", ") + Words(demand);
  return words;
}

TEST(DemandTest, ItIsWhatTheJudgeAskedForInstead) {
  const struct {
    const char* law;
    const char* program;
    const char* demands;
  } kCases[] = {
      {"no-free-while-held", "r0 = node 0\nr1 = r0\nr0 = none\n", "#0 is alive"},
      {"free-at-once", "r0 = leaf\nr0 = none\n", "#0 is dead"},
      {"trash-freed", "r0 = node 1\nr0.0 = r0\nr0 = none\ncollect 2\n", "#0 is dead"},
      {"no-finalize-while-held", "r0 = node 0 del 0\ncollect 2\n",
       "the finalizer of #0 ran 0 times"},
      {"finalize-as-often", "r0 = node 0 del 0\nr0 = none\n", "the finalizer of #0 ran 1 times"},
      {"finalize-before-free", "r0 = node 0 del 0\nr0 = none\n", "the finalizer of #0 ran 1 times"},
      {"finalize-at-once", "r0 = node 0 del 0\nr0 = none\n", "the finalizer of #0 ran 1 times"},
      {"dereference", "r0 = node 0\nr1 = weak r0\nr0 = none\nr0 = r1()\n", "r0 is none"},
      {"load", "r0 = node 2\nr0.0 = r0\nr1 = r0.0\n", "r1 is #0"},
      {"lookup", "r0 = map\nr1 = node 0\nr0[r1] = r1\nr2 = node 0\nr2 = r0[r2]\n", "r2 is none"},
      {"collection-count", "r0 = node 1 del 0\nr0.0 = r0\nr0 = none\ncollect 2\n",
       "the law collection-count is about what a script of the engine cannot see"},
  };
  for (const auto& test : kCases) {
    const Outcome run = RunOn(std::string("liar:") + test.law, test.program);
    ASSERT_TRUE(run.verdict.violation) << test.law;
    EXPECT_EQ(Name(run.verdict.violation->law), std::string(test.law));
    EXPECT_EQ(AtEnd(run), test.demands) << test.law;
  }
}

TEST(DemandTest, OfALawfulRunItIsWhatLives) {
  EXPECT_EQ(AtEnd(RunOn("naive-pep442",
                        "def 0:\n  r1 = self\nmain:\n  r0 = node 0 del 0\n"
                        "  r0 = none\n  r0 = leaf\n  r0 = weak r1\n")),
            "#0 is alive, #1 is dead");
}

TEST(DemandTest, OfACrashNothingIsDemanded) {
  Outcome run = RunOn("naive", "r0 = leaf\n");
  run.verdict = {.kind = Verdict::Kind::kBroken, .trouble = "crashed"};
  EXPECT_EQ(AtEnd(run), "");
}

// The contract of CPython with kinds lets a weak reference to trash that is being cleared yield it
// or nothing; whoever holds what it yielded holds what that refers to.
constexpr char kChoice[] =
    "r0 = node 2 del 1\n"
    "> new 0\n"
    "r0.0 = r0\n"
    "r0 = none\n"
    "collect 2\n"
    "> collect 2\n"
    "  > finalize 0\n"
    "    r0 = node 0 del 0\n"
    "    > new 1\n"
    "    self.1 = r0\n"
    "    r0 = none\n"
    "    r0 = weak self\n"
    "    > new 2\n"
    "  > end 0\n"
    "  > finalize 1\n"
    "    r0 = r0()\n"
    "    > got 0\n"
    "    > free 2\n"
    "  > end 1\n"
    "  > free 1\n";

TEST(DemandTest, AChoiceIsAssumed) {
  Specimen specimen;
  ASSERT_EQ(FindSpecimen("naive", &specimen, "cpython"), "");
  Verdict verdict = {.kind = Verdict::Kind::kConvicted,
                     .violation = Violation{.law = Law::kNoFreeWhileHeld, .object = 1}};
  Demands demands;
  ASSERT_EQ(FindDemands(kChoice, specimen, verdict, &demands), "");
  ASSERT_EQ(demands.at_end.size(), 1U);
  EXPECT_EQ(Words(demands.at_end[0]), "#1 is alive");
  ASSERT_EQ(demands.assumed.size(), 1U);
  EXPECT_EQ(demands.assumed.begin()->first, 17U);
  EXPECT_EQ(Words(demands.assumed.begin()->second), "r0 is #0");
}

}  // namespace
}  // namespace ouro
