// SPDX-License-Identifier: Apache-2.0

// Power: medians where something was not found, the log and what it survives, the plot, and
// searches in collectors that lie, crash, hang, are killed, or have no bug.

#include "fuzz/power/power.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "fuzz/campaign/worker.h"
#include "fuzz/power/power_log.h"
#include "fuzz/power/power_plot.h"
#include "fuzz/power/search.h"
#include "fuzz/power/walk.h"
#include "fuzz/testing/faulty_collector.h"
#include "model/collector.h"
#include "model/program.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

namespace fs = std::filesystem;

Measure Known(double value) { return {value, true}; }
Measure MoreThan(double value) { return {value, false}; }

Attempt Found(const std::string& mutant, Engine engine, uint64_t seed, uint64_t programs,
              double seconds) {
  return {mutant, engine, seed, true, "load at load in main", programs, seconds};
}
Attempt Missed(const std::string& mutant, Engine engine, uint64_t seed, uint64_t programs,
               double seconds) {
  return {mutant, engine, seed, false, "", programs, seconds};
}

// ---- statistics ----

TEST(MedianTest, AllKnown) {
  EXPECT_EQ(Median({Known(7)}), Known(7));
  EXPECT_EQ(Median({Known(3), Known(1), Known(2)}), Known(2));
  EXPECT_EQ(Median({Known(4), Known(1), Known(8), Known(2)}), Known(3));
}

TEST(MedianTest, WhatIsNotKnownIsLargest) {
  EXPECT_EQ(Median({MoreThan(1), Known(5), Known(7)}), Known(7));
  EXPECT_EQ(Median({MoreThan(9), MoreThan(3), Known(7)}), MoreThan(3));
  EXPECT_EQ(Median({MoreThan(10), Known(2)}), MoreThan(10)) << "half is not more than half";
  EXPECT_EQ(Median({MoreThan(10), Known(2), Known(4), Known(3)}), Known(3.5));
  EXPECT_EQ(Median({MoreThan(10), MoreThan(10)}), MoreThan(10));
}

TEST(ScoresTest, AreMediansOfSeedsByMutantAndEngine) {
  const std::vector<Score> scores =
      Scores({Found("b", Engine::kUniform, 1, 40, 4), Missed("b", Engine::kRandom, 2, 90, 10),
              Found("b", Engine::kRandom, 1, 20, 2), Found("a", Engine::kLibFuzzer, 1, 5, 0.5),
              Found("b", Engine::kRandom, 3, 10, 8)},
             10);
  ASSERT_EQ(scores.size(), 3u);
  EXPECT_EQ(scores[0].mutant, "a");
  EXPECT_EQ(scores[1].engine, Engine::kRandom);
  EXPECT_EQ(scores[1].found, 2u);
  EXPECT_EQ(scores[1].seeds, 3u);
  EXPECT_EQ(scores[1].programs, Known(20));
  EXPECT_EQ(scores[1].seconds, Known(8));
  EXPECT_EQ(scores[2].engine, Engine::kUniform);
}

TEST(ScoresTest, ALowerLimitFindsLess) {
  const std::vector<Attempt> attempts = {Found("a", Engine::kRandom, 1, 20, 2),
                                         Missed("a", Engine::kRandom, 2, 90, 10),
                                         Found("a", Engine::kRandom, 3, 70, 7)};
  EXPECT_EQ(Scores(attempts, 10)[0].seconds, Known(7));
  EXPECT_EQ(Scores(attempts, 5)[0].seconds, MoreThan(5));
  EXPECT_EQ(Scores(attempts, 5)[0].programs, MoreThan(70));
  EXPECT_EQ(Scores(attempts, 5)[0].found, 1u);
}

