// SPDX-License-Identifier: Apache-2.0

// The judge of bounds, bracketed: no wild collector is convicted, which is lawful and uses every
// freedom of its contract; and every liar over one is, where its lie can be one. A conviction of a
// wild collector is a fault of the judge, or of the contract's words.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "collector/liar.h"
#include "collector/specimens.h"
#include "model/collector.h"
#include "model/judge/law.h"
#include "model/program.h"
#include "model/trial.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

constexpr int kPrograms = 12'000;  // for each contract; OURO_WILD has another number
constexpr int kLies = 8000;        // the most programs that a liar may survive; free-at-once: 7,364
constexpr uint64_t kSeeds = 64;    // with which one program is run, to see its freedoms

std::vector<const Contract*> ContractsOfBounds() {
  std::vector<const Contract*> contracts;
  for (const Contract* const* c = kContracts; *c != nullptr; ++c) {
    if ((*c)->bounds() != nullptr) contracts.push_back(*c);
  }
  return contracts;
}

// Their names, and of some that are spelled out, for values that none of them has.
std::vector<std::string> AllBounds() {
  std::vector<std::string> names;
  for (const Contract* contract : ContractsOfBounds()) names.push_back(contract->name);
  for (const char* text :
       {"lua,automatic=told", "lua,automatic=untold", "php,automatic=untold,callbacks=before-free",
        "ruby,queued=yes,automatic=untold", "php,prompt=either,queued=yes",
        "cpython,automatic=never,callbacks=before-free", "duktape,queued=yes",
        "boehm,automatic=untold,queued=yes", "perl,queued=yes,automatic=told,callbacks=before-free",
        "gobject,automatic=untold,weak=either",
        "boehm-unordered,strays=0,collections=2,queued=yes,automatic=untold,weak=either"}) {
    names.push_back(text);
  }
  return names;
}

Specimen WildSpecimen(const Contract& contract, uint64_t seed) {
  Specimen specimen;
  EXPECT_EQ(FindSpecimen(fmt::format("wild:{}?seed={}", contract.name, seed), &specimen), "");
  return specimen;
}

int Programs() {
  const char* text = std::getenv("OURO_WILD");
  return text == nullptr ? kPrograms : std::atoi(text);
}

// Each contract is a test, so that they can be run side by side.
class WildUnder : public testing::TestWithParam<std::string> {};

TEST_P(WildUnder, IsLawful) {
  const Contract* contract = nullptr;
  ASSERT_EQ(ReadContract(GetParam(), &contract), "");
  const Specimen specimen = WildSpecimen(*contract, 1);
  Trial trial(specimen);
  for (int i = 0; i < Programs(); ++i) {
    const Program program =
        Generate(SeedOf(7, static_cast<uint64_t>(i)),
                 {.saveall_in_scripts = i % 2 == 0, .abilities = kAllAbilities});
    std::string transcript;
    const Verdict verdict = trial.Run(program);
    if (verdict.lawful()) continue;
    const Verdict again = Trial(specimen).Run(program, &transcript);
    FAIL() << Print(program) << Report(specimen, again, transcript);
  }
}

INSTANTIATE_TEST_SUITE_P(Contract, WildUnder, testing::ValuesIn(AllBounds()));

// How many different traces one program has, apart from what its collections return: of that the
// bounds say nothing.
size_t Traces(const char* text, const Contract& contract) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "");
  std::set<std::string> traces;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    std::string transcript;
    const Verdict verdict = Trial(WildSpecimen(contract, seed)).Run(programs[0], &transcript);
    EXPECT_TRUE(verdict.lawful()) << transcript;
    traces.insert(std::regex_replace(transcript, std::regex("> done [0-9]+"), "> done"));
  }
  return traces.size();
}

