// SPDX-License-Identifier: Apache-2.0

// What the command line refuses, and what it suggests instead.

#include "fuzz/ouro/usage.h"

#include <gtest/gtest.h>

#include <utility>

#include "fuzz/terminal.h"

namespace ouro {
namespace {

TEST(UsageTest, NearestIsWhatMayHaveBeenMeant) {
  const std::vector<std::string> known = {"campaign", "compare",   "run",
                                          "replay",   "--seconds", "--seed"};
  for (const auto& [word, nearest] :
       std::vector<std::pair<std::string, std::string>>{{"campain", "campaign"},
                                                        {"capmaign", "campaign"},
                                                        {"comapre", "compare"},
                                                        {"rn", "run"},
                                                        {"--secnods", "--seconds"},
                                                        {"--sedd", "--seed"},
                                                        {"x", ""},
                                                        {"nosuch", ""},
                                                        {"--", ""},
                                                        {"", ""},
                                                        {std::string(5000, 'a'), ""},
                                                        {"run", "run"}}) {
    EXPECT_EQ(Nearest(word, known), nearest) << word;
  }
}

std::vector<std::string> Split(std::vector<std::string> words) {
  words.insert(words.begin(), "ouro");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  return Arguments(static_cast<int>(argv.size()), argv.data());
}

TEST(UsageTest, OptionsWithoutACommandAreThoseOfACampaign) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(Split({}), Words{"campaign"});
  EXPECT_EQ(Split({"--seconds", "20"}), (Words{"campaign", "--seconds", "20"}));
  EXPECT_EQ(Split({"run", "--trace"}), (Words{"run", "--trace"}));
  EXPECT_EQ(Split({"--help"}), Words{"--help"});
  EXPECT_EQ(Split({"-h"}), Words{"-h"});
  EXPECT_EQ(Split({"--version"}), Words{"--version"});
  EXPECT_EQ(Split({"help"}), Words{"--help"});
  EXPECT_EQ(Split({"help", "run"}), (Words{"run", "--help"}));
  EXPECT_EQ(Arguments(0, nullptr), Words{"campaign"});
}

TEST(UsageTest, OneLineHasNoControlCharacters) {
  EXPECT_EQ(OneLine("a\nb\x1b[31m\x7f\t"), "a\\x0ab\\x1b[31m\\x7f\\x09");
  EXPECT_EQ(OneLine("abcdef", 3), "abc...");
  EXPECT_EQ(OneLine("Zürich"), "Zürich");
}

TEST(UsageTest, OnlyTerminalsGetColour) {
  EXPECT_EQ(Painted("x broke the law y\n    > free 1      # <- here\n", stderr),
            "x broke the law y\n    > free 1      # <- here\n");
}

}  // namespace
}  // namespace ouro
