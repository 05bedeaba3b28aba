// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/cause.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <sstream>
#include <vector>

#include "model/judge/judge.h"
#include "model/judge/law.h"

namespace ouro {
namespace {

constexpr char kBeforeWords[] = ": ";
constexpr char kKindWord[] = "as ";  // before the name of a kind

// The word for an operation in a cause; "" for assignments, which every program has. As in
// signatures, but each kind of setting has a word of its own here.
std::string WordIn(const Op& op) {
  switch (op.code) {
    case OpCode::kThreshold:
    case OpCode::kEnable:
    case OpCode::kDisable:
      return "threshold";
    case OpCode::kSaveallOn:
    case OpCode::kSaveallOff:
      return "saveall";
    case OpCode::kFail:
      return "fail";
    case OpCode::kRaise:
      return "raise";
    default:
      break;
  }
  const std::string word = WordOf(op.code);
  return word == "assignment" ? "" : word;
}

// Sorted, without repetition.
std::string WordsOf(const Program& program) {
  std::vector<std::string> words;
  const auto add = [&words](const std::string& word) {
    if (word.empty() || std::find(words.begin(), words.end(), word) != words.end()) return;
    words.push_back(word);
  };
  const auto add_all = [&add](const std::vector<Op>& ops) {
    for (const Op& op : ops) {
      add(WordIn(op));
      if (op.script != kNoScript && op.code == OpCode::kNode) add("finalizer");
      if (op.script != kNoScript && op.code == OpCode::kWeak) add("callback");
    }
  };
  add_all(program.main);
  for (const std::vector<Op>& script : program.scripts) add_all(script);
  // What survived shrinking is what matters: two bugs of two kinds are two causes.
  for (const std::string& kind : program.Kinds()) add(kKindWord + kind);
  std::sort(words.begin(), words.end());
  return fmt::format("{}", fmt::join(words, ", "));
}

std::set<std::string> Effects(const std::string& cause) {
  std::set<std::string> effects;
  const size_t at = cause.rfind(kBeforeWords);
  if (at == std::string::npos) return effects;
  std::istringstream words(cause.substr(at + sizeof(kBeforeWords) - 1));
  for (std::string word; std::getline(words >> std::ws, word, ',');) {
    if (word == "load" || word == "dereference" || word == "census") continue;
    if (word == "threshold") word = "collect";
    if (word == "finalizer" || word == "callback") word = "script";
    effects.insert(word);
  }
  return effects;
}

bool NamesKind(const std::set<std::string>& effects) {
  return std::any_of(effects.begin(), effects.end(),
                     [](const std::string& effect) { return effect.starts_with(kKindWord); });
}

}  // namespace

std::string CauseOf(const Verdict& verdict, const Program& program) {
  const std::string what = verdict.violation ? Name(verdict.violation->law) : verdict.signature();
  const std::string words = WordsOf(program);
  return words.empty() ? what : what + kBeforeWords + words;
}

std::string EffectsOf(const std::string& cause) {
  return fmt::format("{}", fmt::join(Effects(cause), ", "));
}

bool LooksLike(const std::string& cause, const std::string& other) {
  if (cause == other) return true;
  const std::set<std::string> does = Effects(cause);
  const std::set<std::string> needs = Effects(other);
  // Shrinking makes kinds plain first, so what still has some needs more than plain operations.
  if (NamesKind(does) && !NamesKind(needs)) return false;
  return !needs.empty() && std::includes(does.begin(), does.end(), needs.begin(), needs.end());
}

}  // namespace ouro
