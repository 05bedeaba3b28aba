// SPDX-License-Identifier: Apache-2.0

// Worker slots: what a file keeps from one supervisor to the next.

#include "fuzz/campaign/worker_slot.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace ouro {
namespace {

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
  EXPECT_EQ(slots.MergedCoverage().features, 1u);
  WorkerSlots fewer;
  ASSERT_EQ(fewer.Open(path_, 1), "");
  EXPECT_EQ(fewer.size(), 4u) << "counts of earlier workers stay";
}

TEST_F(WorkerSlotsTest, NoFolder) {
  WorkerSlots slots;
  EXPECT_EQ(slots.Open("/nowhere/slots", 1), "/nowhere/slots: No such file or directory");
}

}  // namespace
}  // namespace ouro
