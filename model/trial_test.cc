// SPDX-License-Identifier: Apache-2.0

// Trials: what a collector receives and what it does not, transcripts, broken collectors, reuse.

#include "model/trial.h"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/testing/counting_collector.h"
#include "model/trace.h"

namespace ouro {
namespace {

Program Parsed(const std::string& text) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "") << text;
  EXPECT_EQ(programs.size(), 1u) << text;
  return programs.empty() ? Program() : programs.front();
}

std::string TranscriptOf(const Specimen& specimen, const std::string& program, Limits limits = {}) {
  std::string transcript;
  Trial(specimen, limits).Run(Parsed(program), &transcript);
  return transcript;
}

// ---- what a collector receives ----

// Records what it receives, and does what a lawful collector would.
class Recording : public CountingCollector {
 public:
  Recording(Observer& observer, std::vector<std::string>* handed)
      : CountingCollector(observer), handed_(handed) {}
  void Execute(const Op& op) override {
    handed_->push_back(Print(op));
    if (op.code == OpCode::kWeak) {
      EXPECT_EQ(registers_[op.dest], kNone) << Print(op);
      const ObjectId target = Find(op.ref);
      Assign(&registers_[op.dest], New(op));
      targets_[registers_[op.dest]] = target;
    } else if (op.code == OpCode::kDeref) {
      const ObjectId target = targets_.at(Find(op.ref));
      const ObjectId id = at(target).references > 0 ? target : kNone;
      observer_.On(Event::Got(id));
      Assign(&registers_[op.dest], Hold(id));
    } else {
      CountingCollector::Execute(op);
    }
  }

 private:
  std::vector<std::string>* handed_;
  std::map<ObjectId, ObjectId> targets_;  // of weak references
};

std::vector<std::string> HandedOut(const std::string& program, uint32_t abilities = kFinalizers,
                                   const Contract& contract = kCPython26) {
  std::vector<std::string> handed;
  Specimen specimen = SpecimenOf<CountingCollector>(abilities);
  specimen.contract = &contract;
  specimen.make = [&handed](Observer& o) { return std::make_unique<Recording>(o, &handed); };
  const Verdict verdict = Try(Parsed(program), specimen);
  EXPECT_TRUE(verdict.lawful()) << Report(specimen, verdict, "");
  EXPECT_EQ(verdict.operations, static_cast<int>(handed.size()));
  return handed;
}

using Lines = std::vector<std::string>;

TEST(Trial, HandsOutNoVoidOperations) {
  EXPECT_EQ(HandedOut("r1 = r0\n"
                      "r0.0 = r0\n"
                      "r0 = leaf\n"
                      "r0.0 = r0\n"
                      "r1 = r0.0\n"
                      "r1 = node 1\n"
                      "r1.1 = r0\n"
                      "r1.0 = r2\n"
                      "r1.0 = r0\n"
                      "raise\n"
                      "r2 = none\n"),
            (Lines{"r0 = leaf", "r1 = node 1", "r1.0 = r0", "r2 = none"}));
}

TEST(Trial, HandsOutAChainLinkByLink) {
  const Lines made = HandedOut("r0 = leaf\nr14 = leaf\nr0 = chain 2\n");
  EXPECT_EQ(made, (Lines{"r0 = leaf", "r14 = leaf", "r0 = none", "r15 = node 1", "r0 = r15",
                         "r15 = none", "r15 = node 1", "r15.0 = r0", "r0 = r15", "r15 = none"}));
}

// Section 11: where exact rules hold; others end with their roots as they are.
TEST(Trial, EmptiesTheStackAndTheRegistersForTheEnd) {
  const std::string program = "r0 = leaf\nr3 = leaf\npush r0\nend\nr1 = leaf\n";
  const uint32_t abilities = kEnding | kScopes;
  EXPECT_EQ(HandedOut(program, abilities), (Lines{"r0 = leaf", "r3 = leaf", "push r0", "pop",
                                                  "collect 2", "r0 = none", "r3 = none", "end"}));
  EXPECT_EQ(HandedOut("disable\n" + program, abilities | kThresholds, kCPython26).at(5),
            "collect 2")
      << "in any case before 3.4";
}

