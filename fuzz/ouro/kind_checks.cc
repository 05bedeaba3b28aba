// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/kind_checks.h"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "model/check.h"
#include "model/judge/law.h"

namespace ouro {
namespace {

// A program in which `K` stands for the kind and `P` for an action.
struct Row {
  const char* name;
  const char* text;
  bool closes;  // the kind holds, directly or not, the node that has it
};

constexpr Row kOfEdges[] = {
    {"holds, yields, is emptied",
     "r0 = node 1; r1 = node 0; r0.0 = r1 as K; r1 = none; collect 2; r2 = r0.0; r2 = none;"
     "r0.0 = none; collect 2",
     false},
    {"is replaced by a plain slot",
     "r0 = node 1; r1 = node 0; r0.0 = r1 as K; r1 = node 0; r0.0 = r1; r1 = none; collect 2;"
     "r2 = r0.0",
     false},
    {"dies with its node",
     "r0 = node 1; r1 = node 0; r0.0 = r1 as K; r1 = none; r0 = none; collect 2", false},
    {"is filled again",
     "r0 = node 1; r1 = node 0; r2 = node 0; r0.0 = r1 as K; r0.0 = r2 as K; r1 = none; r2 = none;"
     "collect 2; r3 = r0.0; r0.0 = none; r3 = none; collect 2",
     false},
    {"is filled again when old",
     "r0 = node 1; r1 = node 0; r0.0 = r1 as K; collect 2; collect 2; collect 2; r2 = node 1;"
     "r0.0 = r2 as K; r2 = none; collect 0; collect 1; r3 = r0.0; r0.0 = r1 as K; r1 = none;"
     "r3 = none; collect 2; r3 = r0.0",
     false},
    {"is emptied, then filled",
     "r0 = node 1; r1 = node 0; r0.0 = r1 as K; r0.0 = none; r0.0 = r1 as K; r1 = none; collect 2;"
     "r2 = r0.0",
     false},
    {"holds a leaf", "r0 = node 1; r1 = leaf; r0.0 = r1 as K; r1 = none; collect 2; r2 = r0.0",
     false},
    {"a cycle of itself", "r0 = node 1; r0.0 = r0 as K; r0 = none; collect 2", true},
    {"a cycle with a plain slot",
     "r0 = node 1; r1 = node 1; r0.0 = r1 as K; r1.0 = r0; r0 = none; r1 = none; collect 2", true},
    {"a cycle of two",
     "r0 = node 1; r1 = node 1; r0.0 = r1 as K; r1.0 = r0 as K; r0 = none;"
     "r1 = none; collect 2",
     true},
    {"trash with finalizers",
     "r0 = node 1 del 0; r1 = node 1 del 0; r0.0 = r1 as K; r1.0 = r0 as K; r0 = none; r1 = none;"
     "collect 2; collect 2",
     true},
    {"a finalizer collects",
     "def 0: collect 2; main: r0 = node 1; r1 = node 0 del 0; r0.0 = r1 as K; r1 = none;"
     "r0.0 = none; r1 = node 1 del 0; r1.0 = r1 as K; r1 = none; collect 2; collect 2",
     true},
    {"a finalizer resurrects",
     "def 0: r7 = self; main: r0 = node 1 del 0; r0.0 = r0 as K; r0 = none; collect 2; r1 = r7.0;"
     "r1 = none; r7 = none; collect 2; collect 2",
     true},
};
constexpr Row kOfActions[] = {
    {"action P",
     "r0 = node 1; r1 = node 0; r0.0 = r1 as K; r1 = none; poke r0.0 P; poke r0.0 P; r0 = none;"
     "collect 2; collect 2",
     false},
    {"action P, in a cycle",
     "r0 = node 1; r0.0 = r0 as K; poke r0.0 P; r0 = none; collect 2; collect 2", true},
    {"action P, its content's finalizer collects",
     "def 0: collect 2; main: r0 = node 1; r1 = node 1 del 0; r1.0 = r1; r0.0 = r1 as K; r1 = none;"
     "poke r0.0 P; r0 = none; collect 2; collect 2",
     false},
    {"action P, by the finalizer of what it held",
     "def 0: poke r0.0 P; main: r0 = node 1; r1 = node 0 del 0; r0.0 = r1 as K; r1 = none;"
     "r2 = node 0; r0.0 = r2 as K; r0 = none; r2 = none; collect 2; collect 2",
     false},
    {"action P, by the finalizer of trash",
     "def 0: poke self.0 P; main: r0 = node 1 del 0; r0.0 = r0 as K; r0 = none; collect 2;"
     "collect 2",
     true},
};
constexpr Row kOfNodes[] = {
    {"holds, yields, is emptied",
     "r0 = node 2 as K; r1 = node 0; r0.1 = r1; r1 = none; collect 2; r2 = r0.1; r2 = none;"
     "r0.1 = none; collect 2",
     false},
    {"dies with what it holds",
     "r0 = node 2 as K; r1 = node 0; r0.0 = r1; r1 = none; r0 = none; collect 2; collect 2", false},
    {"is held by itself", "r0 = node 1 as K; r0.0 = r0; r0 = none; collect 2; collect 2", false},
    {"is held by a plain node",
     "r0 = node 1; r1 = node 1 as K; r0.0 = r1; r1.0 = r0; r1 = none; collect 2; r1 = r0.0;"
     "r0 = none; r1 = none; collect 2; collect 2",
     false},
    {"is weakly referenced",
     "r0 = node 1 as K; r1 = weak r0; r2 = r1(); r2 = none; r0 = none; collect 2; r2 = r1()",
     false},
    {"has a finalizer",
     "def 0: r7 = self; main: r0 = node 1 as K del 0; r0.0 = r0; r0 = none; collect 2; r7 = none;"
     "collect 2; collect 2",
     false},
    {"its callback collects",
     "def 0: collect 2; main: r0 = node 1 as K; r1 = weak r0 call 0; r0 = none; collect 2", false},
    {"its finalizer collects",
     "def 0: collect 2; main: r0 = node 1 as K del 0; r0 = none; r0 = node 1 as K del 0; r0.0 = r0;"
     "r0 = none; collect 2; collect 2",
     false},
};
constexpr Row kOfRoots[] = {
    {"holds, yields, is emptied",
     "r0 = node 0; r1 = r0 as K; r0 = none; collect 2; r2 = r1; r1 = none; collect 2; r2 = none;"
     "collect 2",
     false},
    {"is overwritten",
     "r0 = node 0; r1 = r0 as K; r0 = node 0; r1 = r0; r0 = none; r1 = none; collect 2", false},
    {"holds a cycle",
     "r0 = node 1; r0.0 = r0; r1 = r0 as K; r0 = none; collect 2; r2 = r1.0; r2 = none; r1 = none;"
     "collect 2; collect 2",
     false},
    {"its finalizer collects",
     "def 0: collect 2; main: r0 = node 0 del 0; r1 = r0 as K; r0 = none; r1 = none; collect 2",
     false},
};

// The program of a row: operations are separated by semicolons there, sections by their headers.
Program ProgramOf(std::string_view text, std::string_view kind, int action) {
  std::string lines;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool word = at > 0 && text[at - 1] == ' ' &&
                      (at + 1 == text.size() || text[at + 1] == ';' || text[at + 1] == ' ');
    if (c == ';' || c == ':') {
      lines += c == ';' ? "\n" : ":\n";
    } else if (c == 'K' && word) {
      lines += kind;
    } else if (c == 'P' && word) {
      lines += std::to_string(action);
    } else {
      lines += c;
    }
  }
  std::vector<Program> programs;
  const std::string error = Parse(lines, &programs);
  CHECK(error.empty() && programs.size() == 1);
  return programs[0];
}

template <size_t kRows>
void Add(const Row (&rows)[kRows], const KindRow& kind, int action,
         std::vector<KindCheck>* checks) {
  for (const Row& row : rows) {
    if (row.closes && kind.rooted) continue;  // such a cycle lives on, as promised
    std::string name = row.name;
    if (name.starts_with("action P")) name.replace(7, 1, std::to_string(action));
    checks->push_back({name, ProgramOf(row.text, KindName(kind.id), action)});
  }
}

}  // namespace

