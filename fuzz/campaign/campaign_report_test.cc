// SPDX-License-Identifier: Apache-2.0

// Reports as people and programs read them: golden texts.

#include "fuzz/campaign/campaign_report.h"

#include <gtest/gtest.h>

#include <string>

#include "fuzz/campaign/campaign_stats.h"

namespace ouro {
namespace {

CampaignReport Example() {
  CampaignReport s;
  s.specimen = "naive";
  s.contract = "cpython26";
  s.engine = "both";
  s.build = "clang";
  s.workers = 2;
  s.seed = 1;
  s.planned = 60;
  s.run_seconds = 12;
  s.seconds = 20;
  s.programs = 1'400'000;
  s.operations = 90'000'000;
  s.convicted = 3;
  s.programs_rate = 71'234;
  s.operations_rate = 4'550'000;
  s.corpus = 812;
  s.coverage.features = 1204;
  s.coverage.edges = 641;
  s.coverage.all_edges = 800;
  s.coverage.situations = 0b1011;
  s.possible = 0b0111;
  s.since_last_new = 4;
  s.out = "out";
  return s;
}

CampaignReport Unlawful() {
  CampaignReport s = Example();
  Finding finding;
  finding.signature = "load at load in main";
  finding.cause = "load: node, load";
  finding.repeats = 3;
  finding.shrunk = true;
  finding.file = "out/found/naive-load-07c1.gct";
  finding.engine = "random";
  finding.hits = 3;
  finding.seconds = 1.5;
  s.findings.push_back(finding);
  return s;
}

TEST(CampaignReportTest, StatusLine) {
  EXPECT_EQ(StatusText(Unlawful()),
            "12/60 s: 71 k programs/s, 4.5 M operations/s, 1 finding (3 hits), 2 of 3 situations, "
            "corpus 812, 1204 features, 641 of 800 edges, last new 4 s ago, 2 workers, "
            "1.4 M programs");
}

TEST(CampaignReportTest, EdgesOfALibrary) {
  CampaignReport s = Example();
  s.library = "toy.so";
  EXPECT_NE(Summary(s).find("  reached: 1204 features, 641 of 800 edges of toy.so, a corpus of "),
            std::string::npos);
  s.coverage.all_edges = 0;
  EXPECT_NE(StatusText(s).find(", 1204 features, 641 edges of toy.so, "), std::string::npos);
}

TEST(CampaignReportTest, SummaryOfALawfulOne) {
  CampaignReport s = Example();
  s.coverage.edges = s.coverage.all_edges = 0;
  s.interrupted = true;
  s.not_reproduced = 1;
  EXPECT_EQ(Summary(s),
            "naive: lawful after 20 s (interrupted): 1400000 programs (70000/s), 90000000 "
            "operations, 2 of 3 situations, 0 findings\n"
            "  reached: 1204 features, a corpus of 812 programs\n"
            "  not reached: finalizer-runs\n"
            "  not reproduced: 1 worker died or hung in a program that is lawful alone\n"
            "  the same command resumes in out\n");
}

TEST(CampaignReportTest, SummaryOfAnUnlawfulOne) {
  const std::string run = OuroCommand("run", "out/found/naive-load-07c1.gct");
  EXPECT_EQ(Summary(Unlawful()),
            "naive: UNLAWFUL after 20 s: 1400000 programs (70000/s), 90000000 operations, 2 of 3 "
            "situations, 1 finding under 1 headline\n"
            "  3 x load: node, load\n"
            "    load at load in main: 0 operations\n"
            "    out/found/naive-load-07c1.gct\n"
            "  reached: 1204 features, 641 of 800 edges, a corpus of 812 programs\n"
            "  not reached: finalizer-runs\n"
            "  the findings are in out/found; next: " +
                run +
                "\n"
                "  the same command resumes in out\n");
}

// A program that does all that a simpler cause needs looks like it; one that lacks a part does not.
TEST(CampaignReportTest, OneBugOneHeadline) {
  CampaignReport s = Unlawful();
  s.findings[0].cause = "load: load, node, store";
  for (const char* cause : {"crashed with signal 6 (Aborted): finalizer, node, store",
                            "trash-freed: node, store, threshold", "identity: leaf, weak"}) {
    Finding finding = s.findings[0];
    finding.signature = finding.cause = cause;
    finding.hits = 1;
    finding.file = std::string("out/found/") + cause[0];
    s.findings.push_back(finding);
  }
  const std::string summary = Summary(s);
  EXPECT_NE(summary.find("4 findings under 2 headlines\n"), std::string::npos) << summary;
  EXPECT_NE(summary.find("and 2 more that look like it\n"), std::string::npos) << summary;
  EXPECT_NE(summary.find("\n  5 x load: load, node, store\n"), std::string::npos) << summary;
  EXPECT_NE(summary.find("\n  1 x identity: leaf, weak\n"), std::string::npos) << summary;
}

TEST(CampaignReportTest, SummaryOfWhatHadNoTime) {
  CampaignReport s = Example();
  s.ignored = 12;
  s.deferred.assign(7, "hung at collect\n    out/unexamined/1.gct");
  s.findings.push_back(Unlawful().findings[0]);
  s.findings[0].shrunk = false;
  const std::string summary = Summary(s);
  for (const std::string line :
       {"and 12 programs with other signatures, which were not investigated\n",
        "seen, but there was no time to investigate: hung at collect\n    out/unexamined/1.gct\n",
        "  and 2 more in out/unexamined\n", "    shrink later: "}) {
    EXPECT_NE(summary.find(line), std::string::npos) << line << "\n" << summary;
  }
}

TEST(CampaignReportTest, PlotLine) {
  EXPECT_EQ(PlotLine(Unlawful()),
            "20, 0, 0, 812, 0, 0, 80.12%, 1, 0, 0, 71234.00, 1400000, 641, 1204, 2\n");
}

TEST(CampaignReportTest, StatsJson) {
  const std::string json = StatsJson(Unlawful());
  EXPECT_NE(json.find("\"situations\": [\n    \"plain-death\",\n    \"nested-death\"\n  ]"),
            std::string::npos)
      << json;
  EXPECT_NE(json.find("\"situations_missing\": [\n    \"finalizer-runs\"\n  ]"), std::string::npos);
  EXPECT_NE(json.find("\"signature\": \"load at load in main\""), std::string::npos);
}

}  // namespace
}  // namespace ouro
