// SPDX-License-Identifier: Apache-2.0

// Each line of a transcript belongs to an operation of the program; transcripts are written here by
// hand, beside the place of each line. properties/position_test.cc has those of random programs.

#include "model/program_position.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ouro {
namespace {

Program Parsed(const std::string& text) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "");
  return programs.at(0);
}

// The transcript, each line behind its place: "m2 " in main, "d0.1 " in script 0, "? ".
std::string Placed(const std::string& program, const std::string& transcript) {
  const Program parsed = Parsed(program);
  ProgramPosition position(parsed);
  std::string text;
  TranscriptReader lines(transcript);
  for (TranscriptLine line; lines.Next(&line);) {
    const ProgramPlace place = position.Next(line);
    const std::string section =
        place.section == kNoScript ? "m" : "d" + std::to_string(place.section) + ".";
    text += place.known() ? section + std::to_string(place.index) : "?";
    text += " " + std::string(line.text) + "\n";
  }
  return text;
}

TEST(ProgramPositionTest, OperationsAndTheirEvents) {
  EXPECT_EQ(Placed("r0 = leaf\nr0 = none\ncollect 2\n",
                   "r0 = leaf\n> new 0\nr0 = none\n> free 0\ncollect 2\n> collect 2\n> done 0\n"),
            "m0 r0 = leaf\nm0 new 0\nm1 r0 = none\nm1 free 0\nm2 collect 2\nm2 collect 2\n"
            "m2 done 0\n");
}

TEST(ProgramPositionTest, VoidOperationsAreCounted) {
  // The reason may have brackets of its own.
  EXPECT_EQ(Placed("r1 = r2\nr1 = r0()\nr1 = r2\nr1 = r2\n",
                   "# void: r1 = r2 (r2 is empty)\n# void: r1 = r0() (r0 is empty (still))\n"
                   "# void: r1 = r2 (r2 is empty)\n# void: r1 = r2 (r2 is empty)\n"),
            "m0 # void: r1 = r2 (r2 is empty)\nm1 # void: r1 = r0() (r0 is empty (still))\n"
            "m2 # void: r1 = r2 (r2 is empty)\nm3 # void: r1 = r2 (r2 is empty)\n");
}

TEST(ProgramPositionTest, BirthsIntoFullRegisters) {
  EXPECT_EQ(Placed("r0 = none\nr0 = leaf\nr0 = none\nr0 = leaf\n",
                   "r0 = none\nr0 = none\nr0 = leaf\n> new 1\nr0 = none\nr0 = none\n"
                   "# void: r0 = leaf (r0 was filled again)\n"),
            "m0 r0 = none\nm1 r0 = none\nm1 r0 = leaf\nm1 new 1\nm2 r0 = none\nm3 r0 = none\n"
            "m3 # void: r0 = leaf (r0 was filled again)\n");
}

TEST(ProgramPositionTest, BorrowedRegisters) {
  EXPECT_EQ(
      Placed("r0 = weak r0 call 1\nr15 = none\nr0 = node 2 with r1 r0\nr0 = leaf\n",
             "r14 = r0\nr0 = none\nr0 = weak r14 call 1\nr14 = none\nr15 = none\n"
             "r14 = r0\nr0 = none\nr0 = node 2 with r1 r14\nr14 = none\nr0 = none\nr0 = leaf\n"),
      "m0 r14 = r0\nm0 r0 = none\nm0 r0 = weak r14 call 1\nm0 r14 = none\nm1 r15 = none\n"
      "m2 r14 = r0\nm2 r0 = none\nm2 r0 = node 2 with r1 r14\nm2 r14 = none\nm3 r0 = none\n"
      "m3 r0 = leaf\n");
}

// A script has changed the borrowed register, so it is not emptied.
TEST(ProgramPositionTest, BorrowedRegistersThatAreNotReturned) {
  EXPECT_EQ(Placed("r0 = weak r0\nr1 = leaf\n",
                   "r15 = r0\nr0 = none\n# void: r0 = weak r15 (r15 is empty)\nr1 = leaf\n"),
            "m0 r15 = r0\nm0 r0 = none\nm0 # void: r0 = weak r15 (r15 is empty)\nm1 r1 = leaf\n");
}

