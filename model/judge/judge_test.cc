// SPDX-License-Identifier: Apache-2.0

// The judge on traces by hand: the rules of the tables (judge_rules.h), the text of convictions,
// and that no law is untested.

#include "model/judge/exact_judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "model/judge/testing/judge_rules.h"
#include "model/trace.h"

namespace ouro {

static void PrintTo(const Rule& rule, std::ostream* out) { *out << rule.name; }
static void PrintTo(const Difference& difference, std::ostream* out) { *out << difference.name; }

namespace {

constexpr const char* kMark = "# <- here";

std::vector<const Contract*> Contracts(const std::string& versions) {
  std::vector<const Contract*> contracts;
  std::istringstream words(versions);
  for (std::string word; words >> word;) {
    contracts.push_back(nullptr);
    EXPECT_EQ(ReadContract((std::isdigit(word[0]) != 0 ? "cpython" : "") + word, &contracts.back()),
              "");
  }
  return contracts;
}

// The lines of a rule's text that begin with a space or with `side`, without these.
std::string Side(const std::string& text, char side) {
  std::istringstream lines(text);
  std::string trace;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    EXPECT_NE(std::string(" -+").find(line[0]), std::string::npos) << line;
    if (line[0] == ' ' || line[0] == side) trace += line.substr(1) + "\n";
  }
  return trace;
}

size_t MarkedLine(const std::string& trace) {
  const size_t mark = trace.find(kMark);
  EXPECT_NE(mark, std::string::npos) << "no line is marked";
  EXPECT_EQ(trace.find(kMark, mark + 1), std::string::npos) << "two lines are marked";
  return static_cast<size_t>(std::count(&trace[0], &trace[mark], '\n')) + 1;
}

TraceVerdict JudgeOne(const std::string& trace, const Contract& contract) {
  std::vector<TraceVerdict> verdicts;
  EXPECT_EQ(JudgeTraces(trace, contract, &verdicts), "") << trace;
  if (verdicts.size() != 1) {
    ADD_FAILURE() << "one trace became " << verdicts.size() << "\n" << trace;
    return {};
  }
  return verdicts.front();
}

void ExpectLawful(const std::string& trace, const Contract& contract) {
  const TraceVerdict verdict = JudgeOne(trace, contract);
  if (!verdict.violation) return;
  ADD_FAILURE() << contract.name << ": convicted of " << Name(verdict.violation->law) << " in line "
                << verdict.line << ": " << verdict.violation->what << "\n"
                << trace;
}

void ExpectConvicted(const std::string& trace, const Contract& contract, Law law) {
  const TraceVerdict verdict = JudgeOne(trace, contract);
  if (!verdict.violation) {
    ADD_FAILURE() << contract.name << ": not convicted of " << Name(law) << "\n" << trace;
    return;
  }
  EXPECT_STREQ(Name(verdict.violation->law), Name(law))
      << contract.name << ", line " << verdict.line << ": " << verdict.violation->what << "\n"
      << trace;
  EXPECT_EQ(verdict.line, MarkedLine(trace))
      << contract.name << ": " << verdict.violation->what << "\n"
      << trace;
  EXPECT_FALSE(verdict.violation->what.empty());
  EXPECT_FALSE(verdict.violation->lawful.empty());
  EXPECT_EQ(verdict.violation->signature.find(Name(law)), 0u) << verdict.violation->signature;
}

// ---- the tables ----

std::vector<Rule> AllRules() {
  std::vector<Rule> rules;
  for (const auto& table : {DeathRules(),          FinalizerRules(),    WeakRules(),
                            WeakCollectionRules(), CollectionRules(),   GarbageRules(),
                            TrashFinalizerRules(), ResurrectionRules(), ScheduleRules(),
                            GenerationRules(),     MapRules(),          MapCollectionRules(),
                            EmergencyRules(),      EndRules(),          ScopeRules(),
                            FillRules(),           HeldRules(),         StepRules(),
                            EnvelopeRules(),       CountRules(),        AbilityRules()}) {
    rules.insert(rules.end(), table.begin(), table.end());
  }
  return rules;
}

class RuleTest : public testing::TestWithParam<Rule> {};

TEST_P(RuleTest, HasALawfulTrace) {
  for (const Contract* contract : Contracts(GetParam().contracts)) {
    ExpectLawful(Side(GetParam().trace, '-'), *contract);
  }
}

TEST_P(RuleTest, ConvictsItsNeighbour) {
  for (const Contract* contract : Contracts(GetParam().contracts)) {
    ExpectConvicted(Side(GetParam().trace, '+'), *contract, GetParam().law);
  }
}

std::vector<Difference> AllDifferences() {
  std::vector<Difference> differences(Differences().begin(), Differences().end());
  for (const auto& more : {ClearingDifferences(), EndDifferences()}) {
    differences.insert(differences.end(), more.begin(), more.end());
  }
  return differences;
}

class DifferenceTest : public testing::TestWithParam<Difference> {};

TEST_P(DifferenceTest, IsTheContracts) {
  const std::string trace = Side(GetParam().trace, ' ');
  for (const Contract* contract : Contracts(GetParam().lawful)) ExpectLawful(trace, *contract);
  for (const Contract* contract : Contracts(GetParam().unlawful)) {
    ExpectConvicted(trace, *contract, GetParam().law);
  }
}

const auto kName = [](const auto& info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(Judge, RuleTest, testing::ValuesIn(AllRules()), kName);
INSTANTIATE_TEST_SUITE_P(Judge, DifferenceTest, testing::ValuesIn(AllDifferences()), kName);

// What a conviction says would have been lawful is, in the place of the event that was not, or
// after the last one before the event that was missing. Returns how many events it says.
int ExpectLawfulHere(const std::string& trace, const Contract& contract) {
  const TraceVerdict verdict = JudgeOne(trace, contract);
  if (!verdict.violation || verdict.violation->lawful.rfind("nothing", 0) == 0) return 0;
  std::istringstream lines(trace);
  std::string before;
  std::string line;
  for (size_t i = 1; i < verdict.line; ++i) before += (std::getline(lines, line), line) + "\n";
  std::getline(lines, line);
  std::istringstream words(verdict.violation->lawful);
  int said = 0;
  for (std::string item; std::getline(words >> std::ws, item, ',');) {
    if (item.find(" more") != std::string::npos) continue;
    ++said;
    // Nobody may report that after it: so it is convicted itself, or that is.
    const std::string event = "> " + item + "\n> free 999\n";
    const TraceVerdict instead = JudgeOne(before + event, contract);
    const TraceVerdict after = JudgeOne(before + line + "\n" + event, contract);
    EXPECT_TRUE(instead.line == verdict.line + 1 || after.line == verdict.line + 2)
        << contract.name << " convicts of " << instead.violation->what << ": " << item << "\n"
        << trace;
  }
  return said;
}

TEST(JudgeTables, SayWhatIsLawful) {
  int said = 0;
  for (const Rule& rule : AllRules()) {
    for (const Contract* contract : Contracts(rule.contracts)) {
      said += ExpectLawfulHere(Side(rule.trace, '+'), *contract);
    }
  }
  for (const Difference& difference : AllDifferences()) {
    for (const Contract* contract : Contracts(difference.unlawful)) {
      said += ExpectLawfulHere(Side(difference.trace, ' '), *contract);
    }
  }
  EXPECT_GT(said, 1000);
}

TEST(JudgeTables, HaveEveryLaw) {
  std::set<Law> seen;
  for (const Rule& rule : AllRules()) seen.insert(rule.law);
  for (int i = 0; i < kLaws; ++i) {
    EXPECT_EQ(seen.count(static_cast<Law>(i)), 1u) << Name(static_cast<Law>(i));
  }
}

// ---- the text of a conviction ----

struct Words {
  const Contract& contract;
  const char* trace;
  const char* what;
  const char* lawful;
  const char* signature;
};

void ExpectWords(const Words& words) {
  SCOPED_TRACE(words.trace);
  const TraceVerdict verdict = JudgeOne(words.trace, words.contract);
  ASSERT_TRUE(verdict.violation);
  EXPECT_EQ(verdict.violation->what, words.what);
  EXPECT_EQ(verdict.violation->lawful, words.lawful);
  EXPECT_EQ(verdict.violation->signature, words.signature);
}

TEST(JudgeWords, SayWhoHoldsWhatWasFreed) {
  const Words table[] = {
      {kCPython26, "r0 = node 1\n> new 0\nr2 = node 1\n> new 1\nr2.0 = r0\nr0 = none\n> free 0\n",
       "#0 was freed while referenced: r2 -> #1 slot 0 -> #0", "nothing; #0 lives on",
       "no-free-while-held at assignment in main"},
      {kCPython26, "r0 = node 1\n> new 0\nr0.0 = r0\nr0 = none\n> free 0\n",
       "#0 was freed while referenced: #0 slot 0 -> #0 (a cycle that no collection has found yet)",
       "nothing; #0 lives on", "no-free-while-held at assignment in main"},
      {kCPython26,
       "r0 = node 1 del 0\n> new 0\nr0.0 = r0\nr0 = none\ncollect 2\n> collect 2\n> free 0\n",
       "#0 was freed while referenced: #0 slot 0 -> #0 (uncollectable)", "garbage 0",
       "no-free-while-held at collect in main"},
      {kCPython26,
       "r0 = node 1 del 0\n> new 0\nr0.0 = r0\nr0 = none\ncollect 2\n> collect 2\n> garbage 0\n"
       "> free 0\n",
       "#0 was freed while referenced: garbage 0 -> #0", "done 1",
       "no-free-while-held at collect in main"},
      {kCPython39, "r0 = node 0 del 0\n> new 0\nr0 = none\n> finalize 0\nr1 = leaf\n> free 0\n",
       "#0 was freed while referenced: self of a running script -> #0", "new 1",
       "no-free-while-held at leaf in a finalizer"},
      {kCPython39,
       "r0 = node 1 del 0\n> new 0\nr1 = leaf\n> new 1\nr0.0 = r1\nr1 = none\nr0 = none\n> free "
       "1\n",
       "#1 was freed while referenced: what is due before the death of #0 -> #0 slot 0 -> #1",
       "finalize 0", "no-free-while-held at assignment in main"},
      {kCPython39,
       "r0 = node 0\n> new 0\nr1 = weak r0 call 0\n> new 1\nr2 = weak r0 call 0\n> new 2\n"
       "r0 = none\n> callback 2\nr1 = none\n> free 1\n",
       "#1 was freed while referenced: the callback due for #0 -> #1", "callback 1",
       "no-free-while-held at assignment in a callback"},
      {kCPython39,
       "r0 = map\n> new 0\nr1 = node 1\n> new 1\nr2 = node 0\n> new 2\nr1.0 = r2\nr0[r2] = r2\n"
       "r0[r1] = r0\nr2 = none\n> free 2\n",
       "#2 was freed while referenced: r1 -> #1 slot 0 -> #2", "nothing; #2 lives on",
       "no-free-while-held at assignment in main"},
      {kCPython39,
       "r0 = map\n> new 0\nr1 = node 0\n> new 1\nr2 = leaf\n> new 2\nr0[r1] = r2\nr2 = none\n"
       "> free 2\n",
       "#2 was freed while referenced: r0 -> #0 entry of #1 -> #2", "nothing; #2 lives on",
       "no-free-while-held at assignment in main"},
      {kCPython26, "r0 = map\n> new 0\nr1 = node 0\n> new 1\nr0[r1] = r1\nr1 = none\n> free 1\n",
       "#1 was freed while referenced: #0 entry of #1 -> #1 (a cycle that no collection has found "
       "yet)",
       "nothing; #1 lives on", "no-free-while-held at assignment in main"},
  };
  for (const Words& words : table) ExpectWords(words);
}

TEST(JudgeWords, SayWhatDidNotHappen) {
  const Words table[] = {
      {kCPython26, "r0 = leaf\n> new 0\nr0 = none\n",
       "nothing references #0 any more, but it was not freed", "free 0",
       "free-at-once at assignment in main"},
      {kCPython26, "r0 = node 0 del 0\n> new 0\nr0 = none\n",
       "nothing references #0 any more, but its finalizer did not run", "finalize 0",
       "finalize-at-once at assignment in main"},
      {kCPython26, "r0 = node 0\n> new 0\nr1 = weak r0 call 0\n> new 1\nr0 = none\n",
       "nothing references #0 any more, but its callbacks did not run", "callback 1",
       "callback-before-free at assignment in main"},
      {kCPython26, "threshold 1 9 9\nr0 = node 0\n> new 0\nr1 = node 0\n> new 1\n",
       "an automatic collection was due: counts 2 0 0 over 1 9 9", "collect 0 auto",
       "collection-schedule at node in main"},
      {kCPython26, "r0 = node 1\n> new 0\nr0.0 = r0\nr0 = none\ncollect 2\n> collect 2\n> done 0\n",
       "#0 is trash of generation 2 or younger, but was not freed", "free 0",
       "trash-freed at collect in main"},
      {kCPython26, "fail 1\nr0 = leaf\n> new 0\n",
       "#0 was born, although this allocation had to fail", "failed",
       "failed-allocation at leaf in main"},
      {kCPython26, "r0 = leaf\n", "no object was created", "new 0",
       "event-in-place at leaf in main"},
  };
  for (const Words& words : table) ExpectWords(words);
}

TEST(JudgeWords, SayWhatWouldHaveBeenRight) {
  const Words table[] = {
      {kCPython26, "r0 = node 1\n> new 0\nr0.0 = r0\nr1 = r0.0\n> got none\n",
       "`r1 = r0.0` yielded none instead of #0", "got 0", "load at load in main"},
      {kCPython26, "r0 = node 0\n> new 0\nr1 = weak r0\n> new 1\nr2 = r1()\n> got none\n",
       "`r2 = r1()` yielded none instead of #0", "got 0", "dereference at dereference in main"},
      {kCPython26,
       "r0 = map\n> new 0\nr1 = node 0\n> new 1\nr0[r1] = r0\nr2 = r0[r1]\n> got none\n",
       "`r2 = r0[r1]` yielded none instead of #0", "got 0", "lookup at lookup in main"},
      {kCPython26, "collect 1\n> collect 1\n> done 3\n", "the collection returned 3 instead of 0",
       "done 0", "collection-count at collect in main"},
      {kCPython26,
       "r0 = node 0\n> new 0\nr1 = weak r0 call 0\n> new 1\nr2 = weak r0 call 0\n> new 2\n"
       "r0 = none\n> callback 1\n",
       "#2 is newer than #1, and was due first", "callback 2",
       "callback-order at assignment in main"},
      {kCPython26, "r0 = node 0\n> new 0\ncensus\n> tracked 0 2\n", "#0 is in generation 0, not 2",
       "tracked 0 0", "census-generation at census in main"},
      {kCPython26, "r0 = leaf\n> new 0\nr0 = none\n> free 0\n> free 0\n",
       "#0 was freed a second time", "nothing", "free-once at assignment in main"},
  };
  for (const Words& words : table) ExpectWords(words);
}

TEST(JudgeWords, NameAtMostSixThingsThatAreDue) {
  std::string trace = "r0 = node 8\n> new 0\n";
  for (int i = 0; i < 8; ++i) {
    const std::string id = std::to_string(i + 1);
    trace += "r1 = leaf\n> new " + id + "\nr0." + std::to_string(i) + " = r1\nr1 = none\n";
  }
  const TraceVerdict verdict = JudgeOne(trace + "r0 = none\n", kCPython26);
  ASSERT_TRUE(verdict.violation);
  EXPECT_EQ(std::count(verdict.violation->lawful.begin(), verdict.violation->lawful.end(), ','), 6);
  EXPECT_NE(verdict.violation->lawful.find(", 3 more"), std::string::npos)
      << verdict.violation->lawful;
}

// ---- what no lawful collector does ----

// Its slots are released when the callback has ended. With an entry, Free releases slots, too.
TEST(Judge, FollowsADeathWithinItsOwnCallback) {
  for (const Contract* contract : Contracts(kAll)) {
    ExpectLawful(
        "r0 = map\n> new 0\nr1 = node 0\n> new 1\nr0[r1] = r0\nr2 = node 1\n> new 2\n"
        "r2.0 = r0\nr3 = weak r2 call 0\n> new 3\nr2 = none\n> callback 3\nr4 = r0\n> free 2\n"
        "> end 3\nr4 = r0[r1]\n> got 0\n",
        *contract);
  }
}

// ---- after a conviction ----

TEST(Judge, HasNoEffectAfterAConvictionUntilReset) {
  ExactJudge judge(*kCPython26.exact());
  judge.Observe(Event::Free(0));
  ASSERT_TRUE(judge.violation());
  const std::string what = judge.violation()->what;
  judge.Begin(Op{.code = OpCode::kLeaf});
  judge.Observe(Event::New(0));
  judge.End();
  judge.ScriptEnded(false);
  judge.Finish();
  EXPECT_EQ(judge.violation()->what, what);
  EXPECT_EQ(judge.reg(0), kNone);
  judge.Reset();
  EXPECT_FALSE(judge.violation());
  EXPECT_TRUE(judge.idle());
  judge.Begin(Op{.code = OpCode::kLeaf});
  judge.Observe(Event::New(0));
  judge.End();
  judge.Finish();
  EXPECT_FALSE(judge.violation());
  EXPECT_EQ(judge.reg(0), 0);
}

TEST(Judge, ResetForgetsSettingsCountsAndObjects) {
  const std::string first =
      "threshold 1 9 9\nsaveall on\nr0 = node 0\n> new 0\nfail 1\ndisable\n---\n";
  const std::string second =
      "r0 = node 1\n> new 0\nr0.0 = r0\nr0 = none\ncollect 2\n> collect 2\n> free 0\n> done 1\n"
      "r0 = node 0\n> new 1\nr1 = node 0\n> new 2\n";
  std::vector<TraceVerdict> verdicts;
  ASSERT_EQ(JudgeTraces(first + second, kCPython26, &verdicts), "");
  ASSERT_EQ(verdicts.size(), 2u);
  for (const TraceVerdict& verdict : verdicts) {
    EXPECT_FALSE(verdict.violation) << verdict.violation->what;
  }
}

// All traces of the tables, by contract, each after many others: broken off by a conviction or not,
// they leave nothing to the next one.
TEST(Judge, ResetForgetsWhatAnyRuleIsAbout) {
  std::map<const Contract*, std::vector<std::string>> traces;
  for (const Rule& rule : AllRules()) {
    for (const Contract* contract : Contracts(rule.contracts)) {
      for (const char side : {'-', '+'}) traces[contract].push_back(Side(rule.trace, side));
    }
  }
  EXPECT_GT(traces[&kCPython26].size(), 300u);
  for (const auto& [contract, all] : traces) {
    std::vector<std::string> signatures;
    for (const std::string& trace : all) {
      const TraceVerdict alone = JudgeOne(trace, *contract);
      signatures.push_back(alone.violation ? alone.violation->signature : "");
    }
    // Each of these steps visits all traces, and has others next to each other.
    for (const size_t step : {1, 2, 3, 5, 7, 11, 13, 17}) {
      std::string text;
      std::vector<size_t> order;
      for (size_t begin = 0; begin < step; ++begin) {
        for (size_t i = begin; i < all.size(); i += step) {
          order.push_back(i);
          text += all[i] + "---\n";
        }
      }
      std::vector<TraceVerdict> verdicts;
      ASSERT_EQ(JudgeTraces(text, *contract, &verdicts), "");
      ASSERT_EQ(verdicts.size(), order.size());
      for (size_t i = 0; i < order.size(); ++i) {
        const auto& violation = verdicts[i].violation;
        EXPECT_EQ(violation ? violation->signature : "", signatures[order[i]])
            << contract->name << ", after another trace:\n"
            << all[order[i]];
      }
    }
  }
}

TEST(Judge, SaysThatNoOperationWasOpen) {
  for (const Contract* contract : {&kCPython26, &kPhp}) {
    const std::unique_ptr<Judge> judge = MakeJudge(*contract);
    judge->End();
    ASSERT_TRUE(judge->violation());
    EXPECT_EQ(judge->violation()->law, Law::kEventInPlace);
    EXPECT_EQ(judge->violation()->what, "no operation was open");
  }
}

TEST(Judge, ConvictsATraceThatEndsWithinAnOperation) {
  for (const Contract* contract : {&kCPython26, &kPhp}) {
    const std::unique_ptr<Judge> judge = MakeJudge(*contract);
    judge->Begin(Op{.code = OpCode::kLeaf});
    judge->Observe(Event::New(0));
    ASSERT_FALSE(judge->violation());
    judge->Finish();
    ASSERT_TRUE(judge->violation());
    EXPECT_EQ(judge->violation()->law, Law::kEventInPlace);
    EXPECT_EQ(judge->violation()->what, "the trace ends before its last operation has ended");
  }
}

// The path to #0 has a hundred thousand links, and the sentence is as short as for twenty.
TEST(Judge, ShowsTheEndsOfALongWay) {
  constexpr int kLinks = 100'000;
  std::string trace = "disable\n";
  for (int i = 0; i < kLinks; ++i) {
    trace += "r1 = node 1\n> new " + std::to_string(i) + "\n";
    if (i > 0) trace += "r1.0 = r0\n";
    trace += "r0 = r1\nr1 = none\n";
  }
  trace += "collect 2\n> collect 2\n> free 0\n";
  for (const Contract* contract : {&kCPython26, &kPhp}) {
    EXPECT_EQ(
        JudgeOne(trace, *contract).violation.value_or(Violation{}).what,
        "#0 was freed while referenced: r0 -> #99999 slot 0 -> #99998 slot 0 -> #99997 slot 0 -> "
        "#99996 slot 0 -> (99990 more) -> #5 slot 0 -> #4 slot 0 -> #3 slot 0 -> #2 slot 0 -> "
        "#1 slot 0 -> #0");
  }
}

}  // namespace
}  // namespace ouro
