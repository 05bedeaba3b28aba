// SPDX-License-Identifier: Apache-2.0

// What exploration leaves out hides no public mutant: whatever all programs of a few operations
// convict, those that it runs do.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/isolate.h"
#include "model/program.h"
#include "properties/explore/explore.h"
#include "properties/generator/enumerate.h"
#include "properties/testing/kill.h"

namespace ouro {
namespace {

constexpr char kFolder[] = "properties/mutants";
constexpr int kHang = 2000;  // milliseconds for one program

// Those that `ouro enumerate --plain --ops 4` convicts: all of its programs take longer than a test
// should.
// `thresholds-kept` is not among them: it begins with whatever was in its memory.
constexpr const char* kKilledByFour[] = {
    "answer-too-early",    "answer-without-uncollectable",
    "callbacks-first",     "callbacks-not-held",
    "collecting-for-ever", "count-last-slot",
    "cyclic-unmarked",     "dead-weak-linked",
    "finalizer-again",     "finalizer-first",
    "finalizers-cleared",  "first-root-only",
    "freed-twice",         "garbage-unheld",
    "lock-kept",           "lost-survivor",
    "nested-collects",     "not-held-while-cleared",
    "old-weak-not-called", "oldest-first",
    "reset-keeps-weaks",   "resurrected-untracked",
    "resurrection-freed",  "resurrection-ignored",
    "second-death-silent", "self-edge-kept",
    "self-edge-twice",     "survivors-called-counted",
    "visit-ignored",       "watched-is-plain",
};

bool Convicts(const std::vector<Program>& programs, const Specimen& mutant) {
  return FindIsolated(programs, kAnySignature, mutant, {.milliseconds = kHang}) < programs.size();
}

bool AllConvict(const Bounds& bounds, const Specimen& mutant) {
  std::vector<Program> programs;
  Enumerate(bounds, [&](const Program& program) {
    programs.push_back(program);
    return true;
  });
  return Convicts(programs, mutant);
}

bool ExploredConvict(const Bounds& bounds, const Specimen& mutant) {
  bool convicted = false;
  const ExploreOptions options = {.bounds = bounds, .stop = [&] { return convicted; }};
  Explore(*mutant.contract->exact(), options, [&](uint64_t, const std::vector<Program>& programs) {
    convicted = convicted || Convicts(programs, mutant);
  });
  return convicted;
}

class ExploreMutantsTest : public testing::TestWithParam<std::string> {};

TEST_P(ExploreMutantsTest, IsKilledIfAllProgramsKillIt) {
  const Specimen mutant = Library(kFolder, GetParam());
  if (HasFailure()) return;
  const Bounds small = {.operations = 3};
  if (AllConvict(small, mutant)) EXPECT_TRUE(ExploredConvict(small, mutant));
  const bool by_four = std::find(std::begin(kKilledByFour), std::end(kKilledByFour), GetParam()) !=
                       std::end(kKilledByFour);
  if (by_four) EXPECT_TRUE(ExploredConvict({.operations = 4}, mutant));
}

INSTANTIATE_TEST_SUITE_P(All, ExploreMutantsTest, testing::ValuesIn(Libraries(kFolder)),
                         [](const auto& info) { return TestName(info.param); });

}  // namespace
}  // namespace ouro
