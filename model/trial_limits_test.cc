// SPDX-License-Identifier: Apache-2.0

// What trials do not execute, as their transcripts say: scripts beyond their bounds, and void
// operations. How many events they accept, and what counts as the collector's time.

#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/testing/counting_collector.h"
#include "model/trace.h"
#include "model/trial.h"

namespace ouro {
namespace {

Program Parsed(const std::string& text) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "") << text;
  EXPECT_EQ(programs.size(), 1u) << text;
  return programs.empty() ? Program() : programs.front();
}

// The transcript, which is a lawful trace, comments included.
std::string TranscriptOf(const Specimen& specimen, const std::string& program, Limits limits = {}) {
  std::string transcript;
  EXPECT_TRUE(Trial(specimen, limits).Run(Parsed(program), &transcript).lawful());
  std::vector<TraceVerdict> verdicts;
  EXPECT_EQ(JudgeTraces(transcript + "---\n", *specimen.contract, &verdicts), "");
  EXPECT_TRUE(verdicts.size() == 1 && !verdicts[0].violation) << transcript;
  return transcript;
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

constexpr const char* kEndless =
    "def 0:\n"
    "  r1 = node 0 del 0\n"
    "  r1 = none\n"
    "main:\n"
    "  r1 = node 0 del 0\n"
    "  r1 = none\n"
    "  r2 = leaf\n"
    "  r2 = none\n";

TEST(TrialLimits, RunsScriptsEmptyPastTheDepth) {
  for (const int depth : {0, 1, 3, 12}) {
    const std::string transcript = TranscriptOf(SpecimenOf<CountingCollector>(), kEndless,
                                                {.operations = 1000, .depth = depth});
    EXPECT_EQ(Count(transcript, "> finalize"), static_cast<size_t>(depth) + 1) << transcript;
    EXPECT_EQ(Count(transcript, "r1 = none"), static_cast<size_t>(depth) + 1) << transcript;
    EXPECT_EQ(Count(transcript, "> free"), static_cast<size_t>(depth) + 2) << transcript;
    EXPECT_EQ(Count(transcript, "r2 = none"), 1u) << "main goes on";
  }
}

TEST(TrialLimits, LetsAsManyObjectsLiveAsTheSpecimenMay) {
  Specimen specimen = SpecimenOf<CountingCollector>();
  specimen.living = 3;
  const std::string transcript = TranscriptOf(specimen,
                                              "def 0:\n"
                                              "  census\n"
                                              "main:\n"
                                              "r0 = chain 9\n"
                                              "r1 = leaf\n"
                                              "r0 = none\n"
                                              "r1 = leaf\n");
  EXPECT_EQ(Count(transcript, "> new"), 4u) << transcript;
  EXPECT_EQ(Count(transcript, "# void: r1 = leaf (3 objects live, and no more may)"), 1u);
  EXPECT_EQ(Count(transcript, "> free"), 3u) << transcript;
  EXPECT_EQ(Count(TranscriptOf(specimen, "r0 = chain 9\n"), "> new"), 9u) << "nothing can see it";
}

TEST(TrialLimits, RunsScriptsEmptyPastTheOperations) {
  for (const int operations : {1, 2, 3, 4, 7}) {
    const Limits limits = {.operations = operations, .times = 0, .depth = 40};
    const std::string transcript = TranscriptOf(SpecimenOf<CountingCollector>(), kEndless, limits);
    EXPECT_EQ(Count(transcript, "r2 = none"), 1u) << "main goes on";
    const Verdict verdict = Try(Parsed(kEndless), SpecimenOf<CountingCollector>(), limits);
    EXPECT_TRUE(verdict.lawful());
    // And four of main, which do not count; at the limit, no further script begins.
    EXPECT_EQ(verdict.operations, operations + 4);
    EXPECT_EQ(Count(transcript, "# scripts run empty from here on: they have executed " +
                                    std::to_string(operations) + " operations\n"),
              1u)
        << transcript;
  }
}

TEST(TrialLimits, GivesScriptsOfLongProgramsMoreOperations) {
  // Each finalizer executes as many operations as main, and four times as many are allowed.
  std::string text = "def 0:\n  r1 = leaf\n  r1 = none\n  r1 = leaf\n  r1 = none\nmain:\n";
  for (int i = 0; i < 1000; ++i) text += "r0 = node 0 del 0\nr0 = none\n";
  const Verdict verdict = Try(Parsed(text), SpecimenOf<CountingCollector>());
  EXPECT_EQ(verdict.operations, 6000);
  const std::string transcript = TranscriptOf(SpecimenOf<CountingCollector>(), text);
  EXPECT_EQ(Count(transcript, "#"), 0u);
}

TEST(TrialLimits, SaysWhatItDoesNotExecute) {
  EXPECT_EQ(TranscriptOf(SpecimenOf<CountingCollector>(),
                         "def 0:\n  r2.3 = self\n  r1 = r2()\nmain:\n  r1 = r0\n"
                         "  r0 = node 1 del 0\n  r2 = r0.1\n  census\n  raise\n  r1 = weak r0\n"
                         "  r0 = none\n"),
            "# void: r1 = r0 (r0 is empty)\n"
            "r0 = node 1 del 0\n"
            "> new 0\n"
            "# void: r2 = r0.1 (r0 has no slot 1)\n"
            "# void: census (the collector does not claim: census)\n"
            "# void: raise (no script is running)\n"
            "# void: r1 = weak r0 (the collector does not claim: weak)\n"
            "r0 = none\n"
            "> finalize 0\n"
            "  # void: r2.3 = self (r2 is empty)\n"
            "  # void: r1 = r2() (the collector does not claim: weak)\n"
            "> end 0\n"
            "> free 0\n");
  EXPECT_EQ(TranscriptOf(SpecimenOf<CountingCollector>(kWeakReferences | kGarbageList),
                         "r0 = leaf\nr1 = weak r0\nr1 = r0()\nr1 = garbage 2\n"),
            "r0 = leaf\n"
            "> new 0\n"
            "# void: r1 = weak r0 (r0 is not a node)\n"
            "# void: r1 = r0() (r0 is not a weak reference)\n"
            "# void: r1 = garbage 2 (the garbage list has 0 objects)\n");
}

// Takes a census that never ends.
class Endless : public CountingCollector {
 public:
  using CountingCollector::CountingCollector;
  void Execute(const Op& op) override {
    CountingCollector::Execute(op);
    if (op.code != OpCode::kCensus) return;
    for (int i = 0; i < 1'000'000; ++i) observer_.On(Event::Tracked(0, 0));
  }
};

TEST(TrialLimits, DoesNotListenForEver) {
  const Verdict verdict =
      Try(Parsed("r0 = node 0\ncensus\nr1 = leaf\n"), SpecimenOf<Endless>(kCensusTaking));
  EXPECT_EQ(verdict.kind, Verdict::Kind::kBroken);
  EXPECT_EQ(verdict.trouble, "it keeps reporting: more than 1016 events in one operation");
  EXPECT_EQ(verdict.operations, 2);
}

TEST(TrialLimits, ListensToALongDeath) {
  std::string text = "r0 = node 1 del 0\n";
  for (int i = 0; i < 100'000; ++i) text += "r1 = node 1 del 0\nr1.0 = r0\nr0 = r1\nr1 = none\n";
  const Verdict verdict = Try(Parsed(text + "r0 = none\n"), SpecimenOf<CountingCollector>());
  EXPECT_TRUE(verdict.lawful()) << verdict.trouble;
  EXPECT_EQ(verdict.events, 3 * 100'001);
}

// Whoever watches the pulse must not take the start of a process for a collector that hangs.
TEST(TrialLimits, StartsAreTimedByProcesses) {
  for (const bool in_process : {true, false}) {
    Pulse pulse;
    bool seen = false;
    Specimen specimen = SpecimenOf<CountingCollector>();
    specimen.in_process = in_process;
    specimen.make = [&, make = specimen.make](Observer& observer) {
      seen = pulse.in_collector.load();
      return make(observer);
    };
    Trial trial(specimen);
    trial.Watch(&pulse);
    EXPECT_TRUE(trial.Run(Parsed("r0 = leaf\n")).lawful());
    EXPECT_EQ(seen, in_process);
  }
}

}  // namespace
}  // namespace ouro
