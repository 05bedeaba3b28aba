// SPDX-License-Identifier: Apache-2.0

// A kind of JavaScript is a line of a table: a name, promises and snippets of the language, which
// say how a holder is made of its content, read, filled and emptied.
//
// Place: below the adapters of engines of JavaScript; each reads the table that they share,
// kinds_table.js, whose head has the form of a line, and one of its own. An engine compiles the
// factory of a kind when a program first names it.

#ifndef COLLECTOR_PEERS_JAVASCRIPT_KINDS_H_
#define COLLECTOR_PEERS_JAVASCRIPT_KINDS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/kind.h"

namespace ouro {

struct JsKind {
  // What the array has that a factory yields: a function, or undefined where the column is empty.
  // A node has `make`, `get` (n, k) and `put` (n, k, w).
  enum Part { kMake, kGet, kPut, kTake, kActions };

  bool has(Part part) const { return !parts[part].empty(); }
  int actions() const { return static_cast<int>(parts.size()) - kActions; }

  std::string name;
  KindRow::Place place = KindRow::Place::kEdge;
  std::string words;               // promises
  std::vector<std::string> parts;  // snippets by Part, then one for each action
};

struct JsTable {
  std::string helpers;  // functions that snippets call: all lines that are not kinds
  std::vector<JsKind> kinds;
};

// Adds the lines of `text` that this engine can have: none with the word `ENGINE:absent`.
// REQUIRES: the text is well formed.
void ReadJsTable(std::string_view text, const std::string& engine, JsTable* table);

// An expression: an array of the kind's functions, by Part.
std::string Factory(const JsKind& kind);

// The line for ReadKinds.
std::string Offer(const JsKind& kind);

// The snippet with other words: {{"x", "r2"}, {"h", "r0.v"}}. For notes.
std::string Fill(std::string_view snippet,
                 const std::vector<std::pair<std::string_view, std::string>>& words);

// Whether the snippet is statements, not an expression.
bool IsStatements(std::string_view snippet);

}  // namespace ouro

#endif  // COLLECTOR_PEERS_JAVASCRIPT_KINDS_H_
