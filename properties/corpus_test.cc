// SPDX-License-Identifier: Apache-2.0

// The corpus: handwritten programs, one for each law and one for each rule of CPython, and programs
// that campaigns found. Every available specimen replays them under the judge; the program of each
// law convicts the liar of that law; golden traces pin what the rules mean, so that a mistake that
// the collectors and the judge share does not go unnoticed. The CPythons on this machine must leave
// the same traces.
//
// To rewrite the golden traces: REGENERATE=1 bazel run //properties:corpus_test

#include "corpus/corpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "collector/specimens.h"
#include "corpus/head.h"
#include "model/isolate.h"
#include "model/judge/law.h"
#include "model/program.h"
#include "model/trace.h"
#include "model/trial.h"

namespace ouro {
namespace {

constexpr size_t kRules = 30;  // at least
constexpr size_t kHistory = 60;
constexpr char kTarget[] = "//properties:corpus_test";

std::vector<CorpusFile> ReadFolders(const std::vector<std::string>& folders) {
  std::vector<CorpusFile> all;
  for (const std::string& folder : folders) {
    for (CorpusFile& file : ReadCorpus(folder)) all.push_back(std::move(file));
  }
  return all;
}

std::vector<std::string> LawNames() {
  std::vector<std::string> names;
  for (int i = 0; i < kLaws; ++i) names.push_back(Name(static_cast<Law>(i)));
  return names;
}

// GoogleTest allows letters, digits and underscores.
std::string TestName(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

// ---- The files

TEST(CorpusTest, HasOneProgramForEachLaw) {
  std::set<std::string> files;
  for (const CorpusFile& file : ReadCorpus("laws")) {
    files.insert(file.name);
    EXPECT_EQ(file.programs.size(), 1u) << file.path();
  }
  const std::vector<std::string> laws = LawNames();
  EXPECT_EQ(files, std::set<std::string>(laws.begin(), laws.end()));
}

TEST(CorpusTest, HasOneProgramForEachRule) {
  const std::vector<CorpusFile> files = ReadCorpus("rules");
  EXPECT_GE(files.size(), kRules);
  for (const CorpusFile& file : files) EXPECT_EQ(file.programs.size(), 1u) << file.path();
}

TEST(CorpusTest, HasProgramsForTheHistoryOfOtherCollectors) {
  const std::vector<CorpusFile> files = ReadCorpus("history");
  EXPECT_GE(files.size(), kHistory);
  for (const CorpusFile& file : files) EXPECT_EQ(file.programs.size(), 1u) << file.path();
}

void ExpectInHeader(const CorpusFile& file, const std::string& words) {
  EXPECT_NE(file.header.find(words), std::string::npos) << file.path() << ": " << file.header;
}

TEST(CorpusTest, EveryFileSaysWhatItIsAbout) {
  for (const CorpusFile& file : ReadFolders({"laws", "rules", "history", "found"})) {
    EXPECT_NE(file.header, "") << file.path() << " does not open with a comment";
  }
  for (const CorpusFile& file : ReadCorpus("laws")) {
    const std::optional<Law> law = FindLaw(file.name);
    if (law) ExpectInHeader(file, "law: " + file.name + ". " + Sentence(*law));
    for (const char* part : {"shows: ", "a liar: ", "source: "}) ExpectInHeader(file, part);
  }
  for (const CorpusFile& file : ReadCorpus("rules")) {
    ExpectInHeader(file, "rule: ");
    ExpectInHeader(file, "source: ");
    if (file.header.find(" both: ") != std::string::npos) continue;
    ExpectInHeader(file, " 2.x: ");
    ExpectInHeader(file, " 3.x: ");
  }
  for (const CorpusFile& file : ReadCorpus("history")) {
    for (const char* part : {"history: ", " shows: "}) ExpectInHeader(file, part);
    const size_t law = file.header.find(" law: ");
    ASSERT_NE(law, std::string::npos) << file.path();
    const std::string name = file.header.substr(law + 6, file.header.find(' ', law + 6) - law - 6);
    EXPECT_TRUE(FindLaw(name)) << file.path() << ": there is no law " << name;
  }
}

TEST(CorpusTest, EveryProgramIsWhatItsPrintedFormSays) {
  for (const CorpusFile& file : ReadFolders({"laws", "rules", "history", "found"})) {
    for (const Program& program : file.programs) {
      std::vector<Program> again;
      EXPECT_EQ(Parse(Print(program), &again), "") << file.path();
      EXPECT_EQ(again, std::vector<Program>{program}) << file.path();
    }
  }
}

// ---- Laws and liars

class LawTest : public testing::TestWithParam<std::string> {};

std::string Explain(const Specimen& specimen, const Program& program) {
  std::string transcript;
  const Verdict verdict = Trial(specimen).Run(program, &transcript);
  return Print(program) + Report(specimen, verdict, transcript);
}

TEST_P(LawTest, ItsProgramConvictsItsLiarAndNothingShorterDoes) {
  Specimen liar;
  ASSERT_EQ(FindSpecimen("liar:" + GetParam(), &liar), "");
  const Program program = ReadCorpusFile("laws", GetParam()).programs[0];
  const Verdict verdict = Try(program, liar);
  ASSERT_TRUE(verdict.violation) << Explain(liar, program);
  EXPECT_EQ(Name(verdict.violation->law), GetParam()) << Explain(liar, program);
  for (const Program& simpler : Simpler(program)) {
    if (simpler.size() == program.size()) continue;
    EXPECT_TRUE(Try(simpler, liar).lawful()) << Explain(liar, simpler);
  }
}

INSTANTIATE_TEST_SUITE_P(All, LawTest, testing::ValuesIn(LawNames()), TestName);

// ---- Replay

// The trace with each census sorted: no law fixes the order within a generation.
std::string WithSortedCensuses(const std::string& trace) {
  std::vector<std::string> lines;
  std::istringstream in(trace);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  const auto tracked = [](const std::string& line) {
    return line.find("> tracked ") != std::string::npos;
  };
  std::string sorted;
  for (auto begin = lines.begin(); begin != lines.end();) {
    const auto first = std::find_if(begin, lines.end(), tracked);
    const auto end = std::find_if_not(first, lines.end(), tracked);
    std::sort(first, end, [](const std::string& a, const std::string& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    for (; begin != end; ++begin) sorted += *begin + "\n";
  }
  return sorted;
}

// The available specimens by name: those of OwnSpecimens(), "cpython 3" and "cpython 2.7".
const std::map<std::string, Specimen>& Present() {
  static const auto& present = *[] {
    auto* all = new std::map<std::string, Specimen>;
    std::vector<std::string> absent;
    for (const Specimen& specimen : PresentSpecimens(&absent)) {
      const std::string& summary = specimen.summary;
      if (specimen.in_process) all->emplace(specimen.name, specimen);
      if (summary.compare(0, 9, "cpython 3") == 0) all->emplace("cpython 3", specimen);
      if (summary.compare(0, 11, "cpython 2.7") == 0) all->emplace("cpython 2.7", specimen);
    }
    for (const std::string& why : absent) std::fprintf(stderr, "NOT TESTED: %s\n", why.c_str());
    return all;
  }();
  return present;
}

std::vector<std::string> SpecimenNames() {
  std::vector<std::string> names;
  for (const Specimen& own : OwnSpecimens()) names.push_back(own.name);
  names.push_back("cpython 3");
  names.push_back("cpython 2.7");
  return names;
}

// What campaigns found: a known bug of somebody else's collector must be found there, and nothing
// else.
TEST(CorpusTest, KnownBugsAreThoseThatAreFound) {
  std::vector<std::string> absent;
  const std::vector<Specimen> specimens = PresentSpecimens(&absent);  // peers_test tests the others
  for (const std::string& why : absent) std::fprintf(stderr, "NOT TESTED: %s\n", why.c_str());
  for (const CorpusFile& file : ReadCorpus("found")) {
    std::vector<KnownBug> bugs;
    ASSERT_EQ(ReadKnownBugs(file.text, &bugs), "") << file.path();
    for (const Specimen& specimen : specimens) {
      for (const Program& program : file.programs) {
        std::string trace;
        const Verdict verdict = TryIsolated(program, specimen, Isolation{}, &trace);
        EXPECT_TRUE(Weigh(verdict, bugs, specimen).good())
            << file.path() << ": " << specimen.summary << "\n"
            << Report(specimen, verdict, trace);
      }
    }
  }
}

TEST(CorpusTest, HeadsNameSpecimens) {
  for (const CorpusFile& file : ReadFolders({"laws", "rules", "history", "found"})) {
    std::vector<KnownBug> bugs;
    EXPECT_EQ(ReadKnownBugs(file.text, &bugs), "") << file.path();
    for (const KnownBug& bug : bugs) {
      EXPECT_NE(bug.law, "") << file.path() << ": names no law";
      EXPECT_NE(bug.why, "") << file.path() << ": gives no reason";
    }
    const std::string name = HeadSpecimen(file.text);
    EXPECT_TRUE(!name.empty() || file.folder != "found") << file.path() << " names no specimen";
    EXPECT_EQ(name.find(','), std::string::npos) << file.path() << ": " << name;
  }
}

class ReplayTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const auto found = Present().find(GetParam());
    if (found == Present().end()) GTEST_SKIP() << "NOT TESTED: there is no " << GetParam();
    specimen_ = found->second;
  }

  // The traces of all lawful programs of the file; an unlawful one fails the test.
  std::string ExpectLawful(Trial& trial, const CorpusFile& file) {
    std::string traces;
    for (const Program& program : file.programs) {
      std::string trace;
      const Verdict verdict = trial.Run(program, &trace);
      EXPECT_TRUE(verdict.lawful()) << file.path() << ": " << Report(specimen_, verdict, trace);
      traces += verdict.lawful() ? trace : "";
    }
    return WithSortedCensuses(traces);
  }

  Specimen specimen_;
};

TEST_P(ReplayTest, IsLawful) {
  Trial trial(specimen_);
  for (const CorpusFile& file : ReadFolders({"laws", "rules", "history"})) {
    ExpectLawful(trial, file);
  }
}

// ---- Golden traces

const char* GoldenOf(const Specimen& specimen) {
  if (specimen.contract == &kCPython27) return "optimized-27.trace";
  if (specimen.contract == &kCPython39) return "optimized-pep442.trace";
  return nullptr;
}

bool CanAll(const Specimen& specimen, const Program& program) {
  std::vector<Script> scripts = program.scripts;
  scripts.push_back(program.main);
  uint32_t needed = 0;
  for (const Script& script : scripts) {
    for (const Op& op : script) {
      needed |= NeedsOf(op.code);
    }
  }
  return (needed & ~specimen.abilities) == 0;
}

// The trace with each run of `free` events sorted. No user code runs between them, so no program
// can tell their order, and collectors differ: ours frees trivial trash in its own order, CPython
// in the order in which reference counts drop to zero.
std::string FreesInOrder(const std::string& trace) {
  std::vector<std::string> lines;
  std::istringstream stream(trace);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  const auto is_free = [](const std::string& line) {
    return line.find("> free ") != std::string::npos;
  };
  for (auto begin = lines.begin(); begin != lines.end();) {
    const auto end = std::find_if_not(begin, lines.end(), is_free);
    std::sort(begin, end);
    begin = end == begin ? begin + 1 : end;
  }
  std::string ordered;
  for (const std::string& line : lines) ordered += line + "\n";
  return ordered;
}

TEST_P(ReplayTest, CPythonLeavesTheGoldenTraces) {
  if (specimen_.in_process) return;
  const char* golden = GoldenOf(specimen_);
  if (golden == nullptr) GTEST_SKIP() << "there is no golden file for " << specimen_.summary;
  const std::map<std::string, std::string> traces = ReadGolden(golden);
  Trial trial(specimen_);
  size_t compared = 0;
  for (const CorpusFile& file : ReadFolders({"laws", "rules"})) {
    if (!CanAll(specimen_, file.programs.at(0))) continue;
    const auto trace = traces.find(file.path());
    ASSERT_NE(trace, traces.end()) << file.path();
    EXPECT_EQ(FreesInOrder(trace->second), FreesInOrder(ExpectLawful(trial, file))) << file.path();
    ++compared;
  }
  EXPECT_GE(compared, kRules);
}

INSTANTIATE_TEST_SUITE_P(All, ReplayTest, testing::ValuesIn(SpecimenNames()), TestName);

class GoldenTest : public ReplayTest {};

TEST_P(GoldenTest, IsWhatTheCollectorDoes) {
  Trial trial(specimen_);
  NamedTexts traces;
  for (const CorpusFile& file : ReadFolders({"laws", "rules"})) {
    traces.emplace_back(file.path(), ExpectLawful(trial, file));
  }
  ExpectGolden(GetParam() + ".trace", traces, kTarget);
}

TEST_P(GoldenTest, IsLawfulAsATraceThatWasRecordedElsewhere) {
  std::vector<TraceVerdict> verdicts;
  std::string text;
  const std::map<std::string, std::string> traces = ReadGolden(GetParam() + ".trace");
  for (const auto& [name, trace] : traces) text += trace + "---\n";
  ASSERT_EQ(JudgeTraces(text, *specimen_.contract, &verdicts), "");
  ASSERT_EQ(verdicts.size(), traces.size());
  auto trace = traces.begin();
  for (const TraceVerdict& verdict : verdicts) {
    if (verdict.violation) {
      ADD_FAILURE() << trace->first << ": " << verdict.violation->what << "\n" << trace->second;
    }
    ++trace;
  }
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTest, testing::Values("optimized-27", "optimized-pep442"),
                         TestName);

}  // namespace
}  // namespace ouro
