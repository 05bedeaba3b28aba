// SPDX-License-Identifier: Apache-2.0

// The mutator: its results are valid, bounded, and the same for the same seed; every mutation has
// its share; and no mutated program makes a lawful collector break a law.

#include "fuzz/libfuzzer/mutator.h"
#include "fuzz/libfuzzer/random_op.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "model/collector.h"
#include "model/program.h"
#include "model/trial.h"
#include "properties/generator/generator.h"
#include "properties/generator/random.h"

namespace ouro {
namespace {

constexpr size_t kMaxOps = 128;

Program Typical(uint64_t seed) {
  // As the byte form rounds it: inputs of a mutator are decoded.
  const std::vector<uint8_t> bytes =
      Encode(Generate(SeedOf(5, seed), {.operations = 40, .long_programs = false}));
  return Decode(bytes.data(), bytes.size());
}

Program Trimmed(Program program) {
  while (!program.scripts.empty() && program.scripts.back().empty()) program.scripts.pop_back();
  return program;
}

// It survives a round trip through its text and its byte form.
void ExpectValid(const Program& program, const std::string& who) {
  EXPECT_LE(program.size(), kMaxOps) << who;
  const std::vector<uint8_t> bytes = Encode(program);
  EXPECT_EQ(Trimmed(Decode(bytes.data(), bytes.size())), Trimmed(program)) << who;
  std::vector<Program> parsed;
  const std::string text = Print(program);
  ASSERT_EQ(Parse(text, &parsed), "") << who << "\n" << text;
  if (program.size() > 0) EXPECT_EQ(Print(parsed.at(0)), text) << who;
}

TEST(MutatorTest, EachMutationAppliesToTypicalProgramsAndKeepsThemValid) {
  constexpr int kSeeds = 1000;
  for (const Mutation& mutation : kMutationTable) {
    int changed = 0;
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
      const Program before = Typical(seed % 50);
      Program after = before;
      Random random(seed);
      const bool applied = mutation.apply(random, kMaxOps, &after);
      EXPECT_EQ(applied, Trimmed(after) != Trimmed(before)) << mutation.name << " " << seed;
      changed += applied ? 1 : 0;
      ExpectValid(after, mutation.name);
    }
    EXPECT_GE(changed, kSeeds * 9 / 10) << mutation.name;
  }
}

TEST(MutatorTest, EachKindHasItsShare) {
  constexpr int kDraws = 60'000;
  std::map<std::string, int> drawn;
  Random random(1);
  for (int i = 0; i < kDraws; ++i) {
    Program program = Typical(static_cast<uint64_t>(i) % 50);
    const Mutation* mutation = MutateOnce(random, kMaxOps, &program);
    ASSERT_NE(mutation, nullptr);
    ++drawn[mutation->name];
  }
  EXPECT_EQ(drawn.size(), kMutations);
  for (const auto& [name, times] : drawn) {
    EXPECT_NEAR(times, kDraws / static_cast<double>(kMutations), 0.2 * kDraws / kMutations) << name;
  }
}

TEST(MutatorTest, TheSameSeedMakesTheSameProgram) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Program one = Typical(seed);
    Program other = Typical(seed);
    Mutate(seed, kMaxOps, &one);
    Mutate(seed, kMaxOps, &other);
    EXPECT_EQ(one, other);
    EXPECT_NE(one, Typical(seed)) << seed;
    EXPECT_EQ(Cross(seed, one, Typical(seed + 1), kMaxOps),
              Cross(seed, other, Typical(seed + 1), kMaxOps));
  }
}

TEST(MutatorTest, TooLongProgramsAreCut) {
  Program program = Generate(1, {.operations = 500});
  Mutate(1, kMaxOps, &program);
  ExpectValid(program, "cut");
}

std::set<OpCode> ReachedFromNothing() {
  std::set<OpCode> reached;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Program program;
    for (uint64_t i = 0; i < 20; ++i) Mutate(seed * 20 + i, kMaxOps, &program);
    for (const Op& op : program.main) reached.insert(op.code);
    for (const Script& script : program.scripts) {
      for (const Op& op : script) reached.insert(op.code);
    }
  }
  return reached;
}

TEST(MutatorTest, FromNothingToEveryOperation) {
  const std::set<OpCode> plain = ReachedFromNothing();
  SetVocabulary({}, kAllAbilities);
  const std::set<OpCode> with_all = ReachedFromNothing();
  SetVocabulary({}, /*abilities=*/0);
  for (int i = 0; i < kOpCodes; ++i) {
    const auto code = static_cast<OpCode>(i);
    // There is nothing to poke without kinds. Chains come with what a generated program lends.
    const bool never = code == OpCode::kPoke;
    const uint32_t needs = NeedsOf(code);
    const bool newer = (needs & kNewerAbilities) != 0;
    EXPECT_EQ(plain.count(code) != 0, !never && !newer) << WordOf(code);
    const bool there = (needs & ~kAllAbilities) == 0;
    EXPECT_EQ(with_all.count(code) != 0, !never && there) << WordOf(code);
  }
}

TEST(MutatorTest, NamesTheKindsOfTheSpecimenAtTheirPlaces) {
  std::vector<KindRow> kinds(3);
  ASSERT_EQ(ReadKind("closure edge pokes=3", &kinds[0]), "");
  ASSERT_EQ(ReadKind("list node", &kinds[1]), "");
  ASSERT_EQ(ReadKind("bad edge leaks=new", &kinds[2]), "");
  SetVocabulary(KindTable(kinds), /*abilities=*/0);
  int named = 0, pokes = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Program program;
    for (uint64_t i = 0; i < 20; ++i) Mutate(seed * 20 + i, kMaxOps, &program);
    for (const Op& op : program.main) {
      pokes += op.code == OpCode::kPoke ? 1 : 0;
      if (op.kind == kPlain) continue;
      ++named;
      EXPECT_EQ(op.kind, op.code == OpCode::kNode ? kinds[1].id : kinds[0].id);
      EXPECT_NE(op.code, OpCode::kCopy);
    }
  }
  EXPECT_GT(named, 100);
  EXPECT_GT(pokes, 10);
  SetVocabulary({}, /*abilities=*/0);
}

TEST(MutatorTest, CrossTakesFromBoth) {
  int mixed = 0;
  constexpr int kPairs = 500;
  for (uint64_t seed = 0; seed < kPairs; ++seed) {
    const Program a = Typical(seed);
    const Program b = Typical(seed + 1000);
    const Program child = Cross(seed, a, b, kMaxOps);
    ExpectValid(child, "cross");
    const Program alone = Cross(seed, a, Program{}, kMaxOps);
    mixed += child != a && child != b && child != alone ? 1 : 0;
  }
  EXPECT_GE(mixed, kPairs * 8 / 10);
}

TEST(MutatorTest, MutatedProgramsAreLawful) {
  Specimen optimized;
  ASSERT_EQ(FindSpecimen("optimized", &optimized), "");
  Trial trial(optimized);
  SetVocabulary({}, kAllAbilities);
  for (uint64_t seed = 0; seed < 10'000; ++seed) {
    Program program = Typical(seed);
    for (uint64_t i = 0; i < 5; ++i) Mutate(seed * 5 + i, kMaxOps, &program);
    const Verdict verdict = trial.Run(program);
    ASSERT_TRUE(verdict.lawful()) << Report(optimized, verdict, Print(program));
  }
  SetVocabulary({}, /*abilities=*/0);
}

}  // namespace
}  // namespace ouro
