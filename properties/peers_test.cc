// SPDX-License-Identifier: Apache-2.0

// Other people's collectors under the judge: random programs are lawful on each, except for its
// known bugs. A missing one is reported and skipped. CPython over the line protocol has its own
// test, cpython_test.
//
// OURO_PROGRAMS sets the number of programs for each:
//   bazel test //properties:peers_test --test_env=OURO_PROGRAMS=10000 --test_output=all

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "corpus/corpus.h"
#include "corpus/head.h"
#include "model/isolate.h"
#include "model/judge/law.h"
#include "model/trial.h"
#include "properties/generator/generator.h"
#include "properties/testing/arbitrary.h"

namespace ouro {
namespace {

// The laws that a peer is known to break; corpus/native/README.md shows each bug in the peer's own
// language. A share above one in kRarest programs must be another bug.
const std::map<std::string, std::set<Law>> kKnown = {
    {"cpython39", {Law::kDereference}},
    {"cpython313", {Law::kDereference}},
    {"cpython3140", {Law::kDereference}},
    {"php", {Law::kNoFreeWhileHeld, Law::kFreeAtOnce}},
};
constexpr size_t kRarest = 1000;

size_t Programs() {
  const char* wanted = std::getenv("OURO_PROGRAMS");
  return wanted == nullptr ? 400 : static_cast<size_t>(std::atoi(wanted));
}

// The in-process peers, and the interpreters on PATH for which there are adapters.
std::vector<Specimen> Peers() {
  std::vector<std::string> absent;
  std::vector<Specimen> peers = PresentPeers(&absent);
  for (const char* name : {"lua:lua5.4", "php:php", "ruby:ruby"}) {
    Specimen specimen;
    if (std::string error = FindSpecimen(name, &specimen); !error.empty()) {
      absent.push_back(error);
    } else {
      peers.push_back(specimen);
    }
  }
  for (const std::string& why : absent) std::printf("NOT TESTED: %s\n", why.c_str());
  return peers;
}

// Fails the test for convictions that are not known. Returns the number of all convictions.
size_t Judge(const Specimen& peer, const std::vector<Program>& programs) {
  const auto known = kKnown.find(peer.contract->name);
  size_t convicted = 0;
  for (size_t next = 0; next < programs.size();) {
    const std::vector<Program> rest(programs.begin() + static_cast<ptrdiff_t>(next),
                                    programs.end());
    const size_t found = FindIsolated(rest, kAnySignature, peer, Isolation{});
    if (found == rest.size()) break;
    next += found + 1;
    ++convicted;
    std::string transcript;
    const Verdict verdict = TryIsolated(rest[found], peer, Isolation{}, &transcript);
    const std::string report = Report(peer, verdict, transcript);
    std::printf("program %zu: %s\n", next - 1, report.c_str());
    EXPECT_TRUE(known != kKnown.end() && verdict.violation.has_value() &&
                known->second.count(verdict.violation->law) != 0)
        << peer.name << ", program " << next - 1 << "\n"
        << report;
  }
  return convicted;
}

// An adapter that was built with its library must load, and its engine name a contract that there
// is.
TEST(PeersTest, AreAbsentOnlyWithoutTheirLibraries) {
  std::vector<std::string> absent;
  PresentPeers(&absent);
  for (const std::string& why : absent) {
    EXPECT_NE(why.find("it was built without"), std::string::npos) << why;
  }
}

TEST(PeersTest, AreLawful) {
  GeneratorOptions options;
  options.operations = 50;
  std::vector<Program> programs;
  for (size_t i = 0; i < Programs(); ++i) programs.push_back(Generate(SeedOf(Seed(), i), options));
  for (const Specimen& peer : Peers()) {
    const auto begin = std::chrono::steady_clock::now();
    const size_t convicted = Judge(peer, programs);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::printf("%-18s %zu programs, %zu convicted, %.0f programs/s: %s\n", peer.name.c_str(),
                programs.size(), convicted, static_cast<double>(programs.size()) / seconds.count(),
                peer.summary.c_str());
    EXPECT_LE(convicted, programs.size() / kRarest + 1);
  }
}

// Every program of the corpus is lawful, except for the known bugs that the heads of its files
// name, which must be found.
TEST(PeersTest, TheCorpusIsLawful) {
  for (const Specimen& peer : Peers()) {
    size_t known = 0;
    size_t programs = 0;
    for (const char* folder : {"laws", "rules", "history", "found"}) {
      for (const CorpusFile& file : ReadCorpus(folder)) {
        std::vector<KnownBug> bugs;
        EXPECT_EQ(ReadKnownBugs(file.text, &bugs), "") << file.path();
        for (const Program& program : file.programs) {
          std::string trace;
          const Verdict verdict = TryIsolated(program, peer, Isolation{}, &trace);
          const Judgement judgement = Weigh(verdict, bugs, peer);
          EXPECT_TRUE(judgement.good()) << file.path() << ": " << peer.summary << "\n"
                                        << Report(peer, verdict, trace);
          known += judgement.kind == Judgement::Kind::kKnown ? 1 : 0;
          ++programs;
        }
      }
    }
    std::printf("%-18s %zu programs of the corpus, %zu known bugs\n", peer.name.c_str(), programs,
                known);
  }
}

}  // namespace
}  // namespace ouro