TEST(WildTest, UsesItsFreedoms) {
  struct Freedom {
    const char* contract;
    const char* what;
    size_t traces;  // at least
    const char* program;
  };
  constexpr Freedom kFreedoms[] = {
      {"perl", "the order of two deaths", 2,
       "r0 = node 2\nr1 = leaf\nr0.0 = r1\nr1 = leaf\nr0.1 = r1\nr1 = none\nr0 = none"},
      {"lua", "the order of two finalizers", 2,
       "r0 = node 1 del 0\nr1 = node 1 del 0\nr0.0 = r1\nr1.0 = r0\nr0 = none\nr1 = none\n"
       "collect 2"},
      {"lua", "when touched trash is freed", 2, "r0 = node 0 del 0\nr0 = none\ncollect 2"},
      {"cpython", "whether a weak reference outlives a finalizer that resurrects", 2,
       "def 0:\n r2 = self\nmain:\nr0 = node 1 del 0\nr0.0 = r0\nr1 = weak r0\nr0 = none\n"
       "collect 2\nr3 = r1()"},
      {"boehm", "strays", 2, "r0 = leaf\nr0 = none\ncollect 2"},
      {"ruby", "a finalizer after death, among other deaths", 3,
       "r0 = node 0 del 0\nr1 = leaf\nr0 = none\nr1 = none\ncollect 2"},
      {"php,automatic=untold", "trash may die before a collection", 2,
       "r0 = node 1\nr0.0 = r0\nr0 = none\ncensus\nr0 = leaf\nr0 = none\nr0 = leaf\nr0 = none"},
      {"php", "the order of a chain's deaths by count", 3,
       "r0 = node 1\nr1 = node 1\nr2 = leaf\nr1.0 = r2\nr0.0 = r1\nr2 = none\nr1 = none\n"
       "r0 = none"},
      {"duktape", "whether what a collection found is finalized again", 2,
       "def 0:\n r2 = self\nmain:\nr0 = node 1 del 0\nr0.0 = r0\nr0 = none\ncollect 2\n"
       "r2.0 = none\nr2 = none"},
      {"gobject", "a collection need not do anything, and may", 2,
       "r0 = node 1\nr0.0 = r0\nr0 = none\ncollect 2"},
      {"php", "whether a callback comes before or after the death", 2,
       "r0 = node 1\nr0.0 = r0\nr1 = weak r0 call 0\nr0 = none\ncollect 2"},
      {"cpython", "whether the callback of trash runs", 2,
       "r0 = node 1\nr0.0 = r0\nr1 = weak r0 call 0\nr0.0 = r1\nr1 = none\nr0 = none\ncollect 2"},
      {"lua,queued=yes", "when a finalizer runs that may wait", 3,
       "r0 = node 0 del 0\nr0 = none\ncollect 2\nr0 = leaf\nr0 = none\ncollect 2"},
      {"lua,automatic=told", "when a collection comes unasked", 3,
       "r0 = leaf\nr0 = none\nr1 = leaf"},
      {"lua,automatic=untold", "what one frees without telling", 3,
       "r0 = leaf\nr0 = none\nr1 = leaf"},
      {"lua,prompt=either", "when a count is given back", 2, "r0 = leaf\nr0 = none\ncollect 2"},
      {"lua", "which dead nodes a census lists", 2, "r0 = node 0\nr0 = none\ncensus"},
      {"boehm", "whether what is kept is listed as garbage", 2,
       "r0 = node 1 del 0\nr0.0 = r0\nr0 = none\ncollect 2"},
      {"boehm-unordered", "the order of a chain's finalizers", 2,
       "r0 = node 1 del 0\nr1 = node 1 del 0\nr0.0 = r1\nr0 = none\nr1 = none\ncollect 2"},
  };
  for (const Freedom& freedom : kFreedoms) {
    const Contract* contract = nullptr;
    ASSERT_EQ(ReadContract(freedom.contract, &contract), "");
    EXPECT_GE(Traces(freedom.program, *contract), freedom.traces)
        << freedom.contract << ": " << freedom.what;
  }
}

// What is a dot below is what the bounds leave open: what a collection counts and when it comes, in
// which generation an object is, what a death by count would have been where nothing counts.
// 'x': a liar was convicted of its law; 'o': of another one; '.': of none, or it had nothing to lie
// about.
char Convicted(const std::string& law, const Contract& contract) {
  Specimen specimen = WildSpecimen(contract, 1);
  specimen.make = [law, honest = specimen.make](Observer& o) { return MakeLiar(law, o, honest); };
  Trial trial(specimen);
  bool other = false;
  for (int i = 0; i < kLies; ++i) {
    const Verdict verdict =
        trial.Run(Generate(SeedOf(8, static_cast<uint64_t>(i)), {.abilities = kAllAbilities}));
    if (!verdict.violation) continue;
    if (Name(verdict.violation->law) == law) return 'x';
    other = true;
  }
  return other ? 'o' : '.';
}

// Columns: cpython, boehm, boehm-unordered, duktape, gobject, lua, perl, php, ruby.
constexpr const char* kTable[] = {
    "no-free-while-held       x x x x x x x x x", "free-once                x x x x x x x x x",
    "free-at-once             x o o x x o x x o", "no-finalize-while-held   x x x x x x x x x",
    "finalize-as-often        x x x x x x x x x", "finalize-before-free     x x x x x x x x o",
    "finalize-at-once         x . . x x . x x .", "callback-when-cleared    x x x x x x x x x",
    "callback-before-free     x o o o o o o o x", "callback-order           o o o o o o o o o",
    "dereference              x x x x x x x x x", "load                     x x x x x x x x x",
    "lookup                   x x x x x x x x x", "garbage-uncollectable    x x x x x x x x x",
    "garbage-complete         o o o o o o o o o", "trash-freed              x x x x o x o x x",
    "collection-count         . . . . . . . . .", "collection-schedule      . . . . . . . . .",
    "no-nested-collection     . . . . . . . . .", "end                      x x x x x x x x x",
    "census-generation        . . . . . . . . .", "census-complete          . . . . . . . . .",
    "identity                 x x x x x x x x x", "failed-allocation        x x x x x x x x x",
    "event-in-place           x x x x x x x x x",
};

class LiarsUnderBounds : public testing::TestWithParam<const char*> {};

TEST_P(LiarsUnderBounds, AreConvictedWhereTheirLieIsOne) {
  const std::string wanted = GetParam();
  const std::string law = wanted.substr(0, wanted.find(' '));
  std::string row = fmt::format("{:<24}", law);
  for (const Contract* contract : ContractsOfBounds()) {
    row += fmt::format(" {}", Convicted(law, *contract));
  }
  EXPECT_EQ(row, wanted);
}

INSTANTIATE_TEST_SUITE_P(Law, LiarsUnderBounds, testing::ValuesIn(kTable));

TEST(LiarsTest, EachHasARow) {
  std::vector<std::string> laws;
  for (const Lie& lie : Lies()) laws.push_back(lie.law);
  std::vector<std::string> rows;
  for (const std::string row : kTable) rows.push_back(row.substr(0, row.find(' ')));
  EXPECT_EQ(rows, laws);
}

}  // namespace
}  // namespace ouro
