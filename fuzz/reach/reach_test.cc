// SPDX-License-Identifier: Apache-2.0

// Reach: no conjunction is too rare in random programs, and each has the rate of the golden file,
// so that a change of the generator shows what it costs elsewhere.
//
// To rewrite the golden rates: REGENERATE=1 bazel run //fuzz/reach:reach_test

#include "fuzz/reach/reach.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "corpus/corpus.h"
#include "fuzz/reach/scout.h"
#include "model/trial.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

constexpr int64_t kPrograms = 1'000'000;
constexpr uint64_t kSequence = 1;  // the usual seed of `ouro reach`

Specimen Named(const std::string& name) {
  Specimen specimen;
  EXPECT_EQ(FindSpecimen(name, &specimen), "");
  return specimen;
}

Reach Measure(const Specimen& specimen) {
  return MeasureReach(
      specimen, kPrograms,
      [&specimen](uint64_t index) {
        return Generate(SeedOf(kSequence, index),
                        {.saveall_in_scripts = true, .abilities = specimen.abilities});
      },
      [](int64_t) { return true; });
}

std::string Text(const Reach& reach) {
  std::string text;
  for (size_t i = 0; i < kConjunctions; ++i) {
    const std::string name = ConjunctionName(i);
    if (!name.empty()) text += fmt::format("{:7} {}\n", reach.reaching[i], name);
  }
  return text;
}

constexpr const char* kSpecimens[] = {"optimized", "optimized-pep442"};

// Measured once, for both tests.
const std::vector<Reach>& Reaches() {
  static const auto* const kReaches =
      new std::vector<Reach>({Measure(Named(kSpecimens[0])), Measure(Named(kSpecimens[1]))});
  return *kReaches;
}

TEST(ReachTest, RatesAreGolden) {
  NamedTexts texts;
  for (size_t i = 0; i < std::size(kSpecimens); ++i) {
    ASSERT_EQ(Reaches()[i].trouble, "");
    texts.emplace_back(fmt::format("{}, of {} programs", kSpecimens[i], kPrograms),
                       Text(Reaches()[i]));
  }
  ExpectGolden("reach.txt", texts, "//fuzz/reach:reach_test");
}

// The rules of 2.x and of PEP 442 exclude different ones, so one of the two suffices.
TEST(ReachTest, NoConjunctionIsTooRare) {
  for (size_t i = 0; i < kConjunctions; ++i) {
    const std::string name = ConjunctionName(i);
    if (name.empty()) continue;
    const int64_t most = std::max(Reaches()[0].reaching[i], Reaches()[1].reaching[i]);
    if (WhyExcused(i) == nullptr) {
      EXPECT_FALSE(IsRare(most, kPrograms)) << name << " is too rare: " << most;
    } else {
      EXPECT_TRUE(IsRare(most, kPrograms)) << name << " needs no excuse: " << WhyExcused(i);
    }
  }
}

// Which conjunctions a program of a few lines reaches.
std::set<std::string> ReachedBy(const std::string& text, const std::string& specimen) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "");
  Reached reached;
  Trial trial(Scouted(Named(specimen), &reached));
  EXPECT_TRUE(trial.Run(programs.at(0)).lawful());
  std::set<std::string> names;
  for (size_t i = 0; i < kConjunctions; ++i) {
    if (reached[i]) names.insert(ConjunctionName(i));
  }
  return names;
}

TEST(ScoutTest, NothingIsJoinedByAnEmptyProgram) {
  EXPECT_TRUE(ReachedBy("main:\n", "optimized").empty());
  EXPECT_TRUE(ReachedBy("r0 = node 1\ncensus\ncollect 2\n", "optimized").count("") == 0);
}

TEST(ScoutTest, AResurrectedObjectIsLookedAt) {
  const auto names = ReachedBy(
      "def 0:\n  r1 = self\nmain:\n  r0 = node 1 del 0\n  r0 = none\n  census\n  r2 = weak r1\n",
      "optimized");
  EXPECT_EQ(names.count("resurrected by count, then a census"), 1u);
  EXPECT_EQ(names.count("resurrected by count, then watched"), 1u);
  EXPECT_EQ(names.count("resurrected by count, then a young collection"), 0u);
}

TEST(ScoutTest, WhatComesLaterIsNotNext) {
  const std::string head = "def 0:\n  r1 = self\nmain:\n  r0 = node 1 del 0\n  r0 = none\n";
  const std::string wait = "  r2 = leaf\n  r3 = leaf\n  r4 = leaf\n  r5 = leaf\n";
  EXPECT_EQ(
      ReachedBy(head + "  census\n", "optimized").count("resurrected by count, then a census"), 1u);
  EXPECT_EQ(ReachedBy(head + wait + "  census\n", "optimized")
                .count("resurrected by count, then a census"),
            0u);
}

TEST(ScoutTest, UserCodeIsSeenInItsHost) {
  const auto names = ReachedBy(
      "def 0:\n  r2 = leaf\n  disable\nmain:\n  r0 = node 1\n  r1 = node 0 del 0\n  r0.0 = r1\n"
      "  r1 = none\n  r0.* = none\n",
      "optimized");
  EXPECT_EQ(names.count("in a clearing, a script bears"), 1u);
  EXPECT_EQ(names.count("in an emptied slot, a script bears"), 0u);
  EXPECT_EQ(names.count("disable in a finalizer"), 1u);
  EXPECT_EQ(names.count("disable in a finalizer of a collection"), 0u);
}

TEST(ScoutTest, ObjectsDieTogether) {
  const std::string text =
      "r0 = node 2\nr0.0 = r0\nr1 = leaf\nr0.1 = r1\nr2 = weak r0\nr1 = none\nr0 = none\n";
  const std::string name = "a leaf and a watched one die in a collection";
  EXPECT_EQ(ReachedBy(text + "collect 2\n", "optimized").count(name), 1u);
  EXPECT_EQ(ReachedBy(text, "optimized").count(name), 0u);
}

TEST(ConjunctionTest, NamesAreDifferent) {
  std::set<std::string> names;
  for (size_t i = 0; i < kConjunctions; ++i) {
    const std::string name = ConjunctionName(i);
    if (!name.empty()) EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_GE(names.size(), 120u);
}

}  // namespace
}  // namespace ouro