TEST(Trial, LeavesOutTheMiddleOfALongTranscript) {
  std::string transcript;
  for (int i = 0; i < 3000; ++i) transcript += "r0 = r" + std::to_string(i) + "\n";
  const std::string report = Report(SpecimenOf<CountingCollector>(0), Verdict(), transcript);
  EXPECT_NE(report.find("    r0 = r99\n    # ... 2800 more lines"), std::string::npos);
  EXPECT_NE(report.find("\n    r0 = r2900\n"), std::string::npos);
  EXPECT_EQ(report.find("r0 = r100\n"), std::string::npos);
  EXPECT_EQ(report.find("r0 = r2899\n"), std::string::npos);
}

TEST(Trial, HandsOutNothingBeyondTheAbilities) {
  const std::string program =
      "r0 = node 0 del 0\n"
      "r1 = node 0\n"
      "r2 = weak r1\n"
      "r2 = weak r1 call 0\n"
      "threshold 1 1 1\n"
      "enable\n"
      "disable\n"
      "saveall on\n"
      "saveall off\n"
      "garbage clear\n"
      "fail 1\n"
      "census\n"
      "r3 = leaf\n"
      "collect 1\n";
  EXPECT_EQ(HandedOut(program, 0), (Lines{"r1 = node 0", "r3 = leaf", "collect 1"}));
  EXPECT_EQ(HandedOut(program, kFinalizers),
            (Lines{"r0 = node 0 del 0", "r1 = node 0", "r3 = leaf", "collect 1"}));
  EXPECT_EQ(HandedOut(program, kThresholds), (Lines{"r1 = node 0", "threshold 1 1 1", "enable",
                                                    "disable", "r3 = leaf", "collect 1"}));
  EXPECT_EQ(HandedOut(program, kSaveall | kGarbageList),
            (Lines{"r1 = node 0", "saveall on", "saveall off", "garbage clear", "r3 = leaf",
                   "collect 1"}));
}

TEST(Trial, EmptiesARegisterBeforeAnAllocation) {
  EXPECT_EQ(HandedOut("r0 = leaf\nr0 = node 1\nr1 = leaf\nr1 = r0\n"),
            (Lines{"r0 = leaf", "r0 = none", "r0 = node 1", "r1 = leaf", "r1 = r0"}));
}

// Operations read their operands before they write a register, under both kinds of contract.
TEST(Trial, TakesTheOperandBeforeTheOldValueGoes) {
  for (const Contract* contract : {&kCPython26, &kCPython39, &kPerl}) {
    const auto handed = [contract](const std::string& program) {
      return HandedOut(program, kWeakReferences | kFinalizers, *contract);
    };
    // The target lives until there is a weak reference to it, which is then empty.
    EXPECT_EQ(handed("r0 = node 0\nr0 = weak r0\nr1 = r0()\n"),
              (Lines{"r0 = node 0", "r15 = r0", "r0 = none", "r0 = weak r15", "r15 = none",
                     "r1 = r0()"}));
    // Or it lives on, if something else refers to it.
    EXPECT_EQ(handed("r0 = node 0\nr15 = r0\nr0 = weak r0\nr0 = r0()\n"),
              (Lines{"r0 = node 0", "r15 = r0", "r14 = r0", "r0 = none", "r0 = weak r14",
                     "r14 = none", "r0 = r0()"}));  // r15 is the program's own
    EXPECT_EQ(
        handed("r0 = node 1\nr1 = node 1\nr0.0 = r1\nr1 = none\nr0 = r0.0\nr0 = r0.0\n"),
        (Lines{"r0 = node 1", "r1 = node 1", "r0.0 = r1", "r1 = none", "r0 = r0.0", "r0 = r0.0"}));
    // The finalizer of the target finds the weak reference in place, and no register borrowed.
    EXPECT_EQ(handed("def 0:\n  r1 = r14\n  r1 = r0\n  r2 = r0\nmain:\n  r0 = node 0 del 0\n"
                     "  r0 = weak r0\n"),
              (Lines{"r0 = node 0 del 0", "r15 = r0", "r0 = none", "r0 = weak r15", "r15 = none",
                     "r1 = r0", "r2 = r0"}));
  }
  // A register that the program names is borrowed only if it names all, and only if it is empty.
  std::string full;
  for (int i = 0; i < kRegisters; ++i) full += "r" + std::to_string(i) + " = node 0\n";
  EXPECT_EQ(HandedOut(full + "r0 = weak r0\n", kWeakReferences).size(), size_t{kRegisters});
  EXPECT_EQ(HandedOut(full + "r3 = none\nr0 = weak r0\n", kWeakReferences)[kRegisters + 1],
            "r3 = r0");
}

