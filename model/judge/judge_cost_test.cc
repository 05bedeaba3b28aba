// SPDX-License-Identifier: Apache-2.0

// What judging costs: the time of an operation grows neither with the length of the program nor
// with the number of live objects. No absolute times: long programs are compared with short ones.

#include <time.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "model/judge/exact_judge.h"
#include "model/trace.h"

namespace ouro {
namespace {

constexpr int kShort = 1'000;
constexpr int kLong = 100'000;
constexpr double kTimesAsMuch = 5;  // that an operation of the long program may cost

double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// A trace that repeats the same steps about `rounds` times.
struct Shape {
  const char* name;
  std::function<std::string(int rounds)> trace;
  const Contract* contract = &kCPython26;
};

double SecondsARound(const Shape& shape, int rounds) {
  const std::string trace = "disable\n" + shape.trace(rounds);
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    std::vector<TraceVerdict> verdicts;
    const double begin = CpuSeconds();
    EXPECT_EQ(JudgeTraces(trace, *shape.contract, &verdicts), "");
    best = std::min(best, CpuSeconds() - begin);
    EXPECT_EQ(verdicts.size(), 1u);
    for (const TraceVerdict& verdict : verdicts) {
      EXPECT_FALSE(verdict.violation) << "line " << verdict.line << ": " << verdict.violation->what;
    }
  }
  return best / rounds;
}

std::string BirthsAndDeaths(int rounds) {
  std::string trace;
  for (int i = 0; i < rounds; ++i) {
    trace += fmt::format("r0 = node 1\n> new {}\nr0 = none\n> free {}\n", i, i);
  }
  return trace;
}

std::string Stores(int rounds) {
  std::string trace = "r0 = node 2\n> new 0\nr1 = node 1\n> new 1\n";
  for (int i = 0; i < rounds; ++i) {
    trace += "r0.0 = r1\nr1.0 = r0\nr2 = r0.0\n> got 1\nr2 = none\nr0.0 = none\nr1.0 = none\n";
  }
  return trace;
}

std::string Collections(int rounds) {
  std::string trace;
  for (int i = 0; i < rounds; ++i) {
    trace += fmt::format(
        "r0 = node 1\n> new {0}\nr0.0 = r0\nr0 = none\n"
        "collect {1}\n> collect {1}\n> free {0}\n> done 1\n",
        i, i % kGenerations);
  }
  return trace;
}

std::string Resurrections(int rounds) {
  std::string trace = "r0 = node 1 del 0\n> new 0\n";
  for (int i = 0; i < rounds; ++i) trace += "r0 = none\n> finalize 0\nr0 = self\n> end 0\n";
  return trace;
}

std::string WeakReferences(int rounds) {
  std::string trace = "r0 = node 0\n> new 0\n";
  for (int i = 1; i <= rounds; ++i) {
    trace += fmt::format(
        "r1 = weak r0 call 0\n> new {0}\nr2 = r1()\n> got 0\nr2 = none\nr1 = none\n> free {0}\n",
        i);
  }
  return trace;
}

std::string Chain(int rounds, bool children_first) {
  std::string trace;
  for (int i = 0; i < rounds; ++i) {
    trace += fmt::format("r1 = node 1\n> new {}\n", i);
    if (i > 0) trace += "r1.0 = r0\n";
    trace += "r0 = r1\nr1 = none\n";
  }
  trace += "r0 = none\n";
  for (int i = 0; i < rounds; ++i) {
    trace += fmt::format("> free {}\n", children_first ? i : rounds - 1 - i);
  }
  return trace;
}

// A chain in which each node refers to the same leaf.
std::string SharedLeaf(int rounds) {
  std::string trace = "r2 = leaf\n> new 0\n";
  for (int i = 1; i <= rounds; ++i) {
    trace += fmt::format("r1 = node 2\n> new {}\nr1.1 = r2\n", i);
    if (i > 1) trace += "r1.0 = r0\n";
    trace += "r0 = r1\nr1 = none\n";
  }
  trace += "r2 = none\nr0 = none\n";
  for (int i = 1; i <= rounds; ++i) trace += fmt::format("> free {}\n", i);
  return trace + "> free 0\n";
}

// A chain that refers to weak references to one node, which dies before them.
std::string SharedTarget(int rounds) {
  std::string trace = "r2 = node 0\n> new 0\n";
  for (int i = 1; i <= rounds; ++i) {
    trace += fmt::format("r1 = node 2\n> new {}\nr3 = weak r2\n> new {}\nr1.1 = r3\nr3 = none\n",
                         2 * i - 1, 2 * i);
    if (i > 1) trace += "r1.0 = r0\n";
    trace += "r0 = r1\nr1 = none\n";
  }
  return trace + "r2 = none\n> free 0\n";
}

// A chain whose finalizers do nothing, and which dies from its head.
std::string ChainOfFinalizers(int rounds) {
  std::string trace;
  for (int i = 0; i < rounds; ++i) {
    trace += fmt::format("r1 = node 1 del 0\n> new {}\n", i);
    if (i > 0) trace += "r1.0 = r0\n";
    trace += "r0 = r1\nr1 = none\n";
  }
  trace += "r0 = none\n";
  for (int i = rounds; i-- > 0;) trace += fmt::format("> finalize {0}\n> end {0}\n> free {0}\n", i);
  return trace;
}

// A ring with finalizers, which a collection runs before it frees.
std::string Ring(int rounds) {
  std::string trace = "r2 = node 1 del 0\n> new 0\nr0 = r2\n";
  for (int i = 1; i < rounds; ++i) {
    trace += fmt::format("r1 = node 1 del 0\n> new {}\nr1.0 = r0\nr0 = r1\nr1 = none\n", i);
  }
  trace += "r2.0 = r0\nr2 = none\nr0 = none\ncollect 2\n> collect 2\n";
  for (int i = 0; i < rounds; ++i) trace += fmt::format("> finalize {0}\n> end {0}\n", i);
  for (int i = 0; i < rounds; ++i) trace += fmt::format("> free {}\n", i);
  return trace + "> done 0\n";
}

// Cycles with finalizers pile up as garbage, while parents and children die by count.
std::string GarbagePilesUp(int rounds) {
  std::string trace;
  for (int i = 0; i < rounds; ++i) {
    trace += fmt::format(
        "r0 = node 1 del 0\n> new {0}\nr0.0 = r0\nr0 = none\nr1 = node 1 del 0\n> new {1}\n"
        "r2 = leaf\n> new {2}\nr1.0 = r2\nr2 = none\nr1 = none\n> finalize {1}\n> end {1}\n"
        "> free {2}\n> free {1}\n",
        3 * i, 3 * i + 1, 3 * i + 2);
  }
  return trace;
}

void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.name; }