std::vector<KindCheck> ChecksOf(const KindRow& kind) {
  std::vector<KindCheck> checks;
  switch (kind.place) {
    case KindRow::Place::kEdge:
      Add(kOfEdges, kind, 0, &checks);
      for (int action = 0; action < kind.actions; ++action) Add(kOfActions, kind, action, &checks);
      break;
    case KindRow::Place::kNode:
      Add(kOfNodes, kind, 0, &checks);
      break;
    case KindRow::Place::kRoot:
      Add(kOfRoots, kind, 0, &checks);
      break;
  }
  return checks;
}

KindFault FaultOf(const Verdict& verdict) {
  if (verdict.lawful()) return KindFault::kNone;
  if (!verdict.violation) return KindFault::kCrashes;
  switch (verdict.violation->law) {
    case Law::kNoFreeWhileHeld:
    case Law::kNoFinalizeWhileHeld:
      return KindFault::kHolds;
    case Law::kFreeAtOnce:
      return KindFault::kLetsGo;
    case Law::kFinalizeAtOnce: {
      // Trash with finalizers that a collection does not find, or an object that nothing
      // references.
      const bool trash = verdict.violation->signature.find(" at collect") != std::string::npos;
      return trash ? KindFault::kLeaks : KindFault::kLetsGo;
    }
    case Law::kLoad:
      return KindFault::kYields;
    case Law::kTrashFreed:
      return KindFault::kLeaks;
    default:
      return KindFault::kOther;
  }
}

const char* ColumnOf(KindFault fault) {
  switch (fault) {
    case KindFault::kNone:
      return "";
    case KindFault::kHolds:
      return "holds";
    case KindFault::kLetsGo:
      return "lets go";
    case KindFault::kYields:
      return "yields";
    case KindFault::kLeaks:
      return "leaks";
    case KindFault::kCrashes:
      return "crashes";
    case KindFault::kOther:
      break;
  }
  return "other";
}

}  // namespace ouro
