// Desks and messages: what is counted as new, what a file keeps, what goes through a pipe.

#include "fuzz/campaign/worker_slot.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
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
  // What is in the pipe.
  std::string Read() {
    char all[1 << 16];
    const ssize_t size = read(ends_[0], all, sizeof(all));
    return std::string(all, size > 0 ? static_cast<size_t>(size) : 0);
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
  std::string inbox = Read();
  Message heard;
  ASSERT_EQ(Hear(&inbox, &heard), Heard::kMessage);
  EXPECT_EQ(heard.kind, told.kind);
  EXPECT_EQ(heard.index, told.index);
  EXPECT_EQ(heard.program, told.program);
  EXPECT_EQ(heard.text, told.text);
  ASSERT_EQ(Hear(&inbox, &heard), Heard::kMessage);
  EXPECT_TRUE(heard.program.empty() && heard.text.empty());
  EXPECT_EQ(Hear(&inbox, &heard), Heard::kNothing);
}

TEST_F(PipeTest, ALongTextIsCut) {
  Message told;
  told.text.assign(100'000, 'x');
  ASSERT_TRUE(Tell(ends_[1], told));
  std::string inbox = Read();
  Message heard;
  ASSERT_EQ(Hear(&inbox, &heard), Heard::kMessage);
  EXPECT_GE(heard.text.size(), 200u);
  EXPECT_TRUE(told.text.starts_with(heard.text));
}

TEST_F(PipeTest, APartIsNoMessageYet) {
  Message told;
  told.text = "load at load in main";
  ASSERT_TRUE(Tell(ends_[1], told));
  const std::string whole = Read();
  for (size_t size = 0; size < whole.size(); ++size) {
    std::string inbox = whole.substr(0, size);
    Message heard;
    EXPECT_EQ(Hear(&inbox, &heard), Heard::kNothing) << size;
    EXPECT_EQ(inbox.size(), size);
  }
}

// Whatever a collector writes there, in the place of a message or into one, is none.
TEST_F(PipeTest, Nonsense) {
  Message told;
  told.program.assign(100, 5);
  told.text = "load at load in main";
  ASSERT_TRUE(Tell(ends_[1], told));
  const std::string whole = Read();
  std::vector<std::string> bad = {std::string(64, 'g'), std::string(5000, '\xff'),
                                  "garbage\n" + whole};
  for (size_t i = whole.size() - 120; i < whole.size(); ++i) {
    bad.push_back(whole);
    bad.back()[i] = static_cast<char>(bad.back()[i] ^ 1);
  }
  for (std::string& inbox : bad) {
    Message heard;
    EXPECT_EQ(Hear(&inbox, &heard), Heard::kNonsense);
    EXPECT_EQ(inbox, "");
  }
}

}  // namespace
}  // namespace ouro
