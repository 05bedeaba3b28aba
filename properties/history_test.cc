// SPDX-License-Identifier: Apache-2.0

// Histories agree with trials: of random programs on collectors of every sort of contract, the
// judge who reads the trace convicts of what the judge of the trial convicted of, and what it shows
// of the heap on the way is consistent.

#include "model/history/history.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "collector/specimens.h"
#include "model/history/grounds.h"
#include "model/history/state_text.h"
#include "model/judge/law.h"
#include "model/trial.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

constexpr uint64_t kPrograms = 50;  // on each collector

// "" or what is wrong with a view.
std::string Inconsistent(const HeapView& view) {
  using State = ObjectView::State;
  const auto freed = [&](ObjectId id) {
    return id != kNone && view.objects.at(static_cast<size_t>(id)).state == State::kFreed;
  };
  for (size_t id = 0; id < view.objects.size(); ++id) {
    const ObjectView& object = view.objects[id];
    if (object.state == State::kFreed && !object.slots.empty()) return "the dead have slots";
    const bool reached = object.state == State::kLiving || object.state == State::kUncollectable;
    if (reached && object.references == 0) return fmt::format("#{} lives by nothing", id);
  }
  for (const EntryView& entry : view.entries) {
    if (freed(entry.map) || freed(entry.key)) return "an entry of the dead";
  }
  return "";
}

// "" or the first step at which something is wrong.
std::string WrongStep(const std::string& trace, const Specimen& specimen, const Verdict& verdict) {
  std::string wrong;
  HeapView before;
  before.registers.fill(kNone);
  HistoryEnd end;
  const auto each = [&](const Step& step, const Judge& judge) {
    HeapView view = judge.View();
    const std::string why = judge.violation() ? "" : Inconsistent(view);
    if (wrong.empty() && !why.empty()) wrong = fmt::format("line {}: {}", step.line.number, why);
    if (view == before && !Changes(before, view).empty()) wrong = "a change of nothing";
    before = std::move(view);
  };
  const std::string error = Follow(trace, specimen, EndingOf(verdict), each, &end);
  if (!error.empty()) return error;
  if (end.violation.has_value() != verdict.violation.has_value()) {
    return fmt::format("the trial {}, the history {}", verdict.lawful() ? "is lawful" : "convicts",
                       end.violation ? end.violation->what : "does not");
  }
  if (end.violation && (end.violation->what != verdict.violation->what ||
                        end.violation->lawful != verdict.violation->lawful)) {
    return fmt::format("{}, not {}", end.violation->what, verdict.violation->what);
  }
  return wrong;
}

std::vector<std::string> Names() {
  std::vector<std::string> names = {
      "naive",    "naive-27", "naive-pep442", "naive-315",  "wild:perl",
      "wild:php", "wild:lua", "wild:ruby",    "wild:boehm", "wild:boehm-unordered"};
  for (int law = 0; law < kLaws; ++law) {
    names.push_back(fmt::format("liar:{}", Name(static_cast<Law>(law))));
  }
  return names;
}

class HistoriesTest : public testing::TestWithParam<std::string> {};

TEST_P(HistoriesTest, AgreeWithTrials) {
  Specimen specimen;
  if (!FindSpecimen(GetParam(), &specimen).empty()) GTEST_SKIP() << "no such collector";
  Trial trial(specimen);
  bool explained = false;  // once is enough: it tries up to 2,000 changes of the trace
  for (uint64_t seed = 0; seed < kPrograms; ++seed) {
    const Program program = Generate(SeedOf(21, seed), {.abilities = specimen.abilities});
    std::string trace;
    const Verdict verdict = trial.Run(program, &trace);
    ASSERT_EQ(WrongStep(trace, specimen, verdict), "") << Print(program) << "\n" << trace;
    if (!verdict.violation || explained) continue;
    explained = true;
    EXPECT_FALSE(FindGrounds(trace, specimen, EndingOf(verdict)).sentences.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(All, HistoriesTest, testing::ValuesIn(Names()), [](const auto& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ':' || c == '-'; }, '_');
  return name;
});

}  // namespace
}  // namespace ouro
