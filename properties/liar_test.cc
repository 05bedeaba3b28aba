// SPDX-License-Identifier: Apache-2.0

// The judge against liars: every law has a liar, and the judge convicts each of exactly its law, on
// random programs and on the shortest possible one. The collector inside a liar is lawful.

#include "collector/liar.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "collector/naive.h"
#include "model/collector.h"
#include "model/judge/law.h"
#include "model/program.h"
#include "model/shrink.h"
#include "model/trial.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

constexpr int kPrograms = 3000;     // the most that a liar may survive
constexpr int kConvictions = 600;   // enough for a stable share of other laws
constexpr size_t kShortEnough = 8;  // operations of a shrunk program

// The lawful collector inside a liar.
struct Honest {
  const char* name;
  const Contract* contract;
};
void PrintTo(const Honest& honest, std::ostream* out) { *out << honest.name; }

const Honest kHonest[] = {{"naive26", &kCPython26},   {"naive27", &kCPython27},
                          {"naive34", &kCPython34},   {"naive37", &kCPython37},
                          {"naive38", &kCPython38},   {"naive39", &kCPython39},
                          {"naive313", &kCPython313}, {"naive3140", &kCPython3140},
                          {"naive314", &kCPython314}, {"naive315", &kCPython315}};

Specimen HonestSpecimen(const Honest& honest) {
  return {.name = honest.name,
          .contract = honest.contract,
          .make = [rules = honest.contract->exact()](Observer& o) { return MakeNaive(o, *rules); }};
}

Specimen LiarSpecimen(const std::string& law, const Honest& honest) {
  Specimen specimen = HonestSpecimen(honest);
  specimen.name = fmt::format("liar-{}", law);
  specimen.make = [law, make = specimen.make](Observer& o) { return MakeLiar(law, o, make); };
  return specimen;
}

// Different for each TEST_RANDOM_SEED, which `bazel test --runs_per_test` counts up.
Program RandomProgram(int number) {
  const char* text = std::getenv("TEST_RANDOM_SEED");
  const uint64_t seed = text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
  return Generate(SeedOf(seed, static_cast<uint64_t>(number)), {.abilities = kAllAbilities});
}

// For each liar over naive26, a program that convicts it; no shorter one would.
const std::map<std::string, std::string>& ShortPrograms() {
  static const auto& programs = *new std::map<std::string, std::string>{
      {"no-free-while-held", "r0 = leaf\n r1 = r0\n r0 = none\n"},
      {"free-once", "r0 = node 0 del 0\n r0 = none\n"},
      {"free-at-once", "r0 = leaf\n r0 = none\n"},
      {"no-finalize-while-held", "r0 = node 0 del 0\n collect 2\n"},
      {"finalize-as-often", "r0 = node 0 del 0\n r0 = none\n"},
      {"finalize-before-free", "r0 = node 0 del 0\n r0 = none\n"},
      {"finalize-at-once", "r0 = node 0 del 0\n r0 = none\n"},
      {"callback-when-cleared", "r0 = node 0\n r1 = weak r0 call 0\n r0 = none\n"},
      {"callback-before-free", "r0 = node 0\n r1 = weak r0 call 0\n r0 = none\n"},
      {"callback-order", "r0 = node 0\n r1 = weak r0 call 0\n r2 = weak r0 call 0\n r0 = none\n"},
      {"dereference", "r0 = node 0\n r1 = weak r0\n r0 = none\n r0 = r1()\n"},
      {"load", "r0 = node 2\n r0.1 = r0\n r0 = r0.0\n"},
      {"lookup", "r0 = map\n r1 = node 0\n r0[r1] = r1\n r2 = node 0\n r2 = r0[r2]\n"},
      {"garbage-uncollectable", "r0 = node 1\n r0.0 = r0\n r0 = none\n collect 2\n"},
      {"garbage-complete", "r0 = node 1 del 0\n r0.0 = r0\n r0 = none\n collect 2\n"},
      {"trash-freed", "r0 = node 1\n r0.0 = r0\n r0 = none\n collect 2\n"},
      {"collection-count", "r0 = node 1 del 0\n r0.0 = r0\n r0 = none\n collect 2\n"},
      {"collection-schedule", "threshold 1 0 0\n r0 = node 0\n r1 = node 0\n"},
      {"no-nested-collection",
       "def 0:\n collect 2\n main:\n r0 = node 1\n r0.0 = r0\n r1 = weak r0 call 0\n"
       " r0 = none\n collect 2\n"},
      {"end", "end\n"},
      {"census-generation", "r0 = node 0\n collect 2\n census\n"},
      {"census-complete", "r0 = node 0\n r1 = weak r0\n census\n"},
      {"identity", "r0 = leaf\n r0 = leaf\n"},
      {"failed-allocation", "fail 1\n r0 = leaf\n"},
      {"event-in-place", "r0 = leaf\n r0 = r0\n"},
  };
  return programs;
}

