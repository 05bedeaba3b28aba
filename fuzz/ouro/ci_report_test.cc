// SPDX-License-Identifier: Apache-2.0

// Both forms of a report, whole, and what is hard about them: characters that XML forbids, files
// that cannot be written, the line at fault, URIs.

#include "fuzz/ouro/ci_report.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "collector/specimens.h"
#include "fuzz/build_name.h"
#include "model/judge/law.h"

namespace ouro {
namespace {

using Kind = CiOutcome::Kind;
using Json = nlohmann::json;

CiReport ReportOf(const std::vector<CiOutcome>& outcomes) {
  CiReport report("run", {});
  for (const CiOutcome& outcome : outcomes) report.Add(outcome);
  return report;
}

std::vector<CiOutcome> OneOfEach() {
  return {
      {.kind = Kind::kLawful, .specimen = "toy", .name = "a.gct", .file = "a.gct"},
      {.kind = Kind::kConvicted,
       .specimen = "toy",
       .contract = "lua",
       .name = "b.gct program 2",
       .file = "b c.gct",
       .line = 7,
       .rule = "load",
       .sentence = "toy broke the law load: \"none\" -> 0",
       .report = "> got none\n",
       .fingerprint = "load at load"},
      {.kind = Kind::kBroken,
       .specimen = "other",
       .contract = "php",
       .name = "a.gct",
       .file = "a.gct",
       .rule = "broken",
       .sentence = "other is broken: it died",
       .report = "it died\n",
       .fingerprint = "died"},
      {.kind = Kind::kKnown,
       .specimen = "toy",
       .contract = "lua",
       .name = "k.gct",
       .file = "k.gct",
       .line = 2,
       .rule = "end",
       .sentence = "toy broke the law end: x",
       .fingerprint = "end",
       .why = "GH-1"},
      {.kind = Kind::kLeftOut, .specimen = "ruby", .name = "specimen", .sentence = "not here"},
  };
}

TEST(CiReportTest, JUnit) {
  EXPECT_EQ(ReportOf(OneOfEach()).JUnit(), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="ouro run" tests="5" failures="1" errors="1" skipped="1">
  <testsuite name="toy" tests="3" failures="1" errors="0" skipped="0">
    <testcase classname="toy" name="a.gct" file="a.gct"/>
    <testcase classname="toy" name="b.gct program 2" file="b c.gct" line="7">
      <failure message="toy broke the law load: &quot;none&quot; -&gt; 0" type="load">&gt; got none
</failure>
    </testcase>
    <testcase classname="toy" name="k.gct" file="k.gct" line="2">
      <system-out>known: toy broke the law end: x (GH-1)
</system-out>
    </testcase>
  </testsuite>
  <testsuite name="other" tests="1" failures="0" errors="1" skipped="0">
    <testcase classname="other" name="a.gct" file="a.gct">
      <error message="other is broken: it died" type="broken">it died
</error>
    </testcase>
  </testsuite>
  <testsuite name="ruby" tests="1" failures="0" errors="0" skipped="1">
    <testcase classname="ruby" name="specimen">
      <skipped message="not here"/>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST(CiReportTest, OfNothing) {
  EXPECT_EQ(ReportOf({}).JUnit(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ouro run\" tests=\"0\" "
            "failures=\"0\" errors=\"0\" skipped=\"0\">\n</testsuites>\n");
  const Json run = Json::parse(ReportOf({}).Sarif())["runs"][0];
  EXPECT_EQ(run["results"], Json::array());  // required, even if there are none
}

TEST(CiReportTest, Sarif) {
  const CiReport report = ReportOf(OneOfEach());
  const std::string text = report.Sarif();
  EXPECT_EQ(text, report.Sarif());
  const Json log = Json::parse(text);
  EXPECT_EQ(log["version"], "2.1.0");
  ASSERT_EQ(log["runs"].size(), 1u);
  const Json& run = log["runs"][0];
  EXPECT_EQ(run["tool"]["driver"]["name"], "ouro");
  EXPECT_EQ(run["tool"]["driver"]["version"], kVersion);
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], true);
  EXPECT_EQ(run["invocations"][0]["toolExecutionNotifications"],
            Json::parse(R"([{"level": "note", "message":
                {"text": "left out: specimen of ruby: not here"}}])"));
  ASSERT_EQ(run["results"].size(), 3u);
  EXPECT_EQ(
      run["results"][0],
      Json::parse(
          R"({
    "ruleId": "load", "ruleIndex": 11, "level": "error",
    "message": {"text": "toy broke the law load: \"none\" -> 0"},
    "locations": [{"physicalLocation": {
      "artifactLocation": {"uri": "b%20c.gct"}, "region": {"startLine": 7}}}],
    "partialFingerprints": {
      "signature/v1": "load at load",
      "primaryLocationLineHash": ")" +
          run["results"][0]["partialFingerprints"]["primaryLocationLineHash"].get<std::string>() +
          R"("},
    "properties": {"specimen": "toy", "contract": "lua", "program": "b.gct program 2"}})"));
  EXPECT_FALSE(run["results"][1]["locations"][0]["physicalLocation"].contains("region"));
  EXPECT_FALSE(run["results"][1].contains("suppressions"));
  EXPECT_EQ(
      run["results"][2]["suppressions"],
      Json::parse(R"([{"kind": "inSource", "status": "accepted", "justification": "GH-1"}])"));
}

TEST(CiReportTest, RulesAreTheLawsAndWhatElseCanGoWrong) {
  const Json run = Json::parse(ReportOf({}).Sarif())["runs"][0];
  const Json& rules = run["tool"]["driver"]["rules"];
  ASSERT_GT(rules.size(), size_t{kLaws});
  for (int i = 0; i < kLaws; ++i) {
    const Json& rule = rules[static_cast<size_t>(i)];
    EXPECT_EQ(rule["id"], Name(static_cast<Law>(i)));
    EXPECT_EQ(rule["shortDescription"]["text"], Sentence(static_cast<Law>(i)));
  }
  EXPECT_EQ(rules[kLaws]["id"], "broken");
}

// One bug in two files is two alerts; the same bug in a file that was edited is one.
TEST(CiReportTest, FingerprintsDoNotMoveWithTheLine) {
  std::vector<CiOutcome> outcomes = {OneOfEach()[1], OneOfEach()[1], OneOfEach()[1]};
  outcomes[1].line = 9;
  outcomes[2].file = "other.gct";
  const Json results = Json::parse(ReportOf(outcomes).Sarif())["runs"][0]["results"];
  EXPECT_EQ(results[0]["partialFingerprints"], results[1]["partialFingerprints"]);
  EXPECT_NE(results[0]["partialFingerprints"], results[2]["partialFingerprints"]);
}

TEST(CiReportTest, CharactersThatXmlForbids) {
  const std::string no = "\xEF\xBF\xBD";
  EXPECT_EQ(XmlText("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c'");
  EXPECT_EQ(XmlText(std::string("\0\x01\x1b[0m\x7f", 7)), no + no + no + "[0m\x7f");
  EXPECT_EQ(XmlText("\t\n\r"), "&#9;\n&#13;");
  EXPECT_EQ(XmlText("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\x8D"),
            "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\x8D");
  EXPECT_EQ(XmlText("\xEF\xBF\xBE \xEF\xBF\xBF"), no + " " + no);             // U+FFFE, U+FFFF
  EXPECT_EQ(XmlText("\xED\xA0\x80"), no + no + no);                           // a surrogate
  EXPECT_EQ(XmlText("\xC0\x80 \xE0\x80\x80"), no + no + " " + no + no + no);  // overlong
  EXPECT_EQ(XmlText("\xF4\x90\x80\x80"), no + no + no + no);                  // beyond U+10FFFF
  EXPECT_EQ(XmlText("a\xE2\x82"), "a" + no + no);                             // cut
  EXPECT_EQ(XmlText("\xFF"), no);
  EXPECT_EQ(XmlText("]]>"), "]]&gt;");
}

// Bytes of a collector's last words, in both forms.
TEST(CiReportTest, AnyBytesMakeWholeFiles) {
  CiOutcome outcome = OneOfEach()[2];
  for (int i = 1; i < 256; ++i) outcome.report += static_cast<char>(i);
  outcome.sentence = outcome.report;
  const CiReport report = ReportOf({outcome});
  EXPECT_TRUE(Json::accept(report.Sarif()));
  for (const char c : report.JUnit()) EXPECT_TRUE(c == '\n' || static_cast<uint8_t>(c) >= 0x20);
}

TEST(CiReportTest, AnOutcomeKnowsTheLineAtFault) {
  Specimen specimen;
  ASSERT_EQ(FindSpecimen("liar:load", &specimen), "");
  const std::string text = "# head\nr9 = r8\nr0 = node 2\n\nr0.0 = r0\nr1 = r0.0\nr1 = none\n";
  std::vector<Program> programs;
  ASSERT_EQ(Parse(text, &programs), "");
  const ProgramFile file = {.file = "x.gct", .program = programs[0], .lines = LinesOf(text).at(0)};
  std::string transcript;
  const Verdict verdict = Trial(specimen).Run(programs[0], &transcript);
  const CiOutcome outcome = OutcomeOf(file, specimen, verdict, transcript);
  EXPECT_EQ(outcome.kind, Kind::kConvicted);
  EXPECT_EQ(outcome.rule, "load");
  EXPECT_EQ(outcome.line, 6u);
  EXPECT_EQ(outcome.fingerprint, verdict.signature());
  EXPECT_EQ(outcome.report, Report(specimen, verdict, transcript));
  // A crash may take the transcript along.
  EXPECT_EQ(OutcomeOf(file, specimen, verdict, "").line, 0u);
  EXPECT_EQ(OutcomeOf(file, specimen, Verdict{}, "").kind, Kind::kLawful);
  const KnownBug bug = {.who = "liar", .law = "load", .why = "it lies"};
  const CiOutcome known = Weighed(outcome, {.kind = Judgement::Kind::kKnown, .bug = &bug});
  EXPECT_EQ(known.kind, Kind::kKnown);
  EXPECT_EQ(known.why, "it lies");
  const CiOutcome missed = Weighed(OutcomeOf(file, specimen, Verdict{}, ""),
                                   {.kind = Judgement::Kind::kMissed, .bug = &bug});
  EXPECT_EQ(missed.kind, Kind::kMissed);
  EXPECT_EQ(missed.rule, "missed");
  EXPECT_EQ(missed.sentence,
            "liar:load is lawful, but the file's head says that it is convicted by load");
}

TEST(CiReportTest, SpecimensThatAreNotHere) {
  const CiOutcome peer = Absent("quickjs is not here: it was built without it");
  EXPECT_EQ(peer.kind, Kind::kLeftOut);
  EXPECT_EQ(peer.specimen, "quickjs");
  EXPECT_EQ(peer.sentence, "quickjs is not here: it was built without it");
  EXPECT_EQ(Absent("a.gct: there is no specimen").specimen, "a.gct");
  EXPECT_EQ(Absent("odd").specimen, "odd");
}

TEST(CiReportTest, OfACampaign) {
  CampaignReport campaign = {
      .specimen = "toy", .contract = "lua", .programs = 1000, .convicted = 3};
  campaign.findings = {
      {.signature = "s1",
       .cause = "load: node",
       .report = "whole\n",
       .text = "# r0.0 is none\n# specimen: toy (a toy), contract lua\n# law: load\nr0 = leaf\n",
       .file = "out/found/x.gct",
       .line = 4},
      {.signature = "s2",
       .cause = "load: node",
       .text = "# y\n# law: load\nr0 = leaf\nr0 = leaf\n",
       .file = "out/found/y.gct"},
      {.signature = "s3",
       .cause = "it died: weak",
       .text = "# died\n# law: broken\nr1 = leaf\n",
       .file = "out/found/z.gct"}};
  campaign.findings[1].program.main.resize(2);
  const std::vector<CiOutcome> outcomes = OutcomesOf(campaign);
  ASSERT_EQ(outcomes.size(), 3u);
  EXPECT_EQ(outcomes[0].name, "it died: weak");
  EXPECT_EQ(outcomes[0].kind, Kind::kBroken);
  EXPECT_EQ(outcomes[0].report, campaign.findings[2].text);  // of an earlier run
  EXPECT_EQ(outcomes[1].name, "load: node");
  EXPECT_EQ(outcomes[1].kind, Kind::kConvicted);
  EXPECT_EQ(outcomes[1].rule, "load");
  EXPECT_EQ(outcomes[1].sentence, "toy: r0.0 is none");
  EXPECT_EQ(outcomes[1].line, 4u);
  EXPECT_EQ(outcomes[1].report, "whole\nand 1 more that looks like it\n");
  EXPECT_EQ(outcomes[2].kind, Kind::kLawful);
  EXPECT_EQ(outcomes[2].sentence, "1000 programs, 3 unlawful");
}

TEST(CiReportTest, Uris) {
  const std::string here = std::filesystem::current_path().string();
  EXPECT_EQ(UriOf("corpus/a b.gct"), "corpus/a%20b.gct");
  EXPECT_EQ(UriOf("./x/../y.gct"), "y.gct");
  EXPECT_EQ(UriOf("..x.gct"), "..x.gct");
  EXPECT_EQ(UriOf("cpython:3.gct"), "cpython%3A3.gct");
  EXPECT_EQ(UriOf(here + "/y.gct"), "y.gct");
  EXPECT_EQ(UriOf("/nowhere/%/\xC3\xA9.gct"), "file:///nowhere/%25/%C3%A9.gct");
  setenv("BUILD_WORKING_DIRECTORY", "/users", 1);
  EXPECT_EQ(UriOf("y.gct"), "y.gct");
  EXPECT_EQ(UriOf("/users/y.gct"), "y.gct");
  EXPECT_EQ(UriOf("../y.gct"), "file:///y.gct");
  unsetenv("BUILD_WORKING_DIRECTORY");
}

TEST(CiReportTest, FilesThatCannotBeWrittenAreKnownBefore) {
  const auto probe = [](const std::string& junit, const std::string& sarif) {
    return CiReport("run", {junit, sarif}).Probe();
  };
  const std::string folder = testing::TempDir();
  EXPECT_EQ(probe("", ""), "");
  EXPECT_EQ(probe(folder + "new/a.xml", ""), "");
  EXPECT_TRUE(std::filesystem::is_empty(folder + "new"));
  EXPECT_EQ(probe("/dev/null", ""), "/dev/null: is no regular file, so it cannot be replaced");
  EXPECT_EQ(probe("-", ""), "-: is no regular file, so it cannot be replaced");
  EXPECT_NE(probe(folder, ""), "");
  EXPECT_EQ(probe("", "/proc/nowhere/a").substr(0, 17), "/proc/nowhere/a: ");
  EXPECT_EQ(probe("same", "same"), "same: --junit and --sarif need a file each");
}

}  // namespace
}  // namespace ouro
