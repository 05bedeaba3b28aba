// Two layers: a Peer is a conversation with a child, which the first trouble ends; a Process
// translates between conversations and the collector interface.

#include "collector/protocol_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "collector/line_child.h"
#include "model/event_text.h"
#include "model/last_words.h"
#include "model/program.h"

namespace ouro {
namespace {

// Speaks the protocol with a child. The first trouble ends the child and is kept as a sentence.
class Peer {
 public:
  Peer(const std::vector<std::string>& argv, const ProcessOptions& options)
      : options_(options), child_({options.timeout_ms, options.max_line}) {
    if (!argv.empty()) name_ = argv[0].substr(argv[0].rfind('/') + 1);
    const std::string error = child_.Start(argv);
    if (!error.empty()) {
      child_.Kill();
      trouble_ = fmt::format("{} cannot be started: {}", name_, error);
    }
  }

  // The sentence; "" as long as all is well. Up to ` after `, which every sentence about an
  // operation has, it depends on the kind of trouble alone.
  const std::string& trouble() const { return trouble_; }
  bool ok() const { return trouble_.empty(); }

  bool Greet(ProcessGreeting* greeting);

  // Sends a line.
  enum class Line : uint8_t { kOperation, kScriptOperation, kScriptEnd };
  bool Say(const std::string& line, Line kind = Line::kOperation);
  // Hears the next line of the answer.
  bool Hear(std::string* line);
  // Hears the next line, which is an event, or `ok`: then *ok is true.
  bool Hear(Event* event, bool* ok);
  // Hears that the script of `id` ended.
  bool HearEnd(const Event& expected);

  // It did what it may not: "talked nonsense". Always false.
  bool Blame(const std::string& what, const std::string& detail = "");

 private:
  bool BlameSilence(Child::Outcome outcome);

