// SPDX-License-Identifier: Apache-2.0

// Isolated trials: whatever a collector does to its process, there is a verdict in time, and the
// test's own process is unaffected.

#include "model/isolate.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "model/testing/counting_collector.h"

namespace ouro {
namespace {

// A time limit that collectors which hang exceed, and one that no other reaches.
constexpr int kShort = 100;
constexpr int kLong = 20'000;

const Isolation kPatient = {.limits = {}, .milliseconds = kLong};
const Isolation kImpatient = {.limits = {}, .milliseconds = kShort};

Program Parsed(const std::string& text) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "") << text;
  EXPECT_EQ(programs.size(), 1u) << text;
  return programs.empty() ? Program() : programs.front();
}

// Dies as a program without sanitizers would, and without a core file.
void DieOf(int signal_number) {
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

int EatStack(int depth) {
  if (depth < 0) return 0;
  volatile char some[4096];
  some[depth % 4096] = static_cast<char>(depth);
  return EatStack(depth + 1) + some[depth % 4096];
}

void EatAllStack(bool silently) {
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  const rlimit stack = {1 << 20, RLIM_INFINITY};
  setrlimit(RLIMIT_STACK, &stack);
  if (silently) signal(SIGSEGV, SIG_DFL);
  EXPECT_EQ(EatStack(0), 0);
}

[[noreturn]] void Hang() {
  for (;;) pause();
}

// Fails in a way that the operation selects.
class Fragile : public CountingCollector {
 public:
  using CountingCollector::CountingCollector;
  void Execute(const Op& op) override {
    CountingCollector::Execute(op);
    if (op.code != OpCode::kThreshold) return;
    switch (op.count) {
      case 1:
        return DieOf(SIGSEGV);
      case 2:
        std::abort();
      case 3:
        std::exit(op.count1);
      case 4:
        Hang();
      case 5:
        return EatAllStack(/*silently=*/true);
      case 10:
        return EatAllStack(/*silently=*/false);
      case 6:
        observer_.Broken("fake lost heart after `" + Print(op) + "`");
        return;
      case 7:
        observer_.On(Event::Free(99));
        return;
      case 8:
        return DieOf(SIGKILL);
      case 9:
        usleep(1000 * static_cast<useconds_t>(op.count1));
        return;
    }
  }
};

Specimen FragileSpecimen() { return SpecimenOf<Fragile>(kFinalizers | kThresholds); }

Program Grief(int number, int argument = 0) {
  return Parsed(fmt::format("r0 = leaf\nthreshold {} {} 0\nr0 = none\n", number, argument));
}

class Isolate : public testing::Test {
 protected:
  void SetUp() override { descriptors_ = Descriptors(); }
  // Nothing is left behind: no process, no pipe.
  void TearDown() override {
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
    EXPECT_EQ(Descriptors(), descriptors_);
  }

 private:
  static ptrdiff_t Descriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  }
  ptrdiff_t descriptors_ = 0;
};

TEST_F(Isolate, TellsHowAProcessEnded) {
  const struct {
    Program program;
    const char* trouble;
  } cases[] = {
      {Grief(1), "crashed with signal 11 (Segmentation fault)"},
      {Grief(2), "crashed with signal 6 (Aborted)"},
      {Grief(3), "ended its process with exit status 0"},
      {Grief(3, 7), "ended its process with exit status 7"},
      {Grief(5), "crashed with signal 11 (Segmentation fault)"},
      {Grief(8), "crashed with signal 9 (Killed)"},
  };
  for (const auto& c : cases) {
    std::string transcript = "old";
    const Verdict verdict = TryIsolated(c.program, FragileSpecimen(), kPatient, &transcript);
    EXPECT_EQ(verdict.kind, Verdict::Kind::kBroken);
    EXPECT_EQ(verdict.trouble, c.trouble);
    EXPECT_EQ(verdict.signature().substr(0, verdict.trouble.size()), c.trouble);
    EXPECT_FALSE(verdict.violation);
    EXPECT_TRUE(transcript.starts_with("r0 = leaf\n> new 0\nthreshold ")) << transcript;
    EXPECT_TRUE(transcript.ends_with("      # <- here\n")) << transcript;
  }
}

