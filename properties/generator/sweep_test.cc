// SPDX-License-Identifier: Apache-2.0

// Sweeps: which variations they contain; every variation of the corpus is lawful on every specimen
// of ours; and a sweep finds a bug that the program itself misses.

#include "properties/generator/sweep.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "corpus/corpus.h"
#include "model/isolate.h"
#include "model/program.h"
#include "model/trial.h"
#include "properties/testing/fixture.h"

namespace ouro {
namespace {

Program Parsed(const std::string& text) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "");
  return programs.at(0);
}

const char kExample[] =
    "def 0:\n"
    "  r1 = leaf\n"
    "main:\n"
    "  r0 = node 1 del 0\n"
    "  r0 = none\n";

TEST(SweepTest, HasEachVariationOnce) {
  const Program program = Parsed(kExample);
  std::set<std::string> whats;
  std::set<std::string> texts;
  for (const Variation& variation : Sweep(program)) {
    EXPECT_TRUE(whats.insert(variation.what).second) << variation.what;
    EXPECT_TRUE(texts.insert(Print(variation.program)).second) << variation.what;
    EXPECT_NE(variation.program, program) << variation.what;
  }
  // Collections: 3 generations at 3 places of main and 2 of the script. Thresholds: 2 births, 2
  // settings each. Failures: 2 births. Scripts: the node without its script.
  EXPECT_EQ(whats.size(), 3u * 5 + 4 + 2 + 1);
  for (const char* what :
       {"collect 0 before operation 1 of main", "collect 2 before operation 2 of script 0",
        "threshold 2 1 1 before operation 1 of main", "fail 1 before operation 1 of script 0",
        "r0 = node 1 as operation 1 of main"}) {
    EXPECT_EQ(whats.count(what), 1u) << what;
  }
}

TEST(SweepTest, OfTheEmptyProgramIsACollectionOfEachGeneration) {
  EXPECT_EQ(Sweep(Program()).size(), 3u);
}

class CorpusSweepTest : public SpecimenTest {};

TEST_P(CorpusSweepTest, IsLawful) {
  Trial trial(GetParam());
  size_t variations = 0;
  for (const char* folder : {"laws", "rules", "history", "found"}) {
    for (const CorpusFile& file : ReadCorpus(folder)) {
      for (const Program& program : file.programs) {
        for (const Variation& variation : Sweep(program)) {
          ++variations;
          const Verdict verdict = trial.Run(variation.program);
          if (verdict.lawful()) continue;
          std::string transcript;
          trial.Run(variation.program, &transcript);
          FAIL() << file.path() << " with " << variation.what << ": "
                 << Report(GetParam(), verdict, transcript);
        }
      }
    }
  }
  EXPECT_GT(variations, 5000u);
  std::printf("%zu variations\n", variations);
}

FOR_OWN_SPECIMENS(CorpusSweepTest);

// The bug needs a failing allocation, and the program has none.
TEST(SweepTest, FindsWhatTheProgramItselfMisses) {
  const Program program = Parsed("r0 = node 0\nr1 = weak r0\nr0 = none\n");
  const Specimen bug = Named("planted:failed-weakref");  // it crashes
  EXPECT_TRUE(TryIsolated(program, bug, Isolation{}).lawful());
  std::vector<Program> swept;
  for (const Variation& variation : Sweep(program)) swept.push_back(variation.program);
  EXPECT_LT(FindIsolated(swept, kAnySignature, bug, Isolation{}), swept.size());
}

}  // namespace
}  // namespace ouro
