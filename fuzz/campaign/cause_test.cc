// SPDX-License-Identifier: Apache-2.0

// Causes: which words of a program they keep, and when one may be a consequence of another.

#include "fuzz/campaign/cause.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/judge/law.h"
#include "model/program.h"
#include "model/trial.h"

namespace ouro {
namespace {

std::string Cause(const std::string& text) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "");
  Verdict verdict;
  verdict.kind = Verdict::Kind::kConvicted;
  verdict.violation = Violation{.law = Law::kTrashFreed};
  return CauseOf(verdict, programs.at(0));
}

TEST(CauseTest, HasTheWordsOfTheProgramAndItsKinds) {
  EXPECT_EQ(Cause("r0 = node 1\nr0.0 = r0\nr0 = none\ncollect 2\n"),
            "trash-freed: collect, node, store");
  EXPECT_EQ(Cause("r0 = node 1\nr0.0 = r0 as closure\nr0 = none\ncollect 2\n"),
            "trash-freed: as closure, collect, node, store");
}

TEST(CauseTest, WhatDoesMoreMayBeAConsequence) {
  EXPECT_TRUE(LooksLike("load: collect, node, store", "trash-freed: node, store"));
  EXPECT_FALSE(LooksLike("load: node, store", "trash-freed: collect, node, store"));
}

TEST(CauseTest, APlainBugDoesNotExplainWhatNeedsAKind) {
  const std::string plain = "free-at-once: collect, node, store";
  const std::string closure = "free-at-once: as closure, collect, node, store";
  EXPECT_FALSE(LooksLike(closure, plain));
  EXPECT_FALSE(LooksLike(plain, closure));
  EXPECT_TRUE(LooksLike("load: as closure, as list, collect, node, store", closure));
}

}  // namespace
}  // namespace ouro
