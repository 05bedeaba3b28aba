// SPDX-License-Identifier: Apache-2.0

// Campaigns on collectors that crash, hang, exit, remember what they should forget, or are killed:
// what becomes a finding, under which signature, and that the campaign continues.

#include "fuzz/campaign/campaign.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <sstream>
#include <string>
#include <utility>

#include "collector/specimens.h"
#include "fuzz/testing/faulty_collector.h"
#include "model/collector.h"
#include "model/program.h"

namespace ouro {
namespace {

namespace fs = std::filesystem;

class CampaignTest : public testing::Test {
 protected:
  CampaignTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    out_ = fs::path(testing::TempDir()) / (std::string("campaign_") + test->name());
    fs::remove_all(out_);
    options_.seconds = 2;
    options_.workers = 2;
    options_.engines = {Engine::kRandom};  // libFuzzer's binary has no faulty collectors
    options_.shrink_seconds = 5;
    options_.out = out_.string();
  }
  ~CampaignTest() override { fs::remove_all(out_); }

  // Runs the campaign; what it prints goes to output_.
  int Run(const Fault& fault) { return Run(FaultySpecimen(fault)); }
  int Run(const Specimen& specimen) {
    testing::internal::CaptureStdout();
    const int code = RunCampaign(specimen, options_, &error_);
    output_ = testing::internal::GetCapturedStdout();
    return code;
  }

  // The texts of all findings that were filed.
  std::string Filed() const {
    std::ostringstream all;
    for (const auto& entry : fs::directory_iterator(out_ / "found")) {
      EXPECT_EQ(entry.path().extension(), ".gct");
      all << std::ifstream(entry.path()).rdbuf();
    }
    return all.str();
  }

  // How often `part` occurs in the output.
  int Times(const std::string& part) const {
    int times = 0;
    for (size_t at = 0; (at = output_.find(part, at)) != std::string::npos; ++at) ++times;
    return times;
  }

  // The hits of the finding whose signature matches; 0: none does.
  int Hits(const std::string& signature) const {
    std::smatch match;
    const std::regex line("\n  ([0-9]+) x .*\n    " + signature + ": [0-9]+ operation");
    return std::regex_search(output_, match, line) ? std::stoi(match[1]) : 0;
  }

  CampaignOptions options_;
  fs::path out_;
  std::string error_;
  std::string output_;
};

TEST_F(CampaignTest, Crash) {
  EXPECT_EQ(Run(CrashOnTrigger), 1) << output_;
  EXPECT_EQ(Times("s: crashed with signal 11 (Segmentation fault)\n"), 1)
      << "a known crash is investigated again\n"
      << output_;
  EXPECT_EQ(Times("    enable      # <- here\n  shrunk from "), 1) << output_;
  EXPECT_EQ(Times("faulty: UNLAWFUL after "), 1) << output_;
  EXPECT_GT(Hits("crashed with signal 11.*"), 1) << "it did not continue\n" << output_;
  EXPECT_TRUE(
      Filed().starts_with("# crashed with signal 11 (Segmentation fault)\n# specimen: faulty"))
      << Filed();
  EXPECT_TRUE(Filed().ends_with("\nenable\n")) << Filed();
}

// The last words are part of the signature; trace, words and place are filed.
TEST_F(CampaignTest, LastWords) {
  options_.stop_on_first = true;
  EXPECT_EQ(Run([](const Op& op, int, Observer&) {
              if (!Triggers(op)) return;
              signal(SIGABRT, SIG_DFL);
              std::fputs("hello\n\033[31mtoy.c:7: f: Assertion `n > 12' failed.\n", stderr);
              abort();
            }),
            1);
  const std::string filed = Filed();
  for (const std::string part :
       {"# crashed with signal 6 (Aborted): Assertion `n > 12' failed.\n",
        "\n# signature: crashed with signal 6 (Aborted): Assertion `n > N' failed.\n",
        "\n# trace up to its end:\n#   enable      # <- here\n",
        "\n# last words:\n#   hello\n#   ?[31mtoy.c:7: f: Assertion `n > 12' failed.\n",
        "\n# replay: "}) {
    EXPECT_NE(filed.find(part), std::string::npos) << part << "\n" << filed;
  }
  EXPECT_EQ(output_.find('\033'), std::string::npos) << "raw";
  EXPECT_EQ(Times("debug: gdb --args "), 1) << output_;
}

TEST_F(CampaignTest, ACrashHasFrames) {
  options_.stop_on_first = true;
  EXPECT_EQ(Run([](const Op& op, int, Observer&) {
              if (Triggers(op)) abort();
            }),
            1);
#if !__has_feature(address_sanitizer)
  EXPECT_NE(Filed().find("\n# frames:\n#   campaign_test"), std::string::npos) << Filed();
#endif
}

TEST_F(CampaignTest, Exit) {
  options_.stop_on_first = true;
  EXPECT_EQ(Run([](const Op& op, int, Observer&) {
              if (Triggers(op)) _exit(0);
            }),
            1);
  EXPECT_EQ(Times("faulty is broken: ended its process with exit status 0\n    enable      # <- "
                  "here\n  shrunk"),
            1)
      << output_;
}

TEST_F(CampaignTest, Hang) {
  options_.workers = 1;
  options_.seconds = 3;
  options_.hang_seconds = 1;
  options_.shrink_seconds = 1;
  EXPECT_EQ(Run([](const Op& op, int, Observer&) {
              while (Triggers(op)) pause();
            }),
            1);
  EXPECT_EQ(Times("s: hung at setting\n"), 1) << output_;
  EXPECT_EQ(Times("faulty is broken: hung for 1000 ms"), 2) << "before shrinking, after\n"
                                                            << output_;
  EXPECT_TRUE(Filed().starts_with("# hung for 1000 ms\n")) << Filed();
}

TEST_F(CampaignTest, StuckWhenTimeIsOver) {
  const fs::path once = out_ / "once";
  options_.workers = 1;
  options_.seconds = 2;
  options_.hang_seconds = 5;  // so that only the end of time finds it
  EXPECT_EQ(Run([once](const Op&, int, Observer&) {
              if (fs::exists(once)) return;
              std::ofstream(once).put('x');
              for (;;) pause();
            }),
            0);
  EXPECT_EQ(Times("; lawful when it is run again, so no finding"), 1) << output_;
}

// The replay takes longer than there is time: so the candidate is deferred and not a finding.
TEST_F(CampaignTest, StuckWhenThereIsNoTimeLeft) {
  options_.workers = 1;
  options_.seconds = 2;
  options_.hang_seconds = 1000;
  const auto begin = std::chrono::steady_clock::now();
  Fault fault = [](const Op&, int, Observer&) {
    for (;;) pause();
  };
  Specimen specimen = FaultySpecimen(fault);
  specimen.in_process = false;  // its limit is not shortened
  testing::internal::CaptureStdout();
  EXPECT_EQ(RunCampaign(specimen, options_, &error_), 0);
  output_ = testing::internal::GetCapturedStdout();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2 + kGraceSeconds + 5));
}