TEST(ProgramPositionTest, Chains) {
  EXPECT_EQ(Placed("r0 = chain 2\nr15 = none\nr0 = chain 1\nr0 = none\n",
                   "r14 = node 1\nr0 = r14\nr14 = none\nr14 = node 1\nr14.0 = r0\nr0 = r14\n"
                   "r14 = none\nr15 = none\nr0 = none\nr14 = node 1\nr0 = r14\nr14 = none\n"
                   "r0 = none\n"),
            "m0 r14 = node 1\nm0 r0 = r14\nm0 r14 = none\nm0 r14 = node 1\nm0 r14.0 = r0\n"
            "m0 r0 = r14\nm0 r14 = none\nm1 r15 = none\nm2 r0 = none\nm2 r14 = node 1\n"
            "m2 r0 = r14\nm2 r14 = none\nm3 r0 = none\n");
  EXPECT_EQ(Placed("r0 = chain 2\nr1 = r2\n",
                   "r0 = none\n# void: r0 = chain 2 (no register is empty)\nr1 = r2\n"),
            "m0 r0 = none\nm0 # void: r0 = chain 2 (no register is empty)\nm1 r1 = r2\n");
}

TEST(ProgramPositionTest, TheEndPopsAndEmpties) {
  EXPECT_EQ(Placed("end\nr0 = none\n",
                   "pop\ncollect 2\nr0 = none\nr3 = none\nend\n# void: r0 = none (it is over)\n"),
            "m0 pop\nm0 collect 2\nm0 r0 = none\nm0 r3 = none\nm0 end\n"
            "m1 # void: r0 = none (it is over)\n");
}

constexpr char kScripts[] =
    "def 0:\n  push self\n  r1 = self\n  raise\n  pop\n"
    "def 3:\n  r2 = none\n"
    "main:\n  r0 = node 0 del 0\n  r1 = weak r0 call 3\n  r0 = none\n  r1 = none\n";

TEST(ProgramPositionTest, ScriptsAreThoseThatObjectsWereBornWith) {
  EXPECT_EQ(Placed(kScripts,
                   "r0 = node 0 del 0\n> new 0\nr1 = weak r0 call 3\n> new 1\nr0 = none\n"
                   "> finalize 0\n  push self\n  r1 = self\n  > callback 1\n    r2 = none\n"
                   "    > free 2\n  > end 1\n  > free 1\n  raise\n  pop\n> end 0 raised\n> free 0\n"
                   "r1 = none\n"),
            "m0 r0 = node 0 del 0\nm0 new 0\nm1 r1 = weak r0 call 3\nm1 new 1\nm2 r0 = none\n"
            "m2 finalize 0\nd0.0 push self\nd0.1 r1 = self\nd0.1 callback 1\nd3.0 r2 = none\n"
            "d3.0 free 2\nd0.1 end 1\nd0.1 free 1\nd0.2 raise\nd0.2 pop\nm2 end 0 raised\n"
            "m2 free 0\nm3 r1 = none\n");
}

// A script's own pops, and those that its end adds; scripts that run empty.
TEST(ProgramPositionTest, ScriptsPopAsTheyEnd) {
  const std::string program =
      "def 0:\n  push self\n  push self\n  pop\nmain:\n  r0 = node 0 del 0\n  r0 = none\n  pop\n";
  const std::string born = "r0 = node 0 del 0\n> new 0\nr0 = none\n> finalize 0\n";
  const std::string placed = "m0 r0 = node 0 del 0\nm0 new 0\nm1 r0 = none\nm1 finalize 0\n";
  EXPECT_EQ(Placed(program, born + "push self\npush self\npop\npop\n> end 0\npop\n"),
            placed + "d0.0 push self\nd0.1 push self\nd0.2 pop\nd0.2 pop\nm1 end 0\nm2 pop\n");
  EXPECT_EQ(
      Placed(program, born + "push self\n# scripts run empty from here on: x\npop\n> end 0\n"),
      placed + "d0.0 push self\n? # scripts run empty from here on: x\nd0.0 pop\nm1 end 0\n");
}

// An unlawful collector may finalize what was never born, or has no script.
TEST(ProgramPositionTest, FinalizersOfNothing) {
  EXPECT_EQ(Placed("r0 = leaf\nr0 = none\n",
                   "r0 = leaf\n> new 0\n> finalize 7\n> free 7\n> end 7\n> end 7\nr0 = none\n"),
            "m0 r0 = leaf\nm0 new 0\nm0 finalize 7\n? free 7\nm0 end 7\nm0 end 7\nm1 r0 = none\n");
  // A number that is used again is another object.
  EXPECT_EQ(Placed("def 0:\n  r1 = self\nmain:\n  r0 = node 0 del 0\n  r2 = leaf\n",
                   "r0 = node 0 del 0\n> new 0\nr2 = leaf\n> new 0\n> finalize 0\nr1 = self\n"),
            "m0 r0 = node 0 del 0\nm0 new 0\nm1 r2 = leaf\nm1 new 0\nm1 finalize 0\n? r1 = self\n");
}

