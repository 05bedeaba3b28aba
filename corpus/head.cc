// SPDX-License-Identifier: Apache-2.0

#include "corpus/head.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>

namespace ouro {
namespace {

std::string Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin));
}

bool Digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// The word at *at, which is advanced past the word and the blanks after it.
std::string Word(const std::string& text, size_t* at) {
  const size_t end = std::min(text.find(' ', *at), text.size());
  std::string word = text.substr(*at, end - *at);
  *at = std::min(text.find_first_not_of(' ', end), text.size());
  return word;
}

bool IsVersion(const std::string& word) {
  return !word.empty() && Digit(word[0]) && Digit(word.back()) &&
         std::all_of(word.begin(), word.end(), [](char c) { return Digit(c) || c == '.'; });
}

// The leading version number: "3.11.7+" -> 3, 11, 7.
std::vector<int> Numbers(std::string_view version) {
  constexpr size_t kDigits = 6;  // of one number: enough for every version, and no overflow
  std::vector<int> numbers;
  while (!version.empty() && Digit(version[0])) {
    const size_t digits = std::min(version.find_first_not_of("0123456789"), version.size());
    numbers.push_back(std::atoi(std::string(version.substr(0, std::min(digits, kDigits))).c_str()));
    version.remove_prefix(digits);
    if (version.empty() || version[0] != '.') break;
    version.remove_prefix(1);
  }
  return numbers;
}

// Compares a version to a bound, as far as both are given: -1, 0 or 1. 3.12.1 equals the
// bound 3.12. Sets *vague if the version is too short to tell: 3.12 against the bound 3.12.1.
int Against(const std::vector<int>& version, const std::vector<int>& bound, bool* vague) {
  for (size_t i = 0; i < bound.size(); ++i) {
    if (i == version.size()) {
      *vague = true;
      return 0;
    }
    if (version[i] != bound[i]) return version[i] < bound[i] ? -1 : 1;
  }
  return 0;
}

// "cpython 3.11.7" or "CPython 3.11 through its C API" -> 3, 11(, 7), if `who` is "cpython".
bool VersionOf(const std::string& who, const std::string& summary, std::vector<int>* version) {
  if (summary.size() < who.size()) return false;
  for (size_t i = 0; i < who.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(summary[i])) != who[i]) return false;
  }
  if (summary.size() > who.size() && summary[who.size()] != ' ') return false;
  *version = Numbers(Trimmed(std::string_view(summary).substr(who.size())));
  return true;
}

bool Meant(const KnownBug& bug, const Verdict& verdict) {
  if (bug.law.empty()) return true;
  return verdict.violation ? bug.law == Name(verdict.violation->law) : bug.law == "broken";
}

}  // namespace

std::string HeadOf(const std::string& text) {
  size_t end = 0;
  while (end < text.size() && text[end] == '#') {
    const size_t line = text.find('\n', end);
    end = line == std::string::npos ? text.size() : line + 1;
  }
  return text.substr(0, end);
}

std::vector<std::string> HeadValues(const std::string& text, const std::string& key) {
  const std::string mark = "# " + key + ": ";
  std::vector<std::string> values;
  for (size_t at = 0; at < text.size() && text[at] == '#';) {
    const size_t end = std::min(text.find('\n', at), text.size());
    if (text.compare(at, mark.size(), mark) == 0) {
      const size_t begin = at + mark.size();
      values.push_back(Trimmed(std::string_view(text).substr(begin, end - begin)));
    }
    at = end + 1;
  }
  return values;
}

std::string HeadValue(const std::string& text, const std::string& key) {
  const std::vector<std::string> values = HeadValues(text, key);
  return values.empty() ? "" : values.back();
}

constexpr char kContractMark[] = "), contract ";

std::string HeadContract(const std::string& text) {
  const std::string value = HeadValue(text, "specimen");
  const size_t close = value.rfind(kContractMark);
  return close == std::string::npos ? "" : value.substr(close + sizeof(kContractMark) - 1);
}

std::string HeadSpecimen(const std::string& text) {
  std::string value = HeadValue(text, "specimen");
  const size_t close = value.rfind(kContractMark);
  if (close == std::string::npos) return value;
  // The name, a path or a command, may contain parentheses, too.
  size_t open = close;
  for (int depth = 1; depth > 0 && open > 0;) {
    --open;
    depth += value[open] == ')' ? 1 : value[open] == '(' ? -1 : 0;
  }
  if (open < 2 || value[open - 1] != ' ') open = value.find(" (") + 1;
  return open == 0 ? value : Trimmed(std::string_view(value).substr(0, open));
}

std::string ParseKnownBug(const std::string& text, KnownBug* bug) {
  const size_t colon = std::min(text.find(": "), text.size());
  const std::string head = text.substr(0, colon);
  *bug = {};
  if (colon < text.size()) bug->why = Trimmed(std::string_view(text).substr(colon + 2));
  size_t at = 0;
  const auto left = [&] { return at < head.size(); };
  bug->who = Word(head, &at);
  std::string word = Word(head, &at);
  if (IsVersion(word)) {
    bug->from = bug->to = word;
    word = Word(head, &at);
    if (word == "-") {
      bug->to = Word(head, &at);
      if (!IsVersion(bug->to)) return fmt::format("\"{}\" is not a version", bug->to);
      word = Word(head, &at);
    }
  }
  if (word == "by") {
    bug->law = Word(head, &at);
    if (bug->law != "broken" && !FindLaw(bug->law)) {
      return fmt::format("there is no law \"{}\"; `ouro laws` lists them", bug->law);
    }
    word.clear();
  }
  if (!bug->who.empty() && word.empty() && !left()) return "";
  return fmt::format(
      "`# convicts: {}` is not `# convicts: WHO [VERSION [- VERSION]] [by LAW]: WHY`", text);
}

std::string ReadKnownBugs(const std::string& text, std::vector<KnownBug>* bugs) {
  for (const std::string& value : HeadValues(text, "convicts")) {
    KnownBug bug;
    if (std::string error = ParseKnownBug(value, &bug); !error.empty()) return error;
    bugs->push_back(bug);
  }
  return "";
}

Has HasBug(const KnownBug& bug, const Specimen& specimen) {
  std::vector<int> version;
  const bool named = specimen.name == bug.who;
  if (!VersionOf(bug.who, specimen.summary, &version) && !named) return Has::kNot;
  if (bug.from.empty()) return Has::kYes;
  bool vague = version.empty();
  if (!vague && Against(version, Numbers(bug.from), &vague) < 0) return Has::kNot;
  if (!vague && Against(version, Numbers(bug.to), &vague) > 0) return Has::kNot;
  return vague ? Has::kMay : Has::kYes;
}

Judgement Weigh(const Verdict& verdict, const std::vector<KnownBug>& bugs,
                const Specimen& specimen) {
  const KnownBug* expected = nullptr;
  for (const KnownBug& bug : bugs) {
    const Has has = HasBug(bug, specimen);
    if (has == Has::kNot) continue;
    if (!verdict.lawful() && Meant(bug, verdict)) return {Judgement::Kind::kKnown, &bug};
    if (has == Has::kYes && expected == nullptr) expected = &bug;
  }
  if (!verdict.lawful()) return {Judgement::Kind::kUnknown, nullptr};
  if (expected != nullptr) return {Judgement::Kind::kMissed, expected};
  return {};
}

}  // namespace ouro
