// SPDX-License-Identifier: Apache-2.0

// Paces and their spread, the machine and its noise. How fast anything is, no test says.
//
// Place: beside fuzz/bench; ouro_power_test runs `ouro bench` itself.

#include <gtest/gtest.h>
#include <time.h>

#include <memory>
#include <string>

#include "collector/specimens.h"
#include "fuzz/bench/machine.h"
#include "fuzz/bench/pace.h"
#include "fuzz/campaign/engine.h"
#include "fuzz/testing/faulty_collector.h"
#include "fuzz/work_folder.h"
#include "model/collector.h"

namespace ouro {
namespace {

TEST(SpreadTest, IsOfTheOutermostAroundTheMiddle) {
  const Spread odd = SpreadOf({5, 1, 2});
  EXPECT_EQ(odd.median, 2);
  EXPECT_EQ(odd.least, 1);
  EXPECT_EQ(odd.most, 5);
  EXPECT_EQ(odd.width(), 2);
  EXPECT_EQ(SpreadOf({1, 2, 4, 9}).median, 3);
  EXPECT_EQ(SpreadOf({0}).width(), 0);
}

TEST(MachineTest, HasANameAndProcessors) {
  const Machine machine = ThisMachine();
  EXPECT_FALSE(machine.name.empty());
  EXPECT_GE(machine.processors, 1);
  EXPECT_GT(TimeArithmetic(), 0);
}

class PaceTest : public testing::Test {
 protected:
  PaceTest() { EXPECT_EQ(work_.Make("ouro-bench-test"), ""); }

  Pace Measure(const Specimen& specimen) {
    Pace pace;
    EXPECT_EQ(MeasurePace(specimen, {.seconds = 1, .work = work_.path(), .stop = {}}, &pace), "");
    return pace;
  }
  static Specimen Find(const std::string& name) {
    Specimen specimen;
    EXPECT_EQ(FindSpecimen(name, &specimen), "");
    return specimen;
  }

  WorkFolder work_;
};

TEST_F(PaceTest, CountsProgramsAndTheirOperations) {
  const Pace pace = Measure(Find("naive"));
  EXPECT_GT(pace.programs, 0);
  EXPECT_GT(pace.operations, pace.programs) << "a program has many operations";
}

// Time that the collector sleeps is none of the processor's, but of the clock's.
TEST_F(PaceTest, ASleepingCollectorIsSlowByTheClockAlone) {
  Specimen specimen = Find("naive");
  specimen.make = [make = specimen.make](Observer& observer) -> std::unique_ptr<Collector> {
    return std::make_unique<FaultyCollector>(
        make(observer), observer, [](const Op&, int, Observer&) {
          const timespec millisecond = {.tv_sec = 0, .tv_nsec = 1'000'000};
          nanosleep(&millisecond, nullptr);
        });
  };
  const double of_processor = Measure(specimen).operations;
  specimen.in_process = false;
  const double of_clock = Measure(specimen).operations;
  EXPECT_LE(of_clock, 1000);
  EXPECT_GT(of_processor, 2 * of_clock);
}

TEST_F(PaceTest, ADyingWorkerIsRestarted) {
  Specimen specimen = Find("naive");
  specimen.make = [make = specimen.make](Observer& observer) -> std::unique_ptr<Collector> {
    return std::make_unique<FaultyCollector>(make(observer), observer,
                                             [](const Op&, int programs, Observer&) {
                                               if (programs == 20) raise(SIGSEGV);
                                             });
  };
  EXPECT_GT(Measure(specimen).programs, 0);
}

TEST_F(PaceTest, LibFuzzerNeedsACollectorInThisProcess) {
  Specimen specimen = Find("naive");
  specimen.in_process = false;
  Pace pace;
  const std::string error = MeasurePace(
      specimen, {.engine = Engine::kLibFuzzer, .seconds = 1, .work = work_.path(), .stop = {}},
      &pace);
  EXPECT_NE(error.find("runs in another process"), std::string::npos) << error;
}

}  // namespace
}  // namespace ouro