std::vector<std::string> LawNames() {
  std::vector<std::string> names;
  for (int i = 0; i < kLaws; ++i) names.push_back(Name(static_cast<Law>(i)));
  return names;
}

// GoogleTest allows no dashes.
std::string TestName(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// The broken law, "" if there is none, or what else went wrong.
std::string LawOf(const Verdict& verdict) {
  if (verdict.lawful()) return "";
  return verdict.violation ? Name(verdict.violation->law) : "broken: " + verdict.trouble;
}

std::string Explain(const Program& program, const Specimen& specimen) {
  std::string transcript;
  const Verdict verdict = Trial(specimen).Run(program, &transcript);
  return Print(program) + Report(specimen, verdict, transcript);
}

TEST(Lies, EveryLawHasOneAndEveryLieALaw) {
  std::vector<std::string> lies;
  for (const Lie& lie : Lies()) lies.push_back(lie.law);
  EXPECT_EQ(lies, LawNames());
  std::set<std::string> sentences;
  for (const Lie& lie : Lies()) EXPECT_TRUE(sentences.insert(lie.lie).second) << lie.lie;
}

TEST(Lies, NobodyTellsAnUnknownOne) {
  struct Deaf : Observer {
    ScriptEnd On(const Event&) override { return ScriptEnd::kReturned; }
    void Broken(const std::string&) override {}
  } deaf;
  EXPECT_EQ(MakeLiar("honesty", deaf, HonestSpecimen(kHonest[0]).make), nullptr);
}

class HonestTest : public testing::TestWithParam<Honest> {};

// The collectors inside the liars keep all laws.
TEST_P(HonestTest, IsLawful) {
  const Specimen specimen = HonestSpecimen(GetParam());
  Trial trial(specimen);
  for (int i = 0; i < kPrograms; ++i) {
    const Program program = RandomProgram(i);
    ASSERT_EQ(LawOf(trial.Run(program)), "") << Explain(program, specimen);
  }
  for (const auto& [law, text] : ShortPrograms()) {
    std::vector<Program> programs;
    ASSERT_EQ(Parse(text, &programs), "");
    EXPECT_EQ(LawOf(trial.Run(programs.at(0))), "") << Explain(programs.at(0), specimen);
  }
}

INSTANTIATE_TEST_SUITE_P(All, HonestTest, testing::ValuesIn(kHonest),
                         [](const auto& info) { return std::string(info.param.name); });

struct Case {
  std::string law;
  Honest honest;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.law << " over " << c.honest.name; }

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const Honest& honest : kHonest) {
    for (const std::string& law : LawNames()) cases.push_back({law, honest});
  }
  return cases;
}

class LiarTest : public testing::TestWithParam<Case> {
 protected:
  const std::string& law() const { return GetParam().law; }
  Program Shrunken(const Program& program) const {
    ShrinkOptions options;
    options.seconds = 4;
    return Shrink(program, Try(program, specimen_).signature(), specimen_, options).program;
  }
  const Specimen specimen_ = LiarSpecimen(GetParam().law, GetParam().honest);
};

