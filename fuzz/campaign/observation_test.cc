// SPDX-License-Identifier: Apache-2.0

// Samples, bounds, and the lines themselves; fuzz/ouro/ci_test.py validates what commands write.

#include "fuzz/campaign/observation.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "fuzz/files.h"

namespace ouro {
namespace {

using Json = nlohmann::json;

std::vector<Json> LinesIn(const std::string& path) {
  std::string text;
  EXPECT_EQ(ReadText(path, &text), "");
  EXPECT_TRUE(text.ends_with("\n"));
  std::istringstream stream(text);
  std::vector<Json> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
  return lines;
}

TEST(ObservationTest, SamplesBecomeRarer) {
  for (uint64_t i = 0; i < 1000; ++i) EXPECT_TRUE(IsObserved(i));
  const auto among = [](uint64_t begin, uint64_t end) {
    int count = 0;
    for (uint64_t i = begin; i < end; ++i) count += IsObserved(i) ? 1 : 0;
    return count;
  };
  EXPECT_EQ(among(1000, 10'000), 900);
  EXPECT_EQ(among(10'000, 100'000), 900);
  EXPECT_EQ(among(100'000, 1'000'000), 900);
  EXPECT_TRUE(IsObserved(7'000'000'000));
  EXPECT_FALSE(IsObserved(7'000'000'001));
  EXPECT_FALSE(IsObserved(UINT64_MAX));
}

TEST(ObservationTest, MeasuredAsText) {
  const std::vector<Measured> all = {{}, {7, 8, 9, uint64_t{1} << 63, "load at load in main"}};
  for (const Measured& measured : all) {
    Measured read;
    ASSERT_TRUE(FromText(ToText(measured), &read));
    EXPECT_EQ(read, measured);
  }
  Measured unchanged;
  for (const char* text : {"", "1", "1 2 3", "1 2 3 ff", "x 2 3 4 y", "1 2 3 4y"}) {
    EXPECT_FALSE(FromText(text, &unchanged)) << text;
  }
  EXPECT_EQ(unchanged, Measured{});
}

TEST(ObservationTest, Lines) {
  const std::string path = testing::TempDir() + "lines.jsonl";
  Observations observations(path, "ouro campaign toy");
  std::vector<Program> programs;
  ASSERT_EQ(Parse("def 0:\n  r0 = none\nmain:\n  r0 = node 0 del 0\n", &programs), "");
  observations.Sample(programs[0], "program 0", {1500, 3, 4, 3, ""});
  observations.Sample(programs[0], "program 1", {0, 0, 0, 0, "load"});
  observations.Found(programs[0], "program 2", "load", "a report\xFF");
  observations.GaveUp(programs[0], "program 3", "lawful when it is run again");
  observations.Inform("sample", "some");
  EXPECT_EQ(observations.Publish(), "");
  const std::vector<Json> lines = LinesIn(path);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0]["status"], "passed");
  EXPECT_EQ(lines[0]["representation"], Print(programs[0]));
  EXPECT_EQ(lines[0]["timing"], Json::parse(R"({"execute:test": 0.0015})"));
  EXPECT_EQ(lines[0]["features"]["operations"], 2);
  EXPECT_EQ(lines[0]["features"]["situations"], 2);
  EXPECT_EQ(lines[0]["features"].size(), 7u);  // two of them are situations
  EXPECT_EQ(lines[0]["coverage"], nullptr);
  EXPECT_EQ(lines[1]["status"], "failed");
  EXPECT_EQ(lines[1]["status_reason"], "load");
  EXPECT_EQ(lines[2]["metadata"]["report"], "a report\xEF\xBF\xBD");
  EXPECT_EQ(lines[3]["status"], "gave_up");
  EXPECT_EQ(lines[4]["type"], "info");
}

TEST(ObservationTest, NobodyWantsAny) {
  Observations observations("", "x");
  observations.Sample(Program{}, "", {});
  observations.Found(Program{}, "", "", "");
  EXPECT_FALSE(observations.wanted());
  EXPECT_EQ(observations.Publish(), "");
}

// The samples end, findings do not; the file is whole whenever it is looked at.
TEST(ObservationTest, Bounds) {
  const std::string path = testing::TempDir() + "bounds.jsonl";
  Observations observations(path, "x");
  for (size_t i = 0; i <= Observations::kMaxSampled; ++i) {
    observations.Sample(Program{}, "", {});
    if (i % 4000 == 500 && std::filesystem::exists(path)) LinesIn(path);
  }
  observations.Found(Program{}, "", "load", "");
  EXPECT_EQ(observations.Publish(), "");
  EXPECT_EQ(LinesIn(path).size(), Observations::kMaxSampled + 1);
}

TEST(ObservationTest, LongProgramsAreCut) {
  const std::string path = testing::TempDir() + "long.jsonl";
  Observations observations(path, "x");
  Program program;
  program.main.resize(100'000);
  observations.Sample(program, "", {});
  EXPECT_EQ(observations.Publish(), "");
  const std::string text = LinesIn(path).at(0)["representation"];
  EXPECT_LT(text.size(), 20'000u);
  EXPECT_TRUE(text.ends_with("census\n# ... and more\n")) << text.substr(text.size() - 100);
}

TEST(ObservationTest, WhatCannotBeWrittenIsSaid) {
  Observations observations("/proc/nowhere/x", "x");
  observations.Sample(Program{}, "", {});
  EXPECT_NE(observations.Publish(), "");
}

}  // namespace
}  // namespace ouro
