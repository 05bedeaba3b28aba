// SPDX-License-Identifier: Apache-2.0

// Channels: messages arrive as they were sent, and nothing else does.

#include "fuzz/campaign/channel.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace ouro {
namespace {

class ChannelTest : public testing::Test {
 protected:
  ChannelTest() { EXPECT_EQ(pipe(ends_), 0); }
  ~ChannelTest() override {
    close(ends_[0]);
    close(ends_[1]);
  }
  // All bytes in the pipe.
  std::string Read() {
    char all[1 << 16];
    const ssize_t size = read(ends_[0], all, sizeof(all));
    return std::string(all, size > 0 ? static_cast<size_t>(size) : 0);
  }

  int ends_[2];
};

TEST_F(ChannelTest, Messages) {
  Message sent;
  sent.kind = Message::Kind::kConvicted;
  sent.index = 12;
  sent.program.assign(kMaxProgramBytes, 5);
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

TEST_F(ChannelTest, LongTextsAreCut) {
  Message sent;
  sent.text.assign(100'000, 'x');
  ASSERT_TRUE(Send(ends_[1], sent));
  std::string inbox = Read();
  Message received;
  ASSERT_EQ(Receive(&inbox, &received), ReceiveResult::kMessage);
  EXPECT_GE(received.text.size(), 200u);
  EXPECT_TRUE(sent.text.starts_with(received.text));
}

TEST_F(ChannelTest, PartOfAMessageIsNoMessageYet) {
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

// In place of a message, before one, or into one.
TEST_F(ChannelTest, WhatACollectorWritesIsMalformed) {
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
