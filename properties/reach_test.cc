// SPDX-License-Identifier: Apache-2.0

// Reach: what the generator's programs do. A tester is blind to what its programs never do, without
// any sign of it; so a minimum share of the programs must reach every operation, event and
// situation, unless the contract makes it impossible (model/judge/situation.h gives the reason).
//
// Prints the shares. The column "uniform" is the baseline: random operations without shapes.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "model/event_text.h"
#include "model/judge/law.h"
#include "model/judge/situation.h"
#include "model/trial.h"
#include "properties/generator/generator.h"
#include "properties/testing/arbitrary.h"
#include "properties/testing/fixture.h"
#include "properties/testing/recording.h"

namespace ouro {
namespace {

constexpr int kPrograms = 10'000;
constexpr double kLeast = 0.2;  // percent of the programs, at least

Program RandomProgram(uint64_t i) {
  return Generate(SeedOf(Seed(), i), {.abilities = kAllAbilities});
}

// ---- situations ----

// The share of programs, in percent, that reach each situation.
using Shares = std::array<double, kSituations>;

Shares Measure(const Specimen& specimen, const GeneratorOptions& options, int programs) {
  Trial trial(specimen);
  Shares shares{};
  for (int i = 0; i < programs; ++i) {
    const Verdict verdict = trial.Run(Generate(SeedOf(Seed(), static_cast<uint64_t>(i)), options));
    for (size_t s = 0; s < kSituations; ++s) {
      shares[s] += static_cast<double>(verdict.situations >> s & 1) * 100 / programs;
    }
  }
  return shares;
}

TEST(ReachTest, EverySituationIsReachedOrImpossible) {
  const std::vector<Specimen> specimens = {Named("optimized"), Named("optimized-27"),
                                           Named("optimized-pep442")};
  std::vector<Shares> shares;
  for (const Specimen& specimen : specimens)
    shares.push_back(Measure(specimen, {.abilities = kAllAbilities}, kPrograms));
  const Shares uniform =
      Measure(specimens[0], {.clusters = false, .abilities = kAllAbilities}, kPrograms);
  std::string table = fmt::format("{:34}", "% of programs");
  for (const Specimen& specimen : specimens)
    table += fmt::format("{:>13}", specimen.contract->name);
  table += fmt::format("{:>13}\n", "uniform");
  for (size_t s = 0; s < kSituations; ++s) {
    const auto situation = static_cast<Situation>(s);
    table += fmt::format("{:34}", Name(situation));
    for (size_t i = 0; i < specimens.size(); ++i) {
      const Contract& contract = *specimens[i].contract;
      const char* impossible = WhyImpossible(situation, *contract.exact());
      if (impossible != nullptr) {
        EXPECT_EQ(shares[i][s], 0)
            << Name(situation) << " was reached under " << contract.name << ", but: " << impossible;
      } else {
        EXPECT_GE(shares[i][s], kLeast)
            << Name(situation) << " is too rarely reached under " << contract.name;
      }
      table += impossible != nullptr ? fmt::format("{:>13}", "impossible")
                                     : fmt::format("{:13.2f}", shares[i][s]);
    }
    table += fmt::format("{:13.2f}\n", uniform[s]);
  }
  std::fputs(table.c_str(), stdout);
}

// ---- subjects ----

struct Special {
  Subject subject;
  const char* specimen;
  std::vector<Situation> situations;
};

// Otherwise the suites of laws_test would not test the subjects that they are named after.
TEST(ReachTest, SubjectsReachTheirOwnSituationsMoreOften) {
  const Special specials[] = {
      {Subject::kFreedObjects, "optimized", {Situation::kNestedDeath, Situation::kOldHoldsYoung}},
      {Subject::kUncollectableCycles,
       "optimized",
       {Situation::kUncollectable, Situation::kUncollectableWithout, Situation::kGarbageReleased,
        Situation::kWeakInUncollectable, Situation::kSaveallTrash}},
      {Subject::kDestructorCalls,
       "optimized-pep442",
       {Situation::kFinalizerRuns, Situation::kResurrectedByFinalizer, Situation::kSecondDeath,
        Situation::kSelfCycleMadeByFinalizer, Situation::kTrashFinalized,
        Situation::kTrashResurrected, Situation::kTrashPartlyResurrected}},
      {Subject::kWeakReferences,
       "optimized",
       {Situation::kCallbackRuns, Situation::kSeveralCallbacks, Situation::kWeakOutsideTrash,
        Situation::kRescuedByWeakReference, Situation::kWeakDiedOfCallback}},
      {Subject::kCollections,
       "optimized-27",
       {Situation::kAutomaticCollection, Situation::kAutomaticMiddle,
        Situation::kFullCollectionWaited, Situation::kSurvivorPromoted, Situation::kOldHoldsYoung}},
  };
  for (const Special& special : specials) {
    const Specimen specimen = Named(special.specimen);
    const Shares usual = Measure(specimen, {.abilities = kAllAbilities}, kPrograms / 2);
    const Shares biased =
        Measure(specimen, {.subject = special.subject, .abilities = kAllAbilities}, kPrograms / 2);
    for (const Situation situation : special.situations) {
      const auto s = static_cast<size_t>(situation);
      std::printf("%-34s%12.2f %% instead of %.2f %%\n", Name(situation), biased[s], usual[s]);
      EXPECT_GT(biased[s], usual[s]) << Name(situation) << " on " << special.specimen;
    }
  }
}

// ---- operations and events ----

struct Seen {
  int in_main = 0;
  int in_scripts = 0;
};

// Adds the operations that one program executed, each at most once. Those of scripts are indented.
void Count(const Transcript& lines, std::array<Seen, kOpCodes>* seen) {
  std::array<Seen, kOpCodes> here{};
  for (const Line& line : lines) {
    if (!line.op) continue;
    Seen& code = here[static_cast<size_t>(line.op->code)];
    (line.indent == 0 ? code.in_main : code.in_scripts) = 1;
  }
  for (size_t i = 0; i < kOpCodes; ++i) {
    (*seen)[i].in_main += here[i].in_main;
    (*seen)[i].in_scripts += here[i].in_scripts;
  }
}

// What generated scripts never do: see ScriptOp in generator.cc.
bool MainOnly(OpCode code) {
  return code == OpCode::kThreshold || code == OpCode::kEnable || code == OpCode::kDisable ||
         code == OpCode::kSaveallOn || code == OpCode::kSaveallOff || code == OpCode::kFail ||
         code == OpCode::kEnd;
}

// `ouro campaign --scale`: each program has one long chain, unless its place is beyond the end.
constexpr int kLongChain = 1000;
TEST(ReachTest, LongChainsComeWithScaleAlone) {
  for (const bool scale : {false, true}) {
    int chains = 0;
    for (uint64_t i = 0; i < 1000; ++i) {
      const Program program = Generate(SeedOf(Seed(), i), {.scale = scale});
      const auto all = std::count_if(program.main.begin(), program.main.end(), [](const Op& op) {
        return op.code == OpCode::kChain && op.count >= kLongChain;
      });
      EXPECT_LE(all, 1);
      chains += static_cast<int>(all);
    }
    EXPECT_EQ(chains > 0, scale);
    if (scale) EXPECT_GE(chains, 900);
  }
}

TEST(ReachTest, EveryOperationIsExecuted) {
  constexpr int kRecorded = 2000;
  for (const char* name : {"optimized", "optimized-pep442"}) {
    Trial trial(Named(name));
    std::array<Seen, kOpCodes> seen{};
    for (uint64_t i = 0; i < kRecorded; ++i) {
      Count(Record(trial, RandomProgram(i)).lines, &seen);
    }
    std::printf("%% of programs, %s: in main, in scripts\n", name);
    for (size_t i = 0; i < kOpCodes; ++i) {
      const auto code = static_cast<OpCode>(i);
      if (code == OpCode::kPoke) continue;   // of kinds, which these do not offer: dress_test.cc
      if (code == OpCode::kChain) continue;  // executed as other operations
      if (code == OpCode::kStep) continue;   // of contracts of bounds
      const double in_main = seen[i].in_main * 100.0 / kRecorded;
      const double in_scripts = seen[i].in_scripts * 100.0 / kRecorded;
      std::printf("  %-24s%10.2f%10.2f\n", Print(Op{.code = code}).c_str(), in_main, in_scripts);
      if (code != OpCode::kRaise) EXPECT_GE(in_main, 1) << Print(Op{.code = code});
      if (!MainOnly(code))
        EXPECT_GE(in_scripts, kLeast) << Print(Op{.code = code}) << " in scripts";
    }
  }
}

TEST(ReachTest, EveryEventIsReported) {
  constexpr int kRecorded = 2000;
  constexpr auto kEvents = static_cast<size_t>(Event::Kind::kFailed) + 1;
  for (const char* name : {"optimized", "optimized-pep442"}) {
    Trial trial(Named(name));
    std::array<int, kEvents> seen{};
    for (uint64_t i = 0; i < kRecorded; ++i) {
      std::array<bool, kEvents> here{};
      for (const Line& line : Record(trial, RandomProgram(i)).lines) {
        if (line.event) here[static_cast<size_t>(line.event->kind)] = true;
      }
      for (size_t kind = 0; kind < kEvents; ++kind) seen[kind] += here[kind];
    }
    std::printf("%% of programs, %s\n", name);
    for (size_t kind = 0; kind < kEvents; ++kind) {
      const std::string text = Print(Event{.kind = static_cast<Event::Kind>(kind), .id = 0});
      std::printf("  > %-22s%10.2f\n", text.c_str(), seen[kind] * 100.0 / kRecorded);
      EXPECT_GE(seen[kind] * 100.0 / kRecorded, 1) << text << " with " << name;
    }
  }
}

}  // namespace
}  // namespace ouro
