// SPDX-License-Identifier: Apache-2.0

// Two layers: a Conversation exchanges lines with a child process and ends at the first error; a
// ProtocolCollector translates between it and the Collector interface.

#include "collector/protocol_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "collector/line_child.h"
#include "model/event_text.h"
#include "model/last_words.h"
#include "model/program.h"

namespace ouro {
namespace {

constexpr std::string_view kKind = "> kind ";
constexpr std::string_view kNote = "> note ";
constexpr std::string_view kKindsWord = "kinds";  // among the abilities: lines `> kind` follow
constexpr std::string_view kContractWord = "contract=";  // among them: the name follows

// Speaks the protocol with a child process. The first error kills the child and is kept as a
// sentence.
class Conversation {
 public:
  Conversation(const std::vector<std::string>& argv, const ProcessOptions& options)
      : options_(options), child_(options.max_line) {
    if (!argv.empty()) name_ = argv[0].substr(argv[0].rfind('/') + 1);
    const std::string error = child_.Start(argv);
    if (!error.empty()) {
      child_.Kill();
      error_ = fmt::format("{} cannot be started: {}", name_, error);
    }
  }

  // The sentence, or "". Up to " after `", which is in every sentence about an operation, it
  // depends only on the kind of error: signatures of verdicts are made of that part.
  const std::string& error() const { return error_; }
  bool ok() const { return error_.empty(); }

  bool Greet(ProcessGreeting* greeting);

  // Sends a line. Like all below, returns false if there is an error, this time or before.
  enum class Sent : uint8_t { kHello, kOperation, kScriptOperation, kScriptEnd };
  bool Send(const std::string& line, Sent kind = Sent::kOperation);
  // Receives the next line of the response.
  bool Receive(std::string* line);
  // Receives the next line: an event, or `ok`, for which it sets *ok. Notes before it go to `note`.
  bool Receive(Event* event, bool* ok, const std::function<void(const std::string&)>& note);
  // Receives the line that confirms the end of a script.
  bool ReceiveEnd(const Event& expected);

  // Ends the conversation with an error: `what` is a phrase, "sent a malformed line". Returns
  // false.
  bool Fail(const std::string& what, const std::string& detail = "");

 private:
  bool FailOn(LineChild::Outcome outcome);

