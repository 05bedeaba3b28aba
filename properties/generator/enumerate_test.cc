// SPDX-License-Identifier: Apache-2.0

// Enumeration: each program occurs once, and no two differ only in names; all are lawful on sound
// collectors, and some convict a planted bug.

#include "properties/generator/enumerate.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "model/isolate.h"
#include "model/program.h"
#include "model/trial.h"
#include "properties/testing/fixture.h"

namespace ouro {
namespace {

// The program with its registers renamed in the order of their first use.
std::string Renamed(const Program& program) {
  std::vector<int> names;
  const auto rename = [&names](int reg) {
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == reg) return static_cast<uint8_t>(i);
    }
    names.push_back(reg);
    return static_cast<uint8_t>(names.size() - 1);
  };
  Program renamed = program;
  for (Op& op : renamed.main) {
    const bool reads = op.code == OpCode::kWeak || op.code == OpCode::kCopy ||
                       op.code == OpCode::kLoad || op.code == OpCode::kDeref ||
                       op.code == OpCode::kStore || op.code == OpCode::kEmptySlot;
    if (reads) op.ref = rename(op.ref);
    if (op.code == OpCode::kStore) op.value = rename(op.value);
    if (WritesRegister(op.code)) op.dest = rename(op.dest);
  }
  return Print(renamed);
}

TEST(EnumerateTest, HasEachProgramOnceUpToNames) {
  const Bounds bounds = {.operations = 4, .objects = 3, .registers = 3, .scripts = false};
  std::set<std::string> programs;
  const uint64_t count = Enumerate(bounds, [&](const Program& program) {
    EXPECT_EQ(program.main.size(), 4u);
    EXPECT_TRUE(programs.insert(Renamed(program)).second) << Print(program);
    return true;
  });
  EXPECT_EQ(count, programs.size());
  EXPECT_EQ(programs.count("r0 = node 1\nr0.0 = r0\nr0 = none\ncollect 2\n"), 1u);
}

TEST(EnumerateTest, StopsWhenTold) {
  int left = 10;
  EXPECT_EQ(Enumerate(Bounds{}, [&left](const Program&) { return --left > 0; }), 10u);
}

class EnumerateSpecimenTest : public SpecimenTest {};

TEST_P(EnumerateSpecimenTest, AllProgramsOfFourOperationsAreLawful) {
  Trial trial(GetParam());
  const uint64_t count = Enumerate(Bounds{.operations = 4}, [&](const Program& program) {
    const Verdict verdict = trial.Run(program);
    EXPECT_TRUE(verdict.lawful()) << Print(program) << Report(GetParam(), verdict, "");
    return verdict.lawful();
  });
  std::printf("%llu programs\n", static_cast<unsigned long long>(count));
  EXPECT_GT(count, 1000u);
}

FOR_OWN_SPECIMENS(EnumerateSpecimenTest);

TEST(EnumerateTest, FindsABugOfFourOperations) {
  std::vector<Program> programs;
  Enumerate(Bounds{.operations = 4}, [&](const Program& program) {
    programs.push_back(program);
    return true;
  });
  EXPECT_LT(FindIsolated(programs, kAnySignature, Named("planted:not-merged"), Isolation{}),
            programs.size());
}

}  // namespace
}  // namespace ouro
