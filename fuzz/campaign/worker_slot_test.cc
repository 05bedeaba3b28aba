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

class WorkerSlotsTest : public testing::Test {
 protected:
  ~WorkerSlotsTest() override { std::filesystem::remove(path_); }
  const std::string path_ =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(WorkerSlotsTest, KeepsAndGrows) {
  {
    WorkerSlots slots;
    ASSERT_EQ(slots.Open(path_, 2), "");
    slots[1].programs.store(7);
    slots[1].features[3] = 1;
  }
  WorkerSlots slots;
  ASSERT_EQ(slots.Open(path_, 4), "");
  EXPECT_EQ(slots.size(), 4u);
  slots[3].programs.store(1);
  slots[3].features[3] = 2;
  EXPECT_EQ(slots.Sum(&WorkerSlot::programs), 8u);
  EXPECT_EQ(slots.AllReached().features, 1u);
  WorkerSlots fewer;
  ASSERT_EQ(fewer.Open(path_, 1), "");
  EXPECT_EQ(fewer.size(), 4u) << "what earlier workers did still counts";
}

TEST_F(WorkerSlotsTest, NoFolder) {
  WorkerSlots slots;
  EXPECT_EQ(slots.Open("/nowhere/slots", 1), "/nowhere/slots: No such file or directory");
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
  Message sent;
  sent.kind = Message::Kind::kConvicted;
  sent.index = 12;
  sent.program.assign(kProgramBytes, 5);
  sent.text = "free-once at store in main";
  ASSERT_TRUE(Send(ends_[1], sent));
  ASSERT_TRUE(Send(ends_[1], Message{}));
  std::string inbox = Read();
  Message received;
  ASSERT_EQ(Receive(&inbox, &received), ReceiveResult::kMessage);
  EXPECT_EQ(received.kind, sent.kind);
  EXPECT_EQ(received.index, sent.index);
  EXPECT_EQ(received.program, sent.program);
  EXPECT_EQ(received.text, sent.text);
  ASSERT_EQ(Receive(&inbox, &received), ReceiveResult::kMessage);
  EXPECT_TRUE(received.program.empty() && received.text.empty());
  EXPECT_EQ(Receive(&inbox, &received), ReceiveResult::kNone);
}

TEST_F(PipeTest, ALongTextIsCut) {
  Message sent;
  sent.text.assign(100'000, 'x');
  ASSERT_TRUE(Send(ends_[1], sent));
  std::string inbox = Read();
  Message received;
  ASSERT_EQ(Receive(&inbox, &received), ReceiveResult::kMessage);
  EXPECT_GE(received.text.size(), 200u);
  EXPECT_TRUE(sent.text.starts_with(received.text));
}

TEST_F(PipeTest, APartIsNoMessageYet) {
  Message sent;
  sent.text = "load at load in main";
  ASSERT_TRUE(Send(ends_[1], sent));
  const std::string whole = Read();
  for (size_t size = 0; size < whole.size(); ++size) {
    std::string inbox = whole.substr(0, size);
    Message received;
    EXPECT_EQ(Receive(&inbox, &received), ReceiveResult::kNone) << size;
    EXPECT_EQ(inbox.size(), size);
  }
}

// Whatever a collector writes there, in the place of a message or into one, is none.
TEST_F(PipeTest, Nonsense) {
  Message sent;
  sent.program.assign(100, 5);
  sent.text = "load at load in main";
  ASSERT_TRUE(Send(ends_[1], sent));
  const std::string whole = Read();
  std::vector<std::string> bad = {std::string(64, 'g'), std::string(5000, '\xff'),
                                  "garbage\n" + whole};
  for (size_t i = whole.size() - 120; i < whole.size(); ++i) {
    bad.push_back(whole);
    bad.back()[i] = static_cast<char>(bad.back()[i] ^ 1);
  }
  for (std::string& inbox : bad) {
    Message received;
    EXPECT_EQ(Receive(&inbox, &received), ReceiveResult::kMalformed);
    EXPECT_EQ(inbox, "");
  }
}

}  // namespace
}  // namespace ouro
