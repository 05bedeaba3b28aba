// SPDX-License-Identifier: Apache-2.0

// Reports: what a reader of a failure sees. Some reports are golden, word by word; all of them must
// contain what a reader needs.
//
// To rewrite the golden reports: REGENERATE=1 bazel run //properties:report_test

#include <gtest/gtest.h>

#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "corpus/corpus.h"
#include "model/judge/law.h"
#include "model/trial.h"

namespace ouro {
namespace {

constexpr size_t kColumns = 120;  // the longest readable line

// The laws with golden reports: one for each way in which a report is composed.
const char* const kGolden[] = {
    "no-free-while-held",    "finalize-at-once", "callback-order",      "dereference",
    "garbage-uncollectable", "trash-freed",      "collection-schedule", "no-nested-collection",
    "census-complete",       "event-in-place",
};

struct Conviction {
  Specimen specimen;
  Verdict verdict;
  std::string transcript;

  std::string Text() const { return Report(specimen, verdict, transcript); }
};

// The liar of that law, convicted by the program of the corpus.
Conviction Convict(const std::string& law) {
  Conviction conviction;
  EXPECT_EQ(FindSpecimen("liar:" + law, &conviction.specimen), "");
  const CorpusFile file = ReadCorpusFile("laws", law);
  conviction.verdict = Trial(conviction.specimen).Run(file.programs[0], &conviction.transcript);
  EXPECT_TRUE(conviction.verdict.violation) << law;
  return conviction;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(ReportTest, EqualsItsGoldenText) {
  NamedTexts reports;
  for (const char* law : kGolden) reports.emplace_back(law, Convict(law).Text());
  ExpectGolden("reports.txt", reports, "//properties:report_test");
}

TEST(ReportTest, IsTheSameEachTime) {
  for (const char* law : kGolden) EXPECT_EQ(Convict(law).Text(), Convict(law).Text());
}

class EveryReport : public testing::TestWithParam<std::string> {
 protected:
  const Conviction conviction_ = Convict(GetParam());
  const std::vector<std::string> lines_ = Lines(conviction_.Text());
};

TEST_P(EveryReport, NamesTheCulpritAndTheLawAndSaysWhatHappened) {
  ASSERT_GE(lines_.size(), 5u);
  EXPECT_EQ(lines_[0], "liar:" + GetParam() + " broke the law " + GetParam());
  EXPECT_EQ(lines_[1], "  " + conviction_.verdict.violation->what);
  EXPECT_NE(lines_[1].find(' ', 2), std::string::npos) << "not a sentence: " << lines_[1];
  EXPECT_EQ(lines_.back(), std::string("  the law: ") + Sentence(*FindLaw(GetParam())));
  for (const std::string& line : lines_) EXPECT_LE(line.size(), kColumns) << line;
}

TEST_P(EveryReport, ShowsTheTranscriptUpToTheCulprit) {
  const std::vector<std::string> transcript = Lines(conviction_.transcript);
  ASSERT_EQ(lines_.size(), transcript.size() + 4);
  for (size_t i = 0; i < transcript.size(); ++i) EXPECT_EQ(lines_[i + 2], "    " + transcript[i]);
  const std::string mark = "      # <- here";
  for (const std::string& line : transcript) {
    const bool marked = line.size() > mark.size() &&
                        line.compare(line.size() - mark.size(), mark.size(), mark) == 0;
    EXPECT_EQ(marked, &line == &transcript.back()) << line;
  }
}

TEST_P(EveryReport, SaysWhatWouldHaveBeenLawful) {
  ASSERT_GE(lines_.size(), 2u);
  const std::string& line = lines_[lines_.size() - 2];
  const std::string lawful = "  lawful here: ";
  ASSERT_EQ(line.compare(0, lawful.size(), lawful), 0) << line;
  EXPECT_GT(line.size(), lawful.size());
  // The event that the liar reported is not among those that it should have.
  const std::string culprit = Lines(conviction_.transcript).back();
  const size_t event = culprit.find("> ");
  if (event == std::string::npos) return;
  const std::string reported = culprit.substr(event + 2, culprit.find("  #") - event - 2);
  for (const std::string& other : {", " + reported + ",", ": " + reported + ","}) {
    EXPECT_EQ((line + ",").find(other), std::string::npos) << line;
  }
}

std::vector<std::string> LawNames() {
  std::vector<std::string> names;
  for (int i = 0; i < kLaws; ++i) names.push_back(Name(static_cast<Law>(i)));
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, EveryReport, testing::ValuesIn(LawNames()), [](const auto& info) {
  std::string name = info.param;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

}  // namespace
}  // namespace ouro
