// SPDX-License-Identifier: Apache-2.0

#include "model/program_position.h"

#include <algorithm>
#include <string>
#include <utility>

#include "model/event_text.h"
#include "model/program_table.h"

namespace ouro {
namespace {

constexpr std::string_view kVoid = "# void: ";
constexpr std::string_view kRunEmpty = "# scripts run empty";  // see trial.cc
constexpr std::string_view kCut = "...";                       // see TranscriptTail

// Whether a line shows that operation. Where the specimen lacks a kind, the trial executes, and
// writes, the plain one.
bool Shows(const Op& done, Op op) {
  if (done.kind == kPlain) op.kind = kPlain;
  return done == op;
}

bool Empties(const Op& done, int reg) {
  return done.code == OpCode::kEmptyRegister && done.dest == reg;
}

bool IsFilled(const Op& op) { return op.code == OpCode::kNodeWith || op.code == OpCode::kWeakWith; }

bool BorrowsRef(const Op& op) {
  return (IsFilled(op) || op.code == OpCode::kWeak) && op.ref == op.dest;
}

bool BorrowsValue(const Op& op) { return IsFilled(op) && op.value == op.dest; }

// What `end` does before: see Trial::PrepareEnd.
bool PreparesEnd(const Op& done) {
  return done.code == OpCode::kPop || done.code == OpCode::kEmptyRegister ||
         (done.code == OpCode::kCollect && done.count == kGenerations - 1);
}

}  // namespace

ProgramPosition::ProgramPosition(const Program& program) : program_(program), frames_(1) {}

// Whether `done` may be the first line of `op`; if so, sets the stage of *frame.
bool ProgramPosition::Begins(const Op& op, const Op& done, Frame* frame) const {
  frame->stage = Stage::kOver;
  frame->emptied = false;
  frame->lent = kRegisters;
  frame->links = 0;
  if (Shows(done, op)) return true;
  if (op.code == OpCode::kChain) return BeginsChain(op, done, frame);
  if (Allocates(op.code)) return BeginsBirth(op, done, frame);
  if (op.code != OpCode::kEnd || !PreparesEnd(done)) return false;
  frame->stage = Stage::kBegun;
  return true;
}

bool ProgramPosition::BeginsBirth(const Op& op, const Op& done, Frame* frame) const {
  const bool borrows = BorrowsRef(op) || BorrowsValue(op);
  frame->emptied = !borrows && Empties(done, op.dest);
  if (borrows && done == Op{.code = OpCode::kCopy, .dest = done.dest, .ref = op.dest}) {
    frame->lent = done.dest;
  }
  if (!frame->emptied && frame->lent == kRegisters) return false;
  frame->stage = Stage::kBegun;
  return true;
}

bool ProgramPosition::BeginsChain(const Op& op, const Op& done, Frame* frame) const {
  frame->emptied = Empties(done, op.dest);
  if (!frame->emptied) {
    if (done != Op{.code = OpCode::kNode, .dest = done.dest, .count = 1}) return false;
    if (done.dest == op.dest) return false;
    frame->lent = done.dest;
    frame->links = 1;
  }
  frame->stage = Stage::kBegun;
  return true;
}

// Whether `done` is a further line of the operation that is open.
bool ProgramPosition::Continues(const Op& done, Frame* frame) const {
  if (frame->stage == Stage::kOver) return false;
  const Op& op = program_.section(frame->section)[static_cast<size_t>(frame->open)];
  if (op.code == OpCode::kChain) return ContinuesChain(op, done, frame);
  if (op.code != OpCode::kEnd) return ContinuesBirth(op, done, frame);
  if (done.code == OpCode::kEnd) frame->stage = Stage::kOver;
  return done.code == OpCode::kEnd || PreparesEnd(done);
}

bool ProgramPosition::ContinuesBirth(const Op& op, const Op& done, Frame* frame) const {
  if (frame->stage == Stage::kMade) {
    frame->stage = Stage::kOver;
    return Empties(done, frame->lent);
  }
  if (!frame->emptied && Empties(done, op.dest)) return frame->emptied = true;
  Op made = op;
  if (BorrowsRef(op)) made.ref = frame->lent;
  if (BorrowsValue(op)) made.value = frame->lent;
  if (!Shows(done, made)) return false;
  frame->stage = frame->lent == kRegisters ? Stage::kOver : Stage::kMade;
  return true;
}

bool ProgramPosition::ContinuesChain(const Op& op, const Op& done, Frame* frame) const {
  if (done == op) {  // void, as there is no register to borrow
    frame->stage = Stage::kOver;
    return true;
  }
  const bool node = done == Op{.code = OpCode::kNode, .dest = done.dest, .count = 1};
  if (node && frame->links == 0 && done.dest != op.dest) frame->lent = done.dest;
  const Ref link = frame->lent;
  if (node && done.dest == link && frame->links < op.count) {
    ++frame->links;
    return true;
  }
  if (link == kRegisters) return false;
  if (Empties(done, link)) {
    if (frame->links == op.count) frame->stage = Stage::kOver;
    return true;
  }
  return done == Op{.code = OpCode::kStore, .ref = link, .value = op.dest} ||
         done == Op{.code = OpCode::kCopy, .dest = op.dest, .ref = link};
}

ProgramPlace ProgramPosition::Here() const {
  const Frame& frame = frames_.back();
  return {frame.section, frame.known && !lost_ ? frame.open : -1};
}

ProgramPlace ProgramPosition::OnOperation(const Op& done) {
  Frame& frame = frames_.back();
  frame.done = done;
  if (Continues(done, &frame)) return Here();
  const Script& script = program_.section(frame.section);
  // A script pops what it has pushed as it ends.
  const bool over = frame.ended || frame.next >= script.size();
  if (frame.section != kNoScript && done.code == OpCode::kPop && over) return Here();
  const size_t most = std::min(script.size(), frame.next + kMaxSkipped);
  frame.known = false;
  for (size_t i = frame.next; i < most && !frame.ended && !frame.known; ++i) {
    if (!Begins(script[i], done, &frame)) continue;
    frame.known = true;
    frame.open = static_cast<int>(i);
    frame.next = i + 1;
  }
  if (!frame.known) frame.stage = Stage::kOver;
  if (frame.section != kNoScript && done.code == OpCode::kRaise) frame.ended = true;
  return Here();
}

// "# void: r0 = r1 (r1 is empty)", or another comment.
ProgramPlace ProgramPosition::OnComment(std::string_view text) {
  if (text.starts_with(kRunEmpty)) {
    for (Frame& frame : frames_) frame.ended = frame.section != kNoScript;
  }
  if (!text.starts_with(kVoid)) return {};
  text.remove_prefix(kVoid.size());
  Op op;
  // No operation contains " (".
  const std::string error = ParseOp(text.substr(0, text.find(" (")), /*in_script=*/true, &op);
  return error.empty() ? OnOperation(op) : Place{};
}

ProgramPlace ProgramPosition::OnEvent(std::string_view text) {
  Event event;
  if (!ParseEvent(text, &event).empty()) return {};
  Place place = Here();
  if (event.kind == Event::Kind::kNew) {
    script_of_.erase(event.id);  // an unlawful collector may use a number twice
    const int script = frames_.back().done.script;
    if (script != kNoScript) script_of_[event.id] = script;
  } else if (event.kind == Event::Kind::kFinalize || event.kind == Event::Kind::kCallback) {
    const auto script = script_of_.find(event.id);
    // An object without a script, or one that was never born: an unlawful collector reports that,
    // and nothing runs.
    const bool none = script == script_of_.end();
    frames_.push_back({.section = none ? kMaxScripts : script->second, .ended = none});
  } else if (event.kind == Event::Kind::kEnd && frames_.size() > 1) {
    frames_.pop_back();
    place = Here();
  }
  return place;
}

ProgramPlace ProgramPosition::Next(const TranscriptLine& line) {
  switch (line.kind) {
    case TranscriptLine::Kind::kComment:
      return OnComment(line.text);
    case TranscriptLine::Kind::kEvent:
      return OnEvent(line.text);
    case TranscriptLine::Kind::kOperation: {
      if (line.text == kCut) lost_ = true;
      Op op;
      return ParseOp(line.text, /*in_script=*/true, &op).empty() ? OnOperation(op) : Place{};
    }
    default:
      return {};
  }
}

ProgramPlace LastPlace(const Program& program, std::string_view transcript) {
  ProgramPosition position(program);
  ProgramPlace last;
  TranscriptReader lines(transcript);
  for (TranscriptLine line; lines.Next(&line);) {
    const ProgramPlace place = position.Next(line);
    const bool shown =
        line.kind == TranscriptLine::Kind::kOperation || line.kind == TranscriptLine::Kind::kEvent;
    if (shown) last = place;
  }
  return last;
}

size_t ProgramLines::Of(const ProgramPlace& place) const {
  const auto at = static_cast<size_t>(place.index);
  if (!place.known() || place.section >= static_cast<int>(scripts.size())) return 0;
  const std::vector<uint32_t>& lines =
      place.section == kNoScript ? main : scripts[static_cast<size_t>(place.section)];
  return at < lines.size() ? lines[at] : 0;
}

std::vector<ProgramLines> LinesOf(std::string_view text) {
  std::vector<ProgramLines> programs;
  ProgramLines lines;
  std::vector<uint32_t>* section = &lines.main;
  bool begun = false;
  const auto end_program = [&] {
    if (begun) programs.push_back(std::move(lines));
    lines = {};
    section = &lines.main;
    begun = false;
  };
  for (uint32_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    std::string_view rest = line.substr(0, line.find('#'));
    const std::string_view word = table::NextToken(&rest);
    if (word.empty()) continue;
    if (word == "-") {  // of `---`; no operation begins with it
      end_program();
      continue;
    }
    begun = true;
    if (word == "def") {
      size_t script = 0;
      for (const char digit : table::NextToken(&rest)) script = 10 * script + (digit - '0');
      if (script >= lines.scripts.size()) lines.scripts.resize(script + 1);
      section = &lines.scripts[script];
    } else if (word == "main") {
      section = &lines.main;
    } else {
      section->push_back(number);
    }
  }
  end_program();
  return programs;
}

ProgramLines PrintedLines(const Program& program) { return LinesOf(Print(program)).at(0); }

}  // namespace ouro