TEST_F(CampaignTest, BrokenInItsOwnWords) {
  options_.stop_on_first = true;
  EXPECT_EQ(Run([](const Op& op, int, Observer& observer) {
              if (Triggers(op)) observer.Broken("faulty has a cold after `" + Print(op) + "`");
            }),
            1);
  EXPECT_GE(Hits("faulty has a cold"), 1) << output_;
  EXPECT_EQ(Times("faulty is broken: faulty has a cold after `enable`\n"), 2) << output_;
}

// Lawful when it is run alone: the collector keeps something from one program to the next.
TEST_F(CampaignTest, ConvictionThatDoesNotRepeat) {
  options_.seconds = 5;  // three replays and another hit, on a busy machine
  EXPECT_EQ(Run([](const Op& op, int programs, Observer& observer) {
              if (programs > 3 && Triggers(op)) observer.On(Event::Got(kNone));
            }),
            1);
  EXPECT_GT(Hits("not repeatable: event-in-place at setting in main"), 1) << output_;
  EXPECT_EQ(Times("faulty did this, but is lawful in 3 runs of the program alone:\n"
                  "  event-in-place at setting in main\nthe program: "),
            1)
      << output_;
  EXPECT_NE(Filed().find("# not repeatable: event-in-place at setting in main\n"),
            std::string::npos)
      << Filed();
}

// What a process does after its collector has freed what is held is nobody's bug.
TEST_F(CampaignTest, WhatADamagedProcessDoesIsNotReported) {
  EXPECT_EQ(Run([](const Op& op, int, Observer& observer) {
              static int damaged = 0;  // programs since, of this process
              if (damaged > 0 && Triggers(op)) abort();
              if (op.code != OpCode::kCollect) return;
              ++damaged;
              observer.On(Event::Free(0));
              observer.On(Event::Free(0));
            }),
            1);
  EXPECT_NE(output_.find("x free-once"), std::string::npos) << output_;
  EXPECT_EQ(output_.find("crashed"), std::string::npos) << output_;
}

TEST_F(CampaignTest, CrashThatDoesNotRepeat) {
  options_.stop_on_first = true;
  EXPECT_EQ(Run([](const Op& op, int programs, Observer&) {
              if (programs > 3 && Triggers(op)) abort();
            }),
            1);
  EXPECT_EQ(Hits("not repeatable: crashed with signal 6 .*"), 1) << output_;
}

