// SPDX-License-Identifier: Apache-2.0

// Long programs: a chain of 100,000 links, built and dropped, gets a verdict on every in-process
// collector, and neither the judge nor the trial takes more than linear time for it.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "model/isolate.h"
#include "model/trial.h"

namespace ouro {
namespace {

constexpr int kLinks = 100'000;
constexpr int kMilliseconds = 60'000;  // each takes about one second; the machine may be busy

// Peers whose own recursion, one call for each link, exhausts the stack.
const std::set<std::string> kRecursive = {"gobject", "php"};

Program Chain() {
  Program program;
  const auto add = [&program](const char* line) {
    Op op;
    EXPECT_EQ(ParseOp(line, /*in_script=*/false, &op), "");
    program.main.push_back(op);
  };
  add("r0 = node 1");
  for (int i = 1; i < kLinks; ++i) {
    for (const char* line : {"r1 = node 1", "r1.0 = r0", "r0 = r1", "r1 = none"}) add(line);
  }
  add("r0 = none");
  add("collect 2");
  return program;
}

TEST(ChainTest, GetsAVerdictOnEveryCollector) {
  const Program chain = Chain();
  std::vector<Specimen> specimens = OwnSpecimens();
  std::vector<std::string> absent;
  for (const Specimen& peer : PresentPeers(&absent)) specimens.push_back(peer);
  for (const std::string& why : absent) std::printf("NOT TESTED: %s\n", why.c_str());
  const Isolation isolation = {.limits = {}, .milliseconds = kMilliseconds};
  for (const Specimen& specimen : specimens) {
    const auto begin = std::chrono::steady_clock::now();
    const Verdict verdict = TryIsolated(chain, specimen, isolation);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    std::printf("%-20s %5.2f s  %s\n", specimen.name.c_str(), time.count(),
                verdict.lawful() ? "lawful" : verdict.signature().c_str());
    if (kRecursive.count(specimen.name) != 0 && !verdict.lawful()) {
      EXPECT_EQ(verdict.signature().find("crashed with signal"), 0u) << verdict.signature();
      continue;
    }
    EXPECT_TRUE(verdict.lawful()) << Report(specimen, verdict, "");
    if (!verdict.lawful()) continue;
    EXPECT_EQ(verdict.operations, 4 * kLinks - 1);
    EXPECT_GE(verdict.events, 2 * kLinks);
  }
}

}  // namespace
}  // namespace ouro
