// SPDX-License-Identifier: Apache-2.0

// One table of events, which both directions follow.
//
// Errors quote the writer's text in double quotes, made printable and short, and the language's in
// backquotes.

#include "model/event_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

#include "model/check.h"

namespace ouro {
namespace {

using Kind = Event::Kind;

constexpr size_t kMaxQuote = 40;  // characters of the input that an error quotes
constexpr int32_t kMaxNumber = std::numeric_limits<int32_t>::max();

// What follows the word of an event, in this order.
enum class Id : uint8_t { kAbsent, kObject, kObjectOrNone };
enum class Number : uint8_t { kAbsent, kGeneration, kCount };

struct Row {
  Kind kind;
  std::string_view word;
  Id id;
  Number number;
  std::string_view flag;  // the word that may follow, or ""
  std::string_view form;  // for errors
};

constexpr Row kTable[] = {
    {Kind::kNew, "new", Id::kObject, Number::kAbsent, "", "new I"},
    {Kind::kGot, "got", Id::kObjectOrNone, Number::kAbsent, "", "got I"},
    {Kind::kFinalize, "finalize", Id::kObject, Number::kAbsent, "", "finalize I"},
    {Kind::kCallback, "callback", Id::kObject, Number::kAbsent, "", "callback I"},
    {Kind::kEnd, "end", Id::kObject, Number::kAbsent, "raised", "end I [raised]"},
    {Kind::kFree, "free", Id::kObject, Number::kAbsent, "", "free I"},
    {Kind::kCollect, "collect", Id::kAbsent, Number::kGeneration, "auto", "collect G [auto]"},
    {Kind::kDone, "done", Id::kAbsent, Number::kCount, "", "done N"},
    {Kind::kGarbage, "garbage", Id::kObject, Number::kAbsent, "", "garbage I"},
    {Kind::kTracked, "tracked", Id::kObject, Number::kGeneration, "", "tracked I G"},
    {Kind::kFailed, "failed", Id::kAbsent, Number::kAbsent, "", "failed"},
};

std::string Quote(std::string_view text) {
  std::string quote;
  for (char c : text.substr(0, kMaxQuote)) quote += c >= ' ' && c <= '~' ? c : '?';
  return fmt::format("\"{}{}\"", quote, text.size() > kMaxQuote ? "..." : "");
}

// Takes the next word off *text: everything before the first space, and the space. A superfluous
// space yields an empty word, which is valid nowhere.
std::string_view TakeWord(std::string_view* text, bool* more) {
  const size_t space = text->find(' ');
  const std::string_view word = text->substr(0, space);
  *more = space != std::string_view::npos;
  text->remove_prefix(*more ? space + 1 : text->size());
  return word;
}

bool ReadNumber(std::string_view word, int32_t max, int32_t* number) {
  if (word.empty() || (word.size() > 1 && word[0] == '0') || word[0] == '-') return false;
  int32_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value > max) return false;
  *number = value;
  return true;
}

// Whether the rest of the line is as the row demands; if so, sets the fields of *event.
bool ReadRest(const Row& row, std::string_view rest, bool more, Event* event) {
  if (row.id != Id::kAbsent) {
    if (!more) return false;
    const std::string_view word = TakeWord(&rest, &more);
    const bool none = row.id == Id::kObjectOrNone && word == "none";
    if (!none && !ReadNumber(word, kMaxNumber, &event->id)) return false;
  }
  if (row.number != Number::kAbsent) {
    if (!more) return false;
    const int32_t max = row.number == Number::kGeneration ? kGenerations - 1 : kMaxNumber;
    if (!ReadNumber(TakeWord(&rest, &more), max, &event->number)) return false;
  }
  if (!more) return true;
  event->flag = !row.flag.empty() && rest == row.flag;
  return event->flag;
}

}  // namespace

std::string Print(const Event& event) {
  for (const Row& row : kTable) {
    if (row.kind != event.kind) continue;
    std::string text(row.word);
    if (row.id != Id::kAbsent) {
      text += event.id == kNone ? " none" : fmt::format(" {}", event.id);
    }
    if (row.number != Number::kAbsent) text += fmt::format(" {}", event.number);
    if (event.flag && !row.flag.empty()) text.append(" ").append(row.flag);
    return text;
  }
  CHECK(false);  // an event without a row
}

std::string ParseEvent(std::string_view text, Event* event) {
  std::string_view rest = text;
  bool more = false;
  const std::string_view word = TakeWord(&rest, &more);
  for (const Row& row : kTable) {
    if (row.word != word) continue;
    Event read;
    read.kind = row.kind;
    if (!ReadRest(row, rest, more, &read)) {
      return fmt::format("{} is not of the form `{}`", Quote(text), row.form);
    }
    *event = read;
    return "";
  }
  return fmt::format("{} is not an event", Quote(text));
}

}  // namespace ouro
