// SPDX-License-Identifier: Apache-2.0

// Exploration: all states and all that can happen in them are reached, by lawful programs, and by
// the same ones with any number of workers.

#include "properties/explore/explore.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "model/collector.h"
#include "model/program.h"
#include "model/trial.h"
#include "properties/explore/alphabet.h"
#include "properties/generator/enumerate.h"
#include "properties/testing/fixture.h"

namespace ouro {
namespace {

constexpr Memory kNothing = {.deeds = false, .pasts = 0, .operations = 0};

std::map<uint64_t, std::vector<Program>> Batches(const Contract& contract,
                                                 const ExploreOptions& options,
                                                 Explored* explored = nullptr) {
  std::map<uint64_t, std::vector<Program>> batches;
  std::mutex mutex;
  const Explored result = Explore(*contract.exact(), options,
                                  [&](uint64_t number, const std::vector<Program>& programs) {
                                    const std::lock_guard lock(mutex);
                                    EXPECT_TRUE(batches.emplace(number, programs).second);
                                  });
  if (explored != nullptr) *explored = result;
  return batches;
}

TEST(ExploreTest, WorkersDoNotMatter) {
  ExploreOptions options = {.bounds = {.operations = 5}};
  const auto one = Batches(kCPython39, options);
  options.workers = 3;
  EXPECT_EQ(Batches(kCPython39, options), one);
}

TEST(ExploreTest, HasKnownNumbers) {
  Explored explored;
  const auto batches = Batches(kCPython27, {.bounds = {.operations = 5}}, &explored);
  uint64_t programs = 0;
  for (const auto& [number, batch] : batches) programs += batch.size();
  EXPECT_EQ(programs, explored.programs);
  EXPECT_EQ(explored.programs, 180'184u);
  EXPECT_EQ(explored.states, (std::vector<uint64_t>{1, 8, 144, 1453, 9376}));
}

TEST(ExploreTest, EndsAtItsBound) {
  Explored explored;
  Batches(kCPython27, {.bounds = {.operations = 5}, .max_states = 1000}, &explored);
  EXPECT_TRUE(explored.full);
}

TEST(ExploreTest, EndsWhenTold) {
  Explored explored;
  Batches(kCPython27, {.bounds = {.operations = 5}, .stop = [] { return true; }}, &explored);
  EXPECT_TRUE(explored.stopped);
  EXPECT_EQ(explored.programs, 0u);
}

// Steps of programs: from a digest to another one.
using Steps = std::set<std::pair<uint64_t, uint64_t>>;

// Adds the steps of the program in which something was reported other than a birth: the others are
// quiet, and left out if nothing new follows them.
void AddSteps(const Script& main, Predictor& predictor, Steps* steps) {
  const int alike = Alphabet(Bounds{}).alike();
  predictor.Reset();
  uint64_t before = predictor.Digest(alike, kNothing);
  for (size_t i = 0; i < main.size(); ++i) {
    const size_t events = predictor.events().size();
    predictor.Execute(main[i]);
    const uint64_t after = predictor.Digest(alike, kNothing);
    bool shows = false;
    for (size_t e = events; e < predictor.events().size(); ++e) {
      shows = shows || predictor.events()[e].kind != Event::Kind::kNew;
    }
    if (shows) steps->emplace(before, after);
    before = after;
  }
}

// Whether the program has no operation that is void under the rules.
bool IsWhole(const Script& main, Predictor& predictor) {
  const Alphabet alphabet((Bounds()));
  predictor.Reset();
  for (const Op& op : main) {
    const NaiveContents& contents = predictor.Contents();
    const auto holds = [&](Ref ref, OpCode kind) {
      const size_t index = contents.IndexOf(contents.registers[ref]);
      return index < contents.objects.size() && contents.objects[index].kind == kind;
    };
    const bool weak = op.code == OpCode::kDeref;
    const bool any = op.code == OpCode::kCopy;
    if (ReadsRef(op.code) && !any && !holds(op.ref, weak ? OpCode::kWeak : OpCode::kNode)) {
      return false;
    }
    if (any && contents.registers[op.ref] == kNone) return false;
    if (op.code == OpCode::kStore && contents.registers[op.value] == kNone) return false;
    if (op.code == OpCode::kTakeGarbage && contents.garbage.empty()) return false;
    predictor.Execute(op);
  }
  return true;
}

TEST(ExploreTest, HasEveryStepOfEveryProgram) {
  for (const Contract* contract : {&kCPython26, &kCPython39}) {
    const ExploreOptions options = {.bounds = {.operations = 4}, .commutation = false};
    const std::vector<Script> scripts = Scripts(options.bounds);
    Predictor predictor(*contract->exact(), scripts);
    Steps explored;
    for (const auto& [number, batch] : Batches(*contract, options)) {
      for (const Program& program : batch) AddSteps(program.main, predictor, &explored);
    }
    Steps all;
    Enumerate(options.bounds, [&](const Program& program) {
      if (IsWhole(program.main, predictor)) AddSteps(program.main, predictor, &all);
      return true;
    });
    EXPECT_GT(all.size(), 1000u);
    size_t missing = 0;
    for (const auto& [from, to] : all) missing += from != to && explored.count({from, to}) == 0;
    EXPECT_EQ(missing, 0u) << "of " << all.size();
  }
}

class ExploreSpecimenTest : public SpecimenTest {};

TEST_P(ExploreSpecimenTest, AllIsLawful) {
  if (GetParam().contract->exact() == nullptr) GTEST_SKIP() << "bounds predict nothing";
  Trial trial(GetParam());
  for (const auto& [number, batch] : Batches(*GetParam().contract, {.bounds = {.operations = 4}})) {
    for (const Program& program : batch) {
      const Verdict verdict = trial.Run(program);
      ASSERT_TRUE(verdict.lawful()) << Print(program) << Report(GetParam(), verdict, "");
    }
  }
}

FOR_OWN_SPECIMENS(ExploreSpecimenTest);

}  // namespace
}  // namespace ouro
