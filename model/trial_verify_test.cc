// SPDX-License-Identifier: Apache-2.0

// When trials ask a collector whether it finds itself sound, and make it anew.

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/testing/counting_collector.h"
#include "model/trial.h"

namespace ouro {
namespace {

using Verify = Limits::Verify;

// Counts how often it is asked, and finds itself unsound from a leaf in r1 to one in r2.
class Asked : public CountingCollector {
 public:
  Asked(Observer& observer, int* asked) : CountingCollector(observer), asked_(*asked) {}
  void Execute(const Op& op) override {
    CountingCollector::Execute(op);
    if (op.code == OpCode::kLeaf && op.dest == 1) ++balance_;
    if (op.code == OpCode::kLeaf && op.dest == 2) --balance_;
  }
  void Reset() override {
    balance_ = 0;
    CountingCollector::Reset();
  }
  std::string Verify() const override {
    ++asked_;
    return balance_ == 0 ? "" : "the balance is off";
  }

 private:
  int& asked_;
  int balance_ = 0;
};

class TrialVerify : public testing::Test {
 protected:
  TrialVerify() {
    specimen_ = SpecimenOf<CountingCollector>();
    specimen_.make = [this](Observer& observer) {
      ++made_;
      return std::make_unique<Asked>(observer, &asked_);
    };
  }

  Verdict Run(Trial& trial, const std::string& text) {
    std::vector<Program> programs;
    EXPECT_EQ(Parse(text, &programs), "");
    asked_ = 0;
    return trial.Run(programs.at(0));
  }

  Specimen specimen_;
  int asked_ = 0;
  int made_ = 0;
};

constexpr char kOff[] = "r0 = leaf\nr1 = leaf\nr3 = leaf\n";
constexpr char kOffForAWhile[] = "r0 = leaf\nr1 = leaf\nr2 = leaf\n";

TEST_F(TrialVerify, NeverUnlessItIsAskedFor) {
  Trial trial(specimen_);
  EXPECT_TRUE(Run(trial, kOff).lawful());
  EXPECT_EQ(asked_, 0);
}

TEST_F(TrialVerify, AfterTheProgram) {
  Trial trial(specimen_, {.verify = Verify::kAfterProgram});
  EXPECT_TRUE(Run(trial, kOffForAWhile).lawful());
  EXPECT_EQ(asked_, 1);
  const Verdict verdict = Run(trial, kOff);
  EXPECT_EQ(verdict.trouble,
            "it reports itself inconsistent after `r3 = leaf`: the balance is off");
  EXPECT_EQ(verdict.signature(), kInconsistentSign);
}

TEST_F(TrialVerify, AfterEachOperation) {
  Trial trial(specimen_, {.verify = Verify::kAfterOperations});
  EXPECT_EQ(Run(trial, kOffForAWhile).trouble,
            "it reports itself inconsistent after `r1 = leaf`: the balance is off");
  EXPECT_EQ(asked_, 2);
}

TEST_F(TrialVerify, IsChangedFromProgramToProgram) {
  Trial trial(specimen_);
  trial.SetVerify(Verify::kAfterOperations);
  EXPECT_FALSE(Run(trial, kOffForAWhile).lawful());
  trial.SetVerify(Verify::kAfterProgram);
  EXPECT_TRUE(Run(trial, kOffForAWhile).lawful());
  trial.SetVerify(Verify::kNever);
  EXPECT_TRUE(Run(trial, kOff).lawful());
}

TEST_F(TrialVerify, ACollectorIsMadeAnewOnRequest) {
  Trial trial(specimen_);
  Run(trial, "r0 = leaf\n");
  Run(trial, "r0 = leaf\n");
  EXPECT_EQ(made_, 1);
  trial.Renew();
  EXPECT_EQ(made_, 1);
  EXPECT_TRUE(Run(trial, "r0 = leaf\n").lawful());
  EXPECT_EQ(made_, 2);
}

}  // namespace
}  // namespace ouro