// Its signature is the same wherever the recursion ends. (Sanitizers say "stack-overflow".)
TEST_F(Isolate, NamesAStackOverflow) {
  const Verdict verdict = TryIsolated(Grief(10), FragileSpecimen(), kPatient);
  EXPECT_NE(verdict.signature().find(": "), std::string::npos) << verdict.signature();
  EXPECT_NE(verdict.signature().find("stack"), std::string::npos) << verdict.words;
}

TEST_F(Isolate, EndsWhatHangsInTime) {
  const auto begin = std::chrono::steady_clock::now();
  const Verdict verdict = TryIsolated(Grief(4), FragileSpecimen(), kImpatient);
  const auto time = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(verdict.kind, Verdict::Kind::kBroken);
  EXPECT_EQ(verdict.trouble, "hung for 100 ms");
  EXPECT_EQ(verdict.signature(), "hung at setting");
  EXPECT_GE(time, std::chrono::milliseconds(kShort - 10));
  EXPECT_LT(time, std::chrono::milliseconds(50 * kShort));
}

// A signal that the waiting process catches, as a campaign does, does not make it wait forever.
TEST_F(Isolate, EndsWhatHangsInTimeInSpiteOfASignal) {
  struct sigaction caught = {};
  caught.sa_handler = [](int) {};
  struct sigaction before = {};
  sigaction(SIGALRM, &caught, &before);
  const itimerval once = {{0, 0}, {0, 20'000}};
  setitimer(ITIMER_REAL, &once, nullptr);
  const Verdict verdict = TryIsolated(Grief(4), FragileSpecimen(), kImpatient);
  sigaction(SIGALRM, &before, nullptr);
  EXPECT_EQ(verdict.trouble, "hung for 100 ms");
}

TEST_F(Isolate, WaitsForWhatIsSlow) {
  EXPECT_TRUE(TryIsolated(Grief(9, 150), FragileSpecimen(), kPatient).lawful());
}

TEST_F(Isolate, GivesTheVerdictThatATrialGives) {
  const Program programs[] = {
      Parsed("main:\n"),
      Parsed("def 0:\n  r1 = self\nmain:\n  r0 = node 2 del 0\n  r0 = leaf\n  collect 1\n"),
      Grief(6),
      Grief(7),
  };
  for (const Program& program : programs) {
    std::string expected_transcript;
    std::string transcript = "old";
    const Verdict expected = Trial(FragileSpecimen()).Run(program, &expected_transcript);
    const Verdict verdict = TryIsolated(program, FragileSpecimen(), kPatient, &transcript);
    EXPECT_EQ(verdict.kind, expected.kind);
    EXPECT_EQ(verdict.trouble, expected.trouble);
    EXPECT_EQ(verdict.operations, expected.operations);
    EXPECT_EQ(verdict.events, expected.events);
    EXPECT_EQ(verdict.situations, expected.situations);
    EXPECT_EQ(verdict.signature(), expected.signature());
    EXPECT_EQ(transcript, expected_transcript);
    ASSERT_EQ(verdict.violation.has_value(), expected.violation.has_value());
    if (!expected.violation) continue;
    EXPECT_EQ(verdict.violation->law, expected.violation->law);
    EXPECT_EQ(verdict.violation->object, expected.violation->object);
    EXPECT_EQ(verdict.violation->what, expected.violation->what);
    EXPECT_EQ(verdict.violation->lawful, expected.violation->lawful);
  }
}

TEST_F(Isolate, PassesTheLimitsOn) {
  const Program endless =
      Parsed("def 0:\n  r1 = node 0 del 0\n  r1 = none\nmain:\n  r1 = node 0 del 0\n  r1 = none\n");
  for (const int depth : {1, 5}) {
    const Isolation isolation = {.limits = {.operations = 100, .depth = depth},
                                 .milliseconds = kLong};
    EXPECT_EQ(TryIsolated(endless, FragileSpecimen(), isolation).operations, 2 * depth + 2);
  }
}

TEST_F(Isolate, TakesTranscriptsThatNoPipeHolds) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "collect 2\n";
  std::string transcript;
  const Verdict verdict = TryIsolated(Parsed(text), FragileSpecimen(), kPatient, &transcript);
  EXPECT_TRUE(verdict.lawful());
  EXPECT_EQ(verdict.operations, 10'000);
  EXPECT_EQ(transcript.size(), 10'000 * std::string("collect 2\n> collect 2\n> done 0\n").size());
}

TEST_F(Isolate, LeavesTheCallersProcessAlone) {
  int made = 0;
  Specimen specimen = FragileSpecimen();
  specimen.make = [&made](Observer& observer) {
    ++made;
    return std::make_unique<Fragile>(observer);
  };
  EXPECT_TRUE(TryIsolated(Parsed("r0 = leaf\n"), specimen, kPatient).lawful());
  EXPECT_EQ(FindIsolated({Parsed("r0 = leaf\n")}, "x", specimen, kPatient), 1u);
  EXPECT_EQ(made, 0);
}

TEST_F(Isolate, TakesCrashesOfTheBirth) {
  Specimen specimen = FragileSpecimen();
  specimen.make = [](Observer&) -> std::unique_ptr<Collector> { std::abort(); };
  EXPECT_EQ(TryIsolated(Parsed("r0 = leaf\n"), specimen, kPatient).trouble,
            "crashed with signal 6 (Aborted)");
}

// ---- many programs ----

TEST_F(Isolate, FindsTheFirstWithTheSignature) {
  const Program lawful = Parsed("r0 = leaf\n");
  const std::string segv = "crashed with signal 11 (Segmentation fault)";
  const std::string convicted = "free-once at setting in main";
  const struct {
    const char* name;
    std::vector<Program> programs;
    std::string signature;
    size_t index;
  } cases[] = {
      {"none of none", {}, segv, 0},
      {"none of some", {lawful, lawful, Grief(7)}, segv, 3},
      {"the first of two", {lawful, Grief(7), lawful, Grief(7)}, convicted, 1},
      {"a crash", {lawful, lawful, Grief(1), Grief(1)}, segv, 2},
      {"a crash after others", {Grief(2), Grief(3), Grief(7), Grief(6), Grief(1)}, segv, 4},
      {"a conviction after crashes", {Grief(1), Grief(2), lawful, Grief(7)}, convicted, 3},
      {"a crash at the end only", {lawful, Grief(1)}, convicted, 2},
      {"a broken one", {lawful, Grief(6)}, "fake lost heart", 1},
      {"an exit", {Grief(3), Grief(3, 1)}, "ended its process with exit status 1", 1},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(FindIsolated(c.programs, c.signature, FragileSpecimen(), kPatient), c.index)
        << c.name;
  }
}

TEST_F(Isolate, FindsWhatHangsAndWhatIsBehindIt) {
  const std::vector<Program> programs = {Parsed("r0 = leaf\n"), Grief(4), Grief(7)};
  EXPECT_EQ(FindIsolated(programs, "hung at setting", FragileSpecimen(), kImpatient), 1u);
  EXPECT_EQ(FindIsolated(programs, "free-once at setting in main", FragileSpecimen(), kImpatient),
            2u);
  EXPECT_EQ(FindIsolated(programs, kAnySignature, FragileSpecimen(), kImpatient), 1u);
  EXPECT_EQ(FindIsolated(programs, "no such", FragileSpecimen(), kImpatient), 3u);
}

TEST_F(Isolate, GivesEachOfManyProgramsItsOwnTime) {
  // Together they take longer than the limit of one.
  const std::vector<Program> programs(14, Grief(9, 60));
  const Isolation isolation = {.limits = {}, .milliseconds = 600};
  EXPECT_EQ(FindIsolated(programs, "hung at setting", FragileSpecimen(), isolation), 14u);
}

// ---- series ----

// That a series gives each program what the program gives alone.
void ExpectAsAlone(const std::vector<Program>& programs, const Specimen& specimen,
                   const Isolation& isolation, bool transcripts = true) {
  IsolatedRuns runs(programs, specimen, isolation, transcripts);
  for (const Program& program : programs) {
    std::string expected_transcript;
    std::string transcript = "old";
    const Verdict expected =
        TryIsolated(program, specimen, isolation, transcripts ? &expected_transcript : nullptr);
    const Verdict verdict = runs.Next(transcripts ? &transcript : nullptr);
    EXPECT_EQ(verdict.kind, expected.kind) << Print(program);
    EXPECT_EQ(verdict.trouble, expected.trouble) << Print(program);
    EXPECT_EQ(verdict.signature(), expected.signature()) << Print(program);
    EXPECT_EQ(verdict.words, expected.words) << Print(program);
    EXPECT_EQ(verdict.operations, expected.operations) << Print(program);
    EXPECT_EQ(verdict.events, expected.events) << Print(program);
    EXPECT_EQ(verdict.situations, expected.situations) << Print(program);
    if (transcripts) EXPECT_EQ(transcript, expected_transcript);
  }
}

TEST_F(Isolate, GivesEachOfASeriesWhatItGivesAlone) {
  const Program lawful = Parsed("r0 = leaf\nr1 = node 1\n");
  const Program convicted = Grief(7);
  const Program broken = Grief(6);
  const Program segv = Grief(1);
  const std::vector<Program> cases[] = {
      {},
      {lawful},
      {segv},
      {lawful, lawful, segv, lawful},             // a death in the middle
      {lawful, segv, Grief(3, 7), lawful, segv},  // two in a row, and the last one
      {lawful, convicted, lawful, broken, convicted, lawful},
      {convicted, broken, segv, Grief(3), Grief(8)},  // none is lawful
  };
  for (const std::vector<Program>& programs : cases) {
    ExpectAsAlone(programs, FragileSpecimen(), kPatient);
    ExpectAsAlone(programs, FragileSpecimen(), kPatient, /*transcripts=*/false);
  }
}

TEST_F(Isolate, GoesOnWithASeriesAfterAHang) {
  const Program lawful = Parsed("r0 = leaf\n");
  ExpectAsAlone({lawful, Grief(4), Grief(4), lawful, Grief(4)}, FragileSpecimen(), kImpatient);
}

TEST_F(Isolate, RunsASeriesThatIsLongerThanABatch) {
  std::vector<Program> programs(2 * IsolatedRuns::kMost + 3, Parsed("r0 = leaf\n"));
  programs[IsolatedRuns::kMost - 1] = programs[IsolatedRuns::kMost + 1] = Grief(7);
  ExpectAsAlone(programs, FragileSpecimen(), kPatient);
}

TEST_F(Isolate, HandsOnTheLongTranscriptsOfASeries) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "collect 2\n";
  ExpectAsAlone({Parsed(text), Parsed("r0 = leaf\n"), Parsed(text)}, FragileSpecimen(), kPatient);
}

// Remembers, in its process, how many programs ran before: lawful for so many.
template <int kFrom, int kTo>
class Leaky : public CountingCollector {
 public:
  explicit Leaky(Observer& observer) : CountingCollector(observer) { ++made_; }
  void Execute(const Op& op) override {
    CountingCollector::Execute(op);
    if (made_ < kFrom || made_ > kTo) observer_.On(Event::Free(99));
  }

 private:
  static inline int made_ = 0;
};

// Unlawful from the third program of a process on: no program is, alone. And unlawful in the first
// one: each program is.
TEST_F(Isolate, BlamesNoProgramOfASeriesForThoseBeforeIt) {
  const std::vector<Program> programs(7, Parsed("r0 = leaf\n"));
  ExpectAsAlone(programs, SpecimenOf<Leaky<0, 2>>(0), kPatient);
  ExpectAsAlone(programs, SpecimenOf<Leaky<2, 99>>(0), kPatient);
}

// Does not survive its end.
template <int kHow>
class Mortal : public CountingCollector {
 public:
  using CountingCollector::CountingCollector;
  ~Mortal() override { kHow == 0 ? DieOf(SIGSEGV) : Hang(); }
};

TEST_F(Isolate, TakesASeriesOfWhatDiesWhenItIsDestroyed) {
  const std::vector<Program> programs(20, Parsed("r0 = leaf\n"));
  ExpectAsAlone(programs, SpecimenOf<Mortal<0>>(0), kPatient);
  const auto begin = std::chrono::steady_clock::now();
  ExpectAsAlone(programs, SpecimenOf<Mortal<1>>(0), {.limits = {}, .milliseconds = 1000});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));  // once, not each
}

}  // namespace
}  // namespace ouro
