// SPDX-License-Identifier: Apache-2.0

#include "model/trace.h"

#include <fmt/format.h>

#include <memory>

#include "model/event_text.h"
#include "model/program.h"
#include "model/transcript.h"

namespace ouro {
namespace {

// Judges one stream, line by line.
class Reader {
 public:
  Reader(const Contract& contract, const KindTable& kinds, std::vector<TraceVerdict>* verdicts)
      : judge_(MakeJudge(contract, kAllAbilities, kinds)), verdicts_(verdicts) {}

  // "" or what is wrong with the line.
  std::string Read(const TranscriptLine& line) {
    using Kind = TranscriptLine::Kind;
    line_ = line.number;
    if (line.kind == Kind::kBlank || line.kind == Kind::kComment) return "";
    if (line.kind == Kind::kSeparator) {
      Close();
      return "";
    }
    if (trace_.first_line == 0) trace_.first_line = line_;
    if (line.kind == Kind::kEvent) {
      Event event;
      const std::string error = ParseEvent(line.text, &event);
      if (!error.empty()) return error;
      // The last operation of a script ends where the script ends.
      if (event.kind == Event::Kind::kEnd && judge_->in_operation()) judge_->End();
      Blame();
      judge_->Observe(event);
    } else {
      Op op;
      // `self` outside a script means that an event is missing: void, not an error.
      const std::string error = ParseOp(line.text, /*in_script=*/true, &op);
      if (!error.empty()) return error;
      if (judge_->in_operation()) judge_->End();
      Blame();
      judge_->Begin(op);
    }
    last_ = line_;
    Blame();
    return "";
  }

  void Close() {
    if (trace_.first_line == 0) trace_.first_line = line_;
    if (judge_->in_operation()) judge_->End();
    judge_->Finish();
    Blame();
    verdicts_->push_back(trace_);
    trace_ = {};
    judge_->Reset();
  }

  bool open() const { return trace_.first_line != 0; }

 private:
  void Blame() {
    if (trace_.violation || !judge_->violation()) return;
    trace_.violation = judge_->violation();
    trace_.line = last_;
  }

  const std::unique_ptr<Judge> judge_;
  std::vector<TraceVerdict>* verdicts_;
  TraceVerdict trace_;
  size_t line_ = 0;  // the line that is being read
  size_t last_ = 0;  // the last operation or event
};

}  // namespace

std::string JudgeTraces(std::string_view text, const Contract& contract,
                        std::vector<TraceVerdict>* verdicts, const KindTable& kinds) {
  std::vector<TraceVerdict> judged;
  Reader reader(contract, kinds, &judged);
  TranscriptReader lines(text);
  for (TranscriptLine line; lines.Next(&line);) {
    const std::string error = reader.Read(line);
    if (!error.empty()) return fmt::format("line {}: {}", line.number, error);
  }
  if (reader.open()) reader.Close();
  verdicts->insert(verdicts->end(), judged.begin(), judged.end());
  return "";
}

}  // namespace ouro