// ... and a convicting program shrinks to a few operations. Shrinking keeps the signature, and not
// every signature is possible with few operations, so one short program is enough.
TEST_P(LiarTest, IsConvictedOfItsLaw) {
  Trial trial(specimen_);
  int programs = 0;
  int convictions = 0;
  int others = 0;  // convictions of other laws
  int first_at = 0;
  std::set<std::string> signatures;
  std::vector<int> to_shrink;  // the first program of each signature
  while (programs < kPrograms && convictions < kConvictions) {
    const Program program = RandomProgram(programs++);
    const Verdict verdict = trial.Run(program);
    if (verdict.lawful()) continue;
    ++convictions;
    if (LawOf(verdict) != law()) {
      if (++others == 1) std::printf("of another law:\n%s", Explain(program, specimen_).c_str());
      continue;
    }
    if (first_at == 0) first_at = programs;
    if (signatures.insert(verdict.signature()).second) to_shrink.push_back(programs - 1);
  }
  ASSERT_FALSE(to_shrink.empty()) << "not convicted by " << programs << " programs";
  EXPECT_LE(others * 10, convictions);

  Program shrunk;
  for (const int number : to_shrink) {
    shrunk = Shrunken(RandomProgram(number));
    if (shrunk.size() <= kShortEnough) break;
  }
  EXPECT_LE(shrunk.size(), kShortEnough) << Explain(shrunk, specimen_);
  EXPECT_EQ(LawOf(Try(shrunk, specimen_)), law());
  std::printf("%-23s program %2d; %3d of %4d programs, %d of other laws; shrunk to %zu\n",
              law().c_str(), first_at, convictions, programs, others, shrunk.size());
}

INSTANTIATE_TEST_SUITE_P(All, LiarTest, testing::ValuesIn(Cases()), [](const auto& info) {
  return TestName(info.param.law + "-" + info.param.honest.name);
});

class ShortTest : public testing::TestWithParam<std::string> {};

TEST_P(ShortTest, ConvictsAndNothingShorterDoes) {
  const std::string& law = GetParam();
  const Specimen specimen = LiarSpecimen(law, kHonest[0]);
  ASSERT_EQ(ShortPrograms().count(law), 1u);
  std::vector<Program> programs;
  ASSERT_EQ(Parse(ShortPrograms().at(law), &programs), "");
  ASSERT_EQ(programs.size(), 1u);
  const Program& program = programs[0];
  EXPECT_EQ(LawOf(Try(program, specimen)), law) << Explain(program, specimen);
  for (const Program& simpler : Simpler(program)) {
    if (simpler.size() >= program.size()) continue;
    EXPECT_EQ(LawOf(Try(simpler, specimen)), "") << Explain(simpler, specimen);
  }
}

INSTANTIATE_TEST_SUITE_P(All, ShortTest, testing::ValuesIn(LawNames()),
                         [](const auto& info) { return TestName(info.param); });

// A bug of one kind: the liar is honest until a program names it.
TEST(Lies, OfOneKindAreSeenWhereThatKindIs) {
  KindRow kind;
  ASSERT_EQ(ReadKind("liar-node node", &kind), "");
  for (const auto& [law, text] : ShortPrograms()) {
    SCOPED_TRACE(law);
    Specimen specimen = HonestSpecimen(kHonest[0]);
    specimen.kinds = KindTable({kind});
    specimen.make = [law = law, make = specimen.make](Observer& o) {
      return MakeLiar(law, o, make, /*only_kinds=*/true);
    };
    std::vector<Program> programs;
    ASSERT_EQ(Parse(text, &programs), "");
    Program& program = programs[0];
    EXPECT_TRUE(Try(program, specimen).lawful());
    program.main.insert(program.main.begin(),
                        {.code = OpCode::kNode, .dest = kRegisters - 1, .kind = kind.id});
    const Verdict verdict = Try(program, specimen);
    ASSERT_TRUE(verdict.violation.has_value());
    EXPECT_EQ(Name(verdict.violation->law), law);
    // Without the kind, or with one that the specimen does not offer, it is plain again.
    program.main[0].kind = InternKind("unheard-of");
    EXPECT_TRUE(Try(program, specimen).lawful());
  }
}

}  // namespace
}  // namespace ouro
