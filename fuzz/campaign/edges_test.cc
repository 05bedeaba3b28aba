// SPDX-License-Identifier: Apache-2.0

// Edges of libraries: which of them are counted, and for whom. The libraries are the toy of
// collector/GUIDE.md, built with and without instrumentation, and another collector.

#include <gtest/gtest.h>
#include <poll.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "collector/edge_counters.h"
#include "collector/specimens.h"
#include "corpus/built_in.h"
#include "fuzz/campaign/channel.h"
#include "fuzz/campaign/coverage.h"
#include "fuzz/campaign/worker.h"
#include "fuzz/campaign/worker_slot.h"
#include "model/program.h"
#include "model/trial.h"

namespace ouro {
namespace {

constexpr char kToy[] = "collector/examples/c/toy_edges.so";
constexpr char kToyFuzzer[] = "collector/examples/c/toy_edges_fuzzer.so";
constexpr char kToyPlain[] = "collector/examples/c/toy_gc.so";
constexpr char kOther[] = "fuzz/testing/lib-weak-table-edges.so";
constexpr char kFew[] = "r0 = leaf\n";
constexpr char kMore[] = "r0 = node 1\nr1 = weak r0\nr0.0 = r0\nr0 = none\ncollect 2\nr2 = r1()\n";

Specimen Find(const std::string& library) {
  Specimen specimen;
  EXPECT_EQ(FindSpecimen("lib:" + library, &specimen), "");
  return specimen;
}

Program Read(const std::string& text) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "");
  return programs.at(0);
}

// A slot in a file of its own.
class EdgesTest : public testing::Test {
 protected:
  EdgesTest() { EXPECT_EQ(slots_.Open(path_, 3), ""); }
  ~EdgesTest() override { std::filesystem::remove(path_); }

  WorkerSlot& slot() { return slots_[1]; }
  size_t Reached() const { return slots_.MergedCoverage().edges; }

  // Runs a program. Returns whether it reached a new edge.
  bool Run(const Specimen& specimen, const char* text) {
    const EdgeCounters counters = EdgeCountersOf(specimen);
    counters.Begin();
    slot().BeginEdges(counters);
    EXPECT_TRUE(Try(Read(text), specimen).lawful());
    return slot().MergeEdges(counters);
  }

  // How many programs of the corpus a generating worker sends as new.
  static size_t Kept(const Specimen& specimen, WorkerSlot& slot) {
    const std::vector<BuiltInProgram> corpus = BuiltInCorpus();
    RandomWork work = {.specimen = &specimen, .corpus = &corpus, .corpus_only = true};
    Worker worker;
    worker.Attach(&slot);
    EXPECT_EQ(worker.StartRandom(work, RandomWork::kOfCorpus, 0), "");
    size_t kept = 0;
    for (bool ended = false; !ended;) {
      std::vector<pollfd> polled;
      worker.Await(&polled);
      poll(polled.data(), polled.size(), 100);
      ended = worker.Ended();
      Message message;
      while (worker.Receive(&message) == ReceiveResult::kMessage) {
        kept += message.kind == Message::Kind::kNewCoverage ? 1 : 0;
      }
    }
    worker.Stop();
    return kept;
  }

  const std::string path_ =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name();
  WorkerSlots slots_;
};

TEST_F(EdgesTest, AProgramThatReachesMoreIsNew) {
  for (const char* library : {kToy, kToyFuzzer}) {
    const Specimen toy = Find(library);
    EXPECT_TRUE(Run(toy, kFew)) << library;
    EXPECT_FALSE(Run(toy, kFew)) << library;
    const size_t few = Reached();
    EXPECT_TRUE(Run(toy, kMore)) << library;
    EXPECT_FALSE(Run(toy, kMore)) << library;
    const Coverage coverage = slots_.MergedCoverage();
    EXPECT_GT(few, 0u);
    EXPECT_GT(coverage.edges, few);
    EXPECT_EQ(coverage.all_edges, EdgeCountersOf(toy).edges());
    EXPECT_LT(coverage.edges, coverage.all_edges) << "nothing calls what is for failures";
  }
}

TEST_F(EdgesTest, WhatReachesOneIsKept) {
  const size_t by_features = Kept(Find(kToyPlain), slots_[1]);
  EXPECT_GT(by_features, 0u);
  EXPECT_GT(Kept(Find(kToy), slots_[2]), by_features);
}

TEST_F(EdgesTest, WithoutInstrumentationThereAreNone) {
  const Specimen plain = Find(kToyPlain);
  EXPECT_TRUE(EdgeCountersOf(plain).empty());
  EXPECT_FALSE(Run(plain, kMore));
  EXPECT_EQ(slots_.MergedCoverage().all_edges, 0u);
}

TEST_F(EdgesTest, LibrariesDoNotMix) {
  const Specimen toy = Find(kToy);
  const Specimen other = Find(kOther);
  const Specimen again = Find(kToy);
  ASSERT_EQ(EdgeCountersOf(toy).ranges().size(), 1u);
  EXPECT_EQ(EdgeCountersOf(again).layout(), EdgeCountersOf(toy).layout());
  EXPECT_NE(EdgeCountersOf(other).layout(), EdgeCountersOf(toy).layout());
  const EdgeCounters counters = EdgeCountersOf(toy);
  slot().BeginEdges(counters);
  counters.Begin();
  EXPECT_TRUE(Try(Read(kMore), other).lawful());
  EXPECT_FALSE(slot().MergeEdges(counters)) << "another's edges";
  EXPECT_TRUE(Run(again, kMore));
  EXPECT_GT(Reached(), 0u);
  slot().BeginEdges(EdgeCountersOf(other));
  EXPECT_EQ(Reached(), 0u) << "what was reached in other code is forgotten";
}

TEST_F(EdgesTest, OwnCodeIsThatOfTheProgram) {
  Specimen own;
  ASSERT_EQ(FindSpecimen("optimized", &own), "");
  EXPECT_TRUE(EdgeCountersOf(own).empty()) << "this test is built without";
  Specimen process = own;
  process.in_process = false;
  process.name = Find(kToy).name;
  EXPECT_TRUE(EdgeCountersOf(process).empty());
}

}  // namespace
}  // namespace ouro
