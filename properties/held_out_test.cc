// SPDX-License-Identifier: Apache-2.0

// A held-out mutant is a bug of the optimized collector that nothing here was made to find: written
// before the generator's last change, by classes of bugs, without a look at whether random programs
// find it. So what random programs find of them says how good the generator is, where the mutants
// of properties/mutants say how well it was tuned. Whoever tunes it to one of these moves all of
// them there and writes new ones. Hence nobody is asked here to find them. Instead each has a
// witness, made by hand, that it is a bug at all: a program in NAME.gct; or, where none shows it, a
// line in the head of its patch that names the calls of the heap that do.
//
// Place: beside mutants_test.cc. Mutants may crash or hang, so they run in child processes.

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "model/collector.h"
#include "model/isolate.h"
#include "model/program.h"
#include "properties/testing/fixture.h"
#include "properties/testing/kill.h"

namespace ouro {
namespace {

constexpr char kFolder[] = "properties/held_out";

// The letters of the classes: bugs that show
constexpr std::string_view kPrograms = "ABCDEFG";  // in a program
constexpr std::string_view kVerified = "H";        // in a program, to Verify alone
constexpr std::string_view kCalls = "IJ";          // in calls of the heap

std::string PathOf(const std::string& name, const std::string& extension) {
  return std::string(kFolder) + "/" + name + extension;
}

// The lines `key: value` before the diff.
std::map<std::string, std::string> HeadOf(const std::string& name) {
  std::ifstream in(PathOf(name, ".patch"));
  EXPECT_TRUE(in.is_open());
  std::map<std::string, std::string> head;
  for (std::string line; std::getline(in, line) && !line.starts_with("--- ");) {
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) {
      ADD_FAILURE() << line;
      continue;
    }
    head[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return head;
}

std::vector<Program> WitnessOf(const std::string& name) {
  std::ifstream in(PathOf(name, ".gct"));
  std::ostringstream text;
  text << in.rdbuf();
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text.str(), &programs), "");
  EXPECT_FALSE(programs.empty());
  return programs;
}

class HeldOutTest : public testing::TestWithParam<std::string> {};

TEST_P(HeldOutTest, SaysWhatItIs) {
  std::map<std::string, std::string> head = HeadOf(GetParam());
  for (const char* key : {"class", "history", "breaks"}) EXPECT_NE(head[key], "") << key;
  const std::string letter = head["letter"];
  ASSERT_EQ(letter.size(), 1u);
  const bool by_calls = kCalls.find(letter) != std::string::npos;
  EXPECT_TRUE(by_calls || letter == kVerified || kPrograms.find(letter) != std::string::npos);
  EXPECT_EQ(by_calls, head["witness"] != "");
  EXPECT_EQ(by_calls, !std::filesystem::exists(PathOf(GetParam(), ".gct")));
}

TEST_P(HeldOutTest, IsConvictedByItsWitness) {
  std::map<std::string, std::string> head = HeadOf(GetParam());
  const Specimen mutant = Library(kFolder, GetParam());
  if (HasFailure() || kCalls.find(head["letter"]) != std::string::npos) return;
  const Specimen sound = Named(head["contract"] == "cpython39" ? "optimized-pep442" : "optimized");
  const Isolation isolation = {.limits = {.verify = head["letter"] == kVerified
                                                        ? Limits::Verify::kAfterOperations
                                                        : Limits::Verify::kNever}};
  const std::vector<Program> witness = WitnessOf(GetParam());
  EXPECT_LT(FindIsolated(witness, kAnySignature, mutant, isolation), witness.size());
  EXPECT_EQ(FindIsolated(witness, kAnySignature, sound, isolation), witness.size());
}

INSTANTIATE_TEST_SUITE_P(All, HeldOutTest, testing::ValuesIn(Libraries(kFolder)),
                         [](const auto& info) { return TestName(info.param); });

}  // namespace
}  // namespace ouro
