// SPDX-License-Identifier: Apache-2.0

// Contracts that users spell out: what is printed can be read back, and mistakes are explained.

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/envelope.h"

namespace ouro {
namespace {

const Contract* Read(const std::string& text) {
  const Contract* contract = nullptr;
  EXPECT_EQ(ReadContract(text, &contract), "") << text;
  return contract;
}

std::string Refusal(const std::string& text) {
  const Contract* contract = nullptr;
  const std::string error = ReadContract(text, &contract);
  EXPECT_EQ(contract, nullptr) << text;
  return error;
}

std::vector<const Contract*> Envelopes() {
  std::vector<const Contract*> all;
  for (const Contract* const* c = kContracts; *c != nullptr; ++c) {
    if ((*c)->bounds() != nullptr) all.push_back(*c);
  }
  return all;
}

// All fields of `contract` as Describe prints them, as changes of `base`.
std::string Spell(const Contract& base, const Contract& contract) {
  std::string text = base.name;
  for (const std::string& line : Describe(contract)) text += "," + line.substr(0, line.find(':'));
  return text;
}

TEST(ReadContract, TakesEveryName) {
  for (const Contract* const* c = kContracts; *c != nullptr; ++c) EXPECT_EQ(Read((*c)->name), *c);
}

TEST(ReadContract, TakesWhatDescribePrints) {
  ASSERT_EQ(Envelopes().size(), 9U);
  for (const Contract* contract : Envelopes()) {
    for (const Contract* base : Envelopes()) {
      const Contract* const spelled = Read(Spell(*base, *contract));
      ASSERT_NE(spelled, nullptr);
      EXPECT_EQ(Describe(*spelled), Describe(*contract)) << spelled->name;
    }
  }
}

// If Describe left out a field, the test above would not notice.
TEST(ReadContract, KnowsAllFields) {
  const Envelope& e =
      *Read(
           "php,prompt=no,spares=behind-finalizers,finalizers=each-death,"
           "order=holders-first,touched=freed-by-next,collections=3,weak=either,"
           "callbacks=before-free,queued=yes,automatic=untold,strays=5,repeatable=no")
           ->bounds();
  EXPECT_EQ(e.prompt, Envelope::Prompt::kNo);
  EXPECT_EQ(e.spares, Envelope::Spares::kBehindFinalizers);
  EXPECT_EQ(e.callbacks, Envelope::Callbacks::kBeforeFree);
  EXPECT_TRUE(e.queued);
  EXPECT_EQ(e.automatic, Envelope::Automatic::kUntold);
  EXPECT_EQ(e.finalizers, Envelope::Finalizers::kEachDeath);
  EXPECT_EQ(e.order, Envelope::Order::kHoldersFirst);
  EXPECT_EQ(e.touched, Envelope::Touched::kFreedByNext);
  EXPECT_EQ(e.collections, 3);
  EXPECT_EQ(e.weak, Envelope::Weak::kEither);
  EXPECT_EQ(e.strays, 5);
  EXPECT_FALSE(e.repeatable);
}

TEST(ReadContract, RefusesOneThatDemandsNothing) {
  const Contract* contract = nullptr;
  const std::string error = ReadContract("perl,prompt=no", &contract);
  EXPECT_NE(error.find("prompt=no and spares=all together demand nothing"), std::string::npos);
  EXPECT_EQ(contract, nullptr);
  EXPECT_EQ(ReadContract("perl,prompt=either", &contract), "");
}

TEST(ReadContract, KeepsWhatIsSpelled) {
  const std::string text = "lua,touched=freed-at-once,weak=when-freed";
  const Contract* const contract = Read(text);
  EXPECT_EQ(contract->name, text);
  EXPECT_STREQ(contract->summary, "lua, changed");
  EXPECT_EQ(Read(text), contract);                                   // one object for one text
  EXPECT_EQ(kLua.bounds()->weak, Envelope::Weak::kBeforeFinalizer);  // lua is what it was
  EXPECT_EQ(contract->bounds()->weak, Envelope::Weak::kWhenFreed);
}

TEST(ReadContract, TakesTheLastOfTwo) {
  EXPECT_EQ(Read("lua,collections=2,collections=3")->bounds()->collections, 3);
}

TEST(ReadContract, TakesNumbersWithinTheirBounds) {
  EXPECT_EQ(Read("lua,collections=1000,strays=0")->bounds()->collections, 1000);
  for (const char* bad :
       {"collections=0", "collections=1001", "collections=-1", "collections=", "collections",
        "collections=2x", "collections=2 ", "collections= 2", "collections=99999999999"}) {
    EXPECT_EQ(Refusal(std::string("lua,") + bad), std::string("contract \"lua,") + bad + "\": `" +
                                                      bad + "` is not a number from 1 to 1000");
  }
  EXPECT_NE(Refusal("lua,strays=1001").find("from 0 to 1000"), std::string::npos);
}

TEST(ReadContract, ExplainsWhatItDoesNotTake) {
  EXPECT_EQ(Refusal("lisp"), "there is no contract \"lisp\"; `ouro contracts` lists them");
  EXPECT_EQ(Refusal(""), "there is no contract \"\"; `ouro contracts` lists them");
  EXPECT_EQ(Refusal("lua "), "there is no contract \"lua \"; `ouro contracts` lists them");
  EXPECT_EQ(Refusal("cpython39,weak=when-freed"),
            "cpython39 fixes every step, so no field can be changed; start from another contract, "
            "such as `lua`");
  EXPECT_EQ(
      Refusal("lua,week=either"),
      "contract \"lua,week=either\": no contract has a field `week`; there are: prompt "
      "spares finalizers order touched collections weak callbacks queued automatic end strays "
      "repeatable");
  EXPECT_EQ(Refusal("lua,weak=never"),
            "contract \"lua,weak=never\": `weak` may be: before-finalizer when-freed either");
  EXPECT_EQ(Refusal("lua,weak"),
            "contract \"lua,weak\": `weak` may be: before-finalizer when-freed either");
  EXPECT_EQ(Refusal("lua,prompt=yes,").substr(0, 47),
            "contract \"lua,prompt=yes,\": no contract has a f");
}

TEST(Describe, SaysEachFieldOnceAndWhatItMeans) {
  for (const Contract* contract : Envelopes()) {
    std::set<std::string> names;
    for (const std::string& line : Describe(*contract)) {
      names.insert(line.substr(0, line.find('=')));
      EXPECT_NE(line.find(": "), std::string::npos) << line;
    }
    EXPECT_EQ(names.size(), 13U) << contract->name;
  }
}

}  // namespace
}  // namespace ouro