  const ProcessOptions options_;
  LineChild child_;
  std::string name_;
  std::string operation_;  // the last one sent
  bool in_end_ = false;    // the end of a script was sent after it
  int timeout_ms_ = 0;     // of the last line sent
  int lines_ = 0;          // received since the last operation outside scripts
  std::string error_;
};

bool Conversation::Fail(const std::string& what, const std::string& detail) {
  if (!ok()) return false;
  child_.Kill();
  error_ = fmt::format("{} {} after `{}`{}", name_, what, operation_,
                       in_end_ ? " and the end of a script" : "");
  if (!detail.empty()) error_ += ": " + detail;
  return false;
}

bool Conversation::FailOn(LineChild::Outcome outcome) {
  if (outcome == LineChild::Outcome::kTooLong) {
    return Fail(fmt::format("sent a line of more than {} bytes", options_.max_line));
  }
  // Its standard error is complete only once it has ended.
  std::string what = "hung";
  std::string detail = fmt::format("no answer in {} ms", timeout_ms_);
  if (outcome == LineChild::Outcome::kEnd) {
    what = child_.HowItEnded();
    detail.clear();
  }
  child_.Kill();
  const std::string gist = child_.Gist();
  if (!gist.empty()) detail += (detail.empty() ? "" : "; ") + gist;
  return Fail(what, detail);
}

bool Conversation::Send(const std::string& line, Sent kind) {
  if (!ok()) return false;
  if (child_.has_unread()) {
    std::string more;
    const bool whole = child_.ReadLine(&more) == LineChild::Outcome::kOk;
    return Fail("sent unsolicited output", whole ? fmt::format("\"{}\"", Printable(more)) : "");
  }
  if (kind == Sent::kOperation) lines_ = 0;
  in_end_ = kind == Sent::kScriptEnd;
  if (!in_end_) operation_ = line;
  timeout_ms_ = kind == Sent::kHello ? options_.start_timeout_ms : options_.timeout_ms;
  // A child that has ended may have sent why: kEnd is left to the next read.
  return child_.Send(line, timeout_ms_) != LineChild::Outcome::kTimeout ||
         FailOn(LineChild::Outcome::kTimeout);
}

bool Conversation::Receive(std::string* line) {
  if (!ok()) return false;
  const LineChild::Outcome outcome = child_.ReadLine(line);
  if (outcome != LineChild::Outcome::kOk) return FailOn(outcome);
  if (++lines_ > options_.max_lines) {
    return Fail(fmt::format("sent more than {} lines", options_.max_lines));
  }
  if (line->compare(0, 5, "error") == 0) {
    return Fail("reported an error", fmt::format("\"{}\"", Printable(*line)));
  }
  return true;
}

bool Conversation::Receive(Event* event, bool* ok,
                           const std::function<void(const std::string&)>& note) {
  std::string line;
  if (!Receive(&line)) return false;
  while (line.compare(0, kNote.size(), kNote) == 0) {
    note(line.substr(kNote.size()));
    if (!Receive(&line)) return false;
  }
  *ok = line == "ok";
  if (*ok) return true;
  if (line.compare(0, 2, "> ") != 0) {
    return Fail("sent a malformed line", fmt::format("\"{}\"", Printable(line)));
  }
  const std::string error = ParseEvent(std::string_view(line).substr(2), event);
  return error.empty() || Fail("sent a malformed line", error);
}

bool Conversation::ReceiveEnd(const Event& expected) {
  const std::string line = "> " + Print(expected);
  std::string received;
  do {
    if (!Receive(&received)) return false;
  } while (received.compare(0, kNote.size(), kNote) == 0);
  return received == line || Fail("did not end a script",
                                  fmt::format("\"{}\" instead of `{}`", Printable(received), line));
}

bool Conversation::Greet(ProcessGreeting* greeting) {
  std::string line, ok;
  if (!Send("hello", Sent::kHello) || !Receive(&line)) return false;
  std::vector<std::string> words;
  for (size_t at = 0; at < line.size();) {
    const size_t end = std::min(line.find(' ', at), line.size());
    if (end > at) words.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  if (words.size() < 4 || words[0] != ">" || words[1] != "hello") {
    return Fail("did not greet",
                fmt::format("\"{}\" instead of `> hello NAME VERSION ...`", Printable(line)));
  }
  *greeting = {.name = Printable(words[2]), .version = Printable(words[3])};
  if (!Receive(&ok)) return false;
  std::vector<std::string> kinds;
  while (ok.compare(0, kKind.size(), kKind) == 0) {
    kinds.push_back(ok.substr(kKind.size()));
    if (!Receive(&ok)) return false;
  }
  const std::string error = ReadKinds(kinds, &greeting->kinds);
  if (!error.empty()) return Fail("did not greet", error);
  if (ok != "ok")
    return Fail("did not greet", fmt::format("\"{}\" instead of `ok`", Printable(ok)));
  for (size_t i = 4; i < words.size(); ++i) {
    if (words[i] == kKindsWord) continue;
    if (words[i].compare(0, kContractWord.size(), kContractWord) == 0) {
      greeting->contract = Printable(words[i].substr(kContractWord.size()));
      continue;
    }
    const uint32_t ability = AbilityOf(words[i]);
    greeting->abilities |= ability;
    if (ability == 0) greeting->unknown.push_back(words[i]);
  }
  name_ = greeting->name;
  return true;
}

class ProtocolCollector : public Collector {
 public:
  ProtocolCollector(std::vector<std::string> argv, Observer& observer,
                    const ProcessOptions& options)
      : argv_(std::move(argv)), observer_(observer), options_(options) {
    Start();
  }

  void Execute(const Op& op) override {
    if (!conversation_->ok()) return;
    const bool in_script = scripts_ > 0;
    if (conversation_->Send(Print(op), in_script ? Conversation::Sent::kScriptOperation
                                                 : Conversation::Sent::kOperation)) {
      ReceiveEvents();
    }
    Report();
  }

  void SetNotes(bool on) override;
  void Reset() override;

 private:
  void Start();
  void ReceiveEvents();
  bool RunScript(const Event& event);
  void Report();

  const std::vector<std::string> argv_;
  Observer& observer_;
  const ProcessOptions options_;
  std::unique_ptr<Conversation> conversation_;
  bool reported_ = false;   // the conversation's error
  int failed_starts_ = 0;   // consecutive
  bool has_notes_ = false;  // it offers kinds, so it has words for what it does
  bool notes_ = false;      // it was asked for them
  int scripts_ = 0;         // running
};

void ProtocolCollector::Start() {
  conversation_ = std::make_unique<Conversation>(argv_, options_);
  reported_ = false;
  ProcessGreeting greeting;
  failed_starts_ = conversation_->Greet(&greeting) ? 0 : failed_starts_ + 1;
  has_notes_ = !greeting.kinds.empty();
  notes_ = false;
  Report();
}

// A program that has begun to take notes goes on: nobody need read them.
void ProtocolCollector::SetNotes(bool on) {
  if (!on || !has_notes_ || notes_ || !conversation_->ok()) return;
  notes_ = true;
  std::string line;
  if (conversation_->Send("notes on") && conversation_->Receive(&line) && line != "ok") {
    conversation_->Fail("did not take notes",
                        fmt::format("\"{}\" instead of `ok`", Printable(line)));
  }
  Report();
}

// Reports the error once, though every level of nested scripts sees it.
void ProtocolCollector::Report() {
  if (conversation_->ok() || reported_) return;
  reported_ = true;
  observer_.Broken(conversation_->error());
}

void ProtocolCollector::Reset() {
  if (!conversation_->ok()) {
    if (failed_starts_ < options_.max_failed_starts) {
      Start();
    } else {
      observer_.Broken(fmt::format("{} (failed to start {} times; not restarted)",
                                   conversation_->error(), failed_starts_));
    }
    return;
  }
  std::string line;
  if (conversation_->Send("reset") && conversation_->Receive(&line) && line != "ok") {
    conversation_->Fail("did not reset", fmt::format("\"{}\" instead of `ok`", Printable(line)));
  }
  Report();
}

// Receives events up to the end of an operation.
void ProtocolCollector::ReceiveEvents() {
  Event event;
  bool over = false;
  const auto note = [this](const std::string& text) { observer_.Note(text); };
  while (conversation_->Receive(&event, &over, note) && !over) {
    switch (event.kind) {
      case Event::Kind::kFinalize:
      case Event::Kind::kCallback:
        if (!RunScript(event)) return;
        break;
      case Event::Kind::kEnd:
        conversation_->Fail("ended a script that was not running", "`> " + Print(event) + "`");
        return;
      default:
        observer_.On(event);
    }
  }
}

bool ProtocolCollector::RunScript(const Event& event) {
  ++scripts_;
  const bool raised = observer_.On(event) == ScriptEnd::kRaised;
  --scripts_;
  return conversation_->Send(raised ? "raise" : "end", Conversation::Sent::kScriptEnd) &&
         conversation_->ReceiveEnd(Event::End(event.id, raised));
}

}  // namespace

bool Hello(const std::vector<std::string>& argv, ProcessGreeting* greeting, std::string* error,
           const ProcessOptions& options) {
  Conversation conversation(argv, options);
  if (conversation.Greet(greeting)) return true;
  *error = conversation.error();
  return false;
}

std::string AskPrelude(const std::vector<std::string>& argv, const std::vector<std::string>& notes,
                       const ProcessOptions& options) {
  Conversation conversation(argv, options);
  ProcessGreeting greeting;
  std::string line;
  if (!conversation.Greet(&greeting) || !conversation.Send("notes on") ||
      !conversation.Receive(&line)) {
    return "";
  }
  std::string prelude;
  // The answer to the last one has what all of them need.
  for (const std::string& note : notes) {
    prelude.clear();
    if (!conversation.Send("prelude " + note)) return "";
    for (line.clear(); line != "ok";) {
      if (line.compare(0, kNote.size(), kNote) == 0) prelude += line.substr(kNote.size()) + "\n";
      if (!conversation.Receive(&line)) return "";
    }
  }
  return prelude;
}

std::unique_ptr<Collector> MakeProtocolCollector(std::vector<std::string> argv, Observer& observer,
                                                 const ProcessOptions& options) {
  return std::make_unique<ProtocolCollector>(std::move(argv), observer, options);
}

}  // namespace ouro
