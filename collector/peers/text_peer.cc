// SPDX-License-Identifier: Apache-2.0

#include "collector/peers/text_peer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "model/event_text.h"
#include "model/last_words.h"

namespace ouro {
namespace {

constexpr std::string_view kKind = "> kind ";
constexpr std::string_view kNote = "> note ";
constexpr std::string_view kEnd = "> end ";
constexpr std::string_view kHello = "> hello ";
constexpr std::string_view kError = "error";

}  // namespace

// This library has a table of names of its own, and operations name kinds by the host's.
void TextPeer::Begin(const std::vector<KindId>& kinds) {
  const std::vector<std::string> lines = Kinds();
  for (size_t i = 0; i < std::min(kinds.size(), lines.size()); ++i) {
    if (own_.size() <= kinds[i]) own_.resize(kinds[i] + 1U, kPlain);
    own_[kinds[i]] = InternKind(lines[i].substr(0, lines[i].find(' ')));
  }
  Reset();
}

void TextPeer::Execute(const Op& op) {
  if (broken_) return;
  Op own = op;
  if (op.kind != kPlain) own.kind = op.kind < own_.size() ? own_[op.kind] : kPlain;
  const std::string outer = std::exchange(operation_, Print(own));
  Say(operation_);
  operation_ = outer;
}

void TextPeer::SetNotes(bool on) {
  if (on) Say("notes on");
}

void TextPeer::Reset() {
  broken_ = false;
  operation_ = "reset";
  Say(operation_);
}

std::vector<std::string> TextPeer::Kinds() {
  listening_ = true;
  Say("hello");
  listening_ = false;
  return std::exchange(heard_, {});
}

std::string TextPeer::Prelude(const std::vector<std::string>& notes) {
  listening_ = true;
  Say("notes on");
  for (const std::string& note : notes) {
    heard_.clear();  // the answer to the last one has what all of them need
    Say("prelude " + note);
  }
  listening_ = false;
  std::string prelude;
  for (const std::string& line : std::exchange(heard_, {})) prelude += line + "\n";
  return prelude;
}

void TextPeer::Hear(std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    HearLine(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

void TextPeer::HearLine(std::string_view line) {
  if (broken_ || line == "ok" || line.starts_with(kEnd) || line.starts_with(kHello)) return;
  if (listening_) {
    if (line.starts_with(kKind)) heard_.emplace_back(line.substr(kKind.size()));
    if (line.starts_with(kNote)) heard_.emplace_back(line.substr(kNote.size()));
    return;
  }
  if (line.starts_with(kNote)) return observer_.Note(std::string(line.substr(kNote.size())));
  if (line.starts_with(kError)) return Fail("reported an error", line);
  Event event;
  const bool known = line.starts_with("> ") && ParseEvent(line.substr(2), &event).empty();
  if (!known) return Fail("wrote a malformed line", line);
  raised_ = observer_.On(event) == ScriptEnd::kRaised;
}

// As a collector over the protocol says it.
void TextPeer::Fail(const std::string& what, std::string_view detail) {
  if (std::exchange(broken_, true)) return;
  observer_.Broken(fmt::format("{} {} after `{}`: \"{}\"", name_, what, operation_,
                               Printable(std::string(detail))));
}

}  // namespace ouro