TEST(TotalsTest, CountWhatIsFoundInHalfOfTheSeeds) {
  const std::vector<Total> totals = Totals(
      Scores({Found("a", Engine::kLibFuzzer, 1, 5, 3), Found("b", Engine::kLibFuzzer, 1, 5, 0.5),
              Missed("c", Engine::kLibFuzzer, 1, 5, 10), Missed("c", Engine::kRandom, 1, 5, 10)},
             10));
  ASSERT_EQ(totals.size(), 2u);
  EXPECT_EQ(totals[0].engine, Engine::kRandom);
  EXPECT_EQ(totals[0].median, MoreThan(10));
  EXPECT_EQ(totals[0].slowest, "");
  EXPECT_EQ(totals[1].mutants, 3u);
  EXPECT_EQ(totals[1].seconds, (std::vector<double>{0.5, 3}));
  EXPECT_EQ(totals[1].median, Known(3));
  EXPECT_EQ(totals[1].slowest, "a");
}

// ---- the log ----

TEST(PowerLineTest, RoundTrip) {
  Attempt odd = Found("a,\"b\"", Engine::kUniform, 18446744073709551615u, 1, 0.000125);
  odd.signature = "it said \"no, never\"";
  const std::vector<Attempt> attempts = {odd, Missed("c", Engine::kLibFuzzer, 1, 0, 10)};
  std::string text = PowerHeader();
  for (const Attempt& attempt : attempts) text += PowerLine(attempt);
  std::vector<Attempt> read;
  EXPECT_EQ(ParsePower(text, &read), "");
  EXPECT_EQ(read, attempts);
}

TEST(PowerLineTest, IsOneLine) {
  Attempt attempt = Found("a", Engine::kRandom, 3, 17, 0.25);
  attempt.signature = "two\nlines, or\r\nmore";
  EXPECT_EQ(PowerLine(attempt), "a,random,3,1,\"two lines, or  more\",17,0.250000\n");
}

TEST(PowerLineTest, WhatIsNone) {
  for (const char* line : {"", "a,random,1,1,x,5", "a,random,1,1,x,5,0.5,7", "a,other,1,1,x,5,0.5",
                           ",random,1,1,x,5,1", "a,random,-1,1,x,5,0.5", "a,random,1,2,x,5,0.5",
                           "a,random,1,1,x,five,0.5", "a,random,1,1,x,5,-1", "a,random,1,1,x,5,nan",
                           "a,random,1,1,\"x,5,0.5"}) {
    std::vector<Attempt> read;
    EXPECT_EQ(ParsePower(PowerHeader() + "a,random,1,1,x,5,0.5\n" + line + "\n", &read),
              "line 3: it is not an attempt")
        << line;
  }
  std::vector<Attempt> read;
  EXPECT_TRUE(ParsePower("a,b\n", &read).starts_with("line 1: it is not `mutant,engine,"));
}

