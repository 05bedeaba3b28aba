// SPDX-License-Identifier: Apache-2.0

#include "model/kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

namespace ouro {
namespace {

struct Names {
  std::mutex mutex;
  std::deque<std::string> names{"plain"};  // by number; a deque does not move its elements
  std::map<std::string, KindId, std::less<>> numbers;
};

Names& AllNames() {
  static Names* const names = new Names;
  return *names;
}

constexpr std::pair<std::string_view, KindRow::Place> kPlaces[] = {{"edge", KindRow::Place::kEdge},
                                                                   {"node", KindRow::Place::kNode},
                                                                   {"root", KindRow::Place::kRoot}};

constexpr std::pair<std::string_view, bool KindRow::*> kPromises[] = {
    {"cyclic", &KindRow::cyclic}, {"frail", &KindRow::frail},
    {"late", &KindRow::late},     {"collects", &KindRow::collects},
    {"rooted", &KindRow::rooted}, {"nofinal", &KindRow::no_finalizer},
};

// Takes the next word off *text; "" at the end.
std::string_view TakeWord(std::string_view* text) {
  text->remove_prefix(std::min(text->find_first_not_of(' '), text->size()));
  const std::string_view word = text->substr(0, text->find(' '));
  text->remove_prefix(word.size());
  return word;
}

// "" or what is wrong with the word, which comes after the name and the place.
std::string ReadWord(std::string_view word, KindRow* kind) {
  for (const auto& [name, promise] : kPromises) {
    if (word != name) continue;
    kind->*promise = true;
    return "";
  }
  const size_t equals = word.find('=');
  const std::string_view key = word.substr(0, equals);
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1);
  if ((key == "leaks" || key == "crashes") && !value.empty()) {
    (key == "leaks" ? kind->leaks : kind->crashes) = value.substr(0, kMaxReference);
    return "";
  }
  if (key == "pokes") {
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), kind->actions);
    const bool whole = error == std::errc() && end == value.data() + value.size();
    if (whole && kind->actions >= 0 && kind->actions <= kMaxActions) return "";
    return fmt::format("`pokes` is a number up to {}", kMaxActions);
  }
  return fmt::format("\"{}\" is no promise of a kind", word.substr(0, kMaxKindName));
}

}  // namespace

bool IsKindName(std::string_view word) {
  if (word.empty() || word.size() > kMaxKindName || word[0] < 'a' || word[0] > 'z') return false;
  for (const char c : word) {
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') return false;
  }
  return word.back() != '-' && word != "none" && word != "plain";
}

KindId InternKind(std::string_view name) {
  Names& all = AllNames();
  const std::lock_guard<std::mutex> lock(all.mutex);
  if (const auto known = all.numbers.find(name); known != all.numbers.end()) return known->second;
  if (all.names.size() > kMaxKinds) return kPlain;
  const auto id = static_cast<KindId>(all.names.size());
  all.names.emplace_back(name);
  all.numbers.emplace(name, id);
  return id;
}

std::string_view KindName(KindId kind) {
  Names& all = AllNames();
  const std::lock_guard<std::mutex> lock(all.mutex);
  return kind < all.names.size() ? all.names[kind] : all.names[kPlain];
}

std::string ReadKind(std::string_view text, KindRow* kind) {
  KindRow read;
  const std::string_view name = TakeWord(&text);
  if (!IsKindName(name)) {
    return fmt::format("\"{}\" is not the name of a kind", name.substr(0, kMaxKindName));
  }
  const std::string_view place = TakeWord(&text);
  bool found = false;
  for (const auto& [word, value] : kPlaces) {
    if (word != place) continue;
    read.place = value;
    found = true;
  }
  if (!found) return fmt::format("the kind {} has no place: edge, node or root", name);
  for (std::string_view word = TakeWord(&text); !word.empty(); word = TakeWord(&text)) {
    if (std::string error = ReadWord(word, &read); !error.empty()) {
      return fmt::format("the kind {}: {}", name, error);
    }
  }
  read.id = InternKind(name);
  if (read.id == kPlain) return fmt::format("there are more than {} kinds", kMaxKinds);
  *kind = std::move(read);
  return "";
}

std::string Print(const KindRow& kind) {
  std::string text(KindName(kind.id));
  for (const auto& [word, place] : kPlaces) {
    if (place == kind.place) text.append(" ").append(word);
  }
  for (const auto& [word, promise] : kPromises) {
    if (kind.*promise) text.append(" ").append(word);
  }
  if (kind.actions > 0) text += fmt::format(" pokes={}", kind.actions);
  if (!kind.leaks.empty()) text += " leaks=" + kind.leaks;
  if (!kind.crashes.empty()) text += " crashes=" + kind.crashes;
  return text;
}

KindTable::KindTable(std::vector<KindRow> kinds) {
  for (KindRow& kind : kinds) {
    if (places_.size() <= kind.id) places_.resize(size_t{kind.id} + 1);
    if (places_[kind.id] != 0) continue;
    kinds_.push_back(std::move(kind));
    places_[kinds_.back().id] = static_cast<uint16_t>(kinds_.size());
  }
}

std::string ReadKinds(const std::vector<std::string>& lines, KindTable* kinds) {
  std::vector<KindRow> rows(lines.size());
  std::set<KindId> known;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (std::string error = ReadKind(lines[i], &rows[i]); !error.empty()) return error;
    if (!known.insert(rows[i].id).second) {
      return fmt::format("there are two kinds {}: names are unique, whatever their places",
                         KindName(rows[i].id));
    }
  }
  *kinds = KindTable(std::move(rows));
  return "";
}

}  // namespace ouro
