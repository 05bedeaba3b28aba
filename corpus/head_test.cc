// SPDX-License-Identifier: Apache-2.0

// The head of a program's file: its keys, the specimen that it names, and known bugs.

#include "corpus/head.h"

#include <gtest/gtest.h>

#include <utility>

namespace ouro {
namespace {

Specimen Named(const std::string& name, const std::string& summary) {
  Specimen specimen;
  specimen.name = name;
  specimen.summary = summary;
  return specimen;
}

KnownBug Bug(const std::string& text) {
  KnownBug bug;
  EXPECT_EQ(ParseKnownBug(text, &bug), "") << text;
  return bug;
}

TEST(HeadTest, IsTheCommentAtTheVeryBeginning) {
  EXPECT_EQ(HeadOf("# a\n# b\nr0 = leaf\n# c\n"), "# a\n# b\n");
  EXPECT_EQ(HeadOf("\n# a\n"), "");
  EXPECT_EQ(HeadOf("# a"), "# a");
  EXPECT_EQ(HeadValue("# k: 1\nr0 = leaf\n# k: 2\n", "k"), "1");
  EXPECT_EQ(HeadValue("r0 = leaf\n# k: 2\n", "k"), "");
}

TEST(HeadTest, TheLastLineWinsAndBeginsWithTheKey) {
  // An untrusted collector may have influenced the first lines.
  const std::string text = "# it said # k: evil\n# k: evil\n# k: good \r\n#  k: evil\n";
  EXPECT_EQ(HeadValue(text, "k"), "good");
  EXPECT_EQ(HeadValues(text, "k"), (std::vector<std::string>{"evil", "good"}));
  EXPECT_EQ(HeadValue(text, "j"), "");
}

TEST(HeadTest, NamesTheSpecimen) {
  for (const auto& [value, name] : std::vector<std::pair<std::string, std::string>>{
           {"php", "php"},
           {"liar:load (a lie), contract cpython26", "liar:load"},
           {"lib:./my (copy).so (a toy (mine)), contract lua", "lib:./my (copy).so"},
           {"process:perl:cd x && (exec y) (toy 1.0), contract perl",
            "process:perl:cd x && (exec y)"},
           {"lib:a.so (a toy :)), contract lua", "lib:a.so"},
           {"lib:a.so (), contract lua", "lib:a.so"},
       }) {
    EXPECT_EQ(HeadSpecimen("# x\n# specimen: " + value + "\n"), name);
  }
  EXPECT_EQ(HeadSpecimen("r0 = leaf\n"), "");
  EXPECT_EQ(HeadContract("# specimen: a (b), contract lua,weak=either\n"), "lua,weak=either");
  EXPECT_EQ(HeadContract("# specimen: php\n"), "");
}

TEST(HeadTest, KnownBugsAreRead) {
  const KnownBug bug = Bug("cpython 3.6 - 3.13.0 by dereference: gh-91636: a title");
  EXPECT_EQ(bug.who, "cpython");
  EXPECT_EQ(bug.from, "3.6");
  EXPECT_EQ(bug.to, "3.13.0");
  EXPECT_EQ(bug.law, "dereference");
  EXPECT_EQ(bug.why, "gh-91636: a title");
  EXPECT_EQ(Bug("php").who, "php");
  EXPECT_EQ(Bug("php:php by broken").who, "php:php");
  EXPECT_EQ(Bug("php 8.2: x").to, "8.2");
  KnownBug bad;
  for (const char* text : {"", "php 8.2 -", "php 8.2 - x", "php by nosuch", "php by", "php x",
                           "php by load x", "php 8.2 8.3"}) {
    EXPECT_NE(ParseKnownBug(text, &bad), "") << text;
  }
}

TEST(HeadTest, VersionsDecideWhoHasABug) {
  const KnownBug bug = Bug("cpython 3.6 - 3.13.0 by dereference");
  const auto has = [&bug](const std::string& summary) {
    return HasBug(bug, Named("cpython:/usr/bin/p", summary));
  };
  for (const char* yes : {"cpython 3.6.15", "cpython 3.13.0", "CPython 3.11 through its C API",
                          "cpython 3.12.1+", "cpython 3.9"}) {
    EXPECT_EQ(has(yes), Has::kYes) << yes;
  }
  for (const char* no : {"cpython 3.5.9", "cpython 3.13.1", "cpython 3.14.0", "cpython 2.7.18",
                         "cpythonic 3.9", "cpyth", "pypy 3.9", ""}) {
    EXPECT_EQ(has(no), Has::kNot) << no;
  }
  EXPECT_EQ(has("cpython 3.13"), Has::kMay);
  EXPECT_EQ(has("cpython"), Has::kMay);
  EXPECT_EQ(HasBug(Bug("php 8.2"), Named("php", "PHP 8.2's Zend Engine")), Has::kYes);
  EXPECT_EQ(HasBug(Bug("php 8.2"), Named("php:php", "php 8.2.29")), Has::kYes);
  EXPECT_EQ(HasBug(Bug("liar:load"), Named("liar:load", "a lie")), Has::kYes);
}

TEST(HeadTest, IsWeighedBothWays) {
  using Kind = Judgement::Kind;
  const Specimen php = Named("php", "PHP 8.2's Zend Engine");
  const Specimen lua = Named("lua", "Lua 5.4.4");
  const std::vector<KnownBug> bugs = {Bug("php 8.2 by load: x")};
  Verdict lawful;
  Verdict load = {.kind = Verdict::Kind::kConvicted, .violation = Violation{}};
  load.violation->law = Law::kLoad;
  Verdict other = load;
  other.violation->law = Law::kIdentity;
  const Verdict crash = {.kind = Verdict::Kind::kBroken, .trouble = "crashed"};
  EXPECT_EQ(Weigh(load, bugs, php).kind, Kind::kKnown);
  EXPECT_EQ(Weigh(load, bugs, php).bug, &bugs[0]);
  EXPECT_EQ(Weigh(lawful, bugs, php).kind, Kind::kMissed);
  EXPECT_EQ(Weigh(other, bugs, php).kind, Kind::kUnknown);
  EXPECT_EQ(Weigh(crash, bugs, php).kind, Kind::kUnknown);
  EXPECT_EQ(Weigh(load, bugs, lua).kind, Kind::kUnknown);
  EXPECT_EQ(Weigh(lawful, bugs, lua).kind, Kind::kLawful);
  EXPECT_EQ(Weigh(crash, {Bug("php by broken")}, php).kind, Kind::kKnown);
  // A program with two known bugs: either one suffices.
  const std::vector<KnownBug> two = {Bug("php 8.2 by load"), Bug("php 8.2 by broken")};
  EXPECT_EQ(Weigh(crash, two, php).kind, Kind::kKnown);
  EXPECT_EQ(Weigh(lawful, two, php).kind, Kind::kMissed);
}

}  // namespace
}  // namespace ouro
