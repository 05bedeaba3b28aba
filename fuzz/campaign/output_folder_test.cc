// SPDX-License-Identifier: Apache-2.0

// The output folder of campaigns: a process may be killed between any two changes of the disk
// without a loss, and no content of a file makes a campaign give up.

#include "fuzz/campaign/output_folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <tuple>

#include "fuzz/campaign/stats_link.h"
#include "fuzz/campaign/worker_slot.h"
#include "fuzz/files.h"

namespace ouro {
namespace {

namespace fs = std::filesystem;

class OutputFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = fs::path(testing::TempDir()) / "folder-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    out_ = path;
  }
  void TearDown() override { fs::remove_all(out_); }

  std::string Path(const std::string& name) const { return (out_ / name).string(); }
  static std::string Read(const std::string& path) {
    std::string text;
    EXPECT_EQ(ReadText(path, &text), "");
    return text;
  }

  // A finding of that specimen with that many hits, and a line of its plot.
  void Fill(const std::string& specimen, uint64_t hits, double seconds) {
    OutputFolder folder;
    ASSERT_EQ(folder.Open(out_, specimen, 1), "");
    ASSERT_EQ(WriteText(Path("found/" + UniqueFileName(specimen) + ".gct"),
                        "# x\n# specimen: " + specimen + " (s), contract c\n# signature: sig\n" +
                            "r0 = leaf\n"),
              "");
    CampaignReport report;
    report.specimen = specimen;
    report.seconds = seconds;
    report.findings.push_back({.signature = "sig", .hits = hits});
    ASSERT_EQ(folder.Write(report), "");
    ASSERT_EQ(folder.Plot(report), "");
  }

  // Nothing of it is lost, and the links lead to it.
  void ExpectWhole(const std::string& specimen, uint64_t hits, int seconds) {
    OutputFolder folder;
    ASSERT_EQ(folder.Open(out_, specimen, 1), "");
    const std::vector<Finding> earlier = folder.Earlier();
    ASSERT_EQ(earlier.size(), 1u);
    EXPECT_EQ(earlier[0].hits, hits);
    EXPECT_NE(Read(Path("stats.json")).find("\"specimen\": \"" + specimen + "\""),
              std::string::npos);
    EXPECT_NE(Read(Path("plot_data")).find("\n" + std::to_string(seconds) + ", "),
              std::string::npos);
  }

  fs::path out_;
};

constexpr char kOne[] = "liar:load";
constexpr char kOther[] = "liar-load";  // the same, but for punctuation

TEST_F(OutputFolderTest, AChangeOfSpecimenLosesNothingAtAnyKill) {
  const size_t steps = StepsToLink(out_, kOther, 1).size();
  ASSERT_GE(steps, 6u);
  for (size_t killed = 0; killed <= steps; ++killed) {
    Fill(kOne, 14, 77);
    Fill(kOther, 15, 88);
    const auto change = StepsToLink(out_, kOne, 1);
    for (size_t i = 0; i < killed; ++i) ASSERT_EQ(change[i](), "");
    // Either specimen may be the next, then the other one.
    const bool first = killed % 2 == 0;
    ExpectWhole(first ? kOne : kOther, first ? 14 : 15, first ? 77 : 88);
    ExpectWhole(first ? kOther : kOne, first ? 15 : 14, first ? 88 : 77);
    fs::remove_all(out_);
  }
}

TEST_F(OutputFolderTest, PlainFilesOnTopAreTakenOverAtAnyKill) {
  const size_t steps = StepsToLink(out_, kOther, 1).size();
  for (size_t killed = 0; killed <= steps; ++killed) {
    Fill(kOther, 15, 88);
    Fill(kOne, 14, 77);
    for (const std::string name : {"stats.json", "plot_data"}) {
      const std::string text = Read(Path(name));  // as `cp -rL` or an older version leaves it
      fs::remove(fs::canonical(Path(name)));
      fs::remove(Path(name));
      ASSERT_EQ(WriteText(Path(name), text), "");
    }
    const auto change = StepsToLink(out_, kOther, 1);
    for (size_t i = 0; i < killed; ++i) ASSERT_EQ(change[i](), "");
    const bool first = killed % 2 == 0;
    ExpectWhole(first ? kOne : kOther, first ? 14 : 15, first ? 77 : 88);
    ExpectWhole(first ? kOther : kOne, first ? 15 : 14, first ? 88 : 77);
    fs::remove_all(out_);
  }
}