// Where the specimen does not have a kind, the transcript says nothing of it.
TEST(ProgramPositionTest, KindsThatWereNotOffered) {
  EXPECT_EQ(Placed("r0.0 = r1 as position-test\nr0.0 = r1 as position-test\n",
                   "r0.0 = r1 as position-test\nr0.0 = r1\n"),
            "m0 r0.0 = r1 as position-test\nm1 r0.0 = r1\n");
}

TEST(ProgramPositionTest, LogsWithoutVoidOperations) {
  EXPECT_EQ(Placed("r9 = r8\nr0 = leaf\nr1 = r8\nr0 = none\n",
                   "r0 = leaf\n> new 0\ncensus\n> tracked 0 0\nnonsense\nr0 = none\n> nonsense\n"),
            "m1 r0 = leaf\nm1 new 0\n? census\n? tracked 0 0\n? nonsense\nm3 r0 = none\n"
            "? nonsense\n");
}

TEST(ProgramPositionTest, NothingIsKnownBehindACut) {
  EXPECT_EQ(Placed("r0 = leaf\nr0 = none\n", "...\nr0 = none\n> free 0\n"),
            "? ...\n? r0 = none\n? free 0\n");
}

TEST(ProgramPositionTest, TheLastPlaceIsWhereItWentWrong) {
  const Program program = Parsed(kScripts);
  const std::string begin = "r0 = node 0 del 0\n> new 0\n# void: r1 = r9 (r9 is empty)\n";
  EXPECT_EQ(LastPlace(program, begin), (ProgramPlace{kNoScript, 0}));
  EXPECT_EQ(LastPlace(program, begin + "r0 = none\n> finalize 0\n  push self      # <- here\n"),
            (ProgramPlace{0, 0}));
  EXPECT_EQ(LastPlace(program, "...\nr0 = none\n"), ProgramPlace{});
  EXPECT_EQ(LastPlace(program, ""), ProgramPlace{});
}

TEST(ProgramLinesTest, AreThoseOfTheText) {
  const std::string text =
      "# specimen: naive\n\nr1 = leaf  # in main\n\ndef 10:\n  r0 = self\n#\n\t raise\r\nmain:\r\n"
      "  r0 = leaf\n---\n# nothing\n---\nmain:\n---\nr0 = leaf";
  std::vector<Program> programs;
  ASSERT_EQ(Parse(text, &programs), "");
  const std::vector<ProgramLines> lines = LinesOf(text);
  ASSERT_EQ(lines.size(), 3u);
  ASSERT_EQ(lines.size(), programs.size());
  EXPECT_EQ(lines[0].Of({kNoScript, 0}), 3u);
  EXPECT_EQ(lines[0].Of({kNoScript, 1}), 10u);
  EXPECT_EQ(lines[0].Of({10, 0}), 6u);
  EXPECT_EQ(lines[0].Of({10, 1}), 8u);
  EXPECT_EQ(lines[2].Of({kNoScript, 0}), 16u);
  for (const ProgramPlace nowhere :
       {ProgramPlace{}, ProgramPlace{kNoScript, 2}, ProgramPlace{10, 2}, ProgramPlace{3, 0},
        ProgramPlace{11, 0}, ProgramPlace{10, -1}}) {
    EXPECT_EQ(lines[0].Of(nowhere), 0u);
  }
  EXPECT_EQ(lines[1].Of({kNoScript, 0}), 0u);
}

TEST(ProgramLinesTest, OfTheCanonicalText) {
  const ProgramLines lines = PrintedLines(Parsed(kScripts));
  EXPECT_EQ(lines.Of({0, 3}), 5u);
  EXPECT_EQ(lines.Of({3, 0}), 7u);
  EXPECT_EQ(lines.Of({kNoScript, 0}), 9u);
  EXPECT_EQ(PrintedLines(Parsed("r0 = leaf\n")).Of({kNoScript, 0}), 1u);
  EXPECT_EQ(PrintedLines(Program{}).Of({kNoScript, 0}), 0u);
}

}  // namespace
}  // namespace ouro
