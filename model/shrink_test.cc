// SPDX-License-Identifier: Apache-2.0

// Shrinking: known bugs in fake collectors shrink to the smallest programs that show them.

#include "model/shrink.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/testing/counting_collector.h"

namespace ouro {
namespace {

Program Parsed(const std::string& text) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "") << text;
  EXPECT_EQ(programs.size(), 1u) << text;
  return programs.empty() ? Program() : programs.front();
}

// A program that does many things, among them `what`.
std::string Amid(const std::string& what) {
  return "def 0:\n"
         "  r5 = self\n"
         "  r6 = leaf\n"
         "  r5 = none\n"
         "def 1:\n"
         "  collect 0\n"
         "main:\n"
         "  r0 = node 3 del 0\n"
         "  r1 = node 1\n"
         "  r1.0 = r0\n"
         "  r0.2 = r1\n"
         "  r2 = leaf\n"
         "  r0.1 = r2\n"
         "  r0.2 = none\n" +
         what +
         "  r1 = none\n"
         "  r8 = node 0 del 1\n"
         "  r8 = r2\n"
         "  r9 = r0.1\n"
         "  r0 = none\n";
}

struct Minimum {
  const char* name;
  Specimen specimen;
  std::string program;
  std::string signature;
  std::string smallest;
};

void ExpectMinimum(const Minimum& m, const ShrinkOptions& options) {
  SCOPED_TRACE(m.name);
  const Program program = Parsed(m.program);
  ASSERT_EQ(TryIsolated(program, m.specimen, options.isolation).signature(), m.signature);
  const Shrunk shrunk = Shrink(program, m.signature, m.specimen, options);
  EXPECT_EQ(Print(shrunk.program), m.smallest);
  EXPECT_TRUE(shrunk.finished);
  EXPECT_GT(shrunk.tried, 0u);
  EXPECT_EQ(TryIsolated(shrunk.program, m.specimen, options.isolation).signature(), m.signature);
}

// ---- collectors, each with one bug ----

// Frees a node with two slots when it is stored into itself.
class SelfStore : public CountingCollector {
 public:
  using CountingCollector::CountingCollector;
  void Execute(const Op& op) override {
    CountingCollector::Execute(op);
    if (op.code != OpCode::kStore) return;
    const ObjectId id = Find(op.ref);
    if (id == Find(op.value) && at(id).slots.size() == 2) observer_.On(Event::Free(id));
  }
};

// Frees an object that does not exist at a collection if there are two objects; numbers an object
// in r0 wrongly.
class TwoBugs : public CountingCollector {
 public:
  using CountingCollector::CountingCollector;
  void Execute(const Op& op) override {
    if (Allocates(op.code) && op.dest == 0) {
      observer_.On(Event::New(99));
      return;
    }
    CountingCollector::Execute(op);
    if (op.code == OpCode::kCollect && objects_.size() >= 2) observer_.On(Event::Free(99));
  }
};

// Frees an object that does not exist at every full collection.
class AnyCollection : public CountingCollector {
 public:
  using CountingCollector::CountingCollector;
  void Execute(const Op& op) override {
    CountingCollector::Execute(op);
    if (op.code == OpCode::kCollect) observer_.On(Event::Free(99));
  }
};

template <void (*fail)()>
class BrokenByCollect : public CountingCollector {
 public:
  using CountingCollector::CountingCollector;
  void Execute(const Op& op) override {
    if (op.code == OpCode::kCollect && registers_[7] != kNone) fail();
    CountingCollector::Execute(op);
  }
};

void Crash() {
  signal(SIGSEGV, SIG_DFL);
  raise(SIGSEGV);
}
void Hang() {
  for (;;) pause();
}
void Exit() { std::_Exit(3); }

constexpr const char* kCollectInMain = "free-once at collect in main";

// ---- minima ----

