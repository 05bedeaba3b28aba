#include "model/trial.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "model/event_text.h"
#include "model/last_words.h"

namespace ouro {
namespace {

constexpr size_t kMaxTrouble = 400;  // bytes of a sentence that a collector says

// Collections and scripts are brackets in a transcript: what is inside is indented.
bool Opens(const Event& event) {
  return event.kind == Event::Kind::kCollect || event.kind == Event::Kind::kFinalize ||
         event.kind == Event::Kind::kCallback;
}
bool Closes(const Event& event) {
  return event.kind == Event::Kind::kDone || event.kind == Event::Kind::kEnd;
}

std::string Indented(const std::string& lines) {
  std::string text;
  for (size_t begin = 0; begin < lines.size();) {
    const size_t end = std::min(lines.find('\n', begin), lines.size());
    text += "    " + lines.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return text;
}

}  // namespace

std::string Verdict::signature() const {
  if (kind == Kind::kConvicted) return violation->signature;
  return sign;
}

Trial::Trial(const Specimen& specimen, Limits limits)
    : specimen_(specimen),
      limits_(limits),
      judge_(MakeJudge(*specimen.contract, specimen.abilities)) {}

Trial::~Trial() = default;

Verdict Trial::Run(const Program& program) {
  judge_->Reset();
  broken_ = false;
  operations_ = events_ = depth_ = indent_ = 0;
  pulse_->Beat(/*collector=*/true);
  if (collector_ == nullptr) {
    collector_ = specimen_.make(*this);
  } else {
    collector_->Reset();
  }
  pulse_->Beat(/*collector=*/false);
  program_ = &program;
  for (const Op& op : program.main) {
    if (over()) break;
    Execute(op);
  }
  Verdict verdict;
  verdict.operations = operations_;
  verdict.events = events_;
  verdict.situations = judge_->situations();
  if (broken_) {
    verdict.kind = Verdict::Kind::kBroken;
    verdict.trouble = trouble_;
    // "python died of signal 11 after `r0 = none`": the operation may change in shrinking.
    verdict.sign = Anonymous(trouble_.substr(0, trouble_.find(" after `")));
  } else if (judge_->violation()) {
    verdict.kind = Verdict::Kind::kConvicted;
    verdict.violation = judge_->violation();
  }
  program_ = nullptr;  // what a collector reports between programs is nobody's business
  if (!verdict.lawful()) {
    collector_.reset();  // who knows what state it is in
  }
  return verdict;
}

Verdict Trial::Run(const Program& program, std::string* transcript) {
  transcript->clear();
  transcript_ = transcript;
  Verdict verdict = Run(program);
  transcript_ = nullptr;
  if (!verdict.lawful()) MarkHere(transcript);
  return verdict;
}

void MarkHere(std::string* transcript) {
  if (transcript->empty()) return;
  transcript->insert(transcript->size() - 1, "      # <- here");
}

void Trial::Execute(const Op& op) {
  if (judge_->IsVoid(op)) return;
  // One operation allocates or releases, never both: an automatic collection in between would see
  // a heap that depends on how the collector orders the two.
  if (Allocates(op.code) && judge_->reg(op.dest) != kNone) {
    ExecuteOne(Op{.code = OpCode::kEmptyRegister, .dest = op.dest});
    // A finalizer may have filled the register again, or emptied the operand's.
    if (over() || judge_->IsVoid(op) || judge_->reg(op.dest) != kNone) return;
  }
  ExecuteOne(op);
}

void Trial::ExecuteOne(const Op& op) {
  ++operations_;
  if (transcript_ != nullptr) Write(Print(op));
  judge_->Begin(op);
  pulse_->op.store(static_cast<uint8_t>(op.code), std::memory_order_relaxed);
  pulse_->Beat(/*collector=*/true);
  collector_->Execute(op);
  pulse_->Beat(/*collector=*/false);
  if (!broken_) judge_->End();
  if (!limits_.verify || over()) return;
  const std::string wrong = collector_->Verify();
  if (!wrong.empty()) Broken("it finds itself unsound after `" + Print(op) + "`: " + wrong);
}

ScriptEnd Trial::On(const Event& event) {
  if (over() || program_ == nullptr) return ScriptEnd::kReturned;
  pulse_->Beat(/*collector=*/false);
  const ScriptEnd end = Hear(event);
  pulse_->Beat(/*collector=*/true);
  return end;
}

ScriptEnd Trial::Hear(const Event& event) {
  ++events_;
  if (transcript_ != nullptr) {
    if (Closes(event) && indent_ > 0) --indent_;
    Write("> " + Print(event));
    if (Opens(event)) ++indent_;
  }
  judge_->Observe(event);
  const bool script = event.kind == Event::Kind::kFinalize || event.kind == Event::Kind::kCallback;
  if (!script || over()) return ScriptEnd::kReturned;
  const bool raised = RunScript(event.id);
  if (over()) return ScriptEnd::kReturned;
  if (transcript_ != nullptr) {
    --indent_;
    Write("> " + Print(Event::End(event.id, raised)));
  }
  judge_->ScriptEnded(raised);
  return raised ? ScriptEnd::kRaised : ScriptEnd::kReturned;
}

// Whether it raised.
bool Trial::RunScript(ObjectId id) {
  if (depth_ >= limits_.depth) return false;
  ++depth_;
  bool raised = false;
  for (const Op& op : program_->script(judge_->script_of(id))) {
    if (over() || operations_ >= limits_.operations) break;
    if (op.code == OpCode::kRaise) {
      ++operations_;
      if (transcript_ != nullptr) Write(Print(op));
      raised = true;
      break;
    }
    Execute(op);
  }
  --depth_;
  return raised;
}

void Trial::Broken(const std::string& why) {
  if (broken_) return;
  broken_ = true;
  trouble_ = Printable(why, kMaxTrouble);
}

void Trial::Write(const std::string& line) {
  const size_t begin = transcript_->size();
  transcript_->append(static_cast<size_t>(2 * indent_), ' ');
  transcript_->append(line);
  transcript_->push_back('\n');
  if (echo_ != nullptr) echo_->Add(std::string_view(*transcript_).substr(begin));
}

Verdict Try(const Program& program, const Specimen& specimen, Limits limits) {
  return Trial(specimen, limits).Run(program);
}

std::string Report(const Specimen& specimen, const Verdict& verdict,
                   const std::string& transcript) {
  std::string text;
  if (verdict.lawful()) {
    text = fmt::format("{} is lawful\n", specimen.name);
  } else if (verdict.kind == Verdict::Kind::kBroken) {
    text = fmt::format("{} is broken: {}\n", specimen.name, verdict.trouble);
  } else {
    text = fmt::format("{} broke the law {}\n  {}\n", specimen.name, Name(verdict.violation->law),
                       verdict.violation->what);
  }
  text += Indented(transcript);
  if (!verdict.words.empty()) text += "  its last words:\n" + Indented(verdict.words);
  if (!verdict.frames.empty()) {
    text += fmt::format("  where it crashed:\n    {}\n", fmt::join(verdict.frames, "\n    "));
  }
  if (verdict.kind == Verdict::Kind::kConvicted) {
    text += fmt::format("  lawful here: {}\n  the law: {}\n", verdict.violation->lawful,
                        Sentence(verdict.violation->law));
  }
  return text;
}

}  // namespace ouro