class PowerFileTest : public testing::Test {
 protected:
  PowerFileTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / (std::string("power_") + test->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~PowerFileTest() override { fs::remove_all(folder_); }

  std::string path() const { return (folder_ / "out" / "power.csv").string(); }
  std::string Text() const {
    std::ostringstream text;
    text << std::ifstream(path()).rdbuf();
    return text.str();
  }
  void Write(const std::string& text, std::ios::openmode mode = std::ios::out) const {
    fs::create_directories(folder_ / "out");
    std::ofstream(path(), mode) << text;
  }

  fs::path folder_;
};

using PowerLogTest = PowerFileTest;

TEST_F(PowerLogTest, Resumes) {
  const Attempt one = Found("a", Engine::kRandom, 1, 20, 2);
  const Attempt other = Missed("a", Engine::kUniform, 1, 90, 5);
  for (const Attempt& attempt : {one, other}) {
    PowerLog log;
    ASSERT_EQ(log.Open(path()), "");
    EXPECT_FALSE(log.Has(attempt.mutant, attempt.engine, attempt.seed, 5));
    EXPECT_EQ(log.Append(attempt), "");
  }
  EXPECT_EQ(Text(), PowerHeader() + PowerLine(one) + PowerLine(other));
  PowerLog log;
  ASSERT_EQ(log.Open(path()), "");
  EXPECT_EQ(log.attempts(), (std::vector<Attempt>{one, other}));
  EXPECT_TRUE(log.Has("a", Engine::kRandom, 1, 1000)) << "it was found";
  EXPECT_TRUE(log.Has("a", Engine::kUniform, 1, 5));
  EXPECT_FALSE(log.Has("a", Engine::kUniform, 1, 6)) << "it was searched for 5 s";
  EXPECT_FALSE(log.Has("a", Engine::kRandom, 2, 5));
  EXPECT_FALSE(log.Has("b", Engine::kRandom, 1, 5));
}

TEST_F(PowerLogTest, ALaterAttemptTakesThePlaceOfAnEarlierOne) {
  const Attempt before = Missed("a", Engine::kUniform, 1, 90, 5);
  const Attempt after = Found("a", Engine::kUniform, 1, 120, 7);
  Write(PowerHeader() + PowerLine(before) + PowerLine(after));
  PowerLog log;
  ASSERT_EQ(log.Open(path()), "");
  EXPECT_EQ(log.attempts(), (std::vector<Attempt>{after}));
}

TEST_F(PowerLogTest, AnUnfinishedLineIsCutOff) {
  const Attempt one = Found("a", Engine::kRandom, 1, 20, 2);
  const Attempt other = Found("b", Engine::kRandom, 1, 30, 3);
  Write(PowerHeader() + PowerLine(one) + "b,random,1,1,\"lo");
  PowerLog log;
  ASSERT_EQ(log.Open(path()), "");
  EXPECT_EQ(log.attempts(), (std::vector<Attempt>{one}));
  EXPECT_EQ(log.Append(other), "");
  EXPECT_EQ(Text(), PowerHeader() + PowerLine(one) + PowerLine(other));
}

TEST_F(PowerLogTest, KeepsWhatWillBeReadAgain) {
  Attempt attempt = Found("a", Engine::kRandom, 1, 20, 1);
  attempt.seconds = 1.0 / 3;
  PowerLog log;
  ASSERT_EQ(log.Open(path()), "");
  ASSERT_EQ(log.Append(attempt), "");
  PowerLog again;
  ASSERT_EQ(again.Open(path()), "");
  EXPECT_EQ(log.attempts(), again.attempts());
}

TEST_F(PowerLogTest, AnUnfinishedHeaderIsCutOff) {
  Write("mutant,eng");
  PowerLog log;
  ASSERT_EQ(log.Open(path()), "");
  EXPECT_EQ(Text(), PowerHeader());
}

TEST_F(PowerLogTest, WhatIsNoLogStaysAsItIs) {
  for (const std::string text : {"dear diary", "dear diary,\n", "dear diary,\nit rains"}) {
    Write(text);
    PowerLog log;
    EXPECT_TRUE(log.Open(path()).starts_with(path() + ": line 1: it is not ")) << text;
    EXPECT_EQ(Text(), text);
  }
}

TEST_F(PowerLogTest, CannotWrite) {
  std::ofstream(folder_ / "out").put('x');  // a file in place of the folder
  EXPECT_TRUE(PowerLog().Open(path()).starts_with(path() + ": "));
  fs::remove(folder_ / "out");
  fs::create_directories(folder_ / "out");
  fs::create_symlink("/dev/full", path());
  EXPECT_EQ(PowerLog().Open(path()), path() + ": is not a regular file");
}

TEST_F(PowerLogTest, ADiskThatIsFull) {
  PowerLog log;
  ASSERT_EQ(log.Open(path()), "");
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit none = {Text().size(), before.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &none);
  const std::string error = log.Append(Found("a", Engine::kRandom, 1, 20, 2));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(error, path() + ": File too large");
}

// ---- searches ----

class SearchTest : public PowerFileTest {
 protected:
  SearchTest() {
    options_.seconds = 4;
    options_.work = folder_.string();
    options_.fuzzer = FindFuzzer();
  }