// SIGKILL may come from outside, so it is the collector's fault only if it repeats.
TEST_F(CampaignTest, KilledOnce) {
  const fs::path once = out_ / "once";
  EXPECT_EQ(Run([once](const Op& op, int, Observer&) {
              // O_EXCL: of two workers that come here at once, one is killed.
              if (!Triggers(op) || open(once.c_str(), O_CREAT | O_EXCL, 0600) < 0) return;
              raise(SIGKILL);
            }),
            0);
  EXPECT_EQ(Times("with signal 9 (Killed); lawful when it is run again, so no finding\n"), 1)
      << output_;
  EXPECT_EQ(Times("faulty: lawful after "), 1) << output_;
  EXPECT_EQ(Times("  not reproduced: 1 worker died or hung in a program"), 1) << output_;
  EXPECT_TRUE(fs::is_empty(out_ / "found"));
}

TEST_F(CampaignTest, KilledEachTime) {
  options_.stop_on_first = true;
  EXPECT_EQ(Run([](const Op& op, int, Observer&) {
              if (Triggers(op)) raise(SIGKILL);
            }),
            1);
  EXPECT_EQ(
      Times(
          "faulty is broken: crashed with signal 9 (Killed)\n    enable      # <- here\n  shrunk"),
      1)
      << output_;
}

// Lawful in all that it reports: that something is wrong in it, a look inside alone shows.
class UnsoundInside : public FaultyCollector {
 public:
  UnsoundInside(std::unique_ptr<Collector> inner, Observer& observer)
      : FaultyCollector(std::move(inner), observer, [](const Op&, int, Observer&) {}) {}
  void Execute(const Op& op) override {
    sound_ = sound_ && !Triggers(op);
    FaultyCollector::Execute(op);
  }
  std::string Verify() const override { return sound_ ? "" : "a count is off"; }
  void Reset() override {
    sound_ = true;
    FaultyCollector::Reset();
  }

 private:
  bool sound_ = true;
};

TEST_F(CampaignTest, WhatOnlyALookInsideShows) {
  Specimen specimen = FaultySpecimen([](const Op&, int, Observer&) {});
  Specimen naive;
  ASSERT_EQ(FindSpecimen("naive", &naive), "");
  specimen.make = [naive](Observer& observer) -> std::unique_ptr<Collector> {
    return std::make_unique<UnsoundInside>(naive.make(observer), observer);
  };
  options_.seconds = 6;  // shrinking looks inside after each operation: on a busy machine, too
  options_.stop_on_first = true;
  EXPECT_EQ(Run(specimen), 1) << output_;
  const std::string filed = Filed();
  for (const std::string part :
       {"# it reports itself inconsistent after `enable`: a count is off\n",
        "\n# signature: it reports itself inconsistent\n", "\n# stability: 3/3\n", " run --verify ",
        "\nenable\n"}) {
    EXPECT_NE(filed.find(part), std::string::npos) << part << "\n" << filed;
  }
}

TEST_F(CampaignTest, DeadFromBirth) {
  EXPECT_EQ(Run([](const Op&, int, Observer&) { _exit(3); }), 1);
  EXPECT_EQ(Times("  shrunk from "), 1) << output_;
  EXPECT_GT(Hits("ended its process with exit status 3"), 1) << output_;
}

TEST_F(CampaignTest, CannotWrite) {
  std::ofstream(out_).put('x');  // a file in place of the folder
  EXPECT_EQ(Run([](const Op&, int, Observer&) {}), 2);
  EXPECT_NE(error_.find("Not a directory"), std::string::npos) << error_;
  EXPECT_EQ(output_, "");
}

TEST_F(CampaignTest, ASmallerProgramTakesThePlaceOfALargerOne) {
  options_.shrink_seconds = 0;
  options_.stop_on_first = true;
  ASSERT_EQ(Run(CrashOnTrigger), 1) << output_;
  const std::string before = Filed();
  options_.operations = 5;
  options_.seed = 7;
  options_.stop_on_first = false;
  ASSERT_EQ(Run(CrashOnTrigger), 1) << output_;
  EXPECT_GE(Times("crashed with signal 11 (Segmentation fault); known, in a larger program\n"), 1)
      << output_;
  const std::string after = Filed();
  EXPECT_LT(after.size(), before.size());
  EXPECT_EQ(after.find("\nmain:", after.find("\nmain:") + 1), std::string::npos) << after;
  EXPECT_GT(Hits("crashed with signal 11.*"), 1) << output_;
}

TEST_F(CampaignTest, AFullDiskEndsIt) {
  fs::create_directories(out_);
  fs::create_symlink("/dev/full", out_ / "plot_data");
  options_.seconds = 1000;
  EXPECT_EQ(Run([](const Op&, int, Observer&) {}), 2) << output_;
  EXPECT_NE(error_.find("plot_data: No space left on device"), std::string::npos) << error_;
}

}  // namespace
}  // namespace ouro