// Relies on what collector.h says of allocations.
class Trusting : public CountingCollector {
 public:
  using CountingCollector::CountingCollector;
  void Execute(const Op& op) override {
    if (Allocates(op.code)) EXPECT_EQ(registers_[op.dest], kNone) << Print(op);
    CountingCollector::Execute(op);
  }
};

TEST(Trial, AllocatesIntoEmptyRegistersOnly) {
  EXPECT_TRUE(Try(Parsed("r0 = leaf\nr0 = node 0\nr0 = leaf\n"), SpecimenOf<Trusting>()).lawful());
  // The finalizer fills the register that was emptied for the leaf.
  const Verdict verdict =
      Try(Parsed("def 0:\n  r0 = self\nmain:\n  r0 = node 0 del 0\n  r0 = leaf\n"),
          SpecimenOf<Trusting>());
  EXPECT_TRUE(verdict.lawful());
}

TEST(Trial, RunsScripts) {
  EXPECT_EQ(HandedOut("def 0:\n"
                      "  r1 = self\n"
                      "  r1.0 = r2\n"
                      "  r3.0 = none\n"
                      "  r1 = none\n"
                      "main:\n"
                      "  r0 = node 1 del 0\n"
                      "  r2 = leaf\n"
                      "  r0 = none\n"
                      "  r2 = none\n"),
            (Lines{"r0 = node 1 del 0", "r2 = leaf", "r0 = none", "r1 = self", "r1.0 = r2",
                   "r1 = none", "r2 = none"}));
}

TEST(Trial, CountsOperationsAndEvents) {
  const Verdict verdict = Try(Parsed("r0 = node 0 del 0\nr0 = leaf\nr1 = r2\ncollect 0\n"),
                              SpecimenOf<CountingCollector>());
  EXPECT_EQ(verdict.operations, 4);  // r0 = none in between
  EXPECT_EQ(verdict.events, 6);      // new, finalize, free, new, collect, done
  EXPECT_NE(verdict.situations & (1u << static_cast<int>(Situation::kFinalizerRuns)), 0u);
}

// ---- transcripts ----

constexpr const char* kNested =
    "def 0:\n"
    "  r0 = node 0 del 1\n"
    "  r0 = leaf\n"
    "  collect 1\n"
    "  raise\n"
    "  r0 = none\n"
    "main:\n"
    "  r0 = node 1 del 0\n"
    "  r1 = r0\n"
    "  r0 = none\n"
    "  r2 = r1.0\n"
    "  r1 = none\n";

TEST(Trial, WritesATranscript) {
  EXPECT_EQ(TranscriptOf(SpecimenOf<CountingCollector>(), kNested),
            "r0 = node 1 del 0\n"
            "> new 0\n"
            "r1 = r0\n"
            "r0 = none\n"
            "r2 = r1.0\n"
            "> got none\n"
            "r1 = none\n"
            "> finalize 0\n"
            "  r0 = node 0 del 1\n"
            "  > new 1\n"
            "  r0 = none\n"
            "  > finalize 1\n"
            "  > end 1\n"
            "  > free 1\n"
            "  r0 = leaf\n"
            "  > new 2\n"
            "  collect 1\n"
            "  > collect 1\n"
            "  > done 0\n"
            "  raise\n"
            "> end 0 raised\n"
            "> free 0\n");
  EXPECT_EQ(TranscriptOf(SpecimenOf<CountingCollector>(), "main:\n"), "");
}

TEST(Trial, WritesTranscriptsThatAreLawfulTraces) {
  for (const char* program :
       {kNested, "r0 = r1\nr0.1 = none\n", "r0 = leaf\nr0 = leaf\n", "collect 2\n"}) {
    std::vector<TraceVerdict> verdicts;
    ASSERT_EQ(JudgeTraces(TranscriptOf(SpecimenOf<CountingCollector>(), program) + "---\n",
                          kCPython26, &verdicts),
              "");
    ASSERT_EQ(verdicts.size(), 1u);
    EXPECT_FALSE(verdicts[0].violation) << verdicts[0].violation->what << "\n" << program;
  }
}

// Frees the object in r0 twice.
class Twice : public CountingCollector {
 public:
  using CountingCollector::CountingCollector;
  void Execute(const Op& op) override {
    const ObjectId id = registers_[0];
    CountingCollector::Execute(op);
    if (op.code == OpCode::kEmptyRegister && id != kNone) observer_.On(Event::Free(id));
  }
};

