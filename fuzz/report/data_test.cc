// SPDX-License-Identifier: Apache-2.0

// The data of pages and explanations, of runs that are known: which lines matter, which line a step
// belongs to, that the steps' changes add up to the heap, and that large runs are bounded.

#include <gtest/gtest.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "fuzz/report/campaign_data.h"
#include "fuzz/report/explain.h"
#include "fuzz/report/run_data.h"

namespace ouro {
namespace {

using Json = nlohmann::json;

struct Case {
  ProgramFile file;
  Specimen specimen;
  Verdict verdict;
  std::string trace;
};

Case RunOn(const std::string& specimen, const std::string& program) {
  Case it;
  std::vector<Program> programs;
  EXPECT_EQ(Parse(program, &programs), "");
  EXPECT_EQ(FindSpecimen(specimen, &it.specimen), "");
  it.file = {.file = "a.gct", .program = programs.at(0), .head = "# one\n# two: 2\n"};
  it.verdict = Trial(it.specimen).Run(it.file.program, &it.trace);
  return it;
}

Json DataOf(const Case& it, const Explanation* explanation = nullptr) {
  return RunData({.file = it.file,
                  .specimen = it.specimen,
                  .verdict = it.verdict,
                  .trace = it.trace,
                  .replay = "ouro run a.gct",
                  .explanation = explanation});
}

Explanation Explained(const Case& it) {
  return Explain(it.file.program, it.specimen, it.verdict, it.trace, 60, {});
}

constexpr char kResurrected[] =
    "def 0:\n"
    "  r1 = self\n"
    "main:\n"
    "  r2 = leaf\n"
    "  r0 = node 1 del 0\n"
    "  r0 = none\n";

TEST(ExplainTest, MarksWhatMatters) {
  const Case it = RunOn("liar:no-free-while-held", kResurrected);
  ASSERT_FALSE(it.verdict.lawful());
  EXPECT_EQ(PrintMarked(it.file.program, Explained(it).marks),
            "def 0:\n"
            "  r1 = self                       # any: any target register\n"
            "main:\n"
            "  r2 = leaf                       # irrelevant\n"
            "  r0 = node 1 del 0               # any: any node size\n"
            "  r0 = none                       # needed\n");
}

TEST(ExplainTest, SaysOnWhatGrounds) {
  const Case it = RunOn("liar:no-free-while-held", kResurrected);
  const Explanation explanation = Explained(it);
  ASSERT_FALSE(explanation.cause.empty());
  EXPECT_EQ(explanation.cause.back(),
            "Hypothesis: the collector acts as if step 7, r1 = self, had not been there.");
  EXPECT_GT(explanation.tried, 10u);
  EXPECT_TRUE(explanation.finished);
}

TEST(ExplainTest, TellsItsProgress) {
  const Case it = RunOn("liar:no-free-while-held", kResurrected);
  size_t last = 0;
  Explain(it.file.program, it.specimen, it.verdict, it.trace, 60, [&](size_t done, size_t all) {
    EXPECT_EQ(done, last + 1);
    EXPECT_LE(done, all);
    last = done;
  });
  EXPECT_EQ(last, Explained(it).tried);
}

TEST(ExplainTest, KeepsToItsTime) {
  const Case it = RunOn("liar:no-free-while-held", kResurrected);
  const Explanation explanation =
      Explain(it.file.program, it.specimen, it.verdict, it.trace, 0, {});
  EXPECT_EQ(explanation.tried, 0u);
  EXPECT_FALSE(explanation.finished);
  EXPECT_EQ(explanation.marks.size(), 4u);
  EXPECT_FALSE(explanation.cause.empty());
}

TEST(RunDataTest, SaysTheVerdictAndWhereItIs) {
  const Case it = RunOn("liar:no-free-while-held", kResurrected);
  const Json data = DataOf(it);
  EXPECT_EQ(data["verdict"]["kind"], "convicted");
  EXPECT_EQ(data["verdict"]["law"], "no-free-while-held");
  EXPECT_EQ(data["verdict"]["object"], 1);
  EXPECT_EQ(data["verdict"]["missing"], false);
  const Json& fault = data["steps"][data["verdict"]["step"].get<size_t>()];
  EXPECT_EQ(fault["text"], "free 1");
  EXPECT_EQ(fault["is"], "event");
  EXPECT_EQ(data["program"][fault["line"].get<size_t>()], "  r0 = none");
  EXPECT_EQ(data["head"], Json({"one", "two: 2"}));
}

TEST(RunDataTest, SaysWhatMayComeAtEachStep) {
  const Case it = RunOn("naive", "r0 = node 0 del 0\nr0 = none\n");
  const Json data = DataOf(it);
  EXPECT_EQ(data["verdict"]["kind"], "lawful");
  EXPECT_EQ(data["verdict"]["step"], -1);
  std::vector<std::string> may;
  for (const Json& step : data["steps"]) may.push_back(step.value("may", ""));
  EXPECT_EQ(may, (std::vector<std::string>{"", "new 0", "", "finalize 0", "", "free 0"}));
}

// What the page does: applies the changes one after another.
TEST(RunDataTest, ChangesAddUp) {
  const Case it = RunOn("naive",
                        "r0 = node 2\nr1 = map\nr2 = node 0\nr0.0 = r2\nr0.1 = r0\nr1[r0] = r2\n"
                        "push r2\nr3 = weak r0 call 0\nr2 = none\nr0 = none\ncollect 2\n");
  ASSERT_TRUE(it.verdict.lawful());
  Json objects = Json::object();
  Json registers = Json::object();
  Json entries;
  Json pushed;
  const Json data = DataOf(it);
  for (const Json& step : data["steps"]) {
    for (const Json& object : step["d"].value("o", Json::array())) {
      objects[std::to_string(object["i"].get<int>())] = object;
    }
    const Json changed = step["d"].value("r", Json::object());
    registers.update(changed);
    if (step["d"].contains("e")) entries = step["d"]["e"];
    if (step["d"].contains("p")) pushed = step["d"]["p"];
  }
  EXPECT_EQ(objects["0"]["state"], "freed");
  EXPECT_EQ(objects["2"]["state"], "living");  // it is pushed
  EXPECT_EQ(objects["3"]["t"], 0);
  EXPECT_EQ(objects["3"]["bond"], "no");
  EXPECT_EQ(registers["0"], -1);
  EXPECT_EQ(registers["1"], 1);
  EXPECT_EQ(entries, Json::array());
  EXPECT_EQ(pushed, Json({2}));
}

TEST(RunDataTest, OfALongRunTheEndIsThere) {
  std::string program = "r0 = node 1\n";
  for (size_t i = 0; i < kMostSteps; ++i) program += i % 2 == 0 ? "r1 = r0\n" : "r1 = none\n";
  const Case it = RunOn("naive", program);
  const Json data = DataOf(it);
  EXPECT_EQ(data["steps"].size(), kMostSteps);
  EXPECT_EQ(data["left_out"], 2);
  // The first step that is there has the whole state.
  EXPECT_EQ(data["steps"][0]["d"]["o"].size(), 1u);
}

TEST(RunDataTest, IsTheSameEachTime) {
  const Case it = RunOn("liar:no-free-while-held", kResurrected);
  const Explanation explanation = Explained(it);
  EXPECT_EQ(DataOf(it, &explanation).dump(), DataOf(it, &explanation).dump());
  EXPECT_EQ(DataOf(it, &explanation)["explanation"]["lines"].size(), 4u);
}

TEST(CampaignDataTest, HasCausesCurvesAndWhatIsMissing) {
  BySpecimen findings;
  findings["naive"] = {{.signature = "load at load in main", .cause = "load: load, node"},
                       {.signature = "load at load in a callback", .cause = "load: load, node"}};
  findings["naive"][0].hits = 3;
  findings["naive"][0].seconds = 7;
  findings["naive"][1].seconds = 2;
  const std::vector<CampaignNumbers> numbers = {
      {.stats = {{"specimen", "naive"},
                 {"programs", 10},
                 {"situations", {"a"}},
                 {"situations_missing", {"b", "c"}}},
       .plot = {{{"relative_time", 1}, {"total_execs", 5}}}},
      {.stats = {{"situations", {"b"}}, {"situations_missing", "no array"}, {"specimen", 7}}}};
  const Json data =
      CampaignData("out", findings, numbers, [](const Finding&) { return Json(nullptr); });
  ASSERT_EQ(data["causes"].size(), 1u);
  EXPECT_EQ(data["causes"][0]["hits"], 4);
  EXPECT_EQ(data["causes"][0]["first_seen"], 2);
  EXPECT_EQ(data["causes"][0]["alike"], 1);
  EXPECT_EQ(data["curves"][0]["programs"], Json({5.0}));
  EXPECT_EQ(data["situations"]["missing"], Json({{{"name", "c"}, {"text", ""}}}));
  EXPECT_EQ(data["specimens"][1]["name"], "");
}

}  // namespace
}  // namespace ouro
