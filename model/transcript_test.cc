// SPDX-License-Identifier: Apache-2.0

// Transcripts are read and printed; comments, blank lines and a missing last newline do not matter.

#include "model/transcript.h"

#include <gtest/gtest.h>

#include <string>

namespace ouro {
namespace {

TEST(TranscriptTest, IsWhatATrialWrote) {
  const std::string trace =
      "r0 = node 0 del 0\n> new 0\nr0 = none\n> finalize 0\n  r1 = self\n> end 0\n";
  EXPECT_EQ(Print(ReadTranscript(trace)), trace);
  EXPECT_EQ(ReadTranscript(trace).at(4).indent, 2u);
}

TEST(TranscriptTest, LeavesOutBlankLinesAndComments) {
  EXPECT_EQ(Print(ReadTranscript("\n# void: r0 = r1 (r1 is empty)\nr0 = leaf\n   \n  # void\n"
                                 "> new 0      # <- here\n")),
            "r0 = leaf\n> new 0\n");
}

TEST(TranscriptTest, NeedsNoLastNewline) {
  EXPECT_EQ(Print(ReadTranscript("r0 = leaf\n> new 0")), "r0 = leaf\n> new 0\n");
  EXPECT_EQ(Print(ReadTranscript("r0 = leaf\n  ")), "r0 = leaf\n");
  EXPECT_TRUE(ReadTranscript("").empty());
}

TEST(TranscriptTest, HasLinesOfEachKind) {
  using Kind = TranscriptLine::Kind;
  struct Wanted {
    Kind kind;
    size_t indent;
    const char* text;
  };
  TranscriptReader reader("r0 = leaf \r\n\t>  new 0 # <- here\n\n  # = x\n---\n>\n");
  for (const Wanted& wanted : {Wanted{Kind::kOperation, 0, "r0 = leaf"},
                               {Kind::kEvent, 1, "new 0"},
                               {Kind::kBlank, 0, ""},
                               {Kind::kComment, 2, "# = x"},
                               {Kind::kSeparator, 0, "---"},
                               {Kind::kEvent, 0, ""}}) {
    TranscriptLine line;
    ASSERT_TRUE(reader.Next(&line));
    EXPECT_EQ(line.kind, wanted.kind) << line.number;
    EXPECT_EQ(line.indent, wanted.indent) << line.number;
    EXPECT_EQ(line.text, wanted.text) << line.number;
  }
  TranscriptLine line;
  EXPECT_FALSE(reader.Next(&line));
}

}  // namespace
}  // namespace ouro
