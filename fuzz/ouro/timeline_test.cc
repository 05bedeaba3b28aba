// SPDX-License-Identifier: Apache-2.0

// Tables of timelines, whole, and details of single lines.

#include "fuzz/ouro/timeline.h"

#include <gtest/gtest.h>

#include "collector/specimens.h"
#include "model/trial.h"

namespace ouro {
namespace {

Program Parsed(const std::string& text) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "");
  return programs.at(0);
}

std::vector<RecordedRun> RunsOn(const std::vector<std::string>& names, const Program& program) {
  std::vector<RecordedRun> runs;
  for (const std::string& name : names) {
    Specimen specimen;
    EXPECT_EQ(FindSpecimen(name, &specimen), "");
    RecordedRun run = {name, "", ""};
    run.verdict = Trial(specimen).Run(program, &run.transcript).lawful() ? "lawful" : "not";
    runs.push_back(run);
  }
  return runs;
}

constexpr char kCycle[] = R"(def 0:
  r1 = r0()
main:
  r5 = leaf
  r5 = leaf
  r2 = node 1 del 0
  r0 = weak r2
  r2.0 = r2
  r2 = none
  r9 = r9.0
  collect 2
  garbage clear
)";

TEST(TimelineTest, OfOneProgramOnTwoCollectors) {
  const Program program = Parsed(kCycle);
  EXPECT_EQ(TimelineTable(program, RunsOn({"naive", "naive-pep442"}, program)),
            R"(def 0:
  r1 = r0()
main:
   1  r5 = leaf
   2  r5 = leaf
   3  r2 = node 1 del 0
   4  r0 = weak r2
   5  r2.0 = r2
   6  r2 = none
   7  r9 = r9.0
   8  collect 2
   9  garbage clear

born at operation  1   2  3      4
naive              X2  -  U8     -   lawful
naive-pep442       X2  -  F8 X8  W8  lawful
)");
}

TEST(TimelineTest, WideTablesAreSeveralBlocks) {
  std::string text;
  for (int i = 0; i < 12; ++i) text += "r0 = leaf\n";
  const Program program = Parsed(text);
  const std::string table = TimelineTable(program, RunsOn({"naive"}, program), 40);
  EXPECT_NE(table.find("\nborn at operation  1   2   3\nnaive              X2  X3  X4\n"),
            std::string::npos)
      << table;
  EXPECT_NE(table.find("  12\nnaive              X11  X12  -   lawful\n"), std::string::npos)
      << table;
  for (size_t begin = 0; begin < table.size();) {
    const size_t end = table.find('\n', begin);
    EXPECT_LE(end - begin, size_t{40});
    begin = end + 1;
  }
}

TEST(TimelineTest, OfNothing) {
  EXPECT_EQ(TimelineTable(Program{}, {{"naive", "", "lawful"}}),
            "\nborn at operation\nnaive              lawful\n");
}

// On a collector without weak references, the leaf has the number of the weak reference.
TEST(TimelineTest, ColumnsAreObjectsWhateverTheirNumbers) {
  const std::string first = "r0 = node 1\n> new 0\nr1 = weak r0\n> new 1\nr2 = leaf\n> new 2\n";
  const std::string second = "r0 = node 1\n> new 0\nr2 = leaf\n> new 1\nr2 = none\n> free 1\n";
  const Program program = Parsed("r0 = node 1\nr1 = weak r0\nr2 = leaf\nr2 = none\n");
  const std::string table =
      TimelineTable(program, {{"a", first, "lawful"}, {"b", second, "lawful"}});
  EXPECT_NE(table.find("born at operation  1  2  3\n"
                       "a                  -  -  -   lawful\n"
                       "b                  -     X4  lawful\n"),
            std::string::npos)
      << table;
}

TEST(TimelineTest, RepetitionsAreFolded) {
  // An object that is resurrected at each of its deaths, within one operation.
  const Program program = Parsed("r0 = node 1\nr1 = weak r0\nr0 = none\n");
  std::string transcript = "r0 = node 1\n> new 0\nr1 = weak r0\n> new 1\nr0 = none\n";
  for (int i = 0; i < 194; ++i) transcript += "> finalize 0\n> end 0\n";
  transcript += "> free 0\n";
  const std::string table = TimelineTable(program, {{"x", transcript, "lawful"}});
  EXPECT_NE(table.find("x                  F3 x194 X3  -  lawful\n"), std::string::npos) << table;
}

// Void operations are counted by their comments; `r2 = weak r2` is four operations in a trace, and
// one in the program.
TEST(TimelineTest, NumbersAreThoseOfTheProgram) {
  const Program program = Parsed(
      "r2 = none\nr15 = r2\nr2 = leaf\nr2 = weak r2\nr2 = node 0\nr2 = weak r2\nr15 = none\n"
      "r15 = r2\nr3 = r2()\nr2 = none\n");
  const std::string table = TimelineTable(program, RunsOn({"naive"}, program));
  EXPECT_NE(table.find("born at operation  3   5   6\n"
                       "naive              X5  X6  W9  lawful\n"),
            std::string::npos)
      << table;
}

TEST(TimelineTest, TakesBlankLinesCommentsAndNoLastNewline) {
  const Program program = Parsed("r0 = leaf\nr0 = none\n");
  const std::string trace =
      "\n   \n# a comment\nr0 = leaf\n> new 0\n\nr0 = none\n  # another\n> free 0";
  EXPECT_NE(
      TimelineTable(program, {{"a", trace, "lawful"}}).find("a                  X2  lawful\n"),
      std::string::npos);
}

}  // namespace
}  // namespace ouro
