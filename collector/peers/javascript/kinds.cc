// SPDX-License-Identifier: Apache-2.0

#include "collector/peers/javascript/kinds.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <sstream>

namespace ouro {
namespace {

std::string_view Strip(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The parts between separators that are words of their own.
std::vector<std::string> Split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t at = 0; (at = text.find(separator, at)) != std::string_view::npos;) {
    const size_t end = at + separator.size();
    const bool word = (at == 0 || text[at - 1] == ' ') && (end == text.size() || text[end] == ' ');
    if (word) {
      parts.emplace_back(Strip(text.substr(begin, at - begin)));
      begin = end;
    }
    at = end;
  }
  parts.emplace_back(Strip(text.substr(begin)));
  return parts;
}

bool PlaceOf(std::string_view word, KindRow::Place* place) {
  if (word == "edge") *place = KindRow::Place::kEdge;
  if (word == "node") *place = KindRow::Place::kNode;
  if (word == "root") *place = KindRow::Place::kRoot;
  return word == "edge" || word == "node" || word == "root";
}

constexpr std::string_view kColumns = "::";
constexpr std::string_view kActionsApart = ";;";
constexpr std::string_view kEveryEdge = "actions :: ";  // those that each edge has besides its own

// The kind in a line, if it is one for this engine.
bool ReadLine(const std::string& line, const std::string& engine, JsKind* kind) {
  std::vector<std::string> columns = Split(line, kColumns);
  std::istringstream head(columns[0]);
  std::string word;
  if (!(head >> word) || columns.size() < 2 || !PlaceOf(word, &kind->place)) return false;
  head >> kind->name;
  while (head >> word) {
    const size_t colon = word.find(':');
    const bool here = colon == std::string::npos || word.substr(0, colon) == engine;
    if (here && word.substr(colon + 1) == "absent") return false;
    if (here) kind->words += " " + word.substr(colon + 1);
  }
  columns.resize(1 + JsKind::kActions + 1);
  kind->parts.assign(columns.begin() + 1, columns.end() - 1);
  if (columns.back().empty()) return true;
  for (std::string& action : Split(columns.back(), kActionsApart)) kind->parts.push_back(action);
  return true;
}

bool IsRow(std::string_view line) { return line.find(" :: ") != std::string_view::npos; }

// The lines, each kind on one: what is indented continues it.
std::vector<std::string> Joined(std::string_view text) {
  std::istringstream lines{std::string(text)};
  std::vector<std::string> joined;
  for (std::string line; std::getline(lines, line);) {
    const bool row = !joined.empty() && IsRow(joined.back());
    if (row && !line.empty() && line.front() == ' ') {
      joined.back() += " " + std::string(Strip(line));
    } else {
      joined.push_back(line);
    }
  }
  return joined;
}

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// A function with this body, which is an expression or statements.
std::string Function(std::string_view parameters, std::string_view snippet, bool value) {
  if (snippet.empty()) return "undefined";
  const bool statements = !value || IsStatements(snippet);
  std::string text = "function (" + std::string(parameters) + ") { ";
  if (!statements) text += "return (";
  text += snippet;
  return text + (statements ? "; }" : "); }");
}

}  // namespace

void ReadJsTable(std::string_view text, const std::string& engine, JsTable* table) {
  std::vector<std::string> actions;
  for (const std::string& line : Joined(text)) {
    JsKind kind;
    if (line.compare(0, kEveryEdge.size(), kEveryEdge) == 0) {
      actions = Split(line.substr(kEveryEdge.size()), kActionsApart);
    } else if (ReadLine(line, engine, &kind)) {
      const bool edge = kind.place == KindRow::Place::kEdge;
      if (edge) kind.parts.insert(kind.parts.end(), actions.begin(), actions.end());
      table->kinds.push_back(std::move(kind));
    } else if (line.compare(0, 2, "//") != 0 && !IsRow(line)) {
      table->helpers += line + "\n";
    }
  }
}

std::string Factory(const JsKind& kind) {
  const bool node = kind.place == KindRow::Place::kNode;
  const std::string& get = kind.parts[JsKind::kGet];
  std::string put = kind.parts[JsKind::kPut];
  if (node && put.empty()) put = get + " = w";
  std::string text = "[" + Function("x, k", kind.parts[JsKind::kMake], true);
  text += ", " + Function(node ? "n, k" : "h, k", get, true);
  text += ", " + Function(node ? "n, k, w" : "h, x", put, false);
  for (size_t at = JsKind::kTake; at < kind.parts.size(); ++at) {
    text += ", " + Function("h, k", kind.parts[at], false);
  }
  return text + "]";
}

std::string Offer(const JsKind& kind) {
  constexpr const char* kPlaces[] = {"edge", "node", "root"};
  std::string line = kind.name + " " + kPlaces[static_cast<int>(kind.place)] + kind.words;
  if (kind.actions() != 0) line += " pokes=" + std::to_string(kind.actions());
  return line;
}

std::string Fill(std::string_view snippet,
                 const std::vector<std::pair<std::string_view, std::string>>& words) {
  std::string text;
  for (size_t at = 0; at < snippet.size();) {
    size_t end = at;
    while (end < snippet.size() && IsWord(snippet[end])) ++end;
    const std::string_view word = snippet.substr(at, end - at);
    const bool member = at > 0 && snippet[at - 1] == '.';  // h.x is not the content's
    const auto found = std::find_if(words.begin(), words.end(),
                                    [&](const auto& each) { return each.first == word; });
    if (!word.empty() && !member && found != words.end()) {
      text += found->second;
    } else {
      text += word.empty() ? snippet.substr(at, 1) : word;
    }
    at = word.empty() ? at + 1 : end;
  }
  return text;
}

bool IsStatements(std::string_view snippet) { return !snippet.empty() && snippet.back() == ';'; }

}  // namespace ouro