TEST(Trial, EndsATranscriptWhereTheLawWasBroken) {
  std::string transcript;
  const Specimen specimen = SpecimenOf<Twice>();
  const Verdict verdict =
      Trial(specimen).Run(Parsed("r1 = leaf\nr0 = leaf\nr0 = none\nr1 = none\n"), &transcript);
  EXPECT_EQ(verdict.kind, Verdict::Kind::kConvicted);
  EXPECT_EQ(transcript,
            "r1 = leaf\n"
            "> new 0\n"
            "r0 = leaf\n"
            "> new 1\n"
            "r0 = none\n"
            "> free 1\n"
            "> free 1      # <- here\n");
  EXPECT_EQ(verdict.signature(), "free-once at assignment in main");
  EXPECT_EQ(Report(specimen, verdict, transcript),
            "fake broke the law free-once\n"
            "  #1 was freed a second time\n"
            "    r1 = leaf\n"
            "    > new 0\n"
            "    r0 = leaf\n"
            "    > new 1\n"
            "    r0 = none\n"
            "    > free 1\n"
            "    > free 1      # <- here\n"
            "  lawful here: nothing\n"
            "  the law: An object is freed at most once, and after its birth.\n");
  // The transcript is a trace that breaks the same law in its last line.
  std::vector<TraceVerdict> verdicts;
  ASSERT_EQ(JudgeTraces(transcript, kCPython26, &verdicts), "");
  ASSERT_TRUE(verdicts[0].violation);
  EXPECT_EQ(verdicts[0].violation->what, verdict.violation->what);
  EXPECT_EQ(verdicts[0].line, 7u);
}

TEST(Trial, ReportsATranscriptWithoutItsLastNewline) {
  EXPECT_EQ(Report(SpecimenOf<CountingCollector>(), {}, "r0 = leaf\n> new 0"),
            "fake is lawful\n    r0 = leaf\n    > new 0\n");
}

TEST(Trial, ReportsTheLawful) {
  const Specimen specimen = SpecimenOf<CountingCollector>();
  const Verdict verdict = Try(Parsed("r0 = leaf\n"), specimen);
  EXPECT_TRUE(verdict.lawful());
  EXPECT_EQ(verdict.signature(), "");
  EXPECT_EQ(Report(specimen, verdict, ""), "fake is lawful\n");
}

// ---- broken collectors ----

// Calls Broken at the first store, and reports events after that.
class BrokenAtStore : public CountingCollector {
 public:
  using CountingCollector::CountingCollector;
  void Execute(const Op& op) override {
    if (op.code == OpCode::kStore) {
      observer_.Broken("fake died of grief after `" + Print(op) + "`");
      observer_.Broken("fake died twice");
      observer_.On(Event::Free(0));
    } else {
      CountingCollector::Execute(op);
    }
  }
};

TEST(Trial, SaysWhatBrokeACollector) {
  const Specimen specimen = SpecimenOf<BrokenAtStore>();
  std::string transcript;
  const Verdict verdict =
      Trial(specimen).Run(Parsed("r0 = node 1\nr0.0 = r0\nr0 = none\n"), &transcript);
  EXPECT_EQ(verdict.kind, Verdict::Kind::kBroken);
  EXPECT_FALSE(verdict.violation);
  EXPECT_EQ(verdict.trouble, "fake died of grief after `r0.0 = r0`");
  EXPECT_EQ(verdict.signature(), "fake died of grief");
  EXPECT_EQ(verdict.operations, 2);
  EXPECT_EQ(transcript, "r0 = node 1\n> new 0\nr0.0 = r0      # <- here\n");
  EXPECT_EQ(Report(specimen, verdict, transcript),
            "fake is broken: fake died of grief after `r0.0 = r0`\n"
            "    r0 = node 1\n"
            "    > new 0\n"
            "    r0.0 = r0      # <- here\n");
}

class BrokenFromStart : public CountingCollector {
 public:
  explicit BrokenFromStart(Observer& observer) : CountingCollector(observer) {
    observer.Broken("it is not installed");
  }
};

TEST(Trial, SaysWhyACollectorCannotStart) {
  const Verdict verdict = Try(Parsed("r0 = leaf\n"), SpecimenOf<BrokenFromStart>());
  EXPECT_EQ(verdict.kind, Verdict::Kind::kBroken);
  EXPECT_EQ(verdict.trouble, "it is not installed");
  EXPECT_EQ(verdict.operations, 0);
}

// ---- from program to program ----

struct Lives {
  int made = 0;
  int resets = 0;
};

