// SPDX-License-Identifier: Apache-2.0

// A script that ends has popped what it has pushed, however it ends: the trial executes the pops.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/collector.h"
#include "model/program.h"
#include "model/testing/counting_collector.h"
#include "model/trace.h"
#include "model/trial.h"

namespace ouro {
namespace {

// The transcript, which is a lawful trace.
std::string TranscriptOf(const std::string& text, Limits limits = {}) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "");
  const Specimen specimen = SpecimenOf<CountingCollector>(kFinalizers | kScopes);
  std::string transcript;
  EXPECT_TRUE(Trial(specimen, limits).Run(programs.at(0), &transcript).lawful()) << transcript;
  std::vector<TraceVerdict> verdicts;
  EXPECT_EQ(JudgeTraces(transcript, *specimen.contract, &verdicts), "");
  EXPECT_TRUE(verdicts.size() == 1 && !verdicts[0].violation) << transcript;
  return transcript;
}

constexpr char kBegins[] =
    "r0 = node 1 del 0\n"
    "> new 0\n"
    "push r0\n"
    "pop\n"
    "r1 = leaf\n"
    "> new 1\n"
    "push r1\n"
    "r1 = none\n"
    "r0 = none\n"
    "> finalize 0\n"
    "  # void: pop (nothing is pushed here)\n"
    "  r2 = leaf\n"
    "  > new 2\n"
    "  push r2\n"
    "  r2 = none\n"
    "  push self\n";

constexpr char kPops[] =
    "  pop\n"
    "  pop\n"
    "  > free 2\n";

constexpr char kMain[] =
    "main:\n"
    "r0 = node 1 del 0\n"
    "push r0\n"
    "pop\n"
    "r1 = leaf\n"
    "push r1\n"
    "r1 = none\n"
    "r0 = none\n";

const std::string kScript = "def 0:\npop\nr2 = leaf\npush r2\nr2 = none\npush self\n";

// What main has pushed stays.
TEST(TrialScopes, AreEmptyWhenAScriptEnds) {
  EXPECT_EQ(TranscriptOf(kScript + kMain), std::string(kBegins) + kPops + "> end 0\n> free 0\n");
}

TEST(TrialScopes, AreEmptyWhenAScriptRaises) {
  EXPECT_EQ(TranscriptOf(kScript + "raise\ncollect 2\n" + kMain),
            std::string(kBegins) + "  raise\n" + kPops + "> end 0 raised\n> free 0\n");
}

TEST(TrialScopes, AreEmptyWhenLimitsStopAScript) {
  const Limits limits = {.operations = 4, .times = 0};
  EXPECT_EQ(TranscriptOf(kScript + "collect 2\n" + kMain, limits),
            std::string(kBegins) +
                "  # scripts run empty from here on: they have executed 4 operations\n" + kPops +
                "> end 0\n> free 0\n");
}

TEST(TrialScopes, OfScriptsWithinScriptsAreApart) {
  EXPECT_EQ(TranscriptOf("def 0:\n"
                         "push self\n"
                         "r1 = none\n"
                         "r2 = leaf\n"
                         "def 1:\n"
                         "push self\n"
                         "push r0\n"
                         "main:\n"
                         "r0 = leaf\n"
                         "r1 = node 0 del 1\n"
                         "r3 = node 0 del 0\n"
                         "r3 = none\n"),
            "r0 = leaf\n"
            "> new 0\n"
            "r1 = node 0 del 1\n"
            "> new 1\n"
            "r3 = node 0 del 0\n"
            "> new 2\n"
            "r3 = none\n"
            "> finalize 2\n"
            "  push self\n"
            "  r1 = none\n"
            "  > finalize 1\n"
            "    push self\n"
            "    push r0\n"
            "    pop\n"
            "    pop\n"
            "  > end 1\n"
            "  > free 1\n"
            "  r2 = leaf\n"
            "  > new 3\n"
            "  pop\n"
            "> end 2\n"
            "> free 2\n");
}

}  // namespace
}  // namespace ouro