  Attempt Find(const Specimen& mutant, Engine engine) {
    Attempt attempt = {.mutant = mutant.name, .engine = engine, .seed = 3};
    EXPECT_EQ(Search(mutant, options_, &attempt), "");
    return attempt;
  }
  Attempt Find(const std::string& mutant, Engine engine) {
    Specimen specimen;
    EXPECT_EQ(FindSpecimen(mutant, &specimen), "");
    return Find(specimen, engine);
  }

  SearchOptions options_;
};

TEST_F(SearchTest, EachEngineFindsALie) {
  for (const Engine engine : kEngines) {
    options_.seconds = 20;
    const Attempt attempt = Find("liar:load", engine);
    EXPECT_TRUE(attempt.found) << Name(engine);
    EXPECT_TRUE(attempt.signature.starts_with("load at load in ")) << attempt.signature;
    EXPECT_GT(attempt.programs, 0u);
    EXPECT_GT(attempt.seconds, 0);
    if (engine == Engine::kLibFuzzer) continue;  // its scheduling depends on time
    const Attempt again = Find("liar:load", engine);
    EXPECT_EQ(again.programs, attempt.programs) << Name(engine);
    EXPECT_EQ(again.signature, attempt.signature) << Name(engine);
  }
}

TEST_F(SearchTest, TheGeneratorNeedsFewerProgramsThanTheBaseline) {
  const Attempt random = Find("planted:map-last-slot", Engine::kRandom);
  const Attempt uniform = Find("planted:map-last-slot", Engine::kUniform);
  ASSERT_TRUE(random.found);
  EXPECT_TRUE(!uniform.found || uniform.programs > random.programs);
}

TEST_F(SearchTest, NothingIsFoundWhereNothingIsWrong) {
  options_.seconds = 1;
  for (const Engine engine : kEngines) {
    const Attempt attempt = Find("optimized", engine);
    EXPECT_FALSE(attempt.found) << attempt.signature;
    EXPECT_EQ(attempt.signature, "");
    EXPECT_EQ(attempt.seconds, 1);
    if (engine != Engine::kLibFuzzer) EXPECT_GT(attempt.programs, 10u);
  }
}

TEST_F(SearchTest, Crash) {
  const Attempt attempt = Find(FaultySpecimen(CrashOnTrigger), Engine::kRandom);
  EXPECT_TRUE(attempt.found);
  EXPECT_EQ(attempt.signature, "crashed with signal 11 (Segmentation fault)");
  EXPECT_GT(attempt.programs, 0u);
}

TEST_F(SearchTest, CrashOnlyAfterOtherPrograms) {
  const Attempt attempt = Find(FaultySpecimen([](const Op&, int programs, Observer&) {
                                 if (programs == 7) _exit(5);
                               }),
                               Engine::kUniform);
  EXPECT_TRUE(attempt.found);
  EXPECT_EQ(attempt.signature, "not repeatable: ended its process with exit status 5");
  EXPECT_EQ(attempt.programs, 7u);
}

TEST_F(SearchTest, HangCountsWithTheTimeThatItTakesToNotice) {
  const Attempt attempt = Find(FaultySpecimen([](const Op& op, int, Observer&) {
                                 while (Triggers(op)) pause();
                               }),
                               Engine::kRandom);
  EXPECT_TRUE(attempt.found);
  EXPECT_EQ(attempt.signature, "hung at setting");
  EXPECT_GE(attempt.seconds, 2);
}

TEST_F(SearchTest, HangOnlyAfterOtherPrograms) {
  options_.seconds = 6;
  const Attempt attempt = Find(FaultySpecimen([](const Op&, int programs, Observer&) {
                                 while (programs == 7) pause();
                               }),
                               Engine::kUniform);
  EXPECT_TRUE(attempt.found);
  // At whatever that program does first.
  EXPECT_TRUE(attempt.signature.starts_with("not repeatable: hung at ")) << attempt.signature;
  EXPECT_EQ(attempt.programs, 14u) << "the second time";
}

// A worker that is killed from outside restarts with the next program.
TEST_F(SearchTest, KilledOnceIsNoFinding) {
  options_.seconds = 1;
  const fs::path once = folder_ / "once";
  const Attempt attempt = Find(FaultySpecimen([once](const Op&, int programs, Observer&) {
                                 if (programs < 5) return;
                                 if (open(once.c_str(), O_CREAT | O_EXCL, 0600) < 0) return;
                                 raise(SIGKILL);
                               }),
                               Engine::kRandom);
  EXPECT_TRUE(fs::exists(once));
  EXPECT_FALSE(attempt.found) << attempt.signature;
  EXPECT_GT(attempt.programs, 10u) << "it did not continue";
}

TEST_F(SearchTest, IsStopped) {
  options_.seconds = 1000;
  int asked = 0;
  options_.stop = [&asked] { return ++asked > 3; };
  EXPECT_FALSE(Find("optimized", Engine::kRandom).found);
}

TEST_F(SearchTest, AFuzzerThatCannotBeRun) {
  options_.fuzzer = "/nonexistent";
  Specimen specimen;
  ASSERT_EQ(FindSpecimen("optimized", &specimen), "");
  Attempt attempt = {.engine = Engine::kLibFuzzer};
  EXPECT_EQ(Search(specimen, options_, &attempt),
            "libFuzzer cannot be run: ended its process with exit status 127");
  EXPECT_FALSE(attempt.found);
}

// ---- the plot ----

// The golden file can be opened in a browser.
TEST(PowerPlotTest, Golden) {
  const std::vector<Attempt> attempts = {
      Found("a", Engine::kRandom, 1, 20, 0.02), Found("b", Engine::kRandom, 1, 90, 2),
      Found("a", Engine::kUniform, 1, 70, 0.5), Missed("b", Engine::kUniform, 1, 99, 5),
      Found("b", Engine::kLibFuzzer, 1, 30, 1), Found("b", Engine::kLibFuzzer, 2, 30, 3)};
  std::ostringstream golden;
  golden << std::ifstream("fuzz/power/power_golden.svg").rdbuf();
  EXPECT_EQ(PowerPlot(Scores(attempts, 5), 5), golden.str());
}

TEST(PowerPlotTest, WhereNothingIsFound) {
  const std::string plot = PowerPlot(Scores({Missed("a", Engine::kRandom, 1, 20, 10)}, 10), 10);
  EXPECT_NE(plot.find("<title>How soon each engine finds 1 mutant</title>"), std::string::npos);
  EXPECT_NE(plot.find(">random: 0 of 1</text>"), std::string::npos);
  EXPECT_EQ(plot.find("nan"), std::string::npos) << plot;
  EXPECT_EQ(plot.find("inf"), std::string::npos) << plot;
}

// ---- walks ----

TEST(WalkTest, AreTheSameWheneverTheyAreMade) {
  Specimen planted;
  Specimen lawful;
  ASSERT_EQ(FindSpecimen("planted:map-last-slot", &planted), "");
  ASSERT_EQ(FindSpecimen("optimized", &lawful), "");
  const GeneratorOptions options = {.abilities = planted.abilities};
  const uint64_t first = Walk(planted, options, /*seed=*/1, /*limit=*/2000);
  EXPECT_GT(first, 0u);
  EXPECT_EQ(Walk(planted, options, 1, 2000), first);
  EXPECT_EQ(Walk(planted, options, 1, first), first);
  EXPECT_EQ(Walk(planted, options, 1, first - 1), 0u) << "the limit counts programs";
  EXPECT_NE(Walk(planted, options, 2, 2000), 0u);
  EXPECT_EQ(Walk(lawful, options, 1, 600), 0u) << "longer than a batch";
}

TEST(WalkTest, LongerProgramsCostMore) {
  Specimen lawful;
  ASSERT_EQ(FindSpecimen("optimized", &lawful), "");
  const double usual = CostOf(lawful, {.long_programs = false});
  EXPECT_GT(usual, 0);
  EXPECT_GT(CostOf(lawful, {.operations = 120, .long_programs = false}), 1.5 * usual);
}

}  // namespace
}  // namespace ouro
