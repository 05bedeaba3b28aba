// SPDX-License-Identifier: Apache-2.0

// docs/contracts.md has every field of every contract, with its value, and nothing else.
//
// Place: beside the document. What is compared is what `ouro contracts` prints, that is, Describe.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iosfwd>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "model/collector.h"

namespace ouro {
namespace {

using Claim = std::pair<std::string, std::string>;  // a contract, and a line about it

struct Row {
  std::string line;  // as `ouro contracts` prints it
  std::vector<std::string> contracts;
};

std::vector<std::string> Split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t at; (at = text.find(separator, begin)) != std::string::npos;
       begin = at + separator.size()) {
    parts.push_back(text.substr(begin, at - begin));
  }
  parts.push_back(text.substr(begin));
  return parts;
}

// The rows "| `value` | sentence | contracts |" of a document: under its heading "## Envelopes" a
// line is "field=value: sentence", and before it, the sentence.
std::vector<Row> Rows(std::istream& document) {
  std::vector<Row> rows;
  bool envelopes = false;
  std::string field;
  for (std::string text; std::getline(document, text);) {
    if (text.rfind("## ", 0) == 0) {
      envelopes = text == "## Envelopes";
      field.clear();
    }
    if (text.rfind("### ", 0) == 0) field = text.substr(4);
    const std::vector<std::string> cells = Split(text, " | ");
    if (field.empty() || cells.size() != 3 || text.rfind("| `", 0) != 0) continue;
    const std::string value = cells[0].substr(3, cells[0].size() - 4);
    if (value == "ouro contracts") continue;
    const std::string line = envelopes ? field + "=" + value + ": " + cells[1] : cells[1];
    rows.push_back({line, Split(cells[2].substr(0, cells[2].size() - 2), ", ")});
  }
  return rows;
}

std::set<Claim> Documented(std::istream& document) {
  std::set<Claim> claims;
  for (const Row& row : Rows(document)) {
    for (const std::string& contract : row.contracts) claims.emplace(contract, row.line);
  }
  return claims;
}

// What the document lacks, and what it has in excess.
std::vector<std::string> Differences(std::istream& document) {
  const std::set<Claim> documented = Documented(document);
  std::set<Claim> printed;
  std::vector<std::string> found;
  for (const Contract* const* c = kContracts; *c != nullptr; ++c) {
    for (const std::string& line : Describe(**c)) {
      printed.emplace((*c)->name, line);
      if (documented.count({(*c)->name, line}) == 0) {
        found.push_back(std::string("not documented: ") + (*c)->name + ": " + line);
      }
    }
  }
  for (const auto& [contract, line] : documented) {
    if (contract == "none") {
      for (const auto& [user, said] : printed) {
        if (said == line) found.push_back("not none, but " + user + ": " + line);
      }
    } else if (printed.count({contract, line}) == 0) {
      found.push_back("not so: " + contract + ": " + line);
    }
  }
  return found;
}

std::string Text() {
  std::ifstream file("docs/contracts.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Contracts, AreDocumented) {
  std::istringstream document(Text());
  EXPECT_EQ(Differences(document), std::vector<std::string>{});
}

// Values that no contract has are there all the same: an envelope that is changed has them.
TEST(Contracts, ValuesOfNobodyExist) {
  std::istringstream document(Text());
  int envelopes = 0;
  for (const Row& row : Rows(document)) {
    const size_t equals = row.line.find('=');
    const size_t colon = row.line.find(": ");
    if (row.contracts[0] != "none" || equals == std::string::npos) continue;
    ++envelopes;
    const Contract* contract = nullptr;
    ASSERT_EQ(ReadContract("lua," + row.line.substr(0, colon), &contract), "");
    const std::vector<std::string> lines = Describe(*contract);
    EXPECT_NE(std::find(lines.begin(), lines.end(), row.line), lines.end()) << row.line;
  }
  EXPECT_GT(envelopes, 0);
}

// The comparison can fail, in each direction.
TEST(Contracts, WrongDocumentsAreFound) {
  const std::string good = Text();
  const auto differences = [](const std::string& text) {
    std::istringstream document(text);
    return Differences(document);
  };
  ASSERT_TRUE(differences(good).empty());
  const auto replaced = [&good](const std::string& from, const std::string& to) {
    std::string text = good;
    const size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  EXPECT_EQ(differences(replaced("runs at each of its deaths | cpython26, cpython27",
                                 "runs at each of its deaths | cpython26")),
            std::vector<std::string>{
                "not documented: cpython27: an object's finalizer runs at each of its deaths"});
  EXPECT_EQ(differences(replaced("is cleared | cpython34, cpython37",
                                 "is cleared | cpython26, cpython34, cpython37"))
                .size(),
            1u);
  EXPECT_EQ(differences(replaced("| `0` | up to", "| `1` | up to")).size(), 14u);
  EXPECT_EQ(differences(replaced("### prompt", "### promt")).size(), 18u);
  EXPECT_EQ(differences(replaced("gobject, perl |", "none |")).size(), 4u);
}

}  // namespace
}  // namespace ouro
