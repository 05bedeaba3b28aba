// SPDX-License-Identifier: Apache-2.0

// The text of CI summaries, and that text of a collector cannot leave its place in them.
//
// Place: beside the summary.

#include "fuzz/ouro/ci_summary.h"

#include <gtest/gtest.h>

#include <string>

namespace ouro {
namespace {

using Kind = CiOutcome::Kind;

CiOutcome Convicted(const std::string& cause) {
  return {.kind = Kind::kConvicted,
          .specimen = "lib:/gc.so",
          .name = cause,
          .file = "ouro-ci/found/one.gct",
          .line = 7,
          .rule = "load",
          .sentence = "lib:/gc.so broke the law load",
          .report = "the report\n",
          .accept = "like " + cause};
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(CiSummary, SaysWhatIsNewWhatIsKnownAndWhatToDo) {
  CiOutcome known = Convicted("load: store");
  known.kind = Kind::kKnown;
  known.accept = "";
  const CiSummary summary = {
      .specimen = "lib:/gc.so",
      .outcomes = {{.name = "programs", .sentence = "12 programs, 3 unlawful"},
                   known,
                   Convicted("load: node, store")},
      .mended = {"ouro-ci/mended/two.gct"}};
  EXPECT_EQ(summary.News(), 1u);
  EXPECT_EQ(Markdown(summary),
            "## Ouroboros: unlawful, 1 new\n\n"
            "`lib:/gc.so`: programs: 12 programs, 3 unlawful\n\n"
            "| | what | law | where |\n|---|---|---|---|\n"
            "| **new** | `load: node, store` | `load` | `ouro-ci/found/one.gct:7` |\n"
            "| known | `load: store` | `load` | `ouro-ci/found/one.gct:7` |\n\n"
            "Mended: `ouro-ci/mended/two.gct` is lawful now.\n\n"
            "<details><summary>lib:/gc.so broke the law load</summary>\n\n"
            "```text\nthe report\n```\n\n</details>\n\n"
            "To live with these for now, add to the file of `--known`:\n\n"
            "```text\nlike load: node, store\n```\n");
}

TEST(CiSummary, HasAHeadlineForEachEnd) {
  CiSummary summary = {.specimen = "naive", .outcomes = {{.name = "programs", .sentence = "12"}}};
  EXPECT_TRUE(Markdown(summary).starts_with("## Ouroboros: lawful\n"));
  CiOutcome known = Convicted("load");
  known.kind = Kind::kKnown;
  summary.outcomes.push_back(known);
  EXPECT_TRUE(Markdown(summary).starts_with("## Ouroboros: nothing new\n"));
  summary.interrupted = true;
  EXPECT_TRUE(Contains(Markdown(summary), "It was interrupted"));
}

// What a collector prints becomes a part of reports.
TEST(CiSummary, TextOfTheCollectorStaysInItsPlace) {
  CiOutcome hostile = Convicted("a | b\n`c`");
  hostile.report = "text\n```\n</details><script>\n";
  hostile.sentence = "</summary><b>";
  const std::string text = Markdown({.specimen = "lib:/`x`", .outcomes = {hostile}});
  EXPECT_TRUE(Contains(text, "| `` a \\| b `c` `` |")) << text;
  EXPECT_TRUE(Contains(text, "````text\ntext\n```\n</details><script>\n````")) << text;
  EXPECT_TRUE(Contains(text, "<summary>&lt;/summary&gt;&lt;b&gt;</summary>")) << text;
  EXPECT_TRUE(Contains(text, "`` lib:/`x` ``")) << text;
}

TEST(CiSummary, IsBounded) {
  CiSummary summary = {.specimen = "naive"};
  for (int i = 0; i < 2000; ++i) {
    CiOutcome outcome = Convicted("cause " + std::string(1000, 'x') + std::to_string(i));
    outcome.report = std::string(100000, 'r');
    summary.outcomes.push_back(outcome);
  }
  const std::string text = Markdown(summary);
  EXPECT_LE(text.size(), kMaxSummary);
  EXPECT_TRUE(Contains(text, "and 1800 more"));
}

}  // namespace
}  // namespace ouro