TEST(Shrink, ReachesTheSmallestProgram) {
  const Minimum minima[] = {
      {"a node with two slots that is stored into itself", SpecimenOf<SelfStore>(),
       Amid("  r3 = node 2 del 1\n  r4 = r3\n  r4.1 = r3\n"), "no-free-while-held at store in main",
       "r0 = node 2\nr0.0 = r0\n"},
      {"the same, stored by its finalizer", SpecimenOf<SelfStore>(),
       Amid("  r3 = node 2 del 2\n  r3 = none\n") + "def 2:\n  r4 = leaf\n  self.1 = self\n",
       "no-free-while-held at store in a finalizer",
       "def 0:\n  self.0 = self\nmain:\n  r0 = node 2 del 0\n  r0 = none\n"},
      {"two objects before a collection", SpecimenOf<TwoBugs>(),
       "r3 = leaf\nr4 = node 2\nr4.0 = r3\nr3 = none\ncollect 1\nr4 = none\n",
       "free-once at collect in main", "r1 = leaf\nr1 = node 0\ncollect 2\n"},
  };
  for (Minimum minimum : minima) {
    ExpectMinimum(minimum, {});
    minimum.specimen.in_process = false;  // its collector is kept
    ExpectMinimum(minimum, {});
  }
}

// Counts, for all processes, how many collectors were made.
class CountsStarts : public CountingCollector {
 public:
  explicit CountsStarts(Observer& observer) : CountingCollector(observer) { ++*starts; }
  void Execute(const Op& op) override {
    CountingCollector::Execute(op);
    if (op.code == OpCode::kCollect) observer_.On(Event::Done(0));  // once more
  }
  inline static auto* const starts =
      new (mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
          std::atomic<int>(0);
};

TEST(Shrink, StartsFewProcesses) {
  const Program program = Parsed(Amid("  collect 1\n"));
  Specimen specimen = SpecimenOf<CountsStarts>();
  int starts[2];
  for (const bool in_process : {true, false}) {
    *CountsStarts::starts = 0;
    specimen.in_process = in_process;
    const Shrunk shrunk = Shrink(program, "event-in-place at collect in main", specimen, {});
    EXPECT_EQ(Print(shrunk.program), "collect 2\n");
    starts[in_process ? 1 : 0] = *CountsStarts::starts;
  }
  EXPECT_EQ(starts[0], 3);  // one is kept, one confirms, one tries what is simpler than the result
  EXPECT_GT(starts[1], 10);
}

TEST(Shrink, KeepsThePhase) {
  const std::string program =
      "def 0:\n  r1 = leaf\n  collect 0\n  r2 = leaf\nmain:\n  r0 = node 1 del 0\n  r1 = leaf\n"
      "  r0 = none\n  collect 0\n";
  ExpectMinimum({"a collection in a finalizer", SpecimenOf<AnyCollection>(), program,
                 "free-once at collect in a finalizer",
                 "def 0:\n  collect 2\nmain:\n  r0 = node 0 del 0\n  r0 = none\n"},
                {});
}

TEST(Shrink, WorksForProcessesThatEnd) {
  const std::string program = Amid("  r7 = node 2\n  r7.0 = r7\n  collect 1\n");
  const std::string smallest = "r7 = node 0\ncollect 2\n";
  const ShrinkOptions patient = {
      .isolation = {.limits = {}, .milliseconds = 20'000}, .seconds = 60, .progress = {}};
  ExpectMinimum({"crash", SpecimenOf<BrokenByCollect<Crash>>(), program,
                 "crashed with signal 11 (Segmentation fault)", smallest},
                patient);
  ExpectMinimum({"exit", SpecimenOf<BrokenByCollect<Exit>>(), program,
                 "ended its process with exit status 3", smallest},
                patient);
}

TEST(Shrink, WorksForProcessesThatHang) {
  const ShrinkOptions impatient = {
      .isolation = {.limits = {}, .milliseconds = 50}, .seconds = 60, .progress = {}};
  ExpectMinimum({"hang", SpecimenOf<BrokenByCollect<Hang>>(),
                 Amid("  r7 = node 2\n  r7.0 = r7\n  collect 1\n"), "hung at collect",
                 "r7 = node 0\ncollect 2\n"},
                impatient);
}

// ---- bounds ----

TEST(Shrink, LeavesTheSmallestProgramAlone) {
  const Program smallest = Parsed("collect 2\n");
  const Shrunk shrunk = Shrink(smallest, kCollectInMain, SpecimenOf<AnyCollection>(), {});
  EXPECT_EQ(Print(shrunk.program), "collect 2\n");
  EXPECT_TRUE(shrunk.finished);
  EXPECT_EQ(shrunk.tried, Simpler(smallest).size());
}

TEST(Shrink, TriesNothingWithoutTime) {
  const Program program = Parsed(Amid("  collect 1\n"));
  const Shrunk shrunk =
      Shrink(program, kCollectInMain, SpecimenOf<AnyCollection>(),
             {.isolation = {}, .seconds = 0, .progress = [](size_t, size_t) { FAIL(); }});
  EXPECT_EQ(Print(shrunk.program), Print(program));
  EXPECT_EQ(shrunk.tried, 0u);
  EXPECT_FALSE(shrunk.finished);
}

TEST(Shrink, TellsOfItsProgress) {
  std::vector<size_t> operations;
  std::vector<size_t> tried;
  const Program program = Parsed(Amid("  collect 1\n"));
  const auto note = [&](size_t ops, size_t candidates) {
    operations.push_back(ops);
    tried.push_back(candidates);
  };
  const Shrunk shrunk = Shrink(program, kCollectInMain, SpecimenOf<AnyCollection>(),
                               {.isolation = {}, .seconds = 60, .progress = note});
  ASSERT_FALSE(operations.empty());
  EXPECT_EQ(operations.back(), 1u);
  EXPECT_LE(operations.front(), program.size());
  EXPECT_TRUE(std::is_sorted(operations.rbegin(), operations.rend()));
  EXPECT_TRUE(std::is_sorted(tried.begin(), tried.end()));
  EXPECT_LE(tried.back(), shrunk.tried);
}

TEST(Shrink, IsTheSameEachTime) {
  const Program program = Parsed(Amid("  r3 = node 2\n  r3.1 = r3\n"));
  const auto shrink = [&] {
    return Shrink(program, "no-free-while-held at store in main", SpecimenOf<SelfStore>(), {});
  };
  const Shrunk first = shrink();
  const Shrunk second = shrink();
  EXPECT_EQ(Print(first.program), Print(second.program));
  EXPECT_EQ(first.tried, second.tried);
}

// Hangs at a leaf after fewer collections than the program has; after as many, it frees an object
// that does not exist. So every simpler program hangs, and has another signature.
class HangsWhenSimpler : public CountingCollector {
 public:
  using CountingCollector::CountingCollector;
  void Execute(const Op& op) override {
    if (op.code == OpCode::kLeaf) {
      if (collections_ < kCollections) Hang();
      observer_.On(Event::Free(99));
    }
    CountingCollector::Execute(op);
    if (op.code == OpCode::kCollect) ++collections_;
  }
  void Reset() override {
    collections_ = 0;
    CountingCollector::Reset();
  }
  static constexpr int kCollections = 40;

 private:
  int collections_ = 0;
};

TEST(Shrink, EndsInTimeWhereCandidatesHang) {
  std::string text;
  for (int i = 0; i < HangsWhenSimpler::kCollections; ++i) text += "collect 2\n";
  const Program program = Parsed(text + "r0 = leaf\n");
  const auto begin = std::chrono::steady_clock::now();
  const Shrunk shrunk =
      Shrink(program, "free-once at leaf in main", SpecimenOf<HangsWhenSimpler>(),
             {.isolation = {.limits = {}, .milliseconds = 100}, .seconds = 1, .progress = {}});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_EQ(Print(shrunk.program), Print(program));
  EXPECT_FALSE(shrunk.finished);
}

// Its Reset does not discard a counter: the thirtieth operation of its life goes wrong, in any
// program.
class ResetKeepsState : public CountingCollector {
 public:
  using CountingCollector::CountingCollector;
  void Execute(const Op& op) override {
    CountingCollector::Execute(op);
    if (++operations_ == 30) observer_.On(Event::Free(99));
  }

 private:
  int operations_ = 0;
};

TEST(Shrink, KeepsTheSignatureOnAFreshCollector) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "collect 2\n";
  Specimen specimen = SpecimenOf<ResetKeepsState>();
  for (const bool in_process : {true, false}) {
    specimen.in_process = in_process;
    const Shrunk shrunk = Shrink(Parsed(text), kCollectInMain, specimen, {});
    EXPECT_EQ(Try(shrunk.program, specimen).signature(), kCollectInMain);
  }
}

}  // namespace
}  // namespace ouro
