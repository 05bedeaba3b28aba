// SPDX-License-Identifier: Apache-2.0

// The state of a merge: logs that are cut, sets of programs, and selections, whose result must not
// depend on the order in which programs come.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/campaign/channel.h"
#include "fuzz/merge/append_log.h"
#include "fuzz/merge/merge_worker.h"
#include "fuzz/merge/program_set.h"
#include "fuzz/merge/selection.h"

namespace ouro {
namespace {

// A file of the test's own.
class LogTest : public testing::Test {
 protected:
  ~LogTest() override { std::filesystem::remove(path_); }

  void Write(const std::string& text) { std::ofstream(path_, std::ios::binary) << text; }

  // Opens the log. Returns its lines, or what is wrong as the only one.
  std::vector<std::string> Open(AppendLog* log) {
    std::vector<std::string> lines;
    const std::string why = log->Open(path_, [&](std::string_view line) {
      lines.emplace_back(line);
      return line != "bad";
    });
    return why.empty() ? lines : std::vector<std::string>{why};
  }

  const std::string path_ =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name();
};

using Lines = std::vector<std::string>;

TEST_F(LogTest, WhatWasAppendedIsThere) {
  AppendLog one;
  EXPECT_EQ(Open(&one), Lines());
  EXPECT_EQ(one.Append("a\nb\n"), "");
  EXPECT_EQ(one.Append(""), "");
  EXPECT_EQ(one.Append("c\n"), "");
  AppendLog two;
  EXPECT_EQ(Open(&two), Lines({"a", "b", "c"}));
}

TEST_F(LogTest, ALineThatWasCutIsNone) {
  for (const char* text : {"a\nb\ncu", "a\nb\n"}) {
    Write(text);
    AppendLog log;
    EXPECT_EQ(Open(&log), Lines({"a", "b"}));
    EXPECT_EQ(log.Append("c\n"), "");
    AppendLog again;
    EXPECT_EQ(Open(&again), Lines({"a", "b", "c"}));
  }
}

TEST_F(LogTest, AnotherLineIsAnErrorWithItsNumber) {
  Write("a\nbad\nb\n");
  AppendLog log;
  EXPECT_EQ(Open(&log), Lines({path_ + ": line 2: is not what `ouro merge` writes there"}));
  Write("a\n" + std::string(2 * kMaxLogLine, 'x'));
  AppendLog longer;
  EXPECT_EQ(Open(&longer).at(0).rfind(path_ + ": line 2: is longer than ", 0), 0u);
}

TEST_F(LogTest, AProgramSetIsItsLog) {
  std::mt19937_64 dice(1);
  std::vector<uint64_t> hashes = {0, 1, UINT64_MAX};
  for (int i = 0; i < 20'000; ++i) hashes.push_back(dice());
  {
    ProgramSet set;
    ASSERT_EQ(set.Open(path_), "");
    EXPECT_FALSE(set.Contains(0));
    EXPECT_EQ(set.Add(hashes), "");
    EXPECT_EQ(set.Add(hashes), "");  // again: nothing happens
    EXPECT_EQ(set.size(), hashes.size());
  }
  EXPECT_EQ(std::filesystem::file_size(path_), 17 * hashes.size());
  ProgramSet set;
  ASSERT_EQ(set.Open(path_), "");
  EXPECT_EQ(set.size(), hashes.size());
  for (const uint64_t hash : hashes) EXPECT_TRUE(set.Contains(hash));
  EXPECT_FALSE(set.Contains(dice()));
}

TEST(ProgramSetTest, Names) {
  uint64_t hash = 0;
  EXPECT_EQ(NameOf(0xabc), "0000000000000abc.gct");
  EXPECT_TRUE(HashInName("0000000000000abc.gct", &hash));
  EXPECT_EQ(hash, 0xabcu);
  for (const char* name : {"0000000000000ABC.gct", "000000000000abc.gct", "0000000000000abc.txt",
                           "00000000000000abc.gct", "mine.gct", ""}) {
    EXPECT_FALSE(HashInName(name, &hash)) << name;
  }
}

std::vector<Reach> RandomPrograms(size_t count) {
  std::mt19937_64 dice(7);
  std::vector<Reach> programs;
  for (size_t i = 0; i < count; ++i) {
    Reach program = {.hash = dice(), .size = static_cast<uint32_t>(dice() % 20), .features = {}};
    for (uint32_t feature = 0; feature < 50; ++feature) {
      if (dice() % 10 == 0) program.features.push_back(feature * 1300);
    }
    programs.push_back(program);
  }
  return programs;
}

// What is selected, as text.
std::string TextOf(const Selection& selection) {
  std::vector<uint64_t> hashes;
  for (const auto& [hash, holds] : selection.programs()) hashes.push_back(hash);
  std::string text;
  for (const Reach& program : selection.Held(hashes)) text += ToLine(program) + "\n";
  return text;
}

TEST(SelectionTest, TheOrderOfProgramsDoesNotMatter) {
  std::vector<Reach> programs = RandomPrograms(300);
  Selection first;
  for (const Reach& program : programs) first.Enter(program);
  EXPECT_EQ(first.features(), 50u);
  EXPECT_GT(first.size(), 1u);
  EXPECT_LE(first.size(), 50u);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(programs.begin(), programs.end(), std::mt19937_64(static_cast<uint64_t>(round)));
    Selection other;
    // Some twice, and some of what a worker has reduced to what it won.
    for (const Reach& program : programs) {
      Reach won = program;
      won.features = other.Won(program);
      other.Enter(won);
      if (program.hash % 3 == 0) other.Enter(program);
    }
    EXPECT_EQ(TextOf(other), TextOf(first));
  }
}

TEST(SelectionTest, TheSmallestWins) {
  Selection selection;
  selection.Enter({.hash = 5, .size = 10, .features = {1, 2}});
  EXPECT_EQ(selection.Won({.hash = 6, .size = 10, .features = {1, 2, 3}}),
            std::vector<uint32_t>({3}));
  EXPECT_EQ(selection.Won({.hash = 4, .size = 10, .features = {2}}), std::vector<uint32_t>({2}));
  EXPECT_EQ(selection.Won({.hash = 5, .size = 10, .features = {2}}), std::vector<uint32_t>({2}))
      << "itself: a merge that was killed runs it again";
  selection.Enter({.hash = 9, .size = 1, .features = {1, 2}});
  EXPECT_EQ(selection.Holds(5), 0u);
  EXPECT_EQ(selection.Holds(9), 2u);
  EXPECT_EQ(selection.size(), 1u);
}

TEST(SelectionTest, Lines) {
  for (const Reach& program : RandomPrograms(20)) {
    Reach read;
    EXPECT_TRUE(FromLine(ToLine(program), &read));
    EXPECT_EQ(ToLine(read), ToLine(program));
  }
  Reach read;
  for (const char* line : {"", "x", "0000000000000abc", "0000000000000abc 1 x",
                           "0000000000000abc 1 99999999", "0000000000000abc 1  2"}) {
    EXPECT_FALSE(FromLine(line, &read)) << line;
  }
}

TEST(MergeMessageTest, WhatACollectorWritesIsRefused) {
  Reach read;
  Message message;
  message.text = "0000000000000abc 7";
  message.program = {3, 0x85, 1};
  ASSERT_TRUE(FromMessage(message, &read));
  EXPECT_EQ(ToLine(read), "0000000000000abc 7 3 136");
  message.program = {3, 0x85};
  EXPECT_FALSE(FromMessage(message, &read));
  message.program = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1};
  EXPECT_FALSE(FromMessage(message, &read));
  message.program = {};
  EXPECT_FALSE(FromMessage(message, &read));
  message.program = {1};
  for (const char* text : {"", "0000000000000abc", "abc 7", "0000000000000abc x"}) {
    message.text = text;
    EXPECT_FALSE(FromMessage(message, &read)) << text;
  }
}

}  // namespace
}  // namespace ouro
