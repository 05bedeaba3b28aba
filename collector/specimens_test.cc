// SPDX-License-Identifier: Apache-2.0

// Who may be tested, under which contract: what a specimen claims must be judgeable, and a contract
// is not stretched to versions on which it was never tried.

#include "collector/specimens.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "model/collector.h"

namespace ouro {
namespace {

// A command that greets as that.
std::string Greets(const std::string& who) {
  return "read x; echo '> hello " + who + "'; echo ok; read y";
}

// An interpreter at a path that does.
std::string Interpreter(const std::string& who) {
  std::string path = testing::TempDir() + "interpreter";
  std::ofstream(path) << "#!/bin/sh\n" << Greets(who) << "\n";
  EXPECT_EQ(chmod(path.c_str(), 0755), 0);
  return path;
}

std::string Complaint(const std::string& name, const std::string& contract = "") {
  Specimen specimen;
  std::string error = FindSpecimen(name, &specimen, contract);
  EXPECT_NE(error, "") << name;
  EXPECT_EQ(specimen.make, nullptr) << name << " is left alone";
  return error;
}

const Contract* ContractOf(const std::string& name, const std::string& contract = "") {
  Specimen specimen;
  EXPECT_EQ(FindSpecimen(name, &specimen, contract), "") << name;
  return specimen.contract;
}

TEST(FindSpecimen, TakesTheContractThatTheGreetingNames) {
  const std::vector<std::pair<std::string, const Contract*>> greetings = {
      {"cpython 2.7.18 contract=cpython27 weak", &kCPython27},
      {"cpython 3.13.11 weak contract=cpython314", &kCPython314},
      {"lua 5.4.4 weak", &kLua},
  };
  for (const auto& [greeting, contract] : greetings) {
    EXPECT_EQ(ContractOf("cpython:" + Interpreter(greeting)), contract) << greeting;
  }
}

// A finding is replayed by the name that it keeps.
TEST(FindSpecimen, KeepsOptionsInTheName) {
  const std::string path = Interpreter("lua 5.4 weak");
  const std::vector<std::string> names = {
      "optimized?kinds", "optimized?kinds=layout-map",     "liar:load?kinds",
      "wild:php?seed=3", "wild:lua,touched=freed-at-once", "lua:" + path + "?gc=1&x"};
  for (const std::string& name : names) {
    Specimen specimen;
    ASSERT_EQ(FindSpecimen(name, &specimen), "") << name;
    EXPECT_EQ(specimen.name, name);
  }
  Specimen specimen;
  ASSERT_EQ(FindSpecimen("optimized?kinds=layout-map", &specimen), "");
  EXPECT_EQ(specimen.kinds.kinds().size(), 1u);
  EXPECT_NE(Complaint("wild:cpython39").find("fixes every step"), std::string::npos);
  EXPECT_NE(Complaint("wild:nobody"), "");
  for (const char* name : {"wild:php?seed=x", "wild:php?seed=", "wild:php?seed=1x"}) {
    EXPECT_EQ(Complaint(name), std::string(name) + ": no such seed");
  }
  EXPECT_NE(Complaint("optimized?kinds=closure").find("no kind or family \"closure\""),
            std::string::npos);
}

TEST(FindSpecimen, RefusesWhatHasNoContract) {
  for (const char* named : {"untried", "cpython36"}) {
    const std::string name =
        "cpython:" + Interpreter(std::string("cpython 3.16.0 weak contract=") + named);
    const std::string error = Complaint(name);
    EXPECT_NE(error.find("there is no contract for cpython 3.16.0"), std::string::npos) << error;
    EXPECT_NE(error.find("--contract"), std::string::npos) << error;
    EXPECT_EQ(ContractOf(name, "cpython34"), &kCPython34);
  }
}

TEST(FindSpecimen, PutsTheContractInThePlaceOfAnyOther) {
  EXPECT_EQ(ContractOf("optimized"), &kCPython26);
  EXPECT_EQ(ContractOf("optimized", "cpython27"), &kCPython27);
  EXPECT_EQ(ContractOf("process:lua:" + Greets("mine 1 weak"), "php"), &kPhp);
  EXPECT_STREQ(ContractOf("process:lua:" + Greets("mine 1 weak"), "lua,weak=either")->name,
               "lua,weak=either");
  EXPECT_EQ(ContractOf("php:" + Interpreter("mine 1 weak"), "ruby"), &kRuby);
  EXPECT_NE(Complaint("optimized", "nosuch").find("no contract \"nosuch\""), std::string::npos);
  EXPECT_NE(Complaint("php:" + Interpreter("mine 1")).find("--contract"), std::string::npos);
}

TEST(FindSpecimen, TakesEveryAbilityUnderEveryContract) {
  const std::string command = Greets(
      "mine 1 weak callback finalizer generations garbage saveall threshold census fail map "
      "dispose end scope fill held step");
  for (const char* contract : {"lua", "php", "cpython39"}) {
    Specimen specimen;
    ASSERT_EQ(FindSpecimen(std::string("process:") + contract + ":" + command, &specimen), "");
    EXPECT_EQ(specimen.abilities, uint32_t{kAllAbilities});
  }
  EXPECT_EQ(ContractOf("naive", "boehm"), &kBoehm);
}

}  // namespace
}  // namespace ouro