TEST_F(OutputFolderTest, ValuesOfOtherTypesAreIgnored) {
  Fill(kOne, 14, 77);
  const std::string truth = StatsLinkOf(out_, kOne, 1, "stats", ".json").target;
  for (const char* findings :
       {R"([{"signature": 1}])", R"([{"signature": null}])", R"([{"signature": []}])",
        R"([{"signature": "sig", "hits": "many"}])", R"([{"signature": "sig", "hits": null}])",
        R"([{"signature": "sig", "hits": -5}])", R"([{"signature": "sig", "hits": 1e300}])",
        R"([{"signature": "sig", "seconds": "x", "programs": [], "hits": {}}])", R"([1, null, []])",
        R"({"signature": "sig"})", "1", "null", "\"\""}) {
    for (const char* specimen : {R"("liar:load")", "1", "null", "[]"}) {
      const std::string text =
          std::string("{\"specimen\": ") + specimen + ", \"findings\": " + findings + "}";
      ASSERT_EQ(WriteText(truth, text), "");
      OutputFolder folder;
      ASSERT_EQ(folder.Open(out_, kOne, 1), "") << text;
      ASSERT_EQ(folder.Earlier().size(), 1u) << text;
      EXPECT_EQ(folder.Earlier()[0].hits, 1u) << text;
    }
  }
  for (const char* text : {"", "[]", "{", "1", "{\"findings\": [{}]}"}) {
    ASSERT_EQ(WriteText(truth, text), "");
    OutputFolder folder;
    ASSERT_EQ(folder.Open(out_, kOne, 1), "") << text;
    EXPECT_EQ(folder.Earlier()[0].hits, 1u) << text;
  }
}

TEST_F(OutputFolderTest, NamesThatBeginAlikeHaveTheirOwn) {
  const std::string longer(200, 'x');
  Fill("lib:" + longer + "a", 3, 5);
  Fill("lib:" + longer + "b", 4, 6);
  Fill(kOne, 14, 77);
  Fill(kOther, 15, 88);
  for (const auto& [name, hits, seconds] :
       {std::tuple{"lib:" + longer + "a", 3, 5}, {"lib:" + longer + "b", 4, 6}}) {
    ExpectWhole(name, static_cast<uint64_t>(hits), seconds);
  }
  ExpectWhole(kOne, 14, 77);
}

TEST_F(OutputFolderTest, WhatDeadCampaignsLeftAsideGoes) {
  Fill(kOne, 14, 77);
  const pid_t dead = fork();
  if (dead == 0) _exit(0);
  int status = 0;
  ASSERT_EQ(waitpid(dead, &status, 0), dead);
  const std::string gone = std::to_string(dead);
  const std::string alive = std::to_string(getppid());
  const std::string work = StatsLinkOf(out_, kOne, 1, "stats", ".json").target;
  const std::vector<std::string> bases = {Path("stats.json"), Path("corpus/1.gct"), work,
                                          Path("found/2.gct")};
  for (const std::string& base : bases) {
    for (const std::string& pid : {gone, alive, std::string("x")}) {
      ASSERT_EQ(WriteText(base + "." + pid + ".tmp", "x"), "");
    }
  }
  OutputFolder folder;
  ASSERT_EQ(folder.Open(out_, kOne, 1), "");
  for (const std::string& base : bases) {
    EXPECT_FALSE(fs::exists(base + "." + gone + ".tmp")) << base;
    EXPECT_TRUE(fs::exists(base + "." + alive + ".tmp")) << base;
    EXPECT_TRUE(fs::exists(base + ".x.tmp")) << base;
  }
}

TEST_F(OutputFolderTest, WhatCannotBeIsRefused) {
  EXPECT_NE(OutputFolder().Open("", kOne, 1), "");
  EXPECT_NE(OutputFolder().Open(Path("a,b"), kOne, 1).find("comma"), std::string::npos);
  EXPECT_FALSE(fs::exists(Path("a,b")));
  EXPECT_EQ(OutputFolder().Open(Path("@at"), kOne, 1), "");
}

TEST_F(OutputFolderTest, AFolderThatIsRemovedMeanwhileIsNoticed) {
  OutputFolder folder;
  ASSERT_EQ(folder.Open(out_, kOne, 1), "");
  ASSERT_EQ(folder.Write({}), "");
  fs::remove_all(out_);
  EXPECT_NE(folder.Write({}).find("was removed"), std::string::npos);
}

// A folder of version 0.1, in which the slots were desks, is taken over with its counts.
TEST_F(OutputFolderTest, SlotsOfAnOlderVersionAreTakenOver) {
  std::string work;
  {
    OutputFolder folder;
    ASSERT_EQ(folder.Open(out_, kOne, 1), "");
    folder.slots()[1].programs.store(1234);
    work = folder.work();
  }
  const std::string end = "-1-" + std::to_string(sizeof(WorkerSlot));
  ASSERT_TRUE(fs::exists(work + "/slots" + end));
  fs::rename(work + "/slots" + end, work + "/desks" + end);
  OutputFolder folder;
  ASSERT_EQ(folder.Open(out_, kOne, 1), "");
  EXPECT_EQ(folder.slots().Sum(&WorkerSlot::programs), 1234u);
  EXPECT_FALSE(fs::exists(work + "/desks" + end));
}

TEST_F(OutputFolderTest, APipeOnTopIsWrittenTo) {
  ASSERT_EQ(mkfifo(Path("plot_data").c_str(), 0600), 0);
  const int fd = open(Path("plot_data").c_str(), O_RDWR | O_NONBLOCK);
  Fill(kOne, 14, 77);
  char text[1000] = {};
  EXPECT_GT(read(fd, text, sizeof(text) - 1), 0);
  EXPECT_NE(std::string(text).find("\n77, "), std::string::npos) << text;
  close(fd);
}

}  // namespace
}  // namespace ouro