class JudgeCost : public testing::TestWithParam<Shape> {};

TEST_P(JudgeCost, OfAnOperationDoesNotGrow) {
  // The long one first: it grows the allocator's memory, which both then use.
  const double of_long = SecondsARound(GetParam(), kLong);
  const double of_short = SecondsARound(GetParam(), kShort);
  EXPECT_LT(of_long, kTimesAsMuch * of_short);
  fmt::print("{} {:.2f} us {:.1f}x\n", GetParam().name, of_long * 1e6, of_long / of_short);
}

INSTANTIATE_TEST_SUITE_P(
    Traces, JudgeCost,
    testing::Values(Shape{"BirthsAndDeaths", BirthsAndDeaths}, Shape{"Stores", Stores},
                    Shape{"Collections", Collections}, Shape{"Resurrections", Resurrections},
                    Shape{"WeakReferences", WeakReferences},
                    Shape{"ChainFromItsEnd", [](int n) { return Chain(n, true); }},
                    Shape{"ChainFromItsBeginning", [](int n) { return Chain(n, false); }},
                    Shape{"SharedLeaf", SharedLeaf}, Shape{"SharedTarget", SharedTarget},
                    Shape{"GarbagePilesUp", GarbagePilesUp}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    TracesUnderBounds, JudgeCost,
    testing::Values(Shape{"BirthsAndDeaths", BirthsAndDeaths, &kPerl},
                    Shape{"Stores", Stores, &kPerl}, Shape{"Collections", Collections, &kPhp},
                    Shape{"Resurrections", Resurrections, &kPerl},
                    Shape{"WeakReferences", WeakReferences, &kPerl},
                    Shape{"ChainFromItsEnd", [](int n) { return Chain(n, true); }, &kPerl},
                    Shape{"ChainFromItsBeginning", [](int n) { return Chain(n, false); }, &kPerl},
                    Shape{"SharedLeaf", SharedLeaf, &kPerl},
                    Shape{"SharedTarget", SharedTarget, &kPerl},
                    Shape{"ChainOfFinalizers", ChainOfFinalizers, &kPerl},
                    Shape{"Ring", Ring, &kPhp}, Shape{"GarbagePilesUp", GarbagePilesUp, &kPhp}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace ouro
