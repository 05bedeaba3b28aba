// SPDX-License-Identifier: Apache-2.0

// The findings that a campaign keeps: of two with one signature, which stays, and its file with it.

#include "fuzz/campaign/findings.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "model/program.h"

namespace ouro {
namespace {

std::string Written(const std::string& name) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path) << "r0 = leaf\n";
  return path;
}

Finding Of(const std::string& file, uint8_t dest, const std::string& before = "") {
  return {.signature = "load at load in main",
          .program = {.scripts = {}, .main = {{.code = OpCode::kLeaf, .dest = dest}}},
          .file = file,
          .before = before};
}

// Shrinking may change a program and make it no shorter.
TEST(FindingsTest, WhatIsFiledInPlaceOfAnotherStays) {
  const std::string first = Written("first.gct");
  const std::string second = Written("second.gct");
  Findings findings;
  findings.Add(Of(first, 1));
  std::filesystem::remove(first);  // as ShrinkFinding does
  findings.Add(Of(second, 0, first));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings.known().begin()->second.file, second);
  EXPECT_TRUE(std::filesystem::exists(second));
}

TEST(FindingsTest, OfTwoFindingsTheFirstStaysIfTheOtherIsNoSmaller) {
  const std::string first = Written("first.gct");
  const std::string second = Written("second.gct");
  Findings findings;
  findings.Add(Of(first, 1));
  findings.Add(Of(second, 0));
  EXPECT_EQ(findings.known().begin()->second.file, first);
  EXPECT_TRUE(std::filesystem::exists(first));
  EXPECT_FALSE(std::filesystem::exists(second));
}

}  // namespace
}  // namespace ouro
