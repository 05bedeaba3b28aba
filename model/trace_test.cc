// SPDX-License-Identifier: Apache-2.0

// Judging traces as text: streams of several, what is skipped, on which line a conviction is, what
// is an error and what is a broken law. Which traces are lawful is the subject of judge_test.cc.

#include "model/trace.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace ouro {
namespace {

std::vector<TraceVerdict> JudgeText(const std::string& text) {
  std::vector<TraceVerdict> verdicts;
  EXPECT_EQ(JudgeTraces(text, kCPython26, &verdicts), "") << text;
  return verdicts;
}

// "3: free-at-once" for a conviction in line 3, "" for a lawful trace.
std::string Short(const TraceVerdict& verdict) {
  if (!verdict.violation) return "";
  return fmt::format("{}: {}", verdict.line, Name(verdict.violation->law));
}

std::string ShortOf(const std::string& text) {
  const std::vector<TraceVerdict> verdicts = JudgeText(text);
  if (verdicts.size() != 1) return fmt::format("{} traces", verdicts.size());
  return Short(verdicts.front());
}

// ---- streams ----

TEST(Traces, OfOneStreamAreJudgedApart) {
  const auto verdicts = JudgeText(
      "r0 = leaf\n> new 0\n"
      "---\n"
      "r0 = leaf\n> new 1\n"
      "---\n"
      "\n# the third\nr0 = leaf\n> new 0\nr0 = none\n"
      "---\n"
      "r0 = leaf\n> new 0\n");
  ASSERT_EQ(verdicts.size(), 4u);
  EXPECT_EQ(Short(verdicts[0]), "");
  EXPECT_EQ(Short(verdicts[1]), "5: identity");
  EXPECT_EQ(Short(verdicts[2]), "11: free-at-once");
  EXPECT_EQ(Short(verdicts[3]), "");
  EXPECT_EQ(verdicts[0].first_line, 1u);
  EXPECT_EQ(verdicts[1].first_line, 4u);
  EXPECT_EQ(verdicts[2].first_line, 9u);
  EXPECT_EQ(verdicts[3].first_line, 13u);
}

TEST(Traces, ThatAreEmptyCountIfALineEndsThem) {
  EXPECT_EQ(JudgeText("").size(), 0u);
  EXPECT_EQ(JudgeText("\n# nothing\n  \n").size(), 0u);
  EXPECT_EQ(JudgeText("---\n").size(), 1u);
  EXPECT_EQ(JudgeText("---\n---").size(), 2u);
  EXPECT_EQ(JudgeText("r0 = leaf\n> new 0\n---\n").size(), 1u);
  EXPECT_EQ(JudgeText("r0 = leaf\n> new 0\n---\n\n").size(), 1u);
  EXPECT_EQ(JudgeText("r0 = leaf\n> new 0\n---\ncollect 0\n> collect 0\n> done 0").size(), 2u);
}

TEST(Traces, AreAppendedToWhatWasJudgedBefore) {
  std::vector<TraceVerdict> verdicts = JudgeText("---\n");
  EXPECT_EQ(JudgeTraces("r0 = leaf\n", kCPython26, &verdicts), "");
  ASSERT_EQ(verdicts.size(), 2u);
  EXPECT_EQ(Short(verdicts[1]), "1: event-in-place");
}

// ---- lines ----

TEST(Traces, MaySkipLinesAndIndentAsTheyLike) {
  EXPECT_EQ(ShortOf("# a comment\r\n"
                    "\n"
                    "    r0 = node 1 del 0   # not r1\r\n"
                    ">new 0\n"
                    "\t> \t new 1# no\n"),
            "5: event-in-place");
  EXPECT_EQ(ShortOf("r0 = leaf\n      > new 0\n\n   # end\n"), "");
  EXPECT_EQ(ShortOf("r0 = leaf\n> new 0"), "") << "the last line needs no end";
}

TEST(Traces, WithOtherLinesAreErrors) {
  const struct {
    const char* text;
    const char* error;
  } cases[] = {
      {"r0 = leaf\n> new 0\n\nr0 = cheese\n", "line 4: "},
      {"> be gone\n", "line 1: \"be gone\" is not an event"},
      {"r0 = leaf\n>\n", "line 2: \"\" is not an event"},
      {"r0 = leaf\n> new -1\n", "line 2: \"new -1\" is not of the form `new I`"},
      {"r16 = leaf\n", "line 1: "},
      {"main:\n", "line 1: "},
      {"---\n----\n", "line 2: "},
  };
  for (const auto& c : cases) {
    std::vector<TraceVerdict> verdicts(3);
    const std::string error = JudgeTraces(c.text, kCPython26, &verdicts);
    EXPECT_EQ(error.substr(0, std::string(c.error).size()), c.error);
    EXPECT_GT(error.size(), std::string("line 1: ").size()) << c.text;
    EXPECT_EQ(verdicts.size(), 3u) << "an error appends nothing";
  }
}

TEST(Traces, BlameTheEventOrTheLastLineBeforeTheLack) {
  EXPECT_EQ(ShortOf("r0 = leaf\n> new 0\nr0 = none\n> free 0\n> free 0\n"), "5: free-once");
  EXPECT_EQ(ShortOf("r0 = leaf\n> new 0\nr0 = none\n\n# here\n\nr1 = leaf\n> new 1\n"),
            "3: free-at-once");
  EXPECT_EQ(ShortOf("r0 = leaf\n> new 0\nr0 = none\n\n"), "3: free-at-once");
  EXPECT_EQ(ShortOf("r0 = leaf\n> new 0\nr0 = none\n> free 0\n> free 0\n> free 1\nr0 = leaf\n"),
            "5: free-once")
      << "the first one counts";
}

// ---- what only traces have ----

TEST(Traces, MayHaveVoidOperations) {
  EXPECT_EQ(ShortOf("r0 = r1\n"
                    "r0.0 = r1\n"
                    "r0.0 = none\n"
                    "r0 = r1.3\n"
                    "r0 = r1()\n"
                    "r0 = weak r1\n"
                    "r0 = garbage 0\n"
                    "raise\n"
                    "r0 = self\n"
                    "r0 = leaf\n> new 0\n"
                    "r0.0 = r0\n"
                    "r1 = node 2\n> new 1\n"
                    "r1.2 = r0\n"
                    "r1 = r1()\n"),
            "");
  EXPECT_EQ(ShortOf("r0 = r1\n> got none\n"), "2: event-in-place");
  EXPECT_EQ(ShortOf("r0 = r1.0\n> got none\n"), "2: event-in-place");
  EXPECT_EQ(ShortOf("r0 = weak r1\n> new 0\n"), "2: event-in-place");
}

TEST(Traces, MayAssignOverFullRegisters) {
  const std::string births = "r0 = leaf\n> new 0\nr1 = node 1\n> new 1\n";
  EXPECT_EQ(ShortOf(births + "r0 = leaf\n> new 2\n> free 0\n"), "");
  EXPECT_EQ(ShortOf(births + "r0 = leaf\n> free 0\n> new 2\n"), "6: no-free-while-held");
  EXPECT_EQ(ShortOf(births + "r0 = leaf\n> new 2\n"), "6: free-at-once");
  EXPECT_EQ(ShortOf(births + "r0 = r1\n> free 0\n"), "");
  EXPECT_EQ(ShortOf(births + "r0 = r1\n"), "5: free-at-once");
  EXPECT_EQ(ShortOf(births + "r1.0 = r0\nr0 = r1.0\n> got 0\n"), "");
  EXPECT_EQ(ShortOf(births + "r1.0 = r0\nr0 = none\nr1 = r1.0\n> got 0\n> free 1\n"), "");
  EXPECT_EQ(ShortOf(births + "r1.0 = r0\nr0 = none\nr1 = r1.0\n> got 0\n> free 0\n"),
            "9: no-free-while-held");
  EXPECT_EQ(ShortOf(births + "r0 = r0\nr1 = r1\n"), "");
}

// ---- damage ----

TEST(Traces, WithDamagedStructureBreakALaw) {
  const std::string dying = "r0 = node 0 del 0\n> new 0\nr0 = none\n> finalize 0\n";
  const std::string collecting = "r0 = node 0\n> new 0\ncollect 2\n> collect 2\n";
  const struct {
    const char* name;
    std::string text;
    const char* verdict;
  } cases[] = {
      {"event before any operation", "> new 0\n", "1: event-in-place"},
      {"end without a script", "r0 = leaf\n> new 0\n> end 0\n", "3: event-in-place"},
      {"script that does not end", dying, "4: event-in-place"},
      {"script that does not end before the trace", dying + "---\n", "4: event-in-place"},
      {"event of the death within the script", dying + "> free 0\n> end 0\n", "5: event-in-place"},
      {"end of another script", dying + "> end 1\n", "5: event-in-place"},
      {"script that ends twice", dying + "> end 0\n> free 0\n> end 0\n", "7: event-in-place"},
      {"collection that does not end", collecting, "4: event-in-place"},
      {"operation inside a collection", collecting + "r0 = none\n> free 0\n", "4: event-in-place"},
      {"void operation inside a collection", collecting + "r0 = r3\n> done 0\n",
       "4: event-in-place"},
      {"collection that ends twice", collecting + "> done 0\n> done 0\n", "6: event-in-place"},
      {"end without a collection", "r0 = leaf\n> new 0\n> done 0\n", "3: event-in-place"},
      {"collection that was not asked for", "r0 = leaf\n> collect 0\n", "2: event-in-place"},
      {"collection that happens twice", collecting + "> done 0\n> collect 2\n> done 0\n",
       "6: event-in-place"},
      {"collection that does not happen", "collect 2\n", "1: event-in-place"},
      {"answer to nothing", "r0 = leaf\n> got 0\n", "2: event-in-place"},
      {"garbage outside of collections", "r0 = leaf\n> new 0\n> garbage 0\n", "3: event-in-place"},
      {"census that was not asked for", "r0 = node 0\n> new 0\n> tracked 0 0\n",
       "3: event-in-place"},
      {"script in a script that does not end",
       "r0 = node 0 del 0\n> new 0\nr1 = node 0 del 0\n> new 1\nr0 = none\n> finalize 0\n"
       "r1 = none\n> finalize 1\n> end 0\n> free 0\n",
       "9: event-in-place"},
  };
  for (const auto& c : cases) EXPECT_EQ(ShortOf(c.text), c.verdict) << c.name << "\n" << c.text;
}

TEST(Traces, WithStrangeNumbersBreakALaw) {
  EXPECT_EQ(ShortOf("r0 = leaf\n> new 2147483647\n"), "2: identity");
  EXPECT_EQ(ShortOf("r0 = leaf\n> new 0\nr0 = none\n> free 2147483647\n"), "4: free-once");
  EXPECT_EQ(ShortOf("census\n> tracked 2147483647 0\n"), "2: census-complete");
  EXPECT_EQ(ShortOf("collect 0\n> collect 0\n> done 2147483647\n"), "3: collection-count");
  EXPECT_EQ(ShortOf("r0 = node 1\n> new 0\nr1 = r0.0\n> got 2147483647\n"), "4: load");
  EXPECT_EQ(ShortOf("collect 0\n> collect 0\n> garbage 7\n"), "3: garbage-uncollectable");
  EXPECT_EQ(ShortOf("r0 = none\n> callback 2147483647\n"), "2: callback-when-cleared");
  EXPECT_EQ(ShortOf("r0 = none\n> finalize 2147483647\n"), "2: finalize-as-often");
}

// ---- length ----

TEST(Traces, MayBeLong) {
  constexpr int kNodes = 100'000;
  std::string text = "disable\n";
  for (int i = 0; i < kNodes; ++i) {
    text += fmt::format("r1 = node 1 del 0\n> new {}\n", i);
    if (i > 0) text += "r1.0 = r0\n";
    text += "r0 = r1\nr1 = none\n";
  }
  text += "r0 = none\n";
  for (int i = kNodes; i-- > 0;) text += fmt::format("> finalize {0}\n> end {0}\n> free {0}\n", i);
  EXPECT_EQ(ShortOf(text), "") << "a chain that dies at once";
  EXPECT_EQ(ShortOf(text.substr(0, text.rfind("> free"))),
            fmt::format("{}: free-at-once", 1 + 5 * kNodes - 1 + 1 + 3 * kNodes - 1));
}

TEST(Traces, MayNestDeeply) {
  // Each finalizer releases the next object.
  constexpr int kDepth = 10'000;
  std::string text = "disable\n";
  for (int i = 0; i < kDepth; ++i) {
    text += fmt::format("r1 = node 1 del 0\n> new {}\n", i);
    if (i > 0) text += "r1.0 = r0\n";
    text += "r0 = r1\nr1 = none\n";
  }
  text += "r0 = none\n";
  for (int i = kDepth; i-- > 0;) text += fmt::format("> finalize {}\nself.0 = none\n", i);
  std::string ends;
  for (int i = 0; i < kDepth; ++i) ends += fmt::format("> end {0}\n> free {0}\n", i);
  EXPECT_EQ(ShortOf(text + ends), "");
}

}  // namespace
}  // namespace ouro
