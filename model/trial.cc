// SPDX-License-Identifier: Apache-2.0

#include "model/trial.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/event_text.h"
#include "model/last_words.h"

namespace ouro {
namespace {

constexpr size_t kMaxTrouble = 400;  // bytes of a sentence passed to Broken
constexpr size_t kMaxNote = 400;     // ... to Note

// Collections and scripts nest in a transcript: what is inside is indented.
bool Opens(const Event& event) {
  return event.kind == Event::Kind::kCollect || event.kind == Event::Kind::kFinalize ||
         event.kind == Event::Kind::kCallback;
}
bool Closes(const Event& event) {
  return event.kind == Event::Kind::kDone || event.kind == Event::Kind::kEnd;
}

// Without the middle of a very long transcript, which nobody reads.
std::string Shortened(const std::string& lines) {
  constexpr std::ptrdiff_t kMostLines = 2000;
  constexpr int kEnds = 100;  // lines
  const auto all = std::count(lines.begin(), lines.end(), '\n');
  if (all <= kMostLines) return lines;
  size_t head = 0;
  size_t tail = lines.size();
  for (int i = 0; i < kEnds; ++i) {
    head = lines.find('\n', head) + 1;
    tail = lines.rfind('\n', tail - 2) + 1;
  }
  return fmt::format("{}# ... {} more lines: `ouro run --trace` prints them\n{}",
                     lines.substr(0, head), all - 2 * kEnds, lines.substr(tail));
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

// Whether a breach of that law lets programs reach what was freed.
bool MayUseFreed(Law law) {
  return law == Law::kNoFreeWhileHeld || law == Law::kDereference || law == Law::kLoad ||
         law == Law::kLookup || law == Law::kFreeOnce || law == Law::kIdentity;
}

}  // namespace

std::string Verdict::signature() const {
  if (kind == Kind::kConvicted) return violation->signature;
  return sign;
}

Trial::Trial(const Specimen& specimen, Limits limits)
    : specimen_(specimen),
      limits_(limits),
      judge_(MakeJudge(*specimen.contract, specimen.abilities, specimen.kinds)),
      verify_(limits.verify) {}

Trial::~Trial() = default;

Verdict Trial::Run(const Program& program) {
  judge_->Reset();
  broken_ = false;
  operations_ = script_operations_ = events_ = events_since_ = born_ = freed_ = depth_ = indent_ =
      0;
  out_of_operations_ = false;
  // The start of a process has a limit of its own, so it is no time of the collector's.
  if (collector_ == nullptr && !specimen_.in_process) collector_ = specimen_.make(*this);
  pulse_->Enter();
  if (collector_ == nullptr) collector_ = specimen_.make(*this);
  collector_->SetNotes(transcript_ != nullptr);
  pulse_->Leave();
  program_ = &program;
  for (const Op& op : program.main) {
    if (over()) break;
    Execute(op);
  }
  if (verify_ == Limits::Verify::kAfterProgram && !program.main.empty()) {
    VerifyAfter(program.main.back());
  }
  program_ = nullptr;  // events between programs are ignored
  // Now: what survives it is this program's fault, not the next one's.
  if (!broken_ && !judge_->violation()) ResetCollector();
  Verdict verdict;
  verdict.operations = operations_;
  verdict.events = events_;
  verdict.situations = judge_->situations();
  if (broken_) {
    verdict.kind = Verdict::Kind::kBroken;
    verdict.trouble = trouble_;
    // "python died of signal 11 after `r0 = none`": shrinking may change the operation.
    verdict.sign = Anonymous(trouble_.substr(0, trouble_.find(" after `")));
  } else if (judge_->violation()) {
    verdict.kind = Verdict::Kind::kConvicted;
    verdict.violation = judge_->violation();
  }
  const bool sane = verdict.violation && keep_convicted_ && !MayUseFreed(verdict.violation->law);
  if (sane) ResetCollector();
  if (!verdict.lawful() && (!sane || broken_)) collector_.reset();  // its state is unknown
  return verdict;
}

void Trial::ResetCollector() {
  pulse_->Enter();
  collector_->Reset();
  pulse_->Leave();
}

// Its destructor is code of the collector, too, and may hang.
void Trial::Renew() {
  pulse_->Enter();
  collector_.reset();
  pulse_->Leave();
}

Verdict Trial::Run(const Program& program, std::string* transcript) {
  transcript->clear();
  transcript_ = transcript;
  Verdict verdict = Run(program);
  transcript_ = nullptr;
  // The last line is an operation or an event: one of these follows every comment.
  if (!verdict.lawful()) MarkHere(transcript);
  return verdict;
}

void MarkHere(std::string* transcript) {
  if (transcript->empty()) return;
  transcript->insert(transcript->size() - 1, "      # <- here");
}

void Trial::Execute(const Op& op) {
  if (op.kind != kPlain) {
    const Op known = judge_->Offered(op);
    if (known.kind == kPlain) return Execute(known);
  }
  if (judge_->IsVoid(op)) return WriteVoid(op);
  const bool bounded = specimen_.living > 0 && !program_->scripts.empty();
  if (bounded && born_ - freed_ >= specimen_.living && Allocates(op.code)) return WriteFull(op);
  if (op.code == OpCode::kChain) return MakeChain(op);
  if (op.code == OpCode::kEnd) PrepareEnd();
  if (over()) return;
  if (Allocates(op.code) && judge_->reg(op.dest) != kNone) return Replace(op);
  ExecuteOne(op);
}

// An operation allocates or releases, never both: an automatic collection in between would see a
// heap that depends on the order in which the collector does the two.
void Trial::Replace(const Op& op) {
  Op allocate = op;
  const bool filled = op.code == OpCode::kNodeWith || op.code == OpCode::kWeakWith;
  const bool by_ref = (filled || op.code == OpCode::kWeak) && op.ref == op.dest;
  const bool by_value = filled && op.value == op.dest;
  const bool borrows = by_ref || by_value;
  const ObjectId target = judge_->reg(op.dest);
  const int borrowed = borrows ? Borrow(op.dest) : 0;
  if (borrowed < 0) return WriteVoid(op, "no register is empty");
  const auto lent = static_cast<uint8_t>(borrowed);
  if (by_ref) allocate.ref = lent;
  if (by_value) allocate.value = lent;
  if (borrows) ExecuteOne({.code = OpCode::kCopy, .dest = lent, .ref = op.dest});
  if (!over()) ExecuteOne({.code = OpCode::kEmptyRegister, .dest = op.dest});
  if (over()) return;
  // A finalizer may have filled the register again, or emptied the operand's.
  if (judge_->reg(op.dest) != kNone) {
    WriteVoid(allocate, fmt::format("r{} was filled again", op.dest));
  } else if (judge_->IsVoid(allocate)) {
    WriteVoid(allocate);
  } else {
    ExecuteOne(allocate);
  }
  if (over() || !borrows || judge_->reg(lent) != target) return;
  ExecuteOne({.code = OpCode::kEmptyRegister, .dest = lent});
}

// An empty register other than `beside`, preferably one that no script sees; -1 if there is none.
int Trial::Borrow(int beside) const {
  int borrowed = program_->UnnamedRegister();
  if (borrowed < 0) borrowed = kRegisters - 1;
  const auto usable = [&] { return borrowed != beside && judge_->reg(borrowed) == kNone; };
  while (borrowed >= 0 && !usable()) --borrowed;
  return borrowed;
}

// Steps that are void, as a script has changed the registers, are skipped.
void Trial::MakeChain(const Op& op) {
  if (judge_->reg(op.dest) != kNone) {
    ExecuteOne({.code = OpCode::kEmptyRegister, .dest = op.dest});
    if (over()) return;
  }
  const int borrowed = Borrow(op.dest);
  if (borrowed < 0) return WriteVoid(op, "no register is empty");
  const auto link = static_cast<uint8_t>(borrowed);
  const Op steps[] = {{.code = OpCode::kNode, .dest = link, .count = 1},
                      {.code = OpCode::kStore, .ref = link, .value = op.dest},
                      {.code = OpCode::kCopy, .dest = op.dest, .ref = link},
                      {.code = OpCode::kEmptyRegister, .dest = link}};
  for (int i = 0; i < op.count; ++i) {
    for (const Op& step : steps) {
      if (!over() && !judge_->IsVoid(step)) Execute(step);
    }
    if (over()) return;
  }
}

void Trial::PrepareEnd() {
  const Op pop = {.code = OpCode::kPop};
  // Calls that push are over. Lua from 5.4.5 on empties the stack before it calls finalizers.
  while (!over() && !judge_->IsVoid(pop)) ExecuteOne(pop);
  if (!over() && judge_->CollectsBeforeEnd())
    ExecuteOne({.code = OpCode::kCollect, .count = kGenerations - 1});
  if (!judge_->EmptiesRegistersForEnd()) return;
  for (uint8_t i = 0; i < kRegisters && !over(); ++i) {
    if (judge_->reg(i) != kNone) ExecuteOne({.code = OpCode::kEmptyRegister, .dest = i});
  }
}

void Trial::WriteVoid(const Op& op) {
  if (transcript_ != nullptr) WriteVoid(op, judge_->WhyVoid(op));
}

void Trial::WriteVoid(const Op& op, const std::string& why) {
  if (transcript_ != nullptr) Write(fmt::format("# void: {} ({})", Print(op), why));
}

void Trial::WriteFull(const Op& op) {
  if (transcript_ != nullptr) {
    WriteVoid(op, fmt::format("{} objects live, and no more may", specimen_.living));
  }
}

void Trial::ExecuteOne(const Op& op) {
  ++operations_;
  if (depth_ > 0) ++script_operations_;
  events_since_ = 0;
  if (transcript_ != nullptr) Write(Print(op));
  judge_->BeginFit(op);
  pulse_->op.store(static_cast<uint8_t>(op.code), std::memory_order_relaxed);
  pulse_->Enter();
  collector_->Execute(op);
  pulse_->Leave();
  if (!broken_) judge_->End();
  if (verify_ == Limits::Verify::kAfterOperations) VerifyAfter(op);
}

void Trial::VerifyAfter(const Op& op) {
  if (over()) return;
  const std::string wrong = collector_->Verify();
  if (!wrong.empty()) Broken(fmt::format("{} after `{}`: {}", kInconsistentSign, Print(op), wrong));
}

void Trial::Count(const Event& event) {
  ++events_;
  if (event.kind == Event::Kind::kNew) ++born_;
  if (event.kind == Event::Kind::kFree) ++freed_;
  if (++events_since_ <= limits_.events) return;
  const int64_t most = limits_.events + int64_t{limits_.times_born} * born_;
  if (events_since_ > most) {
    Broken(fmt::format("it keeps reporting: more than {} events in one operation", most));
  }
}

ScriptEnd Trial::On(const Event& event) {
  if (over() || program_ == nullptr) return ScriptEnd::kReturned;
  pulse_->Leave();
  const ScriptEnd end = Handle(event);
  pulse_->Enter();
  return end;
}

ScriptEnd Trial::Handle(const Event& event) {
  Count(event);
  if (over()) return ScriptEnd::kReturned;
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

// Returns whether the script raised.
bool Trial::RunScript(ObjectId id) {
  const Script& script = program_->script(judge_->script_of(id));
  if (script.empty()) return false;
  if (depth_ >= limits_.depth) {
    if (transcript_ != nullptr) {
      Write(fmt::format("# this script runs empty: {} scripts are nested already", depth_));
    }
    return false;
  }
  ++depth_;
  const bool raised = RunOperations(script);
  // However it ends, it pops what it has pushed. These pops are not limited: there are at most as
  // many as pushes.
  const Op pop = {.code = OpCode::kPop};
  while (!over() && !judge_->IsVoid(pop)) ExecuteOne(pop);
  --depth_;
  return raised;
}

// Up to the end, the first `raise` or the limit. Returns whether it raised.
bool Trial::RunOperations(const Script& script) {
  for (const Op& op : script) {
    if (over() || OutOfOperations()) return false;
    if (op.code == OpCode::kRaise) {
      ++operations_;
      ++script_operations_;
      if (transcript_ != nullptr) Write(Print(op));
      return true;
    }
    Execute(op);
  }
  return false;
}

bool Trial::OutOfOperations() {
  const size_t most = std::max(static_cast<size_t>(limits_.operations),
                               static_cast<size_t>(limits_.times) * program_->size());
  if (static_cast<size_t>(script_operations_) < most) return false;
  if (!out_of_operations_ && transcript_ != nullptr) {
    Write(fmt::format("# scripts run empty from here on: they have executed {} operations",
                      script_operations_));
  }
  out_of_operations_ = true;
  return true;
}

void Trial::Broken(const std::string& why) {
  if (broken_) return;
  broken_ = true;
  trouble_ = Printable(why, kMaxTrouble);
}

void Trial::Note(const std::string& text) {
  if (over() || transcript_ == nullptr || program_ == nullptr) return;
  Write("# = " + Printable(text, kMaxNote));
}

void Trial::Write(const std::string& line) {
  const size_t begin = transcript_->size();
  transcript_->append(2 * static_cast<size_t>(indent_), ' ');
  transcript_->append(line);
  transcript_->push_back('\n');
  if (tail_ != nullptr) tail_->Add(std::string_view(*transcript_).substr(begin));
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
  text += Indented(Shortened(transcript));
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
