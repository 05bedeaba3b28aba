// SPDX-License-Identifier: Apache-2.0

// Which interpreter a version means, with folders for a PATH and a pyenv of the test's own.

#include "collector/interpreter_paths.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace ouro {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;

TEST(IsVersion, IsNoPath) {
  for (const char* version : {"8.5", "3.14", "10.11.12", "head"}) EXPECT_TRUE(IsVersion(version));
  for (const char* path : {"", "8", "php8.5", "/8.5", ".5", "8.", "8..5", "8.5-dev", "header"}) {
    EXPECT_FALSE(IsVersion(path)) << path;
  }
}

class InterpretersOfTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    for (const char* folder : {"/a/", "/b/", "/pyenv/shims/"})
      fs::create_directories(root_ + folder);
    Make("/pyenv/shims/python3.15");
    setenv("PATH", (root_ + "/pyenv/shims:" + root_ + "/a:" + root_ + "/b").c_str(), 1);
  }

  void Make(const std::string& path, fs::perms perms = fs::perms::owner_all) {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << "#!/bin/sh\n";
    fs::permissions(root_ + path, perms);
  }
  void MakeInPyenv(const std::string& folder) {
    Make("/pyenv/versions/" + folder + "/bin/python3.15");
  }
  std::string InPyenv(const std::string& folder) const {
    return root_ + "/pyenv/versions/" + folder + "/bin/python3.15";
  }

  const std::string root_ = testing::TempDir() + "interpreters";
};

TEST_F(InterpretersOfTest, OnPathInItsOrder) {
  EXPECT_EQ(InterpretersOf("php", "8.5"), Paths());
  Make("/b/php8.5");
  Make("/b/php8.50");
  EXPECT_EQ(InterpretersOf("php", "8.5"), Paths{root_ + "/b/php8.5"});
  Make("/a/php8.5");
  EXPECT_EQ(InterpretersOf("php", "8.5"), Paths({root_ + "/a/php8.5", root_ + "/b/php8.5"}));
}

TEST_F(InterpretersOfTest, OnlyWhatCanBeExecuted) {
  Make("/a/php8.5", fs::perms::owner_read);
  fs::create_directories(root_ + "/b/php8.5");
  EXPECT_EQ(InterpretersOf("php", "8.5"), Paths());
}

TEST_F(InterpretersOfTest, BehindShimsTheNewestFirst) {
  EXPECT_EQ(InterpretersOf("python", "3.15"), Paths());  // a shim alone
  for (const char* folder : {"3.15.2", "3.15.10", "3.15.0", "3.15.0rc2", "3.15.0a7", "3.15.11t",
                             "3.15-dev", "3.1.15", "pypy3.15.1"}) {
    MakeInPyenv(folder);
  }
  fs::create_directories(root_ + "/pyenv/versions/3.15.12/bin");  // without an interpreter
  EXPECT_EQ(InterpretersOf("python", "3.15"),
            Paths({InPyenv("3.15.10"), InPyenv("3.15.2"), InPyenv("3.15.0"), InPyenv("3.15.0rc2"),
                   InPyenv("3.15.0a7")}));
  Make("/b/python3.15");
  EXPECT_EQ(InterpretersOf("python", "3.15")[0], root_ + "/b/python3.15");
}

TEST_F(InterpretersOfTest, AllVersionsTheOldestFirst) {
  EXPECT_EQ(VersionsOf("python"), Paths());
  for (const char* name : {"3.9", "3.10", "2.7", "3", "3.10.1", "3.11-config", "w3.12"}) {
    Make(std::string("/a/python") + name);
  }
  Make("/b/python3.13", fs::perms::owner_read);
  EXPECT_EQ(VersionsOf("python"), Paths({"2.7", "3.9", "3.10"}));
  MakeInPyenv("3.15.2");
  MakeInPyenv("3.15.10");
  EXPECT_EQ(VersionsOf("python"), Paths({"2.7", "3.9", "3.10", "3.15"}));
}

TEST(IsOlder, OrdersByNumbersAndKnowsHead) {
  const Paths sorted = {"2.7", "3.4", "3.9", "3.10", "3.10.1", "4.0", "head"};
  for (size_t i = 0; i < sorted.size(); ++i) {
    for (size_t j = 0; j < sorted.size(); ++j) {
      EXPECT_EQ(IsOlder(sorted[i], sorted[j]), i < j) << sorted[i] << " " << sorted[j];
    }
  }
}

TEST_F(InterpretersOfTest, WithoutAPath) {
  unsetenv("PATH");
  EXPECT_EQ(InterpretersOf("php", "8.5"), Paths());
}

}  // namespace
}  // namespace ouro