  const ProcessOptions options_;
  Child child_;
  std::string name_;
  std::string operation_;  // the last one that was sent
  bool in_end_ = false;    // after it, the end of a script was sent
  int lines_ = 0;          // that were heard since the last one outside of scripts
  std::string trouble_;
};

bool Peer::Blame(const std::string& what, const std::string& detail) {
  if (!ok()) return false;
  child_.Kill();
  trouble_ = fmt::format("{} {} after `{}`{}", name_, what, operation_,
                         in_end_ ? " and the end of a script" : "");
  if (!detail.empty()) trouble_ += ": " + detail;
  return false;
}

bool Peer::BlameSilence(Child::Outcome outcome) {
  if (outcome == Child::Outcome::kTooLong) {
    return Blame("said a line that is too long",
                 fmt::format("more than {} bytes", options_.max_line));
  }
  // Its standard error is complete only when it is dead.
  std::string what = "hung";
  std::string detail = fmt::format("no answer in {} ms", options_.timeout_ms);
  if (outcome == Child::Outcome::kEnd) {
    what = child_.HowItEnded();
    detail.clear();
  }
  child_.Kill();
  const std::string gist = child_.Gist();
  if (!gist.empty()) detail += (detail.empty() ? "" : "; ") + gist;
  return Blame(what, detail);
}

bool Peer::Say(const std::string& line, Line kind) {
  if (!ok()) return false;
  if (child_.has_more()) {
    std::string more;
    const bool whole = child_.ReadLine(&more) == Child::Outcome::kOk;
    return Blame("went on talking", whole ? fmt::format("\"{}\"", Printable(more)) : "");
  }
  if (kind == Line::kOperation) lines_ = 0;
  in_end_ = kind == Line::kScriptEnd;
  if (!in_end_) operation_ = line;
  // One that has ended may have said why: go on and read.
  return child_.Send(line) != Child::Outcome::kTimeout || BlameSilence(Child::Outcome::kTimeout);
}

bool Peer::Hear(std::string* line) {
  if (!ok()) return false;
  const Child::Outcome outcome = child_.ReadLine(line);
  if (outcome != Child::Outcome::kOk) return BlameSilence(outcome);
  if (++lines_ > options_.max_lines) {
    return Blame("did not stop talking", fmt::format("more than {} lines", options_.max_lines));
  }
  if (line->compare(0, 5, "error") == 0) {
    return Blame("reported an error", fmt::format("\"{}\"", Printable(*line)));
  }
  return true;
}

bool Peer::Hear(Event* event, bool* ok) {
  std::string line;
  if (!Hear(&line)) return false;
  *ok = line == "ok";
  if (*ok) return true;
  if (line.compare(0, 2, "> ") != 0) {
    return Blame("talked nonsense", fmt::format("\"{}\"", Printable(line)));
  }
  const std::string error = ParseEvent(std::string_view(line).substr(2), event);
  return error.empty() || Blame("talked nonsense", error);
}

bool Peer::HearEnd(const Event& expected) {
  const std::string line = "> " + Print(expected);
  std::string heard;
  if (!Hear(&heard)) return false;
  return heard == line || Blame("did not end a script",
                                fmt::format("\"{}\" instead of `{}`", Printable(heard), line));
}

bool Peer::Greet(ProcessGreeting* greeting) {
  std::string line, ok;
  if (!Say("hello") || !Hear(&line)) return false;
  std::vector<std::string> words;
  for (size_t at = 0; at < line.size();) {
    const size_t end = std::min(line.find(' ', at), line.size());
    if (end > at) words.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  if (words.size() < 4 || words[0] != ">" || words[1] != "hello") {
    return Blame("did not greet",
                 fmt::format("\"{}\" instead of `> hello NAME VERSION ...`", Printable(line)));
  }
  if (!Hear(&ok)) return false;
  if (ok != "ok")
    return Blame("did not greet", fmt::format("\"{}\" instead of `ok`", Printable(ok)));
  *greeting = {Printable(words[2]), Printable(words[3]), 0, {}};
  for (size_t i = 4; i < words.size(); ++i) {
    const uint32_t ability = AbilityOf(words[i]);
    greeting->abilities |= ability;
    if (ability == 0) greeting->unknown.push_back(words[i]);
  }
  name_ = greeting->name;
  return true;
}

class Process : public Collector {
 public:
  Process(std::vector<std::string> argv, Observer& observer, const ProcessOptions& options)
      : argv_(std::move(argv)), observer_(observer), options_(options) {
    Start();
  }

  void Execute(const Op& op) override {
    if (!peer_->ok()) return;
    const bool in_script = scripts_ > 0;
    if (peer_->Say(Print(op), in_script ? Peer::Line::kScriptOperation : Peer::Line::kOperation)) {
      Listen();
    }
    Report();
  }

  void Reset() override;

 private:
  void Start();
  void Listen();
  bool RunScript(const Event& event);
  void Report();

  const std::vector<std::string> argv_;
  Observer& observer_;
  const ProcessOptions options_;
  std::unique_ptr<Peer> peer_;
  bool reported_ = false;  // the peer's trouble
  int failed_starts_ = 0;  // in a row
  int scripts_ = 0;        // that are running
};

void Process::Start() {
  peer_ = std::make_unique<Peer>(argv_, options_);
  reported_ = false;
  ProcessGreeting greeting;
  failed_starts_ = peer_->Greet(&greeting) ? 0 : failed_starts_ + 1;
  Report();
}

// The trouble, once; scripts within scripts all come to know of it.
void Process::Report() {
  if (peer_->ok() || reported_) return;
  reported_ = true;
  observer_.Broken(peer_->trouble());
}

void Process::Reset() {
  if (!peer_->ok()) {
    if (failed_starts_ < options_.max_failed_starts) {
      Start();
    } else {
      observer_.Broken(fmt::format("{} (failed to start {} times; not started again)",
                                   peer_->trouble(), failed_starts_));
    }
    return;
  }
  std::string line;
  if (peer_->Say("reset") && peer_->Hear(&line) && line != "ok") {
    peer_->Blame("did not reset", fmt::format("\"{}\" instead of `ok`", Printable(line)));
  }
  Report();
}

// To the end of an operation.
void Process::Listen() {
  Event event;
  bool over = false;
  while (peer_->Hear(&event, &over) && !over) {
    switch (event.kind) {
      case Event::Kind::kFinalize:
      case Event::Kind::kCallback:
        if (!RunScript(event)) return;
        break;
      case Event::Kind::kEnd:
        peer_->Blame("ended a script that was not running", "`> " + Print(event) + "`");
        return;
      default:
        observer_.On(event);
    }
  }
}

bool Process::RunScript(const Event& event) {
  ++scripts_;
  const bool raised = observer_.On(event) == ScriptEnd::kRaised;
  --scripts_;
  return peer_->Say(raised ? "raise" : "end", Peer::Line::kScriptEnd) &&
         peer_->HearEnd(Event::End(event.id, raised));
}

}  // namespace

bool Hello(const std::vector<std::string>& argv, ProcessGreeting* greeting, std::string* error,
           const ProcessOptions& options) {
  Peer peer(argv, options);
  if (peer.Greet(greeting)) return true;
  *error = peer.trouble();
  return false;
}

std::unique_ptr<Collector> MakeProcess(std::vector<std::string> argv, Observer& observer,
                                       const ProcessOptions& options) {
  return std::make_unique<Process>(std::move(argv), observer, options);
}

}  // namespace ouro
