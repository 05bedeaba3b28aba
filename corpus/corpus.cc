// SPDX-License-Identifier: Apache-2.0

#include "corpus/corpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace ouro {
namespace {

namespace fs = std::filesystem;

constexpr char kEndOfText[] = "---";

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) ADD_FAILURE() << path << ": cannot be read";
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The leading comment lines as one line, with single blanks.
std::string HeaderOf(const std::string& text) {
  std::string header;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line) && line.compare(0, 1, "#") == 0;) {
    std::istringstream words(line.substr(1));
    for (std::string word; words >> word;) header += (header.empty() ? "" : " ") + word;
  }
  return header;
}

CorpusFile ReadFile(const std::string& folder, const fs::path& path) {
  const std::string text = ReadText(path);
  CorpusFile file{
      .folder = folder, .name = path.stem().string(), .header = HeaderOf(text), .text = text};
  const std::string error = Parse(text, &file.programs);
  EXPECT_EQ(error, "") << path;
  EXPECT_TRUE(!error.empty() || !file.programs.empty()) << path << ": no program";
  return file;
}

// The path of a file that a test writes: `bazel run` says where the source tree is.
fs::path InSourceTree(const std::string& path) {
  const char* root = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return root == nullptr ? fs::path(path) : fs::path(root) / path;
}

}  // namespace

std::vector<CorpusFile> ReadCorpus(const std::string& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator it(fs::path("corpus") / folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().extension() == ".gct") paths.push_back(it->path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<CorpusFile> files;
  for (const fs::path& path : paths) files.push_back(ReadFile(folder, path));
  return files;
}

CorpusFile ReadCorpusFile(const std::string& folder, const std::string& name) {
  CorpusFile file = ReadFile(folder, fs::path("corpus") / folder / (name + ".gct"));
  EXPECT_EQ(file.programs.size(), 1u) << file.path();
  file.programs.resize(1);
  return file;
}

std::map<std::string, std::string> ReadGolden(const std::string& name) {
  std::map<std::string, std::string> texts;
  std::istringstream lines(ReadText(fs::path("corpus/golden") / name));
  std::string title;
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (title.empty()) {
      EXPECT_EQ(line.compare(0, 2, "# "), 0) << name << ": a text without a name: " << line;
      title = line.substr(std::min<size_t>(2, line.size()));
    } else if (line == kEndOfText) {
      EXPECT_TRUE(texts.emplace(title, text).second) << name << ": " << title << " occurs twice";
      title.clear();
      text.clear();
    } else {
      text += line + "\n";
    }
  }
  EXPECT_EQ(title, "") << name << ": the last text does not end with ---";
  return texts;
}

void ExpectGolden(const std::string& name, const NamedTexts& texts, const std::string& target) {
  const fs::path path = fs::path("corpus/golden") / name;
  if (std::getenv("REGENERATE") != nullptr) {
    ASSERT_FALSE(testing::Test::HasFailure()) << path << " is left unchanged";
    std::ofstream file(InSourceTree(path.string()), std::ios::binary);
    for (const auto& [title, text] : texts) {
      file << "# " << title << "\n" << text << kEndOfText << "\n";
    }
    file.close();
    EXPECT_TRUE(file) << path << ": cannot be written";
    return;
  }
  std::map<std::string, std::string> golden = ReadGolden(name);
  bool same = true;
  for (const auto& [title, text] : texts) {
    same = same && golden.count(title) == 1 && golden[title] == text;
    EXPECT_EQ(golden.count(title), 1u) << path << " lacks " << title;
    EXPECT_EQ(golden[title], text) << path << ", text " << title;
    golden.erase(title);
  }
  for (const auto& [title, text] : golden) {
    ADD_FAILURE() << path << " has the text " << title << ", which the test did not produce";
    same = false;
  }
  if (same) return;
  ADD_FAILURE() << "If the change is intended: REGENERATE=1 bazel run " << target
                << "\nand review `git diff " << path.string() << "`.";
}

}  // namespace ouro
