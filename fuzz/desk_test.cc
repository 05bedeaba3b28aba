// Desks and messages: what is counted as new, what a file keeps, what goes through a pipe.

#include "fuzz/desk.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

namespace ouro {
namespace {

using Bytes = std::array<uint8_t, 16>;

TEST(MergeTest, ANewMagnitudeIsNew) {
  Bytes reached = {};
  EXPECT_FALSE(Merge(Bytes{}.data(), 16, reached.data()));
  EXPECT_TRUE(Merge(Bytes{0, 4}.data(), 16, reached.data()));
  EXPECT_FALSE(Merge(Bytes{0, 7}.data(), 16, reached.data())) << "4 to 7 are one magnitude";
  EXPECT_TRUE(Merge(Bytes{0, 8}.data(), 16, reached.data()));
  EXPECT_TRUE(Merge(Bytes{0, 1}.data(), 16, reached.data())) << "fewer are new, too";
  EXPECT_EQ(CountReached(reached.data(), 16), 1u);
}

TEST(MergeTest, EachCountHasAMagnitude) {
  for (int count = 1; count < 256; ++count) {
    Bytes reached = {};
    EXPECT_TRUE(Merge(Bytes{static_cast<uint8_t>(count)}.data(), 16, reached.data())) << count;
  }
}

class DeskFileTest : public testing::Test {
 protected:
  ~DeskFileTest() override { std::filesystem::remove(path_); }
  const std::string path_ =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(DeskFileTest, KeepsAndGrows) {
  {
    DeskFile desks;
    ASSERT_EQ(desks.Open(path_, 2), "");
    desks[1].programs.store(7);
    desks[1].features[3] = 1;
  }
  DeskFile desks;
  ASSERT_EQ(desks.Open(path_, 4), "");
  EXPECT_EQ(desks.size(), 4u);
  desks[3].programs.store(1);
  desks[3].features[3] = 2;
  EXPECT_EQ(desks.Sum(&Desk::programs), 8u);
  EXPECT_EQ(desks.AllReached().features, 1u);
  DeskFile fewer;
  ASSERT_EQ(fewer.Open(path_, 1), "");
  EXPECT_EQ(fewer.size(), 4u) << "what earlier workers did still counts";
}

TEST_F(DeskFileTest, NoFolder) {
  DeskFile desks;
  EXPECT_EQ(desks.Open("/nowhere/desks", 1), "/nowhere/desks: No such file or directory");
}

class PipeTest : public testing::Test {
 protected:
  PipeTest() { EXPECT_EQ(pipe(ends_), 0); }
  ~PipeTest() override {
    close(ends_[0]);
    close(ends_[1]);
  }
  int ends_[2];
};

TEST_F(PipeTest, Messages) {
  Message told;
  told.kind = Message::Kind::kConvicted;
  told.index = 12;
  told.program.assign(kProgramBytes, 5);
  told.text = "free-once at store in main";
  ASSERT_TRUE(Tell(ends_[1], told));
  ASSERT_TRUE(Tell(ends_[1], Message{}));
  Message heard;
  ASSERT_TRUE(Hear(ends_[0], &heard));
  EXPECT_EQ(heard.kind, told.kind);
  EXPECT_EQ(heard.index, told.index);
  EXPECT_EQ(heard.program, told.program);
  EXPECT_EQ(heard.text, told.text);
  ASSERT_TRUE(Hear(ends_[0], &heard));
  EXPECT_TRUE(heard.program.empty() && heard.text.empty());
  close(ends_[1]);
  ends_[1] = dup(ends_[0]);
  EXPECT_FALSE(Hear(ends_[0], &heard)) << "nobody will tell any more";
}

TEST_F(PipeTest, ALongTextIsCut) {
  Message told;
  told.text.assign(100'000, 'x');
  ASSERT_TRUE(Tell(ends_[1], told));
  Message heard;
  ASSERT_TRUE(Hear(ends_[0], &heard));
  EXPECT_GE(heard.text.size(), 200u);
  EXPECT_TRUE(told.text.starts_with(heard.text));
}

}  // namespace
}  // namespace ouro
