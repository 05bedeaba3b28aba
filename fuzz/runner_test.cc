// SPDX-License-Identifier: Apache-2.0

// Many programs in one process: each has its verdict, whatever happens to those before it.

#include "fuzz/runner.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "fuzz/testing/faulty_collector.h"
#include "model/collector.h"
#include "model/judge/law.h"
#include "model/program.h"
#include "model/trial.h"

namespace ouro {
namespace {

const Program kPlainProgram = {{}, {{.code = OpCode::kLeaf}}};
const Program kTrigger = {{}, {{.code = OpCode::kLeaf}, {.code = OpCode::kEnable}}};
constexpr char kAlone[] = "unlawful after the programs before it, lawful alone";

// What each program was found to be: "", its trouble, or the law.
std::vector<std::string> All(const Specimen& specimen, const std::vector<Program>& programs) {
  std::vector<std::string> found;
  Runner(specimen).RunAll(programs, [&](size_t i, const Verdict& verdict, const std::string&) {
    EXPECT_EQ(i, found.size());
    found.push_back(verdict.violation ? Name(verdict.violation->law) : verdict.trouble);
  });
  return found;
}

// The same of a series, which is compared with each program alone.
std::vector<std::string> Series(const Specimen& specimen, const std::vector<Program>& programs) {
  std::vector<std::string> found;
  Runner runner(specimen);
  Runner alone(specimen);
  Runner::Series series(runner, programs);
  for (const Program& program : programs) {
    std::string trace;
    std::string expected_trace;
    const Verdict verdict = series.Next(&trace);
    EXPECT_EQ(verdict.signature(), alone.Run(program, &expected_trace).signature());
    EXPECT_EQ(trace, expected_trace);
    found.push_back(verdict.violation ? Name(verdict.violation->law) : verdict.trouble);
  }
  return found;
}

TEST(RunnerTest, DeathsEndNothing) {
  const Specimen specimen = FaultySpecimen(CrashOnTrigger);
  const std::vector<Program> programs = {kPlainProgram, kTrigger,      kPlainProgram, kTrigger,
                                         kTrigger,      kPlainProgram, kTrigger};
  const std::string death = "crashed with signal 11 (Segmentation fault)";
  const std::vector<std::string> expected = {"", death, "", death, death, "", death};
  EXPECT_EQ(All(specimen, programs), expected);
  EXPECT_EQ(Series(specimen, programs), expected);
}

TEST(RunnerTest, ConvictionsEndNothing) {
  const Specimen specimen = FaultySpecimen([](const Op& op, int, Observer& observer) {
    if (Triggers(op)) observer.On(Event::Free(0));
  });
  const std::vector<Program> programs = {kTrigger, kPlainProgram, kTrigger, kTrigger};
  const std::vector<std::string> expected = {"no-free-while-held", "", "no-free-while-held",
                                             "no-free-while-held"};
  EXPECT_EQ(All(specimen, programs), expected);
  EXPECT_EQ(Series(specimen, programs), expected);
}

TEST(RunnerTest, HangsEndNothing) {
  const Specimen specimen = FaultySpecimen([](const Op& op, int, Observer&) {
    while (Triggers(op)) pause();
  });
  const std::vector<Program> programs = {kPlainProgram, kTrigger, kPlainProgram};
  const std::vector<std::string> expected = {"", "hung for 5000 ms", ""};
  EXPECT_EQ(All(specimen, programs), expected);
}

// A reset that does not forget everything is told, and not blamed on a law. A series has new
// collectors, so that there is nothing to forget.
TEST(RunnerTest, ALeakIsToldAndNotFollowed) {
  const Specimen specimen = FaultySpecimen([](const Op& op, int programs, Observer& observer) {
    if (programs >= 3 && Triggers(op)) observer.On(Event::Free(0));
  });
  const std::vector<Program> programs = {kTrigger, kTrigger, kTrigger, kPlainProgram, kTrigger};
  EXPECT_EQ(All(specimen, programs), (std::vector<std::string>{"", "", kAlone, "", ""}));
  EXPECT_EQ(Series(specimen, programs), std::vector<std::string>(5));
}

}  // namespace
}  // namespace ouro