template <typename C>
class Living : public C {
 public:
  Living(Observer& observer, Lives* lives) : C(observer), lives_(lives) { ++lives_->made; }
  void Reset() override {
    ++lives_->resets;
    C::Reset();
  }

 private:
  Lives* lives_;
};

template <typename C>
Lives LivesOf(const std::vector<std::string>& programs) {
  Lives lives;
  Specimen specimen = SpecimenOf<C>();
  specimen.make = [&lives](Observer& o) { return std::make_unique<Living<C>>(o, &lives); };
  Trial trial(specimen);
  for (const std::string& program : programs) trial.Run(Parsed(program));
  return lives;
}

TEST(Trial, ReusesACollectorWhileAllIsLawful) {
  const Lives lives =
      LivesOf<CountingCollector>({"r0 = leaf\n", "r0 = leaf\n", "main:\n", "r1 = leaf\n"});
  EXPECT_EQ(lives.made, 1);
  EXPECT_EQ(lives.resets, 4);  // what survives a reset is the fault of the program before it
}

TEST(Trial, MakesACollectorAnewAfterAConviction) {
  const Lives lives = LivesOf<Twice>({"r0 = leaf\nr0 = none\n", "r0 = leaf\n", "r0 = leaf\n",
                                      "r0 = leaf\nr0 = none\n", "r0 = leaf\nr0 = none\n"});
  EXPECT_EQ(lives.made, 3);
  EXPECT_EQ(lives.resets, 2);
}

TEST(Trial, MakesACollectorAnewAfterABreakdown) {
  const Lives lives =
      LivesOf<BrokenAtStore>({"r0 = node 1\nr0.0 = r0\n", "r0 = leaf\n", "r0 = leaf\n"});
  EXPECT_EQ(lives.made, 2);
  EXPECT_EQ(lives.resets, 2);
}

TEST(Trial, JudgesTheNextProgramOnItsOwn) {
  Trial trial(SpecimenOf<Twice>());
  EXPECT_FALSE(trial.Run(Parsed("r0 = leaf\nr0 = none\n")).lawful());
  std::string transcript = "old";
  EXPECT_TRUE(trial.Run(Parsed("r1 = leaf\nr1 = none\n"), &transcript).lawful());
  EXPECT_EQ(transcript, "r1 = leaf\n> new 0\nr1 = none\n> free 0\n");
  EXPECT_TRUE(trial.Run(Parsed("r1 = leaf\nr1 = none\n")).lawful());
}

// Reports events between operations.
class ReportsUnasked : public CountingCollector {
 public:
  explicit ReportsUnasked(Observer& observer) : CountingCollector(observer) { ReportEvents(); }
  ~ReportsUnasked() override { ReportEvents(); }
  void Reset() override {
    ReportEvents();
    CountingCollector::Reset();
    ReportEvents();
  }

 private:
  void ReportEvents() {
    EXPECT_EQ(observer_.On(Event::Free(0)), ScriptEnd::kReturned);
    EXPECT_EQ(observer_.On(Event::Finalize(0)), ScriptEnd::kReturned);
  }
};

TEST(Trial, IgnoresWhatACollectorSaysBetweenPrograms) {
  Trial trial(SpecimenOf<ReportsUnasked>());
  for (int i = 0; i < 3; ++i) {
    const Verdict verdict = trial.Run(Parsed("r0 = node 0 del 0\nr1 = leaf\n"));
    EXPECT_TRUE(verdict.lawful());
    EXPECT_EQ(verdict.events, 2);
  }
}

// Once a law is broken, no script runs.
class IgnoresViolation : public CountingCollector {
 public:
  using CountingCollector::CountingCollector;
  void Execute(const Op& op) override {
    if (op.code == OpCode::kCollect) {
      observer_.On(Event::Free(7));
      EXPECT_EQ(observer_.On(Event::Finalize(registers_[0])), ScriptEnd::kReturned);
    } else {
      CountingCollector::Execute(op);
    }
  }
};

TEST(Trial, RunsNoScriptAfterAConviction) {
  std::string transcript;
  const Verdict verdict = Trial(SpecimenOf<IgnoresViolation>())
                              .Run(Parsed("def 0:\n  raise\nmain:\n  r0 = node 0 del 0\n"
                                          "  collect 0\n  r0 = none\n"),
                                   &transcript);
  EXPECT_EQ(verdict.signature(), "free-once at collect in main");
  EXPECT_EQ(transcript, "r0 = node 0 del 0\n> new 0\ncollect 0\n> free 7      # <- here\n");
}

}  // namespace
}  // namespace ouro
